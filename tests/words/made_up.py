"""Made-up worlds, drawn by hypothesis: a plan of a few indicators, and two nights of values near what they are held to.

Each indicator has a KPI of its own or is entered by hand. Values lie a little beside the number, the mean or the
earlier value that they are held against: where a sentence or a rounding can go wrong.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from random import Random

from hypothesis import strategies as st

from tests.words.small import OTHERS, OWN, TARGET_YEAR, YEARS, SmallKolada, SmallPlan

OPERATORS = {"higher": (">=", ">"), "lower": ("<=", "<")}
ALSO = ("range", "previous_measurement", "base_year", "rank", "best_share", "gender_gap", "several", "women", "both")
KINDS = ("number", "average", "number", "similar", "previous_year", "other_value", "offset", *ALSO)
OF_KOLADA = ("rank", "best_share", "gender_gap", "several", "women", "both")
Cells = Mapping[tuple[str, int, str], float | None]


@dataclass(frozen=True)
class Figures:
    """What is known of an indicator: printed, entered by hand, and Kolada's cells on two nights."""

    year: int | None
    printed: float | None
    manual: Mapping[int, tuple[float, float | None]]
    nights: tuple[Cells, Cells]


@dataclass(frozen=True)
class MadeUpIndicator:
    """One indicator: what hypothesis draws of it. Its figures follow from these and a seed."""

    number: int
    direction: str
    display_decimals: int
    kind: str
    operator: str
    bar: Decimal
    near: tuple[Decimal, ...]
    seed: int

    @property
    def id(self) -> str:
        """Its id in the plan."""
        return f"A{self.number}"

    @property
    def kpi_id(self) -> str:
        """The KPI that only it reads; empty where its figures are entered by hand."""
        return "" if self.figures.manual else f"N{self.number:05}"

    @property
    def figures(self) -> Figures:
        """What is known of it."""
        return figures(self.kind, self.bar, self.near, self.seed)


@dataclass(frozen=True)
class MadeUpWorld:
    """A plan's rules and indicators."""

    rules: Mapping[str, str]
    indicators: tuple[MadeUpIndicator, ...]


def written(number: float | Decimal | None) -> str:
    """A number as plan files have it."""
    return "" if number is None else format(Decimal(str(number)), "f")


@st.composite
def numbers(draw: st.DrawFn) -> Decimal:
    """A number from 0 to 100 with few decimals."""
    places = draw(st.integers(0, 3))
    return Decimal(draw(st.integers(0, 100 * 10**places))).scaleb(-places)


# A hair's breadth, or some way off: what lies between a value and what it is held against.
offsets = st.builds(lambda steps, places: Decimal(steps).scaleb(-places), st.integers(-7, 7), st.integers(0, 9))


@st.composite
def indicators(draw: st.DrawFn, number: int) -> MadeUpIndicator:
    """An indicator."""
    direction = draw(st.sampled_from(sorted(OPERATORS)))
    return MadeUpIndicator(
        number=number,
        direction=direction,
        display_decimals=draw(st.integers(0, 3)),
        kind=draw(st.sampled_from(KINDS)),
        operator=draw(st.sampled_from(OPERATORS[direction])),
        bar=draw(numbers()),
        near=tuple(draw(st.lists(offsets, min_size=4, max_size=4))),
        seed=draw(st.integers(0, 2**32 - 1)),
    )


@cache
def figures(kind: str, bar: Decimal, near: tuple[Decimal, ...], seed: int) -> Figures:
    """Figures that lie around a number."""
    chance = Random(seed)

    def beside() -> float:
        return float(bar + chance.choice([*near, Decimal(0)]))

    manual: dict[int, tuple[float, float | None]] = {}
    if kind == "other_value" or (
        kind in ("number", "previous_year", "range", "previous_measurement", "base_year") and chance.random() < 0.2
    ):
        years = [TARGET_YEAR, *(year for year in YEARS if year != TARGET_YEAR and chance.random() < 0.8)]
        manual = {year: (beside(), beside() if kind == "other_value" else None) for year in sorted(years)}
    return Figures(
        year=chance.choice([TARGET_YEAR, TARGET_YEAR, TARGET_YEAR, 2024, None])
        if kind in ("number", "range", "rank", "women", "gender_gap")
        else None,
        printed=chance.choice([None, beside()]),
        manual=manual,
        nights=nights(float(bar), beside, chance, has_genders=kind in ("gender_gap", "women", "both", "several")),
    )


