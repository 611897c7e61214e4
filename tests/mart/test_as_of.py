"""Judgements as of another moment: by what was known then, and by what was published at the bokslut."""

from collections.abc import Callable
from datetime import date, datetime

import pytest

from goals import Plan
from tests.mart.support import World, instant, load_plan

MAY = instant(2026, 5, 1)
JUNE = instant(2026, 6, 1)


def verdicts(world: World, moment: object, indicator_id: str = "A") -> list[tuple[object, ...]]:
    return world.rows(
        "select value, verdict, verdict_reason from mart.goal_fulfilment_as_of(?) "
        "where indicator_id = ? and year = 2023",
        moment,
        indicator_id,
    )


def group(world: World, listed: list[tuple[str, datetime, datetime | None]]) -> None:
    """Insert a group of similar municipalities for schools, with members over time."""
    world.insert(
        "core.municipality_group_version",
        group_id="G1",
        group_name="Liknande kommuner grundskola, Kommun 1001, 2024",
        topic="grundskola",
        owner_municipality_id=world.own,
        vintage_year=2024,
        run_id="run-1",
        known_from=world.first_load,
    )
    members(world, listed)


def members(world: World, listed: list[tuple[str, datetime, datetime | None]]) -> None:
    """Insert members of that group: unit, from, to."""
    for member, known_from, known_to in listed:
        world.insert(
            "core.municipality_group_member_version",
            group_id="G1",
            municipality_id=member,
            run_id="run-1",
            known_from=known_from,
            known_to=known_to,
        )


@pytest.mark.slow
def test_each_moment_has_its_own_verdict(world: World) -> None:
    """A value that is published, revised and suppressed is judged at each moment by what was known then."""
    world.kpi("N00001")
    world.indicator("A", kpi_id="N00001")
    world.target("A", ">=", 40)
    world.series("N00001", {2023: 39})
    world.build(world.first_load)
    world.change_cell("N00001", world.own, 2023, 41, at=MAY)
    world.build(MAY)
    world.change_cell("N00001", world.own, 2023, None, at=JUNE, kind="suppressed")
    world.connection.execute("update core.observation_version set status = 'Privacy' where known_from = ?", [JUNE])
    world.build(JUNE)
    assert verdicts(world, "2026-03-31") == []
    assert verdicts(world, "2026-04-01") == [(39.0, "not_met", None)]
    assert verdicts(world, MAY) == [(41.0, "met", None)]
    assert verdicts(world, "2026-06-01") == [(None, "no_data", "withheld")]
    assert [world.judged("A", 2023, "value", "verdict", "verdict_reason")] == [(None, "no_data", "withheld")]
    assert world.rows("select change_kind, old_value, new_value, new_status from mart.revision") == [
        ("revised", 39.0, 41.0, ""),
        ("suppressed", 41.0, None, "Privacy"),
    ]
    assert world.rows("select change_kind from mart.revision_as_of('2026-05-01')") == [("revised",)]


@pytest.mark.slow
def test_a_cell_that_was_deleted_is_gone_and_comes_back(world: World) -> None:
    """A deleted or vanished cell has no value, and one that returns is judged again."""
    world.kpi("N00001")
    world.indicator("A", kpi_id="N00001")
    world.target("A", ">=", 40)
    world.series("N00001", {2023: 50})
    world.cell("N00001", "1002", 2023, 45)
    world.change_cell("N00001", world.own, 2023, None, at=MAY, kind="vanished")
    world.build(MAY)
    world.change_cell("N00001", world.own, 2023, 50, at=JUNE, kind="returned")
    world.build(JUNE)
    assert verdicts(world, MAY) == [(None, "no_data", "value_withdrawn")]
    assert verdicts(world, JUNE) == [(50.0, "met", None)]


