"""The steps of migrations that one SQL text cannot express, since they loop over many tables."""

from collections.abc import Callable, Mapping

import duckdb


def plain_is_current(connection: duckdb.DuckDBPyConnection) -> None:
    """Rename the tables of plan to tables of versions, and drop the marts that were built without versions.

    Earlier software closed and opened all rows of a plan when one changed: equal successive versions are joined.
    """
    for (name,) in connection.execute(
        "select table_name from duckdb_tables() where schema_name = 'plan' and database_name = current_database()"
    ).fetchall():
        connection.execute(f"alter table plan.{name} rename to {name}_version")
        if name != "plan":
            connection.execute(f"alter table plan.{name}_version drop column files_sha256")
        join_equal_versions(connection, f"plan.{name}_version")
    for kind, name in connection.execute(
        """
        select 'view', view_name from duckdb_views()
        where schema_name = 'mart' and database_name = current_database()
        union all
        select 'table', table_name from duckdb_tables()
        where
            schema_name = 'mart' and database_name = current_database()
            and table_name not in ('verdict_change', 'verdict_state_version')
        """
    ).fetchall():
        connection.execute(f"drop {kind} mart.{name}")
    connection.execute("delete from ops.mart_definition")


def join_equal_versions(connection: duckdb.DuckDBPyConnection, table: str) -> None:
    """Join successive versions that differ only in their order numbers; the last order number is kept."""
    columns = [name for name, *_ in connection.execute(f"describe {table}").fetchall()]
    orders = [name for name in columns if name.endswith("_order")]
    compared = ", ".join(f'"{name}"' for name in columns if name not in (*orders, "known_from", "known_to"))
    last = "".join(f"arg_max({name}, known_from) as {name}, " for name in orders)
    connection.execute(
        f"""
        create or replace temp table joined as
        with marked as (
            select *, lag(known_to) over same_row is distinct from known_from as is_start
            from {table}
            window same_row as (partition by {compared} order by known_from)
        ),

        numbered as (
            select *, count(*) filter (is_start) over same_row as place
            from marked
            window same_row as (partition by {compared} order by known_from rows unbounded preceding)
        )

        select
            {compared}, {last}
            min(known_from) as known_from,
            if(count(*) = count(known_to), max(known_to), null) as known_to
        from numbered
        group by {compared}, place;
        delete from {table};
        insert into {table} by name from joined
        """
    )


STEPS: Mapping[int, Callable[[duckdb.DuckDBPyConnection], None]] = {3: plain_is_current}
