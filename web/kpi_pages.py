"""Nyckeltal, Alla kommuner and Jämför: any KPI of the file, whether a plan judges by it or not."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import duckdb
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response

from reports.contents import RIKET_ID
from reports.html_page import plain_size
from reports.notices import source_text
from reports.signs import sign_sheet
from reports.sourced_rows import Source, open_source
from warehouse.credits import DERIVED, MADE_UP_VALUES, RECEIVED
from warehouse.kpi_card import KpiCard, show_kpi
from warehouse.kpi_search import search_kpis, suggest_kpis
from web.asked import PageError, asked, kpi, one_of, units, words, year
from web.line_chart import Line, line_chart
from web.published import Publication
from web.rendering import address, page

GENDERS: Final = ("T", "K", "M")
GENDER_WORDS: Final = {"T": "Totalt", "K": "Kvinnor", "M": "Män"}
SEARCH: Final = (("/nyckeltal", "Sök ett nyckeltal"),)

LATEST: Final = """
    select max(period) from core.observation where kpi_id = $kpi_id and gender = $gender and value is not null
"""
PERIODS: Final = """
    select distinct period from core.observation
    where kpi_id = $kpi_id and value is not null
    order by period desc
"""
# Every municipality's value of a year, and how it has changed since the year before.
EVERYWHERE: Final = """
    select
        unit.municipality_id,
        unit.municipality_name,
        unit.county_code,
        now.value,
        now.value - earlier.value as change
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
SERIES: Final = """
    select observation.municipality_id, unit.municipality_name, observation.period, observation.value
    from core.observation as observation
    inner join core.municipality as unit on observation.municipality_id = unit.municipality_id
    where
        observation.kpi_id = $kpi_id
        and list_contains($units, observation.municipality_id)
        and observation.gender = $gender
        and observation.value is not null
    order by list_position($units, observation.municipality_id), observation.period
"""
CHANGES: Final = """
    select municipality_id, period, gender, old_value, new_value, change_kind, known_from
    from mart.revision
    where kpi_id = $kpi_id
    order by known_from desc, period desc, municipality_id
    limit 100
"""


def search(request: Request) -> HTMLResponse:
    """Search over the catalogue by words or the beginning of an id."""
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
    """All that the file holds about one KPI, and the rows that make a goal of it."""
    asked(request)
    publication: Publication = request.app.state.publications.current()
    with publication.reading() as connection:
        source = open_source(connection)
        card = _card(connection, request)
        own = request.app.state.unit or _own_unit(source)
        lines = _series(connection, card.entry["kpi_id"], (own, RIKET_ID), "T") if own else []
        return page(
            "kpi.html.j2",
            {
                **common_names(source),
                "title": f"{card.entry['kpi_id']} {card.entry['title']}",
                "here": "/nyckeltal",
                "kpi": card,
                "chart": line_chart(lines, card.entry["title"]),
                "lines": lines,
                "revisions": connection.execute(CHANGES, {"kpi_id": card.entry["kpi_id"]}).fetchall(),
                "recipe": recipe(card.entry["kpi_id"], card.entry["title"]),
                "own": own,
            },
        )


def recipe(kpi_id: str, title: str) -> dict[str, str]:
    """The rows that make a goal of a KPI, by file."""
    unit = (re.findall(r"\(([^()]*)\)", title) or ["enheten"])[-1]
    name = f'"{title}"' if "," in title else title
    return {
        "indicators.csv": (
            "indicator_id,goal_id,role,title,kpi_id,source,unit,direction,display_decimals,value_route\n"
            f"M1.1,M1,steering,{name},{kpi_id},Kolada,{unit},higher,1,kolada"
        ),
        "targets.csv": "indicator_id,year,kind,operator,target_value,target_text\nM1.1,2026,number,>=,90,minst 90",
    }


def everywhere(request: Request) -> HTMLResponse:
    """One KPI for all municipalities or regions: a table, and a tile for each, by county."""
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
                "title": f"{kpi_id}: alla kommuner {shown or ''}",
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
                "own": request.app.state.unit or _own_unit(source),
            },
        )


@dataclass(frozen=True, slots=True)
class PlacedUnit:
    """One unit's value of a year, its place from the highest down, and its change since the year before."""

    id: str
    name: str
    value: float | None
    change: float | None
    place: int | None


def _placed(rows: Sequence[tuple[str, str, str, float | None, float | None]], order: str) -> list[PlacedUnit]:
    """The units in the order asked for; ties share the better place."""
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
    """The tiles: county code -> units, each with the fifth of all values that it lies in."""
    values = sorted(value for *_, value, _ in rows if value is not None)
    tiles: dict[str, list[dict[str, object]]] = {}
    for unit, name, county, value, _ in rows:
        fifth = None if value is None else 1 + 5 * _below(values, value) // max(len(values), 1)
        tiles.setdefault(county or "", []).append({"id": unit, "name": name, "value": value, "fifth": fifth})
    return dict(sorted(tiles.items()))


def _below(values: Sequence[float], value: float) -> int:
    return sum(each < value for each in values)


