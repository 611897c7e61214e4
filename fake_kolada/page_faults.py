"""Faults in the contents of a page: its values, its fields, its links, its texts."""

import math
from urllib.parse import urlsplit, urlunsplit

from fake_kolada.answers import HonestAnswer, Reply, as_json
from fake_kolada.fault_kinds import (
    Document,
    FaultKind,
    FaultSettings,
    Spoil,
    any_answer,
    edited,
    has_further,
    has_periods,
    has_rows,
    has_values,
    instead,
    is_last,
)

_OTHER_HOST = "kolada.example.org"
_BEYOND_DOUBLES = 10**400
_BEYOND_INTEGERS = 10**40
_HALF_A_CHARACTER = "\ud83d"
_LINK_LENGTH = 64 * 1024


def empty_page() -> bytes:
    """Return a page without rows."""
    return as_json({"values": [], "count": 0, "next_url": None, "previous_url": None})


def _first_number(document: Document) -> Document:
    """Return the first value of the page that is a number."""
    return next(value for row in document["values"] for value in row["values"] if value["value"] is not None)


def _with_number(field: str, content: object) -> Spoil:
    """Return a function that changes a field of the first value that is a number."""
    return edited(lambda document: _first_number(document).update({field: content}))


def _with_row(field: str, content: object) -> Spoil:
    """Return a function that changes a field of the first row."""
    return edited(lambda document: document["values"][0].update({field: content}))


def _with_envelope(field: str, content: object) -> Spoil:
    """Return a function that changes a field of the envelope."""
    return edited(lambda document: document.update({field: content}))


def _linked(**parts: str) -> Spoil:
    """Return a function that changes parts of the next link."""

    def edit(document: Document) -> None:
        document["next_url"] = urlunsplit(urlsplit(document["next_url"])._replace(**parts))

    return edited(edit)


def _to_itself(answer: HonestAnswer, _settings: FaultSettings) -> Reply:
    return Reply(as_json({**answer.document(), "next_url": answer.url}))


def _to_an_empty_page(answer: HonestAnswer, _settings: FaultSettings) -> Reply:
    return Reply(as_json({**answer.document(), "next_url": answer.page_url(answer.number + 1)}))


def _long_link(document: Document) -> None:
    document["next_url"] += "&x=" + "x" * _LINK_LENGTH


def _row_twice(document: Document) -> None:
    document["values"].insert(1, document["values"][0])
    document["count"] += 1


def _as_text(document: Document) -> None:
    value = _first_number(document)
    value["value"] = str(value["value"])


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


def _wrong_id(document: Document) -> None:
    """Make the id of the first entry invalid; in a row of values, the KPI's."""
    entry = document["values"][0]
    name = "id" if "id" in entry else "kpi"
    entry[name] = f"X{entry[name]}"


def _broken_status(document: Document) -> None:
    document["values"][0]["values"][0]["status"] = _HALF_A_CHARACTER


PAGE_FAULTS = (
    FaultKind("empty_answer", "200 with no rows where there are rows", has_rows, instead(200, empty_page())),
    FaultKind(
        "missing_next_url", "next_url is null though a page follows", has_further, _with_envelope("next_url", None)
    ),
    FaultKind("foreign_next_url", "next_url leads to another host", has_further, _linked(netloc=_OTHER_HOST)),
    FaultKind("looping_next_url", "next_url leads to the page itself", has_further, _to_itself),
    FaultKind("climbing_next_url", "next_url leads to /v3/../x", has_further, _linked(path="/v3/../x")),
    FaultKind(
        "bad_port_next_url", "next_url has a port that is not a number", has_further, _linked(netloc="kolada.test:x")
    ),
    FaultKind(
        "bad_host_next_url", "next_url has half an IPv6 address", has_further, _with_envelope("next_url", "http://[::1")
    ),
    FaultKind("nul_next_url", "next_url has a NUL in its path", has_further, _linked(path="/v3/data\0")),
    FaultKind("long_next_url", "next_url has 64 kB", has_further, edited(_long_link)),
    FaultKind("empty_last_page", "the last page links to one more, which has no rows", is_last, _to_an_empty_page),
    FaultKind("duplicated_row", "the first row is repeated", has_rows, edited(_row_twice)),
    FaultKind("value_as_text", "a value is text", has_values, edited(_as_text)),
    FaultKind("non_finite_value", "a value is NaN", has_values, _with_number("value", math.nan)),
    FaultKind(
        "value_beyond_doubles",
        "a value is a whole number of 401 digits",
        has_values,
        _with_number("value", _BEYOND_DOUBLES),
    ),
    FaultKind(
        "count_beyond_integers",
        "a value's count is a whole number of 401 digits",
        has_values,
        _with_number("count", _BEYOND_DOUBLES),
    ),
    FaultKind("period_beyond_integers", "a row's period is 1e40", has_periods, _with_row("period", _BEYOND_INTEGERS)),
    FaultKind("broken_status", "a status is half of a surrogate pair", has_periods, edited(_broken_status)),
    FaultKind(
        "broken_title", "a title is half of a surrogate pair", has_rows, _with_row("title", _HALF_A_CHARACTER), ("kpi",)
    ),
    FaultKind("unknown_gender", "a value has the gender F", has_periods, edited(_unknown_gender)),
    FaultKind("unknown_field", "a row and a value have an unknown field", has_rows, edited(_unknown_field)),
    FaultKind("absent_count", "the envelope has no count", any_answer, edited(_no_count)),
    FaultKind("wrong_count", "the envelope's count is one more than there are rows", any_answer, edited(_wrong_count)),
    FaultKind("wrong_id", "the first entry of a list has an invalid id", has_rows, edited(_wrong_id)),
    FaultKind("null_period", "a row has no period", has_periods, _with_row("period", None)),
)
