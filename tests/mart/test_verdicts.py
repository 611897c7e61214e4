"""From a value and a criterion to a verdict: precedence, precision and flags."""

from collections.abc import Callable
from datetime import date

import pytest

from tests.mart.support import World

COMPARISONS = [
    # value, target, display decimals, verdict, is_rounded_only
    (90.5, 91, 1, "not_met", False),
    (90.5, 91, 0, "met", True),
    (91.0, 91, 0, "met", False),
    (90.95, 91, 1, "met", True),
    (90.94999, 91, 1, "not_met", False),
    (3.96878, 4.0, 1, "met", True),
    (3.94, 4.0, 1, "not_met", False),
    (1.005, 1.01, 2, "met", True),
]


def test_a_number_is_compared_at_the_finer_decimals(world: World) -> None:
    """Value and target are rounded to the finer decimals, and `is_rounded_only` marks a different exact result."""
    for number, (value, target, display_decimals, _, _) in enumerate(COMPARISONS):
        world.kpi(f"N0000{number}")
        world.indicator(f"A{number}", kpi_id=f"N0000{number}", display_decimals=display_decimals)
        world.target(f"A{number}", ">=", target)
        world.series(f"N0000{number}", {2023: value})
    world.build()
    expected = [(verdict, is_rounded_only) for _, _, _, verdict, is_rounded_only in COMPARISONS]
    assert expected == [
        world.judged(f"A{number}", 2023, "verdict", "is_rounded_only") for number in range(len(COMPARISONS))
    ]


@pytest.mark.parametrize(("precision", "expected"), [("display", "met"), ("target", "not_met"), ("exact", "not_met")])
def test_the_precision_of_fixed_targets_is_a_rule(
    make_world: Callable[..., World], precision: str, expected: str
) -> None:
    """The rule `fixed_target_precision` decides whether 3.96878 reaches 4."""
    world = make_world(fixed_target_precision=precision)
    world.kpi("N00001")
    world.indicator("A", kpi_id="N00001", display_decimals=1)
    world.target("A", ">=", 4.0, target_decimals=2)
    world.series("N00001", {2023: 3.96878})
    world.build()
    assert expected == world.judged("A", 2023, "verdict")


@pytest.mark.slow
def test_lower_is_better_turns_operator_margin_and_trend(world: World) -> None:
    """With `<=` a value below the target is met, its margin is positive, and a fall is an improvement."""
    world.kpi("N00001")
    world.indicator("A", kpi_id="N00001", direction="lower")
    world.target("A", "<=", 40)
    world.series("N00001", {2020: 60, 2023: 35})
    world.build()
    assert world.judged("A", 2023, "verdict", "margin", "trend", "change_since_baseline") == (
        "met",
        5.0,
        "improved",
        -25.0,
    )


def test_order_of_verdicts(world: World) -> None:
    """A missing value takes precedence over a missing criterion, then a void target, the year and the comparison."""
    for indicator_id in ("NONE", "VOID", "DUE", "WORDS"):
        kpi_id = {"NONE": "N00001", "VOID": "N00002", "DUE": "N00003", "WORDS": "N00004"}[indicator_id]
        world.kpi(kpi_id)
        world.indicator(indicator_id, kpi_id=kpi_id, section="prioritized")
        world.series(kpi_id, {2021: 50, 2023: 50})
    world.target("VOID", ">=", 40)
    world.target("DUE", ">=", 40)
    world.plan_row("target", indicator_id="WORDS", target_text="topp 25 %", is_yearly_criterion=False)
    world.plan_row("series_break", kpi_id="N00002", first_year_after=2021, voids_target=True, why="Ny definition.")
    world.indicator("OVER_TIME", section="financial")
    world.target("OVER_TIME", "<=", 4, year=None, is_yearly_criterion=False)
    world.plan_row(
        "outcome_manual",
        indicator_id="OVER_TIME",
        year=2023,
        value=3.0,
        kind="outcome",
        source_note="Årsredovisning",
        entered_by="Exempel",
        entered_at=date(2024, 2, 1),
    )
    world.build()
    judged = {
        (indicator, year): world.judged(indicator, year, "verdict", "verdict_reason")
        for indicator, year in [
            ("NONE", 2022),
            ("NONE", 2023),
            ("WORDS", 2023),
            ("VOID", 2021),
            ("VOID", 2023),
            ("DUE", 2021),
            ("DUE", 2022),
            ("DUE", 2023),
            ("OVER_TIME", 2023),
        ]
    }
    assert judged == {
        ("NONE", 2022): ("no_data", "not_measured"),
        ("NONE", 2023): ("not_assessable", "no_target"),
        ("WORDS", 2023): ("not_assessable", "target_in_words"),
        ("VOID", 2021): ("not_comparable", "series_break"),
        ("VOID", 2023): ("not_comparable", "series_break"),
        ("DUE", 2021): ("not_yet_due", "before_target_year"),
        ("DUE", 2022): ("no_data", "not_measured"),
        ("DUE", 2023): ("met", None),
        ("OVER_TIME", 2023): ("not_assessable", "no_yearly_criterion"),
    }


