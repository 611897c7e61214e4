"""A rollback works whatever became of the published file, and a killed one is finished once."""

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
    # Another inode: snapshots share theirs with nothing else, but a test must not depend on it.
    path.unlink()
    path.write_bytes(content)


@pytest.mark.parametrize(
    "what", ["damaged", *(pytest.param(each, marks=pytest.mark.slow) for each in ("whole", "missing"))]
)
def test_the_night_before_is_published_again(nights, home, run_ids, tmp_path, what):
    """Whole, damaged or missing, the file of the night before takes its place, and the ledger says so."""
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
    """The newest file that is whole is published, and every run after it is taken back."""
    damage(snapshots(home)[-1])
    done = roll_back(home, now=nights.now)
    assert (run_ids[2], run_ids[0]) == (done.from_run_id, done.to_run_id)
    assert [] == snapshots(home)
    assert [] == findings(home)
    assert [] == replay_differs(home, tmp_path / "replayed.duckdb")


def test_a_rollback_that_was_killed_is_finished_once(nights, home, run_ids):
    """Killed after its record, it is finished by the same command given again, which goes back no further."""
    record = RolledBack(at=nights.now, message=f"rolled back to run {run_ids[1]}", to_run_id=run_ids[1])
    Manifest(home.manifests / f"{run_ids[2]}.jsonl").append(record)
    done = roll_back(home, now=nights.now)
    assert (run_ids[2], run_ids[1]) == (done.from_run_id, done.to_run_id)
    assert run_ids[1] == publication_of(home.published).run_id
    assert [] == findings(home)


def test_a_killed_rollback_past_a_damaged_snapshot_is_finished(nights, home, run_ids, tmp_path):
    """Killed after the first of its two records, it takes the other run back, too."""
    damage(snapshots(home)[-1])
    record = RolledBack(at=nights.now, message=f"rolled back to run {run_ids[0]}", to_run_id=run_ids[0])
    Manifest(home.manifests / f"{run_ids[2]}.jsonl").append(record)
    settled = settle(home, now=nights.now)
    assert (run_ids[2], run_ids[0]) == (settled.taken_back, settled.file.run_id)
    assert [] == findings(home)
    assert [] == replay_differs(home, tmp_path / "replayed.duckdb")


def test_no_further_back_than_the_pruned_nights(nights, home, run_ids):
    """A file that is older than the base cannot be replayed any more, so it is not published again."""
    prune(home, keep_nights=1, now=nights.now)
    assert run_ids[1] == roll_back(home, now=nights.now).to_run_id
    before = home.published.read_bytes()
    with pytest.raises(NotPublished, match="nothing was rolled back"):
        roll_back(home, now=nights.now)
    assert before == home.published.read_bytes()
    assert [] == findings(home)
