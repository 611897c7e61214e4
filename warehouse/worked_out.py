"""The marts of publications from before marts had a history, worked out afterwards.

Nothing says any more what those nights' marts held. For each publication on which a version in core or plan began or
ended, they are built by this software from core and plan as they were known at its instant: in a database in memory
whose core, plan and ops are views of the file's at that instant. `ops.publication` says that they were worked out
later. What the last publication said of the verdicts is known: where this software says otherwise, the next publication
reports a change of verdict whose cause is the software.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

import duckdb

from warehouse.build import build_marts
from warehouse.database import run_sql
from warehouse.definition import marts_by
from warehouse.mart_files import published_relations
from warehouse.published_file import source_kind
from warehouse.versions import create_known_readers, equal, tables_of_versions

EARLIER = "earlier"
INSTANT = "worked_out_at"
STATE_KEY = ("plan_id", "level", "item_id", "year", "variant")

Told = Callable[[int, int], None]


def work_out_history(connection: duckdb.DuckDBPyConnection, told: Told) -> None:
    """Give every mart of the open file the versions that its earlier publications would have made.

    Args:
        connection: a private working file whose core and plan have their versions, and whose marts have none.
        told: is told how many publications of how many are done.
    """
    instants = instants_of_change(connection)
    kind = source_kind(connection)
    ((home,),) = connection.execute("select current_database()").fetchall()
    with earlier_marts(connection, home):
        for number, instant in enumerate(instants):
            told(number, len(instants))
            connection.execute(f"set variable {INSTANT} = $instant", {"instant": instant})
            build_marts(connection, source_kind=kind, is_all=True)
        if instants:
            put_published_verdicts_back(connection, home)
        for each in published_relations().values():
            if each.kind == "mart" and instants:
                connection.execute(
                    f"create or replace table {home}.{each.stored_name} as from {EARLIER}.{each.stored_name}"
                )
    connection.execute(
        "update ops.publication set marts_by = $marts_by, is_worked_out_later = true", {"marts_by": marts_by()}
    )
    told(len(instants), len(instants))


def instants_of_change(connection: duckdb.DuckDBPyConnection) -> list[datetime]:
    """The publications on which a version in core or plan began or ended, oldest first."""
    ends = [
        f"select {end} as instant from {schema}.{name}_version"
        for schema in ("core", "plan")
        for name in tables_of_versions(connection, schema)
        for end in ("known_from", "known_to")
    ]
    rows = connection.execute(
        f"select published_at from ops.publication where published_at in ({' union '.join(ends)}) order by published_at"
    ).fetchall()
    return [instant for (instant,) in rows]


@contextmanager
def earlier_marts(connection: duckdb.DuckDBPyConnection, home: str) -> Iterator[None]:
    """Within the block, core, plan and ops are the file's as known at the instant in the variable; marts are empty."""
    connection.execute(f"attach ':memory:' as {EARLIER}")
    try:
        for schema in ("core", "plan"):
            connection.execute(f"create schema {EARLIER}.{schema}")
            for name in tables_of_versions(connection, schema):
                connection.execute(
                    f"create view {EARLIER}.{schema}.{name}_version as "
                    f"select * replace (if(known_to <= getvariable('{INSTANT}'), known_to, null) as known_to) "
                    f"from {home}.{schema}.{name}_version where known_from <= getvariable('{INSTANT}')"
                )
        connection.execute(
            f"create schema {EARLIER}.ops;"
            f"create view {EARLIER}.ops.publication as from {home}.ops.publication "
            f"where published_at <= getvariable('{INSTANT}');"
            f"create table {EARLIER}.ops.mart_definition as from {home}.ops.mart_definition limit 0;"
            f"use {EARLIER}"
        )
        run_sql(connection, "core/015_county.sql")
        run_sql(connection, "core/020_moment.sql")
        run_sql(connection, "core/030_cells.sql")
        create_known_readers(connection)
        yield
    finally:
        connection.execute(f"use {home}")
        connection.execute(f"detach {EARLIER}")


def put_published_verdicts_back(connection: duckdb.DuckDBPyConnection, home: str) -> None:
    """Let the last publication have said what it said: its verdicts stand in the place of those worked out for it."""
    ((last,),) = connection.execute("select max(published_at) from ops.publication").fetchall()
    connection.execute(
        f"""
        create or replace temp table said as
        select worked_out.* replace (
            published.verdict as verdict,
            published.verdict_reason as verdict_reason,
            cast($last as timestamp) as published_from
        )
        from mart.verdict_state_version as worked_out
        inner join {home}.mart.verdict_state_version as published on {equal("worked_out", "published", STATE_KEY)}
        where worked_out.published_to is null and published.verdict <> worked_out.verdict
        """,
        {"last": last},
    )
    connection.execute(
        "update mart.verdict_state_version as worked_out set published_to = $last from said "
        f"where worked_out.published_to is null and {equal('worked_out', 'said', STATE_KEY)}",
        {"last": last},
    )
    connection.execute("delete from mart.verdict_state_version where published_from = published_to")
    connection.execute("insert into mart.verdict_state_version by name from said")
