"""Outputs of the councils' plans: reports, parts of the year, drafts, and the differences before a merge."""

import io
import json
import shutil
from pathlib import Path

import pytest
from rich.console import Console
from starlette.testclient import TestClient
from typer.testing import CliRunner

from cli.app import make_app
from cli.goal_table import print_goal_table
from fake_kolada import FakeKolada
from goals import read_plan
from pipeline.jobs import refresh_job
from pipeline.plans_to_judge import plans_to_judge
from reports import write_report
from reports.reading.gathering import focus_year
from reports.reading.sourced_rows import open_source
from tests.conftest import Nights
from tests.councils.conftest import FOLDER, council_data, council_plans
from tests.reports.support import Node, opened, read_page
from web import make_app as make_app_of_pages

VARGARDA = "vargarda-1442-2023-2025"
VARA = "vara-1470-2024-2027"
KATRINEHOLM = "katrineholm-0483-2019-2022"
SUNDSVALL = "sundsvall-2281-2020-2030"


def report_page(nights: Nights, folder: Path, plan_id: str, **given: object) -> Node:
    """Return a plan's report."""
    with opened(nights.home) as connection:
        written = write_report(connection, plan_id, folder=folder, **given)
    return read_page(written.path)


def test_the_report_tells_what_was_entered_during_the_year(councils: Nights, tmp_path: Path) -> None:
    """A figure of a half-year is shown with its period and is not judged."""
    article = report_page(councils, tmp_path, KATRINEHOLM).by_id("i-invanare").words()
    assert "Till och med juni: utfall 34\u00a0700." in article
    assert "Siffror för en del av året och prognoser bedöms inte." in article


def test_the_terminal_and_the_report_are_of_the_same_year(councils: Nights) -> None:
    """A plan that runs to 2027 is shown by the last year that is over, on the terminal too."""
    console = Console(width=200, file=io.StringIO())
    print_goal_table(console, councils.home / "kolada.duckdb", VARA)
    with opened(councils.home) as connection:
        assert focus_year(open_source(connection), VARA) == 2025
    assert f"Måluppfyllelse 2025: {VARA}. Utkast" in console.file.getvalue()


def test_the_pages_of_several_plans_lead_to_each_and_say_that_it_is_a_draft(councils: Nights) -> None:
    """The list of plans, and each page of a plan: all of them answer, and none leaves the draft out."""
    with TestClient(make_app_of_pages(councils.home / "kolada.duckdb"), base_url="http://127.0.0.1:8080") as client:
        listed = client.get("/")
        assert (listed.status_code, listed.text.count("Utkast")) == (200, len(council_plans()))
        for path in ("/andringar", "/hamta", f"/andringar/{VARA}", f"/hamta/{VARA}", f"/mal/{VARA}"):
            page = client.get(path)
            assert (path, page.status_code, "Utkast: planen är inte beslutad." in page.text) == (path, 200, True)
        assert f'href="/andringar/{VARA}"' in client.get("/andringar").text


def test_each_of_several_criteria_is_told(councils: Nights, tmp_path: Path) -> None:
    """An indicator with two criteria shows the verdict of each."""
    article = report_page(councils, tmp_path, SUNDSVALL, year=2021).by_id("i-soliditet").words()
    assert "Indikatorn har 2 kriterier, och alla ska vara uppfyllda." in article
    assert "level: uppfyllt. Utfallet 9,2 uppfyller målet, minst 9, med 0,2 i marginal." in article
    assert "growth: ej uppfyllt. Utfallet 9,2 ligger inte över föregående år 9,5. Det skiljer 0,3." in article


def test_every_page_of_a_draft_says_that_it_is_one(councils: Nights, tmp_path: Path) -> None:
    """The report of a draft is marked as a draft."""
    assert "Utkast" in report_page(councils, tmp_path, SUNDSVALL).words()


