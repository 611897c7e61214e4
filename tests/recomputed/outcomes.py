"""The outcome of an indicator in a year: its value and where it comes from, or why there is none."""

from dataclasses import dataclass

from tests.recomputed.facts import Facts
from tests.recomputed.plan_files import Indicator, Plan, available_on

# The decision table has no word for a year whose day of publication has passed while nothing has come from
# anyone, for it or a later one, of a KPI that did publish earlier years. The published code is taken.
OVERDUE = "publication_overdue"
_STATUS_REASONS = {"Privacy": "withheld", "Not applicable": "not_applicable", "Missing": "missing_reported"}


@dataclass(frozen=True, slots=True)
class Outcome:
    """A value with its source: kolada, manual or document."""

    value: float
    source: str


def outcome(facts: Facts, plan: Plan, indicator: Indicator, year: int) -> Outcome | None:
    """Kolada's value, else the figure that people entered, else the printed one; never another year's."""
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


def printed_under(plan: Plan, indicator: Indicator) -> list[str]:
    """The indicator itself, then the others that use the same KPI."""
    others = [
        each.indicator_id
        for each in plan.indicators
        if indicator.kpi_id and each.kpi_id == indicator.kpi_id and each != indicator
    ]
    return [indicator.indicator_id, *others]


def missing_reason(facts: Facts, plan: Plan, indicator: Indicator, year: int) -> str:
    """Why there is no outcome: the first reason that fits, in the order of the decision table."""
    kpi_id = indicator.kpi_id
    if kpi_id is None:
        return "manual_input_missing"
    units = facts.cells.get((kpi_id, year, "T"), {})
    own = units.get(plan.municipality_id)
    closed_after = facts.closed_after(kpi_id)
    later = [each for each in facts.years(kpi_id) if each > year]
    due = available_on(plan, kpi_id, year)
    is_measured = facts.has_any_value(kpi_id, year)
    decision = (
        (kpi_id not in facts.titles and own is None, "kpi_withdrawn"),
        (closed_after is not None and closed_after < year, "kpi_closed"),
        (not units and not later and (due is None or facts.today <= due), "not_published_yet"),
        (not is_measured and any(facts.has_any_value(kpi_id, each) for each in later), "not_measured"),
        (own is not None, _STATUS_REASONS.get(own.status if own else "", "value_withheld_unknown")),
        (is_measured, "not_participating"),
        (not facts.years(kpi_id), "nothing_published"),
    )
    return next((reason for fits, reason in decision if fits), OVERDUE)