def compare(request: Request) -> Response:
    """Any KPI for any units: lines, a table, and the same as CSV."""
    given = asked(request, kpi=kpi, units=units, gender=one_of(*GENDERS), add=words, format=one_of("csv"))
    publication: Publication = request.app.state.publications.current()
    with publication.reading() as connection:
        source = open_source(connection)
        own = request.app.state.unit or _own_unit(source)
        chosen = given.units() or ((own, RIKET_ID) if own else (RIKET_ID,))
        gender = given.text("gender", "T")
        kpi_id = given.optional("kpi")
        lines = _series(connection, kpi_id, chosen, gender) if kpi_id else []
        if given.optional("format") == "csv":
            return _as_csv(kpi_id or "", gender, lines, source)
        entry = show_kpi(connection, kpi_id) if kpi_id else None
        if kpi_id and entry is None:
            raise PageError(404, "Nyckeltalet finns inte", f"Filen har inget nyckeltal {kpi_id}.", SEARCH)
        names = _named(connection, chosen)
        return page(
            "compare.html.j2",
            {
                **common_names(source),
                "title": "Jämför",
                "here": "/jamfor",
                "kpi": entry,
                "kpi_id": kpi_id or "",
                "units": names,
                "chosen": ",".join(chosen),
                "gender": gender,
                "genders": GENDER_WORDS,
                "lines": lines,
                "chart": line_chart(lines, entry.entry["title"] if entry else ""),
                "years": sorted({period for line in lines for period in line.values}),
                "shortcuts": list(_shortcuts(source, own)),
                "hits": _units_by_name(connection, given.text("add")) if given.optional("add") else [],
                "add": given.text("add"),
                "path": request.url.path,
            },
        )


def _as_csv(kpi_id: str, gender: str, lines: Sequence[Line], source: Source) -> PlainTextResponse:
    """The series as CSV with decimal points; every row names its source."""
    label = source_text(source, RECEIVED)
    rows = [
        f"{kpi_id},{line.unit_id},{line.name},{period},{gender},{value!r},{label}"
        for line in lines
        for period, value in line.values.items()
    ]
    head = "kpi_id,municipality_id,municipality_name,period,gender,value,source"
    return PlainTextResponse(
        "\ufeff" + "\r\n".join([head, *rows]) + "\r\n",
        media_type="text/csv; charset=utf-8",
        headers={"content-disposition": f'attachment; filename="{kpi_id or "jamforelse"}.csv"'},
    )


def _shortcuts(source: Source, own: str | None) -> Iterator[tuple[str, str]]:
    """Lists of units with one click: the own municipality with the whole country, similar ones, the county."""
    if own is None:
        return
    yield "Riket", f"{own},{RIKET_ID}"
    similar: dict[str, list[str]] = {}
    for row in source.rows("mart.similar_group", "is_latest_vintage", order="topic, municipality_id"):
        similar.setdefault(row["topic"], []).append(row["municipality_id"])
    for topic, members in similar.items():
        yield f"Liknande, {topic}", ",".join([own, *members][:25])
    unit = source.one("core.municipality", "municipality_id = ?", [own])
    if unit is not None:
        rows = source.rows(
            "core.municipality",
            "county_code = ? and municipality_type = 'K' and municipality_id <> ?",
            [unit["county_code"], own],
            order="municipality_name",
        )
        yield "Länet", ",".join([own, *(row["municipality_id"] for row in rows)][:25])


def _units_by_name(connection: duckdb.DuckDBPyConnection, text: str) -> list[tuple[str, str]]:
    return connection.execute(
        "select municipality_id, municipality_name from core.municipality "
        "where contains(lower(municipality_name), lower($text)) or municipality_id = $text "
        "order by municipality_name limit 20",
        {"text": text},
    ).fetchall()


def _named(connection: duckdb.DuckDBPyConnection, chosen: Sequence[str]) -> list[tuple[str, str]]:
    names = dict(connection.execute("select municipality_id, municipality_name from core.municipality").fetchall())
    return [(unit, names.get(unit, unit)) for unit in chosen]


def _series(connection: duckdb.DuckDBPyConnection, kpi_id: str, chosen: Sequence[str], gender: str) -> list[Line]:
    found: dict[str, tuple[str, dict[int, float]]] = {}
    for unit, name, period, value in connection.execute(
        SERIES, {"kpi_id": kpi_id, "units": list(chosen), "gender": gender}
    ).fetchall():
        found.setdefault(unit, (name, {}))[1][period] = value
    return [Line(unit, name, values) for unit, (name, values) in found.items()]


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


def _own_unit(source: Source) -> str | None:
    """The municipality of the file's first plan."""
    plan = source.one("plan.plan")
    return None if plan is None else str(plan["municipality_id"])


def common_names(source: Source) -> dict[str, object]:
    """What every page without a plan says of its source."""
    return {
        "made_up": MADE_UP_VALUES if source.is_sample else "",
        "sign_sheet": sign_sheet(),
        "received": source_text(source, RECEIVED),
        "derived": source_text(source, DERIVED),
        "known_at": source.known_at,
        "address": address,
        "size": plain_size,
    }
