"""From indicators to goals, and from goals to god ekonomisk hushållning: every indicator stays in the counts."""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

from tests.mart.support import World, new_world

MakeWorld = Callable[..., World]


def entered(world: World, indicator_id: str, value: float | None, **indicator: object) -> None:
    """Insert an indicator with a target of 4 for 2023, with or without a manual figure."""
    world.indicator(indicator_id, **indicator)
    world.target(indicator_id, ">=", 4, year=None)
    if value is not None:
        world.plan_row(
            "outcome_manual",
            indicator_id=indicator_id,
            year=2023,
            value=value,
            kind="outcome",
            source_note="Årsredovisning",
            entered_by="Exempel",
            entered_at=date(2024, 2, 1),
        )


MET, NOT_MET, NO_DATA = 5.0, 3.0, None


def compound(world: World, goal_id: str, *values: float | None, **goal: object) -> None:
    """Insert an operational goal of several parts."""
    for part, value in enumerate(values, start=1):
        entered(world, f"{goal_id}-{part}", value, goal_id=goal_id, **goal)


def goal(world: World, goal_id: str, *columns: str) -> tuple[object, ...]:
    """Return columns of one goal's verdict for 2023."""
    (row,) = world.rows(
        f"select {', '.join(columns)} from mart.goal_verdict where goal_id = ? and year = 2023", goal_id
    )
    return row


