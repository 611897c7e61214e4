"""References: which units a mean, group or rank covers, its n, and its effect on the verdict."""

from collections.abc import Callable

import pytest

from tests.mart.support import World

MakeWorld = Callable[..., World]


def above_average(world: World, own: float, riket: float | None, others: list[float | None]) -> None:
    """Insert an indicator for 2023 that must be above the national average."""
    world.kpi("N00001")
    world.indicator("A", kpi_id="N00001")
    world.target("A", ">", kind="reference", reference="national_average")
    world.series("N00001", {2023: own})
    if riket is not None:
        world.cell("N00001", "0000", 2023, riket)
    world.cell("N00001", "0014", 2023, 1000)
    for unit, value in zip(world.others, others, strict=False):
        world.cell("N00001", unit, 2023, value)


REFERENCE = ("verdict", "verdict_reason", "reference_kind", "reference_value", "reference_n")


def test_riket_judges_and_the_other_mean_stands_beside(world: World) -> None:
    """A value above Riket and below the unweighted mean is met, and marked as sensitive."""
    above_average(world, own=50, riket=49, others=[60, 70])
    world.build()
    assert world.judged("A", 2023, *REFERENCE) == ("met", None, "riket", 49.0, None)
    assert world.judged("A", 2023, "verdict_alt", "is_sensitive", "difference_riket", "difference_unweighted") == (
        "not_met",
        True,
        1.0,
        -10.0,
    )


def test_without_riket_the_unweighted_mean_judges(world: World) -> None:
    """Without Riket the unweighted mean of municipalities with values judges, and sensitivity is unknown."""
    above_average(world, own=50, riket=None, others=[40, None, 60])
    world.build()
    assert world.judged("A", 2023, *REFERENCE) == ("not_met", "riket_missing", "unweighted_mean", 50.0, 3)
    assert world.judged("A", 2023, "verdict_alt", "is_sensitive", "is_reference_weak") == (None, None, True)


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("riket_else_unweighted", ("met", "riket", "not_met")),
        ("riket", ("met", "riket", "not_met")),
        ("unweighted", ("not_met", "unweighted_mean", "met")),
        ("unweighted_else_riket", ("not_met", "unweighted_mean", "met")),
    ],
)
def test_which_mean_stands_for_the_national_average_is_a_rule(
    make_world: MakeWorld, rule: str, expected: tuple[str, str, str]
) -> None:
    """The rule `national_average` decides which mean judges and which is the alternative."""
    world = make_world(national_average=rule)
    above_average(world, own=50, riket=49, others=[60, 70])
    world.build()
    assert expected == world.judged("A", 2023, "verdict", "reference_kind", "verdict_alt")


@pytest.mark.slow
def test_riket_alone_has_no_stand_in(make_world: MakeWorld) -> None:
    """Under the rule `riket` a missing Riket gives no data."""
    world = make_world(national_average="riket")
    above_average(world, own=50, riket=None, others=[60, 70])
    world.build()
    assert world.judged("A", 2023, *REFERENCE) == ("no_data", "reference_missing", None, None, None)


def test_averages_are_compared_as_received_and_strictly(world: World) -> None:
    """Averages are compared as received: equal is not above, slightly above is met and borderline."""
    above_average(world, own=80.33, riket=79.79, others=[])
    world.kpi("N00002")
    world.indicator("B", kpi_id="N00002")
    world.target("B", ">", kind="reference", reference="national_average")
    world.series("N00002", {2023: 84})
    world.cell("N00002", "0000", 2023, 84)
    world.build()
    columns = ("verdict", "is_borderline", "is_rounded_only", "margin")
    assert world.judged("A", 2023, *columns) == ("met", True, False, 0.54)
    assert world.judged("B", 2023, *columns) == ("not_met", True, False, 0.0)


def test_a_mean_that_ends_is_the_number_that_it_is(world: World) -> None:
    """A mean is exact in decimals: 92.9 is not above a mean of 92.9."""
    above_average(world, own=92.9, riket=None, others=[92.4, 93.4, 91.9, 93.9, 92.8, 93.0])
    world.build()
    assert world.judged("A", 2023, "reference_value", "verdict", "margin") == (92.9, "not_met", 0.0)


@pytest.mark.slow
def test_averages_may_be_compared_as_displayed(make_world: MakeWorld) -> None:
    """With `average_precision = display`, 80.33 is not above 79.79 at no decimals."""
    world = make_world(average_precision="display")
    above_average(world, own=80.33, riket=79.79, others=[])
    world.build()
    assert world.judged("A", 2023, "verdict", "is_rounded_only") == ("not_met", True)


def test_how_few_make_a_weak_mean_is_a_rule(make_world: MakeWorld) -> None:
    """The rule `reference_min_n` sets how few municipalities make a mean weak."""
    world = make_world(reference_min_n="3")
    above_average(world, own=50, riket=None, others=[40, 60])
    world.build()
    assert world.judged("A", 2023, "is_reference_weak") is False


