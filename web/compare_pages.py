"""Jämför: any KPI for any units, as lines, a table with places, a distribution, and CSV."""

import csv
import io
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import duckdb
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from reports.charts.distribution_chart import Dots, dots_among_all
from reports.page.html_page import plain_size
from reports.reading.sourced_rows import Row, Source, open_source
from reports.swedish.notices import source_text
from warehouse.credits import RECEIVED
from warehouse.known_units import RIKET_ID
from warehouse.kpi_card import KpiCard, show_kpi
from web.asked import MOST_UNITS, PageError, asked, kpi, one_of, units, words, year
from web.kpi_pages import SEARCH, common_names
from web.line_chart import Line, line_chart
from web.published import Publication
from web.rendering import page
from web.series import GENDER_WORDS, GENDERS, PERIODS, named, own_unit, read_lines

BOTH = "KM"
CHOICES = {**GENDER_WORDS, BOTH: "Kvinnor och män"}
# The values of a year among which places are taken, one gender.
PEERS = """
    kpi_id = ? and period = ? and gender = ? and value is not null and municipality_id in (
        select unit.municipality_id from core.municipality as unit
        where unit.municipality_type = ? and not unit.is_riket
    )
"""
# Names above the dots: the own unit's, and those of a country or a group, which have no dot.
MOST_NAMED = 3
FOUND_BY_NAME = """
    select municipality_id as unit_id, municipality_name as unit_name, 0 as sort from core.municipality
    where contains(lower(municipality_name), lower($text)) or municipality_id = $text
    union all
    select group_id, group_name, 1 from core.municipality_group
    where contains(lower(group_name), lower($text)) or group_id = upper($text)
    order by sort, unit_name
    limit 20
"""


def compare(request: Request) -> Response:
    """Return the page that compares units by one KPI: lines, places, all municipalities; or the values as CSV."""
    given = asked(
        request,
        kpi=kpi,
        units=units,
        gender=one_of(*CHOICES),
        since=year,
        until=year,
        add=words,
        format=one_of("csv"),
    )
    publication: Publication = request.app.state.publications.current()
    with publication.reading() as connection:
        source = open_source(connection)
        own = request.app.state.unit or own_unit(source)
        chosen = given.units() or ((own, RIKET_ID) if own else (RIKET_ID,))
        gender, kpi_id = given.text("gender", "T"), given.optional("kpi")
        since, until = given.year("since"), given.year("until")
        card = show_kpi(connection, kpi_id) if kpi_id else None
        if kpi_id and card is None:
            raise PageError(404, "Nyckeltalet finns inte", f"Filen har inget nyckeltal {kpi_id}.", SEARCH)
        genders = GENDERS[1:] if gender == BOTH else (gender,)
        lines = list(_within(read_lines(connection, kpi_id, chosen, genders), since, until)) if kpi_id else []
        if given.optional("format") == "csv":
            return _as_csv(kpi_id or "", lines, source)
        last = max((period for line in lines for period in line.values), default=None)
        standings = [] if card is None or last is None else [Standing(source, card, last, each) for each in genders]
        names = named(connection, chosen)
        state = {"kpi": kpi_id, "gender": gender, "since": since, "until": until}
        return page(
            "compare.html.j2",
            {
                **common_names(source),
                "title": "Jämför",
                "here": "/jamfor",
                "kpi": card,
                "state": state,
                "chosen": ",".join(chosen),
                "choices": CHOICES,
                "periods": _periods(connection, kpi_id),
                "lines": lines,
                "last": last,
                "standings": standings,
                "dots": [
                    (GENDER_WORDS[each.gender], dots)
                    for each in standings
                    if (dots := each.dots(chosen, names)) is not None
                ],
                "chart": line_chart(lines, card.entry["title"] if card else ""),
                "years": sorted({period for line in lines for period in line.values}),
                "shortcuts": list(_shortcuts(source, own)),
                "hits": _units_by_name(connection, given.text("add")) if given.optional("add") else [],
                "add": given.text("add"),
                "path": request.url.path,
            },
        )


