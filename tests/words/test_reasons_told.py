"""Reasons for missing values: the same codes everywhere, each with words, and existing values are shown."""

import re

import pytest

from goals.codes import LABELS
from reports.swedish.reasons import REASONS
from tests.reports.support import REPOSITORY
from tests.words import outputs
from tests.words.conftest import Publish
from tests.words.small import OTHERS, PLAN_ID, TARGET_YEAR, YEARS, SmallKolada, SmallPlan

JUDGED = REPOSITORY / "sql" / "mart" / "010_judged.macro.sql"
PAGE = REPOSITORY / "docs" / "controllers.md"


def reasons_of_the_sql() -> set[str]:
    """Return every code that the judging function can give as verdict_reason."""
    text = JUDGED.read_text(encoding="utf-8")
    case = text[: text.index("end as verdict_reason")].rpartition("end as verdict,")[2]
    return set(re.findall(r"(?:then|else) '([a-z_]+)'", case))


def test_the_sql_the_labels_the_sentences_and_the_page_name_the_same_reasons() -> None:
    """SQL, labels, sentences and the documentation have the same reasons."""
    table = PAGE.read_text(encoding="utf-8").partition("### Skäl till")[2].partition("###")[0]
    rows = [line.split("|") for line in table.splitlines() if line.startswith("| ")]
    listed = {code for row in rows for code in re.findall(r"`([a-z_]+)`", row[2])}
    given = reasons_of_the_sql()
    assert len(given) > 20
    assert given == set(LABELS["verdict_reason"])
    assert given == set(REASONS)
    assert given == listed


@pytest.mark.slow
def test_women_and_men_are_shown_where_the_total_is_missing(publish: Publish) -> None:
    """If the total is missing, report, workbook and Swedish view show both genders and their difference."""
    plan, kolada = SmallPlan(), SmallKolada()
    plan.indicator("G1", "N00001")
    plan.target("G1", ">=", "80")
    kolada.own("N00001", {TARGET_YEAR: 90.0}, "K")
    kolada.own("N00001", {TARGET_YEAR: 84.0}, "M")
    kolada.mean("N00001", TARGET_YEAR, 80.0)
    nights = publish((plan, kolada))
    asked = (
        "select verdict, verdict_reason, value_women, value_men, gender_gap from mart.goal_fulfilment where year = 2023"
    )
    assert nights.query(asked) == [("no_data", "total_missing", 90.0, 84.0, 6.0)]
    [(_, page)] = outputs.report_pages(nights.home, PLAN_ID, (TARGET_YEAR,))
    texts = outputs.article_texts(page, "G1")
    assert "Kolada har värde för kvinnor eller män men inget totalt" in texts["sentence"]
    assert texts["detail Kvinnor och män"] == "Kvinnor 90,0, män 84,0, skillnad 6,0 till kvinnors fördel."
    [row] = [row for row in outputs.csv_rows(nights.home, PLAN_ID) if row["År"] == "2023"]
    assert (row["Kvinnor"], row["Män"]) == ("90,0", "84,0")


@pytest.mark.slow
def test_one_gender_alone_is_shown(publish: Publish) -> None:
    """If Kolada has only women's value, the report says so."""
    plan, kolada = SmallPlan(), SmallKolada()
    plan.indicator("G1", "N00001")
    plan.target("G1", ">=", "80")
    kolada.own("N00001", {TARGET_YEAR: 90.0})
    kolada.own("N00001", {TARGET_YEAR: 91.5}, "K")
    [(_, page)] = outputs.report_pages(publish((plan, kolada)).home, PLAN_ID, (TARGET_YEAR,))
    assert outputs.article_texts(page, "G1")["detail Kvinnor och män"] == "Kvinnor 91,5. För män finns inget värde."


