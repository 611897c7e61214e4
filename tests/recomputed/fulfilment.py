"""The wide table: all columns of one indicator in one year, with the published names."""

from tests.recomputed.development import development
from tests.recomputed.facts import Facts
from tests.recomputed.genders import gender_columns
from tests.recomputed.held_against import PLACES, units_of
from tests.recomputed.judgement import JUDGED, Judgement, judge, judge_criterion, targets_of
from tests.recomputed.outcomes import outcome
from tests.recomputed.plan_files import Indicator, Plan
from tests.recomputed.rankings import places
from tests.recomputed.references import Reference, riket, similar, unweighted
from tests.recomputed.tables import Row, Table


def goal_fulfilment(facts: Facts, plan: Plan) -> Table:
    """Return every indicator in every year of the plan."""
    return {
        (plan.plan_id, indicator.indicator_id, year): _fulfilment_row(facts, plan, indicator, year)
        for indicator in plan.indicators
        for year in plan.years
    }


def _fulfilment_row(facts: Facts, plan: Plan, indicator: Indicator, year: int) -> Row:
    judged = judge(facts, plan, indicator, year)
    value = judged.value
    moved = development(facts, plan, indicator, year)
    return {
        "goal_id": indicator.goal_id,
        "role": indicator.role,
        "kpi_id": indicator.kpi_id,
        "direction": indicator.direction,
        "value_year": None if value is None else year,
        "value_source": None if value is None else source_of(facts, plan, indicator, judged.gender, year),
        "forecast_value": plan.forecasts.get((indicator.indicator_id, year)),
        **_judgement_columns(facts, plan, indicator, judged),
        "margin_sign": None if judged.comparison is None else int(judged.comparison.margin.compare(0)),
        "baseline_year": moved.baseline_year,
        "baseline_value": moved.baseline_value,
        "change_since_baseline": moved.change_since_baseline,
        "trend": moved.trend,
        "change_since_last_year": moved.change_since_last_year,
        "trend_since_last_year": moved.trend_since_last_year,
        "required_per_year": moved.required_per_year,
        "actual_per_year": moved.actual_per_year,
        "pace": moved.pace,
        "projected_value": moved.projected_value,
        **_place_columns(facts, plan, indicator, year),
        **_difference_columns(facts, plan, indicator, year, value),
        **gender_columns(facts, plan, indicator.kpi_id, year),
        "is_kpi_withdrawn": indicator.kpi_id is not None and indicator.kpi_id not in facts.titles,
    }


def source_of(facts: Facts, plan: Plan, indicator: Indicator, gender: str, year: int) -> str | None:
    """Return the source of a value; values by gender and their gap are always Kolada's."""
    if gender != "T":
        return "kolada"
    found = outcome(facts, plan, indicator, year)
    return None if found is None else found.source


def _is_weak(facts: Facts, plan: Plan, indicator: Indicator, judged: Judgement) -> bool | None:
    """Return whether a mean covers too few units, or lacks some of its units."""
    target, held = judged.target, judged.held
    if target is None or target.kind != "reference" or held.bar is None:
        return None
    if held.kind == "riket":
        return False
    units = units_of(facts, plan, indicator, target.reference or "")
    default = 10 if plan.municipality_id[:2] == "00" else 100
    enough = int(plan.rules.get("reference_min_n", default)) if units is None else len(units)
    return held.n is not None and held.n < enough


def criterion_outcome(facts: Facts, plan: Plan) -> Table:
    """Return every criterion of every indicator in every year of the plan."""
    return {
        (plan.plan_id, indicator.indicator_id, target.criterion, year): criterion_columns(
            judge_criterion(facts, plan, indicator, target, year)
        )
        for indicator in plan.indicators
        for year in plan.years
        for target in targets_of(plan, indicator, year)
    }


def verdict_columns(facts: Facts, plan: Plan) -> Table:
    """Return every indicator in every year of the plan, with the columns that its criteria decide."""
    return {
        (plan.plan_id, indicator.indicator_id, year): _judgement_columns(
            facts, plan, indicator, judge(facts, plan, indicator, year)
        )
        for indicator in plan.indicators
        for year in plan.years
    }


def criterion_columns(judged: Judgement) -> Row:
    """Return the columns of one criterion, shown alone or for its indicator."""
    target, held, compared = judged.target, judged.held, judged.comparison
    is_judged = judged.verdict in JUDGED
    bar = held.bar if compared is None else compared.bar
    is_place = target is not None and target.kind in PLACES
    has_reference = held.figure is not None
    return {
        "target_kind": None if target is None else target.kind,
        "operator": None if target is None else target.operator,
        "target_value": None if target is None else target.value,
        "gender": judged.gender,
        "value": judged.value,
        "compared_with": None if bar is None else float(bar),
        "reference_kind": held.kind if has_reference else None,
        "reference_value": held.figure if has_reference else None,
        "place": held.place,
        "verdict": judged.verdict,
        "verdict_reason": judged.reason,
        "verdict_alt": judged.verdict_alt,
        "is_rounded_only": compared.is_rounded_only if compared and is_judged else None,
        "margin": None if compared is None else float(compared.margin),
        "margin_unit": None if target is None else "places" if is_place else "points",
        "is_at_target_now": judged.is_at_target_now,
    }


def _judgement_columns(facts: Facts, plan: Plan, indicator: Indicator, judged: Judgement) -> Row:
    compared, columns = judged.comparison, criterion_columns(judged)
    is_judged = judged.verdict in JUDGED
    shows_n = judged.held.figure is not None or judged.held.place is not None
    return {
        **columns,
        "reference_n": judged.held.n if shows_n else None,
        "is_reference_weak": _is_weak(facts, plan, indicator, judged),
        "is_sensitive": judged.verdict_alt != judged.verdict if judged.verdict_alt else None,
        "is_borderline": compared.is_borderline if compared and is_judged else None,
    }


def _place_columns(facts: Facts, plan: Plan, indicator: Indicator, year: int) -> Row:
    values = facts.municipality_values(indicator.kpi_id, year, "T") if indicator.kpi_id else {}
    place = places(values, indicator.sign).get(plan.municipality_id)
    return {
        "rank": None if place is None else place.rank,
        "rank_n": None if place is None else place.n,
        "quartile": None if place is None else place.quartile,
        "colour": None if place is None else place.colour,
    }


def _difference_columns(facts: Facts, plan: Plan, indicator: Indicator, year: int, value: float | None) -> Row:
    """Return the differences, signed like the margin: positive is better."""
    kpi_id = indicator.kpi_id
    if kpi_id is None:
        return dict.fromkeys(("difference_riket", "difference_unweighted", "difference_similar"))
    group = facts.similar_group(indicator.topic or "", plan.municipality_id)
    references: dict[str, Reference | None] = {
        "difference_riket": riket(facts, kpi_id, year),
        "difference_unweighted": unweighted(facts, kpi_id, year),
        "difference_similar": similar(facts, kpi_id, year, group),
    }
    return {
        name: None if value is None or reference is None else indicator.sign * (value - reference.value)
        for name, reference in references.items()
    }
