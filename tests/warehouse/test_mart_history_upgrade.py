"""Homes from before marts had a history, whole and pruned, are upgraded with marts for their earlier runs."""

import json
import tarfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
import zstandard

from fake_kolada import FakeKolada
from goals import read_plan
from pipeline.jobs import refresh_job
from pipeline.progress import Silent
from pipeline.replay import replay
from pipeline.restore import restore
from pipeline.run_job import run_job
from pipeline.run_result import RunResult
from reports.reading.sourced_rows import open_source
from reports.swedish.notices import known_text
from tests.conftest import Nights
from tests.pipeline.test_mart_history import NOW, differing, lost
from tests.warehouse.first_release.make_fixture import PLAN, small_data
from tests.warehouse.test_upgrade import change_file
from warehouse.errors import SchemaTooOld
from warehouse.home import Home
from warehouse.published_file import published_file

pytestmark = pytest.mark.slow

HOMES = Path(__file__).parent / "before_mart_history"
JUDGED = "select indicator_id, year, value, verdict, verdict_reason, margin from mart.goal_fulfilment{} order by all"
REASON = 4
# Reasons that this software names more precisely than the software that published.
RENAMED = {("E3", "reference_missing"): "previous_missing"}
RANKED = "select kpi_id, period, municipality_id, value, rank, rank_n from mart.ranking{} order by all"


@dataclass
class Watch:
    """A reporter that records its calls and stops the run after some steps."""

    stops_after: int | None = None
    told: list[tuple[str, int | None]] = field(default_factory=list)

    def stage(self, name: str, total: int | None = None) -> None:
        """Record a stage."""
        self.told.append((name, total))

    def advance(self, steps: int = 1) -> None:
        """Record a step."""
        self.told.append(("step", steps))
        if self.stops_after is not None and len([name for name, _ in self.told if name == "step"]) > self.stops_after:
            raise KeyboardInterrupt

    def say(self, message: str) -> None:
        """Do nothing."""


@dataclass(frozen=True)
class Earlier:
    """A home of earlier software, and the contents after each of its runs."""

    nights: Nights
    said: list[dict[str, Any]]

    @property
    def home(self) -> Home:
        """The folders of the home."""
        return Home(self.nights.home)


def unpacked(name: str, folder: Path, make_nights: Callable[..., Nights]) -> Earlier:
    """Return an archived home whose stand-in serves the data of its first run."""
    with (
        (HOMES / f"{name}.tar.zst").open("rb") as file,
        zstandard.ZstdDecompressor().stream_reader(file) as packed,
        tarfile.open(fileobj=packed, mode="r|") as archive,
    ):
        archive.extractall(folder, filter="data")
    plan = read_plan(PLAN)
    fake = FakeKolada(small_data([*plan.kpi_ids, *plan.cross_check_kpi_ids]))
    nights = make_nights(home=folder / "home", fake=fake, plans=(plan,), now=datetime(2026, 4, 3, 0, 30, tzinfo=UTC))
    said = json.loads((folder / "home" / "said.json").read_bytes())
    return Earlier(nights, [{**night, "judged": with_reasons_of_today(night["judged"])} for night in said])


def with_reasons_of_today(rows: Iterable[Sequence[Any]]) -> list[list[Any]]:
    """Return rows of `JUDGED` from earlier software with today's names of reasons."""
    return [[*row[:REASON], RENAMED.get((row[0], row[REASON]), row[REASON]), *row[REASON + 1 :]] for row in rows]


def upgraded(name: str, folder: Path, make_nights: Callable[..., Nights]) -> Earlier:
    """Return an archived home after a run by this software."""
    earlier = unpacked(name, folder, make_nights)
    assert earlier.nights.refresh().state == "published"
    return earlier


@pytest.fixture(scope="module")
def upgraded_whole(tmp_path_factory: pytest.TempPathFactory, make_nights: Callable[..., Nights]) -> Earlier:
    """The home that was not pruned, upgraded; only to be read."""
    return upgraded("whole", tmp_path_factory.mktemp("whole"), make_nights)


@pytest.fixture(scope="module")
def upgraded_pruned(tmp_path_factory: pytest.TempPathFactory, make_nights: Callable[..., Nights]) -> Earlier:
    """The pruned home, upgraded; only to be read."""
    return upgraded("pruned", tmp_path_factory.mktemp("pruned"), make_nights)


@pytest.fixture(params=["upgraded_whole", "upgraded_pruned"])
def both_upgraded(request: pytest.FixtureRequest) -> Earlier:
    """Each of the two; only to be read."""
    home: Earlier = request.getfixturevalue(request.param)
    return home


@pytest.fixture
def whole(tmp_path: Path, make_nights: Callable[..., Nights]) -> Earlier:
    """The home that was not pruned."""
    return unpacked("whole", tmp_path, make_nights)


