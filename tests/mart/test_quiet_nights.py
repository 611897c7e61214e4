"""Runs without changes in core or plan rebuild only the marts that read the clock, with the same result."""

import json
import re
from datetime import date

import duckdb
import pytest

from tests.mart.support import World, instant
from warehouse.build import working_relations
from warehouse.mart_files import CLOCK, published_relations, relation_files, rests_on

JANUARY = instant(2023, 1, 10)


def young_world(world: World) -> None:
    """Fill a world published before its first bokslut, with a value to come and one to be revised."""
    world.first_load = JANUARY
    for table in ("plan.plan", "plan.bokslut_date", "core.municipality"):
        world.connection.execute(f"update {table}_version set known_from = $1", [JANUARY])
    world.kpi("N00001", prel_publication_date=date(2023, 4, 1), publication_date=date(2023, 6, 1), publ_period=2022)
    for indicator_id in ("A", "B"):
        world.indicator(indicator_id, kpi_id="N00001")
        world.target(indicator_id, ">=", 40, year=2022)
    world.plan_row("availability", kpi_id="N00001", month_day="05-15", year_offset=1, basis="usual")
    for unit, value in (("1002", 45), ("1003", 30)):
        world.cell("N00001", unit, 2021, value)
    world.series("N00001", {2020: 38, 2021: 39})
    world.build(JANUARY)


def contents(world: World) -> dict[str, list[tuple[object, ...]]]:
    """Return the rows of every mart."""
    return {name: world.rows(f"select * from mart.{name} order by all") for name in published_relations()}


@pytest.mark.slow
def test_a_quiet_night_leaves_what_a_full_build_makes(world: World) -> None:
    """After days, a bokslut and a publication date, every mart equals the result of a full build."""
    young_world(world)
    reasons = set()
    for now in (instant(2023, 3, 2), instant(2023, 5, 20), instant(2024, 6, 2)):
        world.build(now, is_all=False)
        let_pass = contents(world)
        reasons.add(world.judged("A", 2022, "verdict_reason"))
        world.build(now)
        assert let_pass == contents(world)
    assert reasons == {"not_published_yet", "publication_overdue"}


@pytest.mark.slow
def test_what_the_clock_does_not_move_is_left_as_it_stands(world: World) -> None:
    """Marts that do not read the clock are rebuilt only when a row of core or plan begins or ends."""
    young_world(world)
    world.connection.execute("update mart.ranking_version set municipality_name = 'as it stands'")
    world.build(instant(2023, 2, 1), is_all=False)
    assert world.rows("select distinct municipality_name from mart.ranking") == [("as it stands",)]
    at = instant(2023, 2, 2)
    world.change_cell("N00001", "1002", 2021, 46, at=at)
    world.build(at, is_all=False)
    assert world.rows("select municipality_name, value from mart.ranking where rank = 1 and period = 2021") == [
        ("Kommun 1002", 46.0)
    ]


@pytest.mark.slow
def test_no_row_changes_by_the_clock_alone(world: World) -> None:
    """Days without a relevant date open no version in any mart."""
    young_world(world)
    for day in (12, 13, 14):
        world.build(instant(2023, 1, day), is_all=False)
    assert [
        name
        for name, each in published_relations().items()
        if each.kind == "mart"
        and world.rows(f"select 1 from mart.{name}_version where published_from > $1 or published_to > $1", JANUARY)
    ] == []


def test_no_mart_has_a_clock_of_its_own() -> None:
    """Marts read no clock except the publication's instant."""
    clocks = re.compile(r"\b(current_date|current_timestamp|localtimestamp|now\(|today\(|getvariable\()")
    assert {each.name: found for each in relation_files() if (found := clocks.findall(each.text))} == {}
    readers = {each.name for each in relation_files() if CLOCK in each.reads}
    assert readers == {"clock"}


def test_what_a_file_reads_is_what_duckdb_parses() -> None:
    """The relations found in each SQL file include all that DuckDB's parser finds in it."""
    with duckdb.connect() as connection:
        for each in relation_files():
            ((parsed,),) = connection.execute("select json_serialize_sql(?)", [each.text]).fetchall()
            assert tables_in(json.loads(parsed)) <= each.reads, each.name


def tables_in(node: object) -> set[str]:
    """Return the tables with a schema in a parsed statement, without the suffix `_version`."""
    if isinstance(node, list):
        return {name for part in node for name in tables_in(part)}
    if not isinstance(node, dict):
        return set()
    found = {name for part in node.values() for name in tables_in(part)}
    if node.get("type") == "BASE_TABLE" and node["schema_name"]:
        found.add(f"{node['schema_name']}.{node['table_name'].removesuffix('_version')}")
    return found


def test_every_event_names_the_changes_that_it_tells() -> None:
    """Each file of events reads the working relation of the changes without which it has no rows."""
    events = [each for each in relation_files() if each.kind == "event"]
    assert {each.name: each.reports for each in events} == {
        "plan_change": "working.changed_plan",
        "verdict_change": "working.changed_verdict",
    }
    assert all(each.reports in each.reads for each in events)


def test_the_table_of_events_has_the_columns_of_their_rows(world: World) -> None:
    """The columns that a file of events lists are those of its select, in the same order and of the same types."""
    young_world(world)
    with working_relations(world.connection, are_empty=True) as working:
        for each in relation_files():
            if each.kind == "event":
                working.lay_out(each.reads)
                selected = world.rows(f"select column_name, column_type from (describe {each.text})")
                assert selected == world.rows(f"select column_name, column_type from (describe {each.full_name})")


def test_the_clock_reaches_what_it_moves() -> None:
    """Verdicts and the calendar depend on the clock; rankings and references do not."""
    reached = {name for name in published_relations() if CLOCK in rests_on(f"mart.{name}")}
    assert {"goal_fulfilment", "goal_fulfilment_bokslut", "publication_calendar", "verdict_change"} <= reached
    assert reached.isdisjoint({"judgement_input", "ranking", "reference_value", "peer_comparison", "indicator_history"})
