"""Details that were once wrong: each is right in every output that has it."""

import html
import re
from datetime import UTC, datetime, timedelta

import pytest
from starlette.testclient import TestClient
from typer.testing import CliRunner

from cli.app import make_app as make_command
from tests.conftest import Nights
from tests.mart.test_questions import text as question
from tests.words import outputs
from tests.words.conftest import Publish
from tests.words.small import OTHERS, PLAN_ID, TARGET_YEAR, SmallKolada, SmallPlan
from warehouse.errors import InvalidMoment
from warehouse.moment import past_moment
from web import make_app


def rounded_nights(publish: Publish, printed: str, **rules: str) -> Nights:
    """Publish two runs: 83.6 becomes 84 in the second."""
    plan = SmallPlan(rules=dict(rules))
    plan.indicator("G1", "N00001", display_decimals=0)
    plan.target("G1", ">=", printed)
    nights = []
    for value in (83.6, 84.0):
        kolada = SmallKolada()
        kolada.own("N00001", {TARGET_YEAR: value})
        kolada.mean("N00001", TARGET_YEAR, 80.0)
        nights.append((plan, kolada))
    return publish(*nights)


@pytest.mark.slow
def test_a_rounding_that_flips_a_verdict_is_shown(publish: Publish) -> None:
    """A rounding at the source that changes a verdict is shown in memo and report."""
    nights = rounded_nights(publish, "84")
    assert nights.query("select change_kind from mart.revision") == [("rounding",)]
    memo = outputs.memo(nights.home, PLAN_ID)
    assert "| N00001 Nyckeltal N00001 | 2023 | Totalt | Ändrad avrundning | 83,6 | 84,0 |" in memo
    assert "Inget värde har ändrats" not in memo
    [(_, page)] = outputs.report_pages(nights.home, PLAN_ID, (TARGET_YEAR,))
    assert "Ändrad avrundning" in page.words()


@pytest.mark.slow
def test_a_rounding_that_nothing_rests_on_is_left_out_and_told_as_that(publish: Publish) -> None:
    """A rounding at the source that affects no verdict is left out, and the memo says so."""
    nights = rounded_nights(publish, "70")
    memo = outputs.memo(nights.home, PLAN_ID)
    assert "Ändrad avrundning" not in memo
    assert "Inget värde har ändrats mer än i avrundningen, och ingen bedömning vilar på den skillnaden." in memo


@pytest.mark.slow
def test_both_genders_are_judged_at_the_plans_precision(publish: Publish) -> None:
    """Women's 94.7 meets 95 at the plan's precision of no decimals, and not in an exact comparison (question 17)."""
    for rule, expected in (("target", [(True, False)]), ("exact", [(False, False)])):
        plan, kolada = SmallPlan(rules={"fixed_target_precision": rule}), SmallKolada()
        plan.indicator("G1", "N00001")
        plan.target("G1", ">=", "95")
        kolada.own("N00001", {TARGET_YEAR: 94.7})
        kolada.own("N00001", {TARGET_YEAR: 94.7}, "K")
        kolada.own("N00001", {TARGET_YEAR: 94.2}, "M")
        nights = publish((plan, kolada))
        asked = f"select is_met_for_women, is_met_for_men from ({question(17)}) where year = 2023"
        assert nights.query(asked) == expected


@pytest.mark.slow
def test_numbers_in_remarks_have_a_decimal_comma(publish: Publish) -> None:
    """Numbers in remarks have a decimal comma."""
    plan, kolada = SmallPlan(), SmallKolada()
    plan.indicator("G1", "N00001")
    plan.target("G1", ">=", "80,5")
    plan.add("outcomes_document", indicator_id="G1", year=2020, value="71.25", document_line=3)
    kolada.own("N00001", {2020: 70.25, 2021: 84.75, 2022: 84.75, TARGET_YEAR: 84.0})
    kolada.riket("N00001", TARGET_YEAR, 0.0)
    for place, unit in enumerate(OTHERS):
        kolada.cell("N00001", unit, TARGET_YEAR, 80.25 + place)
    nights = publish((plan, kolada))
    remarks = dict(
        nights.query("select code, text from mart.data_issue where indicator_id = 'G1' or kpi_id = 'N00001'")
    )
    assert remarks["equal_years"].startswith("Samma värde två år i rad (84,75, 2021 och 2022)")
    assert remarks["document_revised"] == "Dokumentet anger 71,25 för 2020, Kolada i dag 70,25."
    assert "kommunernas median är 83,3" in remarks["riket_zero"]


