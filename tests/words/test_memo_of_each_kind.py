"""The memo on each kind of criterion: a sentence for a changed verdict and for an edited target, without codes."""

import re
from collections.abc import Mapping

import pytest

from goals.codes import LABELS
from tests.conftest import Nights
from tests.words import outputs
from tests.words.conftest import Publish
from tests.words.small import OTHERS, OWN, PLAN_ID, TARGET_YEAR, SmallKolada, SmallPlan

KPI = "N00001"
OLD_KINDS = {"above_reference", "below_reference"}
# Each kind: its target before, the edited cells, and the memo's sentence for the changed verdict. For a criterion that
# compares with another figure, that figure is edited.
KINDS: Mapping[str, tuple[dict[str, object], dict[str, object], str]] = {
    "number": (
        {"operator": ">=", "target_value": 80, "target_text": "80"},
        {"target_value": 90, "target_text": "90"},
        "Utfallet 85,0 uppfyller inte målet, minst 90. Det skiljer 5,0.",
    ),
    "range": (
        {"target_value": 80, "target_high": 86, "target_text": "80 till 86"},
        {"target_value": 70, "target_high": 75, "target_text": "70 till 75"},
        "Utfallet 85,0 ligger utanför målet, mellan 70 och 75. Det skiljer 10,0.",
    ),
    "reference": (
        {"operator": ">", "reference": "riket"},
        {"offset": 7},
        "Utfallet 85,0 ligger inte över riket 80,0 plus 7, alltså 87,0. Det skiljer 2,0.",
    ),
    "previous_year": (
        {"operator": ">"},
        {"offset": 3},
        "Utfallet 85,0 ligger inte över föregående år 84,0 plus 3, alltså 87,0. Det skiljer 2,0.",
    ),
    "previous_measurement": (
        {"operator": ">"},
        {"offset": 3},
        "Utfallet 85,0 ligger inte över den föregående mätningen 84,0 plus 3, alltså 87,0. Det skiljer 2,0.",
    ),
    "base_year": (
        {"operator": ">", "base_year": 2020, "offset": 5, "offset_unit": "percent"},
        {"offset": 10},
        "Utfallet 85,0 ligger inte över 2020 års värde 80,0 plus 10 procent, alltså 88,0. Det skiljer 3,0.",
    ),
    "rank": (
        {"target_value": 3, "rank_scope": "all"},
        {"target_value": 1},
        "Plats 2 av 7 bland kommunerna (utfall 85,0) uppfyller inte målet, bäst av kommunerna. Det skiljer 1 plats.",
    ),
    "best_share": (
        {"target_value": 30, "rank_scope": "similar"},
        {"target_value": 20},
        "Plats 2 av 4 bland {0} (utfall 85,0) uppfyller inte målet, bland de 20 procent bästa av {0}. "
        "Det skiljer 1 plats.".format("liknande kommuner"),
    ),
    "other_value": (
        {"operator": ">"},
        {},
        "Utfallet 85,0 ligger inte över jämförelsetalet 90,0. Det skiljer 5,0.",
    ),
    "gender_gap": (
        {"operator": "<=", "target_value": 5},
        {"target_value": 2},
        "Skillnaden mellan kvinnor och män 3,0 uppfyller inte målet, högst 2 mellan kvinnor och män. Det skiljer 1,0.",
    ),
}
EDITS = {
    "number": "Målvärde 80 → 90; Målet som det är tryckt 80 → 90.",
    "range": "Målvärde 80 → 70; Målet som det är tryckt ”80 till 86” → ”70 till 75”; Övre gräns 86 → 75.",
    "reference": "Avståndets enhet inget → ”i indikatorns enhet”; Avstånd inget → 7.",
    "rank": "Målvärde 3 → 1.",
    "exchanged": "Målvärde 80 → 1; Bland vilka inget → ”liknande”; Villkor ”minst” → inget; "
    "Slag av mål ”Målvärde” → ”Plats bland andra”; Målets kön ”Totalt” → ”Kvinnor”.",
    "moved": "Jämförelse ”Riket” → ”listan Grannar”; Avståndets enhet inget → ”i procent”; Avstånd inget → 5.",
    "dropped": "borttaget (Slag av mål ”Bland de bästa procenten”, Bland vilka ”alla”, Målvärde 50).",
    "several": "Regel för flera kriterier ”alla ska vara uppfyllda” → ”ett räcker”.",
}


def plainly(text: str) -> str:
    """Return a text on one line, with plain spaces."""
    return " ".join(text.split())


