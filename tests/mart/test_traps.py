"""The twenty known misreadings of the budget 2022-2024, each tested in the judgement."""

import duckdb
import pytest

from tests.mart.support import NOW, World, instant

Rows = list[tuple[object, ...]]


def ask(built: duckdb.DuckDBPyConnection, sql: str) -> Rows:
    return built.execute(sql).fetchall()


def test_trap_01_the_years_of_goal_5_are_not_swapped(built: duckdb.DuckDBPyConnection) -> None:
    """The outcomes of goal 5, printed as 2018, 2020, 2019, are under the right years and agree with Kolada."""
    assert ask(
        built,
        "select indicator_id, year, document_value, result from mart.reconciliation "
        "where indicator_id in ('P5.1', 'P5.2') order by all",
    ) == [
        ("P5.1", 2018, 1.7, "match"),
        ("P5.1", 2019, 0.6, "match"),
        ("P5.1", 2020, 0.7, "match"),
        ("P5.2", 2018, 5.0, "match"),
        ("P5.2", 2019, 3.0, "match"),
        ("P5.2", 2020, 4.6, "match"),
    ]


def test_trap_02_a_missing_marker_is_no_value(built: duckdb.DuckDBPyConnection) -> None:
    """A blank and an `i.u.` are missing values, each with its own reason."""
    assert ask(
        built,
        "select indicator_id, year, value, verdict, verdict_reason from mart.goal_fulfilment "
        "where (indicator_id, year) in (('P1.2', 2018), ('P4.1', 2020)) order by all",
    ) == [
        ("P1.2", 2018, None, "no_data", "nothing_published"),
        ("P4.1", 2020, None, "no_data", "not_measured"),
    ]
    assert ask(
        built,
        "select indicator_id, year, raw_marker from plan.outcome_document "
        "where (indicator_id, year) in (('P1.2', 2018), ('P4.1', 2020)) order by all",
    ) == [("P1.2", 2018, "blank"), ("P4.1", 2020, "i.u.")]


def test_trap_03_a_decimal_point_is_a_decimal_point(built: duckdb.DuckDBPyConnection) -> None:
    """88.9 is read as 88,9 and agrees with Kolada."""
    assert ask(
        built,
        "select document_value, kolada_value, result from mart.reconciliation "
        "where indicator_id = 'P4.2' and year = 2018",
    ) == [(88.9, 88.9, "match")]


def test_trap_04_cells_of_two_years_are_two_outcomes(built: duckdb.DuckDBPyConnection) -> None:
    """A cell with figures of two years gives a value for each year, and 2020 stays the baseline."""
    assert ask(
        built,
        "select year, value, value_source, baseline_year from mart.goal_fulfilment "
        "where indicator_id = 'P1.4' and year in (2020, 2021) order by year",
    ) == [(2020, 2.28, "document", 2020), (2021, 2.5, "document", 2020)]


def test_trap_05_directions(built: duckdb.DuckDBPyConnection) -> None:
    """Fewer days are better; more clients who do not return and more pupils with at least an E are better."""
    assert ask(
        built,
        "select distinct kpi_id, direction from mart.goal_fulfilment "
        "where kpi_id in ('U00811', 'U31462', 'N15485') order by all",
    ) == [("N15485", "higher"), ("U00811", "lower"), ("U31462", "higher")]
    assert ask(
        built, "select margin, is_at_target_now from mart.goal_fulfilment where indicator_id = 'P1.2' and year = 2020"
    ) == [(5.0, True)]


def test_trap_06_one_kpi_two_criteria(built: duckdb.DuckDBPyConnection) -> None:
    """N15436 in 2022 is above Riket and below 91: one value with two verdicts."""
    assert ask(
        built,
        "select indicator_id, value, verdict, is_at_target_now from mart.goal_fulfilment "
        "where kpi_id = 'N15436' and year = 2022 order by all",
    ) == [("P4.3", 84.2, "not_yet_due", False), ("V1-1", 84.2, "met", True)]


def test_trap_07_steering_and_supporting_of_goal_5_are_told_apart(built: duckdb.DuckDBPyConnection) -> None:
    """P5.1 and P5.S1 are separate indicators with their own roles, KPIs and targets."""
    assert ask(
        built,
        "select indicator_id, role, kpi_id, target_value from mart.goal_fulfilment "
        "where indicator_id in ('P5.1', 'P5.S1') and year = 2023 order by all",
    ) == [("P5.1", "steering", "N07905", 1.5), ("P5.S1", "supporting", None, None)]


