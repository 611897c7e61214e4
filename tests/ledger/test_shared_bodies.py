"""Homes that share bodies: each is whole by itself, whatever another one does or dies of."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY
from tests.ledger.support import findings, replay_differs
from tests.same_rows import compare_relation, open_both, relations
from tests.sweeping import points_of
from warehouse.errors import HomeError
from warehouse.home import Home
from warehouse.prune import prune
from warehouse.publish import snapshots
from warehouse.raw_store import RawStore

PAGE, OTHER, NEWS = b"a page", b"another page", b"tonight's page"
# What one home does while the other one has PAGE and OTHER, and is killed at.
ACTS = ("+a page", "+tonight's page", "-a page", "-another page")


def bodies_of(store: RawStore) -> set[bytes]:
    """Every body of a store, each read and compared with its name."""
    return {store.get(sha256) for sha256 in store.names()}


def names_of(store: RawStore, body: bytes) -> int:
    """How many names the file of a body has: one in each home that has it, and the shared one."""
    return store.path(store.put(body)).stat().st_nlink


@pytest.fixture
def shared(tmp_path: Path) -> Path:
    """The folder of bodies that homes share."""
    return tmp_path / "shared"


@pytest.fixture
def two_stores(tmp_path: Path, shared: Path) -> tuple[RawStore, RawStore]:
    """The stores of two homes."""
    return RawStore(tmp_path / "one", shared), RawStore(tmp_path / "two", shared)


def test_a_body_is_kept_once_for_all_homes(two_stores, shared: Path) -> None:
    """The same bytes are one file; what one home removes stays the other's, and goes with the last."""
    one, two = two_stores
    sha256 = one.put(PAGE)
    assert two.put(PAGE) == sha256
    assert one.path(sha256).samefile(two.path(sha256))
    assert (names_of(one, PAGE), one.remove(sha256), two.get(sha256)) == (3, 0, PAGE)
    size = two.path(sha256).stat().st_size
    assert (two.remove(sha256), list(shared.glob("??/*"))) == (size, [])


def test_what_was_kept_before_is_shared_from_then_on(tmp_path: Path, shared: Path) -> None:
    """Two homes that had the same body, each its own, have one file when both receive it again."""
    for name in ("one", "two"):
        RawStore(tmp_path / name).put(PAGE)
        RawStore(tmp_path / name, shared).put(PAGE)
    assert names_of(RawStore(tmp_path / "one", shared), PAGE) == 3


def test_a_damaged_body_is_not_handed_on(two_stores, shared: Path) -> None:
    """A file that is damaged is another home's no more than its own: the received bytes take its place."""
    one, two = two_stores
    sha256 = one.put(PAGE)
    one.path(sha256).write_bytes(b"rot")
    assert (two.put(PAGE), two.get(sha256)) == (sha256, PAGE)
    assert (one.put(PAGE), one.get(sha256), names_of(one, PAGE)) == (sha256, PAGE, 3)


def test_the_bodies_of_a_deleted_home_go_with_the_next_prune(two_stores, shared: Path) -> None:
    """Those that the other home has as well stay."""
    one, two = two_stores
    for body in (PAGE, OTHER):
        one.put(body)
    two.put(OTHER)
    shutil.rmtree(one.root)
    assert two.clear_shared() > 0
    assert ([path.stem for path in shared.glob("??/*.zst")], bodies_of(two)) == ([two.put(OTHER)], {OTHER})


@pytest.mark.parametrize("is_file", [True, False])
def test_a_folder_that_cannot_be_shared_is_refused(tmp_path: Path, shared: Path, is_file: bool) -> None:
    """A file, and a folder of another file system: the message names it, and the home goes on without."""
    if is_file:
        shared.write_bytes(b"")
    else:
        elsewhere = Path("/dev/shm")  # noqa: S108 - a second file system, as a rule
        if not elsewhere.is_dir() or elsewhere.stat().st_dev == tmp_path.stat().st_dev:
            pytest.skip("there is no second file system")
        shared = elsewhere / f"kolada-test-{os.getpid()}"
    store = RawStore(tmp_path / "one", shared)
    with pytest.raises(HomeError, match=f"`{shared}`"):
        store.put(PAGE)
    shutil.rmtree(shared, ignore_errors=True)
    RawStore(tmp_path / "one").put(PAGE)
    assert bodies_of(store) == {PAGE}


