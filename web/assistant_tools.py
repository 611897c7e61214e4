"""The tools of `kolada mcp`, with which an assistant reads the published file.

Each tool is one method, and reads the same relations as the pages; the types of the results are in assistant_answers. A
missing value is returned with its reason. The file is opened read-only, and SQL is restricted
(`warehouse.locked_query`).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date
from pathlib import Path
from typing import Any

from mcp.server.mcpserver.exceptions import ToolError

from reports.errors import ReportError
from reports.explanation.explain import explained
from reports.reading.contents import Contents
from reports.reading.evidence import evidence_within
from reports.reading.sourced_rows import Row, Source, open_source
from reports.swedish.notices import made_up_notice, source_text
from warehouse.credits import DERIVED, RECEIVED
from warehouse.errors import WarehouseError
from warehouse.kpi_card import show_kpi
from warehouse.kpi_search import search_kpis
from warehouse.locked_query import locked_file
from web.asked import KPI, MOST_UNITS, UNIT
from web.assistant_answers import (
    Changes,
    Chapter,
    Comparison,
    Explanation,
    FoundKpi,
    FoundKpis,
    Goals,
    QueryAnswer,
    Series,
    cell,
    figure,
    json_value,
    revision,
    verdict_change,
)
from web.published import Publication, Publications
from web.rendering import address

QUERY_SECONDS = 10.0
MOST_ROWS = 500
MOST_CHANGES = 200


@contextmanager
def _told() -> Iterator[None]:
    """Turn our own errors into tool errors."""
    try:
        yield
    except (ReportError, WarehouseError) as error:
        raise ToolError(str(error)) from error


class AssistantTools:
    """The tools on one published file."""

    def __init__(self, publications: Publications, published: Path, pages: str) -> None:
        self._publications = publications
        self._published = published
        self._pages = pages

    def goals(self, plan: str | None = None, year: int | None = None, as_of: str | None = None) -> Goals:
        """Return the goals of a plan in a year, each with outcome, target, verdict, margin, place and source.

        Args:
            plan: the plan's id; optional if the file has one plan.
            year: by default the year that the report shows.
            as_of: a day, such as 2024-03-01; the result is as published on that day.
        """
        with _told():
            publication = self._publications.current()
            contents = self._contents(publication, plan, year, as_of)
            with publication.reading() as connection:
                source = open_source(connection, as_of)
                rows = source.rows(
                    "mart.goal_fulfilment",
                    "plan_id = ? and year = ?",
                    [contents.plan["plan_id"], contents.year],
                    order="goal_order, indicator_order",
                )
            plan_id = contents.plan["plan_id"]
            page = address(f"/mal/{plan_id}", year=contents.year, as_of=as_of)
            return Goals(
                **self._said(contents.source, contents.plan, page),
                plan_id=plan_id,
                plan_title=contents.plan["title"],
                municipality=contents.place,
                year=contents.year,
                figures=[figure(contents, row, as_of, pages=self._pages) for row in rows],
            )

    def explain(
        self, indicator: str, plan: str | None = None, year: int | None = None, as_of: str | None = None
    ) -> Explanation:
        """Explain one figure: value, versions, requests, target in the document, rule, references, changes.

        Args:
            indicator: its id in the plan, such as P4.3.
            plan: the plan's id; optional if the file has one plan.
            year: by default the year that the report shows.
            as_of: a day, such as 2024-03-01; the result is as published on that day.
        """
        with _told():
            publication = self._publications.current()
            contents = self._contents(publication, plan, year, as_of)
            plan_id = contents.plan["plan_id"]
            with publication.reading() as connection:
                source = open_source(connection, as_of)
                evidence = evidence_within(source, contents, indicator)
                told = explained(evidence)
            page = address(f"/mal/{plan_id}/{evidence.part.id}/forklara", year=contents.year, as_of=as_of)
            return Explanation(
                **self._said(contents.source, contents.plan, page),
                title=told.title,
                chapters=[Chapter(title=each.title, lines=list(each.lines)) for each in told.chapters],
                evidence=dict(told.data),
            )

    def changes(self, since: date, plan: str | None = None) -> Changes:
        """Return the changes since a day: verdicts with their causes, and values of the plan's municipality.

        Args:
            since: the day; changes after its end are returned.
            plan: the plan's id; optional if the file has one plan.
        """
        with _told():
            publication = self._publications.current()
            contents = self._contents(publication, plan, None, None)
            plan_id = contents.plan["plan_id"]
            kpis = sorted({row["kpi_id"] for row in contents.calendar})
            with publication.reading() as connection:
                source = open_source(connection)
                verdicts = source.rows(
                    "mart.verdict_change",
                    "plan_id = ? and known_from > core.moment(?)",
                    [plan_id, f"{since}"],
                    order="all",
                )
                values = source.rows(
                    "mart.revision",
                    "municipality_id = ? and list_contains(?, kpi_id) and known_from > core.moment(?)",
                    [contents.plan["municipality_id"], kpis, f"{since}"],
                    order="known_from, kpi_id, period, gender",
                )
            return Changes(
                **self._said(contents.source, contents.plan, f"/andringar/{plan_id}"),
                plan_id=plan_id,
                verdicts=[verdict_change(contents, row, pages=self._pages) for row in verdicts[:MOST_CHANGES]],
                values=[revision(contents, row, pages=self._pages) for row in values[:MOST_CHANGES]],
                n_left_out=max(0, len(verdicts) - MOST_CHANGES) + max(0, len(values) - MOST_CHANGES),
            )

    def search_kpi(self, words: str, limit: int = 10) -> FoundKpis:
        """Search Kolada's catalogue for KPIs by Swedish words or the beginning of an id; the best match comes first.

        Args:
            words: such as `behöriga till gymnasiet`, or N154.
            limit: the most KPIs to return, up to 50.
        """
        with _told():
            publication = self._publications.current()
            with publication.reading() as connection:
                source = open_source(connection)
                found = search_kpis(connection, words, limit=max(1, min(limit, 50))) if words.strip() else []
            return FoundKpis(
                **self._said(source, None, address("/nyckeltal", q=words)),
                kpis=[
                    FoundKpi(
                        kpi_id=each.kpi_id,
                        title=each.title,
                        operating_area=each.operating_area,
                        state=each.lifecycle,
                        link=f"{self._pages}/nyckeltal/{each.kpi_id}",
                    )
                    for each in found
                ],
            )

    def compare(self, kpi: str, units: list[str], gender: str = "T", since: int | None = None) -> Comparison:
        """Return a KPI for some municipalities, regions or groups, year by year; a missing value has its reason.

        Args:
            kpi: the KPI's id, such as N15436.
            units: ids, such as 1489 for Alingsås and 0000 for Riket; at most 60.
            gender: T, K (women) or M (men).
            since: the first year; by default all.
        """
        with _told():
            kpi_id = kpi.strip().upper()
            if not KPI.fullmatch(kpi_id):
                raise ToolError(f"`{kpi}` is not a KPI id, so nothing was compared. Find one with search_kpi.")
            if not units or len(units) > MOST_UNITS or not all(UNIT.fullmatch(unit) for unit in units):
                raise ToolError(
                    f"`units` must have 1 to {MOST_UNITS} ids, such as 1489, so nothing was compared. Correct the list."
                )
            if gender not in ("T", "K", "M"):
                raise ToolError(f"`{gender}` is not a gender in Kolada, so nothing was compared. Use T, K or M.")
            publication = self._publications.current()
            with publication.reading() as connection:
                source = open_source(connection)
                card = show_kpi(connection, kpi_id)
                if card is None:
                    raise ToolError(
                        f"The file has no KPI `{kpi_id}`, so nothing was compared. Find one with search_kpi."
                    )
                where, asked = "kpi_id = ? and gender = ? and period >= ?", [kpi_id, gender, since or 0]
                known = {
                    (row[column], row["period"]): row
                    for name, column in (("observation", "municipality_id"), ("group_observation", "group_id"))
                    for row in source.rows(f"core.{name}", f"{where} and list_contains(?, {column})", [*asked, units])
                }
                counts = connection.execute(
                    "select period, count(*) from core.observation as cell "
                    "inner join core.municipality as unit on cell.municipality_id = unit.municipality_id "
                    f"where {where} and value is not null and not unit.is_riket and unit.municipality_type = ? "
                    "group by period order by period",
                    [*asked, "L" if card.entry["municipality_type"] == "L" else "K"],
                ).fetchall()
                names = _names(source, units)
            years = sorted({period for _, period in known} | {period for period, _ in counts})
            return Comparison(
                **self._said(source, None, address("/jamfor", kpi=kpi_id, units=",".join(units), gender=gender)),
                kpi_id=kpi_id,
                title=card.entry["title"],
                gender=gender,
                value_source=source_text(source, RECEIVED),
                series=[
                    Series(
                        unit_id=unit, name=names.get(unit, unit), cells=[cell(known.get((unit, y)), y) for y in years]
                    )
                    for unit in units
                ],
                n_with_value=dict(counts),
            )

    def query(self, sql: str, limit: int = 100) -> QueryAnswer:
        """Run one SQL statement (DuckDB) on the published file. It can read no other file.

        The resources `kolada://tables` and `kolada://tables/mart.goal_fulfilment` (for one) describe the tables.

        Args:
            sql: one select, from, with, describe, show, summarize or pivot.
            limit: the most rows to return, up to 500. A query may take ten seconds.
        """
        with _told():
            publication = self._publications.current()
            with publication.reading() as connection:
                source = open_source(connection)
            shown = max(1, min(limit, MOST_ROWS))
            with locked_file(self._published) as file, file.ask(sql, seconds=QUERY_SECONDS) as rows:
                found = rows.fetch(shown + 1)
                return QueryAnswer(
                    **self._said(source, None, "/"),
                    columns=list(rows.columns),
                    types=list(rows.types),
                    rows=[[json_value(value) for value in row] for row in found[:shown]],
                    is_cut=len(found) > shown,
                )

    def _contents(self, publication: Publication, plan: str | None, year: int | None, as_of: str | None) -> Contents:
        if plan is None:
            with publication.reading() as connection:
                plans = [row["plan_id"] for row in open_source(connection, as_of).rows("plan.plan", order="plan_id")]
            if len(plans) != 1:
                raise ToolError(
                    f"The file has {len(plans)} plans, and `plan` was not given, so nothing was read. The plans: "
                    f"{', '.join(plans) or 'none'}. Call the tool again with `plan`."
                )
            plan = plans[0]
        return publication.contents(plan, year, as_of)

    def _said(self, source: Source, plan: Row | None, page: str) -> dict[str, Any]:
        return {
            "known_at": source.known_at.replace(tzinfo=UTC),
            "notice": made_up_notice(source, plan),
            "source": source_text(source, DERIVED),
            "link": f"{self._pages}{page}",
        }


def _names(source: Source, units: list[str]) -> dict[str, str]:
    rows = source.rows("core.municipality", "list_contains(?, municipality_id)", [units])
    groups = source.rows("core.municipality_group", "list_contains(?, group_id)", [units])
    return {row["municipality_id"]: row["municipality_name"] for row in rows} | {
        row["group_id"]: row["group_name"] for row in groups
    }
