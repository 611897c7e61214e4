"""A criterion that a plan can say and no version judges yet is refused: it never gets a wrong verdict."""

from dataclasses import replace

import polars as pl
import pytest

from goals import Plan, PlanError
from pipeline.judged_criteria import refuse_unjudged


def with_target(plan: Plan, **cells: object) -> Plan:
    """The plan with its first target saying something else."""
    target = plan.tables["target"].with_row_index("place")
    changed = [
        pl.when(pl.col("place") == 0).then(pl.lit(value, dtype=target.schema[name])).otherwise(pl.col(name)).alias(name)
        for name, value in cells.items()
    ]
    tables = {**plan.tables, "target": target.with_columns(changed).drop("place")}
    return replace(plan, tables=tables)


def test_the_repositorys_plan_is_judged(plans):
    """Nothing in it is beyond what is judged."""
    for plan in plans:
        refuse_unjudged(plan)


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"kind": "range", "target_high": 5.0}, "kind: `range`"),
        ({"kind": "rank", "rank_scope": "county"}, "kind: `rank`"),
        ({"kind": "best_share"}, "kind: `best_share`"),
        ({"kind": "base_year", "base_year": 2019}, "kind: `base_year`"),
        ({"kind": "previous_measurement"}, "kind: `previous_measurement`"),
        ({"kind": "gender_gap"}, "kind: `gender_gap`"),
        ({"kind": "reference", "reference": "median"}, "reference: `median`"),
        ({"gender": "both"}, "gender: `both`"),
        ({"offset": -2.0}, "offset: `-2.0`"),
        ({"tolerance": 1.0}, "tolerance: `1.0`"),
        ({"criterion": "growth"}, "criterion: `growth`"),
    ],
)
def test_what_is_not_judged_is_refused_by_name(plans, cells, said):
    """File, column and value, before any request is sent."""
    with pytest.raises(PlanError) as refused:
        refuse_unjudged(with_target(plans[0], **cells))
    column, value = said.split(": ")
    assert "targets.csv" in str(refused.value)
    assert f"column {column}" in str(refused.value)
    assert value in str(refused.value)


def test_a_region_is_refused(plans):
    """Its means and places are over regions, which no mart works out yet."""
    with pytest.raises(PlanError, match="a plan of a region"):
        refuse_unjudged(replace(plans[0], municipality_id="0014"))