def test_a_target_goes_on_after_its_year_until_the_next(world: World) -> None:
    """Each year uses its own target, else the last one before it, else the next one."""
    world.kpi("N00001")
    world.indicator("A", kpi_id="N00001")
    world.target("A", ">=", 10, year=2021)
    world.target("A", ">=", 20, year=2023)
    world.series("N00001", dict.fromkeys(range(2020, 2025), 15))
    world.build()
    assert [world.judged("A", year, "target_value", "target_year", "verdict") for year in range(2020, 2025)] == [
        (10, 2021, "not_yet_due"),
        (10, 2021, "met"),
        (10, 2021, "met"),
        (20, 2023, "not_met"),
        (20, 2023, "not_met"),
    ]


@pytest.mark.slow
def test_at_target_before_the_year_is_told(world: World) -> None:
    """A target before its year is not yet due, and `is_at_target_now` tells whether it is reached."""
    world.kpi("N00001")
    world.indicator("A", kpi_id="N00001")
    world.target("A", ">=", 40)
    world.series("N00001", {2021: 45, 2022: 39})
    world.build()
    assert [world.judged("A", year, "verdict", "is_at_target_now") for year in (2021, 2022)] == [
        ("not_yet_due", True),
        ("not_yet_due", False),
    ]


def test_last_years_value_is_the_criterion(world: World) -> None:
    """With `>=` an unchanged value meets last year's; without last year's value there is no data."""
    world.indicator("F5", section="financial", display_decimals=1)
    world.target("F5", ">=", kind="previous_year")
    for year, value in ((2021, 26.6), (2022, 26.6), (2023, 26.5), (2024, 26.46)):
        world.plan_row(
            "outcome_manual",
            indicator_id="F5",
            year=year,
            value=value,
            kind="outcome",
            source_note="Årsredovisning",
            entered_by="Exempel",
            entered_at=date(year + 1, 2, 1),
        )
    world.build()
    assert [
        world.judged("F5", year, "verdict", "verdict_reason", "reference_value", "margin") for year in range(2021, 2025)
    ] == [
        ("no_data", "previous_missing", None, None),
        ("met", None, 26.6, 0.0),
        ("not_met", None, 26.6, -0.1),
        ("met", None, 26.5, -0.04),
    ]


def test_another_figure_is_the_criterion(world: World) -> None:
    """A value and its manual comparison value are compared at the displayed decimals."""
    world.indicator("F3", section="financial", direction="lower", display_decimals=1)
    world.target("F3", "<=", kind="other_value")
    for year, value, comparison in ((2022, 4.7, 4.8), (2023, 3.39, 3.357), (2024, 3.0, None)):
        world.plan_row(
            "outcome_manual",
            indicator_id="F3",
            year=year,
            value=value,
            comparison_value=comparison,
            kind="outcome",
            source_note="Årsredovisning",
            entered_by="Exempel",
            entered_at=date(year + 1, 2, 1),
        )
    world.build()
    columns = ("verdict", "verdict_reason", "is_rounded_only", "margin")
    assert [world.judged("F3", year, *columns) for year in (2022, 2023, 2024)] == [
        ("met", None, False, 0.1),
        ("met", None, True, -0.033),
        ("no_data", "comparison_value_missing", None, None),
    ]


def test_a_forecast_is_shown_and_never_judged(world: World) -> None:
    """A forecast has its own columns and is never judged."""
    world.indicator("F1", section="financial", display_decimals=1)
    world.target("F1", ">=", 4.0, year=None)
    world.plan_row(
        "outcome_manual",
        indicator_id="F1",
        year=2024,
        value=4.4,
        kind="forecast",
        source_note="Delårsrapport",
        entered_by="Exempel",
        entered_at=date(2024, 9, 15),
    )
    world.build()
    assert world.judged("F1", 2024, "verdict", "verdict_reason", "value", "forecast_value", "forecast_note") == (
        "no_data",
        "manual_input_missing",
        None,
        4.4,
        "Delårsrapport",
    )
    assert (
        world.rows("select verdict from mart.goal_verdict where goal_id = 'F1' and year = 2024")[0][0],
        world.rows("select verdict from mart.sound_economic_management where year = 2024 and variant = 'together'")[0][
            0
        ],
    ) == ("no_data", "undetermined")


