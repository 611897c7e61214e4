"""The notebook of docs/analysts.md runs on a published file, and each of its tables has rows."""

import importlib.util
from pathlib import Path

import pytest

from tests.docs.test_docs import REPOSITORY

NOTEBOOK = REPOSITORY / "docs" / "goals_notebook.py"


@pytest.mark.recorded
@pytest.mark.slow
def test_the_notebook_runs(first_night, tmp_path, monkeypatch):
    """The whole notebook runs with the published file in its usual place."""
    nights, _ = first_night
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "kolada.duckdb").symlink_to(nights.home / "kolada.duckdb")
    monkeypatch.chdir(tmp_path)
    found = importlib.util.spec_from_file_location("goals_notebook", NOTEBOOK)
    notebook = importlib.util.module_from_spec(found)
    found.loader.exec_module(notebook)
    outputs, defined = notebook.app.run()
    defined["kolada"].close()
    assert Path("data", "kolada.duckdb") == defined["file"]
    tables = {name: defined[name].height for name in ("goals", "history", "genders", "counties")}
    assert all(tables.values()), tables
    assert (43, 21) == (tables["goals"], tables["counties"])
    assert outputs
