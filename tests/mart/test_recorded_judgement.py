"""The recorded data judged by the plan: figures known from other sources, and totals that must agree."""

import duckdb
import pytest

from tests.mart.support import NOW, World, instant
from warehouse.mart_files import published_relations


def ask(built: duckdb.DuckDBPyConnection, sql: str) -> list[tuple[object, ...]]:
    return built.execute(sql).fetchall()


def test_all_rows_appear(built: duckdb.DuckDBPyConnection) -> None:
    """Each of the document's 43 indicators has a row for each of the years 2018-2024."""
    assert ask(
        built, "select count(*), count(distinct indicator_id), min(year), max(year) from mart.goal_fulfilment"
    ) == [(301, 43, 2018, 2024)]


def test_known_references(built: duckdb.DuckDBPyConnection) -> None:
    """Riket is 83.3 for N15436 in 2022; U31462 and U28570 have no Riket and known means."""
    assert ask(
        built,
        "select kpi_id, period, reference, round(value, 2), n from mart.reference_value where gender = 'T' and "
        "((kpi_id = 'N15436' and period = 2022 and reference = 'riket') "
        "or (kpi_id in ('U31462', 'U28570') and period in (2020, 2021, 2022) "
        "and reference in ('riket', 'unweighted_mean'))) order by all",
    ) == [
        ("N15436", 2022, "riket", 83.3, None),
        ("U28570", 2020, "unweighted_mean", 79.79, 147),
        ("U28570", 2021, "unweighted_mean", 80.73, 174),
        ("U28570", 2022, "unweighted_mean", 80.62, 169),
        ("U31462", 2020, "unweighted_mean", 78.2, 209),
        ("U31462", 2021, "unweighted_mean", 78.32, 203),
        ("U31462", 2022, "unweighted_mean", 79.58, 213),
    ]


def test_our_mean_is_koladas_group_of_all_municipalities(built: duckdb.DuckDBPyConnection) -> None:
    """The unweighted mean equals Kolada's group of all municipalities (G2328) in every cell, with the same n."""
    assert ask(
        built,
        "select count(*) > 500, max(abs(ours.value - theirs.value)) < 1e-9, "
        "count(*) filter (where ours.n <> theirs.value_count) from core.group_observation as theirs "
        "inner join mart.reference_value as ours using (kpi_id, period, gender) "
        "where ours.reference = 'unweighted_mean'",
    ) == [(True, True, 0)]


def test_u09800_2023_is_not_met(built: duckdb.DuckDBPyConnection) -> None:
    """U09800 in 2023 is not met: 34.56 against 40."""
    assert ask(
        built,
        "select verdict, round(value, 2), target_value, round(margin, 2) from mart.goal_fulfilment "
        "where indicator_id = 'P1.5' and year = 2023",
    ) == [("not_met", 34.56, 40.0, -5.44)]


@pytest.mark.parametrize("indicator_id", ["P3.3", "P3.4", "P3.5"])
def test_withdrawn_kpis_show_what_was_printed(built: duckdb.DuckDBPyConnection, indicator_id: str) -> None:
    """A withdrawn KPI is no data for 2023, with that reason, and shows the printed outcomes for 2018-2020."""
    found = ask(
        built,
        "select year, value_source, verdict, verdict_reason from mart.goal_fulfilment "
        f"where indicator_id = '{indicator_id}' and year in (2018, 2019, 2020, 2023) order by year",
    )
    assert found == [
        (2018, "document", "not_yet_due", "before_target_year"),
        (2019, "document", "not_yet_due", "before_target_year"),
        (2020, "document", "not_yet_due", "before_target_year"),
        (2023, None, "no_data", "kpi_withdrawn"),
    ]


def test_a_printed_outcome_may_stand_under_another_row(built: duckdb.DuckDBPyConnection) -> None:
    """V5 takes U00811's printed outcome from P1.2 and names the document as its source."""
    assert ask(
        built,
        "select year, value, value_source, source_label like 'Källa: Budget 2022%rad 1698', verdict_reason "
        "from mart.goal_fulfilment where indicator_id = 'V5' and year = 2020",
    ) == [(2020, 35.0, "document", True, "reference_missing")]


