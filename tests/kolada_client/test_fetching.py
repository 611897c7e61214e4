"""Fetching one URL: what is retried, how long the pauses are, and what is refused immediately."""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import httpx
import pytest
import respx

from kolada_client import (
    CatalogueRequest,
    DataRequest,
    InvalidRequest,
    KoladaClient,
    KoladaContractError,
    KoladaDeadlineExceeded,
    KoladaGone,
    KoladaNotFound,
    KoladaRefused,
    KoladaServerError,
    KoladaUnreachable,
    KoladaUnreadable,
    ManualClock,
)
from kolada_client.version import default_user_agent
from tests.kolada_client.support import HTML, REQUEST, URL, Api


@respx.mock
def test_a_request_is_one_get_in_path_style_with_our_name() -> None:
    """A request lists its ids in the path, has no query, and names the pipeline in its User-Agent."""
    url = "https://kolada.test/v3/data/kpi/N15436,U09800/municipality/0000,0180/year/2022,2023"
    route = respx.get(url).respond(json={"values": [], "count": 0, "next_url": None, "previous_url": None})
    request = DataRequest(("N15436", "U09800"), ("0000", "0180"), (2022, 2023))
    with KoladaClient("https://kolada.test/v3/", rate=None) as client:
        assert [0] == [page.row_count for page in client.pages(request)]
    assert 1 == route.call_count
    sent = route.calls.last.request
    assert (url, b"") == (str(sent.url), sent.url.query)
    assert default_user_agent() == sent.headers["user-agent"]
    assert sent.headers["user-agent"].startswith("kolada-pipeline/")


@pytest.mark.parametrize(
    "fault",
    [
        httpx.Response(429),
        httpx.Response(500, content=b"<html>"),
        httpx.Response(503),
        httpx.Response(500, json={"values": [], "count": 0}),
        httpx.Response(408),
        HTML,
        httpx.Response(200, content=b'{"values": [{"kpi"'),
        httpx.Response(200, json={"detail": "Internal error, try again"}),
        httpx.Response(200, content=b""),
        httpx.ConnectError("refused"),
        httpx.ConnectTimeout("nobody"),
        httpx.ReadTimeout("stalled"),
        httpx.ReadError("reset"),
        httpx.RemoteProtocolError("peer closed connection without sending complete message body"),
    ],
    ids=str,
)
def test_a_passing_fault_is_tried_again_and_leaves_no_trace(api: Api, fault: object) -> None:
    """After a temporary fault and a pause the rows are the same, and the page reports two attempts."""
    script, clock = api.script(fault, api.page([api.row()])), ManualClock()
    answer = api.client(script, clock=clock).answer(REQUEST)
    assert [True] == [0.25 <= wait <= 0.5 for wait in clock.waits]
    assert [("N15436", "0180", 2023, "T", 1.5, 1, "", False)] == answer.frame.rows()
    assert (2, [2]) == (len(script.asked), [page.received.attempts for page in answer.pages])


@pytest.mark.parametrize(
    ("fault", "error", "status"),
    [
        (httpx.Response(429), KoladaServerError, 429),
        (httpx.Response(502, content=b"<html>Bad gateway</html>"), KoladaServerError, 502),
        (HTML, KoladaUnreadable, 200),
        (httpx.Response(200, content=b'{"values": ['), KoladaUnreadable, 200),
        (httpx.ReadTimeout("stalled"), KoladaUnreachable, None),
        (httpx.ConnectError("refused"), KoladaUnreachable, None),
    ],
    ids=str,
)
def test_a_lasting_fault_ends_in_its_own_error(
    api: Api, fault: httpx.Response, error: type[Exception], status: int
) -> None:
    """After the last attempt the error names the URL, the status and the number of attempts."""
    script = api.script(fault)
    clock = ManualClock()
    with pytest.raises(error) as caught:
        api.client(script, max_attempts=4, clock=clock).answer(REQUEST)
    assert (URL, status, 4) == (caught.value.url, caught.value.status, caught.value.attempts)
    assert (4, 3) == (len(script.asked), len(clock.waits))
    assert URL in str(caught.value)


