"""Every kind of criterion in made-up worlds: the published tables equal the recomputation."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from fake_kolada import FakeKolada
from tests.conftest import Nights
from tests.recomputed.comparing import differences, keyed, told
from tests.recomputed.every_kind import KINDS, made_up
from tests.recomputed.facts import Facts, frame_facts
from tests.recomputed.fulfilment import criterion_outcome, verdict_columns
from tests.recomputed.plan_files import Plan, read_plan_files
from tests.recomputed.tables import Table
from tests.sweeping import is_whole

WORLDS = range(40 if is_whole() else 4)


@dataclass(frozen=True, slots=True)
class World:
    """One run of one world, and its files."""

    nights: Nights
    facts: Facts
    plan: Plan


@pytest.fixture(scope="module", params=WORLDS)
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, make_nights: Callable) -> World:
    """A published world."""
    folder = tmp_path_factory.mktemp(f"world{request.param}")
    small_plan, kolada = made_up(request.param)
    data = kolada.data()
    nights = make_nights(home=folder / "home", fake=FakeKolada(data), plans=(small_plan.write(folder),))
    assert nights.refresh().state == "published"
    today = nights.now.astimezone(ZoneInfo("Europe/Stockholm")).date()
    return World(nights, frame_facts(data, today), read_plan_files(Path(folder / small_plan.plan_id)))


def _agree(world: World, name: str, key: tuple[str, ...], ours: Table) -> None:
    columns = [*key, *next(iter(ours.values()))]
    theirs = keyed(world.nights.query(f"select {', '.join(columns)} from mart.{name}"), columns, len(key))
    found = differences(ours, theirs)
    if found:
        pytest.fail(told(found), pytrace=False)


@pytest.mark.sweep
def test_criteria_agree(world: World) -> None:
    """Value, compared number, place, margin and verdict of each criterion equal the recomputation."""
    key = ("plan_id", "indicator_id", "criterion", "year")
    _agree(world, "criterion_outcome", key, criterion_outcome(world.facts, world.plan))


@pytest.mark.sweep
def test_indicators_agree(world: World) -> None:
    """The joint verdict of several criteria, and the criterion shown, equal the recomputation."""
    _agree(world, "goal_fulfilment", ("plan_id", "indicator_id", "year"), verdict_columns(world.facts, world.plan))


def test_every_kind_is_judged_in_every_way(world: World) -> None:
    """Every world has every kind of criterion."""
    kinds = {row["target_kind"] for row in criterion_outcome(world.facts, world.plan).values()}
    assert kinds == set(KINDS)
