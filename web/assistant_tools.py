"""What assistants get over the published file (`kolada mcp`): typed answers, each with its source, moment and page.

What belongs here: the tools, the resources and the prompt, over the same relations as the pages. Nothing is invented:
what is missing comes back with its reason. Nothing is changed: the file is opened for reading, and SQL is locked down
(`warehouse.locked_query`).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from math import isfinite
from pathlib import Path
from typing import Any, Final

from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.server.transport_security import TransportSecuritySettings
from pydantic import BaseModel, Field
from starlette.applications import Starlette

from reports.contents import Contents
from reports.errors import ReportError
from reports.evidence import evidence_within
from reports.explain import explained
from reports.notices import made_up_notice, source_text
from reports.sourced_rows import Row, Source, open_source
from warehouse.credits import DERIVED, RECEIVED
from warehouse.errors import WarehouseError
from warehouse.kpi_card import show_kpi
from warehouse.kpi_search import search_kpis
from warehouse.locked_query import locked_file
from web.asked import KPI, MOST_UNITS, UNIT
from web.published import Publication, Publications
from web.rendering import address

INSTRUCTIONS: Final = (
    "Figures of Swedish municipalities from Kolada, and whether they meet the goals of a council's budget. Answers "
    "come from one published file. Cite the source label that an answer carries: `Källa: Kolada` stands on values as "
    "received only. A value that is null is missing, not zero; its reason stands beside it. Do not work out what an "
    "answer does not hold."
)
QUERY_SECONDS: Final = 10.0
MOST_ROWS: Final = 500
MOST_CHANGES: Final = 200
TABLES: Final = """
    select schema_name || '.' || table_name as name, comment
    from duckdb_tables() where database_name = 'warehouse' and schema_name in ('core', 'mart', 'ops', 'plan')
    union all
    select schema_name || '.' || view_name, comment
    from duckdb_views() where database_name = 'warehouse' and schema_name in ('core', 'mart', 'ops', 'plan')
    order by name
"""
COLUMNS: Final = """
    select column_name, data_type, comment
    from duckdb_columns() where database_name = 'warehouse' and schema_name || '.' || table_name = ?
    order by column_index
"""
NO_ROW: Final = "Kolada har ingen uppgift"


class Answer(BaseModel):
    """What every answer says of itself."""

    known_at: datetime = Field(description="The publication that the answer comes from, UTC.")
    notice: str = Field(description="What must be told beside the figures, such as that they are made up.")
    source: str = Field(description="The source label of what is computed.")
    link: str = Field(description="The page that shows the same.")


class Figure(BaseModel):
    """One indicator of a year, judged."""

    goal_id: str
    indicator_id: str
    title: str
    kpi_id: str | None
    unit: str | None
    value: float | None = Field(description="Null is missing, never zero; `reason` says why.")
    value_year: int | None
    value_source: str = Field(description="The source label of the value.")
    target: str | None = Field(description="The target as the plan words it.")
    compared_with: float | None = Field(description="The target's number, or the reference's value.")
    compared_n: int | None = Field(description="Municipalities in the reference; null where it is no mean.")
    verdict: str
    verdict_word: str
    reason: str | None
    margin: float | None = Field(description="Plus is good.")
    place: int | None
    place_n: int | None
    link: str


class Goals(Answer):
    """The goals of a plan in one year."""

    plan_id: str
    plan_title: str
    municipality: str
    year: int
    figures: list[Figure]


class Chapter(BaseModel):
    """A heading and its sentences, in Swedish."""

    title: str
    lines: list[str]


class Explanation(Answer):
    """One figure explained, as an auditor asks."""

    title: str
    chapters: list[Chapter]
    evidence: dict[str, Any] = Field(description="The rows that the chapters rest on.")


class VerdictChange(BaseModel):
    """A verdict that another publication changed."""

    known_from: datetime
    level: str
    item_id: str
    year: int
    verdict_before: str
    verdict: str
    cause: str
    cause_word: str
    link: str


class Revision(BaseModel):
    """A value that Kolada changed."""

    known_from: datetime
    kpi_id: str
    title: str | None
    period: int
    gender: str
    old_value: float | None
    new_value: float | None
    kind: str
    kind_word: str
    link: str


class Changes(Answer):
    """What changed since a day."""

    plan_id: str
    verdicts: list[VerdictChange]
    values: list[Revision]
    n_left_out: int = Field(description="Changes beyond those listed; ask for a later day.")


class FoundKpi(BaseModel):
    """A KPI of Kolada's catalogue."""

    kpi_id: str
    title: str
    operating_area: str | None
    state: str
    link: str


