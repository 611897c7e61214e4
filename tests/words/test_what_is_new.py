"""What is new since the last report: values that were revised since, reports of a part, publications rolled back."""

import pytest

from fake_kolada import FakeKolada
from pipeline.run_facts import read_facts
from pipeline.run_page import run_page
from reports import Asked, Format, Scope, write_exports, write_report
from tests.conftest import UNLIMITED, Nights
from tests.reports.support import opened
from tests.words.conftest import next_night
from tests.words.small import PLAN_ID, TARGET_YEAR, SmallKolada, SmallPlan
from warehouse.home import Home
from warehouse.rollback import roll_back

OTHER_YEAR = 2024


def plan() -> SmallPlan:
    """Return a plan of two goals, of which the first one counts in the majority."""
    made = SmallPlan()
    made.goal("MB", "follow_up")
    for name in ("A", "B"):
        made.indicator(name, f"N0000{'AB'.index(name) + 1}")
        made.target(name, ">=", "80")
    return made


def kolada(a: float, *, new: float | None = None) -> SmallKolada:
    """Return data with the first KPI's value in the target year, and perhaps one in the next year."""
    made = SmallKolada()
    made.own("N00001", {TARGET_YEAR: a, **({OTHER_YEAR: new} if new is not None else {})})
    made.own("N00002", {TARGET_YEAR: 70.0})
    return made


def memo(nights: Nights) -> str:
    """Return the memo on the changes since the last report."""
    with opened(nights.home) as connection:
        asked = {"folder": nights.home / "exports", "reports": nights.home / "reports"}
        written = write_exports(connection, Format.MEMO, Asked(PLAN_ID), **asked).paths
    [path] = [path for path in written if path.suffix == ".md"]
    return path.read_text(encoding="utf-8")


def report(nights: Nights, *, goal: str | None = None) -> None:
    """Write the report, of the whole plan or of one goal."""
    with opened(nights.home) as connection:
        write_report(connection, PLAN_ID, folder=nights.home / "reports", scope=Scope(goal=goal))


@pytest.fixture(scope="module")
def four_nights(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, str], str]:
    """Return memos by what happened before them, and the page of the run in which the verdicts changed."""
    folder = tmp_path_factory.mktemp("new")
    nights = Nights(home=folder / "home", fake=FakeKolada(kolada(70.0).data()), plans=())
    nights.settings = dict(UNLIMITED)
    memos = {}
    next_night(nights, folder, plan(), kolada(70.0))
    report(nights)
    nights.fake.data = kolada(85.0, new=83.46).data()
    result = nights.refresh()
    page = run_page(result, nights.make_settings(), read_facts(result))
    report(nights, goal="MB")
    memos["a report of another goal"] = memo(nights)
    next_night(nights, folder, plan(), kolada(85.0, new=83.5))
    memos["rounded since"] = memo(nights)
    report(nights)
    roll_back(Home(nights.home), now=nights.now)
    roll_back(Home(nights.home), now=nights.now)
    next_night(nights, folder, plan(), kolada(85.0))
    memos["rolled back"] = memo(nights)
    return memos, page


@pytest.mark.slow
def test_a_new_value_that_was_rounded_since_is_new(four_nights: tuple[dict[str, str], str]) -> None:
    """A value that came after the last report, and was rounded the night after, is listed with its present figure."""
    chapter = four_nights[0]["rounded since"].partition("## Nya värden")[2].partition("##")[0]
    assert f"| {OTHER_YEAR} | 83,5 |" in chapter


@pytest.mark.slow
@pytest.mark.parametrize("before", ["a report of another goal", "rounded since", "rolled back"])
def test_the_last_report_is_one_of_the_same_contents(four_nights: tuple[dict[str, str], str], before: str) -> None:
    """A report of one goal, or of a publication that was rolled back, hides no change from the whole plan's memo."""
    said = four_nights[0][before]
    assert "Jämfört med läget 2\N{NO-BREAK SPACE}april" in said.replace("&nbsp;", "\N{NO-BREAK SPACE}")
    assert "förra rapporten" in said
    assert "| Ej uppfyllt | Uppfyllt |" in said


@pytest.mark.slow
def test_the_run_page_tells_both_readings_of_the_majority(four_nights: tuple[dict[str, str], str]) -> None:
    """The two changed verdicts on god ekonomisk hushållning are told apart by their reading."""
    page = four_nights[1]
    for reading in ("majoritet i vardera gruppen", "majoritet av alla mål"):
        assert f"God ekonomisk hushållning, {reading}" in page
