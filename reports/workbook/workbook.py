"""The workbook: the matrix first, a sheet per goal, the years of god ekonomisk hushållning, all data, and the sources.

Numbers are stored as numbers and formatted with the indicator's own decimals. Texts are stored as texts, whatever they
begin with, so that none becomes a formula or a link. Every sheet is prepared for printing: landscape, fitted to the
width of the paper, with its headings on every page.
"""

import io
from collections.abc import Sequence

import xlsxwriter
from xlsxwriter.utility import xl_range_abs
from xlsxwriter.worksheet import Worksheet

from reports.reading.contents import Contents, IndicatorPart
from reports.reading.sourced_rows import Row
from reports.swedish.notices import source_text
from reports.swedish.rule_sentences import MEANINGS, RULES
from reports.swedish.signs import LOOKS
from reports.workbook.workbook_columns import COLUMNS, CRITERIA, PERIODS, Cell, SheetColumn
from reports.workbook.workbook_goals import GoalSheet
from reports.workbook.workbook_matrix import MatrixSheet
from reports.workbook.workbook_styles import A3, A4, Styles, height, lines_of
from warehouse.credits import DERIVED, PLAN

OPTIONS = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "in_memory": True,
}
MANAGEMENT, CRITERIA_SHEET, PERIODS_SHEET = "God ekonomisk hushållning", "Kriterier", "Under året"
DATA, SOURCES = "Data", "Källor"
SOURCE_ROW, HEAD_ROW = 3, 4
SOURCE_LINES = 4
MANAGEMENT_COLUMNS = (
    ("År", PLAN, 7),
    ("Läsning", PLAN, 28),
    ("Gällande läsning", PLAN, 10),
    ("Bedömning", DERIVED, 20),
    ("Finansiella mål", DERIVED, 11),
    ("varav uppfyllda", DERIVED, 11),
    ("varav utan svar", DERIVED, 11),
    ("Verksamhetsmål", DERIVED, 15),
    ("varav uppfyllda", DERIVED, 11),
    ("varav utan svar", DERIVED, 11),
    ("Bedömning vid bokslutet", DERIVED, 20),
)


def render_workbook(contents: Contents) -> bytes:
    """Return the workbook of one plan."""
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, OPTIONS) as book:
        styles = Styles(book, contents)
        about = f"{styles.notice} {styles.about()}".strip()
        book.set_properties({"title": f"Måluppfyllelse {contents.subject}", "comments": about})
        places = _places(contents)
        MatrixSheet(contents, styles, {item: own for item, (_, own, _) in places.items()}).write()
        goals = GoalSheet(contents, styles, places)
        for goal in contents.goals:
            goals.write(goal)
        if not contents.scope.is_partial:
            _management(contents, styles)
        _criteria(contents, styles)
        _periods(contents, styles)
        _data(contents, styles)
        _sources(contents, styles)
    return content.getvalue()


def _places(contents: Contents) -> dict[str, tuple[str, str, str]]:
    """Return the cell ranges of years, own values and compared figures in the data, for indicators with a value."""
    titles = [column.title for column in COLUMNS]
    at = [titles.index(title) for title in ("År", "Utfall", "Ställs mot")]
    places: dict[str, tuple[str, str, str]] = {}
    row = HEAD_ROW + 1
    for part in contents.indicators:
        last = row + len(part.judged) - 1
        if any(judged["value"] is not None for judged in part.judged.values()):
            years, own, held = (f"={DATA}!{xl_range_abs(row, column, last, column)}" for column in at)
            places[part.id] = (years, own, held)
        row = last + 1
    return {item: (years, own, held) for item, (years, own, held) in places.items()}


def _table(styles: Styles, sheet: Worksheet, columns: Sequence[tuple[str, str, int]], row_count: int) -> None:
    """Format a table: sources above headings, a frozen head, filters."""
    label = styles.format(font_color="#545c66", italic=True, font_size=8, text_wrap=True, valign="bottom")
    for place, (title, source, width) in enumerate(columns):
        sheet.set_column(place, place, width)
        sheet.write_string(SOURCE_ROW, place, source_text(styles.contents.source, source), label)
        sheet.write_string(HEAD_ROW, place, title, styles.heading())
    sheet.set_row(SOURCE_ROW, 12 * SOURCE_LINES)
    sheet.set_row(HEAD_ROW, height(2))
    sheet.freeze_panes(HEAD_ROW + 1, 2)
    sheet.autofilter(HEAD_ROW, 0, max(HEAD_ROW + row_count, HEAD_ROW + 1), len(columns) - 1)


def _management(contents: Contents, styles: Styles) -> None:
    """Write god ekonomisk hushållning by year and reading."""
    rows = [row for _, row in sorted(contents.management.items(), reverse=True)]
    sheet = styles.book.add_worksheet(MANAGEMENT)
    styles.head(sheet, f"God ekonomisk hushållning, {contents.place}", "Källa per kolumn står över rubriken.")
    _table(styles, sheet, MANAGEMENT_COLUMNS, len(rows))
    for number, row in enumerate(rows, start=HEAD_ROW + 1):
        cells: list[Cell] = [
            row["year"],
            contents.label("variant", row["variant"]),
            "ja" if row["is_ruling_variant"] else "nej",
            styles.word(row["verdict"]),
            row["financial_n"],
            row["financial_met"],
            row["financial_unknown"],
            row["operational_n"],
            row["operational_met"],
            row["operational_unknown"],
            styles.word(row["bokslut_verdict"]) if row["bokslut_verdict"] else None,
        ]
        _row(styles, sheet, number, cells)
    styles.page(sheet, repeat=(SOURCE_ROW, HEAD_ROW))