@pytest.mark.slow
def test_control_characters_reach_no_document(publish: Publish) -> None:
    """Control characters in a KPI title become replacement characters in every output."""
    plan, kolada = SmallPlan(), SmallKolada()
    plan.indicator("G1", "N00001")
    plan.target("G1", ">=", "80")
    kolada.own("N00001", {TARGET_YEAR: 84.0})
    kolada.mean("N00001", TARGET_YEAR, 80.0)
    nights = publish((plan, kolada))
    bent = SmallKolada(cells=kolada.cells)
    bent.kpi("N00001", title="Titel\x00med\x1b[31m\x85skräp")
    nights.fake.data = bent.data()
    nights.refresh()
    [(_, page)] = outputs.report_pages(nights.home, PLAN_ID, (TARGET_YEAR,))
    texts = (
        (nights.home / f"{TARGET_YEAR}.html").read_text(encoding="utf-8"),
        outputs.memo(nights.home, PLAN_ID),
        outputs.explanation(nights.home, PLAN_ID, "G1", TARGET_YEAR),
        " ".join(outputs.word_texts(nights.home, PLAN_ID).values()),
        outputs.terminal(nights.home, PLAN_ID),
    )
    assert outputs.workbook_rows(nights.home, PLAN_ID)
    for text in texts:
        assert [char for char in text if (ord(char) < 32 and char not in "\n\t\r") or 127 <= ord(char) < 160] == []
    assert "Titel\N{REPLACEMENT CHARACTER}med\N{REPLACEMENT CHARACTER}[31m" in page.words()


def test_a_day_to_come_is_refused(publish: Publish) -> None:
    """Report, explain and replay refuse a date in the future."""
    tomorrow = (datetime.now(UTC) + timedelta(days=2)).date().isoformat()
    for command in (
        ["report", "--as-of", tomorrow],
        ["report", "--since", tomorrow],
        ["explain", "G1", "--as-of", tomorrow],
        ["replay", "--as-of", tomorrow, "--to", "x.duckdb"],
    ):
        result = CliRunner().invoke(make_command(), command)
        assert (result.exit_code, f"`{tomorrow}` is in the future" in result.output) == (2, True), result.output


@pytest.mark.parametrize(
    ("given", "is_past"),
    [
        ("2026-04-02", True),
        ("2026-04-01T23:59:59", True),
        ("2026-04-03", False),
        ("2026-04-02T12:00:01", False),
        ("2026-04-02T13:59:59+02:00", True),
    ],
)
def test_what_is_yet_to_come_goes_by_the_day_in_sweden(given: str, is_past: bool) -> None:
    """A date is compared with today in Sweden, and a timestamp with the current instant."""
    now = datetime(2026, 4, 2, 12, tzinfo=UTC)
    if is_past:
        past_moment(given, now=now)
    else:
        with pytest.raises(InvalidMoment, match="in the future"):
            past_moment(given, now=now)


@pytest.mark.slow
def test_one_goal_is_one(publish: Publish) -> None:
    """God ekonomisk hushållning with one financial goal uses the singular."""
    plan, kolada = SmallPlan(), SmallKolada()
    plan.goal("F", "financial")
    plan.indicator("F1", "N00001", goal_id="F")
    plan.target("F1", ">=", "80")
    plan.indicator("G1", "N00001")
    plan.target("G1", ">=", "80")
    kolada.own("N00001", {TARGET_YEAR: 84.0})
    kolada.mean("N00001", TARGET_YEAR, 80.0)
    nights = publish((plan, kolada))
    [(_, page)] = outputs.report_pages(nights.home, PLAN_ID, (TARGET_YEAR,))
    words = " ".join(page.words().split())
    assert "1 av 1 finansiellt mål och 1 av 1 verksamhetsmål är uppfyllda." in words
    assert "1 finansiella" not in words


@pytest.mark.slow
def test_a_late_value_needs_a_date_that_kolada_gave(publish: Publish) -> None:
    """A value is reported as late only if its publication date is known and has passed."""
    for dates, expected in (
        ({}, "Kolada anger ingen nästa publicering."),
        (
            {"publication_date": "2026-03-01", "publ_period": "2025"},
            "Värdet för 2025 skulle ha kommit slutligt 1 mars 2026 och är försenat.",
        ),
    ):
        plan, kolada = SmallPlan(), SmallKolada()
        plan.indicator("G1", "N00001")
        plan.target("G1", ">=", "80")
        kolada.own("N00001", {TARGET_YEAR: 84.0})
        kolada.mean("N00001", TARGET_YEAR, 80.0)
        kolada.kpi("N00001", **dates)
        nights = publish((plan, kolada))
        [(_, page)] = outputs.report_pages(nights.home, PLAN_ID, (TARGET_YEAR,))
        assert " ".join(outputs.article_texts(page, "G1")["detail Nästa värde"].split()) == expected


@pytest.mark.slow
def test_two_plans_that_read_a_kpi_in_opposite_directions(publish: Publish) -> None:
    """Two plans with opposite directions show ranks and colours by their own direction; mart.ranking has none."""
    higher, lower, kolada = SmallPlan(), SmallPlan(plan_id="motsatt-2022-2024"), SmallKolada()
    for plan, operator, direction in ((higher, ">=", "higher"), (lower, "<=", "lower")):
        plan.indicator("G1", "N00001", direction=direction)
        plan.target("G1", operator, "80")
    kolada.own("N00001", {TARGET_YEAR: 90.0})
    for place, unit in enumerate(OTHERS):
        kolada.cell("N00001", unit, TARGET_YEAR, 70.0 + place)
    nights = publish(([higher, lower], kolada))
    asked = "select plan_id, rank, rank_n, colour from mart.goal_fulfilment where year = 2023 order by plan_id desc"
    assert nights.query(asked) == [(PLAN_ID, 1, 7, "green"), ("motsatt-2022-2024", 7, 7, "red")]
    assert nights.query("select distinct rank, quartile, colour from mart.ranking") == [(None, None, None)]
    [text] = {text for (text,) in nights.query("select text from mart.data_issue where code = 'direction_conflict'")}
    assert text.endswith("plats och färg visas per plan, efter dess egen riktning.")


