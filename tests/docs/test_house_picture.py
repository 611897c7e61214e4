"""The house: its picture is as the code is, nothing runs back up, no circle, no file name twice."""

import subprocess
from collections import Counter
from graphlib import TopologicalSorter
from pathlib import PurePosixPath

from tests.docs.house_picture import PICTURE, REPOSITORY, draw, module_graph, rooms

# What says its room by where it lies, or is named so by Python or by a plan's own folder.
NAMED_BY_THEIR_FOLDER = {"__init__.py", "__main__.py", "errors.py", "plan.toml"}


def test_the_picture_is_as_the_code_is():
    """docs/images/house.svg shows today's modules and imports (`make docs` draws it), and every arrow runs down."""
    assert draw(module_graph()) == PICTURE.read_text(encoding="utf-8")


def test_no_modules_import_each_other_in_a_circle():
    """Not even within a room, nor by an import inside a function."""
    assert list(TopologicalSorter(module_graph()).static_order())


def test_a_file_name_is_met_once():
    """Whoever hears of a module or an SQL file finds one."""
    folders = (*rooms(), "benchmarks", "sql")
    listed = subprocess.run(
        ["git", "ls-files", "--", *folders], cwd=REPOSITORY, check=True, capture_output=True, text=True
    ).stdout.split("\n")
    names = Counter(
        path.name for path in map(PurePosixPath, listed) if path.suffix in (".py", ".sql", ".toml", ".j2", ".css")
    )
    assert {name for name, count in names.items() if count > 1} <= NAMED_BY_THEIR_FOLDER
