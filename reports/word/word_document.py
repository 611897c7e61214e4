"""The Word document: the summary and a section for each goal, to be pasted into an annual report and edited there.

It has real styles, tables with header rows, and pictures with alternative texts. The texts are those of the report.
"""

import io
from collections.abc import Sequence
from itertools import chain

from docx import Document
from docx.document import Document as WordFile
from docx.shared import Cm
from docx.table import Table

from reports.charts.distribution_chart import distribution_chart
from reports.charts.sparkline import sparkline
from reports.charts.trend_chart import trend_chart
from reports.page.card import Card
from reports.page.matrix import MatrixRow, matrix_rows
from reports.page.short_report import gaps
from reports.reading.changes_since import Changes
from reports.reading.contents import Contents, GoalPart, IndicatorPart
from reports.swedish import sentences as words
from reports.swedish.notices import known_text, made_up_notice, source_text
from reports.swedish.numbers import date_text, instant_text, number_text
from reports.swedish.plan_edits import edits_told
from reports.swedish.rule_sentences import RULES
from reports.swedish.sentences import plain
from reports.swedish.verdict_sentences import verdict_sentence
from reports.word.word_parts import (
    add_picture,
    add_soft,
    described_by,
    new_row,
    prepare,
    shade,
    table_of,
    unbroken,
    verdict_word,
    write,
)
from warehouse.credits import DERIVED, RECEIVED

# The text width of a portrait A4 page, in centimetres, and the column widths of the matrix.
TEXT_WIDTH = 17.0
MATRIX_WIDTHS = (5.6, 1.7, 2.8, 2.0, 2.0, 2.9)
CHART_WIDTH = 8.1


def render_word(contents: Contents, changes: Changes) -> bytes:
    """Return the document of one plan and year.

    Args:
        contents: the contents of the report.
        changes: the changes since the last report.
    """
    document = Document()
    prepare(document, f"Måluppfyllelse {contents.subject}", str(contents.plan["title"]))
    notice = made_up_notice(contents.source, contents.plan)
    document.add_paragraph(f"Måluppfyllelse {contents.subject}", style="Title")
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


def _summary(document: WordFile, contents: Contents, changes: Changes) -> None:
    document.add_heading("Sammanfattning", level=1)
    rules = {row["rule_name"]: row["rule_value"] for row in contents.rules}
    ruling = contents.management.get((contents.year, rules.get("majority", "each_group")))
    if ruling is not None and not contents.scope.is_partial:
        document.add_heading(f"God ekonomisk hushållning {contents.year}", level=2)
        verdict_word(document.add_paragraph(), contents, ruling["verdict"])
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
    table = table_of(document, ("Indikator", "Utfall", "Mål", "Trend", "Plats", "Bedömning"), MATRIX_WIDTHS)
    for goal in contents.goals:
        if not goal.is_its_indicator:
            head = new_row(table)
            unbroken(head)
            merged = head.cells[0].merge(head.cells[-1])
            write(merged, f"{goal.id} {goal.goal['title']}", bold=True, is_kept=True)
            judged = goal.verdicts.get(contents.year)
            if judged is not None:
                below = merged.add_paragraph()
                below.paragraph_format.keep_with_next = True
                verdict_word(below, contents, judged["verdict"])
            shade(head)
        for line in matrix_rows(contents, goal):
            _matrix_row(table, contents, line)
    _caption(document, contents, "Utfall och trend", (RECEIVED,), ("övrigt", (DERIVED,)))


def _matrix_row(table: Table, contents: Contents, line: MatrixRow) -> None:
    row = new_row(table)
    unbroken(row)
    name, outcome, target, trend, place, verdict = row.cells
    write(name, f"{line.part.id} {plain(line.name())}")
    if line.kpi_id:
        add_soft(name.paragraphs[0], f" {line.kpi_id}")
    write(outcome, plain(line.outcome()), is_number=True)
    write(target, plain(line.target()))
    if any(gender == "T" for _, gender in line.part.history):
        add_picture(
            trend.paragraphs[0], sparkline(contents, line.part), width=1.8, described=described_by(line.trend())
        )
    else:
        write(trend, "–")
    write(place, plain(line.place()).replace("–ingen plats", "–"), is_number=True)
    verdict_word(verdict.paragraphs[0], contents, line.row["verdict"])
    comment = plain(line.comment())
    if comment:
        add_soft(verdict.add_paragraph(), comment)


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
    table = table_of(document, ("Vad", "År", "Från", "Till", "Orsak"), (5.4, 1.3, 3.1, 3.2, 4.0))
    for row in changes.verdicts:
        cells = new_row(table).cells
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
            write(cell, text)


