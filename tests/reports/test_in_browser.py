"""The report in a real browser: accessible, without requests or messages, on phone, screen and paper."""

import importlib.util
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from reports import Asked, Format, Scope, write_exports, write_report
from tests.reports.chrome import Tab, browser_tab, chromium
from tests.reports.conftest import World
from tests.reports.support import PLAN_ID, REPOSITORY, opened
from tests.sweeping import one_of_each

pytestmark = pytest.mark.slow

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]


# Texts of a chart that overlap or exceed its edge by more than fonts differ.
MISPLACED = """
[...document.querySelectorAll('svg.chart')].flatMap(chart => {
    const frame = chart.getBoundingClientRect(), name = chart.querySelector('title').textContent;
    const texts = [...chart.querySelectorAll('text')].map(text => [text.textContent, text.getBoundingClientRect()]);
    return texts.flatMap(([text, box], index) => [
        ...(box.left < frame.left - 1 || box.right > frame.right + 1 ? [`${name}: ${text} outside`] : []),
        ...texts.slice(index + 1).filter(([, other]) =>
            Math.min(box.right, other.right) - Math.max(box.left, other.left) > 1 &&
            Math.min(box.bottom, other.bottom) - Math.max(box.top, other.top) > 3
        ).map(([other]) => `${name}: ${text} over ${other}`),
    ]);
})
"""


@pytest.fixture(scope="module")
def tab() -> Iterator[Tab]:
    """A tab of headless Chromium."""
    program = chromium()
    if program is None:
        pytest.skip("no Chromium here: apt-get install chromium, or name one in KOLADA_CHROMIUM")
    with browser_tab(program) as opened_tab:
        yield opened_tab


@pytest.fixture(scope="module")
def axe() -> str:
    """The script of axe-core, from KOLADA_AXE, an npm package next to the code, or the PyPI package."""
    package = importlib.util.find_spec("axe_core_python")
    places = [
        Path(os.environ.get("KOLADA_AXE", "")),
        REPOSITORY / "node_modules" / "axe-core" / "axe.min.js",
        *([Path(package.origin).parent / "axe.min.js"] if package is not None and package.origin else []),
    ]
    for place in places:
        if place.is_file():
            return place.read_text(encoding="utf-8")
    pytest.skip("no axe-core here: pip install axe-core-python, or name axe.min.js in KOLADA_AXE")


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the pictures: KOLADA_PICTURES, or a temporary one."""
    named = os.environ.get("KOLADA_PICTURES")
    folder = Path(named) if named else tmp_path_factory.mktemp("pictures")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def violations(tab: Tab, axe: str) -> list[str]:
    """Return axe's violations on the open page."""
    tab.evaluate(axe + ";0")
    found = tab.evaluate(
        f"axe.run(document, {{runOnly: {{type: 'tag', values: {json.dumps(RULES)}}}, resultTypes: ['violations']}})"
        ".then(found => JSON.stringify(found.violations.map("
        "each => [each.id, each.impact, each.nodes.length, each.nodes[0].html.slice(0, 200)])))"
    )
    return json.loads(str(found))


# Axe takes most of a minute for a whole report: it looks at one of the two in each form, in a sweep at both.
REPORTS = one_of_each(
    [
        [(world, form) for world in ("sample_world", "awkward_world")]
        for form in (
            (1280, "light", "screen"),
            (1280, "dark", "screen"),
            (390, "light", "screen"),
            (794, "light", "print"),
        )
    ],
    seed=14,
)


@pytest.mark.sweep
@pytest.mark.parametrize(("world", "form"), REPORTS)
def test_axe_finds_nothing(request: pytest.FixtureRequest, tab: Tab, axe: str, world: str, form: tuple[int, str, str]):
    """Axe finds no violation of WCAG 2.1 A and AA or best practice, in light, dark, on a phone and in print."""
    width, scheme, media = form
    tab.show_as(width=width, scheme=scheme, media=media)
    tab.open(request.getfixturevalue(world).report.path)
    assert violations(tab, axe) == []