def test_the_nights_before_answer_as_they_were_published(both_upgraded: Earlier) -> None:
    """As of each earlier run, verdicts, values and ranks equal those that its published file had."""
    nights = both_upgraded.nights
    for night in both_upgraded.said:
        as_of = f"_as_of(timestamp '{night['published_at']}')"
        assert [list(row) for row in nights.query(JUDGED.format(as_of))] == night["judged"]
        assert [list(row) for row in nights.query(RANKED.format(as_of))] == night["ranked"]
    assert nights.query("select is_worked_out_later from ops.publication order by published_at") == [
        (True,),
        (True,),
        (True,),
        (False,),
    ]
    assert nights.query("select count(*) from mart.verdict_change where cause = 'software_changed'") == [(0,)]


@pytest.mark.slow
def test_what_an_upgrade_worked_out_is_put_back(both_upgraded: Earlier, small_nights: Nights, tmp_path: Path) -> None:
    """A restored file contains the marts that the upgrade computed, and a replay ends in the same tables."""
    nights = small_nights.after(both_upgraded.nights)
    home = Home(nights.home)
    nights.refresh()
    away = lost(home)
    restore(home, now=NOW, reporter=Silent())
    assert differing(away, home.published, ("core", "mart", "ops")) == []
    replay(home, tmp_path / "replayed.duckdb", as_of=None, reporter=Silent())
    assert [
        name
        for name in differing(away, tmp_path / "replayed.duckdb", ("core", "mart"))
        if name.startswith("core.") or not name.endswith("_version")
    ] == []


def test_a_file_lost_before_the_upgrade_is_put_back(whole: Earlier) -> None:
    """A file lost before the upgrade is restored with marts marked as computed later, and the next run goes on."""
    before = with_reasons_of_today(whole.nights.query(JUDGED.format("")))
    lost(whole.home)
    restore(whole.home, now=NOW, reporter=Silent())
    assert [list(row) for row in whole.nights.query(JUDGED.format(""))] == before
    assert whole.nights.query("select distinct is_worked_out_later from ops.publication") == [(True,)]
    assert whole.nights.refresh().state == "published"


def test_a_killed_upgrade_is_repeated_and_names_what_it_judges_otherwise(whole: Earlier) -> None:
    """The upgrade reports each run as a step; if it is killed, the file is unchanged and the next run repeats it.

    A verdict that this software computes differently has the cause `software_changed`.
    """
    nights = whole.nights
    item, year = nights.query(
        "select item_id, year from mart.verdict_state where level = 'indicator' and verdict = 'met' "
        "order by all limit 1"
    )[0]
    change_file(
        nights,
        f"update mart.verdict_state set verdict = 'not_met' "
        f"where level = 'indicator' and item_id = '{item}' and year = {year}",
    )
    before = whole.home.published.read_bytes()

    def run(watch: Watch) -> RunResult:
        return run_job(
            nights.make_settings(),
            refresh_job(nights.plans),
            reporter=watch,
            transport=nights.fake.transport(),
            clock=lambda: datetime(2026, 4, 4, 0, 30, tzinfo=UTC),
        )

    with pytest.raises(KeyboardInterrupt):
        run(Watch(stops_after=1))
    assert whole.home.published.read_bytes() == before
    watch = Watch()
    result = run(watch)
    assert watch.told[:4] == [("Upgrade", 3), ("step", 1), ("step", 1), ("step", 1)]
    assert nights.query("select count(*) from ops.publication") == [(4,)]
    assert nights.query(
        "select verdict_before, verdict, cause from mart.verdict_change "
        "where run_id = ? and item_id = ? and year = ? and level = 'indicator'",
        [result.run_id, item, year],
    ) == [("not_met", "met", "software_changed")]


def test_reports_say_what_was_worked_out(upgraded_whole: Earlier) -> None:
    """A report as of a run before the upgrade says that it was computed later; a current one does not."""
    with published_file(upgraded_whole.home.published) as connection:
        assert "beräknat i efterhand" in known_text(open_source(connection, "2026-04-02"))
        assert "beräknat i efterhand" not in known_text(open_source(connection))


def test_an_older_file_is_not_read(whole: Earlier) -> None:
    """A file with an older schema is refused, and the message names `kolada refresh`."""
    with published_file(whole.home.published) as connection, pytest.raises(SchemaTooOld, match="kolada refresh"):
        open_source(connection)


def test_plan_rows_that_did_not_change_are_one_version(upgraded_whole: Earlier) -> None:
    """Plan rows that are the same in all three runs become one version."""
    assert upgraded_whole.nights.query("select distinct known_from, known_to from plan.indicator_version") == [
        (datetime.fromisoformat(str(upgraded_whole.said[0]["published_at"])), None)
    ]
    with duckdb.connect(str(upgraded_whole.home.published), read_only=True) as connection:
        columns = connection.execute("describe plan.indicator").fetchall()
    assert "files_sha256" not in {name for name, *_ in columns}
