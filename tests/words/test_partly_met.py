"""A miss within the tolerance is reported as a miss within the tolerance, for every kind of criterion."""

from collections.abc import Mapping

import pytest

from tests.words import outputs
from tests.words.conftest import Publish
from tests.words.small import OTHERS, PLAN_ID, TARGET_YEAR, SmallKolada, SmallPlan

KPI = "N00001"
# Each kind: its target, the sentence for 85,0, and the tolerance in words. 85,0 is second of seven municipalities and
# of four similar ones.
MISSES: Mapping[str, tuple[dict[str, object], str, str]] = {
    "number": (
        {"operator": ">=", "target_value": 86, "target_text": "86", "tolerance": 2},
        "Utfallet 85,0 uppfyller inte målet, minst 86. Det skiljer 1,0.",
        "2",
    ),
    "range": (
        {"target_value": 86, "target_high": 90, "target_text": "86–90", "tolerance": 5, "tolerance_unit": "percent"},
        "Utfallet 85,0 ligger utanför målet, mellan 86 och 90. Det skiljer 1,0.",
        "5 procent",
    ),
    "reference": (
        {"operator": ">", "reference": "riket", "tolerance": 8, "offset": 10},
        "Utfallet 85,0 ligger inte över riket 80,0 plus 10, alltså 90,0. Det skiljer 5,0.",
        "8",
    ),
    "rank": (
        {"target_value": 1, "rank_scope": "all", "tolerance": 2},
        "Plats 2 av 7 bland kommunerna (utfall 85,0) uppfyller inte målet, bäst av kommunerna. Det skiljer 1 plats.",
        "2 platser",
    ),
    "best_share": (
        {"target_value": 20, "rank_scope": "similar", "tolerance": 1},
        "Plats 2 av 4 bland {0} (utfall 85,0) uppfyller inte målet, bland de 20 procent bästa av {0}. "
        "Det skiljer 1 plats.".format("liknande kommuner"),
        "1 plats",
    ),
}


@pytest.mark.slow
def test_a_miss_within_the_tolerance_is_told_as_a_miss(publish: Publish) -> None:
    """No sentence about a partly met verdict says that the criterion is met, places included."""
    plan, kolada = SmallPlan(rules={"partly_met_by": "tolerance", "reference_min_n": "1"}), SmallKolada()
    for kind, (target, _, _) in MISSES.items():
        plan.indicator(kind, KPI, similar_group_topic="grundskola")
        plan.target(kind, **{"operator": "", "kind": kind, "year": TARGET_YEAR, **target})
    kolada.own(KPI, {TARGET_YEAR: 85.0})
    kolada.mean(KPI, TARGET_YEAR, 70.0)
    kolada.cell(KPI, OTHERS[0], TARGET_YEAR, 90.0)
    kolada.riket(KPI, TARGET_YEAR, 80.0)
    home = publish((plan, kolada)).home
    said = {kind: " ".join(outputs.explanation(home, PLAN_ID, kind, TARGET_YEAR).split()) for kind in MISSES}
    sentences = {
        kind: f"{missed} Det ryms i toleransen, {tolerance}: målet är delvis uppfyllt."
        for kind, (_, missed, tolerance) in MISSES.items()
    }
    assert [kind for kind, sentence in sentences.items() if sentence not in said[kind]] == [], said
