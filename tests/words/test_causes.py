"""Causes of changed verdicts: the inputs whose change alone gives the new verdict, as in the Python implementation."""

import re
from collections.abc import Mapping

import pytest

from goals.codes import LABELS
from tests.conftest import REPOSITORY, Nights
from tests.words.conftest import Publish
from tests.words.rejudging import (
    ORDER,
    UNITS,
    YEAR,
    Change,
    Series,
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
from tests.words.small import SmallKolada, SmallPlan
from tests.words.test_reasons_told import rescaled_nights
from tests.words.worlds import nights_of

LEVEL = dict.fromkeys(UNITS, 80.0)
SPREAD = dict(zip(UNITS, (70.0, 74.0, 78.0, 82.0, 86.0, 90.0), strict=True))
USUAL = World(series=(Series(own={2020: 70.0, 2022: 78.0, YEAR: 85.0}, others=LEVEL), Series()))
BESIDE_RIKET = changed(
    World(kind="reference", operator=">", number=None, text="över riksgenomsnittet", reference="national_average"),
    [("", values(own={2020: 70.0, YEAR: 85.0}, riket=80.0, others=SPREAD))],
)
SIMILAR = changed(BESIDE_RIKET, [("", plan(reference="similar", text="över liknande kommuner"))])
RANKED = changed(
    BESIDE_RIKET, [("", plan(kind="rank", number=3.0, text="bland de tre bästa", reference="", rank_scope="all"))]
)
EXCHANGED = changed(USUAL, [("", values(1, own={2020: 60.0, YEAR: 60.0}, others=LEVEL))])
GENDERED = changed(USUAL, [("", values(women=86.0, men=84.0))])

TARGET = ("target_edited", plan(number=90.0, text="90"))
FELL = ("own_value_revised", own({YEAR: 75.0}))
RIKET_ROSE = ("reference_revised", values(riket=90.0))

ONE: Mapping[str, tuple[World, Change]] = {
    "the number": (USUAL, TARGET),
    "printed decimals": (
        changed(
            USUAL,
            [("", plan(number=85.0, text="85", rules={"fixed_target_precision": "target"})), ("", own({YEAR: 84.6}))],
        ),
        ("target_edited", plan(text="85,0")),
    ),
    "no criterion for single years": (
        changed(USUAL, [("", plan(is_standing=True))]),
        ("target_edited", plan(is_yearly=False)),
    ),
    "an end of a range": (
        changed(USUAL, [("", plan(kind="range", number=80.0, high=90.0, text="80-90"))]),
        ("target_edited", plan(high=84.0, text="80-84")),
    ),
    "an offset": (BESIDE_RIKET, ("target_edited", plan(offset=6.0, text="minst 6 över riksgenomsnittet"))),
    "the reference": (
        changed(BESIDE_RIKET, [("", plan(own_list=UNITS[4:]))]),
        ("target_edited", plan(reference="own:egna")),
    ),
    "the scope": (changed(RANKED, [("", own({YEAR: 79.0}))]), ("target_edited", plan(rank_scope="similar"))),
    "the gender": (
        changed(GENDERED, [("", values(women=79.0))]),
        ("target_edited", plan(gender="K")),
    ),
    "the base year": (
        changed(USUAL, [("", plan(kind="base_year", number=None, base_year=2020, offset=10.0, text="10 mer än 2020"))]),
        ("target_edited", plan(base_year=2022, text="10 mer än 2022")),
    ),
    "the tolerance": (
        changed(USUAL, [("", own({YEAR: 79.0})), ("", plan(rules={"partly_met_by": "tolerance"}, tolerance=0.5))]),
        ("target_edited", plan(tolerance=2.0)),
    ),
    "the KPI": (EXCHANGED, ("indicator_edited", plan(kpi=1))),
    "the direction of a rank": (RANKED, ("indicator_edited", plan(direction="lower"))),
    "display decimals": (
        changed(
            USUAL,
            [
                ("", plan(decimals=2, number=85.0, text="85", rules={"fixed_target_precision": "display"})),
                ("", own({YEAR: 84.96})),
            ],
        ),
        ("indicator_edited", plan(decimals=1)),
    ),
    "the topic": (SIMILAR, ("indicator_edited", plan(topic=1))),
    "a rule of precision": (
        changed(USUAL, [("", plan(number=85.0, text="85")), ("", own({YEAR: 84.6}))]),
        ("rule_changed", plan(rules={"fixed_target_precision": "target"})),
    ),
    "a rule of the average": (
        changed(BESIDE_RIKET, [("", values(riket=84.0)), ("", own({YEAR: 83.0}))]),
        ("rule_changed", plan(rules={"national_average": "unweighted"})),
    ),
    "an earlier measurement allowed": (
        changed(USUAL, [("", gone(YEAR)), ("", own({2022: 90.0}))]),
        ("rule_changed", plan(rules={"latest_measurement": "true"})),
    ),
    "an own list": (
        changed(SIMILAR, [("", plan(reference="own:egna", text="över våra grannar"))]),
        ("rule_changed", plan(own_list=UNITS[4:])),
    ),
    "a break that voids": (USUAL, ("break_edited", plan(breaks=((2022, True),)))),
    "a break since last year": (
        changed(USUAL, [("", plan(kind="previous_year", operator=">", number=None, text="över föregående år"))]),
        ("break_edited", plan(breaks=((YEAR, False),))),
    ),
    "an own figure": (
        changed(USUAL, [("", gone(YEAR)), ("", plan(figure=75.0))]),
        ("manual_figure_edited", plan(figure=82.0)),
    ),
    "the other figure": (
        changed(
            USUAL,
            [
                ("", gone(YEAR)),
                ("", plan(kind="other_value", number=None, text="mer än budget", figure=82.0, other_figure=80.0)),
            ],
        ),
        ("manual_figure_edited", plan(other_figure=84.0)),
    ),
    "a new year": (changed(USUAL, [("", gone(YEAR))]), ("new_year", own({YEAR: 85.0}))),
    "a new year beside its Riket": (
        changed(BESIDE_RIKET, [("", gone(YEAR)), ("", values(riket=None, others={}))]),
        ("new_year", values(own={2020: 70.0, YEAR: 85.0}, riket=80.0, others=SPREAD)),
    ),
    "a value gone": (USUAL, ("own_value_withdrawn", gone(YEAR))),
    "a value hidden": (USUAL, ("own_value_suppressed", own({YEAR: None}))),
    "a value that fell": (USUAL, FELL),
    "last year's value": (
        changed(USUAL, [("", plan(kind="previous_year", operator=">", number=None, text="över föregående år"))]),
        ("own_value_revised", own({2022: 86.0})),
    ),
    "women's value": (
        changed(GENDERED, [("", plan(kind="gender_gap", operator="<=", number=3.0, text="högst 3"))]),
        ("own_value_revised", values(women=90.0)),
    ),
    "the own place": (RANKED, ("own_value_revised", own({YEAR: 75.0}))),
    "members of the group": (SIMILAR, ("group_changed", members(*UNITS[3:]))),
    "Riket": (BESIDE_RIKET, RIKET_ROSE),
    "Riket gone": (
        changed(BESIDE_RIKET, [("", values(own={2020: 70.0, YEAR: 79.0}, riket=78.0, others=SPREAD))]),
        ("reference_revised", values(riket=None)),
    ),
    "the median": (
        changed(BESIDE_RIKET, [("", plan(reference="median", text="över medianen"))]),
        ("reference_revised", values(others={**SPREAD, UNITS[2]: 95.0, UNITS[3]: 96.0})),
    ),
    "others' places": (RANKED, ("reference_revised", values(others={**SPREAD, UNITS[0]: 95.0}))),
}

TWO: Mapping[str, tuple[World, tuple[Change, Change]]] = {
    "a cosmetic text beside a fall": (USUAL, (("target_edited", plan(text="minst 80")), FELL)),
    "a rule of no weight beside Riket": (
        BESIDE_RIKET,
        (("rule_changed", plan(rules={"fixed_target_precision": "display"})), RIKET_ROSE),
    ),
    "a ten-millionth beside Riket": (BESIDE_RIKET, (("own_value_revised", own({YEAR: 85.00000001})), RIKET_ROSE)),
    "either alone": (USUAL, (TARGET, FELL)),
    "the value rose and the target more": (USUAL, (TARGET, ("own_value_revised", own({YEAR: 88.0})))),
    "only together": (
        USUAL,
        (("target_edited", plan(number=84.0, text="84")), ("own_value_revised", own({YEAR: 82.0}))),
    ),
    "hidden while the target moved": (USUAL, (TARGET, ("own_value_suppressed", own({YEAR: None})))),
    "gone while Riket moved": (BESIDE_RIKET, (("own_value_withdrawn", gone(YEAR)), RIKET_ROSE)),
    "a break while it fell": (USUAL, (("break_edited", plan(breaks=((2022, True),))), FELL)),
    "the KPI and the target": (EXCHANGED, (("indicator_edited", plan(kpi=1)), TARGET)),
    "the KPI and a target that both would meet": (
        EXCHANGED,
        (("indicator_edited", plan(kpi=1)), ("target_edited", plan(number=70.0, text="70"))),
    ),
    "members and values, only together": (
        SIMILAR,
        (
            ("group_changed", members(*UNITS[2:5])),
            ("reference_revised", values(others={**SPREAD, UNITS[4]: 97.0})),
        ),
    ),
    "members beside values of no weight": (
        SIMILAR,
        (("group_changed", members(*UNITS[3:])), ("reference_revised", values(others={**SPREAD, UNITS[0]: 71.0}))),
    ),
    "another reference beside new values": (
        BESIDE_RIKET,
        (
            ("target_edited", plan(reference="median", text="över medianen")),
            ("reference_revised", values(others={**SPREAD, UNITS[2]: 95.0, UNITS[3]: 96.0})),
        ),
    ),
    "own and others' places, only together": (
        changed(RANKED, [("", own({YEAR: 95.0}))]),
        (
            ("own_value_revised", own({YEAR: 85.0})),
            ("reference_revised", values(others={**SPREAD, UNITS[0]: 91.0})),
        ),
    ),
    "the scope beside the own place": (
        RANKED,
        (("target_edited", plan(rank_scope="similar", number=1.0)), ("own_value_revised", own({YEAR: 73.0}))),
    ),
    "another gender beside a fall of women's value": (
        GENDERED,
        (("target_edited", plan(gender="K")), ("own_value_revised", values(women=70.0))),
    ),
    "the rule of the average beside new values": (
        changed(BESIDE_RIKET, [("", values(riket=84.0)), ("", own({YEAR: 83.0}))]),
        (
            ("rule_changed", plan(rules={"national_average": "unweighted"})),
            ("reference_revised", values(others={**SPREAD, UNITS[0]: 69.0})),
        ),
    ),
    "an own figure beside the target": (
        changed(USUAL, [("", gone(YEAR)), ("", plan(figure=75.0))]),
        (("manual_figure_edited", plan(figure=82.0)), ("target_edited", plan(number=81.0, text="81"))),
    ),
    "last year's value beside this year's": (
        changed(USUAL, [("", plan(kind="previous_year", operator=">", number=None, text="över föregående år"))]),
        (
            ("own_value_revised", own({2022: 86.0})),
            ("target_edited", plan(offset=1.0, text="minst 1 över föregående år")),
        ),
    ),
}

# Known, hidden, and known again, so not the value of a new year.
BACK = (USUAL, changed(USUAL, [("", own({YEAR: None}))]), USUAL)


def scenarios() -> dict[str, tuple[World, tuple[Change, ...]]]:
    """Return every world with its changes."""
    return {name: (world, (change,)) for name, (world, change) in ONE.items()} | dict(TWO)


@pytest.fixture(scope="module")
def nights(publish: Publish) -> Nights:
    """All worlds in one home, each with its own plan, over two runs."""
    worlds = {name: (world, changed(world, changes)) for name, (world, changes) in scenarios().items()}
    return publish(*nights_of({**worlds, "back": BACK}))


@pytest.fixture(scope="module")
def found(nights: Nights) -> dict[str, tuple[str, str, list[str], str]]:
    """The result of the last run for each world: verdict before and after, causes, and the main cause."""
    rows = nights.query(
        "select indicator.title, change.verdict_before, change.verdict, change.causes, change.cause "
        "from mart.verdict_change as change "
        "inner join plan.indicator as indicator "
        "on change.plan_id = indicator.plan_id and change.item_id = indicator.indicator_id "
        "where change.level = 'indicator' and change.year = ? "
        "and change.known_from = (select max(published_at) from ops.publication)",
        [YEAR],
    )
    return {title: tuple(told) for title, *told in rows}


def test_there_are_enough_scenarios_and_each_changes_its_verdict() -> None:
    """There are at least 25 scenarios, ten of them with two inputs, and each changes its verdict."""
    assert len(scenarios()) >= 25
    assert len(TWO) >= 10
    assert [
        name for name, (world, changes) in scenarios().items() if judged(world) == judged(changed(world, changes))
    ] == []


@pytest.mark.slow
@pytest.mark.parametrize("name", list(ONE) + list(TWO))
def test_the_causes_are_those_that_judging_again_gives(
    name: str, found: dict[str, tuple[str, str, list[str], str]]
) -> None:
    """Verdict before and after, all causes and the main cause equal those of the Python implementation."""
    world, changes = scenarios()[name]
    expected = causes(world, changes)
    assert found[name] == (judged(world), judged(changed(world, changes)), expected, expected[0])


@pytest.mark.slow
def test_a_value_that_comes_back_is_restored(found: dict[str, tuple[str, str, list[str], str]]) -> None:
    """A value that was known, hidden and shown again has the cause `own_value_restored`."""
    assert found["back"] == ("no_data", "met", ["own_value_restored"], "own_value_restored")


CAUSES_OF = (
    "select item_id, verdict_before, verdict, causes from mart.verdict_change "
    "where year = 2023 and level = ? order by all"
)


def goals_plan(first: str, second: str, other: str = "50", **cells: object) -> SmallPlan:
    """Return a plan of one goal with two indicators, and an uncounted third indicator."""
    made = SmallPlan()
    made.goal("M1", **cells)
    made.goal("F", "follow_up")
    for indicator_id, printed in (("A", first), ("B", second)):
        made.indicator(indicator_id, f"N0000{indicator_id == 'B':d}", goal_id="M1")
        made.target(indicator_id, ">=", printed)
    made.indicator("C", "N00002", goal_id="F")
    made.target("C", ">=", other)
    return made


def goals_kolada(first: float, second: float) -> SmallKolada:
    """Return the values of its indicators."""
    kolada = SmallKolada()
    for kpi, value in (("N00000", first), ("N00001", second), ("N00002", 60.0)):
        kolada.own(kpi, {YEAR: value})
        kolada.mean(kpi, YEAR, 55.0)
    return kolada


@pytest.mark.slow
def test_the_management_is_moved_by_its_own_goals(publish: Publish) -> None:
    """An edited target that does not count is no cause of the changed god ekonomisk hushållning."""
    nights = publish(
        (goals_plan("80", "80"), goals_kolada(85.0, 85.0)), (goals_plan("80", "80", "70"), goals_kolada(75.0, 75.0))
    )
    assert nights.query(CAUSES_OF, ["indicator"]) == [
        ("A", "met", "not_met", ["own_value_revised"]),
        ("B", "met", "not_met", ["own_value_revised"]),
        ("C", "met", "not_met", ["target_edited"]),
    ]
    assert nights.query(CAUSES_OF, ["goal"])[1:] == [("M1", "met", "not_met", ["own_value_revised"])]
    found = nights.query(CAUSES_OF, ["sound_economic_management"])
    assert {tuple(causes) for *_, causes in found} == {("own_value_revised",)}


@pytest.mark.slow
def test_a_goal_takes_over_the_causes_of_the_parts_that_give_its_verdict(publish: Publish) -> None:
    """A goal has the causes of the parts that give its verdict: one for partly met, both for not met."""
    before = (goals_plan("80", "80"), goals_kolada(85.0, 85.0))
    one = publish(before, (goals_plan("90", "80"), goals_kolada(85.0, 86.0)))
    assert one.query(CAUSES_OF, ["goal"]) == [("M1", "met", "partly_met", ["target_edited"])]
    both = publish(before, (goals_plan("90", "80"), goals_kolada(85.0, 75.0)))
    assert both.query(CAUSES_OF, ["goal"]) == [("M1", "met", "not_met", ["target_edited", "own_value_revised"])]


@pytest.mark.slow
def test_a_goals_own_rule_and_the_plans(publish: Publish) -> None:
    """A changed compound rule of the goal has the cause `target_edited`, and one of the plan `rule_changed`."""
    before = (goals_plan("80", "90"), goals_kolada(85.0, 85.0))
    own_words = publish(before, (goals_plan("80", "90", compound_rule="any_part"), goals_kolada(85.0, 85.0)))
    assert own_words.query(CAUSES_OF, ["goal"]) == [("M1", "partly_met", "met", ["target_edited"])]
    assert {tuple(causes) for *_, causes in own_words.query(CAUSES_OF, ["sound_economic_management"])} == {
        ("target_edited",)
    }
    ruled = goals_plan("80", "90")
    ruled.rules["compound"] = "any_part"
    by_rule = publish(before, (ruled, goals_kolada(85.0, 85.0)))
    assert by_rule.query(CAUSES_OF, ["goal"]) == [("M1", "partly_met", "met", ["rule_changed"])]


@pytest.mark.slow
def test_what_people_decide_is_an_entered_figure(publish: Publish) -> None:
    """A prioritised goal that is assessed has the cause `manual_figure_edited`, whatever its indicators do."""
    first, second = SmallPlan(), SmallPlan()
    for each in (first, second):
        each.goal("P", "prioritized")
        each.indicator("A", "N00000", goal_id="P")
        each.target("A", ">=", "80")
    second.add(
        "assessments", goal_id="P", year=YEAR, verdict="met", text="Nått.", decided_by="KF", decided_at="2024-03-01"
    )
    nights = publish((first, goals_kolada(85.0, 85.0)), (second, goals_kolada(75.0, 85.0)))
    assert nights.query(CAUSES_OF, ["goal"]) == [("P", "assessment_required", "met", ["manual_figure_edited"])]


@pytest.mark.slow
def test_of_several_criteria_those_that_give_the_verdict_hand_on_their_causes(publish: Publish) -> None:
    """With several criteria, only those that give the verdict pass on their causes."""

    def with_place(printed: str) -> SmallPlan:
        made = SmallPlan()
        made.indicator("A", "N00000")
        made.target("A", ">=", printed, criterion="niva")
        made.target(
            "A", "", criterion="plats", year=YEAR, kind="rank", target_value=1, rank_scope="all", target_text="bäst"
        )
        return made

    nights = publish(
        (with_place("80"), goals_kolada(85.0, 85.0)),
        (with_place("81"), beside(goals_kolada(85.0, 85.0), 95.0)),
        (with_place("90"), goals_kolada(85.0, 85.0)),
    )
    found = nights.query(
        "select verdict_before, verdict, causes from mart.verdict_change where level = 'indicator' order by known_from"
    )
    assert found == [("met", "not_met", ["reference_revised"])]


def beside(kolada: SmallKolada, value: float) -> SmallKolada:
    """Add another municipality with a better value."""
    kolada.cell("N00000", UNITS[0], YEAR, value)
    return kolada


def test_the_codes_are_the_same_everywhere() -> None:
    """The causes are the same in SQL, in the Python implementation and in the labels."""
    text = (REPOSITORY / "sql" / "mart" / "005_cause.macro.sql").read_text(encoding="utf-8")
    listed = re.findall(r"'([a-z_]+)'", text.partition("in_order_of_causes(found)")[2].partition("],")[0])
    assert tuple(listed) == (*ORDER, "software_changed")
    assert set(listed) | {"kpi_redefined", "kpi_withdrawn"} == set(LABELS["cause"])


def test_every_input_of_the_judgement_can_be_exchanged() -> None:
    """Every input column of the judging function belongs to a block of the causes."""
    with_inputs = (REPOSITORY / "sql" / "working" / "405_judged_side.sql").read_text(encoding="utf-8")
    blocks = set(re.findall(r"'([a-z_]+)': sided\.", with_inputs))
    written = (REPOSITORY / "sql" / "mart" / "010_judged.macro.sql").read_text(encoding="utf-8")
    judging = re.sub("--.*", "", written)
    made = (REPOSITORY / "sql" / "mart" / "300_judgement_input.sql").read_text(encoding="utf-8")
    inputs = set(re.findall(r"(?:as |gathered\.)([a-z_]+)", made.rpartition("final as (")[2]))
    used = {column for column in inputs if re.search(rf"\b{column}\b", judging.partition("create or replace macro")[2])}
    flags = {column for column in used if column.startswith("is_broken_since") or column == "has_voiding_break"}
    assert len(used) > 40
    # The year is the key; a place is judged, while the rank is only displayed.
    assert used - flags - blocks - {"year", "rank"} == set()


@pytest.mark.slow
def test_a_rescaling_and_what_decides_that_the_target_stands(publish: Publish) -> None:
    """A rescaling has the cause `kpi_rescaled`; a row of breaks or an edited target then has its own."""
    asked = (
        "select cause from mart.verdict_change where level = 'indicator' and item_id = 'S1' and year = 2023 "
        "order by known_from"
    )
    plan_before, nights = rescaled_nights(publish)
    decided, edited = (
        SmallPlan(tables={name: [dict(row) for row in rows] for name, rows in plan_before.tables.items()})
        for _ in range(2)
    )
    decided.add(
        "breaks", kpi_id="N00001", first_year_after="", voids_target="false", rescaled_on="2026-04-03", why="Ny skala."
    )
    edited.row("targets", indicator_id="S1").update(target_value="50", target_text="50")
    for later, cause in ((decided, "break_edited"), (edited, "target_edited")):
        done = publish(*nights, (later, nights[1][1]))
        assert done.query(asked) == [("kpi_rescaled",), (cause,)]
