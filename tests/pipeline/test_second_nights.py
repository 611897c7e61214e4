"""Second runs: wrong data are held, or at least named; the usual changes of a year are published.

Both tables are printed: `pytest -s tests/pipeline/test_second_nights.py`, with KOLADA_SWEEP=whole for every row.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
import polars as pl
import pytest

from fake_kolada import DataSet, FakeKolada, apply_changes, recorded_data, sample_data
from goals import Plan
from kolada_client import KoladaContractError
from pipeline.run_result import RunResult
from tests.conftest import Nights
from tests.pipeline.second_nights import COUNTS_ZERO, LIES, NAMED, YEARLY
from tests.pipeline.support import EditedAnswers
from tests.sweeping import points_of

CASES = [*((name, "lie") for name in LIES), *((name, "year") for name in YEARLY)]


@dataclass(frozen=True)
class World:
    """A home after one complete run, and the values for the placeholders of second runs."""

    honest: Nights
    places: Mapping[str, object]


@pytest.fixture(scope="module")
def sample_world(tmp_path_factory: pytest.TempPathFactory, plans: tuple[Plan, ...]) -> World:
    """The sample since 2021: every unit and KPI, few years."""
    data = since(2021, sample_data())
    return make_world(data, plans, tmp_path_factory.mktemp("sample"), year=2023, newest=2025)


@pytest.fixture(scope="module")
def recorded_world(recorded_folder: Path, tmp_path_factory: pytest.TempPathFactory, plans: tuple[Plan, ...]) -> World:
    """The recorded data since 2018, with the whole catalogue."""
    data = since(2018, recorded_data(recorded_folder))
    return make_world(data, plans, tmp_path_factory.mktemp("recorded"), year=2022, newest=2022)


def since(year: int, data: DataSet) -> DataSet:
    """Return the data from a year on."""
    return replace(data, observations=data.observations.filter(pl.col("period") >= year))


def make_world(data: DataSet, plans: tuple[Plan, ...], folder: Path, **places: object) -> World:
    """Return the world after one complete run."""
    similar = data.groups.filter(pl.col("group_name").str.starts_with("Liknande kommuner grundskola, Alingsås"))
    nights = Nights(home=folder / "home", fake=FakeKolada(data), plans=plans)
    assert "published" == nights.refresh().state
    return World(nights, {"group": similar["group_id"][0], **places})


def second_night(world: World, words: str, folder: Path) -> RunResult | KoladaContractError:
    """Run once more with some changes; return the result, or the error if the catalogue was unusable."""
    honest = world.honest
    changes = [each for each in words.format(**world.places).split("+") if each and words != COUNTS_ZERO]
    fake = FakeKolada(apply_changes(honest.fake.data, changes))
    nights = Nights(home=folder / "home", fake=fake, plans=honest.plans)
    if words == COUNTS_ZERO:
        nights.transport = EditedAnswers(fake, without_counts)
    try:
        return nights.after(honest).refresh()
    except KoladaContractError as error:
        return error


def without_counts(_request: httpx.Request, page: dict[str, Any]) -> dict[str, Any]:
    """Return the page with 0 for every count."""
    for row in page["values"]:
        for value in row["values"] if "period" in row else ():
            value["count"] = 0
    return page


def story(result: RunResult | KoladaContractError, quiet: frozenset[str]) -> tuple[str, str]:
    """Return the outcome of a run in one word, and the checks that led to it."""
    if isinstance(result, KoladaContractError):
        return "refused", str(result)[:60]
    if result.state == "held":
        return "held", " ".join(dict.fromkeys(check.name for check in result.checks if check.is_blocking))
    named = {check.name for check in result.checks if check.offending_count} - quiet
    return ("named" if named else "silent"), " ".join(sorted(named))


def tables(world: World, folder: Path, show: Callable[[str], None]) -> Iterator[str]:
    """Run the second runs of this sweep and print their outcomes; yield the unexpected ones."""
    first = second_night(world, "", folder / "quiet")
    assert isinstance(first, RunResult)
    quiet = frozenset(check.name for check in first.checks if check.offending_count)
    words = {"lie": LIES, "year": YEARLY}
    for number, (name, kind) in enumerate(points_of(CASES, seed=13)):
        ended, checks = story(second_night(world, words[kind][name], folder / str(number)), quiet)
        show(f"{world.honest.fake.data.source_kind:9} {kind:5} {name:58} {ended:8} {checks}")
        expected = {"named", "silent"} if kind == "year" else {"named"} if name in NAMED else {"held", "refused"}
        if ended not in expected:
            yield f"{name}: {ended} {checks}"


@pytest.fixture
def show(capsys: pytest.CaptureFixture[str]) -> Callable[[str], None]:
    """Give a function that prints a line past the capture of output."""

    def print_line(line: str) -> None:
        with capsys.disabled():
            print(f"\n{line}", end="")

    return print_line


@pytest.mark.slow
@pytest.mark.sweep
@pytest.mark.timeout(3600)
def test_second_nights_of_the_sample(sample_world: World, tmp_path: Path, show: Callable[[str], None]) -> None:
    """Wrong data in the sample are held, or named if small; the usual changes of a year are not held."""
    assert [] == list(tables(sample_world, tmp_path, show))


@pytest.mark.sweep
@pytest.mark.slow
@pytest.mark.recorded
@pytest.mark.timeout(7200)
def test_second_nights_of_recorded_data(recorded_world: World, tmp_path: Path, show: Callable[[str], None]) -> None:
    """The same holds for recorded data."""
    assert [] == list(tables(recorded_world, tmp_path, show))


def test_there_are_as_many_lies_as_were_thought_of() -> None:
    """There are at least forty kinds of wrong data, and those only named are among them."""
    assert len(LIES) >= 40
    assert set(NAMED) <= set(LIES)
