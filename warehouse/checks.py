"""The checks: each SQL file under `sql/checks/` returns the offending rows as findings (findings.py).

    fault       a fault of this software: no run with such rows is published
    blocking    holds the run until a user approves the rows, scope by scope (approvals.py)
    warning     is recorded, and shown in `ops.check_result`

A file begins with three comment lines: its question, the same in Swedish (`sv:`), and the kind of its scopes
(`scope:`). Relations that several checks read are created first (`sql/checks/relations/`). Limits are variables. The
checks of responses (`doubted/`, `reading/`) run before the values are loaded, all others after the marts are built.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import duckdb
import polars as pl

from warehouse.database import run_sql, set_variables, sql_files
from warehouse.findings import findings_of, hash_of

SEVERITIES = ("fault", "blocking", "warning")
EXAMPLES_KEPT = 3

# The plans that depend on a scope, by the kind of scope. A unit that is no plan's own unit concerns the plans that
# compare with it.
PLANS_OF_SCOPE = {
    "kpi": "select kpi_id as scope, plan_id from plan_kpi_use",
    "unit": """
        select unit_id as scope, plan_id from plan_unit_use
        union
        select unit_id as scope, plan_id from plan_reference_unit
        where unit_id not in (select unit_id from plan_unit_use)
    """,
    "group": "select group_id as scope, plan_id from plan_group_use",
    "reference": "select plan_id || '/' || reference_name as scope, plan_id from plan_reference_unit",
    "plan": "select plan_id as scope, plan_id from plan.plan",
    # A finding about a whole list concerns every plan.
    "list": "select scope, plan_id from (values ('kpi'), ('municipality')) as list (scope) cross join plan.plan",
}


@dataclass(frozen=True, slots=True)
class Found:
    """The findings of one check, in all its scopes.

    Attributes:
        name: the name of the file, without its number.
        severity: fault, blocking or warning.
        question: the question that the check asks; yes is a finding.
        question_sv: the same in Swedish.
        scope_kind: the kind of its scopes: kpi, unit, group, reference, plan, list, word or answer.
        rows: the findings.
    """

    name: str
    severity: str
    question: str
    question_sv: str
    scope_kind: str
    rows: pl.DataFrame


@dataclass(frozen=True, slots=True)
class CheckResult:
    """The result of one check in one scope, or without a scope when the check passed.

    Attributes:
        name: the name of the check.
        severity: fault, blocking or warning.
        scope: the id of the KPI, unit, group, ... that the rows are about; None when there are no findings.
        plan_ids: the plans that depend on the scope.
        offending_count: the number of rows found; 0 is a pass.
        example: the first rows as JSON, or None.
        question: the question that the check asks.
        question_sv: the same in Swedish.
        rows_sha256: the hash of the rows, or None.
        approved_by: the user who approved the rows, or None.
        reason: the reason for the approval, or None.
    """

    name: str
    severity: str
    scope: str | None
    plan_ids: tuple[str, ...] = ()
    offending_count: int = 0
    example: str | None = None
    question: str = ""
    question_sv: str = ""
    rows_sha256: str | None = None
    approved_by: str | None = None
    reason: str | None = None

    @property
    def is_blocking(self) -> bool:
        """Whether this result stops a publication."""
        return self.severity != "warning" and self.offending_count > 0 and self.approved_by is None

    def approved(self, *, by: str, reason: str) -> "CheckResult":
        """Return a copy of the result that is marked as approved."""
        return replace(self, approved_by=by, reason=reason)

    @property
    def address(self) -> str:
        """The name of the result in `kolada review --approve`."""
        return f"{self.name}:{self.scope}" if self.scope else self.name


@dataclass(frozen=True, slots=True)
class ScopePlans:
    """The plans that depend on each scope."""

    _plans: Mapping[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)

    def of(self, scope_kind: str, scope: str) -> tuple[str, ...]:
        """Return the ids of the plans that depend on a scope, sorted."""
        return self._plans.get((scope_kind, scope), ())


def prepare_checks(connection: duckdb.DuckDBPyConnection, limits: Mapping[str, object]) -> ScopePlans:
    """Create the relations that the checks read, in a working file whose tables are loaded and marts built.

    Args:
        connection: the open working file.
        limits: the variables that the checks read with getvariable().
    """
    set_variables(connection, limits)
    run_sql(connection, "checks/relations")
    plans: dict[tuple[str, str], list[str]] = {}
    for kind, query in PLANS_OF_SCOPE.items():
        for scope, plan_id in connection.execute(f"from ({query}) order by all").fetchall():
            plans.setdefault((kind, scope), []).append(plan_id)
    return ScopePlans({key: tuple(dict.fromkeys(ids)) for key, ids in plans.items()})


def run_checks(connection: duckdb.DuckDBPyConnection, place: str = "checks") -> Iterator[Found]:
    """Run every check of a folder under `sql/`: of loaded values, of responses, or of doubted responses."""
    for severity in SEVERITIES:
        for path in sql_files(f"{place}/{severity}"):
            yield run_check(connection, path, severity)


def run_check(connection: duckdb.DuckDBPyConnection, path: Path, severity: str) -> Found:
    """Run one check file."""
    text = path.read_text(encoding="utf-8")
    question, question_sv, scope_kind = (line.removeprefix("--").strip() for line in text.splitlines()[:3])
    cursor = connection.execute(text)
    names = [column[0] for column in cursor.description or ()]
    return Found(
        name=path.stem.split("_", 1)[1],
        severity=severity,
        question=question,
        question_sv=question_sv.removeprefix("sv:").strip(),
        scope_kind=scope_kind.removeprefix("scope:").strip(),
        rows=findings_of(names, cursor.fetchall()),
    )


def results_of(found: Found, plans: ScopePlans) -> Iterator[tuple[CheckResult, pl.DataFrame]]:
    """Yield one result per scope with its rows, or one pass without rows."""
    if found.rows.is_empty():
        passed = CheckResult(found.name, found.severity, None, question=found.question, question_sv=found.question_sv)
        yield passed, found.rows
        return
    for (scope,), rows in found.rows.group_by("scope", maintain_order=True):
        told = [
            {name: value for name, value in row.items() if value not in ("", None) and name != "scope"}
            for row in rows.head(EXAMPLES_KEPT).to_dicts()
        ]
        yield (
            CheckResult(
                name=found.name,
                severity=found.severity,
                scope=str(scope),
                plan_ids=plans.of(found.scope_kind, str(scope)),
                offending_count=rows.height,
                example=json.dumps(told, ensure_ascii=False),
                question=found.question,
                question_sv=found.question_sv,
                rows_sha256=hash_of(rows),
            ),
            rows,
        )
