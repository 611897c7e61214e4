"""Made-up worlds of one indicator as plans and Kolada data: every world has its own KPIs and group."""

from collections.abc import Mapping

from tests.words.rejudging import YEAR, World
from tests.words.small import OWN, SmallKolada, SmallPlan


def plan_of(name: str, number: int, world: World) -> SmallPlan:
    """Return the plan of a world, with one indicator, G1."""
    plan = SmallPlan(plan_id=f"varld{number:02}-2022-2024", rules=dict(world.rules))
    plan.indicator(
        "G1",
        kpi_id(number, world.kpi),
        title=name,
        direction=world.direction,
        display_decimals=world.decimals,
        similar_group_topic=topic(number, world.topic),
    )
    numbers = {"target_value": world.number, "target_high": world.high, "offset": world.offset}
    target: dict[str, object] = {
        "kind": world.kind,
        "year": "" if world.is_standing else YEAR,
        "target_text": world.text,
        "gender": "" if world.gender == "T" else world.gender,
        "reference": world.reference,
        "base_year": world.base_year,
        "rank_scope": world.rank_scope,
        "tolerance": world.tolerance,
        "is_yearly_criterion": str(world.is_yearly).lower(),
        **{column: value for column, value in numbers.items() if value is not None},
    }
    operator = "" if world.kind in ("range", "rank") else world.operator
    plan.target("G1", operator, **{column: "" if value is None else value for column, value in target.items()})
    for first, voids in world.breaks:
        plan.add(
            "breaks",
            kpi_id=kpi_id(number, world.kpi),
            first_year_after=first,
            voids_target=str(voids).lower(),
            why=f"Ny metod {first}.",
        )
    if world.figure is not None or world.other_figure is not None:
        plan.figure("G1", YEAR, world.figure, comparison_value="" if world.other_figure is None else world.other_figure)
    plan.groups = {"egna": world.own_list}
    return plan


def kpi_id(number: int, slot: int) -> str:
    """Return the KPI of a world's slot."""
    return f"N{number:03}{slot:02}"


def topic(number: int, slot: int) -> str:
    """Return the topic of a world's group of similar municipalities."""
    return f"ämne {number}{'ab'[slot]}"


def fill(kolada: SmallKolada, number: int, world: World) -> None:
    """Put a world's values and groups into Kolada."""
    for slot, series in enumerate(world.series):
        kpi = kpi_id(number, slot)
        kolada.kpi(kpi)
        kolada.own(kpi, series.own)
        for gender, value in (("K", series.women), ("M", series.men)):
            if value is not None:
                kolada.cell(kpi, OWN, YEAR, value, gender)
        if series.riket is not None:
            kolada.riket(kpi, YEAR, series.riket)
        for unit, value in series.others.items():
            kolada.cell(kpi, unit, YEAR, value)
    for slot, members in enumerate(world.members):
        name = f"Liknande kommuner, {topic(number, slot)}, Provorten, 2024"
        kolada.groups[f"G9{number:03}{slot}"] = (name, members)


def nights_of(worlds: Mapping[str, tuple[World, ...]]) -> list[tuple[list[SmallPlan], SmallKolada]]:
    """Return the worlds run by run; a world with fewer runs starts with its first one repeated."""
    count = max(len(each) for each in worlds.values())
    nights = []
    for night in range(count):
        plans, kolada = [], SmallKolada()
        for number, (name, each) in enumerate(worlds.items()):
            world = each[max(night - count + len(each), 0)]
            plans.append(plan_of(name, number, world))
            fill(kolada, number, world)
        nights.append((plans, kolada))
    return nights
