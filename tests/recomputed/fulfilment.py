"""The wide table: everything about one indicator in one year, with the published column names."""

from tests.recomputed.development import development
from tests.recomputed.facts import Facts
from tests.recomputed.genders import gender_columns
from tests.recomputed.judgement import Judgement, judge
from tests.recomputed.outcomes import outcome
from tests.recomputed.plan_files import Indicator, Plan
from tests.recomputed.rankings import places
from tests.recomputed.references import Reference, riket, similar, unweighted
from tests.recomputed.tables import Row, Table


def goal_fulfilment(facts: Facts, plan: Plan) -> Table:
    """Every indicator in every year of the plan."""
    return {
        (plan.plan_id, indicator.indicator_id, year): _fulfilment_row(facts, plan, indicator, year)
        for indicator in plan.indicators
        for year in plan.years
    }


def _fulfilment_row(facts: Facts, plan: Plan, indicator: Indicator, year: int) -> Row:
    found = outcome(facts, plan, indicator, year)
    value = None if found is None else found.value
    moved = development(facts, plan, indicator, year)
    return {
        "goal_id": indicator.goal_id,
        "role": indicator.role,
        "kpi_id": indicator.kpi_id,
        "direction": indicator.direction,
        "value": value,
        "value_year": None if found is None else year,
        "value_source": None if found is None else found.source,
        "forecast_value": plan.forecasts.get((indicator.indicator_id, year)),
        **_judgement_columns(facts, plan, indicator, judge(facts, plan, indicator, year)),
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


def _is_weak(facts: Facts, plan: Plan, indicator: Indicator, judged: Judgement) -> bool | None:
    """A national mean over too few municipalities, or a mean of similar ones that lacks some of them."""
    if judged.target is None or judged.target.reference is None or judged.reference is None:
        return None
    group = facts.similar_group(indicator.topic or "", plan.municipality_id)
    is_similar = judged.target.reference == "similar" and group is not None
    enough = len(group.members) if is_similar and group else int(plan.rules["reference_min_n"])
    return judged.reference.n is not None and judged.reference.n < enough


def _judgement_columns(facts: Facts, plan: Plan, indicator: Indicator, judged: Judgement) -> Row:
    target, reference, compared = judged.target, judged.reference, judged.comparison
    is_judged = judged.verdict in {"met", "not_met"}
    return {
        "target_kind": None if target is None else target.kind,
        "operator": None if target is None else target.operator,
        "target_value": None if target is None else target.value,
        "reference_kind": None if reference is None else reference.kind,
        "reference_value": None if reference is None else reference.value,
        "reference_n": None if reference is None else reference.n,
        "is_reference_weak": _is_weak(facts, plan, indicator, judged),
        "verdict": judged.verdict,
        "verdict_reason": judged.reason,
        "verdict_alt": judged.verdict_alt,
        "is_sensitive": None if judged.verdict_alt is None else judged.verdict_alt != judged.verdict,
        "is_rounded_only": compared.is_rounded_only if compared and is_judged else None,
        "is_borderline": compared.is_borderline if compared and is_judged else None,
        "margin": None if compared is None else compared.margin,
        "margin_sign": None if compared is None else (compared.margin > 0) - (compared.margin < 0),
        "is_at_target_now": None if compared is None or judged.verdict == "not_comparable" else compared.is_met,
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
    """Signed like the margin: plus is good."""
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
