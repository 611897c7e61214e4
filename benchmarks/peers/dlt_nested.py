"""dlt with a plain declaration: the nested `values` become a table of their own, which a query joins again."""

from pathlib import Path

from benchmarks.contestant import Outcome, Questions
from benchmarks.peers.dlt_pipeline import run_pipeline


def load(questions: Questions, folder: Path) -> Outcome:
    """Load the questions with the declaration alone."""
    return run_pipeline(questions, folder, data_selector="values", steps=[], values_table="observation__values")
