"""The number that a criterion compares a value with: its own number, a mean, an earlier value, a place.

Computed in decimal arithmetic on the shortest text of each number.
"""

from collections.abc import Collection
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from fractions import Fraction
from statistics import median, quantiles

from tests.recomputed.facts import RIKET, Facts
from tests.recomputed.outcomes import measurements as measurements_of
from tests.recomputed.plan_files import Indicator, Plan, Target

PLACES = {"rank", "best_share"}
EARLIER = {"previous_year", "previous_measurement", "base_year"}
_MISSING = {**dict.fromkeys(EARLIER, "previous_missing"), "other_value": "comparison_value_missing"}


@dataclass(frozen=True, slots=True)
class Held:
    """The number that a value is compared with.

    `figure` is the reference or earlier value before the offset, `bar` the compared number (for a range it
    follows from the value), `other` the alternative national average. For a place, `bar` is the last place
    that meets the criterion.
    """

    kind: str | None = None
    figure: float | None = None
    n: int | None = None
    bar: Decimal | None = None
    other: Decimal | None = None
    place: int | None = None
    missing: str | None = None


def dec(number: float) -> Decimal:
    """Return the number as its shortest decimal."""
    return Decimal(repr(float(number)))


def held_against(facts: Facts, plan: Plan, indicator: Indicator, target: Target, gender: str, year: int) -> Held:
    """Return what the criterion compares a value of one gender and year with."""
    if target.kind in PLACES:
        return _place(facts, plan, indicator, target, gender, year)
    if target.kind == "range":
        return Held()
    if target.kind in {"number", "gender_gap"}:
        return Held(bar=_of_something(target, dec(target.value or 0)))
    if target.kind == "reference":
        kind, figure, n, other = _reference(facts, plan, indicator, target, gender, year)
    else:
        kind, figure, n, other = target.kind, _earlier(facts, plan, indicator, target, gender, year), None, None
    if figure is None:
        return Held(missing=_MISSING.get(target.kind, "reference_missing"))
    bar = _of_something(target, _with_offset(target, figure))
    if bar is None:
        return Held(kind, figure, n, missing="reference_missing")
    return Held(kind, figure, n, bar, None if other is None else _with_offset(target, other))


def _of_something(target: Target, bar: Decimal | None) -> Decimal | None:
    """Return the compared number, or None for a tolerance in percent of zero."""
    return None if target.is_tolerance_percent and not bar else bar


def _with_offset(target: Target, figure: float) -> Decimal | None:
    """Return the figure plus the offset, or None for an offset in percent of zero."""
    base = dec(figure)
    if not target.offset:
        return base
    if not target.is_offset_percent:
        return base + dec(target.offset)
    return base + abs(base) * dec(target.offset) / 100 if base else None


def _earlier(facts: Facts, plan: Plan, indicator: Indicator, target: Target, gender: str, year: int) -> float | None:
    if target.kind == "other_value":
        manual = plan.manual.get((indicator.indicator_id, year))
        return None if manual is None else manual.comparison_value
    known = measurements_of(facts, plan, indicator, gender)
    if target.kind == "previous_measurement":
        before = [each for each in known if each < year]
        return known[max(before)] if before else None
    wanted = year - 1 if target.kind == "previous_year" else target.base_year
    return known.get(wanted or 0)


def previous_year(facts: Facts, plan: Plan, indicator: Indicator, target: Target, gender: str, year: int) -> int | None:
    """Return the year of the earlier value that the criterion uses, if any."""
    if target.kind == "previous_year":
        return year - 1
    if target.kind == "base_year":
        return target.base_year
    if target.kind == "previous_measurement":
        return max((each for each in measurements_of(facts, plan, indicator, gender) if each < year), default=None)
    return None


def units_of(facts: Facts, plan: Plan, indicator: Indicator, scope: str) -> Collection[str] | None:
    """Return the units of a scope or a reference; None means all of the plan's own type."""
    own = plan.municipality_id
    match scope.partition(":"):
        case ("county", _, _):
            return [unit for unit, kind in facts.unit_types.items() if kind == "K" and unit[:2] == own[:2]]
        case ("similar", _, _):
            group = facts.similar_group(indicator.topic or "", own)
            return () if group is None else group.members
        case ("own", _, name):
            return plan.lists[name]
        case ("group", _, group_id):
            return facts.groups[group_id]
        case _:
            return None


def _reference(
    facts: Facts, plan: Plan, indicator: Indicator, target: Target, gender: str, year: int
) -> tuple[str | None, float | None, int | None, float | None]:
    kpi_id, own, wanted = indicator.kpi_id or "", plan.municipality_id, target.reference or ""
    peers = facts.peers_values(kpi_id, year, gender, own)
    riket = facts.value(kpi_id, year, gender, RIKET)
    mean = _mean(list(peers.values()))
    if wanted == "national_average":
        rule = str(plan.rules["national_average"])
        both = [("riket", riket, None), ("unweighted_mean", mean, len(peers))]
        first, second = both if rule.startswith("riket") else both[::-1]
        if first[1] is None:
            return (*second, None) if "else" in rule else (None, None, None, None)
        return (*first, second[1])
    if wanted == "riket":
        return "riket", riket, None, None
    if wanted in {"unweighted_mean", "median", "p25", "p75"}:
        return wanted, _spread(list(peers.values()))[wanted] if peers else None, len(peers), None
    units = units_of(facts, plan, indicator, wanted) or ()
    every = {**facts.municipality_values(kpi_id, year, gender), **peers}
    values = [every[unit] for unit in dict.fromkeys(units) if unit in every]
    name = {"county": f"county:{own[:2]}", "own": f"own:{plan.plan_id}:{wanted[4:]}"}.get(wanted.split(":")[0], wanted)
    if wanted == "similar":
        group = facts.similar_group(indicator.topic or "", own)
        name = "" if group is None else f"similar:{group.group_id}"
    return name, _mean(values), len(values), None


def _mean(values: list[float]) -> float | None:
    known = [Fraction(dec(value)) for value in values]
    return float(sum(known) / len(known)) if known else None


def _spread(values: list[float]) -> dict[str, float | None]:
    """Return mean, median and quartiles of the exact decimals."""
    known = [Fraction(dec(value)) for value in values]
    lower, _, upper = quantiles(known, n=4, method="inclusive") if len(known) > 1 else (known[0],) * 3
    return {"unweighted_mean": _mean(values), "median": float(median(known)), "p25": float(lower), "p75": float(upper)}


def _place(facts: Facts, plan: Plan, indicator: Indicator, target: Target, gender: str, year: int) -> Held:
    """Return the own unit's place on values as received; equal values share the better place."""
    own, kpi_id, scope = plan.municipality_id, indicator.kpi_id or "", target.rank_scope or ""
    peers = facts.peers_values(kpi_id, year, gender, own)
    if own not in peers:
        return Held(missing="reference_missing")
    units = units_of(facts, plan, indicator, scope)
    every = {**facts.municipality_values(kpi_id, year, gender), **peers}
    among = peers if units is None else {unit: every[unit] for unit in {*units, own} if unit in every}
    better = sum(1 for value in among.values() if indicator.sign * (value - peers[own]) > 0)
    n = len(among)
    last = dec(target.value or 0)
    if target.kind == "best_share":
        last = (n * last / 100).to_integral_value(rounding=ROUND_CEILING)
    return Held(target.kind, n=n, bar=last, place=1 + better)
