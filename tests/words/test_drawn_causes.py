"""Causes of changed verdicts over drawn nights: one to four inputs change at once, each verdict judged again in Python.

`test_causes.py` has the scenarios that people thought of. Here a seeded draw puts any changes together, and the plain
Python of `rejudging.py` says which of them give the new verdict.
"""

from collections.abc import Iterator, Mapping, Sequence
from random import Random

import pytest

from tests.sweeping import is_whole
from tests.words.conftest import Publish
from tests.words.rejudging import (
    UNITS,
    YEAR,
    Change,
    Step,
    World,
    causes,
    changed,
    gone,
    judged,
    members,
    own,
    plan,
    values,
)
from tests.words.test_causes import BESIDE_RIKET, EXCHANGED, GENDERED, RANKED, SIMILAR, SPREAD, USUAL
from tests.words.worlds import nights_of

WORLDS = 300 if is_whole() else 30
SEED = 20261127


def base(world: World, *steps: Step) -> World:
    """A world that others are drawn from."""
    return changed(world, [("", step) for step in steps])


BEFORE = base(USUAL, plan(kind="previous_year", operator=">", number=None, text="över föregående år"))
BASES: Mapping[str, World] = {
    "number": USUAL,
    "range": base(USUAL, plan(kind="range", number=80.0, high=90.0, text="80-90")),
    "tolerance": base(USUAL, plan(rules={"partly_met_by": "tolerance"}, tolerance=2.0)),
    "previous year": BEFORE,
    "base year": base(
        USUAL, plan(kind="base_year", number=None, base_year=2020, offset=10.0, text="10 mer än 2020 års värde")
    ),
    "average": BESIDE_RIKET,
    "Riket": base(BESIDE_RIKET, plan(reference="riket", text="över Riket")),
    "median": base(BESIDE_RIKET, plan(reference="median", text="över medianen")),
    "similar": SIMILAR,
    "own list": base(SIMILAR, plan(reference="own:egna", text="över våra grannar")),
    "rank": RANKED,
    "two KPIs": base(BESIDE_RIKET, values(1, own={2020: 60.0, 2022: 61.0, YEAR: 77.0}, riket=75.0, others=SPREAD)),
    "exchanged KPI": EXCHANGED,
    "women": base(GENDERED, plan(gender="K")),
    "gap": base(GENDERED, plan(kind="gender_gap", operator="<=", number=3.0, text="högst 3")),
    "own figure": base(USUAL, gone(YEAR), plan(figure=75.0)),
}
PLAIN = {"reference": "", "rank_scope": "", "offset": None, "base_year": None, "high": None}


def other_targets(world: World) -> Iterator[Step]:
    """Other criteria: a harder one of the same kind, and other kinds."""
    match world.kind:
        case "number":
            yield plan(number=90.0, text="90")
        case "range":
            yield plan(number=86.0, text="86-90")
        case "rank":
            yield plan(number=1.0, text="bäst")
        case "gender_gap":
            yield plan(number=1.0, text="högst 1")
        case _:
            yield plan(offset=4.0, text="minst 4 mer")
    yield plan(**PLAIN | {"kind": "number", "operator": ">=", "number": 84.0, "text": "84"})
    yield plan(**PLAIN | {"kind": "previous_year", "operator": ">", "number": None, "text": "över föregående år"})
    for reference in ("median", "similar", "riket"):
        named = {"kind": "reference", "operator": ">", "number": None, "reference": reference, "text": "över andra"}
        yield plan(**PLAIN | named)
    yield plan(is_yearly=False, is_standing=True)


