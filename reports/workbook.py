"""The workbook: an overview, a sheet per goal, and a sheet that says whose figure each column holds.

Numbers are numbers and formatted at the indicator's own decimals; texts are written as texts, whatever they begin with,
so that none becomes a formula or a link.
"""

import io
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format as CellFormat
from xlsxwriter.worksheet import Worksheet

from reports.contents import Contents, GoalPart, IndicatorPart
from reports.notices import known_text, made_up_notice, source_text
from reports.numbers import decimals_in
from reports.reasons import short_reason
from reports.sentences import plain
from reports.sourced_rows import Row
from reports.verdict_sentences import decimals_of, margin_decimals, rounding_sentence
from warehouse.credits import DERIVED, source_label
from warehouse.dictionary import meaning_of

Cell = str | float | int | None
BY_ROW = "Se kolumnen Källa"
FORBIDDEN_IN_NAMES = str.maketrans(dict.fromkeys("[]:*?/\\", "-"))
LONGEST_NAME = 31
# Heights in points; a spreadsheet row has 409 at most.
LINE_HEIGHT, SOURCES_HEIGHT, HEADINGS_HEIGHT, MOST_LINES = 15, 46, 32, 20
# Wider sheets than this, in characters, are printed two pages wide.
WIDEST_PAGE = 230
OPTIONS = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "in_memory": True,
}
COLOURS = {"met": "#0d6847", "not_met": "#a3301f", "partly_met": "#7a5600"}


Cells = Callable[[Contents, Any, Row, str], Cell]
"""What stands in a cell: of the part or goal that a row is about, the row, and a column of it."""


def _plain(_contents: Contents, _about: object, row: Row, column: str) -> Cell:
    return row[column]  # type: ignore[no-any-return]


def _flag(_contents: Contents, _about: object, row: Row, column: str) -> Cell:
    return None if row[column] is None else "ja" if row[column] else "nej"


def _word(kind: str) -> Cells:
    return lambda contents, _about, row, column: contents.label(kind, row[column]) or None


def _reference(contents: Contents, _part: object, row: Row, column: str) -> Cell:
    return contents.label("reference", str(row[column]).split(":")[0]) if row[column] else None


def _reason(contents: Contents, _part: object, row: Row, column: str) -> Cell:
    return short_reason(contents, row[column]) if row[column] else None


def _bokslut(contents: Contents, part: IndicatorPart, row: Row, column: str) -> Cell:
    then = part.bokslut.get(row["year"])
    return contents.label("verdict", then[column]) if then is not None else None


def _value_source(contents: Contents, _part: object, row: Row, _column: str) -> Cell:
    return source_text(contents.source, row["source_label"]) or None


def _rounding(contents: Contents, part: IndicatorPart, row: Row, column: str) -> Cell:
    return plain(rounding_sentence(contents, part, row)) if row[column] else None


def _goal_title(_contents: Contents, goal: GoalPart, _row: Row, _column: str) -> Cell:
    return goal.goal["title"]  # type: ignore[no-any-return]


def _target_decimals(row: Row) -> int:
    """A target is shown whole."""
    return max(decimals_of(row), decimals_in(row["target_value"]) if row["target_value"] is not None else 0)


@dataclass(frozen=True, slots=True)
class SheetColumn:
    """A column of a sheet.

    Attributes:
        title: its heading.
        column: of the sheet's relation: the dictionary says whose figure it holds.
        width: in characters.
        cell: its content for one row.
        decimals: how its numbers are shown; None for texts and whole numbers.
    """

    title: str
    column: str
    width: int
    cell: Cells = _plain
    decimals: Callable[[Row], int] | None = None

    def source(self, relation: str) -> str:
        """Its source label, which stands above the heading: where rows differ, it names the sheet's own columns."""
        code = meaning_of(relation, self.column).source
        return BY_ROW if code == "row" else source_label("reference_in_swedish" if code == "reference" else code)


