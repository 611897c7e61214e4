"""Nyckeltal and Alla kommuner: pages about any KPI of the file, used by a plan or not."""

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass

import duckdb
from starlette.requests import Request
from starlette.responses import HTMLResponse

from reports.page.html_page import plain_size
from reports.reading.sourced_rows import Source, open_source
from reports.swedish.notices import source_text
from reports.swedish.numbers import decimals_that_tell_apart
from reports.swedish.signs import sign_sheet
from warehouse.credits import DERIVED, MADE_UP_VALUES, RECEIVED
from warehouse.known_units import RIKET_ID
from warehouse.kpi_card import KpiCard, show_kpi
from warehouse.kpi_search import search_kpis, suggest_kpis
from web.asked import PageError, asked, kpi, one_of, words, year
from web.line_chart import line_chart
from web.published import Publication
from web.rendering import address, page
from web.series import GENDER_WORDS, GENDERS, PERIODS, own_unit, read_lines

SEARCH = (("/nyckeltal", "Sök ett nyckeltal"),)

LATEST = """
    select max(period) from core.observation where kpi_id = $kpi_id and gender = $gender and value is not null
"""
# Every municipality's value in a year, and its change since the year before.
EVERYWHERE = """
    select
        unit.municipality_id,
        unit.municipality_name,
        unit.county_name,
        now.value,
        mart.difference(now.value, earlier.value) as change
    from core.municipality as unit
    left join core.observation as now
        on unit.municipality_id = now.municipality_id
        and now.kpi_id = $kpi_id and now.period = $year and now.gender = $gender
    left join core.observation as earlier
        on unit.municipality_id = earlier.municipality_id
        and earlier.kpi_id = $kpi_id and earlier.period = $year - 1 and earlier.gender = $gender
    where unit.municipality_type = $unit_type and not unit.is_riket
    order by unit.municipality_name
"""
CHANGES = """
    select
        coalesce(municipality_name, municipality_id), period, gender, old_value, new_value, known_from,
        coalesce(
            (select min(label) from plan.label where label_kind = 'change_kind' and code = change_kind), change_kind
        )
    from mart.revision
    where kpi_id = $kpi_id
    order by known_from desc, period desc, municipality_id
    limit 100
"""


def search(request: Request) -> HTMLResponse:
    """Return the page of a search in the catalogue, by words or the beginning of an id."""
    given = asked(request, q=words)
    publication: Publication = request.app.state.publications.current()
    with publication.reading() as connection:
        text = given.text("q")
        found = search_kpis(connection, text, limit=50) if text else []
        near = suggest_kpis(connection, text) if text and not found else []
        return page(
            "kpis.html.j2",
            {
                **common_names(open_source(connection)),
                "title": "Nyckeltal",
                "here": "/nyckeltal",
                "q": text,
                "found": found,
                "near": near,
            },
        )


def one(request: Request) -> HTMLResponse:
    """Return the page of one KPI, with the rows of a plan that would make a goal of it."""
    asked(request)
    publication: Publication = request.app.state.publications.current()
    with publication.reading() as connection:
        source = open_source(connection)
        card = _card(connection, request)
        own = request.app.state.unit or own_unit(source)
        lines = read_lines(connection, card.entry["kpi_id"], (own, RIKET_ID), ("T",)) if own else []
        return page(
            "kpi.html.j2",
            {
                **common_names(source),
                "title": f"{card.entry['kpi_id']} {card.entry['title']}",
                "here": "/nyckeltal",
                "kpi": card,
                "chart": line_chart(lines, card.entry["title"]),
                "lines": lines,
                "revisions": [
                    (*row, _places(row[3], row[4]))
                    for row in connection.execute(CHANGES, {"kpi_id": card.entry["kpi_id"]}).fetchall()
                ],
                "recipe": recipe(card.entry["kpi_id"], card.entry["title"]),
                "own": own,
                "genders": GENDER_WORDS,
            },
        )


def _places(old: float | None, new: float | None) -> int:
    """Return the decimals of a changed value, at which its two figures look unequal."""
    least = max((plain_size(value) for value in (old, new) if value is not None), default=0)
    return decimals_that_tell_apart(old, new, least)


def recipe(kpi_id: str, title: str) -> dict[str, str]:
    """Return file name -> the rows that make a goal of a KPI."""
    unit = (re.findall(r"\(([^()]*)\)", title) or ["enheten"])[-1]
    row = io.StringIO()
    cells = ("M1.1", "M1", "steering", title, kpi_id, "Kolada", unit, "higher", 1, "kolada")
    csv.writer(row, lineterminator="").writerow(cells)
    return {
        "indicators.csv": (
            "indicator_id,goal_id,role,title,kpi_id,source,unit,direction,display_decimals,value_route\n"
            f"{row.getvalue()}"
        ),
        "targets.csv": "indicator_id,year,kind,operator,target_value,target_text\nM1.1,2026,number,>=,90,minst 90",
    }