def test_kolada_goes_before_an_entered_figure_and_that_before_print(world: World) -> None:
    """A year's value is Kolada's, else a manual figure, else the printed one, with the matching source label."""
    world.kpi("N00001")
    world.indicator("A", kpi_id="N00001", section="prioritized")
    world.indicator("B", kpi_id="N00001")
    world.series("N00001", {2023: 1})
    for year in (2022, 2023):
        world.plan_row(
            "outcome_manual",
            indicator_id="A",
            year=year,
            value=2,
            kind="outcome",
            source_note="Egen räkning",
            entered_by="Exempel",
            entered_at=date(2024, 1, 1),
        )
    for year in (2021, 2022, 2023):
        world.plan_row("outcome_document", indicator_id="A", year=year, value=3, document_line=7)
    world.build()
    assert [world.judged("A", year, "value", "value_source", "source_label") for year in (2023, 2022, 2021)] == [
        (1.0, "kolada", "Källa: Kolada"),
        (2.0, "manual", "Källa: Egen räkning"),
        (3.0, "document", "Källa: Påhittat dokument, rad 7"),
    ]
    assert [world.judged("B", year, "value", "value_source") for year in (2023, 2022, 2021)] == [
        (1.0, "kolada"),
        (3.0, "document"),
        (3.0, "document"),
    ]


def test_an_earlier_year_stands_in_only_by_rule_and_marked(make_world: Callable[..., World]) -> None:
    """Under `latest_measurement` an earlier year's value is used, marked as provisional, with that year's reference."""
    world = make_world(latest_measurement="true")
    world.kpi("N00001")
    world.indicator("A", kpi_id="N00001")
    world.target("A", ">", kind="reference", reference="national_average")
    world.series("N00001", {2022: 50})
    world.cell("N00001", "0000", 2022, 40)
    world.cell("N00001", "0000", 2023, 60)
    world.build()
    assert world.judged("A", 2023, "verdict", "value", "value_year", "is_provisional", "reference_value") == (
        "met",
        50.0,
        2022,
        True,
        40.0,
    )


def test_without_the_rule_an_earlier_year_is_not_this_year(world: World) -> None:
    """By default an earlier year's value is not used."""
    world.kpi("N00001")
    world.indicator("A", kpi_id="N00001")
    world.series("N00001", {2022: 50})
    world.build()
    assert world.judged("A", 2023, "verdict", "value") == ("no_data", None)


PUBLICATIONS = [
    # publ_period, preliminary and final date of the catalogue, and whether the value for 2023 is preliminary
    (2023, date(2026, 3, 1), date(2026, 5, 1), True),
    (2023, date(2026, 2, 1), date(2026, 3, 1), False),
    (2023, None, date(2026, 3, 1), False),
    (2023, None, date(2026, 5, 1), None),
    (2024, date(2026, 3, 1), date(2026, 5, 1), None),
    (None, None, None, None),
]


def test_preliminary_until_the_final_date(world: World) -> None:
    """A value is preliminary between its two publication dates, which are known only for the catalogue's period."""
    for number, (publ_period, preliminary, final, _) in enumerate(PUBLICATIONS):
        world.kpi(f"N0000{number}", publ_period=publ_period, prel_publication_date=preliminary, publication_date=final)
        world.indicator(f"A{number}", kpi_id=f"N0000{number}")
        world.series(f"N0000{number}", {2023: 50})
    world.build()
    assert [is_preliminary for *_, is_preliminary in PUBLICATIONS] == [
        world.judged(f"A{number}", 2023, "is_preliminary") for number in range(len(PUBLICATIONS))
    ]


def test_every_year_and_indicator_has_exactly_one_row(world: World) -> None:
    """An indicator without any data has a row for each year of the plan."""
    world.indicator("A")
    world.kpi("N00001")
    world.indicator("B", kpi_id="N00001")
    world.build()
    assert world.rows(
        "select count(*), count(distinct (indicator_id, year)), count(distinct indicator_id) from mart.goal_fulfilment"
    ) == [(10, 10, 2)]
