"""One verdict: an outcome compared by each criterion, and the joint verdict of several criteria.

Precedence: no value, no criterion, a break between target and value, a target year in the future, then met,
partly met or not met. Without a comparison every flag is empty.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from tests.recomputed.facts import Facts
from tests.recomputed.held_against import PLACES, Held, dec, held_against, measurements_of, previous_year
from tests.recomputed.outcomes import missing_reason
from tests.recomputed.plan_files import Indicator, Plan, Target
from tests.recomputed.precision import holds, looks_equal, rounded, target_decimals

# Years before the budget's first year: the last year that was over when the budget was decided. For 2022-2024
# it is 2020, where the document starts to count.
YEARS_BEFORE_BUDGET = 2
GENDERS = {"both": ("K", "M")}
JUDGED = ("met", "partly_met", "not_met")
UNKNOWN = ("no_data", "not_comparable", "not_assessable")


@dataclass(frozen=True, slots=True)
class Comparison:
    """The result of one comparison, at the plan's precision and exactly.

    `is_borderline` means that outcome and mean look the same when printed; for a fixed target it is None.
    """

    is_met: bool
    is_met_exactly: bool
    is_borderline: bool | None
    margin: Decimal
    compared_margin: Decimal
    bar: Decimal

    @property
    def is_rounded_only(self) -> bool:
        """Whether the exact comparison has another result."""
        return self.is_met != self.is_met_exactly


@dataclass(frozen=True, slots=True)
class Judgement:
    """The verdict on one indicator and year by one criterion, with its inputs."""

    verdict: str
    reason: str | None
    target: Target | None
    gender: str = "T"
    value: float | None = None
    held: Held = field(default_factory=Held)
    comparison: Comparison | None = None
    verdict_alt: str | None = None
    is_at_target_now: bool | None = None


def judge(facts: Facts, plan: Plan, indicator: Indicator, year: int) -> Judgement:
    """Return the judgement of an indicator in a year; of several criteria, the first with the joint verdict."""
    targets = targets_of(plan, indicator, year)
    if not targets:
        value = measurements_of(facts, plan, indicator, "T").get(year)
        if value is None:
            return Judgement("no_data", missing_reason(facts, plan, indicator, year), None)
        return Judgement("not_assessable", "no_target", None, value=value)
    parts = [judge_criterion(facts, plan, indicator, target, year) for target in targets]
    verdict = together(indicator, [each.verdict for each in parts])
    shown = next(each for each in parts if each.verdict == verdict)
    alternative = None
    if any(each.verdict_alt for each in parts):
        alternative = together(indicator, [each.verdict_alt or each.verdict for each in parts])
    now = [each.is_at_target_now for each in parts]
    decisive = not indicator.needs_all_criteria
    joint = decisive if decisive in now else None if None in now else not decisive
    return replace(shown, verdict_alt=alternative if verdict in JUDGED else None, is_at_target_now=joint)


def together(indicator: Indicator, verdicts: Sequence[str]) -> str:
    """Return the joint verdict of several criteria; one that is not yet due counts only if all are."""
    due = [each for each in verdicts if each != "not_yet_due"]
    first, last = ("not_met", "met") if indicator.needs_all_criteria else ("met", "not_met")
    order = (first, *UNKNOWN, "partly_met", last)
    return next((each for each in order if each in due), "not_yet_due")


def judge_criterion(facts: Facts, plan: Plan, indicator: Indicator, target: Target, year: int) -> Judgement:
    """Return the judgement by one criterion; if both genders must meet it, the one with the smaller margin."""
    if target.kind == "gender_gap":
        return _judge_gender(facts, plan, indicator, target, "gap", year)
    genders = GENDERS.get(target.gender, (target.gender,))
    found = [_judge_gender(facts, plan, indicator, target, gender, year) for gender in genders]
    return min(found, key=_lack_first)


def _lack_first(judged: Judgement) -> tuple[bool, bool, Decimal]:
    compared = judged.comparison
    has_bar = judged.held.bar is not None or compared is not None
    return judged.value is not None, has_bar, Decimal(0) if compared is None else compared.margin


def _judge_gender(facts: Facts, plan: Plan, indicator: Indicator, target: Target, gender: str, year: int) -> Judgement:
    value = measurements_of(facts, plan, indicator, gender).get(year)
    held = held_against(facts, plan, indicator, target, gender, year)
    if value is None:
        return Judgement("no_data", missing_reason(facts, plan, indicator, year, gender), target, gender, None, held)
    compared = _compare(plan, indicator, target, value, held)
    is_void = is_voided(facts, plan, indicator, target, gender, year)
    now = None if compared is None or is_void else compared.is_met
    found = Judgement("", None, target, gender, value, held, compared, None, now)
    if not target.is_yearly_criterion:
        return replace(found, verdict="not_assessable", reason="no_yearly_criterion")
    if is_void:
        return replace(found, verdict="not_comparable", reason="series_break")
    if target.year is not None and year < target.year:
        return replace(found, verdict="not_yet_due", reason="before_target_year")
    if compared is None:
        return replace(found, verdict="no_data", reason=held.missing or "reference_missing")
    verdict = "met" if compared.is_met else "partly_met" if _is_near(facts, plan, found, indicator, year) else "not_met"
    alternative = None
    if held.other is not None:
        decimals = _decimals(plan, indicator, target)
        is_met = _holds(value, target, held.other, decimals)
        missed = target.sign * (rounded(float(held.other), decimals) - rounded(value, decimals))
        is_near = plan.rules["partly_met_by"] == "tolerance" and _is_tolerated(target, held.other, missed)
        alternative = "met" if is_met else "partly_met" if is_near else "not_met"
    reason = "riket_missing" if _fell_back(plan, target, held) else None
    return replace(found, verdict=verdict, reason=reason, verdict_alt=alternative)


def _is_near(facts: Facts, plan: Plan, found: Judgement, indicator: Indicator, year: int) -> bool:
    """Return whether a miss is partly met by the plan's rule."""
    target, compared, value = found.target, found.comparison, found.value
    if target is None or compared is None or value is None:
        return False
    if plan.rules["partly_met_by"] == "tolerance" and target.tolerance is not None:
        return _is_tolerated(target, compared.bar, -compared.compared_margin)
    if plan.rules["partly_met_by"] != "improving" or target.kind not in {"number", "range", "base_year"}:
        return False
    start = baseline(facts, plan, indicator, found.gender)
    if start is None or start[0] >= year or plan.breaks_between(indicator.kpi_id, start[0], year):
        return False
    return _goodness(indicator, target, compared, value) > _goodness(indicator, target, compared, start[1])


