"""User stories in a real browser: no request leaves the host, and axe finds no violation."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import uvicorn

from tests.reports.chrome import Tab
from tests.reports.conftest import World
from tests.reports.support import PLAN_ID, opened
from tests.reports.test_in_browser import axe, pictures, tab, violations
from tests.web.test_pages import PAGES
from web import make_app

__all__ = ["axe", "pictures", "tab"]

pytestmark = pytest.mark.slow

PHONE, LAPTOP = 390, 1280
TAB_KEY, ENTER_KEY = 9, 13
SHOWN = [address for address in PAGES if not address.endswith(".atom")]


@contextmanager
def served(world: World) -> Iterator[str]:
    """Serve the pages over real HTTP; give their URL."""
    config = uvicorn.Config(make_app(world.home / "kolada.duckdb"), port=0, log_level="warning")
    server = uvicorn.Server(config)
    listening = config.bind_socket()
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


@pytest.fixture(scope="module")
def sample(sample_world: World) -> Iterator[str]:
    """The URL of the sample's pages."""
    with served(sample_world) as address:
        yield address


@pytest.fixture(scope="module")
def awkward(awkward_world: World) -> Iterator[str]:
    """The URL of the pages over two runs with changes."""
    with served(awkward_world) as address:
        yield address


def text_of(tab: Tab) -> str:
    """Return the text of the page."""
    return str(tab.evaluate("document.querySelector('main').innerText"))


def click(tab: Tab, words: str) -> str:
    """Follow the first link or button with some words; return the new URL."""
    return tab.leave_by(
        "[...document.querySelectorAll('main a, main button')]"
        f".find(each => each.innerText.includes('{words}')).click()"
    )


def test_why_is_a_goal_not_met(sample_world: World, sample: str, tab: Tab) -> None:
    """From the list of goals a filter leads to a goal that is not met, and to how its value was fetched."""
    with opened(sample_world.home) as connection:
        [(indicator, year)] = connection.execute(
            "select indicator_id, year from mart.goal_fulfilment where verdict = 'not_met' and kpi_id is not null "
            "order by year desc, indicator_id limit 1"
        ).fetchall()
    tab.show_as(width=LAPTOP)
    tab.visit(f"{sample}/mal/{PLAN_ID}?year={year}")
    where = tab.leave_by(
        "const chosen = document.querySelector('select[name=verdict]'); chosen.value = 'not_met'; "
        "chosen.dispatchEvent(new Event('change'))"
    )
    assert parse_qs(urlsplit(where).query)["verdict"] == ["not_met"]
    assert "Uppfyllt" not in str(tab.evaluate("document.querySelector('.matrix tbody').innerText"))
    click(tab, indicator)
    assert "Ej uppfyllt" in text_of(tab)
    assert click(tab, "Förklara").endswith(f"/{indicator}/forklara?year={year}")
    assert all(title in text_of(tab) for title in ("Värdet", "Bedömningen", "Regeln", "Hur det hämtades"))


def test_a_state_of_an_earlier_day_can_be_sent(awkward_world: World, awkward: str, tab: Tab) -> None:
    """The URL of an earlier state shows that state, with the values from before their revision."""
    with opened(awkward_world.home) as connection:
        first, _ = connection.execute("select min(published_at), max(published_at) from ops.publication").fetchone()
        [(was,), (now,)] = connection.execute(
            "select value from mart.goal_fulfilment_as_of($first) where indicator_id = 'P4.2' and year = 2023 "
            "union all select value from mart.goal_fulfilment where indicator_id = 'P4.2' and year = 2023",
            {"first": first},
        ).fetchall()
    day = f"{first + timedelta(minutes=1):%Y-%m-%d}"
    tab.visit(f"{awkward}/mal/{PLAN_ID}/P4.2?year=2023&as_of={day}")
    then = text_of(tab)
    assert f"as_of={day}" in str(tab.evaluate("location.href"))
    tab.visit(f"{awkward}/mal/{PLAN_ID}/P4.2?year=2023")
    assert was != now
    assert then != text_of(tab)


