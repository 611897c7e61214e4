"""A home with the first released schema is upgraded: its history, its verdicts, its raw store."""

import tarfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest
import zstandard

from fake_kolada import FakeKolada
from goals import read_plan
from pipeline.progress import Silent
from pipeline.replay import replay
from pipeline.run_job import SOFTWARE_VERSION
from tests.warehouse.first_release.make_fixture import PLAN, small_data
from warehouse.database import quoted
from warehouse.errors import SchemaTooNew
from warehouse.home import Home
from warehouse.schema import migrations, version_of

FIXTURE = Path(__file__).parent / "first_release" / "home.tar.zst"


@pytest.fixture
def old_home(tmp_path, make_nights: Callable):
    """The home of the first release, whose stand-in serves the data of its first run."""
    with (
        FIXTURE.open("rb") as file,
        zstandard.ZstdDecompressor().stream_reader(file) as unpacked,
        tarfile.open(fileobj=unpacked, mode="r|") as archive,
    ):
        archive.extractall(tmp_path, filter="data")
    plan = read_plan(PLAN)
    fake = FakeKolada(small_data([*plan.kpi_ids, *plan.cross_check_kpi_ids]))
    return make_nights(home=tmp_path / "home", fake=fake, plans=(plan,), now=datetime(2026, 4, 2, 0, 30, tzinfo=UTC))


def change_file(nights, sql):
    """Change a published file."""
    path = nights.home / "kolada.duckdb"
    path.chmod(0o644)
    with duckdb.connect() as connection:
        connection.execute(f"attach {quoted(str(path))} as warehouse")
        connection.execute("use warehouse")
        connection.execute(sql)


@pytest.mark.slow
def test_the_history_survives(old_home):
    """After an upgrade the earlier versions are unchanged, and the new run's are added."""
    before = old_home.query("select * exclude (known_to, confirmed_at) from core.observation_version order by all")
    assert len(before) > 100
    result = old_home.refresh()
    assert result.state == "published"
    # The stand-in serves the first run's values, so the second run's revisions are reversed.
    assert dict(result.loaded.opened) == {"revised": 2}
    after = old_home.query(
        "select * exclude (known_to, confirmed_at) from core.observation_version where run_id <> ? order by all",
        [result.run_id],
    )
    assert after == before


@pytest.mark.slow
def test_every_migration_is_on_record(old_home):
    """The upgraded file lists all migrations in order."""
    assert old_home.query("select version from ops.schema_version") == [(1,)]
    old_home.refresh()
    assert old_home.query("select version from ops.schema_version order by version") == [
        (version_of(path),) for path in migrations()
    ]


@pytest.mark.slow
def test_the_upgraded_file_is_what_a_replay_gives(old_home, tmp_path):
    """A replay of the old home's raw store equals the migrated file's units."""
    old_home.refresh()
    replay(Home(old_home.home), tmp_path / "replayed.duckdb", as_of=None, reporter=Silent())
    units = "select * from core.municipality_version order by all"
    with duckdb.connect(str(tmp_path / "replayed.duckdb"), read_only=True) as connection:
        assert connection.execute(units).fetchall() == old_home.query(units)


@pytest.mark.slow
def test_a_verdict_flipped_by_our_own_code_says_so(old_home):
    """A verdict that changes only because of the software has the cause `software_changed`."""
    old_home.refresh()
    flipped = old_home.query(
        "select item_id, year from mart.verdict_state where level = 'indicator' and verdict = 'met' "
        "order by all limit 1"
    )
    assert len(flipped) == 1
    # As if the code of the last run had judged differently.
    change_file(
        old_home,
        f"update mart.verdict_state_version set verdict = 'not_met' "
        f"where level = 'indicator' and item_id = '{flipped[0][0]}' and year = {flipped[0][1]};"
        "update ops.mart_definition set sha256 = 'of that code'",
    )
    result = old_home.refresh()
    assert old_home.query(
        "select item_id, year, verdict_before, verdict, cause from mart.verdict_change where run_id = ?",
        [result.run_id],
    ) == [(*flipped[0], "not_met", "met", "software_changed")]


def test_a_file_from_the_future_is_refused(old_home):
    """A file with a newer schema is refused and stays unchanged."""
    change_file(old_home, "insert into ops.schema_version values (999, 'from_the_future', now()::timestamp)")
    before = (old_home.home / "kolada.duckdb").read_bytes()
    with pytest.raises(SchemaTooNew, match="999"):
        old_home.refresh()
    assert (old_home.home / "kolada.duckdb").read_bytes() == before


@pytest.mark.slow
def test_the_software_version_of_each_run_is_on_record(old_home):
    """ops.run has the software version of each run."""
    old_home.refresh()
    assert old_home.query("select distinct software_version from ops.run") == [(SOFTWARE_VERSION,)]