def test_all_36_pairs_agree_with_the_document(built: duckdb.DuckDBPyConnection) -> None:
    """All 36 outcomes that document and Kolada both have agree at the printed decimals."""
    assert ask(
        built,
        "select result, count(*) from mart.reconciliation where result in ('match', 'rounded', 'revised') group by 1",
    ) == [("match", 36)]


def test_what_was_already_reached_at_the_start(built: duckdb.DuckDBPyConnection) -> None:
    """U00811 and N07906 had reached their targets in 2020, and U31462 in 2021."""
    assert ask(
        built,
        "select kpi_id, year from mart.goal_fulfilment where target_kind = 'number' and is_at_target_now "
        "and (kpi_id, year) in (('U00811', 2020), ('N07906', 2020), ('U31462', 2021)) order by all",
    ) == [("N07906", 2020), ("U00811", 2020), ("U31462", 2021)]


def test_required_changes_a_year(built: duckdb.DuckDBPyConnection) -> None:
    """The required change a year equals the figures computed by hand from the document."""
    found = dict(
        ask(
            built,
            "select distinct indicator_id, round(required_per_year, 2) from mart.goal_fulfilment "
            "where indicator_id in ('P1.3', 'P1.4', 'P3.3', 'P4.1', 'P4.2', 'P5.4', 'P2.2', 'P1.2')",
        )
    )
    assert found == {
        "P1.2": 0.0,
        "P1.3": 3.94,
        "P1.4": 0.41,
        "P2.2": None,
        "P3.3": 4.0,
        "P4.1": 3.25,
        "P4.2": 1.23,
        "P5.4": 5.0,
    }


def test_budget_checks(built: duckdb.DuckDBPyConnection) -> None:
    """Every budget check agrees, some within rounding; five compare different measures on purpose."""
    assert ask(built, "select result, count(*) from mart.budget_check group by 1 order by 1") == [
        ("agrees", 38),
        ("different_measure", 5),
        ("rounding", 28),
    ]
    assert ask(built, "select count(*) from mart.budget_check where result = 'rounding' and difference in (-1, 1)") == [
        (5,)
    ]


def test_the_bokslut_differs_where_publication_was_later(built: duckdb.DuckDBPyConnection) -> None:
    """In 2022 eight indicators differ at the bokslut, and all of them are estimated."""
    assert ask(
        built,
        "select indicator_id, bokslut.is_estimated from mart.goal_fulfilment_bokslut as bokslut "
        "inner join mart.goal_fulfilment as today using (plan_id, indicator_id, year) "
        "where year = 2022 and bokslut.value is distinct from today.value order by today.indicator_order",
    ) == [(name, True) for name in ("P1.1", "P1.5", "P2.1", "P2.4", "P4.5", "P5.1", "P5.2", "P5.S2")]


@pytest.mark.slow
def test_a_rule_changes_what_it_should(changeable: World) -> None:
    """Changed rules change the verdicts from then on, and as-of queries keep the earlier ones."""
    before = changeable.rows("select item_id, year, verdict, rules_text from mart.verdict_state where level = 'goal'")
    changeable.connection.execute(
        "update plan.rule_version set known_to = ? where rule_name = 'national_average'", [NOW]
    )
    changeable.plan_row("rule", rule_name="national_average", rule_value="riket", known_from=NOW)
    changeable.build()
    after = changeable.rows("select item_id, year, verdict, rules_text from mart.verdict_state where level = 'goal'")
    changed = {row[:2] for row in {row[:3] for row in after} - {row[:3] for row in before}}
    assert changed == {(goal_id, year) for goal_id in ("V3", "V4") for year in range(2018, 2023)} - {("V4", 0)}
    assert all("national_average=riket;" in str(row[3]) for row in after)
    assert sorted(before) == sorted(
        changeable.rows(
            "select item_id, year, verdict, rules_text from mart.verdict_state_as_of('2026-04-01') where level = 'goal'"
        )
    )


