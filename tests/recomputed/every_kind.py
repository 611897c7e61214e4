"""Made-up worlds with every kind of criterion and few different values, so that ties and zeros are frequent.

A world is drawn from a seed: a plan of a municipality or of a region, and the data of one run. Over any four worlds in
a row each kind is used with every direction and operator that it allows, and with each reference and scope.
"""

from collections.abc import Callable
from random import Random

from tests.words.small import OTHERS, OWN, UNITS, YEARS, SmallKolada, SmallPlan

REGION = "0014"
REGIONS = {REGION: "Regionen", "0001": "Region Ett", "0005": "Region Fem", "0012": "Region Tolv"}
NEIGHBOURS = {"1440": "Grannen", "1487": "Nästgården"}
VALUES = (-10.0, -1.5, 0.0, 0.0, 0.05, 1.0, 1.1, 2.0, 2.45, 5.0, 10.0, 99.95)
OPERATORS = {"higher": (">=", ">"), "lower": ("<=", "<"), "target": (">=", ">", "<=", "<")}
REFERENCES = ("national_average", "riket", "unweighted_mean", "median", "p25", "p75", "group:G2328", "own:grannar")
OF_MUNICIPALITIES = ("county", "similar")
SCOPES = ("all", "own:grannar", "group:G2328")
EARLIER = ("previous_year", "previous_measurement", "base_year")
GENDERED = ("number", "range", "reference", *EARLIER)
KINDS = ("number", "range", "reference", *EARLIER, "rank", "best_share", "other_value", "gender_gap")
SORTS = ("usual", "equal", "usual", "alone", "usual")
INDICATORS = 40
# How many indicators of a kind a world has at least.
TURNS = INDICATORS // len(KINDS)

Cells = dict[str, object]


def made_up(seed: int) -> tuple[SmallPlan, SmallKolada]:
    """Return a world: the plan, and Kolada's data of the run."""
    chance = Random(seed)
    own = REGION if seed % 4 == 3 else OWN
    plan = SmallPlan(
        plan_id=f"provorten-{seed}", municipality_id=own, rules=_rules(chance), groups={"grannar": _neighbours(own)}
    )
    kolada = SmallKolada(units={**UNITS, **NEIGHBOURS, **REGIONS})
    for number in range(1, INDICATORS + 1):
        kind = KINDS[number % len(KINDS)]
        _add_indicator(plan, kolada, chance, f"A{number}", kind)
    return plan, kolada


def _neighbours(own: str) -> tuple[str, ...]:
    return ("0001", "0005") if own == REGION else ("1440", OTHERS[0], OTHERS[1])


def _rules(chance: Random) -> dict[str, str]:
    return {
        "fixed_target_precision": chance.choice(["exact", "exact", "finer_of_target_and_display", "target", "display"]),
        "average_precision": chance.choice(["exact", "display"]),
        "national_average": chance.choice(["riket_else_unweighted", "unweighted_else_riket", "riket", "unweighted"]),
        "partly_met_by": chance.choice(["none", "tolerance", "improving"]),
        "reference_min_n": chance.choice(["1", "3", "100"]),
    }


def _add_indicator(plan: SmallPlan, kolada: SmallKolada, chance: Random, indicator_id: str, kind: str) -> None:
    is_manual = kind == "other_value" or (kind in {"number", "range", *EARLIER} and chance.random() < 0.2)
    kpi_id = "" if is_manual else f"N{int(indicator_id[1:]):05}"
    turn = int(plan.plan_id.rpartition("-")[2]) * TURNS + (int(indicator_id[1:]) - 1) // len(KINDS)
    direction, operator = allowed(kind)[turn % len(allowed(kind))]
    several = not is_manual and kind in GENDERED and chance.random() < 0.4
    plan.indicator(
        indicator_id,
        kpi_id,
        direction=direction,
        display_decimals=chance.choice([0, 1, 2]),
        similar_group_topic="grundskola" if kpi_id and plan.municipality_id == OWN else "",
        criteria_rule=chance.choice(["all", "any", ""]) if several else "",
    )
    kinds = [kind, chance.choice(GENDERED), chance.choice(["rank", "gender_gap"])] if several else [kind]
    if direction == "target":
        kinds = [each for each in kinds if each not in {"rank", "best_share"}]
    for number, each in enumerate(kinds):
        name = f"c{number}" if len(kinds) > 1 else ""
        for year in chance.choice(
            [("",), ("",), ("",), (2022, 2024)] if number == 0 else [("",), (2022, 2024), (2023,)]
        ):
            cells = _target(plan, chance, each, direction, is_manual=is_manual)
            if number == 0:
                cells["operator"] = operator
                for column, named in (("reference", references(plan)), ("rank_scope", scopes(plan))):
                    if column in cells:
                        cells[column] = named[turn % len(named)]
            plan.target(indicator_id, **cells, criterion=name, year=year)
    if is_manual:
        for year in YEARS:
            if chance.random() < 0.8:
                other = chance.choice(VALUES) if kind == "other_value" else ""
                plan.figure(indicator_id, year, chance.choice(VALUES), comparison_value=other)
    else:
        _fill(kolada, chance, kpi_id, plan.municipality_id, turn)
        if chance.random() < 0.3:
            first, voids = chance.choice(YEARS[1:]), chance.choice(["true", "false"])
            plan.add("breaks", kpi_id=kpi_id, first_year_after=first, voids_target=voids, why="Påhittat.")


