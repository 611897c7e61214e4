"""A night on which nothing in core or plan began or ended builds only what the clock moves, and that is enough."""

import re
from datetime import date, datetime

from tests.mart.support import World, instant
from warehouse.mart_texts import mart_bodies

JANUARY = instant(2023, 1, 10)


def young_world(world: World) -> None:
    """A world that was loaded and published before its first bokslut, with a value to come and one to be revised."""
    world.first_load = JANUARY
    world.connection.execute("update plan.plan set known_from = $1", [JANUARY])
    world.connection.execute("update plan.bokslut_date set known_from = $1", [JANUARY])
    world.connection.execute("update core.municipality_version set known_from = $1", [JANUARY])
    world.kpi("N00001", prel_publication_date=date(2023, 4, 1), publication_date=date(2023, 6, 1), publ_period=2022)
    for indicator_id in ("A", "B"):
        world.indicator(indicator_id, kpi_id="N00001")
        world.target(indicator_id, ">=", 40, year=2022)
    world.plan_row("availability", kpi_id="N00001", month_day="05-15", year_offset=1, basis="usual")
    for unit, value in (("1002", 45), ("1003", 30)):
        world.cell("N00001", unit, 2021, value)
    world.series("N00001", {2020: 38, 2021: 39})
    world.build(JANUARY)
    publish(world, JANUARY)


def publish(world: World, at: datetime) -> None:
    """Put a publication on record, as a run does once the marts are built."""
    world.insert(
        "ops.publication",
        run_id=f"{at:%Y%m%d}",
        published_at=at,
        version_count=0,
        observation_count=0,
        verdict_change_count=0,
    )


def contents(world: World) -> dict[str, list[tuple[object, ...]]]:
    """The rows of every mart."""
    return {name: world.rows(f"select * from mart.{name} order by all") for name in mart_bodies()}


def test_a_quiet_night_leaves_what_a_full_build_makes(world: World) -> None:
    """Days pass, a bokslut, a publication date: every mart is what it would be if all were built anew."""
    young_world(world)
    reasons = set()
    for now in (instant(2023, 3, 2), instant(2023, 5, 20), instant(2024, 6, 2)):
        world.build(now)
        let_pass = contents(world)
        reasons.add(world.judged("A", 2022, "verdict_reason"))
        world.connection.execute("delete from ops.publication")
        world.build(now)
        assert let_pass == contents(world)
        publish(world, now)
    assert reasons == {"not_published_yet", "publication_overdue"}


def test_what_the_clock_does_not_move_is_left_as_it_stands(world: World) -> None:
    """Until something begins or ends: then every mart is built."""
    young_world(world)
    world.connection.execute("update mart.ranking set municipality_name = 'as it stands'")
    world.build(instant(2023, 2, 1))
    assert world.rows("select distinct municipality_name from mart.ranking") == [("as it stands",)]
    publish(world, instant(2023, 2, 1))
    world.change_cell("N00001", "1002", 2021, 46, at=instant(2023, 2, 2))
    world.build(instant(2023, 2, 2))
    assert world.rows("select municipality_name, value from mart.ranking where rank = 1 and period = 2021") == [
        ("Kommun 1002", 46.0)
    ]


def test_no_mart_has_a_clock_of_its_own() -> None:
    """The moment asked for is the only one: a mart that read another could not be left as it stands."""
    clocks = re.compile(r"\b(current_date|current_timestamp|localtimestamp|now\(|today\(|getvariable\(|ops\.\w+)")
    assert {name: clocks.findall(body) for name, body in mart_bodies().items() if clocks.search(body)} == {}
