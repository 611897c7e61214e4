"""Pruning: the base contains the pruned runs, nothing else is lost, and a killed prune can be repeated."""

import shutil

import pytest

from tests.ledger.support import findings, replay_differs
from warehouse.errors import NotPublished
from warehouse.prune import prune
from warehouse.published_file import publication_of
from warehouse.raw_store import RawStore
from warehouse.rollback import roll_back


@pytest.mark.slow
def test_what_remains_gives_the_same(nights, home, run_ids, tmp_path):
    """After the two oldest runs are pruned, a replay still equals the published file, also after one more run."""
    done = prune(home, keep_nights=1, now=nights.now)
    assert (2, run_ids[1]) == (done.run_count, done.base_run_id)
    assert done.body_count > 0
    assert [] == findings(home)
    assert [] == replay_differs(home, tmp_path / "replayed.duckdb")
    nights.refresh()
    assert [] == findings(home)
    assert [] == replay_differs(home, tmp_path / "replayed.duckdb")


@pytest.mark.slow
def test_a_prune_that_was_killed_is_finished(nights, home, run_ids, tmp_path):
    """A prune killed after the base was written changes no replay, and finishes when repeated."""
    shutil.copytree(home.manifests, tmp_path / "manifests")
    prune(home, keep_nights=1, now=nights.now)
    shutil.rmtree(home.manifests)
    shutil.copytree(tmp_path / "manifests", home.manifests)
    assert [] == findings(home)
    assert [] == replay_differs(home, tmp_path / "replayed.duckdb")
    assert prune(home, keep_nights=1, now=nights.now).run_count == 2
    assert [run_ids[2]] == [path.stem for path in home.manifests.iterdir()]


def test_the_base_never_goes_back(nights, home, run_ids):
    """After a rollback to the base's own run, an older snapshot never replaces the base."""
    prune(home, keep_nights=1, now=nights.now)
    roll_back(home, now=nights.now)
    with pytest.raises(NotPublished, match="nothing was removed"):
        prune(home, keep_nights=1, now=nights.now)
    assert run_ids[1] == publication_of(home.base).run_id
    assert [] == findings(home)


def test_what_a_damaged_manifest_names_is_kept(nights, home):
    """Prune keeps every body whose name occurs in a manifest, even in a damaged line."""
    nights.fake.faults = ["server_error_html@every:1489"]
    held = nights.refresh()
    path = home.manifests / f"{held.run_id}.jsonl"
    store = RawStore(home.bodies)
    named = {sha256 for sha256 in store.names() if sha256 in path.read_text(encoding="utf-8")}
    path.write_text(path.read_text(encoding="utf-8").replace('"record"', '"rec'), encoding="utf-8")
    prune(home, keep_nights=1, now=nights.now)
    assert named <= set(store.names())
