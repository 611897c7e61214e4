"""A verdict decided by rounding is described as such in every output."""

import pytest

from tests.conftest import Nights
from tests.words import outputs
from tests.words.conftest import Publish
from tests.words.small import PLAN_ID, TARGET_YEAR, SmallKolada, SmallPlan

NBSP = "\N{NO-BREAK SPACE}"


@pytest.fixture(scope="module")
def rounded(publish: Publish) -> Nights:
    """A plan that compares numbers at the finer decimals and means at the displayed ones."""
    plan = SmallPlan(
        rules={
            "fixed_target_precision": "finer_of_target_and_display",
            "average_precision": "display",
            "national_average": "riket",
        }
    )
    kolada = SmallKolada()

    def number(name: str, value: float, operator: str, printed: str, **cells: object) -> None:
        kpi_id = f"N{len(plan.tables['indicators.csv']) + 1:05}"
        plan.indicator(name, kpi_id, **cells)
        plan.target(name, operator, printed)
        kolada.own(kpi_id, {TARGET_YEAR: value})

    def mean(name: str, value: float, operator: str, riket: float, **cells: object) -> None:
        kpi_id = f"N{len(plan.tables['indicators.csv']) + 1:05}"
        plan.indicator(name, kpi_id, **cells)
        kind = "above_reference" if ">" in operator else "below_reference"
        plan.target(name, operator, kind=kind, reference="national_average")
        kolada.own(kpi_id, {TARGET_YEAR: value})
        kolada.riket(kpi_id, TARGET_YEAR, riket)

    number("F1", 3.96878, ">=", "4,0")
    number("F2", 94.7, ">=", "95", display_decimals=0)
    number("F3", 4.04, "<=", "4,0", direction="lower")
    number("F4", 90.54, ">", "90,5")
    number("F5", 79.52, ">=", "79,5", display_decimals=2)
    mean("R1", 79.577, ">", 79.4, display_decimals=0)
    mean("R2", 80.33, ">", 79.79, display_decimals=0)
    mean("R3", 35.44, "<=", 35.4, direction="lower", display_decimals=2)
    return publish((plan, kolada))


@pytest.fixture(scope="module")
def page(rounded: Nights) -> outputs.Node:
    """The plan's report."""
    [(_, found)] = outputs.report_pages(rounded.home, PLAN_ID, (TARGET_YEAR,))
    return found


@pytest.mark.parametrize(
    ("indicator_id", "expected"),
    [
        (
            "F1",
            (
                "Planen jämför med en decimal. Då är utfallet 4,0. Målet, minst 4,0, är uppfyllt. Avrundningen avgör: "
                "orundat är utfallet 3,96878, och det saknas 0,03122."
            ),
        ),
        (
            "F2",
            (
                "Planen jämför utan decimaler. Då är utfallet 95. Målet, minst 95, är uppfyllt. Avrundningen avgör: "
                "orundat är utfallet 94,7, och det saknas 0,3."
            ),
        ),
        (
            "F3",
            (
                "Planen jämför med en decimal. Då är utfallet 4,0. Målet, högst 4,0, är uppfyllt. Avrundningen avgör: "
                "orundat är utfallet 4,04, och det saknas 0,04."
            ),
        ),
        (
            "F4",
            (
                "Planen jämför med en decimal. Då är utfallet 90,5. Målet, över 90,5, är inte uppfyllt. Avrundningen "
                "avgör: orundat är utfallet 90,54, med 0,04 i marginal."
            ),
        ),
        ("F5", "Utfallet 79,52 uppfyller målet, minst 79,5, med 0,02 i marginal."),
        ("R1", "Utfallet 79,6 ligger över riksgenomsnittet (Riket) 79,4, med 0,2 i marginal."),
        (
            "R2",
            (
                "Planen jämför utan decimaler. Då är utfallet 80 och riksgenomsnittet (Riket) 80. Målet, över "
                "riksgenomsnittet, är inte uppfyllt. Avrundningen avgör: orundat är utfallet 80,33 och "
                "riksgenomsnittet (Riket) 79,79, med 0,54 i marginal."
            ),
        ),
        ("R3", "Utfallet 35,44 är inte högst riksgenomsnittet (Riket) 35,40. Det skiljer 0,04."),
    ],
)
def test_report_and_explain_say_what_decided(
    rounded: Nights, page: outputs.Node, indicator_id: str, expected: str
) -> None:
    """Report and explain have the same sentence: the compared numbers, the verdict, the rounding and the difference."""
    said = outputs.article_texts(page, indicator_id)["sentence"]
    assert said.partition(str(TARGET_YEAR))[2] == expected
    assert expected in outputs.explanation(rounded.home, PLAN_ID, indicator_id, TARGET_YEAR).replace("\n", " ")