@pytest.mark.slow
def test_a_value_that_kolada_took_away_is_told_as_that(publish: Publish) -> None:
    """A value that Kolada removed is reported as removed, not as a missing participation."""
    plan, first, second = SmallPlan(), SmallKolada(), SmallKolada()
    plan.indicator("G1", "N00001")
    plan.target("G1", ">=", "80")
    for kolada in (first, second):
        for year in YEARS:
            kolada.mean("N00001", year, 80.0)
        kolada.own("N00001", {2021: 82.0, 2022: 83.0})
    first.own("N00001", {TARGET_YEAR: 90.0})
    nights = publish((plan, first), (plan, second))
    asked = "select verdict, verdict_reason from mart.goal_fulfilment where year = 2023"
    assert nights.query(asked) == [("no_data", "value_withdrawn")]
    explained = outputs.explanation(nights.home, PLAN_ID, "G1", TARGET_YEAR)
    assert "deltog inte" not in explained
    assert "har tagits bort" in explained


@pytest.mark.slow
def test_a_year_long_past_is_not_yet_published_no_more(publish: Publish) -> None:
    """Without availability.csv the catalogue's dates show when a year is published, so 2020 is long past."""
    plan, kolada = SmallPlan(), SmallKolada()
    plan.indicator("G1", "N00001")
    plan.target("G1", ">=", "80")
    kolada.kpi("N00001", publ_period="2026", publication_date="2026-03-01")
    nights = publish((plan, kolada))
    asked = "select distinct verdict_reason from mart.goal_fulfilment"
    assert nights.query(asked) == [("nothing_published",)]
    calendar = nights.query(
        "select available_month_day, available_year_offset, availability_basis from mart.publication_calendar"
    )
    assert calendar == [("03-01", 0, "Efter Koladas datum för publiceringen av 2026.")]


def rescaled_nights(publish: Publish, *later: SmallPlan) -> tuple[SmallPlan, list[tuple[SmallPlan, SmallKolada]]]:
    """Return a plan and two runs, where the second multiplies all values of its KPI by about 100."""
    plan, first, second = SmallPlan(), SmallKolada(), SmallKolada()
    plan.indicator("S1", "N00001")
    plan.target("S1", ">=", "0,5")
    plan.add("outcomes_document", indicator_id="S1", year=2020, value=0.4, document_line=9)
    plan.indicator("S2", "N00001")
    plan.target("S2", ">=", kind="previous_year")
    for number, unit in enumerate(("1480", *OTHERS)):
        for year in (2021, 2022, 2023):
            value = round(0.4 + year % 10 / 50 + number / 100, 3)
            first.cell("N00001", unit, year, value)
            second.cell("N00001", unit, year, round(value * (90 + number), 2))
    return plan, [(plan, first), (plan, second)]


VERDICTS = (
    "select indicator_id, verdict, verdict_reason, trend, trend_since_last_year "
    "from mart.goal_fulfilment where year = 2023 order by 1"
)


@pytest.mark.slow
def test_a_rescaled_kpi_is_not_comparable_with_a_target_written_before(publish: Publish) -> None:
    """A rescaled KPI is not comparable with an earlier target; two restated years are comparable."""
    _, nights = rescaled_nights(publish)
    done = publish(*nights)
    assert done.query(VERDICTS) == [
        ("S1", "not_comparable", "kpi_rescaled", "method_changed", "improved"),
        ("S2", "met", None, "method_changed", "improved"),
    ]
    issue = "select severity, text from mart.data_issue where code = 'kpi_rescaled'"
    [(severity, text)] = done.query(issue)
    assert severity == "high"
    assert "2026-04-03" in text


@pytest.mark.slow
def test_a_row_of_breaks_says_that_the_target_stands(publish: Publish) -> None:
    """A row of breaks with `voids_target` false keeps the target valid after a rescaling."""
    plan, nights = rescaled_nights(publish)
    plan.add(
        "breaks", kpi_id="N00001", first_year_after="", voids_target="false", rescaled_on="2026-04-03", why="Ny skala."
    )
    assert publish(*nights).query(VERDICTS)[0] == ("S1", "met", None, "method_changed", "improved")


@pytest.mark.slow
def test_a_later_edit_of_the_target_says_that_it_stands(publish: Publish) -> None:
    """A target edited after a rescaling is compared again."""
    plan, nights = rescaled_nights(publish)
    edited = SmallPlan(tables={name: [dict(row) for row in rows] for name, rows in plan.tables.items()})
    edited.row("targets", indicator_id="S1").update(target_value="50", target_text="50")
    done = publish(*nights, (edited, nights[1][1]))
    assert done.query(VERDICTS)[0][:3] == ("S1", "not_met", None)
