"""Words about units: regions are not called municipalities, and one unit is not called several."""

import re

import pytest

from tests.conftest import Nights
from tests.words import outputs
from tests.words.conftest import Publish
from tests.words.small import OTHERS, TARGET_YEAR, SmallKolada, SmallPlan

REGION = "0014"
REGIONS = {
    REGION: "Västra Götalandsregionen",
    "0001": "Region Stockholm",
    "0003": "Region Uppsala",
    "0000": "Riket",
    "0114": "Orten",
}
REGION_PLAN = SmallPlan(
    municipality_id=REGION, plan_id="provregionen-2022-2024", rules={"national_average": "riket_else_unweighted"}
)


@pytest.fixture(scope="module")
def region(publish: Publish) -> Nights:
    """A region's plan with a reason for every kind of missing value, a mean over regions and an own figure."""
    plan, kolada = (
        REGION_PLAN,
        SmallKolada(units=dict(REGIONS), groups={"G2329": ("Alla regioner (ovägt medel)", tuple(REGIONS)[:3])}),
    )
    plan.indicator("mean", "N00001")
    plan.target("mean", ">", kind="reference", reference="national_average")
    kolada.cell("N00001", REGION, TARGET_YEAR, 5.0)
    kolada.cell("N00001", "0001", TARGET_YEAR, 6.0)
    plan.indicator("absent", "N00002")
    plan.target("absent", ">=", "5")
    kolada.cell("N00002", "0001", TARGET_YEAR, 6.0)
    plan.indicator("unmeasured", "N00003")
    plan.target("unmeasured", ">=", "5")
    kolada.cell("N00003", "0001", 2024, 6.0)
    plan.indicator("private", "N00004")
    plan.target("private", ">=", "5")
    kolada.cell("N00004", REGION, TARGET_YEAR, None)
    kolada.statuses["N00004", REGION, TARGET_YEAR, "T"] = "Not applicable"
    plan.indicator("own")
    plan.target("own", ">=", "5")
    plan.figure("own", TARGET_YEAR, 7)
    plan.indicator("missing")
    plan.target("missing", ">=", "5")
    return publish((plan, kolada))


@pytest.mark.slow
def test_a_region_is_not_called_a_municipality(region: Nights) -> None:
    """Report, explanations, memo, workbook and Word text of a region's plan speak of regions."""
    plan_id = REGION_PLAN.plan_id
    [(_, page)] = outputs.report_pages(region.home, plan_id, (TARGET_YEAR,))
    texts = {"report": page.words(), "memo": outputs.memo(region.home, plan_id)}
    texts["short report"] = outputs.short_page(region.home, plan_id, TARGET_YEAR).words()
    texts["word"] = " ".join(outputs.word_texts(region.home, plan_id).values())
    for row in REGION_PLAN.tables["indicators.csv"]:
        name = str(row["indicator_id"])
        texts[f"explain {name}"] = outputs.explanation(region.home, plan_id, name, TARGET_YEAR)
    for sheet in outputs.workbook(region.home, plan_id):
        cells = [cell.value for row in sheet.iter_rows() for cell in row if isinstance(cell.value, str)]
        texts[f"sheet {sheet.title}"] = " ".join(cells)
    for (text,) in region.query("select text from mart.data_issue"):
        texts[f"issue {text}"] = str(text)
    said = {name: re.findall(r".{0,30}[Kk]ommun.{0,30}", text.replace("\n", " ")) for name, text in texts.items()}
    assert {name: found for name, found in said.items() if found} == {}
    assert "inte den egna regionen: den deltog inte" in texts["explain absent"]
    assert "Ingen region har något värde för året" in texts["explain unmeasured"]


@pytest.mark.slow
def test_one_unit_is_told_in_the_singular(publish: Publish) -> None:
    """A place among one unit, a mean of one and a single goal are told with singular nouns."""
    plan = SmallPlan(groups={"grannar": OTHERS[:2]})
    kolada = SmallKolada()
    plan.indicator("alone", "N00001")
    plan.target("alone", ">", kind="reference", reference="national_average")
    kolada.own("N00001", {TARGET_YEAR: 5.0})
    plan.goal("M2", "follow_up")
    plan.indicator("few", "N00002", "M2")
    plan.target("few", ">", kind="reference", reference="own:grannar")
    kolada.own("N00002", {TARGET_YEAR: 5.0})
    kolada.cell("N00002", OTHERS[0], TARGET_YEAR, 4.0)
    nights = publish((plan, kolada))
    [(_, page)] = outputs.report_pages(nights.home, plan.plan_id, (TARGET_YEAR,))
    alone, few = (outputs.article_texts(page, name) for name in ("alone", "few"))
    assert "Plats 1 av 1 kommun med värde" in alone["detail Bland kommunerna"]
    assert "0 av 1 kommun (0\u00a0%) skulle klara samma kriterium." in alone["detail Bland kommunerna"]
    assert "det ovägda medlet av den 1 kommun som har värde" in alone["detail Att tänka på"]
    assert "det vilar på bara 1 kommun." in few["detail Att tänka på"]
    assert "0 av 1 verksamhetsmål är uppfyllt." in page.words()
    issues = nights.query("select text from mart.data_issue where code = 'reference_weak' order by indicator_id")
    assert issues == [(f"Jämförelsevärdet för {TARGET_YEAR} vilar på bara 1 kommun.",)] * 2