@pytest.fixture(scope="module")
def compounds(empty_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Goals of two parts in every mix, and a prioritised goal with a supporting indicator."""
    with new_world(empty_file, tmp_path_factory.mktemp("compound") / "world.duckdb") as world:
        compound(world, "BOTH", MET, MET)
        compound(world, "ONE", MET, NOT_MET)
        compound(world, "NEITHER", NOT_MET, NOT_MET)
        compound(world, "HALF_KNOWN", MET, NO_DATA)
        compound(world, "HALF_KNOWN_NOT", NOT_MET, NO_DATA)
        entered(world, "P-1", MET, goal_id="P", section="prioritized")
        entered(world, "P-2", NOT_MET, goal_id="P", section="prioritized")
        entered(world, "P-3", NO_DATA, goal_id="P", section="prioritized")
        entered(world, "P-S", NOT_MET, goal_id="P", section="prioritized", role="supporting")
        entered(world, "Q-1", MET, goal_id="Q", section="prioritized")
        world.plan_row(
            "assessment",
            goal_id="Q",
            year=2023,
            verdict="partly_met",
            text="På väg.",
            decided_by="Kommunstyrelsen",
            decided_at=date(2024, 3, 12),
        )
        world.build()
        yield world


@pytest.mark.parametrize(
    ("goal_id", "expected"),
    [
        ("BOTH", ("met", "met", "met")),
        ("ONE", ("partly_met", "partly_met", "met")),
        ("NEITHER", ("not_met", "not_met", "not_met")),
        ("HALF_KNOWN", ("no_data", "no_data", "met")),
        ("HALF_KNOWN_NOT", ("no_data", "no_data", "no_data")),
    ],
)
def test_a_compound_goal_needs_all_its_parts(compounds: World, goal_id: str, expected: tuple[str, str, str]) -> None:
    """One met part of two is partly met, and a part without data gives no data; both compound rules are shown."""
    assert expected == goal(compounds, goal_id, "verdict", "verdict_all_parts", "verdict_any_part")


def test_no_reason_no_puzzle(compounds: World) -> None:
    """A goal without data has a reason."""
    assert goal(compounds, "HALF_KNOWN", "verdict_reason") == ("manual_input_missing",)


def test_prioritised_goals_are_counted_and_not_judged(compounds: World) -> None:
    """A prioritised goal has counts without its supporting indicators, and no verdict of its own."""
    expected = ("assessment_required", None, 3, 1, 1, 1)
    assert expected == goal(
        compounds, "P", "verdict", "verdict_source", "n_indicators", "n_met", "n_not_met", "n_no_data"
    )


def test_an_assessment_is_the_verdict_of_a_prioritised_goal(compounds: World) -> None:
    """An assessment is the verdict of a prioritised goal, with who decided it and when."""
    expected = ("partly_met", "assessment", "assessment_required", "Kommunstyrelsen", date(2024, 3, 12))
    assert expected == goal(
        compounds,
        "Q",
        "verdict",
        "verdict_source",
        "computed_verdict",
        "assessment_decided_by",
        "assessment_decided_at",
    )


def test_the_counts_add_up(compounds: World) -> None:
    """Every counted indicator is in exactly one count."""
    assert compounds.rows(
        "select count(*) from mart.goal_verdict where n_indicators <> n_met + n_not_met + n_not_yet_due + n_no_data "
        "+ n_not_comparable + n_not_assessable"
    ) == [(0,)]


def test_the_compound_reading_is_a_rule(make_world: MakeWorld) -> None:
    """Under `any_part` one met part of two is enough, unless the goal itself requires all parts."""
    world = make_world(compound="any_part")
    compound(world, "ONE", MET, NOT_MET)
    compound(world, "STRICT", MET, NOT_MET)
    world.connection.execute("update plan.goal_version set compound_rule = 'all_parts' where goal_id = 'STRICT'")
    world.build()
    assert (goal(world, "ONE", "verdict")[0], goal(world, "STRICT", "verdict")[0]) == ("met", "partly_met")


def test_a_group_without_goals_asks_for_nothing(make_world: MakeWorld) -> None:
    """A plan without financial goals is judged by its operational goals alone."""
    world = make_world()
    compound(world, "V1", MET, MET)
    world.build()
    asked = (
        "select verdict, financial_n, financial_needed from mart.sound_economic_management "
        "where variant = 'each_group' and year = 2023"
    )
    assert world.rows(asked) == [("met", 0, 0)]
    compound(world, "V2", NO_DATA)
    world.build()
    assert world.rows(asked) == [("undetermined", 0, 0)]


MIXES = [
    # financial met, unknown; operational met, unknown, partly; each_group; together (5 goals in each group)
    ((3, 0), (3, 0, 0), "met", "met"),
    ((5, 0), (1, 0, 0), "not_met", "met"),
    ((2, 0), (4, 0, 0), "not_met", "met"),
    ((2, 1), (3, 0, 0), "undetermined", "undetermined"),
    ((0, 5), (5, 0, 0), "undetermined", "undetermined"),
    ((0, 0), (5, 0, 0), "not_met", "not_met"),
    ((0, 5), (0, 5, 0), "undetermined", "undetermined"),
    ((3, 0), (2, 0, 1), "not_met", "not_met"),
    ((3, 1), (2, 1, 0), "undetermined", "undetermined"),
    ((4, 1), (2, 0, 0), "not_met", "met"),
]


@pytest.fixture(scope="module")
def majorities(empty_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One plan for each mix of met, unknown and partly met goals."""
    with new_world(empty_file, tmp_path_factory.mktemp("majority") / "world.duckdb", majority="together") as world:
        world.connection.execute("delete from plan.plan_version")
        world.connection.execute("delete from plan.rule_version")
        for number, ((fin_met, fin_unknown), (op_met, op_unknown, op_partly), _, _) in enumerate(MIXES):
            world.plan_id = f"mix-{number}"
            world.plan_row(
                "plan",
                municipality_id=world.own,
                title="Påhittad",
                first_year=2023,
                last_year=2023,
                first_budget_year=2023,
                last_budget_year=2023,
                target_year=2023,
                document_title="Påhittat",
                document_sha256="0" * 64,
                is_made_up=True,
            )
            world.plan_row("rule", rule_name="majority", rule_value="together")
            financial = [MET] * fin_met + [NO_DATA] * fin_unknown
            for goal_number in range(5):
                value = financial[goal_number] if goal_number < len(financial) else NOT_MET
                entered(world, f"F{goal_number}", value, section="financial")
            operational: list[tuple[float | None, ...]] = [
                *[(MET,)] * op_met,
                *[(NO_DATA,)] * op_unknown,
                *[(MET, NOT_MET)] * op_partly,
            ]
            for goal_number in range(5):
                values = operational[goal_number] if goal_number < len(operational) else (NOT_MET,)
                compound(world, f"V{goal_number}", *values)
        world.build()
        yield world


@pytest.mark.parametrize("number", range(len(MIXES)))
def test_majorities(majorities: World, number: int) -> None:
    """A majority is three of five in each group or six of ten together; unknown goals stay in the denominator."""
    _, _, each_group, together = MIXES[number]
    found = majorities.rows(
        "select variant, verdict, financial_n, operational_n, is_still_possible, is_ruling_variant "
        "from mart.sound_economic_management where plan_id = ? order by variant",
        f"mix-{number}",
    )
    assert found == [
        ("each_group", each_group, 5, 5, each_group == "undetermined", False),
        ("together", together, 5, 5, together == "undetermined", True),
    ]


def test_official_and_retrospective_years(compounds: World) -> None:
    """The budget's years are official, and earlier years are retrospective."""
    assert compounds.rows(
        "select year, is_official, is_retrospective from mart.sound_economic_management "
        "where variant = 'together' order by year"
    ) == [(2020, False, True), (2021, False, True), (2022, True, False), (2023, True, False), (2024, True, False)]
