"""The history of plans: each row of a plan's tables is compared with the current version, and stored if it differs.

A row whose key changed is one removed and one added row. Order numbers are updated in the current version: they give
the place of a row in the output and are no part of the decision.
"""

from collections.abc import Mapping
from datetime import datetime

import duckdb
import polars as pl

from warehouse.definition import marts_by
from warehouse.history import naive_utc
from warehouse.versions import equal, keep_versions, tables_of_versions


def load_plan(
    connection: duckdb.DuckDBPyConnection,
    *,
    plan_id: str,
    files_sha256: str,
    tables: Mapping[str, pl.DataFrame],
    known_from: datetime,
) -> bool:
    """Load a plan into the `plan` schema; skip it if the same software has loaded the same files before.

    Returns:
        Whether any row of the plan changed.
    """
    known = connection.execute(
        "select plans.files_sha256 from plan.plan as plans "
        "where plans.plan_id = $plan_id "
        "and (select arg_max(marts_by, published_at) from ops.publication where not is_worked_out_later) = $marts_by",
        {"plan_id": plan_id, "marts_by": marts_by()},
    ).fetchall()
    if known == [(files_sha256,)]:
        return False
    changed = [
        load_table(
            connection,
            f"plan.{table}",
            frame.with_columns(pl.lit(files_sha256).alias("files_sha256")) if table == "plan" else frame,
            plan_id=plan_id,
            instant=naive_utc(known_from),
        )
        for table, frame in tables.items()
    ]
    return any(changed)


def load_table(
    connection: duckdb.DuckDBPyConnection, relation: str, frame: pl.DataFrame, *, plan_id: str, instant: datetime
) -> bool:
    """Load one table of a plan; return whether any row changed."""
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
            among=f"plan_id = '{plan_id}'",
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