def test_trap_08_averages_strictly_targets_reached(built: duckdb.DuckDBPyConnection) -> None:
    """An average must be beaten strictly; a target is met when it is reached."""
    assert ask(
        built,
        "select distinct target_kind, operator from mart.goal_fulfilment where target_kind <> 'previous_year' "
        "and role in ('steering', 'operational') order by all",
    ) == [
        ("number", "<="),
        ("number", ">="),
        ("reference", "<"),
        ("reference", ">"),
    ]


def test_trap_09_3_96878_is_4_0(changeable: World) -> None:
    """A result of 3.96878 meets 4,0 at the printed decimal and is marked as rounded only."""
    changeable.plan_row(
        "outcome_manual",
        indicator_id="F1",
        year=2024,
        value=3.96878,
        kind="outcome",
        source_note="Budgetens egna tal",
        entered_by="Test",
        entered_at=NOW.date(),
        known_from=NOW,
    )
    changeable.build()
    assert changeable.judged("F1", 2024, "verdict", "is_rounded_only", "margin") == ("met", True, -0.03122)


def test_trap_10_self_financing_is_not_wired_to_kolada(built: duckdb.DuckDBPyConnection) -> None:
    """N03103 is no KPI of the plan, and F2 has no KPI."""
    assert ask(built, "select count(*) from mart.publication_calendar where kpi_id = 'N03103'") == [(0,)]
    assert ask(
        built,
        "select distinct kpi_id, value, verdict_reason from mart.goal_fulfilment where indicator_id = 'F2'",
    ) == [(None, None, "manual_input_missing")]
    assert ask(
        built,
        "select year, left_value, round(right_value, 1), result from mart.budget_check "
        "where check_code = 'self_financing_whole_municipality' order by year",
    ) == [
        ("2022", 117.9, 71.6, "different_measure"),
        ("2023", 112.9, 73.1, "different_measure"),
        ("2024", 148.7, 71.5, "different_measure"),
    ]


def test_trap_11_no_data_is_not_not_met_and_stays_in_the_denominator(built: duckdb.DuckDBPyConnection) -> None:
    """Goals without data stay in the denominator: four of five operational goals met and one unknown: undetermined."""
    assert ask(
        built,
        "select operational_n, operational_met, operational_not_met, operational_unknown, "
        "financial_n, financial_unknown, verdict from mart.sound_economic_management "
        "where year = 2022 and variant = 'each_group'",
    ) == [(5, 4, 0, 1, 5, 5, "undetermined")]


def test_trap_12_supporting_indicators_are_never_counted(built: duckdb.DuckDBPyConnection) -> None:
    """Goal 5 counts only its five steering indicators."""
    assert ask(built, "select distinct n_indicators from mart.goal_verdict where goal_id = 'P5'") == [(5,)]


def test_trap_13_n_of_a_rank_is_those_with_a_value(built: duckdb.DuckDBPyConnection) -> None:
    """The n of a rank is the number of municipalities with a value, not 290."""
    assert ask(
        built,
        "select rank_n, (select count(value) from core.observation inner join core.municipality "
        "using (municipality_id) where kpi_id = 'N15436' and period = 2019 and gender = 'T' "
        "and municipality_type = 'K') from mart.goal_fulfilment where indicator_id = 'P4.3' and year = 2019",
    ) == [(280, 280)]


@pytest.mark.slow
def test_trap_14_a_revision_does_not_overwrite(changeable: World) -> None:
    """After a revision the earlier value is still returned as of the day before."""
    changeable.change_cell("N15436", "1489", 2022, 91.5, at=NOW)
    moments = ("2026-04-01", changeable.build())
    assert [
        changeable.rows(
            "select value from mart.goal_fulfilment_as_of(?) where indicator_id = 'P4.3' and year = 2022", moment
        )
        for moment in moments
    ] == [[(84.2,)], [(91.5,)]]
    assert changeable.rows(
        "select old_value, new_value, is_plan_municipality from mart.revision where kpi_id = 'N15436'"
    ) == [(84.2, 91.5, True)]