def changes(world: World, chance: Random) -> dict[str, Sequence[Step]]:
    """What can change in a world in one night, by cause."""
    rules = [
        {"fixed_target_precision": "display"},
        {"average_precision": "display"},
        {"national_average": "unweighted"},
        *([{"latest_measurement": "true"}] if world.kind in ("number", "range", "base_year") else []),
    ]
    found: dict[str, Sequence[Step]] = {
        "target_edited": list(other_targets(world)),
        "indicator_edited": [plan(kpi=1), plan(topic=1), plan(decimals=0), plan(direction="lower")],
        "rule_changed": [*(plan(rules={**world.rules, **rule}) for rule in rules), plan(own_list=UNITS[3:])],
        "break_edited": [plan(breaks=((2022, True),)), plan(breaks=((YEAR, False),))],
        "group_changed": [members(*UNITS[3:]), members(*UNITS[4:])],
    }
    series = world.series[world.kpi]
    if series.others:
        moved = {**series.others, chance.choice(UNITS): chance.choice([60.0, 88.0, 97.0])}
        found["reference_revised"] = [values(riket=chance.choice([70.0, 84.0, 90.0])), values(others=moved)]
    if world.figure is not None:
        found["manual_figure_edited"] = [plan(figure=81.0), plan(figure=85.0)]
    if world.kind == "gender_gap" or world.gender != "T":
        found["own_value_revised"] = [values(women=chance.choice([70.0, 81.0, 90.0]))]
    elif series.own.get(YEAR) is not None:
        revised = [own({YEAR: chance.choice([75.0, 79.6, 83.0, 84.4, 88.0, 91.0])})]
        if 2022 in series.own:
            revised.append(own({2022: chance.choice([70.0, 84.5, 86.0, 90.0])}))
        found |= {
            "own_value_revised": revised,
            "own_value_withdrawn": [gone(YEAR)],
            "own_value_suppressed": [own({YEAR: None})],
        }
    return found


def is_sensible(world: World, chosen: Sequence[Change]) -> bool:
    """Whether the plan may be written and both the software and the plain Python can tell the changes apart."""
    after = changed(world, chosen)
    codes = {code for code, _ in chosen}
    of_own = {code for code in codes if code.startswith("own_value")}
    includes_own = {"median", "national_average"} & {world.reference, after.reference}
    return not (
        len(of_own) > 1
        # Nothing new is read of a KPI or a group that left the plan.
        or (after.kpi != world.kpi and codes & {*of_own, "reference_revised"})
        or (after.topic != world.topic and "group_changed" in codes)
        # The own value is a part of these references.
        or (includes_own and of_own and "reference_revised" in codes)
        # The plain Python has one value of women and men, and one of the others.
        or (after.gender == "K" and after.kind not in ("number", "range"))
        or (after.rules.get("latest_measurement") == "true" and after.kind not in ("number", "range", "base_year"))
        or (after.direction == "lower" and after.kind != "rank")
        or judged(world) == judged(after)
    )


def drawn(count: int) -> dict[str, tuple[World, Sequence[Change]]]:
    """Worlds with changes that give another verdict."""
    chance = Random(SEED)
    found: dict[str, tuple[World, Sequence[Change]]] = {}
    while len(found) < count:
        name = chance.choice(list(BASES))
        world = BASES[name]
        possible = changes(world, chance)
        codes = chance.sample(list(possible), k=min(len(possible), chance.choice([1, 2, 2, 3, 3, 4])))
        chosen = tuple((code, chance.choice(list(possible[code]))) for code in codes)
        if is_sensible(world, chosen):
            found[f"{len(found)} {name}: {', '.join(codes)}"] = world, chosen
    return found


@pytest.mark.slow
@pytest.mark.sweep
@pytest.mark.timeout(3600)
def test_drawn_changes_have_the_causes_that_judging_again_gives(publish: Publish) -> None:
    """Verdict before and after, all causes in their order, and the first of them."""
    worlds = drawn(WORLDS)
    nights = publish(*nights_of({name: (world, changed(world, chosen)) for name, (world, chosen) in worlds.items()}))
    rows = nights.query(
        "select indicator.title, change.verdict_before, change.verdict, change.causes, change.cause "
        "from mart.verdict_change as change "
        "inner join plan.indicator as indicator "
        "on change.plan_id = indicator.plan_id and change.item_id = indicator.indicator_id "
        "where change.level = 'indicator' and change.year = ? "
        "and change.known_from = (select max(published_at) from ops.publication)",
        [YEAR],
    )
    found = {title: tuple(told) for title, *told in rows}
    wrong = []
    for name, (world, chosen) in worlds.items():
        by_python = causes(world, chosen)
        expected = (judged(world), judged(changed(world, chosen)), by_python, by_python[0])
        if found.get(name) != expected:
            wrong.append(f"{name}: {found.get(name)} where Python finds {expected}")
    assert wrong == [], "\n".join(wrong)
