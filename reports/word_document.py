"""The Word document: the summary and a section for each goal, to be pasted into an annual report and edited there.

Real styles, tables with header rows, pictures with alternative texts. The words are those of the report.
"""

import io
from collections.abc import Sequence
from itertools import chain

from docx import Document
from docx.document import Document as WordFile
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor
from docx.table import Table, _Cell, _Row
from docx.text.paragraph import Paragraph
from markupsafe import Markup

from reports import sentences as words
from reports.card import Card
from reports.changes_since import Changes
from reports.chart_pictures import png
from reports.contents import Contents, GoalPart, IndicatorPart
from reports.distribution_chart import distribution_chart
from reports.matrix import MatrixRow, matrix_rows
from reports.notices import known_text, made_up_notice, source_text
from reports.numbers import instant_text, number_text
from reports.plan_edits import edits_told
from reports.rule_sentences import RULES
from reports.sentences import plain
from reports.short_report import gaps
from reports.sparkline import sparkline
from reports.trend_chart import trend_chart
from reports.verdict_sentences import verdict_sentence
from warehouse.credits import DERIVED, RECEIVED

INK, SOFT = RGBColor(0x1C, 0x21, 0x26), RGBColor(0x54, 0x5C, 0x66)
COLOURS = {
    "met": RGBColor(0x0D, 0x68, 0x47),
    "not_met": RGBColor(0xA3, 0x30, 0x1F),
    "partly_met": RGBColor(0x7A, 0x56, 0x00),
}
# A letter's width of text on an upright A4, in centimetres, and how the matrix shares it.
TEXT_WIDTH = 17.0
MATRIX_WIDTHS = (5.6, 1.7, 2.8, 2.0, 2.0, 2.9)
CHART_WIDTH = 8.1
SIGN_WORDS = {"met": "✓ ", "not_met": "✗ ", "partly_met": "◐ "}


def render_word(contents: Contents, changes: Changes) -> bytes:
    """The document of one plan and year.

    Args:
        contents: what is told.
        changes: what is told of the last report.
    """
    document = Document()
    _prepare(document, contents)
    notice = made_up_notice(contents.source, contents.plan)
    document.add_paragraph(f"Måluppfyllelse {contents.year}, {contents.place}", style="Title")
    document.add_paragraph(f"{contents.plan['title']}, {known_text(contents.source)}.", style="Subtitle")
    if notice:
        document.add_paragraph(notice, style="Intense Quote")
    _summary(document, contents, changes)
    for section in dict.fromkeys(goal.goal["section"] for goal in contents.goals):
        document.add_heading(contents.label("section", section), level=1)
        for goal in contents.goals:
            if goal.goal["section"] == section:
                _goal(document, contents, goal)
    _sources(document, contents, notice)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def _prepare(document: WordFile, contents: Contents) -> None:
    """Page, language, fonts and properties."""
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
    about.title = f"Måluppfyllelse {contents.year}, {contents.place}"
    about.subject, about.language, about.author, about.comments = contents.plan["title"], "sv-SE", "", ""


def _summary(document: WordFile, contents: Contents, changes: Changes) -> None:
    document.add_heading("Sammanfattning", level=1)
    rules = {row["rule_name"]: row["rule_value"] for row in contents.rules}
    ruling = contents.management.get((contents.year, rules.get("majority", "each_group")))
    if ruling is not None:
        document.add_heading(f"God ekonomisk hushållning {contents.year}", level=2)
        _verdict(document.add_paragraph(), contents, ruling["verdict"])
        rule = RULES["majority"].get(rules.get("majority", "each_group"), "")
        document.add_paragraph(f"{plain(words.management_sentence(ruling))} {rule}")
    document.add_heading(f"Målen {contents.year}", level=2)
    _matrix(document, contents)
    document.add_heading(f"Vad har ändrats sedan {changes.basis.value}", level=2)
    _changes(document, contents, changes)
    missing = gaps(contents)
    if missing:
        document.add_heading("Vad som saknas, och vem som ansvarar", level=2)
        for gap in missing:
            line = document.add_paragraph(style="List Bullet")
            line.add_run(f"{gap.reason}: ").bold = True
            line.add_run(f"{gap.said}.")


def _matrix(document: WordFile, contents: Contents) -> None:
    table = _table(document, ("Indikator", "Utfall", "Mål", "Trend", "Plats", "Bedömning"), MATRIX_WIDTHS)
    for goal in contents.goals:
        if not goal.is_its_indicator:
            head = _new_row(table)
            _unbroken(head)
            merged = head.cells[0].merge(head.cells[-1])
            _write(merged, f"{goal.id} {goal.goal['title']}", bold=True)
            judged = goal.verdicts.get(contents.year)
            if judged is not None:
                _verdict(merged.add_paragraph(), contents, judged["verdict"])
            _shade(head)
        for line in matrix_rows(contents, goal):
            _matrix_row(table, contents, line)
    _caption(document, contents, "Utfall och trend", (RECEIVED,), ("övrigt", (DERIVED,)))