def test_the_facts_beside_the_sentence_say_the_same(page: outputs.Node) -> None:
    """The facts of F1 show 4,0 of 4,0, that it is rounded, and the unrounded margin."""
    texts = outputs.article_texts(page, "F1")
    assert (texts["fact Utfall 2023"], texts["fact Mål 2023"]) == ("4,0", "minst 4,0")
    assert texts["fact Marginal (orundat, plus är bra)"] == "−0,03"
    assert "Avrundningen avgör: orundat är utfallet 3,96878" in texts["detail Att tänka på"]


def test_a_target_finer_than_the_comparison_is_shown_rounded_too(publish: Publish) -> None:
    """0,258 meets "högst 0,256" at two decimals: the target is shown as compared, next to the outcome 0,26."""
    plan, kolada = SmallPlan(rules={"fixed_target_precision": "display"}), SmallKolada()
    plan.indicator("T1", "N00001", display_decimals=2, direction="lower")
    plan.target("T1", "<=", "0,256")
    plan.indicator("T2", "N00002", display_decimals=0, direction="target")
    plan.target("T2", "", "5,4", kind="range", target_value="5.4", target_high="6.4", target_text="mellan 5,4 och 6,4")
    kolada.own("N00001", {TARGET_YEAR: 0.258})
    kolada.own("N00002", {TARGET_YEAR: 5.2})
    nights = publish((plan, kolada))
    [(_, page)] = outputs.report_pages(nights.home, PLAN_ID, (TARGET_YEAR,))
    goals = {"T1": "högst 0,256 (avrundat 0,26)", "T2": "mellan 5,4 och 6,4 (avrundat 5 till 6)"}
    assert {name: cells["Mål"] for name, cells in outputs.matrix(page).items()} == goals
    assert {name: outputs.article_texts(page, name)["fact Mål 2023"] for name in goals} == goals
    for rows in (outputs.workbook_rows(nights.home, PLAN_ID), outputs.goal_sheet_rows(nights.home, PLAN_ID)):
        shown = {row["Id"]: (row["Utfall"], row["Ställs mot"]) for row in rows if row["År"] == str(TARGET_YEAR)}
        assert shown == {"T1": ("0,26", "0,26"), "T2": ("5", "5")}


def test_the_swedish_view_shows_numbers_that_tell_the_verdict(rounded: Nights) -> None:
    """The Swedish view shows enough decimals to see the verdict, and the unrounded numbers if rounding decides."""
    asked = 'select "Id", "Utfall", coalesce("Målvärde", "Jämförelsevärde"), "Bedömning", "Avrundning" '
    shown = rounded.query(asked + 'from mart.maluppfyllelse where "År" = 2023 order by 1')
    f1 = "Avrundningen avgör: planen jämför med 1 decimal. Orundat är utfallet 3,96878 mot 4, och det saknas 0,03122."
    f2 = "Avrundningen avgör: planen jämför utan decimaler. Orundat är utfallet 94,7 mot 95, och det saknas 0,3."
    f3 = "Avrundningen avgör: planen jämför med 1 decimal. Orundat är utfallet 4,04 mot 4, och det saknas 0,04."
    f4 = "Avrundningen avgör: planen jämför med 1 decimal. Orundat är utfallet 90,54 mot 90,5, med en marginal på 0,04."
    r2 = (
        "Avrundningen avgör: planen jämför utan decimaler. Orundat är utfallet 80,33 mot 79,79, med en marginal på 0,54"
    )
    assert shown == [
        ("F1", 4.0, 4.0, "Uppfyllt", f1),
        ("F2", 95.0, 95.0, "Uppfyllt", f2),
        ("F3", 4.0, 4.0, "Uppfyllt", f3),
        ("F4", 90.5, 90.5, "Ej uppfyllt", f4),
        ("F5", 79.52, 79.5, "Uppfyllt", None),
        ("R1", 79.6, 79.4, "Uppfyllt", None),
        ("R2", 80.0, 80.0, "Ej uppfyllt", f"{r2}."),
        ("R3", 35.44, 35.4, "Ej uppfyllt", None),
    ]