class FoundKpis(Answer):
    """KPIs that fit some words, best first."""

    kpis: list[FoundKpi]


class Cell(BaseModel):
    """One unit's value of a year."""

    year: int
    value: float | None
    missing: str | None = Field(description="Why there is no value; null where there is one.")


class Series(BaseModel):
    """One unit's values."""

    unit_id: str
    name: str
    cells: list[Cell]


class Comparison(Answer):
    """A KPI for some units."""

    kpi_id: str
    title: str
    gender: str
    value_source: str
    series: list[Series]
    n_with_value: dict[int, int] = Field(description="Year -> municipalities, or regions, that have a value.")


class QueryAnswer(Answer):
    """Rows of a query."""

    columns: list[str]
    types: list[str]
    rows: list[list[Any]]
    is_cut: bool = Field(description="Whether there are more rows than are shown.")


@contextmanager
def _told() -> Iterator[None]:
    """Hand our own errors on as what a tool says."""
    try:
        yield
    except (ReportError, WarehouseError) as error:
        raise ToolError(str(error)) from error


def make_assistant_server(published: Path, *, pages: str) -> MCPServer:
    """The server for assistants over one published file.

    Args:
        published: the DuckDB file; a later publication is seen at the next call.
        pages: where `kolada web` answers, such as http://127.0.0.1:8080; links lead there.
    """
    server = MCPServer(name="kolada", title="Kolada och målen", instructions=INSTRUCTIONS, log_level="WARNING")
    tools = AssistantTools(Publications(published), published, pages.rstrip("/"))
    for tool in (tools.goals, tools.explain, tools.changes, tools.search_kpi, tools.compare, tools.query):
        server.tool()(tool)
    server.resource("kolada://tables", title="Tabellerna", mime_type="text/markdown")(tools.tables)
    server.resource("kolada://tables/{relation}", title="En tabell", mime_type="text/markdown")(tools.table)
    server.prompt(name="delarsbokslut", title="Förbered delårsbokslutet")(interim_report)
    return server


def loopback_app(server: MCPServer) -> Starlette:
    """The server over HTTP at /mcp; a request that names another host, or comes from another site, is refused."""
    names = ("127.0.0.1", "localhost", "[::1]")
    guard = TransportSecuritySettings(
        allowed_hosts=[f"{name}:*" for name in names], allowed_origins=[f"http://{name}:*" for name in names]
    )
    return server.streamable_http_app(stateless_http=True, json_response=True, transport_security=guard)