def _matrix_row(table: Table, contents: Contents, line: MatrixRow) -> None:
    row = _new_row(table)
    _unbroken(row)
    name, outcome, target, trend, place, verdict = row.cells
    _write(name, f"{line.part.id} {plain(line.name())}")
    if line.kpi_id:
        _run(name.paragraphs[0], f" {line.kpi_id}", is_soft=True)
    _write(outcome, plain(line.outcome()), is_number=True)
    _write(target, plain(line.target()))
    if any(gender == "T" for _, gender in line.part.history):
        _picture(trend.paragraphs[0], sparkline(contents, line.part), width=1.8, described=_described(line.trend()))
    else:
        _write(trend, "–")
    _write(place, plain(line.place()).replace("–ingen plats", "–"), is_number=True)
    _verdict(verdict.paragraphs[0], contents, line.row["verdict"])
    comment = plain(line.comment())
    if comment:
        _run(verdict.add_paragraph(), comment, is_soft=True)


def _changes(document: WordFile, contents: Contents, changes: Changes) -> None:
    if changes.since is None:
        document.add_paragraph("Detta är den första publiceringen. Det finns inget att jämföra med.")
        return
    document.add_paragraph(f"Jämfört med läget {instant_text(changes.since)}.")
    _changed_verdicts(document, contents, changes)
    if changes.edits:
        document.add_paragraph("Ändringar i planen:")
    for _, text in edits_told(contents, changes.edits):
        document.add_paragraph(text, style="List Bullet")


def _changed_verdicts(document: WordFile, contents: Contents, changes: Changes) -> None:
    if not changes.verdicts:
        document.add_paragraph("Ingen bedömning har ändrats.")
        return
    table = _table(document, ("Vad", "År", "Från", "Till", "Orsak"), (3.0, 1.5, 3.6, 3.6, 5.3))
    for row in changes.verdicts:
        cells = _new_row(table).cells
        what = (
            f"God ekonomisk hushållning, {contents.label('variant', row['variant']).lower()}"
            if row["variant"]
            else row["item_id"]
        )
        for cell, text in zip(
            cells,
            (
                what,
                str(row["year"]),
                contents.label("verdict", row["verdict_before"]),
                contents.label("verdict", row["verdict"]),
                contents.label("cause", row["cause"]),
            ),
            strict=True,
        ):
            _write(cell, text)


def _goal(document: WordFile, contents: Contents, goal: GoalPart) -> None:
    document.add_heading(f"{goal.id} {goal.goal['title']}", level=2)
    judged = goal.verdicts.get(contents.year)
    if judged is not None:
        _verdict(document.add_paragraph(), contents, judged["verdict"])
        document.add_paragraph(plain(words.goal_counts(judged)))
        if judged["assessment_text"]:
            document.add_paragraph(str(judged["assessment_text"]), style="Quote")
    for part in goal.indicators:
        _indicator(document, contents, goal, part)


def _indicator(document: WordFile, contents: Contents, goal: GoalPart, part: IndicatorPart) -> None:
    card = Card(contents, goal, part)
    row = card.row
    if not goal.is_its_indicator:
        document.add_heading(f"{part.id} {plain(card.name())}", level=3)
    said = document.add_paragraph()
    said.paragraph_format.keep_with_next = True
    _verdict(said, contents, row["verdict"])
    said.add_run(f". {plain(verdict_sentence(contents, part, row))}")
    if row.values.get("comment"):
        document.add_paragraph(str(row["comment"]), style="Quote")
    drawings = [
        drawing for drawing in (trend_chart(contents, part), distribution_chart(contents, part)) if drawing is not None
    ]
    if drawings:
        # Side by side, however wide the reader's program takes a line to be.
        beside = document.add_table(rows=1, cols=2)
        beside.autofit = False
        for cell, drawing in zip(beside.rows[0].cells, drawings, strict=False):
            cell.width = Cm(TEXT_WIDTH / 2)
            _picture(cell.paragraphs[0], drawing, width=CHART_WIDTH, described=_described(drawing))
    _years(document, contents, part, card)
    for caution in card.cautions():
        document.add_paragraph(plain(caution), style="List Bullet")
    _caption(document, contents, "", [plain(line) for line in card.year_sources()])


def _years(document: WordFile, contents: Contents, part: IndicatorPart, card: Card) -> None:
    """The own values and the national average, a column per year."""
    lines = [(contents.place, {year: row for (year, gender), row in part.history.items() if gender == "T"})]
    if card.average is not None:
        lines.append(card.average)
    if not any(rows for _, rows in lines):
        return
    width = (TEXT_WIDTH - 4.0) / len(contents.years)
    table = _table(document, ("", *map(str, contents.years)), (4.0, *[width] * len(contents.years)), numbers_from=1)
    for name, rows in lines:
        cells = _new_row(table).cells
        _write(cells[0], name)
        for cell, year in zip(cells[1:], contents.years, strict=True):
            text = number_text(rows[year]["value"], card.decimals_in(year)) if year in rows else "–"
            _write(cell, text, is_number=True)