@pytest.mark.slow
def test_membership_is_as_known_at_the_moment(world: World) -> None:
    """A group is judged at each moment by its members of that time."""
    world.kpi("N00001")
    world.indicator("A", kpi_id="N00001", similar_group_topic="grundskola")
    world.target("A", ">", kind="reference", reference="similar")
    world.series("N00001", {2023: 50})
    world.cell("N00001", "1002", 2023, 40)
    world.cell("N00001", "1003", 2023, 60)
    group(world, [("1002", world.first_load, None)])
    world.build(world.first_load)
    world.connection.execute("update core.municipality_group_member_version set known_to = ?", [MAY])
    members(world, [("1003", MAY, None)])
    world.build(MAY)
    assert verdicts(world, "2026-04-15") == [(50.0, "met", None)]
    assert verdicts(world, MAY) == [(50.0, "not_met", None)]


def test_the_bokslut_uses_our_own_history_where_it_reaches(world: World) -> None:
    """A value revised after the bokslut is judged at its earlier value if the history goes back that far."""
    world.first_load = instant(2023, 1, 10)
    world.connection.execute("update plan.plan_version set known_from = ?", [world.first_load])
    world.kpi("N00001")
    world.indicator("A", kpi_id="N00001")
    world.target("A", ">=", 40)
    world.cell("N00001", "1002", 2022, 10)
    world.cell("N00001", world.own, 2023, 39, known_from=instant(2024, 2, 1))
    world.change_cell("N00001", world.own, 2023, 41, at=instant(2024, 5, 1))
    world.cell("N00001", world.own, 2024, 50, known_from=instant(2025, 4, 1))
    world.build(JUNE)
    columns = ("value", "verdict", "verdict_reason", "is_estimated")
    assert world.judged("A", 2023, *columns, table="goal_fulfilment_bokslut") == (39.0, "not_met", None, False)
    assert world.judged("A", 2023, "value", "verdict") == (41.0, "met")
    assert world.judged("A", 2024, *columns, table="goal_fulfilment_bokslut") == (
        None,
        "no_data",
        "not_published_yet",
        False,
    )
    assert world.judged("A", 2024, "verdict") == "met"
    assert world.judged("A", 2021, "is_estimated", table="goal_fulfilment_bokslut") is True


def test_where_history_does_not_reach_the_bokslut_is_estimated(world: World) -> None:
    """Without history at the bokslut, the availability dates of the plan decide whether a value was published."""
    for indicator_id, kpi_id, month_day, year_offset in (("A", "N00001", "10-01", 0), ("B", "N00002", "04-25", 1)):
        world.kpi(kpi_id)
        world.indicator(indicator_id, kpi_id=kpi_id)
        world.target(indicator_id, ">", kind="reference", reference="national_average")
        world.series(kpi_id, {2022: 40, 2023: 50, 2024: 60})
        world.cell(kpi_id, "0000", 2023, 45)
        world.plan_row("availability", kpi_id=kpi_id, month_day=month_day, year_offset=year_offset, basis="Påhittad.")
    world.change_cell("N00001", world.own, 2023, 44, at=MAY)
    world.build(MAY)
    columns = ("value", "verdict", "verdict_reason", "reference_value", "is_estimated")
    assert world.judged("A", 2023, *columns, table="goal_fulfilment_bokslut") == (50.0, "met", None, 45.0, True)
    assert world.judged("B", 2023, *columns, table="goal_fulfilment_bokslut") == (
        None,
        "no_data",
        "not_published_yet",
        None,
        True,
    )
    assert world.judged("A", 2023, "value", "verdict") == (44.0, "not_met")
    assert world.judged("B", 2023, "verdict") == "met"


def test_history_alone_says_nothing_before_the_first_load(make_world: Callable[..., World]) -> None:
    """Under the rule `history`, a bokslut before the first load has no data, with that reason."""
    world = make_world(bokslut="history")
    world.kpi("N00001")
    world.indicator("A", kpi_id="N00001")
    world.target("A", ">=", 40)
    world.series("N00001", {2023: 50})
    world.build()
    assert world.judged("A", 2023, "verdict", "verdict_reason", table="goal_fulfilment_bokslut") == (
        "no_data",
        "before_first_load",
    )
    assert world.judged("A", 2023, "verdict") == "met"


