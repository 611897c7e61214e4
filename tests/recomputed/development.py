"""Baseline, change, trend, required and actual pace, projection.

No change, trend, pace or projection crosses a break in the KPI's series. Changes are as measured (value minus
the earlier value); `required_per_year` and `actual_per_year` are positive towards the target.
"""

from dataclasses import dataclass

from tests.recomputed.facts import Facts
from tests.recomputed.judgement import baseline, is_voided, target_of
from tests.recomputed.outcomes import outcome
from tests.recomputed.plan_files import Indicator, Plan
from tests.recomputed.precision import looks_equal, looks_zero


@dataclass(frozen=True, slots=True)
class Development:
    """The development of an indicator up to one year."""

    baseline_year: int | None
    baseline_value: float | None
    change_since_baseline: float | None
    trend: str | None
    change_since_last_year: float | None
    trend_since_last_year: str | None
    required_per_year: float | None
    actual_per_year: float | None
    pace: str | None
    projected_value: float | None


def development(facts: Facts, plan: Plan, indicator: Indicator, year: int) -> Development:
    """Return the development of an indicator up to a year."""
    start = baseline(facts, plan, indicator)
    found = outcome(facts, plan, indicator, year)
    value = None if found is None else found.value
    before = outcome(facts, plan, indicator, year - 1)
    earlier = None if before is None else (year - 1, before.value)
    since_start = start if start is not None and start[0] < year else None
    change = _change(plan, indicator, since_start, year, value)
    aim = _aim(facts, plan, indicator, year)
    required = _required(indicator, start, aim)
    actual = pace = projected = None
    if change is not None and start is not None:
        actual = indicator.sign * change / (year - start[0])
        if aim is not None and required is not None and value is not None and year <= aim[0]:
            pace = _pace(indicator, value, _needed(indicator, start, aim, required, year))
            projected = start[1] + change / (year - start[0]) * (aim[0] - start[0]) if year < aim[0] else None
    return Development(
        baseline_year=None if start is None else start[0],
        baseline_value=None if start is None else start[1],
        change_since_baseline=change,
        trend=_trend(plan, indicator, since_start, year, value),
        change_since_last_year=_change(plan, indicator, earlier, year, value),
        trend_since_last_year=_trend(plan, indicator, earlier, year, value),
        required_per_year=required,
        actual_per_year=actual,
        pace=pace,
        projected_value=projected,
    )


def _change(
    plan: Plan, indicator: Indicator, earlier: tuple[int, float] | None, year: int, value: float | None
) -> float | None:
    if earlier is None or value is None or plan.breaks_between(indicator.kpi_id, earlier[0], year):
        return None
    return value - earlier[1]


def _trend(
    plan: Plan, indicator: Indicator, earlier: tuple[int, float] | None, year: int, value: float | None
) -> str | None:
    if earlier is None or value is None or indicator.direction is None:
        return None
    if plan.breaks_between(indicator.kpi_id, earlier[0], year):
        return "method_changed"
    if looks_zero(value - earlier[1], indicator.display_decimals):
        return "unchanged"
    return "improved" if indicator.sign * (value - earlier[1]) > 0 else "worsened"


def _aim(facts: Facts, plan: Plan, indicator: Indicator, year: int) -> tuple[int, float] | None:
    """Return year and number of a dated target, or None if a break has voided it."""
    target = target_of(plan, indicator, year)
    if target is None or target.kind != "number" or target.value is None or target.year is None:
        return None
    if is_voided(facts, plan, indicator, target, "T", year):
        return None
    return target.year, target.value


def _required(indicator: Indicator, start: tuple[int, float] | None, aim: tuple[int, float] | None) -> float | None:
    """Return the gap at the baseline divided by the years to the target; zero if the target was reached then."""
    if start is None or aim is None or start[0] >= aim[0]:
        return None
    return max(indicator.sign * (aim[1] - start[1]), 0.0) / (aim[0] - start[0])


def _needed(
    indicator: Indicator, start: tuple[int, float], aim: tuple[int, float], required: float, year: int
) -> float:
    """Return the value needed in a year: on the line from baseline to target, else the target itself."""
    if required == 0:
        return aim[1]
    return start[1] + indicator.sign * required * (year - start[0])


def _pace(indicator: Indicator, value: float, needed: float) -> str:
    """Return whether the value is ahead of, on or behind the needed one, at display decimals."""
    if looks_equal(value, needed, indicator.display_decimals):
        return "on_pace"
    return "ahead" if indicator.sign * (value - needed) > 0 else "behind"