def test_pauses_grow_with_jitter_and_stay_below_half_a_minute(api: Api) -> None:
    """Pauses double from half a second to thirty seconds, and each is shortened by up to a random half."""
    clock = ManualClock()
    with pytest.raises(KoladaServerError):
        api.client(api.script(httpx.Response(500)), max_attempts=10, clock=clock).answer(REQUEST)
    full = [0.5, 1, 2, 4, 8, 16, 30, 30, 30]
    assert [True] * 9 == [most / 2 <= wait <= most for most, wait in zip(full, clock.waits, strict=True)]


@pytest.mark.parametrize(
    ("header", "waited"),
    [
        ("7", 7.0),
        ("3600", 120.0),
        ("9" * 400, 120.0),
        ("Thu, 01 Jan 2026 00:00:20 GMT", 20.0),
        ("Sat, 01 Jan 2028 00:00:00 GMT", 120.0),
    ],
)
@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_lengthens_a_pause(api: Api, status: int, header: str, waited: float) -> None:
    """Retry-After lengthens a pause, as seconds or as a date, up to two minutes."""
    clock = ManualClock(datetime(2026, 1, 1, tzinfo=UTC))
    script = api.script(httpx.Response(status, headers={"Retry-After": header}), api.page([api.row()]))
    api.client(script, clock=clock).answer(REQUEST)
    assert [waited] == clock.waits


@pytest.mark.parametrize(
    "header",
    [
        *("soon", "", "-5", "1.5.2026", "0", "00", "-0", "0.2"),
        "Wed, 31 Dec 2025 00:00:00 GMT",
        "Thu, 01 Jan 0001 00:00:00 GMT",
        "Thu, 01 Jan 99999999999 00:00:00 GMT",
        "Thu, 01 Jan 2026 00:00:20 +9999",
        "Thu, 99 Jan 2026 99:99:99 GMT",
    ],
)
def test_a_retry_after_is_no_reason_to_hurry(api: Api, header: str) -> None:
    """A Retry-After that is missing, invalid, zero or in the past gives the usual growing pauses."""
    clock = ManualClock(datetime(2026, 1, 1, tzinfo=UTC))
    busy = httpx.Response(429, headers={"Retry-After": header})
    api.client(api.script(busy, busy, busy, api.page([api.row()])), clock=clock).answer(REQUEST)
    assert [True] * 3 == [most / 2 <= wait <= most for most, wait in zip([0.5, 1, 2], clock.waits, strict=True)]


@pytest.mark.parametrize(
    ("status", "error", "said"),
    [
        (400, KoladaRefused, "asking again would give the same"),
        (404, KoladaNotFound, "no such path or no such id"),
        (410, KoladaGone, "KOLADA_BASE_URL"),
        (422, KoladaRefused, "too_long"),
        (307, KoladaRefused, "points to `https://elsewhere.test/`"),
    ],
)
def test_a_refusal_is_permanent(api: Api, status: int, error: type[Exception], said: str) -> None:
    """A 4xx status or a redirect is not retried; 404 and 410 have their own errors."""
    headers = {"location": "https://elsewhere.test/"} if status == 307 else {}
    script = api.script(httpx.Response(status, json={"detail": [{"type": "too_long"}]}, headers=headers))
    landing = api.landing()
    with pytest.raises(error, match=said) as caught:
        api.client(script, landing=landing).answer(REQUEST)
    assert (URL, status, "r1") == (caught.value.url, caught.value.status, caught.value.request_id)
    assert (1, {"r1"}) == (len(script.asked), set(landing.rejected))


def test_the_deadline_covers_waits_and_is_never_slept_past(api: Api) -> None:
    """A pause that would exceed the deadline is not started, and the error names the last status."""
    clock = ManualClock()
    script = api.script(httpx.Response(429, headers={"Retry-After": "40"}))
    with pytest.raises(KoladaDeadlineExceeded, match="`429`") as caught:
        api.client(script, clock=clock, total_deadline=100).answer(REQUEST)
    assert ([40, 40], 3, 429) == (clock.waits, len(script.asked), caught.value.status)


