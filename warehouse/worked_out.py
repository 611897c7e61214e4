"""The marts of publications older than the mart history, computed afterwards.

The marts that those publications had are lost. For each publication at which a version in core or plan began or ended,
this software builds them from core and plan as known at its instant, in an in-memory database whose core, plan and ops
are views on the file as of that instant. `ops.publication` marks them as computed later. Only the verdicts of the last
publication are known: where this software computes another verdict, the next publication reports a change of verdict
with the software as its cause.
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
    """Create the versions of every mart that the earlier publications of the open file would have made.

    Args:
        connection: a private working file whose core and plan have versions and whose marts have none.
        told: called with the number of publications done, and their total number.
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
    """Return the instants of publications at which a version in core or plan began or ended, oldest first."""
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
    """Show core, plan and ops as known at the instant in the variable while the block runs; marts are empty."""
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
    """Replace the computed verdicts of the last publication by those that it published."""
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