def test_trap_15_group_membership_by_snapshot(changeable: World) -> None:
    """A member that left a group today is in yesterday's mean and not in today's."""
    before = changeable.judged("P4.3", 2022, "difference_similar")
    changeable.connection.execute(
        "update core.municipality_group_member_version set known_to = ? "
        "where group_id = 'G35866' and municipality_id = '0381'",
        [NOW],
    )
    changeable.build()
    after = changeable.judged("P4.3", 2022, "difference_similar")
    asked = (
        "select difference_similar from mart.goal_fulfilment_as_of('2026-04-01') "
        "where indicator_id = 'P4.3' and year = 2022"
    )
    assert before != after
    assert [(before,)] == changeable.rows(asked)
    assert changeable.rows("select distinct member_count from mart.similar_group where group_id = 'G35866'") == [(6,)]


def test_trap_16_the_reference_is_of_the_values_year(built: duckdb.DuckDBPyConnection) -> None:
    """Every reference is of the value's year and of gender T."""
    assert ask(
        built,
        "select count(*) from mart.goal_fulfilment as judged left join mart.reference_value as reference "
        "on judged.kpi_id = reference.kpi_id and judged.value_year = reference.period and reference.gender = 'T' "
        "and judged.reference_kind = reference.reference and judged.reference_value = reference.value "
        "where judged.verdict in ('met', 'not_met') and judged.target_kind like '%reference' "
        "and reference.kpi_id is null",
    ) == [(0,)]


@pytest.mark.slow
def test_trap_17_u07451_is_closed_after_2024_and_never_replaced(changeable: World) -> None:
    """U07451 has comparable values up to 2024, is closed after that, and is never replaced by U07453."""
    assert changeable.rows(
        "select distinct comparability from mart.goal_fulfilment where kpi_id = 'U07451' and value is not null"
    ) == [("comparable",)]
    assert changeable.rows("select count(*) from mart.publication_calendar where kpi_id = 'U07453'") == [(0,)]
    assert changeable.rows(
        "select lifecycle, closed_after_year, related_kpi_ids from mart.publication_calendar where kpi_id = 'U07451'"
    ) == [("closed", 2024, "U07453")]
    changeable.connection.execute("update plan.plan_version set last_year = 2025")
    changeable.build()
    assert changeable.judged("P1.1", 2025, "verdict", "verdict_reason") == ("no_data", "kpi_closed")


def test_trap_18_kolada_is_the_source_of_raw_values_only(built: duckdb.DuckDBPyConnection) -> None:
    """Only values as received have the source "Källa: Kolada"; computed ones say that they are computed."""
    assert ask(
        built, "select distinct reference_kind from mart.reference_value where source_label = 'Källa: Kolada'"
    ) == [("riket",)]
    for relation in ("ranking", "peer_comparison", "gender_gap", "national_outcome"):
        assert ask(built, f"select distinct source_label from mart.{relation}") == [
            ("Egen bearbetning av data från Kolada",)
        ]
    assert ask(
        built, "select distinct value_source from mart.goal_fulfilment where source_label = 'Källa: Kolada'"
    ) == [("kolada",)]


def test_trap_19_thousands_are_joined_and_columns_kept_apart(built: duckdb.DuckDBPyConnection) -> None:
    """211 215 220 is read as three years of Exploatering, and the boards add up to the total."""
    assert ask(
        built,
        "select year, value from mart.budget_line where row_name = 'Exploatering' order by year",
    ) == [("2022", 211.0), ("2023", 215.0), ("2024", 220.0)]
    assert ask(built, "select distinct result from mart.budget_check where check_code = 'operating_budget'") == [
        ("agrees",)
    ]


def test_trap_20_before_publication_is_not_published_yet(built: duckdb.DuckDBPyConnection) -> None:
    """At the bokslut of 2022, U07451 is not yet published; today it has a value."""
    assert ask(
        built,
        "select bokslut.verdict, bokslut.verdict_reason, bokslut.is_estimated, today.value is not null "
        "from mart.goal_fulfilment_bokslut as bokslut inner join mart.goal_fulfilment as today "
        "using (plan_id, indicator_id, year) where indicator_id = 'P1.1' and year = 2022",
    ) == [("no_data", "not_published_yet", True, True)]


@pytest.mark.parametrize("moment", ["2026-03-31", instant(2020, 1, 1)])
def test_before_the_first_load_there_is_nothing(built: duckdb.DuckDBPyConnection, moment: object) -> None:
    """As of a moment before the first publication there are no rows."""
    assert built.execute("select count(*) from mart.goal_fulfilment_as_of(?)", [moment]).fetchall() == [(0,)]
