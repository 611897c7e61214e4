"""The report page: self-contained, in Swedish, with each state recognisable and each source named."""

import re
from datetime import datetime

from reports import write_report
from tests.reports.conftest import World, make_world
from tests.reports.support import PLAN_ID, Node, opened, read_page

NOTICE = "Påhittade exempelvärden. Inget värde kommer från Kolada."


def article(world: World, indicator_id: str) -> Node:
    """Return an indicator's article."""
    return world.page.by_id(f"i-{indicator_id}")


def big(node: Node) -> Node:
    """Return the element with the outcome of the selected year."""
    [found] = node.find(lambda each: "big" in each.classes())
    return found


def test_the_page_needs_nothing(world: World):
    """The page has no script and loads no style sheet, picture or other resource."""
    assert world.page.find(lambda node: node.tag in ("script", "img", "iframe", "object")) == []
    fetched = [
        node.attributes[name]
        for node in world.page.every()
        for name in ("src", "href", "xlink:href", "action")
        if name in node.attributes and not node.attributes[name].startswith("#")
    ]
    assert fetched == ["data:,"]
    style = world.text().partition("<style>")[2].partition("</style>")[0]
    assert "url(" not in style
    assert "@import" not in style


def test_the_page_says_its_language_and_every_id_is_one(world: World):
    """The page is marked as Swedish, ids are unique, and links lead to existing ids."""
    [html] = world.page.find(lambda node: node.tag == "html")
    assert html.attributes["lang"] == "sv"
    ids = [node.attributes["id"] for node in world.page.every() if "id" in node.attributes]
    assert len(ids) == len(set(ids))
    links = {node.attributes["href"][1:] for node in world.page.every() if node.attributes.get("href", "")[:1] == "#"}
    assert links <= set(ids)


def test_sample_pages_carry_the_banner(sample_world: World, awkward_world: World):
    """Made-up values are marked on the page, in its title and at each source; real values are not."""
    [banner] = sample_world.page.find(lambda node: "banner" in node.classes())
    assert banner.words().strip() == NOTICE
    assert "display:table-header-group" in sample_world.text()
    sources = [node.words() for node in sample_world.page.find(lambda node: "source" in node.classes())]
    assert "Påhittat exempelvärde" in sources
    assert "Kolada" not in " ".join(sources)
    assert awkward_world.page.find(lambda node: "banner" in node.classes()) == []
    assert "påhitt" not in awkward_world.page.words().lower()


def test_states_without_a_value_look_different_and_say_why(awkward_world: World):
    """Missing, hidden and incomparable values have their own shapes, words and reasons."""
    missing, hidden, apart = (article(awkward_world, each) for each in ("P1.4", "P4.3", "P4.5"))
    assert ("saknas", "dolt") == (big(missing).words(), big(hidden).words())
    assert "is-missing" in big(missing).classes()
    assert "is-withheld" in big(hidden).classes()
    assert big(apart).words() not in ("saknas", "dolt")
    signs = [
        use.attributes["href"]
        for node in (missing, hidden, apart)
        for block in node.find(lambda each: "judged" in each.classes())
        for use in block.find(lambda each: each.tag == "use")
    ]
    assert signs == ["#s-no_data", "#s-withheld", "#s-not_comparable"]
    assert "inte inmatad" in missing.words()
    assert "sekretess" in hidden.words()
    assert "kan inte jämföras" in apart.words()
    assert "Nytt mått." in apart.words()
    assert hidden.find(lambda each: each.tag == "rect" and "withheld" in each.classes())
    assert missing.find(lambda each: each.tag == "circle" and "missing" in each.classes())
    assert apart.find(lambda each: "is-apart" in each.classes())


def test_every_verdict_has_a_word_beside_its_sign(world: World):
    """Every verdict is shown with a word, not by colour or shape alone."""
    for block in world.page.find(lambda node: "judged" in node.classes() or "verdict-word" in node.classes()):
        assert re.search(r"\w{3,}", block.words())


def test_charts_have_text_alternatives(world: World):
    """Each chart is an image with a title and a description."""
    charts = world.page.find(lambda node: node.tag == "svg" and node.attributes.get("role") == "img")
    assert len(charts) > 20
    for chart in charts:
        named = chart.attributes["aria-labelledby"].split()
        assert [world.page.by_id(each).tag for each in named] == ["title", "desc"]
        assert all(world.page.by_id(each).words().strip() for each in named)