def _is_tolerated(target: Target, bar: Decimal, missed: Decimal) -> bool:
    """Return whether a value misses a number by no more than the criterion tolerates."""
    if target.tolerance is None:
        return False
    widest = dec(target.tolerance)
    return missed <= (abs(bar) * widest / 100 if target.is_tolerance_percent else widest)


def _goodness(indicator: Indicator, target: Target, compared: Comparison, value: float) -> Decimal:
    """Return a number that is greater for a better value."""
    if indicator.direction != "target":
        return indicator.sign * dec(value)
    if target.kind == "range":
        return min(dec(value) - dec(target.value or 0), dec(target.high or 0) - dec(value))
    return -abs(dec(value) - compared.bar)


def baseline(facts: Facts, plan: Plan, indicator: Indicator, gender: str = "T") -> tuple[int, float] | None:
    """Return the last outcome that the document knew at the start of the period, with today's value.

    If the document prints none for the KPI, the last year with a value by then.
    """
    start = plan.budget_years.start - YEARS_BEFORE_BUDGET
    rows = [
        each.indicator_id
        for each in plan.indicators
        if each == indicator or (indicator.kpi_id and each.kpi_id == indicator.kpi_id)
    ]
    printed = [year for row, year in plan.printed if row in rows and year <= start]
    known = measurements_of(facts, plan, indicator, gender)
    years = [year for year in known if year <= (max(printed) if printed else start)]
    return (max(years), known[max(years)]) if years else None


