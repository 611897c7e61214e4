"""Changes of verdicts between one publication and the next, each with its cause.

`mart.verdict_state` is the compact state of every verdict and of what it rests on; `sql/load/verdict_change/` compares
the state of the last publication with today's and appends to `mart.verdict_change`, which is kept from night to night.
"""

from datetime import datetime

import duckdb

from warehouse.database import run_folder, set_variables
from warehouse.history import naive_utc


def take_verdict_state(connection: duckdb.DuckDBPyConnection) -> None:
    """Set the last publication's verdicts aside, before the marts are built anew."""
    connection.execute("create schema if not exists mart")
    has_state = connection.execute(
        "select exists (from duckdb_tables() where schema_name = 'mart' and table_name = 'verdict_state' "
        "and database_name = current_database())"
    ).fetchone()
    if has_state == (True,):
        connection.execute("create or replace temp table previous_verdict_state as from mart.verdict_state")
    else:
        connection.execute("drop table if exists temp.previous_verdict_state")


def append_verdict_changes(connection: duckdb.DuckDBPyConnection, *, run_id: str, known_from: datetime) -> int:
    """Append what changed since the last publication to `mart.verdict_change`.

    Returns:
        How many verdicts changed; 0 on a first publication, when there is nothing to compare with.
    """
    instant = naive_utc(known_from)
    connection.execute("create temp table if not exists previous_verdict_state as from mart.verdict_state limit 0")
    set_variables(connection, {"run_id": run_id, "known_from": instant})
    run_folder(connection, "load/verdict_change")
    (count,) = connection.execute(
        "select count(*) from mart.verdict_change where known_from = ?", [instant]
    ).fetchone() or (0,)
    return int(count)
