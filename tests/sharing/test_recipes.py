"""The recipes of docs/sharing.md: what can run here is run as it stands, every other one says that it is not tried."""

import re
from pathlib import Path

import duckdb
import polars as pl
import pytest

from sharing import place_named, share
from tests.conftest import REPOSITORY
from tests.sharing.support import present, wished

PAGE = REPOSITORY / "docs" / "sharing.md"
ADDRESS = "https://example.se/kolada/"
# By which test each runs; those of DuckDB need its extensions.
TRIED = {"Python": "here", "DuckDB by address": "test_lake.py", "DuckDB in a bucket": "test_lake.py"}


def recipes() -> dict[str, str]:
    """Each recipe by its heading."""
    reading = PAGE.read_text(encoding="utf-8").partition("\n## Reading it\n")[2].partition("\n## ")[0]
    _, *parts = re.split(r"^### (.*)\n", reading, flags=re.MULTILINE)
    return dict(zip(parts[::2], parts[1::2], strict=True))


def code_of(recipe: str) -> str:
    """What stands in a recipe's block."""
    return re.findall(r"^```\w+\n(.*?)^```", recipes()[recipe], re.MULTILINE | re.DOTALL)[0]


def test_every_other_recipe_says_that_it_was_not_tried() -> None:
    """Those that a test runs do not say so, and all others do, in their first words."""
    assert {name: not text.strip().startswith("Not tried.") for name, text in recipes().items()} == {
        name: name in TRIED for name in recipes()
    }
    assert set(TRIED) < set(recipes())


@pytest.mark.slow
def test_the_recipe_in_python_reads_the_goals(two_nights: list[Path], tmp_path: Path, serve_folder) -> None:
    """By the address of a plain web server, the recipe gives the rows of the published file."""
    share(two_nights[0], place_named(str(tmp_path)), wished(), now=present)
    names: dict[str, object] = {}
    exec(code_of("Python").replace(ADDRESS, serve_folder(tmp_path)), names)  # noqa: S102 - our own page
    goals = names["goals"]
    assert isinstance(goals, pl.DataFrame)
    with duckdb.connect(str(two_nights[0]), read_only=True) as connection:
        assert goals.height == connection.execute("select count(*) from mart.goal_fulfilment").fetchone()[0] > 0
