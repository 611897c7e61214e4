"""The structure of the code: the picture is current, no import cycles, unique file names."""

import subprocess
from collections import Counter
from graphlib import TopologicalSorter
from pathlib import PurePosixPath

from tests.docs.house_picture import PICTURE, REPOSITORY, draw, module_graph, rooms

# Files named by Python, by a plan's folder, or with the same role in several folders.
NAMED_BY_THEIR_FOLDER = {"__init__.py", "__main__.py", "errors.py", "plan.toml"}


def test_the_picture_is_as_the_code_is():
    """docs/images/house.svg equals the output of `make docs`, and every arrow points down."""
    assert draw(module_graph()) == PICTURE.read_text(encoding="utf-8")


def test_no_modules_import_each_other_in_a_circle():
    """No modules import each other in a cycle, even inside functions."""
    assert list(TopologicalSorter(module_graph()).static_order())


def test_a_file_name_is_met_once():
    """Each name of a module, SQL file or template occurs once."""
    folders = (*rooms(), "benchmarks", "sql")
    listed = subprocess.run(
        ["git", "ls-files", "--", *folders], cwd=REPOSITORY, check=True, capture_output=True, text=True
    ).stdout.split("\n")
    names = Counter(
        path.name for path in map(PurePosixPath, listed) if path.suffix in (".py", ".sql", ".toml", ".j2", ".css")
    )
    assert {name for name, count in names.items() if count > 1} <= NAMED_BY_THEIR_FOLDER