def target_of(plan: Plan, indicator: Indicator, year: int) -> Target | None:
    """Return the first criterion's target of the year."""
    return next(iter(targets_of(plan, indicator, year)), None)


def targets_of(plan: Plan, indicator: Indicator, year: int) -> list[Target]:
    """Return each criterion's target of the year: a standing one, else the latest due one, else the first."""
    targets = plan.targets.get(indicator.indicator_id, ())
    found = []
    for criterion in dict.fromkeys(each.criterion for each in targets):
        own = [each for each in targets if each.criterion == criterion]
        dated = sorted((each for each in own if each.year is not None), key=lambda each: each.year or 0)
        come = [each for each in dated if (each.year or 0) <= year]
        standing = [each for each in own if each.year is None]
        found.append(next(iter([*standing, *reversed(come), *dated])))
    return found


def _fell_back(plan: Plan, target: Target, held: Held) -> bool:
    """Return whether the unweighted mean replaces a missing Riket."""
    return (
        target.reference == "national_average"
        and plan.rules["national_average"] == "riket_else_unweighted"
        and held.kind != "riket"
    )


def is_voided(facts: Facts, plan: Plan, indicator: Indicator, target: Target, gender: str, year: int) -> bool:
    """Return whether a break lies between the value and the number or year that the criterion compares it with."""
    breaks = plan.breaks.get(indicator.kpi_id or "", ())
    if target.kind in {"number", "range", "gender_gap"}:
        return any(voids and first_after <= year for first_after, voids in breaks)
    earlier = previous_year(facts, plan, indicator, target, gender, year)
    return earlier is not None and plan.breaks_between(indicator.kpi_id, earlier, year)


def _decimals(plan: Plan, indicator: Indicator, target: Target) -> int | None:
    if target.kind == "reference":
        return indicator.display_decimals if plan.rules["average_precision"] == "display" else None
    rule = str(plan.rules["fixed_target_precision"])
    return target_decimals(rule, target.decimals, indicator.display_decimals)


def _holds(value: float, target: Target, bar: Decimal, decimals: int | None) -> bool:
    return holds(value, str(target.operator), float(bar), decimals)


def _compare(plan: Plan, indicator: Indicator, target: Target, value: float, held: Held) -> Comparison | None:
    decimals = _decimals(plan, indicator, target)
    if target.kind == "range":
        return _compare_range(target, value, decimals)
    if held.bar is None:
        return None
    if target.kind in PLACES:
        spare = held.bar - (held.place or 0)
        return Comparison(spare >= 0, spare >= 0, None, spare, spare, held.bar)
    margins = [target.sign * (rounded(value, places) - rounded(float(held.bar), places)) for places in (None, decimals)]
    is_mean = target.kind == "reference"
    return Comparison(
        is_met=_holds(value, target, held.bar, decimals),
        is_met_exactly=_holds(value, target, held.bar, None),
        is_borderline=looks_equal(value, float(held.bar), indicator.display_decimals) if is_mean else None,
        margin=margins[0],
        compared_margin=margins[1],
        bar=held.bar,
    )


def _compare_range(target: Target, value: float, decimals: int | None) -> Comparison | None:
    """Compare with a range, ends included; the margin is the distance to the nearer end, negative outside."""
    low, high = target.value or 0.0, target.high or 0.0
    margins = [
        min(rounded(value, places) - rounded(low, places), rounded(high, places) - rounded(value, places))
        for places in (None, decimals)
    ]
    nearer = low if abs(dec(value) - dec(low)) <= abs(dec(value) - dec(high)) else high
    if target.is_tolerance_percent and nearer == 0:
        return None
    return Comparison(margins[1] >= 0, margins[0] >= 0, None, margins[0], margins[1], dec(nearer))
