"""Reports of one goal, one owner, a year or a part of it, and comments in every output."""

import docx
import openpyxl
import pytest

from reports import Asked, Format, Report, Scope, UnknownScope, UnknownYear, explain_figure, write_exports, write_report
from tests.reports.conftest import World
from tests.reports.support import COMMENT, GOAL_COMMENT, OWNER, PERIOD_COMMENT, PLAN_ID, Node, opened, read_page


def written(world: World, folder, **options) -> tuple[Report, Node]:
    """Write a report of a world; return it with its page."""
    with opened(world.home) as connection:
        report = write_report(connection, PLAN_ID, folder=folder, **options)
    return report, read_page(report.path)


def indicators(page: Node) -> set[str]:
    """Return the indicators that have an article."""
    cards = page.find(lambda node: node.tag == "article" and "indicator" in node.classes())
    return {card.attributes["id"].removeprefix("i-") for card in cards}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("scope", "shown", "said"),
    [
        (Scope(goal="p4"), {"P4.1", "P4.2", "P4.3", "P4.4", "P4.5"}, "mål P4"),
        (Scope(owner=OWNER.upper()), {"P3.5", "P4.1", "P4.2", "P4.3", "P4.4", "P4.5", "V1-1", "V1-2"}, OWNER),
        (Scope(goal="P3", owner=OWNER), {"P3.5"}, "mål P3"),
    ],
)
def test_a_part_of_the_plan(awkward_world: World, tmp_path, scope, shown, said):
    """A report of a part of the plan has only its indicators, and names the part in its title and file name."""
    report, page = written(awkward_world, tmp_path, scope=scope)
    assert indicators(page) == shown
    title = page.find(lambda node: node.tag == "title")[0]
    assert said in title.words()
    assert "God ekonomisk hushållning 2023" not in page.words()
    assert report.path.name != written(awkward_world, tmp_path)[0].path.name
    with opened(awkward_world.home) as connection:
        paths = write_exports(connection, Format.XLSX, Asked(PLAN_ID, scope=scope), folder=tmp_path).paths
    sheet = openpyxl.load_workbook(paths[0])["Data"]
    assert {row[1].value for row in sheet.iter_rows(min_row=6)} == shown


def test_the_changes_of_a_part_are_its_own(awkward_world: World, tmp_path):
    """A report of one goal shows no change of another goal."""
    _, whole = written(awkward_world, tmp_path)
    _, part = written(awkward_world, tmp_path, scope=Scope(goal="F1"))
    assert "N15485" in whole.words()
    assert "N15485" not in part.words()


@pytest.mark.parametrize("year", [2018, 2022])
def test_a_year(awkward_world: World, tmp_path, year):
    """The requested year is the selected one."""
    report, page = written(awkward_world, tmp_path, year=year, is_short=True)
    assert report.year == year
    title = page.find(lambda node: node.tag == "title")[0]
    assert f"Kortrapport {year}" in title.words()


def test_a_part_of_the_year(awkward_world: World, tmp_path):
    """A report of a part of the year shows its figure, forecast and comment; the year's report does not."""
    _, page = written(awkward_world, tmp_path, scope=Scope(period="t2"), is_short=True)
    [row] = [each for each in page.find(lambda node: node.tag == "tr") if each.words().startswith("F1 ")]
    assert "T2 2,5" in row.words()
    assert "prognos 4,3" in row.words() or "prognos 4,25" in row.words()
    assert PERIOD_COMMENT in row.words()
    assert "delår T2" in page.words()
    _, whole = written(awkward_world, tmp_path, is_short=True)
    assert "T2 2,5" not in whole.words()


@pytest.mark.parametrize(
    ("scope", "said"),
    [
        (Scope(goal="P9"), r"no goal `P9`.*`P1`, `P2`"),
        (Scope(owner="Ingen"), r"`Ingen` is not an owner.*`Ekonomi`"),
        (Scope(period="T4"), r"`T4` is not a part of a year"),
    ],
)
def test_a_part_that_there_is_not(awkward_world: World, tmp_path, scope, said):
    """An unknown part is refused with the choices, and nothing is written."""
    with pytest.raises(UnknownScope, match=said):
        written(awkward_world, tmp_path / "none", scope=scope)
    with pytest.raises(UnknownYear, match="the year `1999`"):
        written(awkward_world, tmp_path / "none", year=1999)
    assert not (tmp_path / "none").exists()


@pytest.mark.slow
def test_comments_stand_in_every_output(awkward_world: World, tmp_path):
    """Comments on indicators and goals appear unchanged in reports, Word, workbook and explanation."""
    _, full = written(awkward_world, tmp_path)
    _, short = written(awkward_world, tmp_path, is_short=True)
    assert COMMENT in full.by_id("i-P4.2").words()
    assert GOAL_COMMENT in full.by_id("m-P4").words()
    assert {COMMENT, GOAL_COMMENT, PERIOD_COMMENT} <= texts_of(short)
    with opened(awkward_world.home) as connection:
        [word] = write_exports(connection, Format.DOCX, Asked(PLAN_ID), folder=tmp_path).paths
        [book] = write_exports(connection, Format.XLSX, Asked(PLAN_ID), folder=tmp_path).paths
        told = explain_figure(connection, PLAN_ID, "P4.2", year=2023)
    said = "\n".join(paragraph.text for paragraph in docx.Document(str(word)).paragraphs)
    assert COMMENT in said
    assert GOAL_COMMENT in said
    workbook = openpyxl.load_workbook(book)
    for sheet, texts in (("Matris", (COMMENT, GOAL_COMMENT)), ("P4", (COMMENT, GOAL_COMMENT)), ("Data", (COMMENT,))):
        cells = [str(cell.value) for row in workbook[sheet].iter_rows() for cell in row if cell.value]
        for text in texts:
            assert any(text in cell for cell in cells), (sheet, text)
    assert COMMENT in " ".join(told.text().split())
    assert told.data["comments"][0]["text"] == COMMENT


def texts_of(page: Node) -> set[str]:
    """Return the texts of comments on a page."""
    marked = page.find(lambda node: node.attributes.get("data-table") == "plan.comment")
    return {node.words() for node in marked}
