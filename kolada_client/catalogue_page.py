"""Response pages of the catalogues: KPIs, municipalities, groups of either, organisational units.

The catalogues are small (the largest, all KPIs, has 6,100 entries), so they are read in the slow and exact way. Fields
for which Kolada promises nothing are tolerated: an invalid date becomes null, a title that was encoded twice and an id
of a new form are kept as received. Each leaves a remark; otherwise one such entry would cost a night all of its KPIs.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from kolada_client import identifiers as ids
from kolada_client import schemas, shapes
from kolada_client.body_kinds import brief_json, brief_text
from kolada_client.models import ParsedPage

_KPI: shapes.Shape = {
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
_MUNICIPALITY: shapes.Shape = {"id": shapes.TEXT, "title": shapes.TEXT, "type": shapes.TEXT}
_GROUP: shapes.Shape = {"id": shapes.TEXT, "title": shapes.TEXT, "members": shapes.LIST}
_MEMBER: shapes.Shape = {"member_id": shapes.TEXT, "member_title": shapes.NULLABLE_TEXT}
_OU: shapes.Shape = {"id": shapes.TEXT, "title": shapes.NULLABLE_TEXT, "municipality": shapes.NULLABLE_TEXT}

# Characters that are allowed in a path and in a list with commas.
_ID = re.compile(r"[^\s,/?#%&\\\x00-\x1f\x7f]{1,64}")

Rows = list[tuple[Any, ...]]
"""Rows for a frame; the frame's schema checks their types again."""


@dataclass(frozen=True, slots=True)
class _Kind:
    """One catalogue: the word for an entry, its fields, the form of its ids, and the frame's columns."""

    noun: str
    shape: shapes.Shape
    id_pattern: str
    schema: dict[str, pl.DataType]


_KPIS = _Kind("KPI", _KPI, ids.KPI_PATTERN, schemas.KPI_SCHEMA)
_MUNICIPALITIES = _Kind("municipality", _MUNICIPALITY, ids.MUNICIPALITY_PATTERN, schemas.MUNICIPALITY_SCHEMA)
_GROUPS = _Kind("group", _GROUP, ids.GROUP_PATTERN, schemas.GROUP_SCHEMA)
_OUS = _Kind("organisational unit", _OU, ids.OU_PATTERN, schemas.OU_SCHEMA)


def parse_kpi_page(body: bytes, url: str) -> ParsedPage:
    """Read one page of `/kpi` into a frame of KPI_SCHEMA.

    Raises:
        KoladaUnreadable: The body is not JSON.
        KoladaContractError: The JSON breaks the contract.
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

    return _parse(body, url, _KPIS, rows, remarks)


def parse_municipality_page(body: bytes, url: str) -> ParsedPage:
    """Read one page of `/municipality` into a frame of MUNICIPALITY_SCHEMA; raises as `parse_kpi_page`."""

    def rows(entry: dict[str, Any], _place: str, _findings: shapes.Findings) -> Rows:
        return [(entry["id"], entry["title"], entry["type"])]

    return _parse(body, url, _MUNICIPALITIES, rows, [])


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
            remarks.append(f"group `{brief_text(entry['id'])}` names a member twice")
        return [(entry["id"], entry["title"], *pair) for pair in names.items() or [(None, None)]]

    return _parse(body, url, _GROUPS, rows, remarks)


def parse_ou_page(body: bytes, url: str) -> ParsedPage:
    """Read one page of `/ou` into a frame of OU_SCHEMA; raises as `parse_kpi_page`."""

    def rows(entry: dict[str, Any], _place: str, _findings: shapes.Findings) -> Rows:
        return [(entry["id"], entry["title"], entry["municipality"])]

    return _parse(body, url, _OUS, rows, [])


def _parse(
    body: bytes,
    url: str,
    kind: _Kind,
    rows_of: Callable[[dict[str, Any], str, shapes.Findings], Rows],
    remarks: list[str],
) -> ParsedPage:
    shapes.check_size(body, url)
    findings = shapes.Findings()
    envelope = shapes.check_envelope(shapes.load(body, url), url, findings)
    rows: Rows = []
    seen: set[str] = set()
    for number, value in enumerate(envelope["values"]):
        place = f"values[{number}]"
        entry = shapes.check(value, kind.shape, place, "values[].", findings)
        if entry is None:
            continue
        if not _ID.fullmatch(entry["id"]):
            findings.fault(f"{place}.id", f"is `{brief_json(entry['id'])}`, which can be no id")
        if entry["id"] in seen:
            findings.fault(place, f"has the id `{brief_text(entry['id'])}`, which came before")
        seen.add(entry["id"])
        remarks.extend(_oddities(kind, entry))
        rows.extend(rows_of(entry, place, findings))
    findings.raise_if_any(url)
    frame = pl.DataFrame(rows, schema=kind.schema, orient="row")
    unknown = tuple(sorted(findings.unknown_fields))
    return ParsedPage(frame, len(envelope["values"]), envelope.get("next_url") or None, unknown, shapes.few(remarks))


def _oddities(kind: _Kind, entry: dict[str, Any]) -> Iterator[str]:
    """Return remarks on an entry that is kept as received: an id of another form, a title that was encoded twice."""
    named = f"{kind.noun} `{entry['id']}`"
    if not re.fullmatch(kind.id_pattern, entry["id"]):
        yield f"{named} has an id of a form not met before, so it is not asked for"
    meant = _decoded_again(entry["title"] or "")
    if meant is not None:
        title = brief_text(entry["title"])
        yield f"{named} has the title `{title}`, whose UTF-8 was encoded twice: it reads `{brief_text(meant)}`"


def _decoded_again(text: str) -> str | None:
    """Return the original of a text whose UTF-8 was encoded twice (`Ã¥` for `å`); None if it was not."""
    if text.isascii():
        return None
    for codec in ("latin-1", "cp1252"):
        try:
            return text.encode(codec).decode()
        except UnicodeError:
            continue
    return None


def _date(entry: dict[str, Any], name: str, remarks: list[str]) -> date | None:
    text = entry[name]
    if not text:
        return None
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        remarks.append(f"`{entry['id']}` has {name} `{brief_json(text)}`, which is no date: read as null")
        return None


def _year(entry: dict[str, Any], name: str, remarks: list[str]) -> int | None:
    text = entry[name]
    if not text:
        return None
    if text.isascii() and text.isdigit() and len(text) == 4:  # noqa: PLR2004 - a year has four digits
        return int(text)
    remarks.append(f"`{entry['id']}` has {name} `{brief_json(text)}`, which is no year: read as null")
    return None
