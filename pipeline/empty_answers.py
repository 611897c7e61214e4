"""Whether an answer without a single row is believed.

An empty answer was asked for again in halves before it comes here. It is believed at once when each of its pairs was
known to be empty. In a mirror, which asks for everything that a KPI's type allows, it is also believed at the end of
the reading when nothing known contradicts it: no pair has a known cell, and none of its KPIs is one that most of the
other units of the same kind report.
"""

import duckdb

from kolada_client import DataRequest

EMPTY_ANSWER = "empty answer"

# A backfill of some years says nothing about the others, so what it found empty is not known to be.
KNOWN_EMPTY = """
    select count(distinct (pair.kpi_id, pair.unit_id))
    from ops.coverage_pair as pair
    inner join ops.run as run on pair.run_id = run.run_id and run.kind <> 'backfill'
    where
        list_contains($kpi_ids, pair.kpi_id)
        and list_contains($unit_ids, pair.unit_id)
        and (pair.outcome = 'nothing_published' or (pair.outcome = 'failed' and starts_with(pair.reason, $empty)))
"""
KNOWN_CELLS = """
    select
        exists (
            from core.observation
            where list_contains($kpi_ids, kpi_id) and list_contains($unit_ids, municipality_id)
        )
        or exists (
            from core.group_observation
            where list_contains($kpi_ids, kpi_id) and list_contains($unit_ids, group_id)
        )
"""
# Per KPI: of the other units of this kind that the run asked about, how many reported.
REPORTED_BY_MOST = """
    with kind as (
        select distinct kind from unit_kind where list_contains($unit_ids, unit_id)
    ),

    asked as (
        select scope.kpi_id, count(distinct scope.unit_id) as unit_count
        from staged_scope as scope
        inner join unit_kind on scope.unit_id = unit_kind.unit_id
        where list_contains($kpi_ids, scope.kpi_id) and unit_kind.kind in (from kind)
        group by scope.kpi_id
    ),

    reported as (
        select observation.kpi_id, count(distinct observation.unit_id) as unit_count
        from staged_observation as observation
        inner join unit_kind on observation.unit_id = unit_kind.unit_id
        where list_contains($kpi_ids, observation.kpi_id) and unit_kind.kind in (from kind)
        group by observation.kpi_id
    )

    select exists (
        from asked
        inner join reported on asked.kpi_id = reported.kpi_id
        where reported.unit_count * 2 > asked.unit_count
    )
"""


def is_known_empty(connection: duckdb.DuckDBPyConnection, request: DataRequest) -> bool:
    """Whether an earlier publication had every pair of the request as empty."""
    ((count,),) = connection.execute(KNOWN_EMPTY, {**lists_of(request), "empty": EMPTY_ANSWER}).fetchall()
    return bool(count == len(request.kpi_ids) * len(request.municipality_ids))


def is_explained(connection: duckdb.DuckDBPyConnection, request: DataRequest) -> bool:
    """Whether nothing that is known, and nothing else that this mirror read, contradicts an empty answer.

    The stage must be flushed, and the table `unit_kind` (unit_id, kind) be there.
    """
    lists = lists_of(request)
    has_known = connection.execute(KNOWN_CELLS, lists).fetchall()
    is_common = connection.execute(REPORTED_BY_MOST, lists).fetchall()
    return has_known == [(False,)] and is_common == [(False,)]


def lists_of(request: DataRequest) -> dict[str, list[str]]:
    """The request's ids as parameters."""
    return {"kpi_ids": list(request.kpi_ids), "unit_ids": list(request.municipality_ids)}