@pytest.mark.slow
def test_targets_that_an_edition_moved_are_told(tmp_path: Path, make_nights: type[Nights]) -> None:
    """Moved targets are reported: places 90, 80, 70 for 2018-2020 become 80, 70, 65 from 2019 on.

    A later edit of one year's place is reported with the value before and after.
    """
    folder = tmp_path / VARGARDA
    shutil.copytree(FOLDER / "plans" / VARGARDA, folder)
    file = folder / "targets.csv"
    now = file.read_text(encoding="utf-8")
    added = "miljo,2021,number,<=,65,,högst plats 65\n"
    assert added in now
    editions = (
        now.replace(added, "miljo,2018,number,<=,90,,högst plats 90\n"),
        now,
        now.replace("miljo,2020,number,<=,70,,högst plats 70", "miljo,2020,number,<=,75,,högst plats 75"),
    )
    nights = make_nights(home=tmp_path / "home", fake=FakeKolada(council_data()), plans=())
    for edition in editions:
        file.write_text(edition, encoding="utf-8")
        nights.plans = (read_plan(folder),)
        assert nights.refresh().state == "published"
    asked = (
        "select year, edit, column_name, value_before, value_after from mart.plan_change "
        "where file_name = 'targets.csv' order by known_from, year, column_name"
    )
    assert nights.query(asked) == [
        (2018, "removed", None, "högst plats 90", None),
        (2021, "added", None, None, "högst plats 65"),
        (2020, "edited", "target_text", "högst plats 70", "högst plats 75"),
        (2020, "edited", "target_value", "70", "75"),
    ]
    said = " ".join(report_page(nights, tmp_path, VARGARDA, year=2021).words().split())
    assert "Målvärde för miljo, år 2020: Målvärde 70 → 75; Målet som det är tryckt" in said


def diffed(nights: Nights, plans: Path, *options: str) -> str:
    """Return the output of `kolada goals diff`."""
    arguments = ["goals", "diff", "--goals", str(plans), "--home", str(nights.home), *options]
    result = CliRunner().invoke(make_app(["goals"]), arguments)
    assert result.exit_code == 0, result.output
    return result.output


@pytest.fixture
def edited_plans(tmp_path: Path) -> Path:
    """The councils' plans with one target edited from 30 to 25 percent."""
    plans = tmp_path / "plans"
    shutil.copytree(FOLDER / "plans", plans)
    file = plans / "uddevalla-1485-2023" / "targets.csv"
    text = file.read_text(encoding="utf-8")
    assert text.count(",30,") == 1
    file.write_text(text.replace(",30,", ",25,").replace("minst 30 procent", "minst 25 procent"), encoding="utf-8")
    return plans


def test_goals_diff_shows_targets_and_verdicts_and_publishes_nothing(councils: Nights, edited_plans: Path) -> None:
    """`goals diff` shows the edited target and the changed verdict with its cause, and publishes nothing."""
    before = (councils.home / "kolada.duckdb").read_bytes()
    found = json.loads(diffed(councils, edited_plans, "--json"))
    assert [(row["column"], row["before"], row["after"]) for row in found["targets"]] == [
        ("target_value", "30", "25"),
        ("target_text", "minst 30 procent", "minst 25 procent"),
    ]
    assert [(row["item_id"], row["year"], row["before"], row["after"], row["cause"]) for row in found["verdicts"]] == [
        ("sjalvfinansiering", 2023, "not_met", "met", "target_edited")
    ]
    assert (councils.home / "kolada.duckdb").read_bytes() == before


def test_goals_diff_keeps_every_digit(councils: Nights, edited_plans: Path) -> None:
    """A target of seven digits and decimals is shown with all of them."""
    file = edited_plans / KATRINEHOLM / "targets.csv"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace(",35500,35 500", ',1234567.25,"1 234 567,25"'), encoding="utf-8")
    found = json.loads(diffed(councils, edited_plans, "--json"))
    assert ("target_value", "35500", "1234567.25") in [
        (row["column"], row["before"], row["after"]) for row in found["targets"]
    ]