def _criteria(contents: Contents, styles: Styles) -> None:
    """Write every criterion of indicators with several criteria, with its own verdict."""
    rows = [
        (part, row)
        for part in contents.indicators
        for year in sorted(part.criteria, reverse=True)
        for row in part.criteria[year]
        if len(part.criteria[year]) > 1
    ]
    if rows:
        _columns(styles, CRITERIA_SHEET, "Indikatorer med flera kriterier", CRITERIA, rows)


def _periods(contents: Contents, styles: Styles) -> None:
    """Write the entered figures for parts of years, which are not judged."""
    rows = [
        (part, row)
        for part in contents.indicators
        for year in sorted(part.periods, reverse=True)
        for row in part.periods[year]
    ]
    if rows:
        _columns(styles, PERIODS_SHEET, "Uppföljning under året: bedöms inte", PERIODS, rows)


def _data(contents: Contents, styles: Styles) -> None:
    """Write every indicator and year with all columns, oldest year first."""
    rows = [(part, part.judged[year]) for part in contents.indicators for year in sorted(part.judged)]
    _columns(styles, DATA, f"Data, {contents.place}", COLUMNS, rows, paper=A3)


def _columns(
    styles: Styles,
    name: str,
    title: str,
    columns: Sequence[SheetColumn],
    rows: Sequence[tuple[IndicatorPart, Row]],
    *,
    paper: int = A4,
) -> None:
    """Write a sheet of rows with the source of each column above its heading."""
    sheet = styles.book.add_worksheet(name)
    styles.head(sheet, title, "Källa per kolumn står över rubriken.")
    told = styles.contents.of_own_kind
    _table(styles, sheet, [(told(column.title), column.source, column.width) for column in columns], len(rows))
    for number, (part, row) in enumerate(rows, start=HEAD_ROW + 1):
        for place, column in enumerate(columns):
            value = column.cell(styles.contents, part, row)
            if isinstance(value, str):
                sheet.write_string(number, place, value, styles.format())
            elif value is not None:
                shape = {} if column.decimals is None else {"num_format": _pattern(column.decimals(row))}
                sheet.write_number(number, place, value, styles.format(**shape))
    styles.page(sheet, repeat=(HEAD_ROW, HEAD_ROW), paper=paper)


def _pattern(decimals: int) -> str:
    return "#,##0" + (f".{'0' * decimals}" if decimals else "")


def _row(styles: Styles, sheet: Worksheet, number: int, cells: Sequence[Cell]) -> None:
    for place, value in enumerate(cells):
        match value:
            case None:
                sheet.write_blank(number, place, None, styles.text)
            case str():
                sheet.write_string(number, place, value, styles.text)
            case _:
                sheet.write_number(number, place, value, styles.text)


def _sources(contents: Contents, styles: Styles) -> None:
    """Write how to read the workbook, and the meaning and source of each column of the data."""
    sheet = styles.book.add_worksheet(SOURCES)
    styles.head(sheet, "Källor och hur arbetsboken läses", "Kolumnerna är de i bladet Data.")
    columns = (("Kolumn", DERIVED, 26), ("Källa", DERIVED, 44), ("Vad den säger", DERIVED, 90))
    for place, (title, _, width) in enumerate(columns):
        sheet.set_column(place, place, width)
        sheet.write_string(HEAD_ROW, place, title, styles.heading())
    number = HEAD_ROW + 1
    for column in COLUMNS:
        source, about = source_text(contents.source, column.source), contents.of_own_kind(column.about)
        _row(styles, sheet, number, [contents.of_own_kind(column.title), source, about])
        sheet.set_row(number, height(max(lines_of(source, 44), lines_of(about, 90))))
        number += 1
    rules = {row["rule_name"]: row["rule_value"] for row in contents.rules}
    told = [
        *((styles.word(code), "Bedömning", MEANINGS[code]) for code in LOOKS),
        *(
            (name, "Regel", contents.of_own_kind(RULES[name].get(value, value)))
            for name, value in rules.items()
            if name in RULES
        ),
        ("Dokument", "Planen", contents.plan["document_title"] or "inget dokument"),
        ("Körning", contents.run["run_id"], f"Programversion {contents.run['software_version']}."),
    ]
    for name, kind, said in told:
        _row(styles, sheet, number, [name, kind, said])
        sheet.set_row(number, height(max(lines_of(said, 90), lines_of(name, 26))))
        number += 1
    sheet.autofilter(HEAD_ROW, 0, number - 1, len(columns) - 1)
    sheet.freeze_panes(HEAD_ROW + 1, 1)
    styles.page(sheet, repeat=(HEAD_ROW, HEAD_ROW))
