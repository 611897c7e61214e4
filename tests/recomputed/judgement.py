"""One verdict: an outcome held against the criterion of its year.

The order is settled: no value, no criterion, a break between target and value, a target whose year hasn't
come, then met or not met. What could not be compared leaves every flag empty.
"""

from dataclasses import dataclass

from tests.recomputed.facts import Facts
from tests.recomputed.outcomes import missing_reason, outcome
from tests.recomputed.plan_files import Indicator, Plan, Target
from tests.recomputed.precision import holds, looks_equal, target_decimals
from tests.recomputed.references import Reference, national_average, similar

_MISSING_BARS = {
    "previous_year": "previous_missing",
    "other_value": "comparison_value_missing",
    "above_reference": "reference_missing",
    "below_reference": "reference_missing",
}


@dataclass(frozen=True, slots=True)
class Comparison:
    """An outcome against one number: at the precision that the plan sets, and exactly.

    `is_borderline` says that outcome and mean are printed alike; of a fixed target it says nothing.
    """

    is_met: bool
    is_met_exactly: bool
    is_borderline: bool | None
    margin: float

    @property
    def is_rounded_only(self) -> bool:
        """Whether the exact comparison says otherwise."""
        return self.is_met != self.is_met_exactly


@dataclass(frozen=True, slots=True)
class Judgement:
    """The verdict on one indicator and year with all that it rests on."""

    verdict: str
    reason: str | None
    target: Target | None
    reference: Reference | None
    comparison: Comparison | None = None
    verdict_alt: str | None = None


def judge(facts: Facts, plan: Plan, indicator: Indicator, year: int) -> Judgement:
    """The judgement of an indicator in a year."""
    target = target_of(plan, indicator, year)
    reference, other = _held_against(facts, plan, indicator, target, year)
    found = outcome(facts, plan, indicator, year)
    if found is None:
        return Judgement("no_data", missing_reason(facts, plan, indicator, year), target, reference)
    if target is None:
        return Judgement("not_assessable", "no_target", None, None)
    bar = target.value if reference is None else reference.value
    compared = None if bar is None else _compare(plan, indicator, target, found.value, bar)
    unanswered = _unanswered(plan, indicator, target, year)
    if compared is None or unanswered is not None:
        return Judgement(*(unanswered or ("no_data", _MISSING_BARS[target.kind])), target, reference, compared)
    reason = "riket_missing" if _fell_back(plan, target, reference) else None
    alternative = None if other is None else _compare(plan, indicator, target, found.value, other.value)
    return Judgement(
        _verdict(compared), reason, target, reference, compared, None if alternative is None else _verdict(alternative)
    )


def _unanswered(plan: Plan, indicator: Indicator, target: Target, year: int) -> tuple[str, str] | None:
    """The verdict and reason where a measured value isn't to be compared, or not yet."""
    order = (
        (not target.is_yearly_criterion, "not_assessable", "no_yearly_criterion"),
        (is_voided(plan, indicator, target, year), "not_comparable", "series_break"),
        (target.year is not None and year < target.year, "not_yet_due", "before_target_year"),
    )
    return next(((verdict, reason) for fits, verdict, reason in order if fits), None)


def target_of(plan: Plan, indicator: Indicator, year: int) -> Target | None:
    """The target of the year: a standing one, else the latest that has come, else the first that will."""
    targets = plan.targets.get(indicator.indicator_id, ())
    dated = sorted((each for each in targets if each.year is not None), key=lambda each: each.year or 0)
    come = [each for each in dated if (each.year or 0) <= year]
    standing = [each for each in targets if each.year is None]
    return next(iter([*standing, *reversed(come), *dated]), None)


def _held_against(
    facts: Facts, plan: Plan, indicator: Indicator, target: Target | None, year: int
) -> tuple[Reference | None, Reference | None]:
    """The reference that the criterion names, and the other mean where there is one."""
    if target is None or target.kind == "number":
        return None, None
    if target.kind == "previous_year":
        before = outcome(facts, plan, indicator, year - 1)
        return (None if before is None else Reference("previous_year", before.value, None)), None
    if target.kind == "other_value":
        manual = plan.manual.get((indicator.indicator_id, year))
        bar = None if manual is None else manual.comparison_value
        return (None if bar is None else Reference("other_value", bar, None)), None
    kpi_id = indicator.kpi_id or ""
    if target.reference == "similar":
        group = facts.similar_group(indicator.topic or "", plan.municipality_id)
        return similar(facts, kpi_id, year, group), None
    return national_average(facts, str(plan.rules["national_average"]), kpi_id, year)


def _fell_back(plan: Plan, target: Target, reference: Reference | None) -> bool:
    """Whether the unweighted mean stands in for a Riket that has no value."""
    return (
        target.reference == "national_average"
        and plan.rules["national_average"] == "riket_else_unweighted"
        and reference is not None
        and reference.kind != "riket"
    )


def is_voided(plan: Plan, indicator: Indicator, target: Target, year: int) -> bool:
    """Whether a break lies between what the criterion was set for, or holds against, and the value."""
    breaks = plan.breaks.get(indicator.kpi_id or "", ())
    if target.kind == "previous_year":
        return any(first_after == year for first_after, _ in breaks)
    return target.kind == "number" and any(voids and first_after <= year for first_after, voids in breaks)


def _compare(plan: Plan, indicator: Indicator, target: Target, value: float, bar: float) -> Comparison:
    is_average = target.kind in {"above_reference", "below_reference"}
    if is_average:
        decimals = indicator.display_decimals if plan.rules["average_precision"] == "display" else None
    else:
        rule = str(plan.rules["fixed_target_precision"])
        decimals = target_decimals(rule, target.decimals, indicator.display_decimals)
    return Comparison(
        is_met=holds(value, target.operator, bar, decimals),
        is_met_exactly=holds(value, target.operator, bar),
        is_borderline=looks_equal(value, bar, indicator.display_decimals) if is_average else None,
        margin=indicator.sign * (value - bar),
    )


def _verdict(comparison: Comparison) -> str:
    return "met" if comparison.is_met else "not_met"
