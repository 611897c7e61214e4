"""The reasons for missing data: each one, and which takes precedence. Each case is one KPI and one indicator."""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

from tests.mart.support import World, instant, new_world

Case = Callable[[World, str], None]
LONG_AGO, AHEAD = ("04-01", 1), ("04-02", 3)


def usually_out(world: World, kpi_id: str, month_day: str, year_offset: int) -> None:
    world.plan_row("availability", kpi_id=kpi_id, month_day=month_day, year_offset=year_offset, basis="Påhittad.")


def withdrawn(world: World, kpi_id: str) -> None:
    """A KPI that left the catalogue, without a row for the year."""
    world.kpi(kpi_id, is_withdrawn=True)
    world.series(kpi_id, {2021: 50})


def never_in_the_catalogue(world: World, kpi_id: str) -> None:
    """An id that Kolada does not have."""


def closed(world: World, kpi_id: str) -> None:
    """A KPI whose title says that it ended the year before."""
    world.kpi(kpi_id, title="Gammalt mått (-2022)", closed_after_year=2022)
    world.series(kpi_id, {2022: 50})


def closed_while_others_have_it(world: World, kpi_id: str) -> None:
    """A closed KPI with a value of another unit: the first matching reason applies."""
    world.kpi(kpi_id, closed_after_year=2022)
    world.cell(kpi_id, "1002", 2023, 40)


def ahead(world: World, kpi_id: str) -> None:
    """No unit has the year, and its usual publication date is today."""
    world.kpi(kpi_id)
    world.series(kpi_id, {2022: 50})
    usually_out(world, kpi_id, *AHEAD)


def nobody_says_when(world: World, kpi_id: str) -> None:
    """No unit has the year, and without a date three years are not over yet."""
    world.kpi(kpi_id)
    world.series(kpi_id, {2022: 50})


def catalogue_says_when(world: World, kpi_id: str) -> None:
    """The plan has no date; the catalogue's date for 2026 lies ahead and gives the day for 2023."""
    world.kpi(kpi_id, publ_period=2026, publication_date=date(2026, 10, 1))
    world.series(kpi_id, {2022: 50})


def catalogue_says_later(world: World, kpi_id: str) -> None:
    """By the catalogue's dates a year is published three years and a day after its end."""
    world.kpi(kpi_id, publ_period=2023, prel_publication_date=date(2026, 4, 3), publication_date=date(2026, 8, 1))
    world.series(kpi_id, {2022: 50})


def overdue(world: World, kpi_id: str) -> None:
    """No unit has the year or a later one, long after its publication date."""
    world.kpi(kpi_id)
    world.series(kpi_id, {2022: 50})
    usually_out(world, kpi_id, *LONG_AGO)


def skipped_year(world: World, kpi_id: str) -> None:
    """The year has rows without values, and a later year has values."""
    world.kpi(kpi_id)
    world.series(kpi_id, {2022: 50, 2024: 51})
    world.cell(kpi_id, world.own, 2023, None)
    world.cell(kpi_id, "1002", 2023, None)


def women_alone(world: World, kpi_id: str) -> None:
    """The own municipality has women's value and no total; others have totals."""
    world.kpi(kpi_id)
    world.cell(kpi_id, world.own, 2023, 48, gender="K")
    world.cell(kpi_id, "1002", 2023, 40)


def an_empty_total(world: World, kpi_id: str) -> None:
    """The own total is empty without a status, and men have a value."""
    world.kpi(kpi_id)
    world.cell(kpi_id, world.own, 2023, None)
    world.cell(kpi_id, world.own, 2023, 48, gender="M")


def no_totals_for_anybody(world: World, kpi_id: str) -> None:
    """A past year has values by gender for all units and no total."""
    world.kpi(kpi_id)
    for unit in (world.own, "1002"):
        for gender in ("K", "M"):
            world.cell(kpi_id, unit, 2023, 48, gender=gender)


def others_by_gender(world: World, kpi_id: str) -> None:
    """Others have values by gender, and the own municipality has no row."""
    world.kpi(kpi_id)
    world.cell(kpi_id, "1002", 2023, 48, gender="K")


def gone(kind: str) -> Case:
    """A known value that Kolada deleted or no longer returns; others have theirs."""

    def case(world: World, kpi_id: str) -> None:
        world.kpi(kpi_id)
        world.cell(kpi_id, world.own, 2023, 50)
        world.cell(kpi_id, "1002", 2023, 40)
        value = None if kind == "deleted" else 50
        world.change_cell(kpi_id, world.own, 2023, value, at=instant(2026, 4, 2, 1), kind=kind)

    return case


def deleted_from_the_start(world: World, kpi_id: str) -> None:
    """A cell that was deleted before it ever had a value; others have theirs."""
    world.kpi(kpi_id)
    world.cell(kpi_id, world.own, 2023, None, is_deleted=True)
    world.cell(kpi_id, "1002", 2023, 40)


def own_row(status: str | None) -> Case:
    """The own row has no value; others have one."""

    def case(world: World, kpi_id: str) -> None:
        world.kpi(kpi_id)
        world.cell(kpi_id, world.own, 2023, None, status=status)
        world.cell(kpi_id, "1002", 2023, 40)

    return case