def nights(bar: float, beside: Callable[[], float], chance: Random, *, has_genders: bool) -> tuple[Cells, Cells]:
    """Two nights' values of a KPI: the own municipality's by gender, the others', and maybe Riket's."""
    first: dict[tuple[str, int, str], float | None] = {}
    has_riket, has_genders = chance.random() < 0.5, has_genders or chance.random() < 0.5
    for year in YEARS:
        near = beside()
        first |= {(unit, year, "T"): chance.choice([near, bar, beside()]) for unit in OTHERS}
        if chance.random() < 0.9:
            first[OWN, year, "T"] = beside() if chance.random() < 0.9 else None
        if has_genders:
            first |= {(OWN, year, gender): beside() for gender in ("K", "M") if chance.random() < 0.9}
        if has_riket:
            first["0000", year, "T"] = chance.choice([bar, beside()])
    second = {
        cell: value if chance.random() < 0.5 else beside() if chance.random() < 0.9 else None
        for cell, value in first.items()
        if chance.random() < 0.98
    }
    return first, second


@st.composite
def worlds(draw: st.DrawFn, count: int) -> MadeUpWorld:
    """A world of as many indicators."""
    rules = {
        "fixed_target_precision": draw(st.sampled_from(["finer_of_target_and_display", "target", "display", "exact"])),
        "average_precision": draw(st.sampled_from(["exact", "display"])),
        "national_average": draw(
            st.sampled_from(["riket_else_unweighted", "unweighted_else_riket", "riket", "unweighted"])
        ),
        "reference_min_n": draw(st.sampled_from(["1", "100"])),
        "latest_measurement": draw(st.sampled_from(["false", "false", "true"])),
        "partly_met_by": draw(st.sampled_from(["none", "tolerance", "improving"])),
    }
    return MadeUpWorld(rules, tuple(draw(indicators(number)) for number in range(1, count + 1)))


def plan_of(world: MadeUpWorld) -> SmallPlan:
    """The world's plan."""
    plan = SmallPlan(rules=dict(world.rules))
    for each in world.indicators:
        plan.indicator(
            each.id,
            each.kpi_id,
            direction=each.direction,
            display_decimals=each.display_decimals,
            similar_group_topic="grundskola" if each.kpi_id else "",
            criteria_rule=("all", "any")[each.seed % 2] if each.kind == "several" else "",
        )
        tolerance = {"tolerance": "2"} if world.rules["partly_met_by"] == "tolerance" and each.seed % 3 else {}
        for cells in targets_of(each):
            plan.target(each.id, **{"operator": each.operator, **cells, **tolerance})
        for year, (value, other) in each.figures.manual.items():
            plan.figure(each.id, year, written(value), comparison_value=written(other))
        if each.figures.printed is not None:
            plan.add("outcomes_document", indicator_id=each.id, year=2020, value=written(each.figures.printed))
    return plan


def targets_of(each: MadeUpIndicator) -> list[dict[str, object]]:
    """What the indicator has to reach, beside the operator: of several criteria, each with its name."""
    if each.kind != "several":
        return [target_of(each, each.kind)]
    kinds = (("number", "level"), ("previous_year", "growth"), ("rank", "place"))
    return [{**target_of(each, kind), "criterion": name} for kind, name in kinds]


def target_of(each: MadeUpIndicator, kind: str) -> dict[str, object]:
    """What a criterion of a kind asks for, beside the operator."""
    printed, year = written(each.bar).replace(".", ","), each.figures.year or ""
    known: dict[str, dict[str, object]] = {
        "number": {"printed": printed, "year": year},
        "women": {"printed": printed, "year": year, "gender": "K"},
        "both": {"printed": printed, "year": "", "gender": "both"},
        "average": {"kind": "reference", "reference": "national_average"},
        "similar": {"kind": "reference", "reference": "similar"},
        "offset": {
            "kind": "reference",
            "reference": "unweighted_mean",
            "offset": written(each.near[0] or Decimal(2)),
            "offset_unit": ("points", "percent")[each.seed % 2],
        },
        "range": {
            "kind": "range",
            "operator": "",
            "target_value": written(each.bar),
            "target_high": written(each.bar + abs(each.near[1])),
            "target_text": f"{printed} och uppåt",
            "year": year,
        },
        "base_year": {"kind": "base_year", "base_year": YEARS[0], "offset": written(each.near[2] or Decimal(1))},
        "rank": {"kind": "rank", "operator": "", "target_value": 1 + each.seed % 4, "rank_scope": "all", "year": year},
        "best_share": {"kind": "best_share", "operator": "", "target_value": "33.3", "rank_scope": "similar"},
        "gender_gap": {"kind": "gender_gap", "operator": "<=", "target_value": "1.5", "year": year},
    }
    return known.get(kind, {"kind": kind})


def kolada_of(world: MadeUpWorld, night: int) -> SmallKolada:
    """What Kolada holds on a night."""
    kolada = SmallKolada()
    for each in world.indicators:
        if each.kpi_id:
            kolada.kpi(each.kpi_id)
            for (unit, year, gender), value in each.figures.nights[night].items():
                kolada.cell(each.kpi_id, unit, year, value, gender)
    return kolada
