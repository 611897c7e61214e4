"""dlt at its fastest: our processing step turns each page into an Arrow table, which dlt loads unchanged."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from benchmarks.contestant import Outcome, Questions
from benchmarks.peers.dlt_pipeline import run_pipeline


def as_table(page: dict[str, Any]) -> pa.Table:
    """Return a table with a row per value and its key."""
    rows = pa.Table.from_pylist(page["values"])
    nested = rows.column("values")
    around = rows.select(["kpi", "municipality", "period"]).take(pc.list_parent_indices(nested))
    values = pa.table({"value": pc.list_flatten(nested)}).flatten()
    for place, name in enumerate(values.column_names):
        around = around.append_column(name.removeprefix("value."), values.column(place))
    return around


def load(questions: Questions, folder: Path) -> Outcome:
    """Load the questions; the whole page is the item, so that the step receives it."""
    return run_pipeline(questions, folder, data_selector="$", steps=[{"map": as_table}], values_table="observation")