@pytest.fixture(scope="module")
def other_pages(awkward_world: World, sample_world: World, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The short reports, reports of a part of a plan, and the memos, by name."""
    folder = tmp_path_factory.mktemp("pages")
    pages = {}
    for name, world in (("sample", sample_world), ("awkward", awkward_world)):
        with opened(world.home) as connection:
            for kind, options in {
                "short": {"is_short": True},
                "goal": {"scope": Scope(goal="P4")},
                "period": {"scope": Scope(period="T2"), "is_short": True},
            }.items():
                path = folder / f"{name}-{kind}.html"
                write_report(connection, PLAN_ID, folder=folder, output=path, **options)
                pages[path.stem] = path
            memo = folder / f"{name}-memo.html"
            write_exports(connection, Format.MEMO, Asked(PLAN_ID, output=memo), folder=folder)
            pages[memo.stem] = memo
    return pages


OTHER_PAGES = [f"{world}-{kind}" for world in ("sample", "awkward") for kind in ("short", "goal", "period", "memo")]
FORMS = [(1280, "light", "screen"), (390, "dark", "screen"), (794, "light", "print")]


# Axe takes seconds for a page: it looks at each page in one form, in a sweep in all.
LOOKED_AT = one_of_each([[(name, form) for form in FORMS] for name in OTHER_PAGES], seed=14)


@pytest.mark.sweep
@pytest.mark.parametrize("name", OTHER_PAGES)
def test_axe_finds_nothing_on_the_other_pages(other_pages: dict[str, Path], tab: Tab, axe: str, pictures: Path, name):
    """The other pages have no violation, no request and no sideways scrolling; pictures are taken."""
    path = other_pages[name]
    for width, scheme, media in FORMS:
        tab.show_as(width=width, scheme=scheme, media=media)
        tab.requests.clear()
        tab.open(path)
        if (name, (width, scheme, media)) in LOOKED_AT:
            assert violations(tab, axe) == []
        assert tab.requests == [path.as_uri()]
        assert tab.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
        tab.picture(pictures / f"{name}-{media}-{width}.png", clip=(0, 2500))


@pytest.mark.parametrize("name", ["short", "period"])
def test_on_a_phone_the_goals_come_first(other_pages: dict[str, Path], sample_world: World, tab: Tab, name):
    """On a phone the matrix is above the years of god ekonomisk hushållning and the counts of verdicts."""
    tab.show_as(width=390)
    for path in (sample_world.report.path, other_pages[f"sample-{name}"]):
        tab.open(path)
        assert tab.evaluate(
            "['.management', '.tally'].every(each => [...document.querySelectorAll(each)].every(table => "
            "table.getBoundingClientRect().top > document.querySelector('.matrix').getBoundingClientRect().top))"
        ), path


def test_the_page_asks_for_nothing_and_says_nothing(sample_world: World, awkward_world: World, tab: Tab):
    """Loading the page makes one request, and the console stays empty."""
    for world in (sample_world, awkward_world):
        tab.requests.clear()
        tab.complaints.clear()
        tab.open(world.report.path)
        assert tab.requests == [world.report.path.as_uri()]
        assert tab.complaints == []
        assert tab.evaluate("document.title").startswith(("Måluppfyllelse 2023", "Påhittade exempelvärden"))


@pytest.mark.parametrize("width", [320, 390, 768, 1280, 1920])
def test_no_width_scrolls_sideways(sample_world: World, tab: Tab, width):
    """At no width does the page scroll sideways."""
    tab.show_as(width=width)
    tab.open(sample_world.report.path)
    assert tab.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


@pytest.mark.parametrize("width", [320, 390, 768, 1280])
def test_a_link_leads_to_a_heading_that_is_seen(sample_world: World, tab: Tab, width):
    """The sample's banner hides no heading that a link leads to, at any width."""
    tab.show_as(width=width)
    tab.open(sample_world.report.path)
    hidden = tab.evaluate(
        "JSON.stringify([...document.querySelectorAll('article.indicator')].filter(each => {"
        "location.hash = '#' + each.id;"
        "const banner = document.querySelector('.banner').getBoundingClientRect();"
        "return each.getBoundingClientRect().top < banner.bottom - 1 && banner.top <= 0;"
        "}).map(each => each.id))"
    )
    assert json.loads(str(hidden)) == []


@pytest.mark.parametrize("width", [390, 1280])
def test_no_label_of_a_chart_lies_over_another(sample_world: World, awkward_world: World, tab: Tab, width):
    """No text of a chart overlaps another or is cut off, even with a long municipality name."""
    for world in (sample_world, awkward_world):
        tab.show_as(width=width)
        tab.open(world.report.path)
        assert tab.evaluate("document.querySelectorAll('svg.chart text').length") > 500
        assert tab.evaluate(MISPLACED) == []


def test_no_page_of_paper_is_nearly_empty(sample_world: World, tab: Tab, tmp_path: Path):
    """The report takes fewer pages than four fifths of its 43 indicators, and no page has only a heading or a row."""
    if shutil.which("pdftotext") is None:
        pytest.skip("no pdftotext here: apt-get install poppler-utils")
    tab.show_as(width=794, media="print")
    tab.open(sample_world.report.path)
    tab.paper(tmp_path / "report.pdf")
    told = subprocess.run(
        ["pdftotext", "-layout", tmp_path / "report.pdf", "-"], check=True, capture_output=True, text=True, timeout=60
    )
    words = [len(text.split()) for text in told.stdout.split("\f")[:-1]]
    assert len(words) <= 36
    assert min(words) > 90


@pytest.mark.recorded
def test_the_recorded_data_too(first_night, tab: Tab, axe: str, pictures: Path, tmp_path):
    """The report on recorded data has no violation and no request."""
    nights, _ = first_night
    with opened(nights.home) as connection:
        report = write_report(connection, PLAN_ID, folder=tmp_path, year=2022)
    assert report.byte_count < 2_000_000
    for scheme in ("light", "dark"):
        tab.show_as(width=1280, scheme=scheme)
        tab.requests.clear()
        tab.open(report.path)
        assert violations(tab, axe) == []
        assert tab.requests == [report.path.as_uri()]
        assert tab.evaluate(MISPLACED) == []
        tab.picture(pictures / f"recorded-{scheme}.png", clip=(0, 3000))