class AssistantTools:
    """The tools, over one published file."""

    def __init__(self, publications: Publications, published: Path, pages: str) -> None:
        self._publications = publications
        self._published = published
        self._pages = pages

    def goals(self, plan: str | None = None, year: int | None = None, as_of: str | None = None) -> Goals:
        """The goals of a plan in a year, each with outcome, target, verdict, margin, place and source.

        Args:
            plan: the plan's id; may be left out where the file holds one plan.
            year: by default the year that the report shows.
            as_of: a day, such as 2024-03-01: what had been published then.
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
                figures=[self._figure(contents, row, as_of) for row in rows],
            )

    def explain(
        self, indicator: str, plan: str | None = None, year: int | None = None, as_of: str | None = None
    ) -> Explanation:
        """Everything about one figure: value, versions, requests, target in the document, rule, references, changes.

        Args:
            indicator: its id in the plan, such as P4.3.
            plan: the plan's id; may be left out where the file holds one plan.
            year: by default the year that the report shows.
            as_of: a day: what had been published then.
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
        """What changed since a day: verdicts with their causes, and the values of the plan's municipality.

        Args:
            since: the day; changes after its end are told.
            plan: the plan's id; may be left out where the file holds one plan.
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
                verdicts=[self._verdict_change(contents, row) for row in verdicts[:MOST_CHANGES]],
                values=[self._revision(contents, row) for row in values[:MOST_CHANGES]],
                n_left_out=max(0, len(verdicts) - MOST_CHANGES) + max(0, len(values) - MOST_CHANGES),
            )

    def search_kpi(self, words: str, limit: int = 10) -> FoundKpis:
        """KPIs of Kolada's catalogue that fit some Swedish words, or whose id begins so; best first.

        Args:
            words: such as `behöriga till gymnasiet`, or N154.
            limit: at most so many, up to 50.
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
        """A KPI for some municipalities, regions or groups, year by year; what is missing comes with its reason.

        Args:
            kpi: the KPI's id, such as N15436.
            units: ids, such as 1489 for Alingsås and 0000 for Riket; at most 25.
            gender: T, K (women) or M (men).
            since: the first year; by default all.
        """
        with _told():
            kpi_id = kpi.strip().upper()
            if not KPI.fullmatch(kpi_id):
                raise ToolError(f"`{kpi}` is no KPI id, so nothing was compared. Find one with search_kpi.")
            if not units or len(units) > MOST_UNITS or not all(UNIT.fullmatch(unit) for unit in units):
                raise ToolError(f"`units` takes 1 to {MOST_UNITS} ids, such as 1489; nothing was compared.")
            if gender not in ("T", "K", "M"):
                raise ToolError(f"`{gender}` is no gender of Kolada: T, K or M. Nothing was compared.")
            publication = self._publications.current()
            with publication.reading() as connection:
                source = open_source(connection)
                card = show_kpi(connection, kpi_id)
                if card is None:
                    raise ToolError(f"The file has no KPI `{kpi_id}`. Find one with search_kpi.")
                where, asked = "kpi_id = ? and gender = ? and period >= ?", [kpi_id, gender, since or 0]
                chosen = f"{where} and list_contains(?, municipality_id)"
                cells = source.rows("core.observation", chosen, [*asked, units])
                counts = connection.execute(
                    "select period, count(*) from core.observation as cell "
                    "inner join core.municipality as unit on cell.municipality_id = unit.municipality_id "
                    f"where {where} and value is not null and not unit.is_riket and unit.municipality_type = ? "
                    "group by period order by period",
                    [*asked, "L" if card.entry["municipality_type"] == "L" else "K"],
                ).fetchall()
                names = _names(source, units)
            known = {(row["municipality_id"], row["period"]): row for row in cells}
            years = sorted({row["period"] for row in cells} | {period for period, _ in counts})
            return Comparison(
                **self._said(source, None, address("/jamfor", kpi=kpi_id, units=",".join(units), gender=gender)),
                kpi_id=kpi_id,
                title=card.entry["title"],
                gender=gender,
                value_source=source_text(source, RECEIVED),
                series=[
                    Series(
                        unit_id=unit, name=names.get(unit, unit), cells=[_cell(known.get((unit, y)), y) for y in years]
                    )
                    for unit in units
                ],
                n_with_value=dict(counts),
            )

    def query(self, sql: str, limit: int = 100) -> QueryAnswer:
        """Answer one SQL statement (DuckDB) over the published file. It reads that file and nothing else.

        The tables are the resources `kolada://tables` and `kolada://tables/mart.goal_fulfilment`.

        Args:
            sql: one select, from, with, describe, show, summarize or pivot.
            limit: at most so many rows, up to 500. A query has ten seconds.
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
                    rows=[[_plain(value) for value in row] for row in found[:shown]],
                    is_cut=len(found) > shown,
                )

    def tables(self) -> str:
        """Every table that can be asked, with what a row of it is."""
        with self._publications.current().reading() as connection:
            return "\n".join(f"- `{name}`: {comment}" for name, comment in connection.execute(TABLES).fetchall())

    def table(self, relation: str) -> str:
        """One table: what a row is, and what each column means."""
        with self._publications.current().reading() as connection:
            described = dict(connection.execute(TABLES).fetchall())
            if relation not in described:
                raise ToolError(f"There is no table `{relation}`. The list: kolada://tables")
            columns = connection.execute(COLUMNS, [relation]).fetchall()
        lines = [f"- `{name}` ({kind}): {comment}" for name, kind, comment in columns]
        return "\n".join([f"# {relation}", "", described[relation], "", *lines])

    def _contents(self, publication: Publication, plan: str | None, year: int | None, as_of: str | None) -> Contents:
        if plan is None:
            with publication.reading() as connection:
                plans = [row["plan_id"] for row in open_source(connection, as_of).rows("plan.plan", order="plan_id")]
            if len(plans) != 1:
                raise ToolError(
                    f"The file holds {len(plans)} plans, and none was named: {', '.join(plans) or 'none'}. "
                    "Ask again with `plan`."
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

    def _figure(self, contents: Contents, row: Row, as_of: str | None) -> Figure:
        reason = row["verdict_reason"]
        page = address(f"/mal/{row['plan_id']}/{row['indicator_id']}", year=row["year"], as_of=as_of)
        return Figure(
            goal_id=row["goal_id"],
            indicator_id=row["indicator_id"],
            title=row["indicator_title"],
            kpi_id=row["kpi_id"],
            unit=row["unit"],
            value=row["value"],
            value_year=row["value_year"],
            value_source=source_text(contents.source, row["source_label"]),
            target=row["target_text"],
            compared_with=row["reference_value"] if row["reference_value"] is not None else row["target_value"],
            compared_n=row["reference_n"],
            verdict=row["verdict"],
            verdict_word=contents.label("verdict", row["verdict"]),
            reason=None if reason is None else contents.label("verdict_reason", reason),
            margin=row["margin"],
            place=row["rank"],
            place_n=row["rank_n"],
            link=f"{self._pages}{page}",
        )

    def _verdict_change(self, contents: Contents, row: Row) -> VerdictChange:
        page = f"/mal/{row['plan_id']}" + (f"/{row['item_id']}" if row["level"] == "indicator" else "")
        return VerdictChange(
            known_from=row["known_from"].replace(tzinfo=UTC),
            level=row["level"],
            item_id=row["item_id"],
            year=row["year"],
            verdict_before=contents.label("verdict", row["verdict_before"]),
            verdict=contents.label("verdict", row["verdict"]),
            cause=row["cause"],
            cause_word=contents.label("cause", row["cause"]),
            link=f"{self._pages}{address(page, year=row['year'])}",
        )

    def _revision(self, contents: Contents, row: Row) -> Revision:
        return Revision(
            known_from=row["known_from"].replace(tzinfo=UTC),
            kpi_id=row["kpi_id"],
            title=row["kpi_title"],
            period=row["period"],
            gender=row["gender"],
            old_value=row["old_value"],
            new_value=row["new_value"],
            kind=row["change_kind"],
            kind_word=contents.label("change_kind", row["change_kind"]),
            link=f"{self._pages}/nyckeltal/{row['kpi_id']}",
        )


def interim_report(plan: str, year: int, period: str = "T2") -> str:
    """What a controller asks for before an interim report."""
    return (
        f"Förbered delårsbokslutet {period} {year} för planen {plan}. Använd verktygen goals, explain och changes. "
        "1. Sammanfatta vilka mål som är uppfyllda, ej uppfyllda och saknar data, och varför. "
        "2. Lista de uppgifter som kommunen själv ska lämna och som saknas. "
        "3. Berätta vad som har ändrats sedan förra uppföljningen, med orsak. "
        "4. Ange källan vid varje siffra så som svaren anger den, och länken till sidan. "
        "Hitta inte på några värden: det som saknas redovisas med sitt skäl."
    )


def _names(source: Source, units: list[str]) -> dict[str, str]:
    rows = source.rows("core.municipality", "list_contains(?, municipality_id)", [units])
    groups = source.rows("core.municipality_group", "list_contains(?, group_id)", [units])
    return {row["municipality_id"]: row["municipality_name"] for row in rows} | {
        row["group_id"]: row["group_name"] for row in groups
    }


def _cell(row: Row | None, year: int) -> Cell:
    if row is None:
        return Cell(year=year, value=None, missing=NO_ROW)
    missing = None if row["value"] is not None else str(row["status"] or "värdet saknas utan angivet skäl")
    return Cell(year=year, value=row["value"], missing=missing)


def _plain(value: object) -> object:
    """A value as JSON has it; what JSON has no form for is text."""
    if isinstance(value, str | int | bool) or value is None:
        return value
    if isinstance(value, float):
        return value if isfinite(value) else str(value)
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, dict):
        return {str(name): _plain(each) for name, each in value.items()}
    return value.isoformat() if isinstance(value, datetime | date) else str(value)
