"""Edits of a plan and of KPI titles are reported with the text before and after."""

from pathlib import Path

import pytest

from flows.events import notices
from pipeline.run_facts import read_facts
from pipeline.run_page import run_page
from reports.swedish.notices import instant_text
from tests.conftest import Nights
from tests.words import outputs
from tests.words.conftest import Publish, next_night
from tests.words.small import PLAN_ID, TARGET_YEAR, SmallKolada, SmallPlan


def plainly(text: str) -> str:
    """Return a text on one line, with plain spaces."""
    return " ".join(text.split())


EDITS = (
    "select file_name, item_id, year, edit, column_name, value_before, value_after, is_place_unchanged "
    "from mart.plan_change order by all"
)


def small_plan(printed: str = "91", **target: object) -> SmallPlan:
    """Return a plan with one target."""
    plan = SmallPlan()
    plan.indicator("G1", "N00001")
    plan.target("G1", ">=", printed, **target)
    return plan


def small_kolada(title: str = "Väntetid") -> SmallKolada:
    """Return data with a value that meets both 90 and 91."""
    kolada = SmallKolada()
    kolada.own("N00001", {2020: 80.0, TARGET_YEAR: 95.0})
    kolada.mean("N00001", TARGET_YEAR, 80.0)
    kolada.kpi("N00001", title=title)
    return kolada


@pytest.fixture(scope="module")
def moved(publish: Publish) -> Nights:
    """A run in which a target fell from 91 to 90 and a title changed, with unchanged document lines."""
    edited = small_plan("90")
    edited.row("indicators", indicator_id="G1")["title"] = "Ny titel"
    return publish((small_plan(), small_kolada()), (edited, small_kolada()))


@pytest.mark.slow
def test_a_target_moved_in_silence_is_a_row(moved: Nights) -> None:
    """An edited target that changes no verdict is still a row with both values."""
    assert moved.query("select count(*) from mart.verdict_change") == [(0,)]
    assert moved.query(EDITS) == [
        ("indicators.csv", "G1", None, "edited", "title", "Indikator G1", "Ny titel", True),
        ("targets.csv", "G1", 2023, "edited", "target_text", "91", "90", True),
        ("targets.csv", "G1", 2023, "edited", "target_value", "91", "90", True),
    ]


@pytest.mark.slow
def test_report_memo_word_and_explain_tell_which_target_moved(moved: Nights) -> None:
    """Report, memo, Word and explain show both values, the date, and that the document lines are unchanged."""
    told = (
        "Målvärde för G1, år 2023: Målvärde 91 → 90; Målet som det är tryckt 91 → 90. "
        "Platsen i dokumentet (rad 8) ändrades inte med det."
    )
    was = (
        "Där står 91, som gällde tidigare: planen ändrades till 90 {}, och platsen i dokumentet ändrades inte med det."
    )
    ((at,),) = moved.query("select distinct known_from from mart.plan_change")
    when = plainly(instant_text(at))
    [(_, page)] = outputs.report_pages(moved.home, PLAN_ID, (TARGET_YEAR,))
    [listed] = page.find(lambda node: "edits" in node.classes())
    assert f"{when}. {told}" in plainly(listed.words())
    assert told in plainly(outputs.short_page(moved.home, PLAN_ID, TARGET_YEAR).words())
    assert told in plainly(outputs.memo(moved.home, PLAN_ID))
    assert told in plainly(" ".join(outputs.word_texts(moved.home, PLAN_ID).values()))
    explained = plainly(outputs.explanation(moved.home, PLAN_ID, "G1", TARGET_YEAR))
    assert f"{when}: {told}" in explained
    assert was.format(when) in explained
    article = plainly(page.by_id("i-G1").words())
    assert was.format(when)[1:-1] in article
    assert "där står ”Indikator G1”, som gällde tidigare" in article


@pytest.mark.slow
def test_a_place_that_follows_is_no_longer_the_earlier_values(publish: Publish) -> None:
    """If the document lines are edited too, they are cited without the earlier value."""
    place = "Där står"
    nights = publish((small_plan(), small_kolada()), (small_plan("90"), small_kolada()))
    assert place in outputs.explanation(nights.home, PLAN_ID, "G1", TARGET_YEAR)
    folder = nights.home.parent
    next_night(nights, folder, small_plan("89"), small_kolada())
    explained = outputs.explanation(nights.home, PLAN_ID, "G1", TARGET_YEAR)
    assert "Där står 91, som gällde tidigare: planen ändrades till 89 " in explained
    next_night(nights, folder, small_plan("89", document_lines="9"), small_kolada())
    assert place not in outputs.explanation(nights.home, PLAN_ID, "G1", TARGET_YEAR)


