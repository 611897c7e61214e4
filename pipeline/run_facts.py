"""The changes that a publication made, read from the published file for the page, the events and the log of a run."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import duckdb

from pipeline.run_result import RunResult
from warehouse.published_file import published_file

VERDICT_CHANGES = """
    select plan_id, level, item_id, year, variant, verdict_before, verdict, cause
    from mart.verdict_change
    where run_id = $run_id
    order by plan_id, level, item_id, year, variant
"""

PLAN_EDITS = """
    select plan_id, file_name, item_id, row_key, edit, column_name, value_before, value_after
    from mart.plan_change
    where run_id = $run_id
    order by plan_id, file_name, item_id, row_key, column_name
"""

# The title and description of a plan's KPIs that Kolada changed, before and after.
RETITLED_KPIS = """
    select now.kpi_id, earlier.title, now.title, earlier.description, now.description
    from core.kpi_version as now
    inner join core.kpi_version as earlier
        on now.kpi_id = earlier.kpi_id and now.known_from = earlier.known_to
    inner join ops.publication as publication on now.known_from = publication.published_at
    where
        publication.run_id = $run_id
        and (now.title <> earlier.title or now.description <> earlier.description)
        and now.kpi_id in (from plan.indicator select kpi_id union from plan.cross_check_kpi select kpi_id)
    order by now.kpi_id
"""

# Report a withdrawal once, in the run that first misses the KPI; never a KPI that was not in the catalogue before.
WITHDRAWN_KPIS = """
    select now.kpi_id, now.title
    from core.kpi_version as now
    inner join core.kpi_version as earlier
        on now.kpi_id = earlier.kpi_id and now.known_from = earlier.known_to
    inner join ops.publication as publication on now.known_from = publication.published_at
    where publication.run_id = $run_id and now.is_withdrawn and not earlier.is_withdrawn
    order by now.kpi_id
"""

# Issues that a rule found in the data are counted apart from those that a plan's files note.
ISSUE_COUNTS = """
    select severity, count(*) filter (found_by = 'rule'), count(*) filter (found_by = 'note')
    from mart.data_issue
    group by severity
    order by case severity when 'high' then 1 when 'medium' then 2 else 3 end
"""

GRAVE_ISSUES = """
    select plan_id, coalesce(indicator_id, kpi_id, ''), coalesce(year::varchar, ''), text
    from mart.data_issue
    where severity = 'high' and found_by = 'rule'
    order by all
"""

GOALS = """
    select
        judged.plan_id as "plan",
        judged.goal_id as "id",
        judged.year as "år",
        coalesce(label.label, judged.verdict) as "bedömning",
        judged.n_met as "uppfyllda",
        judged.n_indicators as "indikatorer",
        judged.n_no_data as "saknar data",
        -- Last, since a goal's words are long and a table in a browser is not wide.
        judged.goal_title as "mål"
    from mart.goal_verdict as judged
    inner join plan.plan as plan_row
        on judged.plan_id = plan_row.plan_id and judged.year = plan_row.target_year
    left join plan.label as label
        on
            judged.plan_id = label.plan_id
            and label.label_kind = 'verdict'
            and label.code = judged.verdict
    order by judged.plan_id, judged.goal_order
"""


@dataclass(frozen=True, slots=True)
class VerdictChange:
    """A verdict that differs from the previous publication; the columns of mart.verdict_change."""

    plan_id: str
    level: str
    item_id: str
    year: int
    variant: str
    before: str
    after: str
    cause: str


@dataclass(frozen=True, slots=True)
class PlanEdit:
    """A cell or a row of a plan that was edited; the columns of mart.plan_change."""

    plan_id: str
    file_name: str
    item_id: str
    row_key: str
    edit: str
    column_name: str | None
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class RetitledKpi:
    """A KPI of a plan whose title or description Kolada changed since the previous publication."""

    kpi_id: str
    title_before: str
    title: str
    description_before: str
    description: str


@dataclass(frozen=True, slots=True)
class WithdrawnKpi:
    """A KPI that left the catalogue since the previous publication."""

    kpi_id: str
    title: str


@dataclass(frozen=True, slots=True)
class RunFacts:
    """The changes that one run made; empty for a held run.

    Attributes:
        verdict_changes: verdicts that differ from the previous publication.
        plan_edits: the edits in the plans' files.
        retitled_kpis: KPIs of plans whose title or description Kolada changed.
        withdrawn_kpis: KPIs that left the catalogue.
        revision_count: cells that Kolada changed.
        issue_counts: issues of the published data: severity, number found by a rule, number noted in a plan.
        grave_issues: the issues of high severity that a rule found: plan, indicator or KPI, year, text.
        goals: one row per goal of each plan in its target year, with Swedish column names.
    """

    verdict_changes: tuple[VerdictChange, ...] = ()
    plan_edits: tuple[PlanEdit, ...] = ()
    retitled_kpis: tuple[RetitledKpi, ...] = ()
    withdrawn_kpis: tuple[WithdrawnKpi, ...] = ()
    revision_count: int = 0
    issue_counts: tuple[tuple[str, int, int], ...] = ()
    grave_issues: tuple[tuple[str, str, str, str], ...] = ()
    goals: tuple[Mapping[str, Any], ...] = ()


def read_facts(result: RunResult) -> RunFacts:
    """Read the changes of a run from the file that it published."""
    if result.state != "published":
        return RunFacts()
    run = {"run_id": result.run_id}
    with published_file(result.published) as connection:
        goals = connection.execute(GOALS)
        names = [column[0] for column in goals.description or ()]
        return RunFacts(
            goals=tuple(dict(zip(names, row, strict=True)) for row in goals.fetchall()),
            verdict_changes=tuple(VerdictChange(*row) for row in connection.execute(VERDICT_CHANGES, run).fetchall()),
            plan_edits=tuple(PlanEdit(*row) for row in connection.execute(PLAN_EDITS, run).fetchall()),
            retitled_kpis=tuple(RetitledKpi(*row) for row in connection.execute(RETITLED_KPIS, run).fetchall()),
            withdrawn_kpis=tuple(WithdrawnKpi(*row) for row in connection.execute(WITHDRAWN_KPIS, run).fetchall()),
            revision_count=count(connection, "select count(*) from mart.revision where run_id = $run_id", run),
            issue_counts=tuple(connection.execute(ISSUE_COUNTS).fetchall()),
            grave_issues=tuple(connection.execute(GRAVE_ISSUES).fetchall()),
        )


def count(connection: duckdb.DuckDBPyConnection, query: str, parameters: Mapping[str, object]) -> int:
    """Return the result of a query that selects one number; 0 if it has no row."""
    row = connection.execute(query, dict(parameters)).fetchone()
    return int(row[0]) if row is not None else 0