INDICATORS = (
    SheetColumn("Id", "indicator_id", 7),
    SheetColumn("Indikator", "indicator_title", 48),
    SheetColumn("Roll", "role", 18, _word("role")),
    SheetColumn("Nyckeltal", "kpi_id", 10),
    SheetColumn("År", "year", 7),
    SheetColumn("Enhet", "unit", 14),
    SheetColumn("Utfall", "value", 10, decimals=decimals_of),
    SheetColumn("Källa", "value", 26, _value_source),
    SheetColumn("Preliminärt", "is_preliminary", 11, _flag),
    SheetColumn("Villkor", "operator", 9, _word("operator")),
    SheetColumn("Målvärde", "target_value", 10, decimals=_target_decimals),
    SheetColumn("Jämförs med", "reference_kind", 24, _reference),
    SheetColumn("Jämförelsevärde", "reference_value", 15, decimals=decimals_of),
    SheetColumn("Antal kommuner", "reference_n", 10),
    SheetColumn("Bedömning", "verdict", 18, _word("verdict")),
    SheetColumn("Skäl", "verdict_reason", 30, _reason),
    SheetColumn("Avrundning", "is_rounded_only", 30, _rounding),
    SheetColumn("Marginal", "margin", 10, decimals=margin_decimals),
    SheetColumn("Känslig", "is_sensitive", 8, _flag),
    SheetColumn("Trend sedan baslinjen", "trend", 16, _word("trend")),
    SheetColumn("Takt", "pace", 14, _word("pace")),
    SheetColumn("Plats", "rank", 7),
    SheetColumn("Av antal kommuner", "rank_n", 10),
    SheetColumn("Färg bland kommunerna", "colour", 12, _word("colour")),
    SheetColumn("Kvinnor", "value_women", 9, decimals=decimals_of),
    SheetColumn("Män", "value_men", 9, decimals=decimals_of),
    SheetColumn("Prognos", "forecast_value", 9, decimals=decimals_of),
    SheetColumn("Bedömning vid bokslutet", "verdict", 18, _bokslut),
    SheetColumn("Sida", "document_page", 6),
    SheetColumn("Rader", "document_lines", 11),
)
OVERVIEW = (
    SheetColumn("Mål", "goal_id", 7),
    SheetColumn("Måltext", "goal_title", 60, _goal_title),
    SheetColumn("Avsnitt", "section", 30, _word("section")),
    SheetColumn("År", "year", 7),
    SheetColumn("Bedömning", "verdict", 20, _word("verdict")),
    SheetColumn("Indikatorer", "n_indicators", 11),
    SheetColumn("Uppfyllda", "n_met", 11),
    SheetColumn("Ej uppfyllda", "n_not_met", 11),
    SheetColumn("Ej förfallna", "n_not_yet_due", 11),
    SheetColumn("Utan data", "n_no_data", 11),
    SheetColumn("Ej jämförbara", "n_not_comparable", 11),
    SheetColumn("Ej bedömbara", "n_not_assessable", 11),
)
MANAGEMENT = (
    SheetColumn("År", "year", 7),
    SheetColumn("Läsning", "variant", 28, _word("variant")),
    SheetColumn("Gällande läsning", "is_ruling_variant", 10, _flag),
    SheetColumn("Bedömning", "verdict", 20, _word("verdict")),
    SheetColumn("Finansiella mål", "financial_n", 11),
    SheetColumn("varav uppfyllda", "financial_met", 11),
    SheetColumn("varav utan svar", "financial_unknown", 11),
    SheetColumn("Verksamhetsmål", "operational_n", 13),
    SheetColumn("varav uppfyllda", "operational_met", 11),
    SheetColumn("varav utan svar", "operational_unknown", 11),
    SheetColumn("Bedömning vid bokslutet", "bokslut_verdict", 20, _word("verdict")),
)


def render_workbook(contents: Contents) -> bytes:
    """The workbook of one plan."""
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, OPTIONS) as book:
        book.set_properties({"title": f"Måluppfyllelse {contents.place}", "comments": _about(contents)})
        writer = _Writer(contents, book)
        writer.overview()
        writer.management()
        for goal in contents.goals:
            writer.goal(goal)
        writer.sources()
    return content.getvalue()


def _about(contents: Contents) -> str:
    notice = made_up_notice(contents.source, contents.plan)
    known = f"{contents.plan['title']}, {known_text(contents.source)}."
    return f"{notice} {known}".strip()


def sheet_name(goal: GoalPart) -> str:
    """A goal's id as a sheet's name: without the signs that a sheet's name can't have."""
    return goal.id.translate(FORBIDDEN_IN_NAMES)[:LONGEST_NAME]


