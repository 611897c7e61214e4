"""Sentences of rarer cases: a target to be near, a tolerated miss, rounding among several criteria, a late value."""

import pytest

from tests.conftest import Nights
from tests.words import outputs
from tests.words.conftest import Publish
from tests.words.small import OTHERS, OWN, TARGET_YEAR, SmallKolada, SmallPlan

NBSP = "\N{NO-BREAK SPACE}"
TOLERANT = SmallPlan(plan_id="tolerant-2022-2024", rules={"partly_met_by": "tolerance"})


@pytest.fixture(scope="module")
def rarer(publish: Publish) -> Nights:
    """Two plans of one municipality: one rounds, the other tolerates a miss."""
    plan, kolada = SmallPlan(rules={"fixed_target_precision": "display", "average_precision": "display"}), SmallKolada()
    plan.indicator("near", "N00001", direction="target")
    plan.target("near", "", kind="range", year=TARGET_YEAR, target_value=5, target_high=5, target_text="5")
    kolada.own("N00001", {2020: 4.0, 2022: 4.0, TARGET_YEAR: 6.0})
    kolada.riket("N00001", TARGET_YEAR, 5.5)
    plan.indicator("several", "N00002", display_decimals=0, criteria_rule="any")
    plan.target("several", ">=", "95", criterion="niva")
    plan.target("several", ">=", "80", criterion="golv")
    kolada.own("N00002", {TARGET_YEAR: 94.7})
    plan.indicator("late", "N00003")
    kolada.kpi("N00003", publ_period="2025", prel_publication_date="2026-03-01", publication_date="2026-09-01")
    kolada.own("N00003", {TARGET_YEAR: 6.0})
    plan.indicator("early", "N00004", unit="Andel (%)")
    plan.target("early", ">", kind="reference", reference="riket", offset=-2)
    kolada.kpi(
        "N00004", publ_period=str(TARGET_YEAR), prel_publication_date="2026-03-01", publication_date="2026-09-01"
    )
    kolada.own("N00004", {TARGET_YEAR: 78.02})
    kolada.riket("N00004", TARGET_YEAR, 80.0)
    plan.indicator("women", "N00005")
    plan.target("women", ">=", "60", gender="K")
    kolada.own("N00005", {2021: 50.0, 2022: 51.0})
    kolada.own("N00005", {2021: 40.0}, "K")
    TOLERANT.indicator("average", "N00006")
    TOLERANT.target("average", ">", kind="reference", reference="national_average", tolerance=2)
    kolada.own("N00006", {TARGET_YEAR: 79.0})
    kolada.riket("N00006", TARGET_YEAR, 80.0)
    kolada.mean("N00006", TARGET_YEAR, 80.5)
    TOLERANT.indicator("apart", "N00007")
    TOLERANT.target("apart", ">", kind="reference", reference="national_average", tolerance=2)
    kolada.own("N00007", {TARGET_YEAR: 79.0})
    kolada.riket("N00007", TARGET_YEAR, 80.0)
    kolada.mean("N00007", TARGET_YEAR, 90.0)
    TOLERANT.indicator("few", "N00008")
    TOLERANT.target("few", ">", kind="reference", reference="unweighted_mean", tolerance=2)
    kolada.own("N00008", {TARGET_YEAR: 79.0})
    kolada.cell("N00008", OTHERS[0], TARGET_YEAR, 81.0)
    assert OWN not in OTHERS
    return publish(((plan, TOLERANT), kolada))


def told(nights: Nights, plan: SmallPlan, name: str) -> dict[str, str]:
    """Return the texts of an indicator's article."""
    [(_, page)] = outputs.report_pages(nights.home, plan.plan_id, (TARGET_YEAR,))
    return outputs.article_texts(page, name)


