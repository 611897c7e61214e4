"""The fast parser and the slow parser agree on every document, mutated or not."""

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kolada_client import DATA_SCHEMA, KoladaContractError, ParsedPage, parse_data_page
from kolada_client.data_page import _read_slowly
from kolada_client.identifiers import UNIT_PATTERN
from tests.kolada_client.support import URL

_texts = st.sampled_from(["", "Missing", "fröjd: true", 'a"b', "\\", "value", "T", "N15436", "0180", "https://x"])
_leaves = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 3),
    st.sampled_from([0, 1, 2023, 2023.5, 1e300, 10**25, float("nan"), float("inf")]),
    _texts,
    st.builds(list),
    st.builds(dict),
)
_values = st.one_of(st.none(), st.floats(allow_nan=False, allow_infinity=False), st.integers(-(10**6), 10**6))
_entries = st.fixed_dictionaries(
    {
        "gender": st.sampled_from("TKM"),
        "count": st.sampled_from([0, 1, None, 290]),
        "status": st.one_of(st.none(), _texts),
        "value": _values,
        "isdeleted": st.booleans(),
    }
)
_rows = st.fixed_dictionaries(
    {
        "values": st.lists(_entries, max_size=3, unique_by=lambda entry: entry["gender"]),
        "kpi": st.sampled_from(["N15436", "U09800"]),
        "period": st.integers(1970, 2030),
        "municipality": st.sampled_from(["0180", "0000", "G2328"]),
    }
)


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    """Generate a valid page."""
    key = ("kpi", "period", "municipality")
    rows = draw(st.lists(_rows, max_size=6, unique_by=lambda row: tuple(row[name] for name in key)))
    links = draw(st.sampled_from([{}, {"next_url": None, "previous_url": None}, {"next_url": "https://x/?r=f"}]))
    return {"values": rows, "count": len(rows), **links}


@st.composite
def bent_documents(draw: st.DrawFn) -> dict[str, Any]:
    """Generate a page in which one or two fields were replaced, renamed, added or removed."""
    document = copy.deepcopy(draw(documents()))
    for _ in range(draw(st.integers(1, 2))):
        objects = [document, *_objects(document.get("values"))]
        target = draw(st.sampled_from(objects))
        how = draw(st.sampled_from(["replace", "rename", "add", "remove"]))
        name = draw(st.sampled_from(sorted(target) or ["x"]))
        if how == "add":
            target[draw(st.sampled_from(["extra", "unit", "ff:rr"]))] = draw(_leaves)
        elif how == "replace":
            target[name] = draw(_leaves)
        else:
            taken = target.pop(name, None)
            if how == "rename":
                target[draw(st.sampled_from([f"{name}x", name.upper(), name[::-1]]))] = taken
    return document


def _objects(value: object) -> list[dict[str, Any]]:
    if isinstance(value, dict):
        return [value, *(found for part in value.values() for found in _objects(part))]
    if isinstance(value, list):
        return [found for part in value for found in _objects(part)]
    return []


@given(documents(), st.sampled_from([None, 2]))
@settings(max_examples=80, deadline=None)
def test_nothing_of_a_sound_page_is_lost(document: dict[str, Any], indent: int | None) -> None:
    """Every value of every row of a valid page comes out unchanged."""
    page = parse_data_page(json.dumps(document, indent=indent).encode(), URL)
    expected = [
        (
            row["kpi"],
            row["municipality"],
            row["period"],
            entry["gender"],
            None if entry["value"] is None else float(entry["value"]),
            entry["count"],
            entry["status"] or "",
            entry["isdeleted"],
        )
        for row in document["values"]
        for entry in row["values"]
    ]
    assert expected == page.frame.rows()
    assert (len(document["values"]), ()) == (page.row_count, page.unknown_fields)


_MASKED = {
    "values": [
        {
            "values": [
                {"gender": "T", "count": None, "status": None, "isdeleted": False, "valuex": None},
                {"gender": "K", "count": 1, "status": "value", "value": None, "isdeleted": False},
            ],
            "kpi": "U09800",
            "period": 2012,
            "municipality": "0180",
        }
    ],
    "count": 1,
}
"""A status that reads `value` in the place of a missing `value`: once let through."""


@pytest.mark.slow
@given(st.one_of(bent_documents(), documents()))
@example(_MASKED)
@settings(max_examples=200, deadline=None)
def test_the_fast_reading_and_the_slow_one_say_the_same(document: dict[str, Any]) -> None:
    """Both parsers refuse a document, or both give the same rows, links, unknown fields and remarks."""
    body = json.dumps(document).encode()
    fast = outcome(lambda: parse_data_page(body, URL))
    slow = outcome(lambda: _read_slowly(body, URL, "municipality", UNIT_PATTERN, DATA_SCHEMA))
    assert slow == fast


def outcome(read: Callable[[], ParsedPage]) -> tuple[object, ...]:
    """Return a page as plain values, or the kind of its error."""
    try:
        page = read()
    except KoladaContractError as error:
        return type(error), "came more than once" in str(error)
    return page.frame.rows(), page.frame.schema, page.row_count, page.next_url, page.unknown_fields, page.remarks
