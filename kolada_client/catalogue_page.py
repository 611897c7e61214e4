"""Pages of the catalogues: KPIs, municipalities, groups of either, organisational units.

These are small (the largest, all KPIs, has 6,100 entries), so they are read the slow and exact way. Dates
are the one thing that bends: Kolada promises no format for them, so one that is no date becomes null and a
remark, in place of a night without any KPI.
"""

from collections.abc import Callable
from datetime import date
from typing import Any, Final

import polars as pl

from kolada_client import schemas, shapes
from kolada_client.models import ParsedPage

_KPI: Final[shapes.Shape] = {
    "id": shapes.TEXT,
    "title": shapes.TEXT,
    "description": shapes.NULLABLE_TEXT,
    "is_divided_by_gender": shapes.FLAG,
    "municipality_type": shapes.NULLABLE_TEXT,
    "auspice": shapes.NULLABLE_TEXT,
    "operating_area": shapes.NULLABLE_TEXT,
    "perspective": shapes.NULLABLE_TEXT,
    "prel_publication_date": shapes.NULLABLE_TEXT,
    "publication_date": shapes.NULLABLE_TEXT,
    "publ_period": shapes.NULLABLE_TEXT,
    "has_ou_data": shapes.FLAG,
}
_MUNICIPALITY: Final[shapes.Shape] = {"id": shapes.TEXT, "title": shapes.TEXT, "type": shapes.TEXT}
_GROUP: Final[shapes.Shape] = {"id": shapes.TEXT, "title": shapes.TEXT, "members": shapes.LIST}
_MEMBER: Final[shapes.Shape] = {"member_id": shapes.TEXT, "member_title": shapes.NULLABLE_TEXT}
_OU: Final[shapes.Shape] = {"id": shapes.TEXT, "title": shapes.NULLABLE_TEXT, "municipality": shapes.NULLABLE_TEXT}

Rows = list[tuple[Any, ...]]
"""Rows for a frame; the schema that they are put into checks their types once more."""


def parse_kpi_page(body: bytes, url: str) -> ParsedPage:
    """Read one page of `/kpi` into a frame of KPI_SCHEMA.

    Raises:
        KoladaUnreadable: The body is no JSON.
        KoladaContractError: It is, and breaks the contract.
    """
    remarks: list[str] = []

    def rows(entry: dict[str, Any], _place: str, _findings: shapes.Findings) -> Rows:
        return [
            (
                *(entry[name] for name in list(_KPI)[:8]),
                _date(entry, "prel_publication_date", remarks),
                _date(entry, "publication_date", remarks),
                _year(entry, "publ_period", remarks),
                entry["has_ou_data"],
            )
        ]

    return _parse(body, url, _KPI, schemas.KPI_SCHEMA, rows, remarks)


def parse_municipality_page(body: bytes, url: str) -> ParsedPage:
    """Read one page of `/municipality` into a frame of MUNICIPALITY_SCHEMA; raises as `parse_kpi_page`."""

    def rows(entry: dict[str, Any], _place: str, _findings: shapes.Findings) -> Rows:
        return [(entry["id"], entry["title"], entry["type"])]

    return _parse(body, url, _MUNICIPALITY, schemas.MUNICIPALITY_SCHEMA, rows, [])


def parse_group_page(body: bytes, url: str) -> ParsedPage:
    """Read one page of `/municipality_groups` or `/kpi_groups` into a frame of GROUP_SCHEMA.

    A group without members is one row with a null member; a member named twice is one row and a remark.
    Raises as `parse_kpi_page`.
    """
    remarks: list[str] = []

    def rows(entry: dict[str, Any], place: str, findings: shapes.Findings) -> Rows:
        members = [
            shapes.check(member, _MEMBER, f"{place}.members[{index}]", "values[].members[].", findings)
            for index, member in enumerate(entry["members"])
        ]
        sound = [member for member in members if member is not None]
        names = {member["member_id"]: member["member_title"] for member in sound}
        if len(names) < len(sound):
            remarks.append(f"group `{entry['id']}` names a member twice")
        return [(entry["id"], entry["title"], *pair) for pair in names.items() or [(None, None)]]

    return _parse(body, url, _GROUP, schemas.GROUP_SCHEMA, rows, remarks)


def parse_ou_page(body: bytes, url: str) -> ParsedPage:
    """Read one page of `/ou` into a frame of OU_SCHEMA; raises as `parse_kpi_page`."""

    def rows(entry: dict[str, Any], _place: str, _findings: shapes.Findings) -> Rows:
        return [(entry["id"], entry["title"], entry["municipality"])]

    return _parse(body, url, _OU, schemas.OU_SCHEMA, rows, [])


def _parse(
    body: bytes,
    url: str,
    shape: shapes.Shape,
    schema: dict[str, pl.DataType],
    rows_of: Callable[[dict[str, Any], str, shapes.Findings], Rows],
    remarks: list[str],
) -> ParsedPage:
    findings = shapes.Findings()
    envelope = shapes.check_envelope(shapes.load(body, url), url, findings)
    rows: Rows = []
    seen: set[str] = set()
    for number, value in enumerate(envelope["values"]):
        place = f"values[{number}]"
        entry = shapes.check(value, shape, place, "values[].", findings)
        if entry is None:
            continue
        if entry["id"] in seen:
            findings.fault(place, f"has the id `{entry['id']}`, which came before")
        seen.add(entry["id"])
        rows.extend(rows_of(entry, place, findings))
    findings.raise_if_any(url)
    frame = pl.DataFrame(rows, schema=schema, orient="row")
    unknown = tuple(sorted(findings.unknown_fields))
    return ParsedPage(frame, len(envelope["values"]), envelope.get("next_url") or None, unknown, tuple(remarks))


def _date(entry: dict[str, Any], name: str, remarks: list[str]) -> date | None:
    text = entry[name]
    if not text:
        return None
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        remarks.append(f"`{entry['id']}` has {name} `{shapes.brief(text)}`, which is no date: read as null")
        return None


def _year(entry: dict[str, Any], name: str, remarks: list[str]) -> int | None:
    text = entry[name]
    if not text:
        return None
    if text.isascii() and text.isdigit() and len(text) == 4:  # noqa: PLR2004 - a year has four digits
        return int(text)
    remarks.append(f"`{entry['id']}` has {name} `{shapes.brief(text)}`, which is no year: read as null")
    return None
