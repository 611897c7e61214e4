"""The evidence of a figure is that of the judged cell: its gender, its year, and the figure of each criterion."""

import pytest

from tests.conftest import Nights
from tests.words import outputs
from tests.words.conftest import Publish
from tests.words.small import OWN, PLAN_ID, TARGET_YEAR, SmallKolada, SmallPlan


def chapter(text: str, title: str) -> str:
    """Return the lines of one chapter of an explanation."""
    return text.partition(f"{title}\n")[2].partition("\n\n")[0]


@pytest.fixture(scope="module")
def explained(publish: Publish) -> Nights:
    """Indicators judged by women's values, by two references, and by an earlier year's value."""
    plan, kolada = SmallPlan(rules={"latest_measurement": "true", "reference_min_n": "1"}), SmallKolada()
    plan.indicator("women", "N00001")
    plan.target("women", ">", kind="reference", reference="riket", gender="K")
    for gender, own, riket in (("T", 80.0, 82.0), ("K", 85.0, 84.0), ("M", 75.0, 80.0)):
        kolada.cell("N00001", OWN, TARGET_YEAR, own, gender)
        kolada.cell("N00001", "0000", TARGET_YEAR, riket, gender)
    plan.indicator("two", "N00002")
    plan.target("two", ">", kind="reference", reference="riket", criterion="riket")
    plan.target("two", ">", kind="reference", reference="median", criterion="median")
    plan.target("two", ">", kind="previous_year", criterion="forra")
    kolada.own("N00002", {2022: 79.0, TARGET_YEAR: 80.0})
    kolada.riket("N00002", TARGET_YEAR, 78.0)
    kolada.mean("N00002", TARGET_YEAR, 70.0)
    plan.indicator("earlier", "N00003")
    plan.target("earlier", ">=", "60")
    kolada.own("N00003", {2021: 61.0, 2022: 63.0})
    kolada.mean("N00003", 2022, 50.0)
    plan.indicator("base", "N00004")
    plan.target("base", ">=", kind="base_year", base_year=2020)
    kolada.own("N00004", {2020: 50.0, TARGET_YEAR: 52.0})
    plan.indicator("measured", "N00005")
    plan.target("measured", ">", kind="previous_measurement", gender="M")
    kolada.own("N00005", {2021: 50.0, TARGET_YEAR: 52.0}, "M")
    kolada.own("N00005", {2021: 49.0, TARGET_YEAR: 51.0})
    return publish((plan, kolada))


@pytest.mark.slow
def test_women_are_compared_with_women(explained: Nights) -> None:
    """The reference used for women is Riket's women, the value is named as theirs, and so is the difference."""
    text = outputs.explanation(explained.home, PLAN_ID, "women", TARGET_YEAR)
    used = [line for line in text.splitlines() if "Detta användes." in line]
    assert [line.partition(":")[0].strip() for line in used] == [f"Riket för kvinnor {TARGET_YEAR}"]
    assert "84,0" in used[0]
    assert f"Utfallet för kvinnor {TARGET_YEAR}: 85,0" in text
    assert "Skillnad för kvinnor (plus är bättre): +1,0 mot Riket" in text


@pytest.mark.slow
def test_each_criterion_has_its_figure(explained: Nights) -> None:
    """Of three criteria, the figures of all three are marked as used."""
    text = outputs.explanation(explained.home, PLAN_ID, "two", TARGET_YEAR)
    used = [line.partition(":")[0].strip() for line in text.splitlines() if "Detta användes." in line]
    assert used == [f"Riket {TARGET_YEAR}", f"Median {TARGET_YEAR}", "Föregående år"]


@pytest.mark.slow
def test_a_value_of_an_earlier_year_has_the_versions_of_that_year(explained: Nights) -> None:
    """A value of 2022 that stands for 2023 is shown with its versions and the request that received them."""
    text = outputs.explanation(explained.home, PLAN_ID, "earlier", TARGET_YEAR)
    assert "Utfall 2022: 63,0" in text
    assert "Totalt 2022: 63. Första värdet" in text
    assert "Senast bekräftat oförändrat" in text
    assert "Svarets SHA-256:" in text


@pytest.mark.slow
def test_an_earlier_value_has_the_source_of_that_value(explained: Nights) -> None:
    """The value of the base year, or of the previous measurement, is one as received."""
    [(_, page)] = outputs.report_pages(explained.home, PLAN_ID, (TARGET_YEAR,))
    for name, heading in (("base", "Basåret"), ("measured", "Föregående mätning")):
        [facts] = page.by_id(f"i-{name}").find(lambda node: "facts" in node.classes())
        [fact] = [div for div in facts.find(lambda node: node.tag == "div") if div.words().startswith(heading)]
        assert fact.words().endswith("Källa: Kolada")