def allowed(kind: str) -> list[tuple[str, str]]:
    """Return the directions and operators that a kind of criterion allows."""
    if kind in {"rank", "best_share"}:
        return [("higher", ""), ("lower", "")]
    if kind == "range":
        return [(direction, "") for direction in OPERATORS]
    if kind == "gender_gap":
        return [(direction, operator) for direction in OPERATORS for operator in ("<=", "<")]
    return [(direction, operator) for direction, operators in OPERATORS.items() for operator in operators]


def references(plan: SmallPlan) -> tuple[str, ...]:
    """Return the references that a plan may name: more for a municipality than for a region."""
    return (*OF_MUNICIPALITIES, *REFERENCES) if plan.municipality_id == OWN else REFERENCES


def scopes(plan: SmallPlan) -> tuple[str, ...]:
    """Return the scopes in which a plan may count places: more for a municipality than for a region."""
    return (*OF_MUNICIPALITIES, *SCOPES) if plan.municipality_id == OWN else SCOPES


def _target(plan: SmallPlan, chance: Random, kind: str, direction: str, *, is_manual: bool) -> Cells:
    """Return the cells of a target of this kind."""
    cells: Cells = {"kind": kind, "operator": "", "target_text": "som beslutat"}
    if kind not in {"range", "rank", "best_share"}:
        cells["operator"] = chance.choice(["<=", "<"]) if kind == "gender_gap" else chance.choice(OPERATORS[direction])
    if kind == "number":
        cells["target_value"] = chance.choice(VALUES)
    if kind == "range":
        low, high = sorted(chance.choices(VALUES, k=2))
        cells |= {"target_value": low, "target_high": high}
    if kind == "gender_gap":
        cells["target_value"] = chance.choice([0, 1, 2.5])
    if kind == "reference":
        cells["reference"] = chance.choice(references(plan))
    if kind == "base_year":
        cells["base_year"] = YEARS[0]
    if kind in {"rank", "best_share"}:
        cells["rank_scope"] = chance.choice(scopes(plan))
        cells["target_value"] = chance.choice([1, 2]) if kind == "rank" else chance.choice([10, 25, 33.3, 50, 75])
    if kind in {"reference", *EARLIER} and chance.random() < 0.5:
        cells |= {"offset": chance.choice([-2, -0.5, 1, 10]), "offset_unit": chance.choice(["", "points", "percent"])}
    if not is_manual and kind in {*GENDERED, "rank", "best_share"}:
        cells["gender"] = chance.choice(["", "", "T", "K", "M", "both"])
    if plan.rules["partly_met_by"] == "tolerance" and chance.random() < 0.7:
        is_place = kind in {"rank", "best_share"}
        unit = "" if is_place else chance.choice(["", "percent"])
        cells |= {"tolerance": chance.choice([0.5, 1, 10]), "tolerance_unit": unit}
    return cells


def _fill(kolada: SmallKolada, chance: Random, kpi_id: str, own: str, turn: int) -> None:
    """Fill a KPI's cells: usual ones, equal values, only the own unit's, or none."""
    kolada.kpi(kpi_id)
    sort = "empty" if chance.random() < 0.05 else SORTS[turn % len(SORTS)]
    if sort == "empty":
        return
    same = chance.choice(VALUES)
    draw: Callable[[], float] = (lambda: same) if sort == "equal" else (lambda: chance.choice(VALUES))
    others = [unit for unit in kolada.units if unit != own]
    genders = ("T", "K", "M") if chance.random() < 0.9 else ("T",)
    for year in YEARS:
        for gender in genders:
            if chance.random() < 0.9:
                kolada.cell(kpi_id, own, year, draw() if chance.random() < 0.9 else None, gender)
            for unit in others if sort != "alone" else ():
                if chance.random() < 0.7:
                    kolada.cell(kpi_id, unit, year, draw(), gender)
