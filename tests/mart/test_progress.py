"""Change, trend, pace and projection: counted from the baseline and never across a break."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.mart.support import World, new_world

PROGRESS = ("trend", "change_since_baseline", "actual_per_year", "required_per_year", "pace", "projected_value")


@pytest.fixture(scope="module")
def progress(empty_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Series of several kinds, all with a target for 2023 and the baseline year 2020."""
    with new_world(empty_file, tmp_path_factory.mktemp("progress") / "world.duckdb") as world:

        def series(indicator_id: str, values: dict[int, float], **indicator: object) -> str:
            kpi_id = f"N{len(world.rows('select 1 from core.kpi_version')):05}"
            world.kpi(kpi_id)
            world.indicator(indicator_id, kpi_id=kpi_id, section="prioritized", **indicator)
            world.series(kpi_id, values)
            return kpi_id

        series("rising", {2020: 40, 2021: 45, 2022: 50, 2023: 60})
        series("on the line", {2020: 40, 2021: 50.4})
        series("falling", {2020: 40, 2021: 39.6, 2022: 39})
        series("already there", {2020: 80, 2021: 75, 2022: 69})
        series("days", {2020: 100, 2021: 90, 2022: 70}, direction="lower")
        series("late start", {2021: 40, 2022: 50})
        broken = series("broken", {2020: 40, 2021: 60, 2022: 65})
        printed = series("printed", {2018: 30, 2019: 35, 2020: 38, 2021: 40})
        for indicator_id, operator, value in (
            ("rising", ">=", 70),
            ("on the line", ">=", 70),
            ("falling", ">=", 70),
            ("already there", ">=", 70),
            ("days", "<=", 40),
            ("late start", ">=", 70),
            ("broken", ">=", 70),
            ("printed", ">=", 75),
        ):
            world.target(indicator_id, operator, value)
        world.plan_row("series_break", kpi_id=broken, first_year_after=2021, voids_target=False, why="Fler räknas.")
        world.plan_row("outcome_document", indicator_id="printed", year=2018, value=30)
        world.plan_row("outcome_document", indicator_id="printed", year=2019, value=35)
        world.plan_row("outcome_document", indicator_id="printed", year=2020, raw_marker="-")
        assert printed
        world.build()
        yield world


def test_behind_on_the_way_to_the_target(progress: World) -> None:
    """A series that rises by 5 a year where 10 are needed is behind and is projected to 55."""
    assert progress.judged("rising", 2021, *PROGRESS) == ("improved", 5.0, 5.0, 10.0, "behind", 55.0)


def test_on_the_line_when_both_look_the_same(progress: World) -> None:
    """A pace that equals the required one at the displayed decimals is on pace."""
    assert progress.judged("on the line", 2021, "pace") == "on_pace"


def test_change_below_the_displayed_decimals_is_no_change(progress: World) -> None:
    """A change below the displayed decimals is unchanged: 40 to 39.6, but not 40 to 39."""
    assert (
        progress.judged("falling", 2021, "trend"),
        progress.judged("falling", 2022, "trend"),
    ) == ("unchanged", "worsened")


def test_nothing_more_is_required_of_a_target_reached_at_the_start(progress: World) -> None:
    """If the target was reached at the baseline, no change is required: a value at it is ahead, one below is behind."""
    assert [progress.judged("already there", year, "trend", "required_per_year", "pace") for year in (2021, 2022)] == [
        ("worsened", 0.0, "ahead"),
        ("worsened", 0.0, "behind"),
    ]


def test_lower_is_better(progress: World) -> None:
    """With lower as better, the margin and the required change point towards the target."""
    assert progress.judged("days", 2022, *PROGRESS) == ("improved", -30.0, 15.0, 20.0, "behind", 55.0)


def test_no_projection_from_the_target_year_on(progress: World) -> None:
    """From the target year on, nothing is projected."""
    assert progress.judged("rising", 2023, "verdict", "pace", "projected_value") == ("not_met", "behind", None)


def test_without_a_value_up_to_the_baseline_year_there_is_no_baseline(progress: World) -> None:
    """A series that starts after the baseline year has no baseline, pace or projection, but a yearly change."""
    assert progress.judged("late start", 2022, "baseline_year", "pace", "projected_value", "required_per_year") == (
        None,
        None,
        None,
        None,
    )
    assert progress.judged("late start", 2022, "change_since_last_year", "trend_since_last_year") == (10.0, "improved")


def test_nothing_crosses_a_break(progress: World) -> None:
    """Across a break there is no change, pace or projection, and the trend is `method_changed`."""
    assert progress.judged("broken", 2022, *PROGRESS) == ("method_changed", None, None, 10.0, None, None)
    assert progress.judged("broken", 2022, "comparability", "comparability_note") == ("series_break", "Fler räknas.")
    assert [progress.judged("broken", year, "trend_since_last_year") for year in (2021, 2022)] == [
        "method_changed",
        "improved",
    ]
    assert progress.rows(
        "select year from mart.indicator_history where indicator_id = 'broken' and is_first_after_break"
    ) == [(2021,)]


def test_the_baseline_is_the_last_printed_year(progress: World) -> None:
    """The baseline is the last year printed in the document, even if Kolada has a later one."""
    assert progress.judged("printed", 2021, "baseline_year", "baseline_value", "required_per_year") == (
        2019,
        35.0,
        10.0,
    )