@pytest.mark.sweep
@pytest.mark.slow
def test_killed_at_every_step(two_stores, shared: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """At whatever step a home dies, the other has all it had, and the home goes on: no body lost, none kept twice."""
    one, two = two_stores
    for store in two_stores:
        for body in (PAGE, OTHER):
            store.put(body)
    # Other files than those of the other home, and names that it has too.
    RawStore(one.root).remove(one.put(PAGE))
    begun = tmp_path_factory.mktemp("begun")
    for store in two_stores:
        shutil.copytree(store.root, begun / store.root.name)

    def act(step: int) -> "subprocess.CompletedProcess[str]":
        words = ["-m", "tests.ledger.one_store", str(one.root), str(shared), str(step), *ACTS]
        return subprocess.run([sys.executable, *words], cwd=REPOSITORY, capture_output=True, text=True, check=False)

    steps = int(act(-1).stdout)
    killed = 0
    for step in points_of(range(steps), seed=49):
        for folder in (one.root, two.root, shared):
            shutil.rmtree(folder)
        for store in two_stores:
            shutil.copytree(begun / store.root.name, store.root)
            for sha256 in list(store.names()):
                store.put(store.get(sha256))
        killed += act(step).returncode < 0
        assert bodies_of(two) == {PAGE, OTHER}
        assert bodies_of(one) <= {PAGE, OTHER, NEWS}
        one.clear_parts()
        for body in (PAGE, NEWS, OTHER):
            one.put(body)
        assert (names_of(one, PAGE), names_of(one, OTHER), names_of(one, NEWS)) == (3, 3, 2)
        for body in (PAGE, OTHER):
            one.remove(one.put(body))
        assert (bodies_of(one), bodies_of(two)) == ({NEWS}, {PAGE, OTHER})
        one.clear_shared()
        assert len(list(shared.rglob("*.zst"))) == 3
    print(f"{killed} kills at {steps} steps")
    assert killed == len(points_of(range(steps), seed=49))


@pytest.mark.slow
def test_nights_of_two_homes(three_nights, copy_of, tmp_path: Path, shared: Path) -> None:
    """Both receive the same night; whoever prunes, each is verified and replayed from what it has itself."""
    both = [copy_of(three_nights, tmp_path / name) for name in ("one", "two")]
    homes = [Home(nights.home, shared_bodies=shared) for nights in both]
    for nights in both:
        nights.settings = {"bodies": shared}
        assert nights.refresh().state == "published"
    one, two = (RawStore(home.bodies, shared) for home in homes)
    common = set(one.names()) & set(two.names())
    is_one = [one.path(sha256).samefile(two.path(sha256)) for sha256 in common]
    assert sum(is_one) >= 10, "what both received that night"
    for home, nights in zip(homes, both, strict=True):
        prune(home, keep_nights=1, now=nights.now)
        assert [findings(home) for home in homes] == [[], []]
    assert [replay_differs(home, tmp_path / "replayed.duckdb") for home in homes] == [[], []]
    assert {path.stem for path in shared.rglob("*.zst")} <= set(one.names()) | set(two.names())


@pytest.mark.slow
def test_homes_that_share_are_restored(
    three_nights, copy_of, run_command, tmp_path: Path, shared: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A home that lost its file, and one that was deleted and comes from a backup, get back what they published."""
    monkeypatch.setenv("KOLADA_BODIES", str(shared))
    both = [copy_of(three_nights, tmp_path / name) for name in ("one", "two")]
    for nights in both:
        nights.settings = {"bodies": shared}
        assert nights.refresh().state == "published"
    one, two = (Home(nights.home, shared_bodies=shared) for nights in both)
    published = {}
    for home in (one, two):
        published[home.root.name] = shutil.copyfile(home.published, tmp_path / f"{home.root.name}.duckdb")
    backup = shutil.copytree(one.root, tmp_path / "backup")

    def restored(home: Home) -> list[str]:
        """Restore a home without its file and snapshots; return the relations that differ from what it published."""
        for lost in (home.published, *snapshots(home)):
            lost.unlink()
        answer = run_command("restore", home=home.root)
        assert answer.returncode == 0, answer.stderr
        with open_both(published[home.root.name], home.published) as connection:
            found = relations(connection)
            assert len(found) > 30
            compared = [compare_relation(connection, name, columns) for name, columns in found.items()]
        return [each.name for each in compared if not each.is_same]

    shutil.rmtree(one.root)
    RawStore(two.bodies, shared).clear_shared()
    assert (restored(two), findings(two)) == ([], [])
    shutil.copytree(backup, one.root)
    assert (restored(one), findings(one)) == ([], [])
    assert both[0].refresh().state in ("published", "unchanged")
    own, other = (RawStore(home.bodies, shared) for home in (one, two))
    assert any(own.path(sha256).samefile(other.path(sha256)) for sha256 in set(own.names()) & set(other.names()))
