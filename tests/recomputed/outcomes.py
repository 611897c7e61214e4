"""The outcome of an indicator in a year: its value and source, or why it is missing."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from tests.recomputed.facts import Facts
from tests.recomputed.plan_files import Indicator, Plan, available_on

_STATUS_REASONS = {"Privacy": "withheld", "Not applicable": "not_applicable", "Missing": "missing_reported"}


@dataclass(frozen=True, slots=True)
class Outcome:
    """A value with its source: kolada, manual or document."""

    value: float
    source: str


def outcome(facts: Facts, plan: Plan, indicator: Indicator, year: int) -> Outcome | None:
    """Return Kolada's value, else the manual figure, else the printed one; never another year's."""
    if indicator.kpi_id:
        value = facts.value(indicator.kpi_id, year, "T", plan.municipality_id)
        if value is not None:
            return Outcome(value, "kolada")
    manual = plan.manual.get((indicator.indicator_id, year))
    if manual is not None and manual.value is not None:
        return Outcome(manual.value, "manual")
    for each in printed_under(plan, indicator):
        if (each, year) in plan.printed:
            return Outcome(plan.printed[each, year], "document")
    return None


def measurements(facts: Facts, plan: Plan, indicator: Indicator, gender: str) -> dict[int, float]:
    """Return every year with a value of one gender, or of the gap; values by gender are always Kolada's."""
    kpi_id, own = indicator.kpi_id or "", plan.municipality_id
    years = sorted(
        {year for kpi, year, _ in facts.cells if kpi == kpi_id}
        | {year for _, year in plan.manual}
        | {year for _, year in plan.printed}
    )
    if gender == "T":
        found = {year: outcome(facts, plan, indicator, year) for year in years}
        return {year: each.value for year, each in found.items() if each is not None}
    told = {
        each: {year: value for year in years if (value := facts.value(kpi_id, year, each, own)) is not None}
        for each in (("K", "M") if gender == "gap" else (gender,))
    }
    if gender != "gap":
        return told[gender]
    return {
        year: float(abs(Decimal(repr(told["K"][year])) - Decimal(repr(told["M"][year]))))
        for year in years
        if year in told["K"] and year in told["M"]
    }


def printed_under(plan: Plan, indicator: Indicator) -> list[str]:
    """Return the indicator itself, then the others with the same KPI."""
    others = [
        each.indicator_id
        for each in plan.indicators
        if indicator.kpi_id and each.kpi_id == indicator.kpi_id and each != indicator
    ]
    return [indicator.indicator_id, *others]


def missing_reason(facts: Facts, plan: Plan, indicator: Indicator, year: int, gender: str = "T") -> str:
    """Return why there is no outcome: the first matching reason of the decision table."""
    kpi_id = indicator.kpi_id
    if kpi_id is None:
        return "manual_input_missing"
    own = {gender: facts.cells.get((kpi_id, year, gender), {}).get(plan.municipality_id) for gender in ("T", "K", "M")}
    has_own = any(cell is not None for cell in own.values())
    asked = [own[each] for each in (("K", "M") if gender == "gap" else (gender,))]
    has_asked = has_own if gender == "T" else all(cell is not None for cell in asked)
    statuses = [_STATUS_REASONS[cell.status] for cell in asked if cell is not None and cell.status in _STATUS_REASONS]
    status = statuses[0] if statuses else None
    years = facts.years(kpi_id)
    later = [each for each in years if each > year]
    is_read, is_measured = year in years, facts.has_any_value(kpi_id, year)
    closed_after = facts.closed_after(kpi_id)
    is_due = facts.today > _due(facts, plan, kpi_id, year)
    any_value = any(cell is not None and cell.value is not None for cell in own.values())
    decision = (
        (kpi_id not in facts.titles and not has_own, "kpi_withdrawn"),
        (closed_after is not None and closed_after < year, "kpi_closed"),
        (status is not None, status),
        (any_value, "total_missing" if gender == "T" else "gender_missing"),
        (not is_read and not later and not is_due, "not_published_yet"),
        (not is_read and not later and bool(years), "publication_overdue"),
        (not is_measured and any(facts.has_any_value(kpi_id, each) for each in later), "not_measured"),
        (has_asked, "value_withheld_unknown"),
        (is_read and not has_own, "not_participating"),
        (bool(later) and not is_read, "not_measured"),
        (True, "nothing_published"),
    )
    return next(str(reason) for fits, reason in decision if fits)


def _due(facts: Facts, plan: Plan, kpi_id: str, year: int) -> date:
    """Return the day by which a year's value is published: by the plan, the catalogue, or else three years later."""
    listed = available_on(plan, kpi_id, year)
    if listed is not None:
        return listed
    if kpi_id in facts.publications:
        period, first = facts.publications[kpi_id]
        day = min(first.day, 28) if first.month == 2 else first.day
        return date(year + first.year - period, first.month, day)
    return date(year + 3, 12, 31)