@pytest.mark.slow
def test_what_the_data_itself_shows_is_found(changeable: World) -> None:
    """A rescaled KPI, a false zero, an unknown status and a differing group mean are reported as data issues."""
    changeable.connection.execute(
        """
        insert into core.observation_version
        select * replace (value * 100 as value, 'rescaled' as change_kind, $at as known_from)
        from core.observation_version where kpi_id = 'N07905';
        """,
        {"at": NOW},
    )
    changeable.connection.execute(
        "update core.observation_version set known_to = ? where kpi_id = 'N07905' and change_kind = 'first'", [NOW]
    )
    changeable.change_cell("N15454", "1489", 2020, 0, at=NOW, kind="restored")
    changeable.change_cell("U09800", "1489", 2023, None, at=NOW, kind="suppressed")
    changeable.connection.execute(
        "update core.observation_version set status = 'Hemligt' where kpi_id = 'U09800' and known_from = ?", [NOW]
    )
    changeable.connection.execute(
        "update core.group_observation_version set value = value + 1 where kpi_id = 'N15436' and period = 2022"
    )
    changeable.build(instant(2026, 4, 2, 4))
    found = changeable.rows(
        "select distinct code, kpi_id, severity from mart.data_issue where found_by = 'rule' and (code, kpi_id) in "
        "(('false_zero', 'N15454'), ('group_mean_differs', 'N15436'), ('kpi_rescaled', 'N07905'), "
        "('status_unknown', 'U09800')) order by all"
    )
    assert found == [
        ("false_zero", "N15454", "high"),
        ("group_mean_differs", "N15436", "medium"),
        ("kpi_rescaled", "N07905", "high"),
        ("status_unknown", "U09800", "medium"),
    ]


def test_issues_in_the_recorded_data(built: duckdb.DuckDBPyConnection) -> None:
    """The recorded data has the known issues, and every note of the plan is among them."""
    assert ask(
        built,
        "select count(*) from mart.data_issue where code = 'riket_zero' and kpi_id = 'N18409' and year = 2014",
    ) == [(1,)]
    assert ask(
        built,
        "select indicator_id from mart.data_issue where code = 'equal_years' and found_by = 'rule' "
        "and year = 2019 order by 1",
    ) == [("P3.1",), ("P3.4",), ("P3.5",), ("V2-1",)]
    assert ask(
        built, "select (select count(*) from mart.data_issue where found_by = 'note') = count(*) from plan.note"
    ) == [(True,)]


def test_the_swedish_views_speak_the_plans_words(built: duckdb.DuckDBPyConnection) -> None:
    """The Swedish view has one row per indicator and year, in the plan's words and as displayed."""
    assert ask(
        built,
        'select "Utfall", "Villkor", "Målvärde", "Bedömning", "Skäl" from mart.maluppfyllelse '
        'where "Id" = \'P1.5\' and "År" = 2023',
    ) == [(35.0, "minst", 40.0, "Ej uppfyllt", None)]
    assert ask(built, 'select count(*), count(distinct ("Id", "År")) from mart.maluppfyllelse') == [(301, 301)]
    assert ask(
        built,
        'select "Läsning", "Bedömning" from mart.god_ekonomisk_hushallning where "År" = 2023 order by 1',
    ) == [("Majoritet av alla mål", "Kan ej avgöras"), ("Majoritet i vardera gruppen", "Kan ej avgöras")]


def test_every_as_of_answers_as_its_table_does(built: duckdb.DuckDBPyConnection) -> None:
    """As of the last publication every macro returns the current rows of its table or view."""
    differing = []
    for name in published_relations():
        built.execute(f"create or replace temp table asked as from mart.{name}_as_of($now)", {"now": NOW})
        counts = ask(
            built,
            f"select count(*) from (from mart.{name} except all from asked) "
            f"union all select count(*) from (from asked except all from mart.{name})",
        )
        if counts != [(0,), (0,)]:
            differing.append(name)
    assert differing == []


def test_no_view_reads_through_an_as_of_macro(built: duckdb.DuckDBPyConnection) -> None:
    """A plain name shows the current rows without a moment, which would cost every client time to plan."""
    views = ask(built, "select view_name, sql from duckdb_views() where schema_name in ('core', 'plan', 'mart')")
    assert len(views) > 40
    assert [name for name, sql in views if "_as_of(" in sql or "moment(" in sql] == []
