"""The history of plans: each row of a plan's tables is compared with the current version, and stored if it differs.

A row whose key changed is one removed and one added row. Order numbers are updated in the current version: they give
the place of a row in the output and are no part of the decision.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Protocol

import duckdb
import polars as pl

from warehouse.database import quoted
from warehouse.definition import marts_by
from warehouse.history import naive_utc
from warehouse.versions import equal, keep_versions, tables_of_versions


class PlanRows(Protocol):
    """A plan as it is loaded: its id, one hash of its files, and a frame for each table of the schema `plan`."""

    @property
    def plan_id(self) -> str:
        """The id of the plan."""
        ...

    @property
    def files_sha256(self) -> str:
        """The hash of its files."""
        ...

    @property
    def tables(self) -> Mapping[str, pl.DataFrame]:
        """Its tables by name; every plan has the same, with the same columns."""
        ...


def load_plans(connection: duckdb.DuckDBPyConnection, plans: Iterable[PlanRows], *, known_from: datetime) -> bool:
    """Load plans into the `plan` schema, without those that the same software has loaded from the same files before.

    Returns:
        Whether any row of a plan changed.
    """
    known = dict(
        connection.execute(
            "select plan_id, files_sha256 from plan.plan "
            "where (select arg_max(marts_by, published_at) from ops.publication where not is_worked_out_later) = $by",
            {"by": marts_by()},
        ).fetchall()
    )
    news = [plan for plan in plans if known.get(plan.plan_id) != plan.files_sha256]
    if not news:
        return False
    changed = [
        load_table(
            connection,
            f"plan.{table}",
            pl.concat(
                plan.tables[table].with_columns(pl.lit(plan.files_sha256).alias("files_sha256"))
                if table == "plan"
                else plan.tables[table]
                for plan in news
            ),
            plan_ids=[plan.plan_id for plan in news],
            instant=naive_utc(known_from),
        )
        for table in news[0].tables
    ]
    return any(changed)


def load_table(
    connection: duckdb.DuckDBPyConnection,
    relation: str,
    frame: pl.DataFrame,
    *,
    plan_ids: Iterable[str],
    instant: datetime,
) -> bool:
    """Load one table of some plans; return whether any row changed."""
    orders = [column for column in frame.columns if column.endswith("_order")]
    compared = [column for column in frame.columns if column not in orders]
    connection.register("plan_rows", frame.to_arrow())
    try:
        is_other = keep_versions(
            connection,
            relation,
            incoming="plan_rows",
            compared=compared,
            instant=instant,
            among=f"plan_id in ({', '.join(map(quoted, plan_ids))})",
        )
        for order in orders:
            connection.execute(
                f"update {relation}_version as held set {order} = plan_rows.{order} from plan_rows "
                f"where held.known_to is null and held.{order} is distinct from plan_rows.{order} "
                f"and {equal('held', 'plan_rows', compared)}"
            )
    finally:
        connection.unregister("plan_rows")
    return is_other


def close_absent_plans(
    connection: duckdb.DuckDBPyConnection, *, plan_ids: tuple[str, ...], known_from: datetime
) -> None:
    """Close the plans that are no longer in the folder of plans."""
    for name in tables_of_versions(connection, "plan"):
        connection.execute(
            f"update plan.{name}_version set known_to = $instant "
            "where known_to is null and not list_contains($kept, plan_id)",
            {"instant": naive_utc(known_from), "kept": list(plan_ids)},
        )