def plan(*, is_edited: bool) -> SmallPlan:
    """Return a plan with each kind of indicator, some with a replaced target, and one with two criteria."""
    made = SmallPlan(rules={"reference_min_n": "1"}, groups={"Grannar": OTHERS[:2]})
    for name in [*KINDS, "exchanged", "moved", "dropped", "several"]:
        rule = ("any" if is_edited else "all") if name == "several" else ""
        kpi = "" if name == "other_value" else KPI
        made.indicator(name, kpi, similar_group_topic="grundskola" if kpi else "", criteria_rule=rule)
    for kind, (target, edit, _) in KINDS.items():
        standing = {} if kind not in ("number", "range", "rank", "gender_gap") else {"year": TARGET_YEAR}
        cells = {"operator": "", "kind": kind, **standing, **target, **(edit if is_edited else {})}
        made.target(kind, **cells)
    number = {"operator": ">=", "kind": "number", "target_value": 80, "year": TARGET_YEAR}
    place = {"operator": "", "kind": "rank", "target_value": 1, "rank_scope": "similar", "gender": "K"}
    made.target("exchanged", **({**number, **place} if is_edited else number))
    moved = {"reference": "own:Grannar", "offset": 5, "offset_unit": "percent"} if is_edited else {}
    made.target("moved", ">", **{"kind": "reference", "reference": "riket", **moved})
    if not is_edited:
        made.target("dropped", "", kind="best_share", target_value=50, rank_scope="all")
    made.target("several", **number, criterion="niva")
    made.target("several", ">", kind="previous_year", criterion="okning")
    made.figure("other_value", TARGET_YEAR, 85, comparison_value=90 if is_edited else 82)
    return made


def kolada() -> SmallKolada:
    """Return data with the own unit ranked second, improving every year, with women above men."""
    made = SmallKolada()
    made.own(KPI, {2020: 80.0, 2021: 82.0, 2022: 84.0, TARGET_YEAR: 85.0})
    made.own(KPI, {TARGET_YEAR: 86.0}, "K")
    made.own(KPI, {TARGET_YEAR: 83.0}, "M")
    made.mean(KPI, TARGET_YEAR, 70.0)
    made.cell(KPI, OTHERS[0], TARGET_YEAR, 90.0)
    made.cell(KPI, OTHERS[0], TARGET_YEAR, 90.0, "K")
    made.riket(KPI, TARGET_YEAR, 80.0)
    return made


@pytest.fixture(scope="module")
def edited(publish: Publish) -> Nights:
    """A run that met every criterion, and one after the targets were edited."""
    return publish((plan(is_edited=False), kolada()), (plan(is_edited=True), kolada()))


@pytest.fixture(scope="module")
def memo(edited: Nights) -> str:
    """The memo on the edits."""
    return outputs.memo(edited.home, PLAN_ID)


def test_every_kind_is_here() -> None:
    """The tested kinds are all kinds of a plan."""
    assert set(KINDS) == set(LABELS["target_kind"]) - OLD_KINDS
    assert OWN not in OTHERS


@pytest.mark.parametrize("kind", KINDS)
def test_a_changed_verdict_has_its_sentence(memo: str, kind: str) -> None:
    """The row of a changed verdict ends with the sentence for its kind of criterion."""
    [row] = [
        line
        for line in memo.splitlines()
        if re.match(rf"\| {re.escape(kind).replace('_', '.{1,2}')} ", line) and f"| {TARGET_YEAR} |" in line
    ]
    cells = [plainly(cell) for cell in row.strip("|").split("|")]
    cause = "Inmatad uppgift ändrad" if kind == "other_value" else "Målet ändrat"
    assert cells[2:5] == ["Uppfyllt", "Ej uppfyllt", cause]
    assert cells[-1] == KINDS[kind][2]


@pytest.mark.parametrize("name", EDITS)
def test_an_edited_target_is_told_in_words(memo: str, name: str) -> None:
    """An edited target is described with the columns' labels and the codes' words."""
    shown = plainly(memo.replace("\\", ""))
    of = "Indikator" if name == "several" else "Målvärde för"
    year = f", år {TARGET_YEAR}" if name in ("number", "range", "rank", "exchanged") else ""
    assert f"{of} {name}{year}: {EDITS[name]}" in shown
    codes = ("best_share", "similar", "own:", "percent", "national_average")
    chapter = shown.partition("## Ändringar i planen")[2].partition("## ")[0]
    assert [code for code in codes if re.search(rf"(?<!för ){code}(?! |_|:)", chapter)] == []