class _Writer:
    """Writes sheets that look alike: title, notice, sources above headings, a frozen head, filters."""

    head_rows = 5

    def __init__(self, contents: Contents, book: xlsxwriter.Workbook) -> None:
        self.contents, self.book = contents, book
        self.notice = made_up_notice(contents.source, contents.plan)
        self.title = book.add_format({"bold": True, "font_size": 14})
        self.warned = book.add_format({"bold": True, "bg_color": "#fff3d6", "font_color": "#4a3500"})
        self.quiet = book.add_format({"font_color": "#545c66", "italic": True, "font_size": 9})
        self.label = book.add_format(
            {
                "font_color": "#545c66",
                "italic": True,
                "font_size": 8,
                "text_wrap": True,
                "valign": "bottom",
                "align": "left",
                "indent": 1,
            }
        )
        self.heading = book.add_format(
            {"bold": True, "text_wrap": True, "bottom": 1, "valign": "bottom", "align": "left", "indent": 1}
        )
        self.wrapped = book.add_format({"text_wrap": True, "valign": "top", "align": "left", "indent": 1})
        self.top = book.add_format({"valign": "top"})
        self.verdicts = {
            contents.label("verdict", code): book.add_format(
                {"bold": True, "font_color": colour, "valign": "top", "align": "left", "indent": 1}
            )
            for code, colour in COLOURS.items()
        }
        self.numbers: dict[int, CellFormat] = {}
        self.widths: list[int] = []

    def number(self, decimals: int) -> CellFormat:
        """The format of numbers with some decimals; a spreadsheet in Swedish shows the comma."""
        if decimals not in self.numbers:
            pattern = "#,##0" + (f".{'0' * decimals}" if decimals else "")
            self.numbers[decimals] = self.book.add_format({"num_format": pattern, "valign": "top"})
        return self.numbers[decimals]

    def sheet(self, name: str, title: str, columns: Sequence[tuple[str, str, int]], row_count: int) -> Worksheet:
        """A sheet with its head; rows start at `head_rows`."""
        sheet = self.book.add_worksheet(name)
        sheet.write_string(0, 0, title, self.title)
        sheet.write_string(1, 0, self.notice or _about(self.contents), self.warned if self.notice else self.quiet)
        sheet.write_string(
            2, 0, _about(self.contents) if self.notice else "Källa per kolumn står över rubriken.", self.quiet
        )
        self.widths = [width for _, _, width in columns]
        for index, (heading, source, width) in enumerate(columns):
            sheet.set_column(index, index, width)
            sheet.write_string(3, index, source_text(self.contents.source, source), self.label)
            sheet.write_string(4, index, heading, self.heading)
        sheet.set_row(3, SOURCES_HEIGHT)
        sheet.set_row(4, HEADINGS_HEIGHT)
        sheet.freeze_panes(self.head_rows, 2)
        sheet.autofilter(4, 0, max(4 + row_count, 5), len(columns) - 1)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1 if sum(self.widths) <= WIDEST_PAGE else 2, 0)
        sheet.repeat_rows(4)
        sheet.repeat_columns(0, 1)
        if self.notice:
            sheet.set_header(f"&C&B{self.notice.replace('&', '&&')}")
        sheet.set_footer(f"&L{_about(self.contents).replace('&', '&&')[:200]}&R&P (&N)")
        return sheet

    def row(
        self, sheet: Worksheet, index: int, cells: Sequence[Cell], shapes: Sequence[CellFormat | None] = ()
    ) -> None:
        """Write a row, each cell by its type, and give it the height that its longest text needs.

        Not every program works out heights when it opens a file.
        """
        lines = 1
        for column, value in enumerate(cells):
            shape = shapes[column] if shapes else None
            match value:
                case None:
                    continue
                case str():
                    sheet.write_string(index, column, value, shape or self.verdicts.get(value) or self.wrapped)
                    lines = max(lines, len(textwrap.wrap(value, max(self.widths[column] - 2, 1))))
                case _:
                    sheet.write_number(index, column, value, shape or self.top)
        sheet.set_row(index, LINE_HEIGHT * min(lines, MOST_LINES))

    def rows(
        self, name: str, title: str, relation: str, columns: Sequence[SheetColumn], found: Sequence[tuple[Any, Row]]
    ) -> None:
        """A sheet of rows of one relation, each with what it is about."""
        heads = [(column.title, column.source(relation), column.width) for column in columns]
        sheet = self.sheet(name, title, heads, len(found))
        for index, (about, row) in enumerate(found, start=self.head_rows):
            cells = [column.cell(self.contents, about, row, column.column) for column in columns]
            shapes = [self.number(column.decimals(row)) if column.decimals is not None else None for column in columns]
            self.row(sheet, index, cells, shapes)

    def overview(self) -> None:
        """All goals in all years."""
        found = [
            (goal, goal.verdicts[year])
            for year in sorted(self.contents.years, reverse=True)
            for goal in self.contents.goals
            if year in goal.verdicts
        ]
        self.rows("Översikt", f"Måluppfyllelse, {self.contents.place}", "mart.goal_verdict", OVERVIEW, found)

    def management(self) -> None:
        """God ekonomisk hushållning by year and reading."""
        found = [(None, row) for _, row in sorted(self.contents.management.items(), reverse=True)]
        title = "God ekonomisk hushållning"
        self.rows(title, title, "mart.sound_economic_management", MANAGEMENT, found)

    def goal(self, goal: GoalPart) -> None:
        """One goal: its indicators, latest year first."""
        found = [(part, part.judged[year]) for part in goal.indicators for year in sorted(part.judged, reverse=True)]
        self.rows(sheet_name(goal), f"{goal.id} {goal.goal['title']}", "mart.goal_fulfilment", INDICATORS, found)

    def sources(self) -> None:
        """Whose figure each column holds."""
        heads = (("Kolumn", DERIVED, 26), ("Källa", DERIVED, 80))
        sheet = self.sheet("Källor", "Källa per kolumn i målens blad", heads, len(INDICATORS))
        for index, column in enumerate(INDICATORS, start=self.head_rows):
            credited = source_text(self.contents.source, column.source("mart.goal_fulfilment"))
            self.row(sheet, index, [column.title, credited])
