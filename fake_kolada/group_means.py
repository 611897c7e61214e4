"""The values that the API returns for a group of municipalities.

A group's value is the unweighted mean of its members with a value, for each gender separately; its count is the number
of these members. A group has a row if one of its members has a row; if no member has a value, the group's value is null
and its count 0.
"""

import polars as pl

from fake_kolada.data_set import OBSERVATION_SCHEMA

COUNT = "count"


def group_values(observations: pl.DataFrame, members: pl.DataFrame) -> pl.DataFrame:
    """Return group values computed from the members' values, in the form of observations with a `count`.

    Args:
        observations: Values of single units, in the form of `DataSet.observations`.
        members: The wanted groups, one row per group and member.
    """
    status = OBSERVATION_SCHEMA["status"]
    return (
        observations.filter(pl.col("is_deleted").not_())
        .join(
            members.select("group_id", municipality_id=pl.col("member_id").cast(pl.Categorical())),
            on="municipality_id",
            how="inner",
            # In a fixed order, so that the same members always give exactly the same mean.
            maintain_order="left_right",
        )
        .group_by("kpi_id", "period", "group_id", "gender", maintain_order=True)
        .agg(
            pl.col("value").mean(),
            pl.col("value").count().cast(pl.Int32).alias(COUNT),
            pl.col("changed_on").max(),
        )
        .select(
            "kpi_id",
            pl.col("group_id").cast(pl.Categorical()).alias("municipality_id"),
            "period",
            "gender",
            "value",
            pl.lit("").cast(status).alias("status"),
            pl.lit(value=False).alias("is_deleted"),
            "changed_on",
            COUNT,
        )
    )
