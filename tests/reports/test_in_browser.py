"""The report in a real browser: accessible, silent, asking for nothing, and good on phone, screen and paper."""

import importlib.util
import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from reports import write_report
from tests.reports.chrome import Tab, browser_tab, chromium
from tests.reports.conftest import World
from tests.reports.support import PLAN_ID, REPOSITORY, opened

pytestmark = pytest.mark.slow

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]


# Texts of a chart that lie over each other or beyond its edge, by more than the hair that fonts differ by.
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
    """The script of axe-core: KOLADA_AXE, an npm package beside the code, or the PyPI package."""
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
    """Where the pictures go: KOLADA_PICTURES, or a folder that pytest keeps for a while."""
    named = os.environ.get("KOLADA_PICTURES")
    folder = Path(named) if named else tmp_path_factory.mktemp("pictures")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def violations(tab: Tab, axe: str) -> list[str]:
    """What axe finds wrong on the open page."""
    tab.evaluate(axe + ";0")
    found = tab.evaluate(
        f"axe.run(document, {{runOnly: {{type: 'tag', values: {json.dumps(RULES)}}}, resultTypes: ['violations']}})"
        ".then(found => JSON.stringify(found.violations.map("
        "each => [each.id, each.impact, each.nodes.length, each.nodes[0].html.slice(0, 200)])))"
    )
    return json.loads(str(found))


@pytest.mark.parametrize(
    ("width", "scheme", "media"),
    [(1280, "light", "screen"), (1280, "dark", "screen"), (390, "light", "screen"), (794, "light", "print")],
)
def test_axe_finds_nothing(sample_world: World, awkward_world: World, tab: Tab, axe: str, width, scheme, media):
    """No violation of WCAG 2.1 A and AA nor of axe's good practice, in light, dark, on a phone and in print."""
    for world in (sample_world, awkward_world):
        tab.show_as(width=width, scheme=scheme, media=media)
        tab.open(world.report.path)
        assert violations(tab, axe) == []


def test_the_page_asks_for_nothing_and_says_nothing(sample_world: World, awkward_world: World, tab: Tab):
    """Loading it makes one request, for the page itself, and no error or warning."""
    for world in (sample_world, awkward_world):
        tab.requests.clear()
        tab.complaints.clear()
        tab.open(world.report.path)
        assert tab.requests == [world.report.path.as_uri()]
        assert tab.complaints == []
        assert tab.evaluate("document.title").startswith(("Måluppfyllelse 2023", "Påhittade exempelvärden"))


@pytest.mark.parametrize("width", [320, 390, 768, 1280, 1920])
def test_no_width_scrolls_sideways(sample_world: World, tab: Tab, width):
    """From a narrow phone to a wide screen the page itself never scrolls sideways; wide tables do within."""
    tab.show_as(width=width)
    tab.open(sample_world.report.path)
    assert tab.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


@pytest.mark.parametrize("width", [320, 390, 768, 1280])
def test_a_link_leads_to_a_heading_that_is_seen(sample_world: World, tab: Tab, width):
    """The banner over the sample hides no heading that a link leads to, however many lines it takes."""
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
    """Every text in every chart can be read: none over another, none cut off, however long the municipality's name."""
    for world in (sample_world, awkward_world):
        tab.show_as(width=width)
        tab.open(world.report.path)
        assert tab.evaluate("document.querySelectorAll('svg.chart text').length") > 500
        assert tab.evaluate(MISPLACED) == []


def test_pictures_and_paper(sample_world: World, awkward_world: World, tab: Tab, pictures: Path):
    """Pictures at phone, laptop, wide and A4 width, and a PDF, for people to look at."""
    for name, world in (("sample", sample_world), ("awkward", awkward_world)):
        for width, media in ((390, "screen"), (1280, "screen"), (1920, "screen"), (794, "print")):
            tab.show_as(width=width, media=media)
            tab.open(world.report.path)
            path = pictures / f"{name}-{media}-{width}.png"
            tab.picture(path, clip=(0, 3000))
            assert path.stat().st_size > 20_000
        tab.paper(pictures / f"{name}.pdf")
        assert (pictures / f"{name}.pdf").read_bytes().startswith(b"%PDF")


@pytest.mark.recorded
def test_the_recorded_data_too(first_night, tab: Tab, axe: str, pictures: Path, tmp_path):
    """The plan judged by recorded data, all 290 municipalities: no violation, no request, pictures."""
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
