"""The other compared tables, one function each, with the published column names."""

from collections.abc import Mapping, Sequence

from tests.recomputed.facts import Facts
from tests.recomputed.goal_verdicts import (
    GoalVerdict,
    Tally,
    both_groups,
    goal_verdict,
    sound_economic_management,
    tally,
)
from tests.recomputed.judgement import judge
from tests.recomputed.plan_files import Plan
from tests.recomputed.rankings import Place, places
from tests.recomputed.references import all_references
from tests.recomputed.tables import Row, Table


def reference_value(facts: Facts, plans: Sequence[Plan]) -> Table:
    """Return every reference of each plan's KPIs, cross-checks included, for each year and gender."""
    return {
        (kpi_id, year, gender, each.kind): {"value": each.value, "n": each.n}
        for plan in plans
        for kpi_ids in ({each.kpi_id for each in plan.indicators}.union(plan.cross_check_kpis),)
        for kpi_id, year, gender in facts.cells
        if kpi_id in kpi_ids
        for each in all_references(facts, kpi_id, year, gender, plan.municipality_id)
    }


def ranking(facts: Facts, plan: Plan) -> Table:
    """Return every municipality with a value, for each KPI of the plan and year."""
    signs = plan.signs
    table: Table = {}
    for kpi_id, year, gender in facts.cells:
        if gender == "T" and kpi_id in signs:
            values = facts.municipality_values(kpi_id, year, "T")
            for unit, place in places(values, signs[kpi_id]).items():
                table[kpi_id, year, unit] = _ranking_row(values[unit], place)
    return table


def _ranking_row(value: float, place: Place) -> Row:
    return {
        "value": value,
        "rank": place.rank,
        "rank_n": place.n,
        "quartile": place.quartile,
        "colour": place.colour,
    }


def _verdicts(facts: Facts, plan: Plan) -> Mapping[tuple[str, int], str]:
    return {
        (indicator.indicator_id, year): judge(facts, plan, indicator, year).verdict
        for indicator in plan.indicators
        for year in plan.years
    }


def goal_verdict_table(facts: Facts, plan: Plan) -> Table:
    """Return every goal in every year of the plan."""
    verdicts = _verdicts(facts, plan)
    return {
        (plan.plan_id, goal.goal_id, year): _goal_row(goal_verdict(plan, goal, year, verdicts))
        for goal in plan.goals
        for year in plan.years
    }


def _goal_row(goal: GoalVerdict) -> Row:
    return {
        "verdict": goal.verdict,
        "verdict_all_parts": goal.verdict_all_parts,
        "verdict_any_part": goal.verdict_any_part,
        "n_indicators": goal.n_indicators,
        **{
            f"n_{verdict}": goal.counts.get(verdict, 0)
            for verdict in (
                "met",
                "partly_met",
                "not_met",
                "not_yet_due",
                "no_data",
                "not_comparable",
                "not_assessable",
            )
        },
        "share_met": goal.counts.get("met", 0) / goal.n_indicators,
    }


def sound_economic_management_table(facts: Facts, plan: Plan) -> Table:
    """Return both variants of the majority in every year of the plan."""
    verdicts = _verdicts(facts, plan)
    table: Table = {}
    for year in plan.years:
        financial, operational = (
            tally(
                goal_verdict(plan, goal, year, verdicts).verdict
                for goal in plan.goals
                if goal.section == section and goal.counts_in_majority
            )
            for section in ("financial", "operational")
        )
        for variant in ("each_group", "together"):
            verdict = sound_economic_management(variant, financial, operational)
            table[plan.plan_id, year, variant] = {
                "verdict": verdict,
                "is_still_possible": verdict == "undetermined",
                "is_official": year in plan.budget_years,
                "is_retrospective": year < plan.budget_years.start,
                "is_ruling_variant": variant == plan.rules["majority"],
                **_tally_columns("financial", financial),
                **_tally_columns("operational", operational),
                **_needed_columns(variant, financial, operational),
            }
    return table


def _tally_columns(name: str, counted: Tally) -> Row:
    return {f"{name}_{column}": getattr(counted, column) for column in ("n", "met", "not_met", "unknown")}


def _needed_columns(variant: str, financial: Tally, operational: Tally) -> Row:
    """Return how many goals make the majority in this variant."""
    is_together = variant == "together"
    return {
        "financial_needed": None if is_together else financial.needed,
        "operational_needed": None if is_together else operational.needed,
        "together_needed": both_groups(financial, operational).needed if is_together else None,
    }
