"""Published marts are permanent: as-of queries, replay and restore, over runs with each kind of change."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import polars as pl
import pytest

from fake_kolada import DataSet, FakeKolada, apply_change
from goals import Plan, plan_from_files, read_plan
from pipeline.progress import Silent
from pipeline.replay import replay
from pipeline.restore import DAMAGED_NAME, restore
from tests.conftest import REPOSITORY, Nights
from tests.warehouse.first_release.make_fixture import PLAN, small_data
from warehouse.database import quoted
from warehouse.errors import BodyMissing, NothingToRestore, NotPublished
from warehouse.home import Home
from warehouse.mart_files import published_relations

pytestmark = pytest.mark.slow

NOW = datetime(2026, 5, 1, tzinfo=UTC)
# Göteborg's similar municipalities for schools; the small world has two of them, then one.
SIMILAR = "G900001"
CODE = ("fake_kolada", "goals", "kolada_client", "pipeline", "sql", "tests", "warehouse")


@dataclass
class Told:
    """A reporter that keeps its messages."""

    said: list[str] = field(default_factory=list)

    def stage(self, name: str, total: int | None = None) -> None:
        """Do nothing."""

    def advance(self, steps: int = 1) -> None:
        """Do nothing."""

    def say(self, message: str) -> None:
        """Keep the message."""
        self.said.append(message)


def edited(plan: Plan, **changes: tuple[str, str]) -> Plan:
    """Return a plan with a text replaced in some of its files."""
    files = dict(plan.files)
    for file, (old, new) in changes.items():
        name = f"{file}.csv"
        assert old.encode() in files[name]
        files[name] = files[name].replace(old.encode(), new.encode())
    return plan_from_files(files)


def with_members(data: DataSet, members: Mapping[str, str]) -> DataSet:
    """Return the data with a group of similar municipalities of 1480 that has these members (id -> name)."""
    group = pl.DataFrame([(SIMILAR, "Liknande kommuner grundskola, Göteborg, 2024")], data.groups.schema, orient="row")
    rows = pl.DataFrame([(SIMILAR, *each) for each in members.items()], data.group_members.schema, orient="row")
    return replace(
        data,
        groups=pl.concat([data.groups.filter(pl.col("group_id") != SIMILAR), group]),
        group_members=pl.concat([data.group_members.filter(pl.col("group_id") != SIMILAR), rows]),
    )


@dataclass(frozen=True)
class Changing:
    """A home after runs with changes, and a copy of each published file."""

    nights: Nights
    copies: tuple[tuple[datetime, Path], ...]

    @property
    def home(self) -> Home:
        """The folders of the home."""
        return Home(self.nights.home)


@pytest.fixture(scope="module")
def changing(tmp_path_factory: pytest.TempPathFactory, make_nights: Callable[..., Nights]) -> Changing:
    """Six runs: first, a revision, a withdrawn KPI, a changed target, a manual figure, new members of a group."""
    plan = read_plan(PLAN)
    target = edited(plan, targets=('A1.1,2025,number,>=,86.5,"86,5"', "A1.1,2025,number,>=,70,70"))
    figure = edited(target, outcomes_manual=("E1,2024,2.4", "E1,2024,1.4"))
    fake = FakeKolada(
        with_members(
            small_data([*plan.kpi_ids, *plan.cross_check_kpi_ids]), {"0114": "Upplands Väsby", "0115": "Vallentuna"}
        )
    )
    nights = make_nights(home=tmp_path_factory.mktemp("changing") / "home", fake=fake, plans=(plan,))
    copies = []

    def night(*, plans: tuple[Plan, ...], data: DataSet | None = None) -> None:
        fake.data = data or fake.data
        nights.refresh(plans=plans)
        copy = nights.home.parent / f"night-{len(copies)}.duckdb"
        shutil.copyfile(nights.home / "kolada.duckdb", copy)
        copies.append((nights.now.replace(tzinfo=None), copy))

    night(plans=(plan,))
    night(plans=(plan,), data=apply_change(fake.data, "revised:N15436/1480/2023/T=99.5"))
    night(plans=(plan,), data=apply_change(fake.data, "kpi_removed:U00811"))
    night(plans=(target,))
    night(plans=(figure,))
    night(plans=(figure,), data=with_members(fake.data, {"0115": "Vallentuna", "0117": "Österåker"}))
    return Changing(nights, tuple(copies))


def rows_of(path: Path, schemas: tuple[str, ...]) -> dict[str, list[tuple[object, ...]]]:
    """Return the rows of every relation of some schemas, columns by name, without durations of requests."""
    with duckdb.connect() as connection:
        connection.execute(f"attach {quoted(str(path))} as warehouse (read_only)")
        connection.execute("use warehouse")
        names = connection.execute(
            "select table_schema || '.' || table_name, "
            "string_agg(format('\"{}\"', column_name), ', ' order by column_name) "
            "from information_schema.columns where table_catalog = 'warehouse' and list_contains(?, table_schema) "
            "and table_name <> 'schema_version' and column_name <> 'elapsed_seconds' group by all order by all",
            [list(schemas)],
        ).fetchall()
        assert len(names) > 40
        return {
            name: connection.execute(f"select {columns} from {name} order by all").fetchall() for name, columns in names
        }


def differing(one: Path, other: Path, schemas: tuple[str, ...] = ("core", "plan", "mart", "ops")) -> list[str]:
    """Return the relations whose rows differ."""
    here, there = rows_of(one, schemas), rows_of(other, schemas)
    return [name for name in here.keys() | there.keys() if here.get(name) != there.get(name)]


def lost(home: Home) -> Path:
    """Move the published file away; return its new path."""
    away = home.root.parent / "away.duckdb"
    home.published.replace(away)
    return away


@pytest.mark.parametrize("number", range(6))
def test_as_of_a_night_is_what_was_published_that_night(changing: Changing, number: int) -> None:
    """In the last file, every mart as of a run equals the file published by that run."""
    moment, copy = changing.copies[number]
    found = []
    with duckdb.connect() as connection:
        connection.execute(f"attach {quoted(str(copy))} as earlier (read_only)")
        connection.execute(f"attach {quoted(str(changing.home.published))} as warehouse (read_only)")
        for name in published_relations():
            connection.execute("use earlier")
            then = connection.execute(f"from mart.{name} order by all").fetchall()
            connection.execute("use warehouse")
            now = connection.execute(f"from mart.{name}_as_of(timestamp '{moment}') order by all").fetchall()
            if then != now:
                found.append(name)
    assert found == []


def test_each_night_changed_what_it_should(changing: Changing) -> None:
    """Each run opened versions in the marts that its change affects."""
    found = changing.nights.query(
        " union all ".join(
            f"select distinct '{name}', published_from from mart.{name}_version"
            for name, each in published_relations().items()
            if each.kind == "mart"
        )
    )
    opened = [{name for name, since in found if since == moment} for moment, _ in changing.copies]
    assert {"goal_fulfilment", "ranking", "indicator_history"} <= opened[1]
    assert {"publication_calendar", "data_issue"} <= opened[2]
    assert "ranking" not in opened[2]
    assert {"goal_fulfilment", "judgement_input"} <= opened[3]
    assert "reference_value" not in opened[3]
    assert {"goal_fulfilment", "indicator_history"} <= opened[4]
    assert {"similar_group", "reference_value"} <= opened[5]


def test_an_edited_target_is_one_new_version(changing: Changing) -> None:
    """A changed target opens one version of its row and leaves every other plan row unchanged."""
    moment, _ = changing.copies[3]
    query = changing.nights.query
    edited_rows = query("select indicator_id, year from plan.target_version where known_from = ?", [moment])
    assert edited_rows == [("A1.1", 2025)]
    assert query("select count(*) from plan.indicator_version where known_from = ?", [moment]) == [(0,)]
    for table, key in (("target", "indicator_id, year"), ("indicator", "indicator_id")):
        assert query(f"select count(*) - count(distinct ({key})) from plan.{table}") == [(0,)]
    assert query(
        "select target_value from plan.target_as_of(?) where indicator_id = 'A1.1' and year = 2025",
        [changing.copies[2][0]],
    ) == [(86.5,)]


@pytest.mark.slow
def test_a_replay_gives_core_plan_and_marts_with_their_versions(changing: Changing, tmp_path: Path) -> None:
    """A replay by the same software equals the published file in every relation and prints no message."""
    told = Told()
    assert replay(changing.home, tmp_path / "replayed.duckdb", as_of=None, reporter=told) == 6
    assert differing(changing.home.published, tmp_path / "replayed.duckdb") == []
    assert told.said == []


def test_a_lost_file_is_put_back(changing: Changing) -> None:
    """`restore` rebuilds a missing file with every relation, and refuses to replace one that exists."""
    away = lost(changing.home)
    assert restore(changing.home, now=NOW, reporter=Silent()) == 6
    assert differing(away, changing.home.published) == []
    with pytest.raises(NothingToRestore, match="nothing was changed"):
        restore(changing.home, now=NOW, reporter=Silent())


def test_a_damaged_file_is_replaced_and_kept_and_the_next_night_goes_on(begun_small_nights: Nights) -> None:
    """A damaged file is replaced, and kept next to the new one; a run without changes leaves the marts unchanged."""
    home = Home(begun_small_nights.home)
    away = lost(home)
    home.published.write_bytes(b"damaged")
    restore(home, now=NOW, reporter=Silent())
    assert (home.root / DAMAGED_NAME).read_bytes() == b"damaged"
    assert differing(away, home.published, ("mart", "plan")) == []
    assert begun_small_nights.refresh().state == "published"
    assert differing(away, home.published, ("mart", "plan")) == []


def test_a_body_that_is_gone_is_named(begun_small_nights: Nights) -> None:
    """A restore with a missing body names it and writes nothing."""
    home = Home(begun_small_nights.home)
    lost(home)
    manifest = next((home.raw / "manifests").iterdir()).read_text(encoding="utf-8")
    sha256 = next(line for line in manifest.splitlines() if '"mart_rows"' in line).partition('"sha256": "')[2][:64]
    (home.raw / "bodies" / sha256[:2] / f"{sha256}.zst").unlink()
    with pytest.raises(BodyMissing, match=sha256):
        restore(home, now=NOW, reporter=Silent())
    assert not home.published.exists()


def test_a_home_that_never_published_has_nothing_to_put_back(tmp_path: Path) -> None:
    """A restore in a home that never published names the first command."""
    home = Home(tmp_path / "home")
    home.prepare()
    with pytest.raises(NotPublished, match="kolada refresh"):
        restore(home, now=NOW, reporter=Silent())


@pytest.fixture
def judged_otherwise(tmp_path: Path, make_nights: Callable[..., Nights]) -> Nights:
    """A home whose first two runs were published by software that judges every met goal as not met."""
    code = tmp_path / "code"
    for folder in CODE:
        shutil.copytree(REPOSITORY / folder, code / folder, ignore=shutil.ignore_patterns("__pycache__"))
    judged = code / "sql" / "mart" / "010_judged.macro.sql"
    text = judged.read_text(encoding="utf-8")
    assert text.count("when is_meeting then 'met'") == 1
    judged.write_text(text.replace("when is_meeting then 'met'", "when is_meeting then 'not_met'"), encoding="utf-8")
    subprocess.run(
        [sys.executable, "-c", "from tests.warehouse.first_release.make_fixture import *; run_twice(Path('home'))"],
        cwd=code,
        env=os.environ | {"PYTHONPATH": str(code)},
        check=True,
    )
    plan = read_plan(PLAN)
    fake = FakeKolada(small_data([*plan.kpi_ids, *plan.cross_check_kpi_ids]))
    return make_nights(
        home=code / "home", fake=fake, plans=(plan,), now=datetime.fromisoformat("2026-04-02T00:30:00+00:00")
    )


@pytest.mark.slow
def test_what_other_software_published_stays(judged_otherwise: Nights, tmp_path: Path) -> None:
    """After an upgrade that changes verdicts, earlier runs keep theirs, also in a restored file."""
    nights = judged_otherwise
    met = "select count(*) from mart.goal_fulfilment_as_of(?) where verdict = 'met'"
    first, second = (moment for (moment,) in nights.query("select published_at from ops.publication order by 1"))
    result = nights.refresh()
    assert nights.query(met, [first]) == nights.query(met, [second]) == [(0,)]
    ((met_now,),) = nights.query("select count(*) from mart.goal_fulfilment where verdict = 'met'")
    assert met_now > 0
    assert nights.query(
        "select distinct cause from mart.verdict_change "
        "where run_id = ? and level = 'indicator' and value = value_before",
        [result.run_id],
    ) == [("software_changed",)]
    assert nights.query("select count(distinct marts_by) from ops.publication") == [(2,)]
    home = Home(nights.home)
    away = lost(home)
    restore(home, now=NOW, reporter=Silent())
    assert differing(away, home.published) == []
    told = Told()
    replay(home, tmp_path / "replayed.duckdb", as_of=None, reporter=told)
    assert ["2026-04-03 00:30" in message for message in told.said] == [True]
    assert differing(home.published, tmp_path / "replayed.duckdb", ("core", "plan")) == []
    with duckdb.connect(str(tmp_path / "replayed.duckdb"), read_only=True) as connection:
        ((met_then,),) = connection.execute(met, [first]).fetchall()
        assert met_then > 0
