"""The workbook: an overview, a sheet per goal, and a sheet that says whose figure each column holds.

Numbers are numbers and formatted at the indicator's own decimals; texts are written as texts, whatever they begin with,
so that none becomes a formula or a link.
"""

import io
import textwrap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import xlsxwriter
from xlsxwriter.format import Format as CellFormat
from xlsxwriter.worksheet import Worksheet

from reports.contents import Contents, GoalPart, IndicatorPart
from reports.criterion_words import PLACES, criteria_in_words
from reports.notices import known_text, made_up_notice, source_text
from reports.numbers import decimals_in
from reports.reasons import short_reason
from reports.sentences import plain
from reports.sourced_rows import Row
from reports.verdict_sentences import decimals_of, margin_decimals, rounding_sentence
from warehouse.credits import DERIVED, PLAN, RECEIVED, source_label

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


@dataclass(frozen=True, slots=True)
class SheetColumn:
    """A column of a sheet.

    Attributes:
        title: its heading.
        source: its source label, which stands above the heading.
        width: in characters.
        cell: its content for one indicator and year.
        decimals: how its numbers are shown; None for texts and whole numbers.
    """

    title: str
    source: str
    width: int
    cell: Callable[[Contents, IndicatorPart, Row], Cell]
    decimals: Callable[[Row], int] | None = None


def _label(kind: str, column: str) -> Callable[[Contents, IndicatorPart, Row], Cell]:
    return lambda contents, _, row: contents.label(kind, row[column]) or None


def _plain(column: str) -> Callable[[Contents, IndicatorPart, Row], Cell]:
    return lambda _contents, _part, row: row[column]


def _flag(column: str) -> Callable[[Contents, IndicatorPart, Row], Cell]:
    return lambda _contents, _part, row: None if row[column] is None else "ja" if row[column] else "nej"


def _reference(contents: Contents, _: IndicatorPart, row: Row) -> Cell:
    return contents.label("reference", str(row["reference_kind"]).split(":")[0]) if row["reference_kind"] else None


def _reason(contents: Contents, _: IndicatorPart, row: Row) -> Cell:
    return short_reason(contents, row["verdict_reason"]) if row["verdict_reason"] else None


def _bokslut(contents: Contents, part: IndicatorPart, row: Row) -> Cell:
    then = part.bokslut.get(row["year"])
    return contents.label("verdict", then["verdict"]) if then is not None else None


def _value_source(contents: Contents, _: IndicatorPart, row: Row) -> Cell:
    return source_text(contents.source, row["source_label"]) or None


def _rounding(contents: Contents, _: IndicatorPart, row: Row) -> Cell:
    return plain(rounding_sentence(contents, row)) if row["is_rounded_only"] else None


def _criterion(contents: Contents, part: IndicatorPart, row: Row) -> Cell:
    return plain(criteria_in_words(contents, part, row)) if row["target_kind"] else None


def _held(_contents: Contents, _part: IndicatorPart, row: Row) -> Cell:
    return row["compared_with"] if row["margin_unit"] == "points" else None


def _margin_unit(_contents: Contents, _part: IndicatorPart, row: Row) -> Cell:
    if row["margin"] is None:
        return None
    return "platser" if row["margin_unit"] == "places" else row["unit"]


def _target_decimals(row: Row) -> int:
    """A target is shown whole; a place has no decimals."""
    if row["target_kind"] in PLACES:
        return decimals_in(row["target_value"])
    return max(decimals_of(row), decimals_in(row["target_value"]) if row["target_value"] is not None else 0)


