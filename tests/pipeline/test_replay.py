"""A replay from the raw store equals the published file, now and as of each run; damage is named."""

import json

import duckdb
import pytest

from fake_kolada import FakeKolada, apply_change
from pipeline.progress import Silent
from pipeline.replay import replay
from tests.conftest import UNLIMITED
from tests.sweeping import points_of
from warehouse.database import quoted
from warehouse.errors import BodyCorrupt, BodyMissing, NotPublished, ReplayTargetExists
from warehouse.home import Home
from warehouse.mart_files import published_relations
from warehouse.prune import prune
from warehouse.rollback import roll_back

pytestmark = [pytest.mark.recorded, pytest.mark.slow]

NIGHTLY_CHANGES = [
    (),
    ("revised:N15436/1489/2020/T=91.2", "suppressed:N15436/1489/2019/T", "precision:N15485/1489/2018/T"),
    ("kpi_removed:N18409", "rescaled:U40455", "group_members"),
    ("deleted:N15436/1489/2018/T",),
]
NUMBERS = range(len(NIGHTLY_CHANGES))


@pytest.fixture(scope="module")
def four_nights(tmp_path_factory, make_nights, recorded, plans):
    """Four runs, each with its own changes, and a copy of the published file after each."""
    nights = make_nights(home=tmp_path_factory.mktemp("four") / "home", fake=FakeKolada(recorded), plans=plans)
    nights.settings.update(UNLIMITED)
    copies = []
    for number, changes in enumerate(NIGHTLY_CHANGES):
        for change in changes:
            nights.fake.data = apply_change(nights.fake.data, change)
        assert nights.refresh().state == "published"
        copy = nights.home.parent / f"night-{number}.duckdb"
        copy.write_bytes((nights.home / "kolada.duckdb").read_bytes())
        copies.append((nights.now, copy))
    return nights, copies


def differences(one, other):
    """Return the relations of core, plan, mart and ops whose rows differ between two files, apart from durations."""
    with duckdb.connect() as connection:
        connection.execute(f"attach {quoted(str(one))} as one (read_only)")
        connection.execute(f"attach {quoted(str(other))} as other (read_only)")
        tables = connection.execute(
            "select schema_name, table_name from duckdb_tables() where database_name = 'one' "
            "and schema_name in ('core', 'plan', 'mart', 'ops') and table_name <> 'schema_version' order by all"
        ).fetchall()
        assert len(tables) > 40
        found = []
        for schema, table in tables:
            columns = "* exclude (elapsed_seconds)" if table == "request" else "*"
            rows = [
                connection.execute(f"select {columns} from {name}.{schema}.{table} order by all").fetchall()
                for name in ("one", "other")
            ]
            if rows[0] != rows[1]:
                found.append(f"{schema}.{table}")
        return found


@pytest.mark.parametrize("number", NUMBERS)
def test_as_of_a_night_is_what_was_published_that_night(four_nights, number):
    """In the last file, every mart as of a run equals the file published by that run."""
    nights, copies = four_nights
    instant, copy = copies[number]
    moment = instant.replace(tzinfo=None)
    differing = []
    with duckdb.connect() as connection:
        connection.execute(f"attach {quoted(str(copy))} as earlier (read_only)")
        connection.execute(f"attach {quoted(str(nights.home / 'kolada.duckdb'))} as warehouse (read_only)")
        for name, each in published_relations().items():
            connection.execute("use earlier")
            then = connection.execute(f"from mart.{name} order by all").fetchall()
            connection.execute("use warehouse")
            now = connection.execute(f"from mart.{name}_as_of(timestamp '{moment}') order by all").fetchall()
            if then != now:
                differing.append(f"{each.kind} {name}")
    assert differing == []


def test_replay_gives_the_same_warehouse(four_nights, tmp_path):
    """A replay of all runs equals the published file, row by row."""
    nights, _ = four_nights
    assert replay(Home(nights.home), tmp_path / "now.duckdb", as_of=None, reporter=Silent()) == len(NIGHTLY_CHANGES)
    assert differences(nights.home / "kolada.duckdb", tmp_path / "now.duckdb") == []