@pytest.mark.slow
def test_as_far_on_the_other_side_is_no_small_difference(rarer: Nights) -> None:
    """4,0 and 6,0 are equally far from 5; the difference of 2 is not called too small, nor is a plus called better."""
    texts = told(rarer, SmallPlan(), "near")
    assert texts["sentence"].endswith("Utfallet 6,0 ligger utanför målet, precis 5. Det skiljer 1,0.")
    assert texts["detail Utveckling"] == (
        "Lika långt från målet som utgångsläget 2020 (4,0 → 6,0). Lika långt från målet som året före (+2,0)."
    )
    assert "Skillnad: +0,5 mot Riket;" in texts["detail Bland kommunerna"]


@pytest.mark.slow
def test_rounding_decides_a_criterion_and_not_the_indicator(rarer: Nights) -> None:
    """Of two criteria of which one is enough, the caution names the one that is met by rounding only."""
    texts = told(rarer, SmallPlan(), "several")
    caution = "Avrundningen avgör: orundat är utfallet 94,7 och når då inte kriteriet niva."
    assert caution in texts["detail Att tänka på"]
    text = outputs.explanation(rarer.home, SmallPlan().plan_id, "several", TARGET_YEAR)
    assert "Avrundningen avgör kriteriet niva." in text


@pytest.mark.slow
def test_a_late_value_was_due_on_the_first_day_only(rarer: Nights) -> None:
    """The final date of a late preliminary value is not among the days on which it should have come."""
    day, later = (f"1{NBSP}{month}{NBSP}2026" for month in ("mars", "september"))
    assert told(rarer, SmallPlan(), "late")["detail Nästa värde"] == (
        f"Värdet för 2025 skulle ha kommit preliminärt {day} och är försenat (slutligt {later})."
    )
    assert told(rarer, SmallPlan(), "early")["detail Nästa värde"] == (
        f"Värdet för {TARGET_YEAR} är preliminärt. Det slutliga väntas {later}."
    )


@pytest.mark.slow
def test_a_borderline_with_an_offset_names_the_offset(rarer: Nights) -> None:
    """78,0 equals 80,0 minus 2 percentage points, not 80,0."""
    texts = told(rarer, SmallPlan(), "early")
    assert "riket minus 2 procentenheter" in texts["sentence"]
    assert "utfall och jämförelsevärde med avdraget är lika" in texts["detail Att tänka på"]


@pytest.mark.slow
def test_the_last_known_value_is_of_the_compared_gender(rarer: Nights) -> None:
    """A criterion for women shows the last value of women, not the later one of the total."""
    assert "Senast kända: 40,0 (2021)." in rarer_article(rarer, "women")


def rarer_article(nights: Nights, name: str) -> str:
    """Return all words of an indicator's article."""
    [(_, page)] = outputs.report_pages(nights.home, SmallPlan().plan_id, (TARGET_YEAR,))
    return page.by_id(f"i-{name}").words()


@pytest.mark.slow
def test_the_other_mean_is_tolerant_too(rarer: Nights) -> None:
    """A miss within the tolerance of both means is partly met by both; one outside the other mean's is sensitive."""
    asked = (
        "select indicator_id, verdict, verdict_alt, is_sensitive from mart.goal_fulfilment "
        f"where plan_id = '{TOLERANT.plan_id}' and year = {TARGET_YEAR} order by indicator_id"
    )
    assert rarer.query(asked) == [
        ("apart", "partly_met", "not_met", True),
        ("average", "partly_met", "partly_met", False),
        ("few", "partly_met", None, None),
    ]
    text = outputs.explanation(rarer.home, TOLERANT.plan_id, "average", TARGET_YEAR)
    assert "blir bedömningen delvis uppfyllt, alltså densamma." in text


@pytest.mark.slow
def test_a_weak_reference_is_an_issue_of_a_partly_met_target_too(rarer: Nights) -> None:
    """Every judged target with a weak reference has the issue."""
    asked = "select text from mart.data_issue where code = 'reference_weak' and indicator_id = 'few'"
    assert rarer.query(asked) == [(f"Jämförelsevärdet för {TARGET_YEAR} vilar på bara 2 kommuner.",)]
