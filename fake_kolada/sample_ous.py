"""The sample's organisational units: two made-up schools in each municipality, with made-up values."""

import polars as pl

from fake_kolada.data_set import OU_SCHEMA
from fake_kolada.noise import normal, uniform

_SCHOOLS_IN_A_MUNICIPALITY = 2
_SALT = 400
_HELD_BACK_SHARE = 0.06


def made_up_ous(municipalities: pl.DataFrame) -> pl.DataFrame:
    """Return the schools."""
    places = municipalities.filter(pl.col("municipality_type") == "K")
    rows = [
        (f"V15E{unit}{number:05d}", unit, f"Påhittad skola {number}, {name}")
        for unit, name in places.select("municipality_id", "municipality_name").iter_rows()
        for number in range(1, _SCHOOLS_IN_A_MUNICIPALITY + 1)
    ]
    return pl.DataFrame(rows, schema=dict(OU_SCHEMA), orient="row")


def made_up_ou_values(ous: pl.DataFrame, observations: pl.DataFrame) -> pl.DataFrame:
    """Return each school's values: near its municipality's value, and sometimes suppressed.

    Args:
        ous: The schools.
        observations: The municipalities' values of the KPIs that schools have values of.
    """
    keyed = (
        ous.select("ou_id", "municipality_id")
        .join(observations, on="municipality_id", maintain_order="left_right")
        .with_columns(
            kpi=pl.col("kpi_id").str.slice(1).cast(pl.Int64),
            ou=pl.col("ou_id").str.slice(4).cast(pl.Int64),
        )
    )
    yearly = ["kpi", "ou", "period"]
    drawn = keyed.with_columns(chance=uniform(keyed, yearly, _SALT), moved=normal(keyed, yearly, _SALT + 1))
    is_held_back = pl.col("chance") < _HELD_BACK_SHARE
    moved = (pl.col("value") + 4.0 * pl.col("moved")).clip(0.0, 100.0).round(1)
    hidden = is_held_back & pl.col("value").is_not_null()
    return drawn.select(
        "kpi_id",
        "ou_id",
        "period",
        "gender",
        value=pl.when(is_held_back.not_()).then(moved),
        status=pl.when(hidden).then(pl.lit("Privacy")).otherwise(pl.col("status")),
        changed_on="changed_on",
    )