def similar_group(world: World, members: list[str], **group: object) -> None:
    """Insert a group of similar municipalities for schools."""
    row = {"group_id": "G1", "vintage_year": 2024, "known_from": world.first_load, **group}
    world.insert(
        "core.municipality_group_version",
        **{
            "group_name": f"Liknande kommuner grundskola, Kommun 1001, {row['vintage_year']}",
            "topic": "grundskola",
            "owner_municipality_id": world.own,
            "run_id": "run-1",
            **row,
        },
    )
    for member in members:
        world.insert(
            "core.municipality_group_member_version",
            group_id=row["group_id"],
            municipality_id=member,
            run_id="run-1",
            known_from=row["known_from"],
        )


def test_similar_municipalities_with_values_are_the_criterion(world: World) -> None:
    """The mean of similar municipalities covers members with a value, and is weak if some have none."""
    similar_group(world, ["1002", "1003", "1004"])
    above_average(world, own=50, riket=90, others=[40, 44, None, 99])
    world.connection.execute("update plan.indicator_version set similar_group_topic = 'grundskola'")
    world.connection.execute("update plan.target_version set reference = 'similar'")
    world.build()
    assert world.judged("A", 2023, *REFERENCE) == ("met", None, "similar:G1", 42.0, 2)
    assert world.judged("A", 2023, "is_reference_weak", "difference_similar", "is_sensitive") == (True, 8.0, None)


def test_the_latest_vintage_of_a_topic_is_used(world: World) -> None:
    """Of two groups for one topic, the one of the later year is used."""
    similar_group(world, ["1002"], group_id="G2", vintage_year=2023)
    similar_group(world, ["1003"], group_id="G1", vintage_year=2024)
    above_average(world, own=50, riket=90, others=[40, 44])
    world.connection.execute("update plan.indicator_version set similar_group_topic = 'grundskola'")
    world.build()
    assert world.judged("A", 2023, "similar_group_id", "difference_similar") == ("G1", 6.0)


def test_places_tie_and_count_those_with_a_value(world: World) -> None:
    """Equal values share a rank, the next rank is skipped, and n counts the units with a value."""
    above_average(world, own=60, riket=50, others=[70, 70, 60, 50, 40, 30, 20, None])
    world.build()
    found = world.rows(
        "select municipality_id, rank, rank_n, quartile, colour from mart.ranking where period = 2023 order by all"
    )
    assert found == [
        ("1001", 3, 8, 2, "yellow"),
        ("1002", 1, 8, 1, "green"),
        ("1003", 1, 8, 1, "green"),
        ("1004", 3, 8, 2, "yellow"),
        ("1005", 5, 8, 3, "yellow"),
        ("1006", 6, 8, 3, "yellow"),
        ("1007", 7, 8, 4, "red"),
        ("1008", 8, 8, 4, "red"),
    ]


def test_lower_is_better_ranks_the_lowest_first(world: World) -> None:
    """With lower as better, the lowest value ranks first and differences change sign."""
    above_average(world, own=30, riket=50, others=[70, 20])
    world.connection.execute("update plan.indicator_version set direction = 'lower'")
    world.connection.execute("update plan.target_version set operator = '<'")
    world.build()
    assert world.judged("A", 2023, "verdict", "rank", "rank_n", "margin", "difference_unweighted") == (
        "met",
        2,
        3,
        20.0,
        10.0,
    )


def test_how_many_municipalities_meet_the_same_criterion(world: World) -> None:
    """The share of municipalities that meet a criterion uses the same number and decimals for all."""
    world.kpi("N00001")
    world.indicator("A", kpi_id="N00001")
    world.target("A", ">=", 40)
    world.series("N00001", {2023: 50})
    for unit, value in zip(world.others, [39.4, 39.5, 40, 41, None], strict=False):
        world.cell("N00001", unit, 2023, value)
    world.build()
    found = world.rows(
        "select n, n_meeting, share_meeting, is_own_meeting from mart.national_outcome where year = 2023"
    )
    assert found == [(5, 4, 0.8, True)]


def test_the_own_county_and_both_genders_are_compared(world: World) -> None:
    """References are of the same gender and of the municipality's own county."""
    world.kpi("N00001")
    world.indicator("A", kpi_id="N00001")
    for gender, own, other in (("T", 50, 40), ("K", 60, 30), ("M", 40, 50)):
        world.cell("N00001", world.own, 2023, own, gender=gender)
        world.cell("N00001", "1002", 2023, other, gender=gender)
    world.build()
    found = world.rows(
        "select gender, reference_value, difference from mart.peer_comparison where reference = 'county:10'"
    )
    assert sorted(found) == [("K", 45.0, 15.0), ("M", 45.0, -5.0), ("T", 45.0, 5.0)]
    assert world.judged("A", 2023, "value_women", "value_men", "gender_gap") == (60.0, 40.0, 20.0)
    assert world.rows("select in_favour_of, reference, reference_gap from mart.gender_gap") == [
        ("women", "unweighted_mean", 0.0)
    ]
