"""Runs are ordered by their number, never by the clock."""

from datetime import timedelta

import pytest

from tests.ledger.support import findings, replay_differs
from warehouse.prune import prune
from warehouse.rollback import roll_back


@pytest.mark.slow
def test_a_clock_that_is_set_back_changes_nothing(nights, home, tmp_path):
    """Runs after the clock was set back are replayed in the order of their numbers."""
    nights.now -= timedelta(days=3)
    nights.refresh()
    nights.refresh()
    runs = nights.query("select run_number, published_at from ops.run order by run_number")
    assert [1, 2, 3, 4, 5] == [number for number, _ in runs]
    assert sorted(runs, key=lambda run: run[1]) == runs
    assert [] == replay_differs(home, tmp_path / "replayed.duckdb")
    assert [] == findings(home)


@pytest.mark.slow
def test_a_clock_set_back_after_a_rollback(nights, home, tmp_path):
    """Runs with earlier timestamps than a rolled-back run still come after it."""
    roll_back(home, now=nights.now)
    nights.now -= timedelta(days=2)
    nights.refresh()
    prune(home, keep_nights=1, now=nights.now)
    nights.refresh()
    states = nights.query("select run_number, state from ops.run where run_number > 2 order by run_number")
    assert [(3, "rolled_back"), (4, "published"), (5, "published")] == states
    assert [] == replay_differs(home, tmp_path / "replayed.duckdb")
    assert [] == findings(home)


@pytest.mark.slow
def test_a_dead_run_of_tomorrow_is_not_taken_up(nights, run_ids):
    """A held run dated after the present, because the clock was set back, is not continued."""
    nights.fake.faults = ["server_error_html@every:1489"]
    held = nights.refresh()
    assert held.is_incomplete
    nights.fake.faults = ()
    nights.now -= timedelta(days=2)
    result = nights.refresh()
    assert (held.run_id, "published") != (result.run_id, result.state)
    assert [4, 5] == [int(run_id.split("-")[0]) for run_id in (held.run_id, result.run_id)]


@pytest.mark.slow
def test_numbers_go_on_where_the_manifests_are_lost(nights, home, run_ids):
    """Without manifests, the run number continues from the published file."""
    for manifest in home.manifests.iterdir():
        manifest.unlink()
    assert nights.refresh().run_id.startswith("000004-")


@pytest.mark.slow
def test_nothing_of_a_run_that_was_not_published_is_replayed(nights, home, tmp_path):
    """Held and rolled-back runs leave no trace in a replay."""
    nights.fake.faults = ["server_error_html@every:1489"]
    assert nights.refresh().state == "held"
    nights.fake.faults = ()
    nights.now += timedelta(days=1)
    nights.refresh()
    assert [] == replay_differs(home, tmp_path / "replayed.duckdb")
    assert [(1,), (2,), (3,), (4,), (5,)] == nights.query("select run_number from ops.run order by run_number")
