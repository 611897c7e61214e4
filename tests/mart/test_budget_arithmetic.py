"""The arithmetic of a budget: both sides of each check, for any council's tables."""

from tests.mart.support import World


def budget(world: World, table: str, unit: str, figures: dict[str, dict[str, float]], level: str = "line") -> None:
    """Insert rows of one table: name -> year -> figure."""
    for name, years in figures.items():
        for year, value in years.items():
            world.plan_row(
                "budget_line",
                table_name=table,
                row_name=name,
                year=year,
                value=value,
                unit=unit,
                kind="budget",
                level=level,
            )


def check(world: World, check_id: str, table: str, result: str, terms: str, **row: object) -> None:
    """Insert one arithmetic check."""
    world.plan_row(
        "budget_check",
        **{
            "check_id": check_id,
            "table_name": table,
            "result_row": result,
            "terms": terms,
            "is_same_measure": True,
            "tolerance": 1.0,
            "note": check_id,
            **row,
        },
    )


def results(world: World) -> list[tuple[object, ...]]:
    """Return every check with both sides."""
    world.build()
    return world.rows("select check_code, year, left_value, right_value, result from mart.budget_check")


def test_a_sum_of_all_lines_agrees_within_its_tolerance(world: World) -> None:
    """`*` sums all lines except the result; a difference of one is rounding, one of two differs."""
    budget(world, "Drift", "tkr", {"A": {"2022": 10, "2023": 11, "2024": 12}, "B": {"2022": 5, "2023": 5, "2024": 5}})
    budget(world, "Drift", "tkr", {"Summa": {"2022": 15, "2023": 17, "2024": 19}})
    check(world, "sum", "Drift", "Summa", "*")
    assert results(world) == [
        ("sum", "2022", 15.0, 15.0, "agrees"),
        ("sum", "2023", 17.0, 16.0, "rounding"),
        ("sum", "2024", 19.0, 17.0, "differs"),
    ]


def test_terms_come_from_other_tables_units_and_years(world: World) -> None:
    """Terms are read from other tables, units and years; without the previous year there is no row."""
    budget(world, "Balans", "tkr", {"Eget kapital": {"2022": 1000, "2023": 3500}})
    budget(world, "Resultat", "mnkr", {"Årets resultat": {"2022": 1.5, "2023": 2.5}})
    check(world, "equity", "Balans", "Eget kapital", "[last year] Eget kapital | [Resultat] Årets resultat")
    assert results(world) == [("equity", "2023", 3500.0, 3500.0, "agrees")]


def test_a_share_is_in_percent_of_its_divisor(world: World) -> None:
    """A growth is compared in percent of last year's figure; a divisor of 0 gives no row."""
    budget(world, "Resultat", "tkr", {"Skatt": {"2021": 0, "2022": 200, "2023": 210}, "Bidrag": {"2022": 0, "2023": 0}})
    budget(world, "Mått", "%", {"Ökning": {"2022": 1, "2023": 5}}, level="key_figure")
    terms, divisor = "[Resultat] Skatt | - [last year] [Resultat] Skatt", "[last year] [Resultat] Skatt"
    check(world, "growth", "Mått", "Ökning", terms, divided_by=divisor, tolerance=0.05)
    assert results(world) == [("growth", "2023", 5.0, 5.0, "agrees")]


def test_a_span_of_years_is_the_sum_over_them_and_needs_them_all(world: World) -> None:
    """A figure of several years is compared with the sum over them, if all of them exist."""
    budget(world, "Plan", "tkr", {"Bygge": {"2022": 1, "2023": 2, "2024": 3}, "Väg": {"2022": 1, "2024": 3}})
    budget(world, "Text", "tkr", {"Byggen": {"2022-2024": 6}, "Vägar": {"2022-2024": 4}}, level="text")
    check(world, "building", "Text", "Byggen", "[Plan] Bygge")
    check(world, "roads", "Text", "Vägar", "[Plan] Väg")
    assert results(world) == [("building", "2022-2024", 6.0, 6.0, "agrees")]


def test_two_measures_that_look_alike_are_shown_as_such(world: World) -> None:
    """A check of two different measures claims neither agreement nor a difference."""
    budget(world, "Resultat", "tkr", {"A": {"2022": 10}, "B": {"2022": 10}})
    check(world, "alike", "Resultat", "A", "B", is_same_measure=False)
    assert results(world) == [("alike", "2022", 10.0, 10.0, "different_measure")]
