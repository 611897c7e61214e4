"""Passages of the budget 2022-2024 that are easily misread, each with the right reading."""

from collections import Counter

import polars as pl

from goals import Plan

Outcome = tuple[float | None, str | None]


def outcomes(plan: Plan, indicator_id: str) -> dict[int, Outcome]:
    rows = plan.tables["outcome_document"].filter(pl.col("indicator_id") == indicator_id)
    return {year: (value, marker) for year, value, marker in rows.select("year", "value", "raw_marker").iter_rows()}


def values(plan: Plan, indicator_id: str) -> dict[int, float | None]:
    return {year: value for year, (value, _) in outcomes(plan, indicator_id).items()}


def column(plan: Plan, name: str) -> dict[str, str | None]:
    return dict(plan.tables["indicator"].select("indicator_id", name).iter_rows())


def target(plan: Plan, indicator_id: str) -> tuple[object, ...]:
    (row,) = (
        plan.tables["target"]
        .filter(pl.col("indicator_id") == indicator_id)
        .select("year", "kind", "operator", "target_value", "reference")
        .rows()
    )
    return row


def test_all_rows_of_the_document_are_there(alingsas: Plan) -> None:
    """The plan has 43 indicators, 36 criteria, 90 printed outcomes and 169 budget figures in 11 tables."""
    heights = {table: frame.height for table, frame in alingsas.tables.items()}
    assert tuple(heights[table] for table in ("goal", "indicator", "target", "outcome_document", "budget_line")) == (
        17,
        43,
        36,
        90,
        169,
    )
    assert alingsas.tables["budget_line"]["table_name"].n_unique() == 11
    roles = Counter(alingsas.tables["indicator"]["role"])
    assert dict(roles) == {"steering": 24, "supporting": 5, "operational": 7, "financial": 5, "follow_up": 2}


def test_21_kpis_stand_in_25_places(alingsas: Plan) -> None:
    """The plan has 21 KPIs in 25 places; four of them serve two goals each."""
    occurrences = Counter(alingsas.tables["indicator"]["kpi_id"].drop_nulls())
    assert (len(alingsas.kpi_ids), occurrences.total()) == (21, 25)
    assert {"N15436", "N17467", "U00811", "U31462"} == {kpi for kpi, count in occurrences.items() if count == 2}


def test_the_years_of_goal_5_are_not_swapped(alingsas: Plan) -> None:
    """The outcomes of goal 5 are printed as 2018, 2020, 2019 and are read under the right years."""
    assert values(alingsas, "P5.1") == {2018: 1.7, 2019: 0.6, 2020: 0.7}
    assert values(alingsas, "P5.2") == {2018: 5.0, 2019: 3.0, 2020: 4.6}
    assert values(alingsas, "P5.3a") == {2018: 88.8, 2019: 93.16, 2020: 95.17}
    assert values(alingsas, "P5.3b") == {2018: 29.45, 2019: 42.65, 2020: 47.89}
    assert values(alingsas, "P5.S2") == {2018: 79.0, 2019: 80.4, 2020: None}


def test_a_blank_cell_is_no_value_and_keeps_its_own_marker(alingsas: Plan) -> None:
    """An empty cell, a dash and `i.u.` are read as missing values, each with its own marker."""
    assert outcomes(alingsas, "P1.2")[2018] == (None, "blank")
    assert outcomes(alingsas, "P4.1")[2020] == (None, "i.u.")
    assert outcomes(alingsas, "P1.5")[2020] == (None, "-")
    markers = Counter(alingsas.tables["outcome_document"]["raw_marker"].drop_nulls())
    assert {"blank", "i.u.", "-"} == set(markers)
    assert (markers["blank"], markers["i.u."]) == (1, 1)


def test_a_figure_printed_with_a_point_is_a_decimal(alingsas: Plan) -> None:
    """A figure printed with a point is a decimal: 88.9, not 889."""
    assert values(alingsas, "P4.2") == {2018: 88.9, 2019: 85.6, 2020: 87.3}


