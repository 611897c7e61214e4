"""The values that the API gives for a group of municipalities.

A group's value is the unweighted mean of its members that have one, for each gender by itself; its count
is how many contributed. A group has a row where one of its members has a row; where no member has a
value, the group's value is null and its count 0.
"""

import polars as pl

from fake_kolada.data_set import OBSERVATION_SCHEMA

COUNT = "count"


def group_values(observations: pl.DataFrame, members: pl.DataFrame) -> pl.DataFrame:
    """Group values from the members' own, in the form of observations with a `count`.

    Args:
        observations: Values of single units, in the form of `DataSet.observations`.
        members: The groups wanted, one row for each group and member.
    """
    status = OBSERVATION_SCHEMA["status"]
    return (
        observations.filter(pl.col("is_deleted").not_())
        .join(
            members.select("group_id", municipality_id=pl.col("member_id").cast(pl.Categorical())),
            on="municipality_id",
            how="inner",
            # In a set order, so that the same members give the same mean to the last bit every time.
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