def no_part(world: World, kpi_id: str) -> None:
    """Others have values for the year, and the own municipality has no row."""
    world.kpi(kpi_id)
    world.cell(kpi_id, "1002", 2023, 40)


def empty(world: World, kpi_id: str) -> None:
    """A KPI in the catalogue that is overdue and never had a row."""
    world.kpi(kpi_id)
    usually_out(world, kpi_id, *LONG_AGO)


CASES: list[tuple[str, Case, str]] = [
    ("withdrawn", withdrawn, "kpi_withdrawn"),
    ("never in the catalogue", never_in_the_catalogue, "kpi_withdrawn"),
    ("closed", closed, "kpi_closed"),
    ("closed, others have it", closed_while_others_have_it, "kpi_closed"),
    ("ahead", ahead, "not_published_yet"),
    ("nobody says when", nobody_says_when, "not_published_yet"),
    ("catalogue says when", catalogue_says_when, "publication_overdue"),
    ("catalogue says later", catalogue_says_later, "not_published_yet"),
    ("women alone", women_alone, "total_missing"),
    ("an empty total", an_empty_total, "total_missing"),
    ("no totals for anybody", no_totals_for_anybody, "total_missing"),
    ("others by gender", others_by_gender, "not_participating"),
    ("gone, deleted", gone("deleted"), "value_withdrawn"),
    ("gone, vanished", gone("vanished"), "value_withdrawn"),
    ("deleted from the start", deleted_from_the_start, "not_participating"),
    ("overdue", overdue, "publication_overdue"),
    ("skipped year", skipped_year, "not_measured"),
    ("privacy", own_row("Privacy"), "withheld"),
    ("not applicable", own_row("Not applicable"), "not_applicable"),
    ("missing", own_row("Missing"), "missing_reported"),
    ("no status", own_row(""), "value_withheld_unknown"),
    ("null status", own_row(None), "value_withheld_unknown"),
    ("unknown status", own_row("Okänt ord"), "value_withheld_unknown"),
    ("no part", no_part, "not_participating"),
    ("empty", empty, "nothing_published"),
]


@pytest.fixture(scope="module")
def reasons(empty_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """All cases and four more, judged together."""
    with new_world(empty_file, tmp_path_factory.mktemp("reasons") / "world.duckdb") as world:
        for number, (name, case, _) in enumerate(CASES):
            kpi_id = f"N{number:05}"
            world.indicator(name, kpi_id=kpi_id)
            world.target(name, ">=", 40)
            case(world, kpi_id)
        world.indicator("entered")
        world.target("entered", ">=", 40)
        world.kpi("N00097", is_withdrawn=True)
        world.series("N00097", {2023: 50})
        world.indicator("withdrawn, with a value", kpi_id="N00097")
        world.target("withdrawn, with a value", ">=", 40)
        world.kpi("N00098")
        world.indicator("no mean", kpi_id="N00098")
        world.target("no mean", ">", kind="reference", reference="national_average")
        world.plan_row("outcome_document", indicator_id="no mean", year=2023, value=50)
        world.kpi("N00099")
        world.indicator("nought", kpi_id="N00099")
        world.target("nought", ">=", 40)
        world.series("N00099", {2023: 0})
        world.build()
        yield world


@pytest.mark.parametrize(("name", "expected"), [(name, expected) for name, _, expected in CASES])
def test_reason(reasons: World, name: str, expected: str) -> None:
    """Each case gets its reason."""
    assert ("no_data", expected) == reasons.judged(name, 2023, "verdict", "verdict_reason")


def test_an_indicator_without_a_kpi_waits_for_its_figure(reasons: World) -> None:
    """An indicator without a KPI and without a figure has the reason `manual_input_missing`."""
    assert reasons.judged("entered", 2023, "verdict", "verdict_reason") == ("no_data", "manual_input_missing")


def test_a_value_without_a_mean_to_hold_it_against(reasons: World) -> None:
    """If the reference is missing, the value is still shown."""
    expected = ("no_data", "reference_missing", 50.0)
    assert expected == reasons.judged("no mean", 2023, "verdict", "verdict_reason", "value")


def test_a_withdrawn_kpi_keeps_its_values_and_verdicts(reasons: World) -> None:
    """A withdrawn KPI with a value keeps its verdict and is marked."""
    expected = ("met", True, "kpi_withdrawn")
    assert expected == reasons.judged("withdrawn, with a value", 2023, "verdict", "is_kpi_withdrawn", "comparability")


def test_zero_is_a_value(reasons: World) -> None:
    """A zero is a value: the verdict is not met, not no data."""
    assert reasons.judged("nought", 2023, "verdict", "value") == ("not_met", 0.0)


def test_availability_is_counted_from_the_day_asked(reasons: World) -> None:
    """A year is not yet published on its publication date, and overdue on the day after."""
    reasons.build(instant(2026, 4, 3), is_all=False)
    asked = "select verdict_reason from mart.goal_fulfilment_as_of(?) where year = 2023 and indicator_id = 'ahead'"
    expected = [("not_published_yet",)], [("publication_overdue",)]
    assert expected == (reasons.rows(asked, date(2026, 4, 2)), reasons.rows(asked, date(2026, 4, 3)))