def test_cells_of_two_years_are_split(alingsas: Plan) -> None:
    """In a cell with two figures the second one belongs to 2021."""
    assert tuple(values(alingsas, "P1.4")[year] for year in (2020, 2021)) == (2.28, 2.5)
    assert tuple(values(alingsas, "P2.3")[year] for year in (2020, 2021)) == (76.0, 86.0)
    assert tuple(values(alingsas, "P3.1")[year] for year in (2020, 2021)) == (53.0, 49.0)
    years = alingsas.tables["outcome_document"].filter(pl.col("year") == 2021)
    assert years["indicator_id"].to_list() == ["P1.4", "P2.3", "P3.1"]


def test_directions_are_read_from_the_words(alingsas: Plan) -> None:
    """Lower is better for waiting time; higher is better for clients who do not return and pupils with at least E."""
    direction = column(alingsas, "direction")
    assert {"P1.2", "V5", "F3", "F4", "M2"} == {one for one, way in direction.items() if way == "lower"}
    assert tuple(direction[one] for one in ("P2.3", "V3", "P4.2")) == ("higher", "higher", "higher")
    assert all(way in {"higher", "lower"} for way in direction.values())


def test_one_kpi_may_carry_two_criteria(alingsas: Plan) -> None:
    """A KPI has a number as its target in a prioritised goal and the national average in an operational one."""
    for prioritised, operational, number in (
        ("P4.3", "V1-1", (2023, "number", ">=", 91.0, None)),
        ("P4.4", "V1-2", (2023, "number", ">=", 77.0, None)),
        ("P2.3", "V3", (2023, "number", ">=", 80.0, None)),
        ("P1.2", "V5", (2023, "number", "<=", 40.0, None)),
    ):
        kpis = column(alingsas, "kpi_id")
        assert kpis[prioritised] == kpis[operational]
        assert number == target(alingsas, prioritised)
        operator = "<" if operational == "V5" else ">"
        assert (None, "reference", operator, None, "national_average") == target(alingsas, operational)


def test_averages_are_beaten_strictly_and_targets_reached(alingsas: Plan) -> None:
    """Averages must be beaten strictly ("över", "lägre än"); a target is met when it is reached."""
    operators = alingsas.tables["target"].group_by("kind").agg(pl.col("operator").unique().sort())
    assert dict(operators.iter_rows()) == {
        "number": ["<=", ">="],
        "other_value": ["<="],
        "previous_year": [">="],
        "reference": ["<", ">"],
    }


def test_steering_and_supporting_indicators_of_goal_5_are_told_apart(alingsas: Plan) -> None:
    """The steering and supporting indicators of goal 5 keep their own ids, though both lists start at one."""
    titles, roles = column(alingsas, "title"), column(alingsas, "role")
    assert (titles["P5.1"] or "").startswith("Färdigställda bostäder i småhus")
    assert (titles["P5.S1"] or "").startswith("Andel invånare som upplever att utbudet av friluftsområden")
    assert (roles["P5.1"], roles["P5.S1"]) == ("steering", "supporting")


def test_supporting_and_follow_up_rows_have_no_target(alingsas: Plan) -> None:
    """Supporting and follow-up indicators have no target."""
    judged = set(alingsas.tables["target"]["indicator_id"])
    roles = column(alingsas, "role")
    assert judged == {one for one, role in roles.items() if role not in {"supporting", "follow_up"}}


def test_only_the_ten_goals_of_sound_economy_count_in_the_majority(alingsas: Plan) -> None:
    """Only the ten operational and financial goals count in the majority."""
    counted = alingsas.tables["goal"].filter(pl.col("counts_in_majority"))["goal_id"].to_list()
    assert counted == ["V1", "V2", "V3", "V4", "V5", "F1", "F2", "F3", "F4", "F5"]


def test_self_financing_of_the_whole_municipality_is_not_wired(alingsas: Plan) -> None:
    """N03103 is not used, since it would reverse the verdict on F2; a note gives the reason."""
    assert "N03103" not in {*alingsas.kpi_ids, *alingsas.cross_check_kpi_ids}
    assert {("F1", "N03102"), ("F4", "N03046"), ("F5", "N03110"), ("F5", "N03034")} == set(
        alingsas.tables["cross_check_kpi"].select("goal_id", "kpi_id").rows()
    )
    notes = alingsas.tables["note"].filter(pl.col("code") == "cross_check_excluded")
    assert notes.select("indicator_id", "severity").rows() == [("F2", "high")]
    assert "N03103" in notes["text"][0]