COLUMNS = (
    SheetColumn("Id", PLAN, 7, _plain("indicator_id")),
    SheetColumn("Indikator", PLAN, 48, _plain("indicator_title")),
    SheetColumn("Roll", PLAN, 18, _label("role", "role")),
    SheetColumn("Nyckeltal", RECEIVED, 10, _plain("kpi_id")),
    SheetColumn("År", PLAN, 7, _plain("year")),
    SheetColumn("Enhet", PLAN, 14, _plain("unit")),
    SheetColumn("Utfall", BY_ROW, 10, _plain("value"), decimals_of),
    SheetColumn("Källa", BY_ROW, 26, _value_source),
    SheetColumn("Preliminärt", DERIVED, 11, _flag("is_preliminary")),
    SheetColumn("Mål", PLAN, 30, _criterion),
    SheetColumn("Villkor", PLAN, 9, _label("operator", "operator")),
    SheetColumn("Målvärde", PLAN, 10, _plain("target_value"), _target_decimals),
    SheetColumn("Jämförs med", DERIVED, 24, _reference),
    SheetColumn("Jämförelsevärde", source_label("reference_in_swedish"), 15, _plain("reference_value"), decimals_of),
    SheetColumn("Antal kommuner", DERIVED, 10, _plain("reference_n")),
    SheetColumn("Ställs mot", DERIVED, 10, _held, decimals_of),
    SheetColumn("Plats i jämförelsen", DERIVED, 10, _plain("place")),
    SheetColumn("Bedömning", DERIVED, 18, _label("verdict", "verdict")),
    SheetColumn("Skäl", DERIVED, 30, _reason),
    SheetColumn("Avrundning", DERIVED, 30, _rounding),
    SheetColumn("Marginal", DERIVED, 10, _plain("margin"), margin_decimals),
    SheetColumn("Marginalens enhet", DERIVED, 12, _margin_unit),
    SheetColumn("Känslig", DERIVED, 8, _flag("is_sensitive")),
    SheetColumn("Trend sedan baslinjen", DERIVED, 16, _label("trend", "trend")),
    SheetColumn("Takt", DERIVED, 14, _label("pace", "pace")),
    SheetColumn("Plats", DERIVED, 7, _plain("rank")),
    SheetColumn("Av antal kommuner", DERIVED, 10, _plain("rank_n")),
    SheetColumn("Färg bland kommunerna", DERIVED, 12, _label("colour", "colour")),
    SheetColumn("Kvinnor", RECEIVED, 9, _plain("value_women"), decimals_of),
    SheetColumn("Män", RECEIVED, 9, _plain("value_men"), decimals_of),
    SheetColumn("Prognos", PLAN, 9, _plain("forecast_value"), decimals_of),
    SheetColumn("Bedömning vid bokslutet", DERIVED, 18, _bokslut),
    SheetColumn("Sida", PLAN, 6, _plain("document_page")),
    SheetColumn("Rader", PLAN, 11, _plain("document_lines")),
)
OVERVIEW = (
    ("Mål", PLAN, 7),
    ("Måltext", PLAN, 60),
    ("Avsnitt", PLAN, 30),
    ("År", PLAN, 7),
    ("Bedömning", DERIVED, 20),
    ("Indikatorer", DERIVED, 11),
    ("Uppfyllda", DERIVED, 11),
    ("Ej uppfyllda", DERIVED, 11),
    ("Ej förfallna", DERIVED, 11),
    ("Utan data", DERIVED, 11),
    ("Ej jämförbara", DERIVED, 11),
    ("Ej bedömbara", DERIVED, 11),
)
COUNTS = ("n_indicators", "n_met", "n_not_met", "n_not_yet_due", "n_no_data", "n_not_comparable", "n_not_assessable")
MANAGEMENT = (
    ("År", PLAN, 7),
    ("Läsning", PLAN, 28),
    ("Gällande läsning", PLAN, 10),
    ("Bedömning", DERIVED, 20),
    ("Finansiella mål", DERIVED, 11),
    ("varav uppfyllda", DERIVED, 11),
    ("varav utan svar", DERIVED, 11),
    ("Verksamhetsmål", DERIVED, 13),
    ("varav uppfyllda", DERIVED, 11),
    ("varav utan svar", DERIVED, 11),
    ("Bedömning vid bokslutet", DERIVED, 20),
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

    def overview(self) -> None:
        """All goals in all years."""
        rows = [
            (goal, goal.verdicts[year])
            for year in sorted(self.contents.years, reverse=True)
            for goal in self.contents.goals
            if year in goal.verdicts
        ]
        sheet = self.sheet("Översikt", f"Måluppfyllelse, {self.contents.place}", OVERVIEW, len(rows))
        for index, (goal, row) in enumerate(rows, start=self.head_rows):
            cells: list[Cell] = [
                goal.id,
                goal.goal["title"],
                self.contents.label("section", row["section"]),
                row["year"],
                self.contents.label("verdict", row["verdict"]),
                *(row[column] for column in COUNTS),
            ]
            self.row(sheet, index, cells)

    def management(self) -> None:
        """God ekonomisk hushållning by year and reading."""
        rows = [row for _, row in sorted(self.contents.management.items(), reverse=True)]
        sheet = self.sheet("God ekonomisk hushållning", "God ekonomisk hushållning", MANAGEMENT, len(rows))
        for index, row in enumerate(rows, start=self.head_rows):
            cells: list[Cell] = [
                row["year"],
                self.contents.label("variant", row["variant"]),
                "ja" if row["is_ruling_variant"] else "nej",
                self.contents.label("verdict", row["verdict"]),
                row["financial_n"],
                row["financial_met"],
                row["financial_unknown"],
                row["operational_n"],
                row["operational_met"],
                row["operational_unknown"],
                self.contents.label("verdict", row["bokslut_verdict"]) or None,
            ]
            self.row(sheet, index, cells)

    def goal(self, goal: GoalPart) -> None:
        """One goal: its indicators, latest year first."""
        rows = [(part, part.judged[year]) for part in goal.indicators for year in sorted(part.judged, reverse=True)]
        columns = [(column.title, column.source, column.width) for column in COLUMNS]
        sheet = self.sheet(sheet_name(goal), f"{goal.id} {goal.goal['title']}", columns, len(rows))
        for index, (part, row) in enumerate(rows, start=self.head_rows):
            cells = [column.cell(self.contents, part, row) for column in COLUMNS]
            shapes = [self.number(column.decimals(row)) if column.decimals is not None else None for column in COLUMNS]
            self.row(sheet, index, cells, shapes)

    def sources(self) -> None:
        """Whose figure each column holds."""
        columns: Mapping[str, str] = {column.title: column.source for column in COLUMNS}
        heads = (("Kolumn", DERIVED, 26), ("Källa", DERIVED, 80))
        sheet = self.sheet("Källor", "Källa per kolumn i målens blad", heads, len(columns))
        for index, (title, source) in enumerate(columns.items(), start=self.head_rows):
            self.row(sheet, index, [title, source_text(self.contents.source, source)])