class Standing:
    """Where the units stand among all of their kind in one year, one gender; from the highest value down.

    Attributes:
        period: the year.
        gender: T, K or M.
        units: what they are, in Swedish.
        places: unit -> place; those with equal values share the better one.
        n: how many units have a value.
    """

    def __init__(self, source: Source, card: KpiCard, period: int, gender: str) -> None:
        self.period, self.gender, self._card, self._source = period, gender, card, source
        kind = "L" if card.entry["municipality_type"] == "L" else "K"
        self.units = "regioner" if kind == "L" else "kommuner"
        self._cell = [card.entry["kpi_id"], period, gender]
        self._rows = source.rows("core.observation", PEERS, [*self._cell, kind], order="value desc, municipality_id")
        self.n = len(self._rows)
        first: dict[float, int] = {}
        for number, row in enumerate(self._rows, start=1):
            first.setdefault(row["value"], number)
        self.places = {row["municipality_id"]: first[row["value"]] for row in self._rows}

    def said(self, line: Line) -> str:
        """Return a line's place and the number of units; nothing if it has no place."""
        place = self.places.get(line.unit_id) if line.gender == self.gender else None
        return "" if place is None else f"{place} av {self.n}"

    def dots(self, chosen: Sequence[str], names: Mapping[str, str]) -> Markup | None:
        """Return a dot per unit, with those that are compared marked; nothing if no unit has a value.

        Args:
            chosen: the units that are compared, the own one first.
            names: of the chosen ones.
        """
        if not self._rows:
            return None
        rows = {row["municipality_id"]: row for row in self._of("core.observation", "municipality_id", chosen)}
        rows |= {row["group_id"]: row for row in self._of("core.group_observation", "group_id", chosen)}
        beside = [unit for unit in chosen[1:] if unit in rows and unit not in self.places]
        told = [*(unit for unit in chosen[:1] if unit in rows), *beside][:MOST_NAMED]
        word = "" if self.gender == "T" else f", {GENDER_WORDS[self.gender].lower()}"
        return dots_among_all(
            Dots(self._rows, chosen[0], frozenset(chosen[1:])),
            [(names[unit], rows[unit]) for unit in told],
            name=f"alla-{self.gender}",
            title=f"Alla {self.units} {self.period}{word}",
            units=self.units,
            decimals=max(plain_size(row["value"]) for row in rows.values()) if rows else 1,
        )

    def _of(self, relation: str, column: str, chosen: Sequence[str]) -> list[Row]:
        where = f"kpi_id = ? and period = ? and gender = ? and value is not null and list_contains(?, {column})"
        return self._source.rows(relation, where, [*self._cell, list(chosen)])


def _within(lines: Sequence[Line], since: int | None, until: int | None) -> Iterator[Line]:
    """Return the lines between two years, without those that have no value there."""
    for line in lines:
        values = {at: value for at, value in line.values.items() if (since or at) <= at <= (until or at)}
        if values:
            yield replace(line, values=values)


def _periods(connection: duckdb.DuckDBPyConnection, kpi_id: str | None) -> list[int]:
    if kpi_id is None:
        return []
    return [period for (period,) in connection.execute(PERIODS, {"kpi_id": kpi_id}).fetchall()]


def _as_csv(kpi_id: str, lines: Sequence[Line], source: Source) -> PlainTextResponse:
    """Return the series as CSV with decimal points; every row names its source."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["kpi_id", "municipality_id", "municipality_name", "period", "gender", "value", "source"])
    label = source_text(source, RECEIVED)
    for line in lines:
        for period, value in line.values.items():
            writer.writerow([kpi_id, line.unit_id, line.name, period, line.gender, repr(value), label])
    return PlainTextResponse(
        "\ufeff" + out.getvalue(),
        media_type="text/csv; charset=utf-8",
        headers={"content-disposition": f'attachment; filename="{kpi_id or "jamforelse"}.csv"'},
    )


def _shortcuts(source: Source, own: str | None) -> Iterator[tuple[str, str]]:
    """Yield ready lists of units: the own unit with Riket, similar units, its county, or a list of the plans."""
    if own is None:
        return
    yield "Riket", f"{own},{RIKET_ID}"
    similar: dict[str, list[str]] = {}
    for row in source.rows("mart.similar_group", "is_latest_vintage", order="topic, municipality_id"):
        if row["owner_municipality_id"] == own:
            similar.setdefault(row["topic"], []).append(row["municipality_id"])
    for topic, members in similar.items():
        yield f"Liknande, {topic}", _list_with(own, members)
    unit = source.one("core.municipality", "municipality_id = ?", [own])
    if unit is not None:
        rows = source.rows(
            "core.municipality",
            "county_code = ? and municipality_type = 'K'",
            [unit["county_code"]],
            order="municipality_name",
        )
        yield unit["county_name"] or "Länet", _list_with(own, [row["municipality_id"] for row in rows])
    lists: dict[tuple[str, str], list[str]] = {}
    for row in source.rows("plan.unit_group", order="group_name, plan_id, municipality_id"):
        lists.setdefault((row["group_name"], row["plan_id"]), []).append(row["municipality_id"])
    names = Counter(name for name, _ in lists)
    for (name, plan_id), members in lists.items():
        of_plan = f" i {plan_id}" if names[name] > 1 else ""
        cut = f", de {MOST_UNITS} första" if len({own, *members}) > MOST_UNITS else ""
        yield f"Listan {name}{of_plan}{cut}", _list_with(own, members)


def _list_with(own: str, members: Sequence[str]) -> str:
    """Return the own unit, then the others, each once and at most as many as the page takes."""
    return ",".join(list(dict.fromkeys([own, *members]))[:MOST_UNITS])


def _units_by_name(connection: duckdb.DuckDBPyConnection, text: str) -> list[tuple[str, str]]:
    found = connection.execute(FOUND_BY_NAME, {"text": text}).fetchall()
    return [(unit, name) for unit, name, _ in found]