def test_debt_over_time_is_no_yearly_criterion(alingsas: Plan) -> None:
    """Only the target of F4 ("över tid") is no yearly criterion."""
    lasting = alingsas.tables["target"].filter(~pl.col("is_yearly_criterion"))
    assert lasting.select("indicator_id", "target_value").rows() == [("F4", 4.0)]


def test_thousands_are_joined_and_columns_kept_apart(alingsas: Plan) -> None:
    """211 215 220 is read as three years, and 2 509 587 as one figure."""
    lines = alingsas.tables["budget_line"]
    assert lines.filter(pl.col("row_name") == "Exploatering")["value"].to_list() == [211.0, 215.0, 220.0]
    costs = lines.filter(pl.col("row_name") == "Verksamhetens nettokostnader exkl. avskrivningar")
    assert costs["value"].to_list() == [-2509587.0, -2571510.0, -2679657.0]


def test_withdrawn_kpis_are_declared_and_not_replaced(alingsas: Plan) -> None:
    """Three withdrawn KPIs are declared in notes and not replaced by later measures."""
    notes = alingsas.tables["note"].filter(pl.col("code") == "kpi_withdrawn")["indicator_id"]
    kpis = column(alingsas, "kpi_id")
    assert {"U00413", "U00442", "U00486"} == {kpis[one] for one in notes}
    assert not {"U07453", "N00821", "N00671", "N00672", "N00673", "N00674"} & set(alingsas.kpi_ids)


def test_no_break_voids_the_target_of_2023(alingsas: Plan) -> None:
    """Trend and pace stop at series breaks, but no break voids the target of 2023."""
    assert {("N17467", 2021, False), ("U00454", 2020, False), ("U07414", 2021, False), ("U31462", 2021, False)} == set(
        alingsas.tables["series_break"].select("kpi_id", "first_year_after", "voids_target").rows()
    )


def test_every_live_kpi_says_when_it_is_usually_out(alingsas: Plan) -> None:
    """Each live KPI has its usual publication date; those of the operational goals are before the bokslut in March."""
    available = {
        kpi: (offset, day)
        for kpi, offset, day in alingsas.tables["availability"].select("kpi_id", "year_offset", "month_day").iter_rows()
    }
    gone = {"U00413", "U00442", "U00486"}
    assert {*alingsas.kpi_ids, *alingsas.cross_check_kpi_ids} - gone == set(available)
    in_time = {kpi for kpi, when in available.items() if when < (1, "03-01")}
    operational = alingsas.tables["indicator"].filter(pl.col("role") == "operational")["kpi_id"]
    assert set(operational) <= in_time
    late = set(column(alingsas, "kpi_id").values()) - {None} - gone - in_time
    assert {"N07905", "N07906", "U09800", "U40455", "U07451", "N18409", "U07414", "N07418"} == late


def test_no_figure_is_invented(alingsas: Plan) -> None:
    """The plan has no manual figures and no assessments."""
    assert (alingsas.tables["outcome_manual"].height, alingsas.tables["assessment"].height) == (0, 0)


def test_years_before_after_and_of_the_bokslut(alingsas: Plan) -> None:
    """Outcomes cover 2018-2024, the budget 2022-2024, targets 2023; each bokslut is on 1 March of the next year."""
    assert alingsas.tables["plan"].select(
        "first_year", "last_year", "first_budget_year", "last_budget_year", "target_year"
    ).rows() == [(2018, 2024, 2022, 2024, 2023)]
    dates = dict(alingsas.tables["bokslut_date"].select("year", "bokslut_date").iter_rows())
    assert list(range(2018, 2025)) == list(dates)
    assert all((year + 1, 3, 1) == (day.year, day.month, day.day) for year, day in dates.items())
