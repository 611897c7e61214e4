"""A rollback works whatever the state of the published file, and a killed one is finished once."""

import pytest

from tests.ledger.support import findings, replay_differs
from warehouse.errors import NotPublished
from warehouse.ledger_records import RolledBack
from warehouse.manifest import Manifest
from warehouse.prune import prune
from warehouse.publish import snapshots
from warehouse.published_file import publication_of
from warehouse.rollback import roll_back
from warehouse.settling import settle


def damage(path):
    """Overwrite the middle of a file."""
    path.chmod(0o644)
    content = bytearray(path.read_bytes())
    content[4096:-4096] = bytes(len(content) - 8192)
    # A new inode, so that the test does not depend on how snapshots are linked.
    path.unlink()
    path.write_bytes(content)


def _interrupted(_):
    """Stop a rollback before it reports its result."""
    raise KeyboardInterrupt


@pytest.mark.slow
@pytest.mark.parametrize("what", ["damaged", "whole", "missing"])
def test_the_night_before_is_published_again(nights, home, run_ids, tmp_path, what):
    """With a whole, damaged or missing published file, the previous one is published again and recorded."""
    before = snapshots(home)[-1].read_bytes()
    if what == "damaged":
        damage(home.published)
    elif what == "missing":
        home.published.unlink()
    done = roll_back(home, now=nights.now)
    assert (run_ids[2], run_ids[1]) == (done.from_run_id, done.to_run_id)
    assert before == home.published.read_bytes()
    assert [] == findings(home)
    assert [] == replay_differs(home, tmp_path / "replayed.duckdb")
    assert nights.refresh().state == "published"
    assert [] == replay_differs(home, tmp_path / "replayed.duckdb")


@pytest.mark.slow
def test_a_damaged_snapshot_is_passed_over(nights, home, run_ids, tmp_path):
    """A damaged snapshot is skipped: the newest whole one is published, and every later run is rolled back."""
    damage(snapshots(home)[-1])
    done = roll_back(home, now=nights.now)
    assert (run_ids[2], run_ids[0]) == (done.from_run_id, done.to_run_id)
    assert [] == snapshots(home)
    assert [] == findings(home)
    assert [] == replay_differs(home, tmp_path / "replayed.duckdb")


def test_a_rollback_that_was_killed_is_finished_once(nights, home, run_ids):
    """A rollback killed after its record is finished by the same command, which goes back no further."""
    record = RolledBack(at=nights.now, message=f"rolled back to run {run_ids[1]}", to_run_id=run_ids[1])
    Manifest(home.manifests / f"{run_ids[2]}.jsonl").append(record)
    done = roll_back(home, now=nights.now)
    assert (run_ids[2], run_ids[1]) == (done.from_run_id, done.to_run_id)
    assert run_ids[1] == publication_of(home.published).run_id
    assert [] == findings(home)


@pytest.mark.slow
def test_a_killed_rollback_past_a_damaged_snapshot_is_finished(nights, home, run_ids, tmp_path):
    """A rollback past a damaged snapshot, killed after the first of two records, rolls the other run back too."""
    damage(snapshots(home)[-1])
    record = RolledBack(at=nights.now, message=f"rolled back to run {run_ids[0]}", to_run_id=run_ids[0])
    Manifest(home.manifests / f"{run_ids[2]}.jsonl").append(record)
    settled = settle(home, now=nights.now)
    assert (run_ids[2], run_ids[0]) == (settled.taken_back, settled.file.run_id)
    assert [] == findings(home)
    assert [] == replay_differs(home, tmp_path / "replayed.duckdb")


def test_a_rollback_killed_before_it_told_is_not_made_twice(nights, home, run_ids):
    """A rollback killed before its report is only reported when repeated; the one after it goes back further."""
    with pytest.raises(KeyboardInterrupt):
        roll_back(home, now=nights.now, tell=_interrupted)
    again = roll_back(home, now=nights.now)
    assert (run_ids[2], run_ids[1], True) == (again.from_run_id, again.to_run_id, again.was_begun)
    assert run_ids[1] == publication_of(home.published).run_id
    assert [] == findings(home)
    further = roll_back(home, now=nights.now)
    assert (run_ids[1], run_ids[0], False) == (further.from_run_id, further.to_run_id, further.was_begun)


@pytest.mark.slow
def test_a_rollback_killed_before_it_told_ends_with_the_next_night(nights, home, run_ids):
    """After a killed rollback and a new published run, the next rollback takes that run back."""
    with pytest.raises(KeyboardInterrupt):
        roll_back(home, now=nights.now, tell=_interrupted)
    published = nights.refresh()
    done = roll_back(home, now=nights.now)
    assert (published.run_id, run_ids[1], False) == (done.from_run_id, done.to_run_id, done.was_begun)


@pytest.mark.slow
def test_the_command_says_that_it_finished_a_killed_one(home, nights, run_ids, run_command):
    """The command reports that it finished a killed rollback and that no further run was rolled back."""
    with pytest.raises(KeyboardInterrupt):
        roll_back(home, now=nights.now, tell=_interrupted)
    said = run_command("rollback", home=home.root)
    assert 0 == said.returncode, said.stderr
    assert f"Published again: run {run_ids[1]}. Taken back: run {run_ids[2]}." in said.stdout
    assert "no further night was taken back" in said.stdout
    assert "no further night" not in run_command("rollback", home=home.root).stdout


def test_no_further_back_than_the_pruned_nights(nights, home, run_ids):
    """A rollback stops at the base, since an older file could not be replayed."""
    prune(home, keep_nights=1, now=nights.now)
    assert run_ids[1] == roll_back(home, now=nights.now).to_run_id
    before = home.published.read_bytes()
    with pytest.raises(NotPublished, match="nothing was rolled back"):
        roll_back(home, now=nights.now)
    assert before == home.published.read_bytes()
    assert [] == findings(home)
