"""SIGKILL at every system call that changes the home: after the next command, ledger, file and raw store agree."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest

from tests.conftest import Nights
from tests.ledger.one_act import act
from tests.ledger.support import at_odds, left_behind
from tests.ledger.traced_calls import Call, TracedCommands
from tests.sweeping import points_of
from warehouse.errors import NotPublished
from warehouse.home import Home
from warehouse.publish import snapshots
from warehouse.published_file import publication_of, read_whole

pytestmark = [
    pytest.mark.sweep,
    pytest.mark.timeout(3600),
    pytest.mark.skipif(shutil.which("strace") is None, reason="needs strace"),
]

SLICES = 10
# The commands given next, in turn. Only `restore` handles a lost file.
NEXT = {
    "refresh": ("refresh", "verify", "rollback", "prune"),
    "rollback": ("rollback", "verify", "refresh"),
    "prune": ("prune", "verify", "refresh", "rollback"),
    "review": ("review", "verify", "refresh", "rollback"),
    "restore": ("restore",),
    "restore a lost file": ("restore",),
}


@pytest.fixture(scope="module")
def commands(source: str, three_nights: Nights, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TracedCommands]:
    """Run commands at the time of the fourth refresh."""
    instant = (three_nights.now + timedelta(days=1)).isoformat()
    with TracedCommands(tmp_path_factory.mktemp("traced"), source, instant) as commands:
        yield commands


@pytest.fixture(scope="module")
def points_in(
    make_home: Callable[[str, Path], Home], commands: TracedCommands, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], list[Call]]:
    """Give a function that returns the changes that a command makes when it is not killed."""
    found: dict[str, list[Call]] = {}

    def points(name: str) -> list[Call]:
        if name not in found:
            home = make_home(name, tmp_path_factory.mktemp("undisturbed") / "home")
            found[name] = commands.changes(name, home.root)
        return found[name]

    return points


@pytest.mark.slow
@pytest.mark.parametrize("part", points_of(range(SLICES), seed=14))
@pytest.mark.parametrize(
    "name",
    [
        pytest.param("refresh", marks=pytest.mark.slow),
        "rollback",
        pytest.param("prune", marks=pytest.mark.slow),
        pytest.param("review", marks=pytest.mark.slow),
        pytest.param("restore", marks=pytest.mark.slow),
        pytest.param("restore a lost file", marks=pytest.mark.slow),
    ],
)
def test_killed_at_every_change(name, part, source, make_home, commands, points_in, reloads, three_nights, tmp_path):
    """Readers always find a whole file; after the next command nothing is lost, partial or inconsistent.

    Several kills leave the same home: to this one each next command is given once.
    """
    later = three_nights.now + timedelta(days=1, hours=1)
    points = points_in(name)
    chosen = list(enumerate(points))[part::SLICES]
    killed = 0
    left = []
    for number, call in chosen:
        home = make_home(name, tmp_path / "home")
        killed += commands.is_killed_at(name, home.root, call)
        if home.published.exists() or name != "restore a lost file":
            read_whole(home.published)
        following = NEXT[name][number % len(NEXT[name])]
        if (state := (following, left_behind(home))) not in left:
            left.append(state)
            with suppress(NotPublished):  # no snapshot can serve as the base yet
                act(following, home, source, later)
            assert at_odds(home, reloads) == [], f"{name} killed at {call}, then {following}"
        shutil.rmtree(home.root)
    print(f"{name}: {killed} kills at {len(chosen)} of {len(points)} points, {len(left)} different")
    # Threads alternate: sometimes another thread makes the call, so it does not reach that count.
    assert killed >= 0.7 * len(chosen)


@pytest.mark.slow
@pytest.mark.parametrize("part", points_of(range(SLICES), seed=14))
def test_a_killed_rollback_is_not_made_twice(part, source, make_home, commands, three_nights, tmp_path):
    """A rollback killed at any change and given again goes back one run in total."""
    later = three_nights.now + timedelta(days=1, hours=1)
    home = make_home("prune", tmp_path / "undisturbed")
    night_before = publication_of(snapshots(home)[-1]).run_id
    points = commands.changes("rollback", home.root)
    [told] = [number for number, call in enumerate(points) if call.name == "unlink" and "rollback.json" in call.shown]
    chosen = points[: told + 1][part::SLICES]
    killed = 0
    for call in chosen:
        home = make_home("prune", tmp_path / "home")
        killed += commands.is_killed_at("rollback", home.root, call)
        if publication_of(home.published).run_id != night_before or (home.work / "rollback.json").exists():
            act("rollback", home, source, later)
        assert publication_of(home.published).run_id == night_before, f"killed at {call}"
        shutil.rmtree(home.root)
    assert killed >= 0.7 * len(chosen)
