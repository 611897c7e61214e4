"""What each named fault does to an honest answer.

The registry `FAULTS` is the only list of faults: help texts and table-driven tests are made from it.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from fake_kolada.answers import HonestAnswer, Reply, as_json

_HTML = (
    "<!DOCTYPE html><html><head><title>Kolada</title></head>"
    "<body><h1>Tjänsten är tillfälligt otillgänglig</h1></body></html>"
).encode()
_HTML_TYPE = "text/html; charset=utf-8"
_OTHER_HOST = "kolada.example.org"

Document = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultSettings:
    """What a fault needs to know.

    Attributes:
        stall_seconds: How long a stalled answer waits for a client that doesn't give up; then it comes.
        retry_after: The text of the header Retry-After.
    """

    stall_seconds: float = 300.0
    retry_after: str = "1"


@dataclass(frozen=True, slots=True)
class FaultKind:
    """One kind of fault: what it is, which answers it can spoil, and how."""

    name: str
    description: str
    fits: Callable[[HonestAnswer], bool]
    spoil: Callable[[HonestAnswer, FaultSettings], Reply]


def _any_answer(_answer: HonestAnswer) -> bool:
    return True


def _has_rows(answer: HonestAnswer) -> bool:
    return not answer.rows.is_empty()


def _has_further(answer: HonestAnswer) -> bool:
    return answer.has_further


def _has_values(answer: HonestAnswer) -> bool:
    """Some row of the page holds a value that is a number."""
    if "values" not in answer.rows.columns:
        return False
    return answer.rows["values"].explode().struct.field("value").count() > 0


def _has_periods(answer: HonestAnswer) -> bool:
    return _has_rows(answer) and "period" in answer.rows.columns


def _instead(status: int, body: bytes, media_type: str | None = None) -> Callable[[HonestAnswer, FaultSettings], Reply]:
    """Another answer altogether."""
    return lambda _answer, _settings: Reply(body, status=status, media_type=media_type)


def _with_retry_after(_answer: HonestAnswer, settings: FaultSettings) -> Reply:
    return Reply(as_json({"detail": "Too Many Requests"}), status=429, headers={"Retry-After": settings.retry_after})


def _empty(next_url: str | None = None) -> bytes:
    return as_json({"values": [], "count": 0, "next_url": next_url, "previous_url": None})


def _cut(answer: HonestAnswer, _settings: FaultSettings) -> Reply:
    body = answer.body()
    return Reply(body[: len(body) // 2])


def _dropped(answer: HonestAnswer, _settings: FaultSettings) -> Reply:
    body = answer.body()
    return Reply(body, sent_bytes=len(body) // 2)


def _stalled(answer: HonestAnswer, settings: FaultSettings) -> Reply:
    return Reply(answer.body(), held_seconds=settings.stall_seconds)


def _edited(edit: Callable[[Document], None]) -> Callable[[HonestAnswer, FaultSettings], Reply]:
    """The honest page with one thing changed."""

    def spoil(answer: HonestAnswer, _settings: FaultSettings) -> Reply:
        document = answer.document()
        edit(document)
        return Reply(as_json(document))

    return spoil


def _first_number(document: Document) -> dict[str, Any]:
    """The first value of the page that is a number."""
    return next(value for row in document["values"] for value in row["values"] if value["value"] is not None)


def _no_next(document: Document) -> None:
    document["next_url"] = None


def _other_host(document: Document) -> None:
    parts = urlsplit(document["next_url"])
    document["next_url"] = urlunsplit(parts._replace(netloc=_OTHER_HOST))


def _to_itself(answer: HonestAnswer, _settings: FaultSettings) -> Reply:
    return Reply(as_json({**answer.document(), "next_url": answer.url}))


def _row_twice(document: Document) -> None:
    document["values"].insert(1, document["values"][0])
    document["count"] += 1


def _as_text(document: Document) -> None:
    value = _first_number(document)
    value["value"] = str(value["value"])


def _not_finite(document: Document) -> None:
    _first_number(document)["value"] = math.nan


def _unknown_gender(document: Document) -> None:
    document["values"][0]["values"][0]["gender"] = "F"


def _unknown_field(document: Document) -> None:
    row = document["values"][0]
    row["unheard_of"] = "new"
    for value in row.get("values", [])[:1]:
        value["unheard_of"] = "new"


def _no_count(document: Document) -> None:
    del document["count"]


def _wrong_count(document: Document) -> None:
    document["count"] += 1


def _no_period(document: Document) -> None:
    document["values"][0]["period"] = None


def _wrong_id(document: Document) -> None:
    """The id of the first entry is spoilt; of a row of values it is the KPI's."""
    entry = document["values"][0]
    name = "id" if "id" in entry else "kpi"
    entry[name] = f"X{entry[name]}"


_KINDS = (
    FaultKind(
        "rate_limited", "429 with no Retry-After", _any_answer, _instead(429, as_json({"detail": "Too Many Requests"}))
    ),
    FaultKind("rate_limited_retry_after", "429 with Retry-After", _any_answer, _with_retry_after),
    FaultKind("server_error_html", "500 with an HTML body", _any_answer, _instead(500, _HTML, _HTML_TYPE)),
    FaultKind("unavailable", "503 with an HTML body", _any_answer, _instead(503, _HTML, _HTML_TYPE)),
    FaultKind("server_error_json", "500 with a JSON envelope that holds no rows", _any_answer, _instead(500, _empty())),
    FaultKind("html_answer", "200 with an HTML body", _any_answer, _instead(200, _HTML, _HTML_TYPE)),
    FaultKind("cut_json", "200 with the first half of the JSON, as if that were all", _any_answer, _cut),
    FaultKind("dropped_connection", "the connection is cut in the middle of the body", _any_answer, _dropped),
    FaultKind("stalled_answer", "nothing comes until the client gives up", _any_answer, _stalled),
    FaultKind("empty_answer", "200 with no rows where there are rows", _has_rows, _instead(200, _empty())),
    FaultKind("missing_next_url", "next_url is null though a page follows", _has_further, _edited(_no_next)),
    FaultKind("foreign_next_url", "next_url leads to another host", _has_further, _edited(_other_host)),
    FaultKind("looping_next_url", "next_url leads to the page itself", _has_further, _to_itself),
    FaultKind("duplicated_row", "the first row comes twice", _has_rows, _edited(_row_twice)),
    FaultKind("value_as_text", "a value comes as text", _has_values, _edited(_as_text)),
    FaultKind("non_finite_value", "a value comes as NaN", _has_values, _edited(_not_finite)),
    FaultKind("unknown_gender", "a value comes with the gender F", _has_periods, _edited(_unknown_gender)),
    FaultKind("unknown_field", "a row and a value have a field that nobody knows", _has_rows, _edited(_unknown_field)),
    FaultKind("absent_count", "the envelope has no count", _any_answer, _edited(_no_count)),
    FaultKind(
        "wrong_count", "the envelope's count is one more than there are rows", _any_answer, _edited(_wrong_count)
    ),
    FaultKind("null_period", "a row has no period", _has_periods, _edited(_no_period)),
    FaultKind("wrong_id", "the first entry of a list has an id that is none", _has_rows, _edited(_wrong_id)),
)

FAULTS: Mapping[str, FaultKind] = {kind.name: kind for kind in _KINDS}