def test_the_workbook_says_that_rounding_decides(rounded: Nights) -> None:
    """The workbook shows the compared numbers and a column on rounding; the margin is never −0,0."""
    rows = {row["Id"]: row for row in outputs.workbook_rows(rounded.home, PLAN_ID) if row["År"] == "2023"}
    shown = [rows["F1"][head] for head in ("Utfall", "Målvärde", "Bedömning", "Marginal", "Avrundning")]
    said = "Avrundningen avgör: orundat är utfallet 3,96878, och det saknas 0,03122."
    assert shown == ["4,0", "4,0", "Uppfyllt", "-0,03", said]
    assert rows["F5"]["Avrundning"] == ""


def test_the_terminal_shows_numbers_that_tell_the_verdict(rounded: Nights) -> None:
    """The terminal shows the same numbers as the Swedish view, with a line for each verdict decided by rounding."""
    lines = outputs.terminal(rounded.home, PLAN_ID).splitlines()
    table = {line.split()[0]: line.split()[4:8] for line in lines if "Indikator F" in line or "Indikator R" in line}
    assert table["F1"] == ["4,0", ">=", "4,0", "Uppfyllt"]
    assert table["R1"] == ["79,6", ">", "79,4", "Uppfyllt"]
    assert table["R3"][:3] == ["35,44", "<=", "35,40"]
    notes = [line.split(":")[0] for line in lines if "Orundat är utfallet" in line]
    assert notes == ["F1", "F2", "F3", "F4", "R2"]


@pytest.mark.slow
def test_compared_exactly_the_view_shows_the_difference(publish: Publish) -> None:
    """With exact comparison, numbers get as many decimals as are needed to see the difference."""
    plan, kolada = SmallPlan(), SmallKolada()
    plan.indicator("E1", "N00001", display_decimals=0)
    plan.target("E1", ">", kind="reference", reference="national_average")
    kolada.own("N00001", {TARGET_YEAR: 79.52})
    kolada.riket("N00001", TARGET_YEAR, 79.577)
    plan.indicator("E2", "N00002", display_decimals=0, direction="lower")
    plan.target("E2", "<=", "35,4")
    kolada.own("N00002", {TARGET_YEAR: 35.46})
    nights = publish((plan, kolada))
    asked = 'select "Utfall", coalesce("Målvärde", "Jämförelsevärde"), "Bedömning" from mart.maluppfyllelse '
    shown = nights.query(asked + 'where "År" = 2023 order by "Id"')
    assert shown == [(79.5, 79.6, "Ej uppfyllt"), (35.5, 35.4, "Ej uppfyllt")]
    exported = [row for row in outputs.csv_rows(nights.home, PLAN_ID) if row["År"] == "2023"]
    assert [(row["Utfall"], row["Målvärde"]) for row in exported] == [("79,5", ""), ("35,5", "35,4")]


@pytest.mark.slow
def test_the_terminal_rounds_decimal_texts_and_has_a_true_minus(publish: Publish) -> None:
    """The terminal rounds half away from zero and writes a true minus sign."""
    plan, kolada = SmallPlan(), SmallKolada()
    for number, (value, decimals) in enumerate(((84.25, 1), (1.005, 2), (-84.25, 1)), start=1):
        plan.indicator(f"T{number}", f"N{number:05}", display_decimals=decimals)
        kolada.own(f"N{number:05}", {TARGET_YEAR: value})
    lines = outputs.terminal(publish((plan, kolada)).home, PLAN_ID).splitlines()
    assert [line.split()[4] for line in lines if "Indikator T" in line] == ["84,3", "1,01", "−84,3"]


@pytest.mark.slow
def test_a_plan_that_says_nothing_compares_exactly(publish: Publish) -> None:
    """By default 94,7 does not meet a target that is printed as 95."""
    plan, kolada = SmallPlan(), SmallKolada()
    plan.indicator("D1", "N00001", display_decimals=0)
    plan.target("D1", ">=", "95")
    kolada.own("N00001", {TARGET_YEAR: 94.7})
    nights = publish((plan, kolada))
    asked = "select verdict, is_rounded_only, margin, shown_decimals from mart.goal_fulfilment where year = 2023"
    assert nights.query(asked) == [("not_met", False, -0.3, 1)]