def test_source_labels_are_right(awkward_world: World):
    """Values as received have Kolada as their source; computed, printed and manual ones have their own."""
    facts = article(awkward_world, "P4.2").find(lambda node: node.tag == "dl")[0]
    labels = {
        block.find(lambda node: node.tag == "dt")[0].words().split()[0]: block.find(
            lambda node: "source" in node.classes()
        )[0].words()
        for block in facts.children
        if isinstance(block, Node)
    }
    assert labels["Utfall"] == "Källa: Kolada"
    assert labels["Mål"].startswith("Källa: Budget 2022–2024")
    assert labels["Marginal"] == labels["Plats"] == "Egen bearbetning av data från Kolada"
    entered = article(awkward_world, "P1.3").words()
    assert "Egen bearbetning av kommunens egna uppgifter" in entered
    assert "kommunens egen uppgift" in entered


def test_a_value_says_how_settled_it_is(awkward_world: World):
    """A value says whether it is preliminary or final, or that this is unknown, and since when it is known."""
    told = article(awkward_world, "P4.2").words()
    assert "Om värdet är preliminärt eller slutligt framgår inte av Kolada." in told
    assert "Känt sedan 3\N{NO-BREAK SPACE}april\N{NO-BREAK SPACE}2026" in told
    assert "Känt sedan" not in article(awkward_world, "F1").words()


def test_an_earlier_year_never_stands_in(awkward_world: World):
    """For a missing value the last known one is shown with its year, as no replacement."""
    assert "Ersätter inte 2023" in article(awkward_world, "P4.3").words()
    assert "senaste året med värde, inte 2023" in article(awkward_world, "P4.3").words()


def test_the_summary_tells_what_changed(awkward_world: World):
    """The summary shows the second run's changed verdicts and values with their causes."""
    summary = awkward_world.page.by_id("sammanfattning").words()
    assert "Vad har ändrats sedan förra publiceringen" in summary
    assert "Eget värde reviderat" in summary
    assert "Eget värde dolt" in summary
    assert "N15485" in summary


def test_the_first_publication_has_nothing_to_compare_with(sample_world: World):
    """A report on the first publication says so."""
    assert "den första publiceringen" in sample_world.page.by_id("sammanfattning").words()


def test_assessments_show_who_decided(awkward_world: World):
    """An assessed goal shows text, author and date; another one says that its assessment is missing."""
    assert "Kommunstyrelsen" in awkward_world.page.by_id("m-P2").words()
    assert "1\N{NO-BREAK SPACE}mars\N{NO-BREAK SPACE}2024" in awkward_world.page.by_id("m-P2").words()
    assert "Ingen bedömning är inlagd ännu" in awkward_world.page.by_id("m-P4").words()


def test_rounding_that_decides_is_told(awkward_world: World):
    """F1 2023 with 3,96878 against 4 shows that rounding decides, and the unrounded difference."""
    words = article(awkward_world, "F1").words()
    assert "Avrundningen avgör: orundat är utfallet 3,96878, och det saknas 0,03122." in words
    assert "i marginal" not in words


def test_awkward_texts_are_shown_as_they_are(awkward_world: World):
    """Names, titles, labels and notes with markup or formulas are shown as text."""
    text = awkward_world.text()
    assert re.findall(r"<(?:script|img|u>|b>fet|i>bok|svg onload)", text) == []
    words = awkward_world.page.words()
    for shown in ('<script>alert("\'&")</script>', "<b>fet</b>", "<svg onload=alert(1)>", "<u>klart</u>"):
        assert shown in words


def test_a_report_made_twice_is_the_same(awkward_world: World):
    """A second report on one publication has the same bytes as the first."""
    before = awkward_world.text()
    assert make_world(awkward_world.home).text() == before


def test_changes_are_told_since_the_last_report(earlier_world: World):
    """A report next to one of an earlier publication shows the changes since that one."""
    with opened(earlier_world.home) as connection:
        later = write_report(connection, PLAN_ID, folder=earlier_world.report.path.parent)
    summary = read_page(later.path).by_id("sammanfattning").words()
    assert "Vad har ändrats sedan förra rapporten" in summary
    assert "Eget värde dolt" in summary


def test_changes_since_a_chosen_moment(earlier_world: World):
    """`since` takes precedence over the last report, and the heading says that the moment was chosen."""
    with opened(earlier_world.home) as connection:
        folder, since = earlier_world.report.path.parent, datetime.fromisoformat("2026-04-02T12:00:00")
        report = write_report(connection, PLAN_ID, folder=folder, output=folder / "chosen.html", since=since)
    summary = read_page(report.path).by_id("sammanfattning").words()
    report.path.unlink()
    assert "Vad har ändrats sedan en vald tidpunkt" in summary
    assert "Jämfört med läget 2\N{NO-BREAK SPACE}april" in summary
    assert "Eget värde dolt" in summary


def test_another_year_in_focus(sample_world: World, tmp_path):
    """A report can be written for another year."""
    with opened(sample_world.home) as connection:
        report = write_report(connection, PLAN_ID, folder=tmp_path, output=tmp_path / "2022.html", year=2022)
    page = read_page(report.path)
    assert report.year == 2022
    assert "Målåret ej nått" in page.by_id("i-P4.2").words()