def test_the_deadline_covers_all_pages_of_a_request(api: Api) -> None:
    """The deadline covers all pages of a request, even if each page is fast enough."""
    clock = ManualClock()

    def slow(request: httpx.Request) -> httpx.Response:
        clock.advance(30)
        number = int(request.url.params.get("page", "1"))
        row = api.row(period=2000 + number)
        return api.page([row], next_url=f"{URL}?page={number + 1}")

    with pytest.raises(KoladaDeadlineExceeded):
        api.client(slow, clock=clock, total_deadline=100).answer(REQUEST)


def test_a_body_that_trickles_is_cut_at_the_deadline(api: Api) -> None:
    """A body that arrives slowly without end is cut off at the deadline."""
    clock = ManualClock()

    class Trickle(httpx.SyncByteStream):
        def __iter__(self) -> Iterator[bytes]:
            while True:
                clock.advance(10)
                yield b" "

    def trickle(_request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, stream=Trickle())

    with pytest.raises(KoladaDeadlineExceeded):
        api.client(trickle, clock=clock, total_deadline=100).answer(REQUEST)
    assert 100 <= clock.monotonic() < 120


def test_the_rate_spaces_requests_evenly_over_the_whole_client(api: Api) -> None:
    """A rate of five spaces all requests of one client 200 milliseconds apart."""
    clock = ManualClock()
    moments: list[float] = []

    def note(request: httpx.Request) -> httpx.Response:
        moments.append(clock.monotonic())
        return api.rectangle(request)

    client = api.client(note, clock=clock, rate=5.0)
    for unit in range(11):
        client.answer(DataRequest(("N15436",), (f"{unit:04d}",)))
    gaps = [later - earlier for earlier, later in pairwise(moments)]
    assert [True] * 10 == [0.199 <= gap <= 0.203 for gap in gaps]


def test_a_rate_below_one_and_no_rate_at_all(api: Api) -> None:
    """A rate of 0.5 spaces requests two seconds apart; a rate of None does not wait."""
    for rate, total in ((0.5, 4.0), (None, 0.0)):
        clock = ManualClock()
        client = api.client(api.rectangle, clock=clock, rate=rate)
        for unit in range(3):
            client.answer(DataRequest(("N15436",), (f"{unit:04d}",)))
        assert total == pytest.approx(clock.monotonic(), abs=0.01)


@pytest.mark.parametrize(
    "settings",
    [{"rate": 0}, {"rate": -1}, {"rate": 2000}, {"concurrency": 0}, {"timeout": 0}, {"max_attempts": 0}],
    ids=str,
)
def test_settings_that_make_no_sense_are_refused(settings: dict[str, Any]) -> None:
    """Settings that allow no request, or requests without limit, are refused."""
    with pytest.raises(InvalidRequest):
        KoladaClient(**settings)


@pytest.mark.parametrize(
    "base", ["api.kolada.se/v3", "ftp://api.kolada.se", "https://", "https://u:p@h/v3", "https://h/v3?x=1"]
)
def test_a_base_url_that_is_none_is_refused(base: str) -> None:
    """An invalid base URL is refused, and the message names KOLADA_BASE_URL."""
    with pytest.raises(InvalidRequest, match="KOLADA_BASE_URL"):
        KoladaClient(base)


def test_a_probe_stays_under_the_base_url(api: Api) -> None:
    """A probe requests any path below the base URL and refuses other hosts."""
    client = api.client(api.script(httpx.Response(418, content=b"x")))
    received = client.probe("https://kolada.test/v3/kpi/X")
    assert (418, b"x") == (received.status, received.body)
    with pytest.raises(InvalidRequest):
        client.probe("https://elsewhere.test/v3/kpi")


def test_a_catalogue_that_is_empty_twice_is_an_error(api: Api) -> None:
    """A catalogue that is empty twice is an error."""
    landing = api.landing()
    client = api.client(api.script(api.page([])), landing=landing)
    with pytest.raises(KoladaContractError, match="`kpi` came with `0` entries"):
        client.answer(CatalogueRequest("kpi"))
    assert ({"r1", "r2"}, set()) == (set(landing.rejected), landing.undecided)
