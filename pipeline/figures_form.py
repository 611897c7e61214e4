"""`kolada goals form`: writes the workbook in which people fill in the own figures of one plan and year.

The sheets take figures that Kolada does not have, with comparison values and forecasts; assessments of goals; comments.
Cells to fill in are shaded and unlocked; their row shows the unit, the target, last year's figure and the allowed
range. A hidden sheet keeps the values that the cells had when the form was made, so that `figures_fill` can find out
which ones a person changed.
"""

import io
import textwrap
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time

import xlsxwriter
from xlsxwriter.format import Format as CellFormat
from xlsxwriter.worksheet import Worksheet

from goals.cell_values import limits
from pipeline.form_layout import (
    ABOUT_SHEET,
    ASSESSMENTS,
    FORM_VERSION,
    HEAD_ROW,
    ORIGIN_SHEET,
    Entry,
    FormColumn,
    FormPlan,
    FormRow,
    FormSheet,
    Judged,
    Value,
    allowed,
)

LINE_HEIGHT = 15
# The greatest height of a row, in points.
HIGHEST = 409
# A double has no more significant decimals.
MOST_DECIMALS = 15
# The limit of a number, in both directions, where the unit sets none.
ANY = 1e15


def write_form(form: FormPlan, judged: Judged, *, owner: str | None = None) -> bytes:
    """Return the workbook as bytes, with the values that are entered already.

    Args:
        form: the plan, its year and period.
        judged: the outcomes and verdicts in the published file.
        owner: only rows of this nämnd or company; None for all.
    """
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True, "strings_to_formulas": False}) as book:
        book.set_properties({"title": form.about})
        writer = _Writer(book, form)
        sheets = {
            sheet: [row for row in form.rows(sheet, judged) if owner in (None, row.cells["Ansvarig"])]
            for sheet in form.sheets()
        }
        for sheet, rows in sheets.items():
            writer.sheet(sheet, rows, judged.notice)
        writer.about()
        writer.origin(sheets)
    return content.getvalue()