def _goal(document: WordFile, contents: Contents, goal: GoalPart) -> None:
    document.add_heading(f"{goal.id} {goal.goal['title']}", level=2)
    judged = goal.verdicts.get(contents.year)
    if judged is not None:
        said, counted = document.add_paragraph(), document.add_paragraph(plain(words.goal_counts(judged)))
        verdict_word(said, contents, judged["verdict"])
        # With the first indicator on one page, and not at the end of the page before.
        said.paragraph_format.keep_with_next = counted.paragraph_format.keep_with_next = True
        if judged["assessment_text"]:
            document.add_paragraph(str(judged["assessment_text"]), style="Quote")
    if not goal.is_its_indicator:
        _comment(document, contents, goal.id)
    for part in goal.indicators:
        _indicator(document, contents, goal, part)


def _comment(document: WordFile, contents: Contents, item_id: str) -> None:
    """Add the comment on an indicator or a goal, with its author."""
    written = contents.comment(item_id)
    if written is not None:
        said = document.add_paragraph(str(written["text"]), style="Quote")
        said.paragraph_format.keep_with_next = True
        said.add_run(f" ({written['written_by']}, {date_text(written['written_at'])})").italic = False


def _indicator(document: WordFile, contents: Contents, goal: GoalPart, part: IndicatorPart) -> None:
    card = Card(contents, goal, part)
    row = card.row
    if not goal.is_its_indicator:
        document.add_heading(f"{part.id} {plain(card.name())}", level=3)
    said = document.add_paragraph()
    said.paragraph_format.keep_with_next = True
    verdict_word(said, contents, row["verdict"])
    said.add_run(f". {plain(verdict_sentence(contents, part, row))}")
    _comment(document, contents, part.id)
    drawings = [
        drawing for drawing in (trend_chart(contents, part), distribution_chart(contents, part)) if drawing is not None
    ]
    if drawings:
        # Next to each other, whatever line width the reader's program uses.
        beside = document.add_table(rows=1, cols=2)
        beside.autofit = False
        for cell, drawing in zip(beside.rows[0].cells, drawings, strict=False):
            cell.width = Cm(TEXT_WIDTH / 2)
            cell.paragraphs[0].paragraph_format.keep_with_next = True
            add_picture(cell.paragraphs[0], drawing, width=CHART_WIDTH, described=described_by(drawing))
    _years(document, contents, part, card)
    for caution in card.cautions():
        document.add_paragraph(plain(caution), style="List Bullet")
    _caption(document, contents, "", [plain(line) for line in card.year_sources()])


def _years(document: WordFile, contents: Contents, part: IndicatorPart, card: Card) -> None:
    """Add the own values and the national average, a column per year."""
    lines = [(contents.place, {year: row for (year, gender), row in part.history.items() if gender == "T"})]
    if card.average is not None:
        lines.append(card.average)
    if not any(rows for _, rows in lines):
        return
    width = (TEXT_WIDTH - 4.0) / len(contents.years)
    table = table_of(
        document,
        ("", *map(str, contents.years)),
        (4.0, *[width] * len(contents.years)),
        numbers=range(1, 1 + len(contents.years)),
    )
    for number, (name, rows) in enumerate(lines, start=1):
        cells, is_kept = new_row(table).cells, number < len(lines)
        write(cells[0], name, is_kept=is_kept)
        for cell, year in zip(cells[1:], contents.years, strict=True):
            text = number_text(rows[year]["value"], card.decimals_in(year)) if year in rows else "–"
            write(cell, text, is_number=True, is_kept=is_kept)


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


def _caption(
    document: WordFile,
    contents: Contents,
    what: str,
    labels: Sequence[str],
    *more: tuple[str, Sequence[str]],
) -> None:
    """Add the sources of the figures above."""
    said = [
        f"{name}: {' '.join(source_text(contents.source, label) for label in found)}" if name else " ".join(found)
        for name, found in chain([(what, labels)], more)
        if found
    ]
    if said:
        document.add_paragraph("; ".join(said).rstrip(".") + ".", style="Caption")