def test_five_municipalities_are_compared(sample_world: World, sample: str, tab: Tab) -> None:
    """Five municipalities are compared in a table and a chart with the file's values."""
    with opened(sample_world.home) as connection:
        found = connection.execute(
            "select municipality_id from core.observation where kpi_id = 'N15436' and gender = 'T' "
            "and value is not null group by 1 order by 1 limit 5"
        ).fetchall()
        units = [unit for (unit,) in found]
        (cells,) = connection.execute(
            "select count(*) from core.observation where kpi_id = 'N15436' and gender = 'T' and value is not null "
            "and list_contains($units, municipality_id)",
            {"units": units},
        ).fetchone()
    tab.visit(f"{sample}/jamfor")
    tab.evaluate(
        "document.querySelector('[name=kpi]').value = 'N15436';"
        f"document.querySelector('[name=units]').value = '{','.join(units)}';"
    )
    click(tab, "Visa")
    assert tab.evaluate("document.querySelectorAll('table.years tbody tr').length") == len(units)
    assert tab.evaluate("document.querySelectorAll('table.years [data-value]').length") == cells


def test_a_kpi_for_a_new_goal_is_found(sample: str, tab: Tab) -> None:
    """A search finds a KPI, and its page has the rows to copy into a plan."""
    tab.visit(f"{sample}/nyckeltal")
    tab.evaluate("document.querySelector('main [name=q]').value = 'behöriga till yrkesprogram'")
    click(tab, "Sök")
    assert click(tab, "N15436").endswith("/nyckeltal/N15436")
    assert "indicators.csv" in text_of(tab)


def test_what_changed_is_read(awkward: str, tab: Tab) -> None:
    """The page of changes shows those of the last run and links a feed."""
    tab.visit(f"{awkward}/andringar")
    assert "95,4" in text_of(tab)
    assert "ny titel" in text_of(tab)
    assert str(tab.evaluate("document.querySelector('link[type=\"application/atom+xml\"]').href")).endswith(".atom")


def test_the_goals_are_printed(sample: str, tab: Tab, pictures: Path) -> None:
    """Navigation and filter are not printed."""
    tab.show_as(width=794, media="print")
    tab.visit(f"{sample}/mal/{PLAN_ID}")
    assert tab.evaluate("[...document.querySelectorAll('nav.site, form.filter')].every(each => !each.offsetParent)")
    tab.paper(pictures / "web-goals.pdf")
    assert (pictures / "web-goals.pdf").read_bytes().startswith(b"%PDF")


@pytest.mark.parametrize("address", SHOWN)
def test_on_a_phone_nothing_scrolls_sideways(awkward: str, tab: Tab, pictures: Path, address: str) -> None:
    """No page scrolls sideways on a phone; wide tables scroll inside."""
    for width in (PHONE, LAPTOP):
        tab.show_as(width=width)
        tab.visit(f"{awkward}{address}")
        name = "".join(each if each.isalnum() else "-" for each in address)
        tab.picture(pictures / f"web{name}-{width}.png", clip=(0, 2400))
        assert tab.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_the_keyboard_alone_is_enough(sample: str, tab: Tab) -> None:
    """With the keyboard alone a user skips the menu, sees the focus, and follows a link with Enter."""
    tab.show_as(width=LAPTOP)
    tab.visit(f"{sample}/mal/{PLAN_ID}")
    tab.press("Tab", code=TAB_KEY)
    assert tab.evaluate("document.activeElement.innerText") == "Till innehållet"
    seen = set()
    for _ in range(40):
        tab.press("Tab", code=TAB_KEY)
        seen.add(tab.evaluate("document.activeElement.tagName"))
        assert tab.evaluate("getComputedStyle(document.activeElement).outlineStyle !== 'none'")
        if tab.evaluate("document.activeElement.matches('.matrix a')"):
            break
    assert {"A", "SELECT", "INPUT", "BUTTON"} <= seen
    tab.press("Enter", code=ENTER_KEY, text="\r")
    assert "/mal/" in tab.arrive()


@pytest.mark.parametrize(("width", "scheme"), [(LAPTOP, "light"), (LAPTOP, "dark"), (PHONE, "light")])
def test_axe_finds_nothing_on_any_page(awkward: str, tab: Tab, axe: str, width: int, scheme: str) -> None:
    """Axe finds no violation of WCAG 2.1 A and AA or best practice on any page, and the console stays empty."""
    tab.show_as(width=width, scheme=scheme)
    tab.requests.clear()
    tab.complaints.clear()
    found = {}
    for address in [*SHOWN, f"/mal/{PLAN_ID}?nonsens=1"]:
        tab.visit(f"{awkward}{address}")
        found[address] = violations(tab, axe)
    assert {address: each for address, each in found.items() if each} == {}
    assert [url for url in tab.requests if not url.startswith((awkward, "data:"))] == []
    assert [each for each in tab.complaints if "400" not in each] == []
