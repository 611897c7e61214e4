"""The published tables against the recomputation, cell by cell, on recorded data and the built-in sample."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from fake_kolada import FakeKolada, sample_data
from goals import read_plan
from tests.recomputed import rows
from tests.recomputed.comparing import differences, keyed, told
from tests.recomputed.facts import Facts, frame_facts, recorded_facts
from tests.recomputed.fulfilment import criterion_outcome, goal_fulfilment
from tests.recomputed.genders import gender_gap
from tests.recomputed.plan_files import Plan, read_plan_files
from tests.recomputed.plan_variants import OTHER_RULES, plan_variant
from tests.recomputed.tables import Table

REPOSITORY = Path(__file__).resolve().parents[2]
PLAN = REPOSITORY / "goals" / "alingsas-2022-2024"
EXAMPLE = REPOSITORY / "tests" / "goals" / "plans" / "exempel-1480-2024-2026"


@dataclass(frozen=True, slots=True)
class Night:
    """The published file of one refresh, and its inputs."""

    query: Callable[[str], list[tuple[object, ...]]]
    facts: Facts
    plans: tuple[Plan, ...]


@dataclass(frozen=True, slots=True)
class Published:
    """A published table: its key columns, and its recomputation."""

    key: tuple[str, ...]
    recompute: Callable[[Facts, Sequence[Plan]], Table]


def per_plan(recompute: Callable[[Facts, Plan], Table]) -> Callable[[Facts, Sequence[Plan]], Table]:
    """Return a function for all plans from a function for one plan."""

    def tables(facts: Facts, plans: Sequence[Plan]) -> Table:
        return {key: row for plan in plans for key, row in recompute(facts, plan).items()}

    return tables


TABLES: Mapping[str, Published] = {
    "goal_fulfilment": Published(("plan_id", "indicator_id", "year"), per_plan(goal_fulfilment)),
    "criterion_outcome": Published(("plan_id", "indicator_id", "criterion", "year"), per_plan(criterion_outcome)),
    "reference_value": Published(("kpi_id", "period", "gender", "reference"), rows.reference_value),
    "ranking": Published(("kpi_id", "period", "municipality_id"), per_plan(rows.ranking)),
    "gender_gap": Published(("plan_id", "kpi_id", "period"), per_plan(gender_gap)),
    "goal_verdict": Published(("plan_id", "goal_id", "year"), per_plan(rows.goal_verdict_table)),
    "sound_economic_management": Published(
        ("plan_id", "year", "variant"), per_plan(rows.sound_economic_management_table)
    ),
}
# A derived column: the sign of the published margin.
EXPRESSIONS = {"margin_sign": "cast(sign(margin) as integer)"}


@pytest.fixture(scope="module")
def recorded_night(request: pytest.FixtureRequest) -> Night:
    """The recorded data with the repository's plan."""
    folder = request.getfixturevalue("recorded_folder")
    nights, result = request.getfixturevalue("first_night")
    assert result.state == "published"
    return Night(nights.query, recorded_facts(folder, _today(nights.now)), (read_plan_files(PLAN),))


@pytest.fixture(scope="module")
def sample_night(make_nights: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory) -> Night:
    """The sample with the plan, with made-up figures, with other rules, and with another municipality's plan."""
    made_up = tmp_path_factory.mktemp("plans")
    folders = [
        PLAN,
        plan_variant(PLAN, made_up / "alingsas-figures", {}),
        plan_variant(PLAN, made_up / "alingsas-other-rules", OTHER_RULES),
        EXAMPLE,
    ]
    data = sample_data()
    nights = make_nights(
        home=tmp_path_factory.mktemp("sample") / "home",
        fake=FakeKolada(data),
        plans=tuple(read_plan(folder) for folder in folders),
    )
    assert nights.refresh().state == "published"
    return Night(nights.query, frame_facts(data, _today(nights.now)), tuple(map(read_plan_files, folders)))


@pytest.mark.recorded
@pytest.mark.parametrize("table", TABLES)
def test_recorded_data_agree(recorded_night: Night, table: str) -> None:
    """Every published cell of the recorded data equals the recomputation."""
    _agree(recorded_night, table)


@pytest.mark.parametrize("table", TABLES)
def test_sample_agrees(sample_night: Night, table: str) -> None:
    """Every published cell of the sample equals the recomputation, with 2023 and later."""
    _agree(sample_night, table)


def test_one_wrong_cell_is_told(sample_night: Night) -> None:
    """A wrong cell and a missing row are each reported with both values."""
    ours = rows.ranking(sample_night.facts, sample_night.plans[0])
    first, second = list(ours)[:2]
    theirs = {key: row for key, row in ours.items() if key != second} | {first: {**ours[first], "rank": -1}}
    found = differences(ours, theirs)
    assert len(found) == 2
    assert any(f"rank: recomputed {ours[first]['rank']!r}, published -1" in line for line in found)
    assert any("only recomputed" in line for line in found)


def test_every_verdict_is_recomputed_somewhere(sample_night: Night) -> None:
    """The sample's plans have every possible verdict, so the comparison covers all of them."""
    verdicts = {
        row["verdict"] for plan in sample_night.plans for row in goal_fulfilment(sample_night.facts, plan).values()
    }
    assert {"met", "not_met", "not_yet_due", "no_data", "not_comparable", "not_assessable"} == verdicts


def compared(night: Night, name: str) -> list[str]:
    """Return the differences between a published table and the recomputed one."""
    published = TABLES[name]
    ours = published.recompute(night.facts, night.plans)
    columns = [*published.key, *next(iter(ours.values()))]
    asked = ", ".join(f"{EXPRESSIONS.get(column, column)} as {column}" for column in columns)
    theirs = keyed(night.query(f"select {asked} from mart.{name}"), columns, len(published.key))
    return differences(ours, theirs)


def _agree(night: Night, table: str) -> None:
    found = compared(night, table)
    if found:
        pytest.fail(told(found), pytrace=False)


def _today(now: datetime) -> date:
    return now.astimezone(ZoneInfo("Europe/Stockholm")).date()