@pytest.mark.sweep
@pytest.mark.parametrize("number", points_of(NUMBERS[:-1], seed=13))
def test_replay_as_of_each_night(four_nights, tmp_path, number):
    """A replay up to a run equals the file published by that run."""
    nights, copies = four_nights
    instant, copy = copies[number]
    to = tmp_path / "then.duckdb"
    assert replay(Home(nights.home), to, as_of=instant.isoformat(), reporter=Silent()) == number + 1
    assert differences(copy, to) == []


def test_before_the_first_load(four_nights, tmp_path):
    """A replay as of a moment before the first publication is refused and writes nothing."""
    nights, _ = four_nights
    with pytest.raises(NotPublished, match="before the first load"):
        replay(Home(nights.home), tmp_path / "x.duckdb", as_of="2020-01-01", reporter=Silent())
    assert list(tmp_path.iterdir()) == []


def test_a_replay_overwrites_nothing(four_nights, tmp_path):
    """A replay does not overwrite an existing file."""
    nights, _ = four_nights
    (tmp_path / "x.duckdb").write_text("mine", encoding="utf-8")
    with pytest.raises(ReplayTargetExists, match="never overwrites a file"):
        replay(Home(nights.home), tmp_path / "x.duckdb", as_of=None, reporter=Silent())


def a_body_of(nights):
    """Return the path of a body with data of the first run."""
    manifest = min((nights.home / "raw" / "manifests").iterdir())
    records = [json.loads(line) for line in manifest.read_text(encoding="utf-8").splitlines()]
    sha256 = next(each["sha256"] for each in records if each["record"] == "landed" and "/data/" in each["url"])
    return nights.home / "raw" / "bodies" / sha256[:2] / f"{sha256}.zst"


def test_damage_to_the_raw_store_is_named(begun_small_nights, tmp_path):
    """A corrupt or missing body stops the replay with its name; nothing is written, and a refresh repairs it."""
    body = a_body_of(begun_small_nights)
    whole = body.read_bytes()
    body.write_bytes(whole[:-20])
    with pytest.raises(BodyCorrupt, match=body.stem):
        replay(Home(begun_small_nights.home), tmp_path / "x.duckdb", as_of=None, reporter=Silent())
    body.unlink()
    with pytest.raises(BodyMissing, match=body.stem):
        replay(Home(begun_small_nights.home), tmp_path / "x.duckdb", as_of=None, reporter=Silent())
    assert not (tmp_path / "x.duckdb").exists()
    begun_small_nights.refresh()
    assert body.read_bytes() == whole


def test_rollback_and_the_night_after(begun_small_nights):
    """A rollback publishes the previous run again and is recorded, and the next run goes on from it."""
    nights = begun_small_nights
    first = nights.query("select run_id from ops.publication")
    nights.fake.data = apply_change(nights.fake.data, "revised:N15436/1480/2023/T=91.2")
    taken_back = nights.refresh()
    roll_back(Home(nights.home), now=nights.now)
    assert nights.query("select run_id from ops.publication") == first
    third = nights.refresh()
    # The value itself, and Kolada's mean over all municipalities.
    assert dict(third.loaded.opened)["revised"] == 2
    assert nights.query("select state from ops.run where run_id = ?", [taken_back.run_id]) == [("rolled_back",)]


def test_prune_keeps_what_a_base_stands_for(four_nights, nights, tmp_path):
    """After pruning, the raw store is smaller, the published file is unchanged, and a replay still equals it."""
    nights.after(four_nights[0])
    published = (nights.home / "kolada.duckdb").read_bytes()
    done = prune(Home(nights.home), keep_nights=2, now=nights.now)
    assert done.run_count == 2
    assert done.body_count > 0
    assert (nights.home / "kolada.duckdb").read_bytes() == published
    assert replay(Home(nights.home), tmp_path / "now.duckdb", as_of=None, reporter=Silent()) == 2
    assert differences(nights.home / "kolada.duckdb", tmp_path / "now.duckdb") == []
    with pytest.raises(NotPublished, match="before the first load"):
        replay(Home(nights.home), tmp_path / "then.duckdb", as_of="2026-04-02", reporter=Silent())