class _Writer:
    """Writes every sheet in one layout: title, explanation, frozen header, locked texts and shaded cells to fill in."""

    def __init__(self, book: xlsxwriter.Workbook, form: FormPlan) -> None:
        self.book, self.form = book, form
        self.verdicts = [form.label("verdict", code) for code in ASSESSMENTS]
        self.bold = book.add_format({"bold": True, "font_size": 13})
        self.quiet = book.add_format({"font_color": "#545c66", "italic": True})
        self.heading = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "bottom"})
        line = {"bottom": 4, "bottom_color": "#d9d5cc", "valign": "top"}
        self.shown = book.add_format({**line, "text_wrap": True})
        self.number: Mapping[int | None, CellFormat] = {
            decimals: book.add_format({**line, "align": "right", "indent": 1, "num_format": pattern})
            for decimals, pattern in [(None, "General"), *((each, _pattern(each)) for each in range(MOST_DECIMALS + 1))]
        }
        self.closed = book.add_format({**line, "bg_color": "#f1efea"})
        fill = {"bg_color": "#fff3d6", "border": 1, "border_color": "#d9d5cc", "locked": False, "valign": "top"}
        self.entries: Mapping[Entry, CellFormat] = {
            Entry.NUMBER: book.add_format(fill),
            Entry.TEXT: book.add_format({**fill, "text_wrap": True, "num_format": "@"}),
            Entry.VERDICT: book.add_format(fill),
            Entry.DAY: book.add_format({**fill, "num_format": "yyyy-mm-dd"}),
        }

    def sheet(self, layout: FormSheet, rows: Sequence[FormRow], notice: str) -> None:
        """Write one sheet with its rows, and the notice about made-up values."""
        sheet = self.book.add_worksheet(layout.name)
        sheet.write_string(0, 0, f"{self.form.about}: {layout.name.lower()}", self.bold)
        sheet.write_string(1, 0, " ".join(filter(None, (notice, layout.about))), self.quiet)
        for place, column in enumerate(layout.columns):
            sheet.set_column(place, place, column.width)
            sheet.write_string(HEAD_ROW - 1, place, column.title, self.heading)
        sheet.set_row(HEAD_ROW - 1, 2 * LINE_HEIGHT)
        for number, row in enumerate(rows, start=HEAD_ROW):
            lines = 1
            for place, column in enumerate(layout.columns):
                value = row.cells.get(column.title)
                self._cell(sheet, number, place, column, row)
                if isinstance(value, str):
                    lines = max(lines, len(textwrap.wrap(value, column.width)))
            sheet.set_row(number, min(LINE_HEIGHT * lines + 2, HIGHEST))
        sheet.autofilter(HEAD_ROW - 1, 0, HEAD_ROW - 1 + len(rows), len(layout.columns) - 1)
        sheet.freeze_panes(HEAD_ROW, 2)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(HEAD_ROW - 1)
        sheet.set_footer(f"&L{self.form.about.replace('&', '&&')[:200]}&R&P (&N)")
        # No sorting: under protection it moves the unlocked cells only, away from their ids.
        sheet.protect("", {"format_columns": True, "format_rows": True, "autofilter": True})

    def _cell(self, sheet: Worksheet, number: int, place: int, column: FormColumn, row: FormRow) -> None:
        value = row.cells.get(column.title)
        if column.title in row.closed and value is None:
            sheet.write_blank(number, place, None, self.closed)
            return
        shape = self.entries.get(column.entry, self.shown)
        match value:
            case None | "":
                sheet.write_blank(number, place, None, shape)
            case date():
                sheet.write_datetime(number, place, datetime.combine(value, time()), shape)
            case str() if column.entry is Entry.VERDICT:
                sheet.write_string(number, place, self.form.label("verdict", value), shape)
            case str():
                sheet.write_string(number, place, value, shape)
            case _:
                decimals = row.decimals.get(column.title)
                number_shape = self.number[decimals if decimals is None else min(decimals, MOST_DECIMALS)]
                sheet.write_number(number, place, value, number_shape if column.entry is Entry.SHOWN else shape)
        if column.entry is Entry.NUMBER:
            sheet.data_validation(number, place, number, place, _within(row.unit))
        elif column.entry is Entry.VERDICT:
            sheet.data_validation(number, place, number, place, {"validate": "list", "source": self.verdicts})

    def about(self) -> None:
        """Write the sheet that names the plan, year and period; it is read back with the filled-in form."""
        sheet = self.book.add_worksheet(ABOUT_SHEET)
        told = (
            ("Formulär", str(FORM_VERSION)),
            ("Plan", self.form.plan.plan_id),
            ("År", str(self.form.year)),
            ("Period", self.form.period),
        )
        for number, (name, value) in enumerate(told):
            sheet.write_string(number, 0, name, self.heading)
            sheet.write_string(number, 1, value, self.shown)
        sheet.set_column(0, 1, 30)
        sheet.protect()

    def origin(self, sheets: Mapping[FormSheet, Sequence[FormRow]]) -> None:
        """Write the hidden sheet with the first values of the cells to fill in, one per row."""
        sheet = self.book.add_worksheet(ORIGIN_SHEET)
        held = [
            (layout.name, row.item, column.title, value)
            for layout, rows in sheets.items()
            for row in rows
            for column in layout.filled_in
            if (value := row.cells.get(column.title)) is not None
        ]
        for number, cells in enumerate(held):
            for place, value in enumerate(cells):
                _plain(sheet, number, place, value)
        sheet.very_hidden()


def _pattern(decimals: int) -> str:
    """Return the number format of a spreadsheet for this many decimals."""
    return "#,##0" + (f".{'0' * decimals}" if decimals else "")


def _plain(sheet: Worksheet, number: int, place: int, value: Value) -> None:
    match value:
        case date():
            sheet.write_string(number, place, value.isoformat())
        case str() | None:
            sheet.write_string(number, place, value or "")
        case _:
            sheet.write_number(number, place, value)


def _within(unit: str) -> dict[str, object]:
    """Return the validation rule by which a spreadsheet program warns of a number outside the range of its unit."""
    found = limits(unit)
    return {
        "validate": "decimal",
        "criteria": "between",
        "minimum": -ANY if found.low is None else found.low,
        "maximum": ANY if found.high is None else found.high,
        "error_title": "Talet får inte stå här",
        "error_message": f"Tillåtet: {allowed(unit)}. Skriv bara talet.",
        "error_type": "warning",
    }