def test_goals_diff_in_markdown(councils: Nights, edited_plans: Path) -> None:
    """`goals diff --markdown` prints Markdown tables."""
    said = diffed(councils, edited_plans, "--markdown")
    assert "| uddevalla-1485-2023 | sjalvfinansiering Självfinansieringsgrad |  |  | target_value | 30 | 25 |" in said
    assert "| not_met | met | target_edited |" in said


def test_goals_diff_in_swedish(councils: Nights, edited_plans: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In Swedish the differences have labels for columns, verdicts and causes, and titles for items."""
    monkeypatch.setenv("KOLADA_LANG", "sv")
    said = diffed(councils, edited_plans, "--markdown")
    assert "## Mål som skiljer sig" in said
    assert "| uddevalla-1485-2023 | sjalvfinansiering Självfinansieringsgrad |  |  | Målvärde | 30 | 25 |" in said
    assert (
        "| Indikator sjalvfinansiering Självfinansieringsgrad | 2023 | Ej uppfyllt | Uppfyllt | Målet ändrat |" in said
    )


def test_goals_diff_names_broken_plans(councils: Nights, edited_plans: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that was published is tried by that version, one that never was is left out; in Swedish no English reason."""
    file = edited_plans / "klippan-1276-2020" / "targets.csv"
    file.write_text(file.read_text(encoding="utf-8").replace("best_share", "topp"), encoding="utf-8")
    (edited_plans / "ny-plan").mkdir()
    (edited_plans / "ny-plan" / "plan.toml").write_text('plan_id = "ny-plan"\n', encoding="utf-8")
    english = " ".join(diffed(councils, edited_plans).split())
    assert "The plan `klippan-1276-2020` is broken, and its last good version was tried. targets.csv" in english
    assert "The plan `ny-plan` is broken and was not tried, since it was never published." in english
    monkeypatch.setenv("KOLADA_LANG", "sv")
    swedish = " ".join(diffed(councils, edited_plans).split())
    assert "Planen `ny-plan` är trasig och har inte prövats, eftersom ingen version av den har publicerats." in swedish
    assert "Planen `klippan-1276-2020` är trasig, och dess senaste hela version har prövats. Planen" in swedish
    assert "Vad som ska rättas: `kolada goals check`." in swedish


def test_goals_diff_of_unchanged_plans_is_empty(councils: Nights) -> None:
    """`goals diff` of unchanged plans is empty."""
    found = json.loads(diffed(councils, FOLDER / "plans", "--json"))
    assert found == {"targets": [], "verdicts": [], "broken": [], "left_out": [], "unread": []}


@pytest.mark.slow
def test_two_municipalities_a_region_and_a_draft_with_one_broken(tmp_path: Path, make_nights: type[Nights]) -> None:
    """Next to a broken plan, which is judged by its last version, the verdicts of the others stay right."""
    names = ("uddevalla-1485-2023", VARGARDA, "vastra-gotaland-0014-2023", SUNDSVALL)
    goals = tmp_path / "goals"
    for name in names:
        shutil.copytree(FOLDER / "plans" / name, goals / name)
    plans = tuple(plan for plan in council_plans() if plan.plan_id in names)
    nights = make_nights(
        home=tmp_path / "home", fake=FakeKolada(council_data()), plans=plans, settings={"goals": goals}
    )
    assert nights.refresh().state == "published"
    asked = "select plan_id, indicator_id, year, verdict from mart.goal_fulfilment order by all"
    before = nights.query(asked)
    file = goals / "vargarda-1442-2023-2025" / "targets.csv"
    file.write_text(file.read_text(encoding="utf-8").replace("number", "siffra"), encoding="utf-8")
    judged = plans_to_judge(nights.make_settings())
    assert [broken.plan_id for broken in judged.broken] == ["vargarda-1442-2023-2025"]
    result = nights.run(refresh_job(judged.plans, broken=judged.broken))
    assert result.state == "published"
    assert nights.query(asked) == before