def everywhere(request: Request) -> HTMLResponse:
    """Return the page of one KPI for all municipalities or regions: a table, and a map of tiles by county."""
    given = asked(request, year=year, gender=one_of(*GENDERS), sort=one_of("varde", "namn", "andring"))
    publication: Publication = request.app.state.publications.current()
    with publication.reading() as connection:
        source = open_source(connection)
        card = _card(connection, request)
        kpi_id, gender = card.entry["kpi_id"], given.text("gender", "T")
        ((latest,),) = connection.execute(LATEST, {"kpi_id": kpi_id, "gender": gender}).fetchall()
        shown = given.year() or latest
        unit_type = "L" if card.entry["municipality_type"] == "L" else "K"
        rows = connection.execute(
            EVERYWHERE, {"kpi_id": kpi_id, "year": shown, "gender": gender, "unit_type": unit_type}
        ).fetchall()
        return page(
            "everywhere.html.j2",
            {
                **common_names(source),
                "title": f"{kpi_id}: alla {'regioner' if unit_type == 'L' else 'kommuner'} {shown or ''}",
                "here": "/nyckeltal",
                "kpi": card,
                "year": shown,
                "gender": gender,
                "genders": GENDER_WORDS,
                "years": [period for (period,) in connection.execute(PERIODS, {"kpi_id": kpi_id}).fetchall()],
                "rows": _placed(rows, given.text("sort", "varde")),
                "counties": _counties(rows),
                "n": sum(value is not None for *_, value, _ in rows),
                "sort": given.text("sort", "varde"),
                "path": request.url.path,
                "own": request.app.state.unit or own_unit(source),
            },
        )


@dataclass(frozen=True, slots=True)
class PlacedUnit:
    """One unit's value in a year, its place (the highest value is first), and its change since the year before."""

    id: str
    name: str
    value: float | None
    change: float | None
    place: int | None


def _placed(rows: Sequence[tuple[str, str, str, float | None, float | None]], order: str) -> list[PlacedUnit]:
    """Return the units in the given order; equal values share the better place."""
    values = sorted((value for *_, value, _ in rows if value is not None), reverse=True)
    first = {value: place for place, value in reversed(list(enumerate(values, start=1)))}
    told = [
        PlacedUnit(unit, name, value, change, None if value is None else first[value])
        for unit, name, _, value, change in rows
    ]
    match order:
        case "namn":
            return told
        case "andring":
            return sorted(told, key=lambda unit: (unit.change is None, -(unit.change or 0.0)))
        case _:
            return sorted(told, key=lambda unit: (unit.place is None, unit.place or 0))


def _counties(rows: Sequence[tuple[str, str, str, float | None, float | None]]) -> dict[str, list[dict[str, object]]]:
    """Return county name -> tiles of its units, each with the quintile of its value."""
    values = sorted(value for *_, value, _ in rows if value is not None)
    tiles: dict[str, list[dict[str, object]]] = {}
    for unit, name, county, value, _ in rows:
        fifth = None if value is None else 1 + 5 * _below(values, value) // max(len(values), 1)
        tiles.setdefault(county or "", []).append({"id": unit, "name": name, "value": value, "fifth": fifth})
    return dict(sorted(tiles.items()))


def _below(values: Sequence[float], value: float) -> int:
    return sum(each < value for each in values)


def _card(connection: duckdb.DuckDBPyConnection, request: Request) -> KpiCard:
    try:
        kpi_id = kpi(request.path_params["kpi"])
    except ValueError as error:
        raise PageError(404, "Nyckeltalet finns inte", f"Ett nyckeltal skrivs som {error}.", SEARCH) from None
    card = show_kpi(connection, kpi_id)
    if card is None:
        near = [
            (f"/nyckeltal/{each.kpi_id}", f"{each.kpi_id} {each.title}") for each in suggest_kpis(connection, kpi_id)
        ]
        raise PageError(
            404,
            "Nyckeltalet finns inte",
            f"Filen har inget nyckeltal {kpi_id}.",
            tuple(near) or SEARCH,
        )
    return card


def common_names(source: Source) -> dict[str, object]:
    """Return the template variables of every page without a plan: its notices and source labels."""
    return {
        "made_up": MADE_UP_VALUES if source.is_sample else "",
        "sign_sheet": sign_sheet(),
        "received": source_text(source, RECEIVED),
        "derived": source_text(source, DERIVED),
        "known_at": source.known_at,
        "address": address,
        "size": plain_size,
    }
