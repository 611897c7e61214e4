"""dlt at its fastest: a processing step of our own turns each page into an Arrow table, which dlt loads as it is."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from benchmarks.contestant import Outcome, Questions
from benchmarks.peers.dlt_pipeline import run_pipeline


def as_table(page: dict[str, Any]) -> pa.Table:
    """A row per value, with what stands around it."""
    rows = pa.Table.from_pylist(page["values"])
    nested = rows.column("values")
    around = rows.select(["kpi", "municipality", "period"]).take(pc.list_parent_indices(nested))
    values = pa.table({"value": pc.list_flatten(nested)}).flatten()
    for place, name in enumerate(values.column_names):
        around = around.append_column(name.removeprefix("value."), values.column(place))
    return around


def load(questions: Questions, folder: Path) -> Outcome:
    """The whole page is the item, so that the step sees it."""
    return run_pipeline(questions, folder, data_selector="$", steps=[{"map": as_table}], values_table="observation")
