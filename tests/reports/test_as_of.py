"""The marts as of a moment, laid out once for a reader, are what the macros of the file answer."""

import shutil
from datetime import datetime
from pathlib import Path

import duckdb
import pytest
from warehouse.at_moment import MartsAtMoment
from warehouse.mart_texts import mart_bodies

from tests.reports.conftest import World
from tests.reports.support import opened

FIRST_NIGHT = datetime.fromisoformat("2026-04-02T12:00:00")


@pytest.fixture(scope="module")
def file_of_another_version(awkward_world: World, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of a published file whose macros another version of the software defined."""
    home = tmp_path_factory.mktemp("other")
    copy = home / "kolada.duckdb"
    shutil.copyfile(awkward_world.home / "kolada.duckdb", copy)
    with duckdb.connect(copy) as connection:
        connection.execute("update ops.mart_definition set sha256 = 'another'")
    return home


@pytest.mark.parametrize("name", mart_bodies())
def test_each_mart_equals_its_macro(awkward_world: World, name):
    """As of the first night every mart has the macro's rows, each as often."""
    with opened(awkward_world.home) as connection:
        table = MartsAtMoment(connection, FIRST_NIGHT).table("mart", name)
        macro = f"mart.{name}_as_of(timestamp '{FIRST_NIGHT}')"
        for left, right in ((table, macro), (macro, table)):
            rest = connection.execute(f"select count(*) from (from {left} except all from {right})").fetchall()
            assert rest == [(0,)]


def test_marts_rest_on_each_other_and_are_made_once(awkward_world: World):
    """A mart that another one rests on is there already when it is asked for."""
    with opened(awkward_world.home) as connection:
        marts = MartsAtMoment(connection, FIRST_NIGHT)
        marts.table("mart", "goal_verdict")
        laid_out = dict(marts.laid_out)
        assert marts.table("mart", "judgement") in laid_out.values()
        assert marts.laid_out == laid_out


def test_a_file_of_another_version_answers_by_its_own_macros(file_of_another_version: Path, awkward_world: World):
    """Nothing is worked out by SQL that the file was not built with; the answer is the same here."""
    answers = []
    for home in (file_of_another_version, awkward_world.home):
        with opened(home) as connection:
            marts = MartsAtMoment(connection, FIRST_NIGHT)
            table = marts.table("mart", "goal_fulfilment")
            answers.append((len(marts.laid_out), connection.execute(f"from {table} order by all").fetchall()))
    (alone, by_macro), (together, by_files) = answers
    assert alone == 1 < together
    assert by_macro == by_files
