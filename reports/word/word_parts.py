"""Parts of Word documents: page and styles, tables with header rows, verdicts in colour, pictures with their texts."""

import io
from collections.abc import Collection, Sequence

from docx.document import Document as WordFile
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor
from docx.table import Table, _Cell, _Row
from docx.text.paragraph import Paragraph
from markupsafe import Markup

from reports.charts.chart_pictures import png
from reports.reading.contents import Contents
from reports.swedish.sentences import plain
from reports.swedish.signs import LOOKS

INK, SOFT = RGBColor(0x1C, 0x21, 0x26), RGBColor(0x54, 0x5C, 0x66)


def prepare(document: WordFile, title: str, subject: str) -> None:
    """Set page, language, fonts and properties.

    Args:
        document: a new document.
        title: the title of the document.
        subject: the subject in its properties.
    """
    page = document.sections[0]
    page.page_width, page.page_height = Cm(21.0), Cm(29.7)
    page.left_margin = page.right_margin = Cm(2.0)
    page.top_margin, page.bottom_margin = Cm(2.0), Cm(1.8)
    styles = document.styles
    normal = styles["Normal"]
    normal.font.name, normal.font.size = "Calibri", Pt(10.5)
    normal.paragraph_format.space_after = Pt(4)
    language = OxmlElement("w:lang")
    for attribute in ("w:val", "w:eastAsia", "w:bidi"):
        language.set(qn(attribute), "sv-SE")
    for old in normal.element.get_or_add_rPr().findall(qn("w:lang")):
        normal.element.rPr.remove(old)
    normal.element.rPr.append(language)
    for name, size in (("Title", 24), ("Heading 1", 17), ("Heading 2", 13.5), ("Heading 3", 11.5)):
        style = styles[name]
        style.font.name, style.font.size, style.font.color.rgb = "Calibri", Pt(size), INK
        fonts = style.element.get_or_add_rPr().find(qn("w:rFonts"))
        if fonts is not None:
            for theme in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
                fonts.attrib.pop(qn(theme), None)
    styles["Subtitle"].font.color.rgb = SOFT
    styles["Caption"].font.color.rgb, styles["Caption"].font.bold = SOFT, False
    about = document.core_properties
    about.title = title
    about.subject, about.language, about.author, about.comments = subject, "sv-SE", "", ""


def table_of(
    document: WordFile, header: Sequence[str], widths: Sequence[float], *, numbers: Collection[int] = ()
) -> Table:
    """Add a table whose first row is repeated on each page; widths in centimetres."""
    table: Table = document.add_table(rows=1, cols=len(header), style="Table Grid")
    table.autofit = False
    for number, (cell, text) in enumerate(zip(table.rows[0].cells, header, strict=True)):
        write(cell, text, bold=True, is_number=number in numbers, is_kept=True)
    for column, cell, width in zip(table.columns, table.rows[0].cells, widths, strict=True):
        column.width = cell.width = Cm(width)
    head = OxmlElement("w:tblHeader")
    head.set(qn("w:val"), "true")
    table.rows[0]._tr.get_or_add_trPr().append(head)  # noqa: SLF001 - python-docx has no name for a header row
    _borders(table)
    return table


def new_row(table: Table) -> _Row:
    """Add a row."""
    row: _Row = table.add_row()  # type: ignore[no-untyped-call]
    return row


def _borders(table: Table) -> None:
    """Set thin lines between rows and none between columns."""
    borders = OxmlElement("w:tblBorders")
    for edge, is_drawn in (
        ("top", True),
        ("left", False),
        ("bottom", True),
        ("right", False),
        ("insideH", True),
        ("insideV", False),
    ):
        line = OxmlElement(f"w:{edge}")
        line.set(qn("w:val"), "single" if is_drawn else "nil")
        line.set(qn("w:sz"), "4")
        line.set(qn("w:color"), "C9C5BC")
        borders.append(line)
    table._tbl.tblPr.append(borders)  # noqa: SLF001 - python-docx has no name for borders


def shade(row: _Row) -> None:
    """Give a heading row a background colour."""
    for cell in row.cells[:1]:
        ground = OxmlElement("w:shd")
        ground.set(qn("w:val"), "clear")
        ground.set(qn("w:fill"), "F1EFEA")
        cell._tc.get_or_add_tcPr().append(ground)  # noqa: SLF001 - as above


def unbroken(row: _Row) -> None:
    """Keep a row on one page."""
    row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))  # noqa: SLF001 - as above


def write(cell: _Cell, text: str, *, bold: bool = False, is_number: bool = False, is_kept: bool = False) -> None:
    """Write a text into a cell that is empty; a kept row is on the page of the next one."""
    paragraph = cell.paragraphs[0]
    paragraph.paragraph_format.space_after = Pt(0)
    if is_kept:
        paragraph.paragraph_format.keep_with_next = True
    run = paragraph.add_run(text)
    run.bold, run.font.size = bold, Pt(9)
    if is_number:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT


def add_soft(paragraph: Paragraph, text: str) -> None:
    """Add a small grey text to a paragraph of a table."""
    paragraph.paragraph_format.space_after = Pt(0)
    run = paragraph.add_run(text)
    run.font.size, run.font.color.rgb = Pt(8), SOFT


def verdict_word(paragraph: Paragraph, contents: Contents, verdict: str) -> None:
    """Add a verdict as word, symbol and colour."""
    paragraph.paragraph_format.space_after = Pt(0)
    sign, colour, _ = LOOKS.get(verdict, ("", "", ""))
    run = paragraph.add_run(f"{sign} {contents.label('verdict', verdict)}".strip())
    run.bold, run.font.color.rgb = True, RGBColor.from_string(colour[1:].upper()) if colour else INK
    if isinstance(paragraph._parent, _Cell):  # noqa: SLF001 - whether it is in a table
        run.font.size = Pt(9)


def add_picture(paragraph: Paragraph, drawing: Markup, *, width: float, described: str) -> None:
    """Add a chart as a picture with an alternative text; width in centimetres."""
    shape = paragraph.add_run().add_picture(io.BytesIO(png(drawing)), width=Cm(width))
    shape._inline.docPr.set("descr", described)  # noqa: SLF001 - python-docx has no name for it


def described_by(drawing: Markup) -> str:
    """Return the alternative text of a drawing."""
    text = str(drawing)
    start = text.find("<desc")
    return plain(Markup(text[start : text.find("</desc>", start) + len("</desc>")])) if start >= 0 else ""  # noqa: S704