@pytest.mark.slow
def test_a_number_and_its_percent_sign_stay_on_one_line(publish: Publish) -> None:
    """A number and its percent sign are joined by a no-break space in every text."""
    plan, kolada = SmallPlan(), SmallKolada()
    plan.goal("M1")
    for name, kpi_id, value in (("G1", "N00001", 84.0), ("G2", "N00002", 70.0)):
        plan.indicator(name, kpi_id, goal_id="M1", unit="%")
        plan.target(name, ">=", "80")
        kolada.own(kpi_id, {TARGET_YEAR: value})
        kolada.mean(kpi_id, TARGET_YEAR, 75.0)
    nights = publish((plan, kolada))
    [_] = outputs.report_pages(nights.home, PLAN_ID, (TARGET_YEAR,))
    report = (nights.home / f"{TARGET_YEAR}.html").read_text(encoding="utf-8")
    shown = html.unescape(re.sub(r"<[^>]*>", "", report.partition("<body")[2]))
    explained = outputs.explanation(nights.home, PLAN_ID, "G1", TARGET_YEAR)
    for text in (shown, explained):
        assert re.search(r"\d\N{NO-BREAK SPACE}%", text)
        assert re.findall(r".{20}\d[ \n]+%.{5}", text, re.DOTALL) == []


@pytest.mark.slow
def test_a_mean_of_similar_municipalities_is_explained_by_its_own_rule(publish: Publish) -> None:
    """A mean of similar municipalities is not described with the rule of the national average."""
    plan, kolada = SmallPlan(), SmallKolada()
    plan.indicator("G1", "N00001", similar_group_topic="grundskola")
    plan.target("G1", ">", kind="reference", reference="similar")
    kolada.own("N00001", {TARGET_YEAR: 84.0})
    kolada.mean("N00001", TARGET_YEAR, 80.0)
    nights = publish((plan, kolada))
    explained = outputs.explanation(nights.home, PLAN_ID, "G1", TARGET_YEAR)
    assert "Jämförelsevärdet är det ovägda medlet av de liknande kommuner som har värde." in explained
    assert "regel average_precision = " in explained
    [(_, page)] = outputs.report_pages(nights.home, PLAN_ID, (TARGET_YEAR,))
    told = " ".join(outputs.article_texts(page, "G1").values())
    assert "liknande" in told
    for text in (explained, told):
        assert "iksgenomsnitt" not in text
        assert "regel national_average" not in text


@pytest.mark.slow
def test_the_pages_changes_show_as_many_decimals_as_tell_them_apart(publish: Publish) -> None:
    """The page of changes shows two decimals at most, or more if two unequal numbers would look equal."""
    plan, nights = SmallPlan(), []
    plan.indicator("G1", "N00001")
    plan.indicator("G2", "N00002")
    plan.indicator("G3", "N00003")
    for values in ((83.5, 80.123456, 70.0001), (84.0, 81.987654, 70.0002)):
        kolada = SmallKolada()
        for number, value in enumerate(values, start=1):
            kolada.own(f"N0000{number}", {TARGET_YEAR: value})
        nights.append((plan, kolada))
    home = publish(*nights).home
    with TestClient(make_app(home / "kolada.duckdb"), base_url="http://127.0.0.1") as client:
        page = html.unescape(client.get("/andringar").text)
    assert re.findall(r"[\d,]+ → [\d,]+", page) == ["83,5 → 84,0", "80,12 → 81,99", "70,0001 → 70,0002"]


@pytest.mark.slow
def test_the_chart_draws_the_target_of_the_reports_year(publish: Publish) -> None:
    """The chart of each year's report shows that year's target."""
    plan, kolada = SmallPlan(), SmallKolada()
    plan.indicator("T1", "N00001")
    plan.target("T1", ">=", "62", year=2022)
    plan.target("T1", ">=", "77")
    kolada.own("N00001", {2021: 70.0, 2022: 71.0, TARGET_YEAR: 72.0})
    pages = outputs.report_pages(publish((plan, kolada)).home, PLAN_ID, (2022, TARGET_YEAR))
    names = {
        year: {" ".join(node.words().split()) for node in page.find(lambda node: node.tag == "text")}
        for year, page in pages
    }
    assert {2022: {"Mål 62"}, TARGET_YEAR: {"Mål 77"}} == {
        year: {name for name in found if name.startswith("Mål")} for year, found in names.items()
    }
