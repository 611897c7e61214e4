"""Decides whether a run may publish: takes the findings of its checks and the approvals of earlier held runs.

A finding is written to the ledger before anything is decided: one body with the rows of all scopes, one record per
scope. A held run can be reviewed from these alone (review.py).
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import groupby

import duckdb
import polars as pl

from goals import Plan
from warehouse.approvals import Approvals
from warehouse.checks import CheckResult, Found, ScopePlans, results_of, run_checks
from warehouse.coverage import Coverage, settle_coverage
from warehouse.database import run_sql, set_variables
from warehouse.findings import as_body
from warehouse.history import naive_utc
from warehouse.known_units import RIKET_ID
from warehouse.ledger_records import Checked, CoverageSettled
from warehouse.run_ledger import RunLedger
from warehouse.stage import Stage

# Findings of these checks may disappear when the data is requested again.
INCOMPLETE = frozenset({"answers_empty", "pairs_failed"})
SCOPES_TOLD = 5

VERDICT_CHANGES = """
    select plan_id, level, item_id, year, variant, verdict_before, verdict, cause
    from mart.verdict_change
    where known_from = $instant
    order by all
"""


class Gate:
    """Writes the findings of checks to the ledger with their approvals, and lists those that hold the run."""

    def __init__(self, ledger: RunLedger, approvals: Approvals) -> None:
        self._ledger = ledger
        self._approvals = approvals
        self.results: list[CheckResult] = []

    def take(self, found: Found, plans: ScopePlans) -> list[CheckResult]:
        """Write the findings of one check to the ledger; return its results, approved ones marked."""
        taken = []
        body = self._ledger.store.put(as_body(found.rows)) if not found.rows.is_empty() else None
        for told, rows in results_of(found, plans):
            may_be_approved = found.severity == "blocking" and told.scope is not None
            approval = self._approvals.of(told.name, told.scope or "", rows) if may_be_approved else None
            result = told if approval is None else told.approved(by=approval.by, reason=approval.reason)
            self._ledger.record(
                Checked(
                    check_name=result.name,
                    severity=result.severity,
                    scope=result.scope,
                    plan_ids=result.plan_ids,
                    offending_count=result.offending_count,
                    example=result.example,
                    question=result.question,
                    question_sv=result.question_sv,
                    rows_sha256=result.rows_sha256,
                    body=body,
                    approved_by=result.approved_by,
                    reason=result.reason,
                )
            )
            taken.append(result)
        self.results += taken
        return taken

    @property
    def holding(self) -> list[CheckResult]:
        """The results that stop the publication."""
        return [result for result in self.results if result.is_blocking]


def account(stage: Stage, gate: Gate, ledger: RunLedger, plans: Sequence[Plan]) -> Coverage:
    """Give every wanted pair its outcome, and pass pairs that could not be read or are doubted to the gate.

    A doubted response without rows is accepted if it was approved.
    """
    stage.flush()
    resting = plans_by_scope(plans)
    own_units = [plan.municipality_id for plan in plans]
    set_variables(stage.connection, {"own_units": [*own_units, RIKET_ID]})
    doubted = [
        result for found in run_checks(stage.connection, "checks/doubted") for result in gate.take(found, resting)
    ]
    approved = [result.scope for result in doubted if result.scope is not None and result.approved_by is not None]
    coverage = settle_coverage(stage, approved_empty_kpis=approved)
    run_sql(stage.connection, "load/failed_pairs.sql")
    for found in run_checks(stage.connection, "checks/reading"):
        gate.take(found, resting)
    ledger.record(CoverageSettled(counts=tuple(coverage.counts.to_dicts()), exceptions=tuple(coverage.lost.to_dicts())))
    return coverage


def plans_by_scope(plans: Iterable[Plan]) -> ScopePlans:
    """Return the plans that use each KPI and each unit, from their files, since they are not loaded yet."""
    resting: dict[tuple[str, str], list[str]] = {}
    for plan in plans:
        for kpi_id in dict.fromkeys((*plan.kpi_ids, *plan.cross_check_kpi_ids)):
            resting.setdefault(("kpi", kpi_id), []).append(plan.plan_id)
        for unit_id in (plan.municipality_id, RIKET_ID):
            resting.setdefault(("unit", unit_id), []).append(plan.plan_id)
    return ScopePlans({key: tuple(ids) for key, ids in resting.items()})


def verdict_changes(connection: duckdb.DuckDBPyConnection, known_from: datetime) -> pl.DataFrame:
    """Return the verdicts that a publication of this instant changes, from the marts that were built for it."""
    rows = connection.execute(VERDICT_CHANGES, {"instant": naive_utc(known_from)})
    names = [column[0] for column in rows.description or ()]
    return pl.DataFrame(rows.fetchall(), schema=names, orient="row")


def is_incomplete(holding: Sequence[CheckResult]) -> bool:
    """Return whether a run is held only for data that could not be read, so that another run may succeed."""
    return bool(holding) and all(result.name in INCOMPLETE for result in holding)


def message_about(holding: Sequence[CheckResult], *, command: str, is_sample: bool) -> str:
    """Return the message of a held run: what holds it and what to do.

    Args:
        holding: the results that hold it.
        command: the command that starts such a run, such as `kolada refresh`.
        is_sample: whether the built-in sample is the source.
    """
    told = "; ".join(
        in_short(name, list(results)) for name, results in groupby(holding, key=lambda result: result.name)
    )
    again = f" Run `{command}` again: what landed is not fetched again." if is_incomplete(holding) else ""
    faults = [result.name for result in holding if result.severity == "fault"]
    if faults:
        advice = f"`{faults[0]}` is a fault of this software and cannot be approved: please report it."
    else:
        advice = (
            f"`kolada review{' --sample' if is_sample else ''}` shows what it would change, and approves it piece by "
            "piece with a reason; "
            f"then `{command}` publishes it without fetching again."
        )
    return f"Held: {told}. The published file is as it was.{again} {advice}"


def in_short(name: str, results: Sequence[CheckResult]) -> str:
    """Return the finding of one check as one clause: the scopes, the plans, the number of rows and the first row."""
    first = results[0]
    scopes = ", ".join(result.scope or "" for result in results[:SCOPES_TOLD])
    more = f" and {len(results) - SCOPES_TOLD} more" if len(results) > SCOPES_TOLD else ""
    plans = sorted({plan_id for result in results for plan_id in result.plan_ids})
    concerned = f"; plans {', '.join(plans)}" if plans else ""
    approved = f", approved by {first.approved_by}: {first.reason}" if first.approved_by is not None else ""
    count = sum(result.offending_count for result in results)
    return f"{first.question} `{name}` ({scopes}{more}{concerned}): {count} rows, such as {first.example}{approved}"
