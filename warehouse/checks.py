"""The checks: each SQL file under `sql/checks/` returns the rows that offend it, as findings (findings.py).

    fault       a fault of this software: no run with such rows is published
    blocking    holds the run until somebody approves the rows, scope by scope (approvals.py)
    warning     goes on record, and becomes visible in `ops.check_result`

A file begins with three comment lines: its question, the same in Swedish (`sv:`), and what a scope is (`scope:`). The
relations that several checks read are made first (`sql/checks/relations/`). Limits are variables. What was read is
checked before it is loaded (`doubted/`, `reading/`), everything else after the marts are built.
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

# The plans that rest on what a scope names, by the kind of scope. A unit that is no plan's own concerns the plans that
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
    # What is wrong with a whole list concerns everybody.
    "list": "select scope, plan_id from (values ('kpi'), ('municipality')) as list (scope) cross join plan.plan",
}


@dataclass(frozen=True, slots=True)
class Found:
    """What one check found, all its scopes together.

    Attributes:
        name: of the file, without its number.
        severity: fault, blocking or warning.
        question: what the check looks for; the answer yes offends.
        question_sv: the same in Swedish.
        scope_kind: what its scopes are: kpi, unit, group, reference, plan, list, word or answer.
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
    """What one check found in one scope; or in none, where it passed.

    Attributes:
        name: of the check.
        severity: fault, blocking or warning.
        scope: what the rows are about: a KPI's id, a unit's, ...; None where nothing was found.
        plan_ids: the plans that rest on it.
        offending_count: rows found; 0 is a pass.
        example: the first rows as JSON, or None.
        question: what the check looks for.
        question_sv: the same in Swedish.
        rows_sha256: the hash of the rows, or None.
        approved_by: who approved them, or None.
        reason: why, or None.
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
        """The same, approved."""
        return replace(self, approved_by=by, reason=reason)

    @property
    def address(self) -> str:
        """How `kolada review --approve` names it."""
        return f"{self.name}:{self.scope}" if self.scope else self.name


@dataclass(frozen=True, slots=True)
class ScopePlans:
    """Which plans rest on a scope."""

    _plans: Mapping[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)

    def of(self, scope_kind: str, scope: str) -> tuple[str, ...]:
        """The ids of the plans, sorted."""
        return self._plans.get((scope_kind, scope), ())


def prepare_checks(connection: duckdb.DuckDBPyConnection, limits: Mapping[str, object]) -> ScopePlans:
    """Make the relations that the checks read, in a working file that is loaded and built.

    Args:
        connection: the open working file.
        limits: what the checks read with getvariable().
    """
    set_variables(connection, limits)
    run_sql(connection, "checks/relations")
    plans: dict[tuple[str, str], list[str]] = {}
    for kind, query in PLANS_OF_SCOPE.items():
        for scope, plan_id in connection.execute(f"from ({query}) order by all").fetchall():
            plans.setdefault((kind, scope), []).append(plan_id)
    return ScopePlans({key: tuple(dict.fromkeys(ids)) for key, ids in plans.items()})


def run_checks(connection: duckdb.DuckDBPyConnection, place: str = "checks") -> Iterator[Found]:
    """Run every check of a folder under `sql/`: of what was loaded, of what was read, or of what is doubted of it."""
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
    """One result per scope with its rows, or the one pass."""
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
