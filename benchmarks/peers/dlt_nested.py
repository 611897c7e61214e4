"""dlt as one writes it down: the nested `values` become a table of their own, which a join brings back."""

from pathlib import Path

from benchmarks.contestant import Outcome, Questions
from benchmarks.peers.dlt_pipeline import run_pipeline


def load(questions: Questions, folder: Path) -> Outcome:
    """Declared, and nothing else."""
    return run_pipeline(questions, folder, data_selector="values", steps=[], values_table="observation__values")
