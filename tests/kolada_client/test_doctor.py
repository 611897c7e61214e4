"""`examine` (`kolada doctor`): it copes with any response, reports what it means, and sends few requests."""

import json
from typing import Any

import httpx
import pytest

from kolada_client import DoctorPoint, DoctorReport, KoladaUnreachable, ManualClock, examine
from tests.kolada_client.support import Api

KPIS = [{"id": f"N{number:05d}"} for number in range(5001)]


def healthy(api: Api, request: httpx.Request) -> httpx.Response:
    """Return the response of an API that behaves as expected."""
    path, params = request.url.path, request.url.params
    longest = max(len(api.lists(request, name)) for name in ("kpi", "municipality", "year"))
    link = "https://kolada.test/v3/municipality?page=2&per_page=100"
    cells = [api.value(), api.value("K", None, status="Privacy")]
    headers = {"etag": '"1"', "x-kolada-source": "sample"}
    answers = {
        longest > 25: httpx.Response(422, json={"detail": [{"type": "too_long"}]}),
        path == "/v3/data/kpi/N15436": httpx.Response(404, json={"detail": "Not Found"}),
        path.endswith("/"): httpx.Response(307, headers={"location": path.rstrip("/")}),
        "N99999" in path or "9999" in path or params.get("page") == "99": api.page([]),
        params.get("per_page") == "100": api.page([{"id": "0180"}] * 100, next_url=link),
        path == "/v3/kpi": api.page(KPIS[:5000], next_url="https://kolada.test/v3/kpi?page=2"),
    }
    data = api.page([api.row(values=cells), api.row(municipality="G2328")])
    other = data if "/data/" in path else httpx.Response(200, content=api.json([{"id": "0180"}]), headers=headers)
    return answers.get(True, other)


def by_name(report: DoctorReport) -> dict[str, DoctorPoint]:
    """Return the report's points by name."""
    return {point.name: point for point in report.points}


def test_each_open_point_is_asked_once_and_politely(api: Api) -> None:
    """Each open point takes one request, at the client's rate."""
    clock = ManualClock()
    script = api.script(lambda request: healthy(api, request))
    report = examine(api.client(script, clock=clock, rate=5.0))
    assert len(script.asked) == len(set(script.asked)) == len(report.points) == 13
    assert clock.monotonic() >= 12 * 0.2
    assert (True, "sample", "https://kolada.test/v3") == (report.is_handled, report.source_kind, report.base_url)


def test_findings_say_what_came(api: Api) -> None:
    """A finding names the status, the numbers and the headers in words."""
    points = by_name(examine(api.client(lambda request: healthy(api, request))))
    said = {
        "headers": 'etag: "1"; last-modified: absent',
        "list_limit": "Refused with 422",
        "unknown_kpi": "200 without rows",
        "unknown_kpi_in_data": "asked again in halves",
        "page_past_the_end": "proves the end",
        "per_page": "Cut to 5000",
        "next_link": "page=2&per_page=100` is followed as it stands",
        "from_date": "Accepted: 2 rows",
        "no_municipality": "2 rows, 1 of them for groups",
        "group": "status words: ``, `Privacy`",
        "one_list": "Refused with 404",
        "trailing_slash": "Redirected with 307 to `/v3/municipality/0180`",
    }
    assert {} == {name: points[name].finding for name, text in said.items() if text not in points[name].finding}
    assert 422 == points["list_limit"].status
    assert '{"detail":[{"type":"too_long"}]}' == points["list_limit"].body_start.replace(" ", "")


def test_what_the_pipeline_is_not_ready_for_is_marked(api: Api) -> None:
    """A refused unknown id, a link to another host and rows past the last page are marked as not handled."""

    def odd(request: httpx.Request) -> httpx.Response:
        if "N99999" in request.url.path and "/data/" in request.url.path:
            return httpx.Response(404)
        if request.url.params.get("page") == "99":
            return api.page([{"id": "0180"}])
        if request.url.params.get("per_page") == "100":
            return api.page([{"id": "0180"}], next_url="https://elsewhere.test/v3/municipality?page=2")
        return healthy(api, request)

    points = by_name(examine(api.client(odd)))
    unhandled = sorted(name for name, point in points.items() if not point.is_handled)
    assert ["next_link", "page_past_the_end", "unknown_kpi_in_data"] == unhandled


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(200, content=b"<html>"),
        httpx.Response(200, content=b""),
        httpx.Response(200, content=b"\xff\xfe\x00"),
        httpx.Response(200, content=b"[" * 100_000),
        httpx.Response(200, json=None),
        httpx.Response(200, json=[1, 2]),
        httpx.Response(200, json={"values": None}),
        httpx.Response(200, json={"values": [None, 1, {"values": 3}, {"values": [None, {"status": ["x"]}]}]}),
        httpx.Response(200, json={"values": [], "next_url": 7}),
        httpx.Response(200, json={"values": [{"id": 1}], "next_url": "::not a url::"}),
        httpx.Response(204),
        httpx.Response(301, headers={"location": "https://elsewhere.test"}),
        httpx.Response(403, content=b"no"),
        httpx.Response(429, headers={"Retry-After": "9"}),
        httpx.Response(500, content=b"<h1>Error `x`\r\n</h1>"),
        httpx.Response(599),
    ],
    ids=lambda answer: f"{answer.status_code} {answer.content[:20]!r}",
)
def test_any_answer_at_all_is_survived(api: Api, answer: httpx.Response) -> None:
    """Any response gives a report with all points, as Markdown and as JSON."""
    report = examine(api.client(api.script(answer)))
    assert {answer.status_code} == {point.status for point in report.points}
    assert 13 == report.to_markdown().count("\n## ")
    assert 13 == len(json.loads(report.to_json())["points"])


def test_a_probe_without_an_answer_is_a_point_like_others(api: Api) -> None:
    """A dropped connection leaves its own point without a status and no other."""

    def drops(request: httpx.Request) -> httpx.Response:
        if "per_page" in request.url.params:
            msg = "reset"
            raise httpx.ReadError(msg)
        return healthy(api, request)

    points = by_name(examine(api.client(drops)))
    assert ["next_link", "per_page"] == sorted(name for name, point in points.items() if point.status is None)
    assert not points["per_page"].is_handled


def test_an_absent_host_is_an_error_not_a_report(api: Api) -> None:
    """An unreachable host raises an error instead of giving a report."""
    with pytest.raises(KoladaUnreachable):
        examine(api.client(api.script(httpx.ConnectError("refused"))))


def test_the_texts_of_the_report(api: Api) -> None:
    """The Markdown and the JSON of a report contain the same facts."""
    report = examine(api.client(lambda request: healthy(api, request)))
    markdown, document = report.to_markdown(), json.loads(report.to_json())
    assert "- to look at: nothing" in markdown
    assert "2026-01-01 00:00:00 UTC" in markdown
    for point, entry in zip(report.points, document["points"], strict=True):
        expected: dict[str, Any] = {
            "name": point.name,
            "question": point.question,
            "url": point.url,
            "status": point.status,
            "body_start": point.body_start,
            "finding": point.finding,
            "is_handled": True,
        }
        assert expected == entry
        assert point.finding in markdown
        assert len(point.body_start) <= 300