def test_the_bokslut_takes_the_oldest_members_that_we_know(world: World) -> None:
    """Without a membership known at the bokslut, the oldest known one is used and marked."""
    world.kpi("N00001")
    world.indicator("A", kpi_id="N00001", similar_group_topic="grundskola")
    world.target("A", ">", kind="reference", reference="similar")
    world.series("N00001", {2023: 50})
    world.cell("N00001", "1002", 2023, 40)
    world.cell("N00001", "1003", 2023, 60)
    world.plan_row("availability", kpi_id="N00001", month_day="10-01", year_offset=0, basis="Påhittad.")
    group(world, [("1002", world.first_load, MAY), ("1003", MAY, None)])
    world.build(MAY)
    columns = ("verdict", "reference_value", "is_oldest_membership")
    assert world.judged("A", 2023, *columns, table="goal_fulfilment_bokslut") == ("met", 40.0, True)
    assert world.judged("A", 2023, *columns) == ("not_met", 60.0, False)


@pytest.mark.slow
def test_an_edited_target_judges_from_its_night_on(make_world: Callable[..., World]) -> None:
    """An edited target applies from the run that first read it."""
    world = make_world()
    world.kpi("N00001")
    world.indicator("A", kpi_id="N00001")
    world.target("A", ">=", 40)
    world.series("N00001", {2023: 39.6})
    world.build(world.first_load)
    world.connection.execute("update plan.target_version set known_to = ?", [MAY])
    world.target("A", ">=", 39, known_from=MAY)
    world.build(MAY)
    assert verdicts(world, "2026-04-15") == [(39.6, "not_met", None)]
    assert verdicts(world, MAY) == [(39.6, "met", None)]


def test_a_moment_is_a_date_in_sweden_or_an_instant_in_utc(world: World) -> None:
    """A moment is a text, a date or a timestamp; a date means the end of that day in Sweden."""
    world.kpi("N00001")
    world.indicator("A", kpi_id="N00001")
    world.series("N00001", {2023: 39})
    world.build(world.first_load)
    assert 1 == len(verdicts(world, date(2026, 4, 1))) == len(verdicts(world, instant(2026, 4, 1)))
    assert len(verdicts(world, instant(2026, 4, 1, 2, 59))) == 0


@pytest.mark.slow
def test_two_plans_share_a_warehouse(changeable: World, plan: Plan, example_plan: Plan) -> None:
    """A second plan in the warehouse does not change the judgements of the first."""
    before = changeable.rows("select * from mart.goal_fulfilment order by all")
    load_plan(changeable.connection, example_plan)
    changeable.build()
    assert before == changeable.rows("select * from mart.goal_fulfilment where plan_id = ? order by all", plan.plan_id)
    assert changeable.rows(
        "select count(*), count(distinct municipality_id), min(municipality_id) from mart.goal_fulfilment "
        "where plan_id = ?",
        example_plan.plan_id,
    ) == [(example_plan.tables["indicator"].height * 7, 1, "1480")]
    assert changeable.rows(
        "select verdict, value, reference_kind, reference_value > 0 from mart.goal_fulfilment "
        "where plan_id = ? and indicator_id = 'B1-1' and year = 2022",
        example_plan.plan_id,
    ) == changeable.rows(
        "select if(own.value > mean.value, 'met', 'not_met'), own.value, 'unweighted_mean', true "
        "from core.observation as own, mart.reference_value as mean "
        "where own.kpi_id = 'U21468' and own.municipality_id = '1480' and own.period = 2022 and own.gender = 'T' "
        "and mean.kpi_id = own.kpi_id and mean.period = 2022 and mean.gender = 'T' "
        "and mean.reference = 'unweighted_mean'"
    )
