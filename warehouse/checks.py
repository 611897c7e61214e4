"""The checks: each SQL file under `sql/checks/` returns the rows that offend it.

A blocking check with rows stops the publication, unless an operator accepts the loss with a reason; a warning goes on
record and becomes visible in `ops.check_result`.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb

from warehouse.database import set_variables, sql_files

EXAMPLES_KEPT = 3


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What one check found.

    Attributes:
        name: of the file, without its number.
        severity: blocking or warning.
        offending_count: rows found; 0 is a pass.
        example: the first rows as JSON, or None.
        question: the file's first comment line: what the check looks for.
    """

    name: str
    severity: str
    offending_count: int
    example: str | None
    question: str

    @property
    def is_blocking(self) -> bool:
        """Whether this result stops a publication."""
        return self.severity == "blocking" and self.offending_count > 0


def run_checks(connection: duckdb.DuckDBPyConnection, settings: Mapping[str, object]) -> list[CheckResult]:
    """Run every check against an open working file.

    Args:
        connection: a working file that is loaded and built.
        settings: limits that the checks read with getvariable().
    """
    set_variables(connection, settings)
    return [
        run_check(connection, path, severity)
        for severity in ("blocking", "warning")
        for path in sql_files(f"checks/{severity}")
    ]


def run_check(connection: duckdb.DuckDBPyConnection, path: Path, severity: str) -> CheckResult:
    """Run one check file."""
    text = path.read_text(encoding="utf-8")
    cursor = connection.execute(text)
    names = [column[0] for column in cursor.description or ()]
    rows = cursor.fetchall()
    example = [dict(zip(names, row, strict=True)) for row in rows[:EXAMPLES_KEPT]]
    return CheckResult(
        name=path.stem.split("_", 1)[1],
        severity=severity,
        offending_count=len(rows),
        example=json.dumps(example, ensure_ascii=False, default=str) if example else None,
        question=text.splitlines()[0].removeprefix("--").strip(),
    )
