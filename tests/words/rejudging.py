"""A second implementation of the judgement in plain Python, before and after some changes of its inputs.

It uses none of the product's code: a `World` has all inputs of one verdict, `judged` is its verdict by the plan's
rules, and `causes` are the changes that alone give the new verdict, or the smallest sets of them that do.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import ROUND_HALF_UP, Decimal
from itertools import combinations
from statistics import mean, median

YEAR = 2023
ORDER = (
    "target_edited",
    "indicator_edited",
    "rule_changed",
    "break_edited",
    "manual_figure_edited",
    "kpi_rescaled",
    "new_year",
    "own_value_withdrawn",
    "own_value_suppressed",
    "own_value_restored",
    "own_value_revised",
    "group_changed",
    "reference_revised",
)
UNITS = ("0114", "0115", "0117", "0120", "0123", "0125")
Values = Mapping[int, float | None]


@dataclass(frozen=True)
class Series:
    """One KPI: the own unit's values by year, by gender, Riket's, and the other units' of the judged year."""

    own: Values = field(default_factory=dict)
    women: float | None = None
    men: float | None = None
    riket: float | None = None
    others: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class World:
    """All inputs of the verdict of one indicator in one year."""

    kind: str = "number"
    operator: str = ">="
    number: float | None = 80.0
    high: float | None = None
    text: str = "80"
    offset: float | None = None
    reference: str = ""
    base_year: int | None = None
    rank_scope: str = ""
    gender: str = "T"
    tolerance: float | None = None
    is_standing: bool = False
    is_yearly: bool = True
    kpi: int = 0
    direction: str = "higher"
    decimals: int = 1
    topic: int = 0
    rules: Mapping[str, str] = field(default_factory=dict)
    own_list: tuple[str, ...] = UNITS[:2]
    breaks: tuple[tuple[int, bool], ...] = ()
    figure: float | None = None
    other_figure: float | None = None
    series: tuple[Series, ...] = (Series(), Series())
    members: tuple[tuple[str, ...], ...] = (UNITS[:3], UNITS[3:])


Step = Callable[[World], World]
Change = tuple[str, Step]


def plan(**fields: object) -> Step:
    """Return a step that changes fields of the plan."""
    return lambda world: replace(world, **fields)


def values(slot: int = 0, **fields: object) -> Step:
    """Return a step that changes fields of one KPI's series."""

    def step(world: World) -> World:
        series = list(world.series)
        series[slot] = replace(series[slot], **fields)
        return replace(world, series=tuple(series))

    return step


def own(years: Mapping[int, float | None], slot: int = 0) -> Step:
    """Return a step that changes own values in some years; None hides a value."""
    return lambda world: values(slot, own={**world.series[slot].own, **years})(world)


def gone(year: int, slot: int = 0) -> Step:
    """Return a step that removes the own cell of a year."""
    return lambda world: values(
        slot, own={other: value for other, value in world.series[slot].own.items() if other != year}
    )(world)


def members(*units: str, slot: int = 0) -> Step:
    """Return a step that changes the members of a group of similar municipalities."""

    def step(world: World) -> World:
        groups = list(world.members)
        groups[slot] = units
        return replace(world, members=tuple(groups))

    return step


def changed(world: World, changes: Sequence[Change]) -> World:
    """Return a world after some changes."""
    for _, step in changes:
        world = step(world)
    return world


def causes(world: World, changes: Sequence[Change]) -> list[str]:
    """Return the causes of the verdict that all changes together give, the main one first."""
    now = judged(changed(world, changes))
    for size in range(1, len(changes) + 1):
        found = [chosen for chosen in combinations(changes, size) if judged(changed(world, chosen)) == now]
        if found:
            codes = {code for chosen in found for code, _ in chosen}
            return [code for code in ORDER if code in codes]
    raise AssertionError("no change gives the verdict")


def judged(world: World) -> str:
    """Return the verdict of the year."""
    series = world.series[world.kpi]
    value = own_value(world, series)
    if value is None:
        return "no_data"
    if not world.is_yearly:
        return "not_assessable"
    if any(
        (world.kind in ("number", "range", "gender_gap") and voids and first <= YEAR)
        or (world.kind == "previous_year" and first == YEAR)
        or (world.kind == "base_year" and world.base_year is not None and world.base_year < first <= YEAR)
        for first, voids in world.breaks
    ):
        return "not_comparable"
    return against(world, series, value)