@pytest.mark.slow
def test_rows_that_come_and_go_rules_and_goals(publish: Publish) -> None:
    """An added target, a removed figure, an edited rule and an edited title are rows; a moved row is none."""
    first, second = small_plan(), small_plan()
    for plan in (first, second):
        plan.indicator("G2", "N00001")
        plan.figure("G2", 2022, 3.5)
    second.tables["outcomes_manual.csv"] = []
    second.target("G1", ">=", "99,5", year=2024)
    second.rules["fixed_target_precision"] = "display"
    second.row("goals", goal_id="MG2")["title"] = "Ett annat mål"
    second.tables["indicators.csv"].reverse()
    nights = publish((first, small_kolada()), (second, small_kolada()))
    found = nights.query(
        "select file_name, item_id, year, edit, column_name, value_before, value_after from mart.plan_change "
        "where not (file_name = 'plan.toml [rules]' and edit = 'edited') order by all"
    )
    assert found == [
        ("goals.csv", "MG2", None, "edited", "title", "Mål MG2", "Ett annat mål"),
        ("outcomes_manual.csv", "G2", 2022, "removed", None, "3.5", None),
        ("targets.csv", "G1", 2024, "added", None, None, "99,5"),
    ]
    assert nights.query(
        "select item_id, value_before, value_after from mart.plan_change where file_name = 'plan.toml [rules]'"
    ) == [("fixed_target_precision", "exact", "display")]


@pytest.mark.slow
def test_a_plan_that_left_and_comes_back_is_compared_with_what_it_was(publish: Publish) -> None:
    """A plan that is missing in one run is compared with its last version."""
    other = small_plan()
    other.plan_id = "annan-2022-2024"
    nights = publish(
        ([small_plan(), other], small_kolada()), ([other], small_kolada()), ([small_plan("90"), other], small_kolada())
    )
    assert nights.query(
        "select plan_id, column_name, value_before, value_after from mart.plan_change order by all"
    ) == [(PLAN_ID, "target_text", "91", "90"), (PLAN_ID, "target_value", "91", "90")]


@pytest.mark.slow
def test_a_quiet_night_and_a_first_night_edit_nothing(publish: Publish) -> None:
    """Loading a plan for the first time, or again without changes, is no edit."""
    nights = publish((small_plan(), small_kolada()), (small_plan(), small_kolada()))
    assert nights.query("select count(*) from mart.plan_change") == [(0,)]


@pytest.mark.slow
def test_an_edit_and_a_retitled_kpi_are_events(publish: Publish, tmp_path: Path) -> None:
    """An edited target and a changed KPI title are events with both texts, on the run's page and in the report."""
    nights = publish((small_plan(), small_kolada()))
    nights.plans = (small_plan("90").write(tmp_path),)
    nights.fake.data = small_kolada("VÃ¤ntetid").data()
    result = nights.refresh()
    facts = read_facts(result)
    sent = {notice.event: notice for notice in notices(result, facts)}
    edits = sent["kolada.plan.changed"].payload["edits"]
    assert [(edit["column_name"], edit["before"], edit["after"]) for edit in edits] == [
        ("target_text", "91", "90"),
        ("target_value", "91", "90"),
    ]
    assert sent["kolada.plan.changed"].resource_id == f"kolada.plan.{PLAN_ID}"
    retitled = sent["kolada.kpi.retitled"]
    assert (retitled.resource_id, retitled.payload["title_before"], retitled.payload["title"]) == (
        "kolada.kpi.N00001",
        "Väntetid",
        "VÃ¤ntetid",
    )
    page = run_page(result, nights.make_settings(), facts)
    assert "| provorten-2022-2024 | targets.csv | G1 year 2023 | target_value | 91 | 90 |" in page
    assert "| N00001 | Väntetid | VÃ¤ntetid |" in page
    assert [
        text for (text,) in nights.query("select text from mart.data_issue where code like 'kpi_text_%' order by code")
    ] == [
        "Kolada ändrade orden för nyckeltalet N00001 2026-04-03. Titeln löd ”Väntetid” och lyder nu ”VÃ¤ntetid”.",
        "Titel eller beskrivning för nyckeltalet N00001 ser ut att vara felkodad hos Kolada: ”VÃ¤ntetid”.",
    ]
    [(_, report)] = outputs.report_pages(nights.home, PLAN_ID, (TARGET_YEAR,))
    assert "Titeln löd ”Väntetid” och lyder nu ”VÃ¤ntetid”." in report.by_id("i-G1").words()
    assert "Titeln löd" in outputs.explanation(nights.home, PLAN_ID, "G1", TARGET_YEAR)