def _sources(document: WordFile, contents: Contents, notice: str) -> None:
    document.add_heading("Källor och hur texten läses", level=1)
    document.add_paragraph(
        "Värden märkta ”Källa: Kolada” visas som de mottagits. Bedömningar, marginaler, platser, skillnader och egna "
        "medelvärden är egen bearbetning av data från Kolada och ska inte anges med Kolada som källa."
        if not contents.source.is_sample
        else notice
    )
    document.add_paragraph(
        "Platsen räknas bland de enheter som har ett värde, på orundade tal, bäst först. I trenden är målet streckat."
    )
    document.add_paragraph(
        f"Dokument: {contents.plan['document_title'] or 'inget'}. Körning {contents.run['run_id']}, publicerad "
        f"{instant_text(contents.source.known_at)}, programversion {contents.run['software_version']}."
    )


def _table(
    document: WordFile, header: Sequence[str], widths: Sequence[float], *, numbers_from: int | None = None
) -> Table:
    """A table whose first row is repeated on each page; widths in centimetres."""
    table: Table = document.add_table(rows=1, cols=len(header), style="Table Grid")
    table.autofit = False
    for number, (cell, text) in enumerate(zip(table.rows[0].cells, header, strict=True)):
        _write(cell, text, bold=True, is_number=numbers_from is not None and number >= numbers_from)
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Cm(width)
        for cell in column.cells:
            cell.width = Cm(width)
    head = OxmlElement("w:tblHeader")
    head.set(qn("w:val"), "true")
    table.rows[0]._tr.get_or_add_trPr().append(head)  # noqa: SLF001 - python-docx has no name for a header row
    _borders(table)
    return table


def _new_row(table: Table) -> _Row:
    row: _Row = table.add_row()  # type: ignore[no-untyped-call]
    return row


def _borders(table: Table) -> None:
    """Fine lines between rows and none between columns."""
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


def _shade(row: _Row) -> None:
    for cell in row.cells[:1]:
        shade = OxmlElement("w:shd")
        shade.set(qn("w:val"), "clear")
        shade.set(qn("w:fill"), "F1EFEA")
        cell._tc.get_or_add_tcPr().append(shade)  # noqa: SLF001 - as above


def _unbroken(row: _Row) -> None:
    """Keep a row on one page."""
    row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))  # noqa: SLF001 - as above


def _write(cell: _Cell, text: str, *, bold: bool = False, is_number: bool = False) -> None:
    paragraph = cell.paragraphs[0]
    paragraph.paragraph_format.space_after = Pt(0)
    run = paragraph.add_run(text)
    run.bold, run.font.size = bold, Pt(9)
    if is_number:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT


def _run(paragraph: Paragraph, text: str, *, is_soft: bool = False) -> None:
    paragraph.paragraph_format.space_after = Pt(0)
    run = paragraph.add_run(text)
    run.font.size = Pt(8)
    if is_soft:
        run.font.color.rgb = SOFT


def _verdict(paragraph: Paragraph, contents: Contents, verdict: str) -> None:
    """A verdict in word, sign and colour."""
    paragraph.paragraph_format.space_after = Pt(0)
    run = paragraph.add_run(SIGN_WORDS.get(verdict, "") + contents.label("verdict", verdict))
    run.bold, run.font.color.rgb = True, COLOURS.get(verdict, INK)
    if isinstance(paragraph._parent, _Cell):  # noqa: SLF001 - whether it stands in a table
        run.font.size = Pt(9)


def _picture(paragraph: Paragraph, drawing: Markup, *, width: float, described: str) -> None:
    """A chart as a picture with an alternative text; the width in centimetres."""
    shape = paragraph.add_run().add_picture(io.BytesIO(png(drawing)), width=Cm(width))
    shape._inline.docPr.set("descr", described)  # noqa: SLF001 - python-docx has no name for it


def _described(drawing: Markup) -> str:
    """The alternative text that a drawing carries."""
    text = str(drawing)
    start = text.find("<desc")
    return plain(Markup(text[start : text.find("</desc>", start) + len("</desc>")])) if start >= 0 else ""  # noqa: S704


def _caption(
    document: WordFile,
    contents: Contents,
    what: str,
    labels: Sequence[str],
    *more: tuple[str, Sequence[str]],
) -> None:
    """Where the figures above are from."""
    said = [
        f"{name}: {' '.join(source_text(contents.source, label) for label in found)}" if name else " ".join(found)
        for name, found in chain([(what, labels)], more)
        if found
    ]
    if said:
        document.add_paragraph("; ".join(said).rstrip(".") + ".", style="Caption")
