"""Changes of verdicts between one publication and the next, each with its cause.

`mart.verdict_state` is the compact state of every verdict and of all that it rests on. The comparison stands once, in
`sql/load/verdict_change.sql`: it appends to `mart.verdict_change`, which is kept from night to night, and it makes
the macro `mart.verdict_change_between(earlier, later)`. A verdict that changed though nothing it rests on did was
changed by this software: only the kept table can tell that, since the macro judges both moments with today's code.
"""

from datetime import datetime

import duckdb

from warehouse.database import SQL_FOLDER
from warehouse.history import naive_utc

COMPARISON = SQL_FOLDER / "load" / "verdict_change.sql"
BEFORE, AFTER = "verdict_state_before", "verdict_state_after"


def take_verdict_state(connection: duckdb.DuckDBPyConnection) -> None:
    """Set the last publication's verdicts aside, before the marts are built anew."""
    connection.execute(f"drop table if exists {BEFORE}")
    has_state = connection.execute(
        "select exists (from duckdb_tables() where schema_name = 'mart' and table_name = 'verdict_state' "
        "and database_name = current_database())"
    ).fetchone()
    if has_state == (True,):
        connection.execute(f"create temp table {BEFORE} as from mart.verdict_state")


def create_comparison_macro(connection: duckdb.DuckDBPyConnection) -> None:
    """Make `mart.verdict_change_between(earlier, later)` of the comparison; the marts' macros must be there."""
    body = (
        COMPARISON.read_text(encoding="utf-8")
        .replace(f"from {BEFORE}", "from mart.verdict_state_as_of(earlier)")
        .replace(f"from {AFTER}", "from mart.verdict_state_as_of(later)")
    )
    connection.execute(f"create macro mart.verdict_change_between(earlier, later) as table ({body})")


def append_verdict_changes(connection: duckdb.DuckDBPyConnection, *, run_id: str, known_from: datetime) -> int:
    """Append what changed since the last publication to `mart.verdict_change`.

    Returns:
        How many verdicts changed; 0 on a first publication, when there is nothing to compare with.
    """
    connection.execute(f"create temp table if not exists {BEFORE} as from mart.verdict_state limit 0")
    body = COMPARISON.read_text(encoding="utf-8").replace(f"from {AFTER}", "from mart.verdict_state")
    connection.execute(
        f"insert into mart.verdict_change by name select $run_id as run_id, $known_from as known_from, * from ({body})",
        {"run_id": run_id, "known_from": naive_utc(known_from)},
    )
    (count,) = connection.execute("select count(*) from mart.verdict_change where run_id = ?", [run_id]).fetchone() or (
        0,
    )
    return int(count)