def own_value(world: World, series: Series) -> float | None:
    """Return the compared value: the total or the criterion's gender, else the manual figure."""
    if world.kind == "gender_gap":
        return None if series.women is None or series.men is None else abs(series.women - series.men)
    if world.gender in ("K", "M"):
        return series.women if world.gender == "K" else series.men
    value = series.own.get(YEAR)
    if value is None and world.figure is not None:
        return world.figure
    if value is None and world.rules.get("latest_measurement") == "true":
        earlier = [series.own[year] for year in sorted(series.own) if year < YEAR and series.own[year] is not None]
        return earlier[-1] if earlier else None
    return value


def against(world: World, series: Series, value: float) -> str:
    """Return the verdict of comparing the value with what the criterion names."""
    others = series.others
    if world.kind == "rank":
        scope = set(UNITS) if world.rank_scope == "all" else set(world.members[world.topic])
        better = [
            other
            for unit, other in others.items()
            if unit in scope and (other > value if world.direction == "higher" else other < value)
        ]
        return verdict(world, world.number - (1 + len(better)) >= 0, 0.0)
    aim = aimed_at(world, series)
    if aim is None:
        return "no_data"
    places = decimals(world)
    left, right = rounded(value, places), rounded(aim, places)
    if world.kind == "range":
        is_met = rounded(world.number, places) <= left <= rounded(world.high, places)
        return verdict(world, is_met, 0.0)
    signed = left - right if world.operator in (">=", ">") else right - left
    return verdict(world, signed > 0 or (signed == 0 and world.operator in (">=", "<=")), signed)


def verdict(world: World, is_met: bool, margin: Decimal | float) -> str:
    """Return met, partly met within the tolerance, or not met."""
    if is_met:
        return "met"
    is_near = world.rules.get("partly_met_by") == "tolerance" and world.tolerance is not None
    return "partly_met" if is_near and margin >= -Decimal(repr(world.tolerance)) else "not_met"


def aimed_at(world: World, series: Series) -> float | None:
    """Return the number that the value is compared with."""
    base: float | None
    match world.kind:
        case "previous_year":
            base = series.own.get(YEAR - 1)
        case "base_year":
            base = series.own.get(world.base_year)
        case "other_value":
            base = world.other_figure
        case "reference":
            base = referenced(world, series)
        case _:
            return world.number
    return base if base is None or world.offset is None else base + world.offset


def referenced(world: World, series: Series) -> float | None:
    """Return the reference that the criterion names."""
    every = [*series.others.values(), *([own] if (own := series.own.get(YEAR)) is not None else [])]
    unweighted = mean(every) if every else None
    match world.reference:
        case "riket":
            return series.riket
        case "national_average":
            rule = world.rules.get("national_average", "riket_else_unweighted")
            return {
                "riket": series.riket,
                "unweighted": unweighted,
                "unweighted_else_riket": series.riket if unweighted is None else unweighted,
                "riket_else_unweighted": unweighted if series.riket is None else series.riket,
            }[rule]
        case "median":
            return median(every) if every else None
        case "similar":
            chosen = world.members[world.topic]
        case _:
            chosen = world.own_list
    values = [series.others[unit] for unit in chosen if unit in series.others]
    return mean(values) if values else None


def decimals(world: World) -> int | None:
    """Return the decimals of the comparison; None means as received."""
    printed = len(world.text.partition(",")[2])
    if world.kind == "reference":
        return world.decimals if world.rules.get("average_precision") == "display" else None
    return {
        "exact": None,
        "display": world.decimals,
        "target": printed,
        "finer_of_target_and_display": max(printed, world.decimals),
    }[world.rules.get("fixed_target_precision", "exact")]


def rounded(number: float, places: int | None) -> Decimal:
    """Round half away from zero; without places return the number as received."""
    exact = Decimal(repr(number))
    return exact if places is None else exact.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
