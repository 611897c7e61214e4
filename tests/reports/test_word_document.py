"""The Word report, read back: real styles, header rows, pictures with alternative texts, the file's numbers."""

import re

import docx
import pytest
from docx.oxml.ns import qn
from markupsafe import Markup

from reports import Asked, Format, write_exports
from reports.charts.chart_pictures import png
from reports.charts.trend_chart import trend_chart
from reports.reading.gathering import gather
from reports.reading.sourced_rows import open_source
from tests.reports.conftest import World
from tests.reports.support import GOAL_TITLE, INDICATOR_TITLE, PLAN_ID, opened


@pytest.fixture(scope="module")
def document(awkward_world: World, tmp_path_factory: pytest.TempPathFactory) -> docx.document.Document:
    """The Word report of the world with awkward texts, made once."""
    with opened(awkward_world.home) as connection:
        written = write_exports(connection, Format.DOCX, Asked(PLAN_ID), folder=tmp_path_factory.mktemp("word"))
    return docx.Document(str(written.paths[0]))


def test_it_can_be_edited(document):
    """Headings have heading styles, tables repeat their header row, and pictures have alternative texts."""
    headings = [p.text for p in document.paragraphs if p.style.name.startswith("Heading")]
    assert headings[0] == "Sammanfattning"
    assert f"P1 {GOAL_TITLE}" in headings
    assert f"P4.3 {INDICATOR_TITLE}" in headings
    bordered = [table for table in document.tables if table.rows[0].cells[0].paragraphs[0].runs]
    assert len(bordered) > 30
    for table in bordered:
        if not table._tbl.findall(f".//{qn('wp:inline')}") or len(table.rows) > 1:
            assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
    pictures = document.element.body.findall(f".//{qn('wp:docPr')}")
    assert len(pictures) > 60
    assert all(picture.get("descr") for picture in pictures)
    assert document.core_properties.language == "sv-SE"


def test_what_belongs_together_is_on_one_page(document):
    """Charts and the table of years stay with their sentence, and a goal's heading with its first indicator."""
    years = [table for table in document.tables if re.fullmatch(r"20\d\d", table.rows[0].cells[-1].text)]
    assert len(years) > 20
    for table in years:
        *kept, last = table.rows
        assert all(cell.paragraphs[0].paragraph_format.keep_with_next for row in kept for cell in row.cells)
        assert not any(cell.paragraphs[0].paragraph_format.keep_with_next for cell in last.cells)
    paragraphs = document.paragraphs
    goals = [at for at, each in enumerate(paragraphs) if re.match(r"[PVFM]\d ", each.text)]
    assert len(goals) > 15
    for at in goals:
        assert [each.paragraph_format.keep_with_next for each in paragraphs[at + 1 : at + 3]] == [True, True]


def test_its_numbers_are_the_files(awkward_world: World, document):
    """Outcome, rank and verdict of each row of the matrix equal the published file's."""
    matrix = document.tables[0]
    rows = [row.cells for row in matrix.rows[1:]]
    found = {cells[0].text.split()[0]: cells for cells in rows if cells[0].text != cells[1].text}
    with opened(awkward_world.home) as connection:
        judged = connection.execute(
            "select indicator_id, value, display_decimals, rank, rank_n, label "
            "from mart.goal_fulfilment inner join plan.label using (plan_id) "
            "where plan_id = ? and year = 2023 and label_kind = 'verdict' and code = verdict",
            [PLAN_ID],
        ).fetchall()
    assert sorted(found) == sorted({indicator for indicator, *_ in judged})
    for indicator, value, decimals, rank, rank_n, label in judged:
        _, outcome, _, _, place, verdict = (cell.text for cell in found[indicator])
        if value is not None:
            shown = float(outcome.replace("\N{NO-BREAK SPACE}", "").replace("\N{MINUS SIGN}", "-").replace(",", "."))
            assert abs(shown - value) <= 0.5 * 10**-decimals
        if rank is not None:
            assert place == f"{rank} av {rank_n}"
        assert label in verdict


def test_the_pictures_hold_letters(sample_world: World):
    """A chart's picture contains its texts, drawn with the packaged font."""
    with opened(sample_world.home) as connection:
        contents = gather(open_source(connection), PLAN_ID)
        drawing = next(found for part in contents.indicators if (found := trend_chart(contents, part)) is not None)
    silent = Markup(re.sub(r"<text.*?</text>", "", str(drawing)))  # noqa: S704 - our own drawing
    whole, bare = png(drawing), png(silent)
    assert whole.startswith(b"\x89PNG")
    assert len(whole) > len(bare) + 2000
