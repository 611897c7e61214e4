"""Reads a filled-in form: opens it, checks that it is a form, and compares each cell with its first value.

An untouched cell changes nothing, even if the plan has changed since the form was made. A cell that was changed both in
the form and in the plan is refused, so no figure is overwritten unnoticed.
"""

import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from openpyxl import load_workbook
from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.workbook import Workbook

from goals.cell_values import digits
from goals.codes import PERIODS
from pipeline.form_cells import Asked, CellRefused, one_line, read
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
)
from pipeline.form_words import CellProblem, FormError, Said, said

LAST_YEAR = "Förra årets utfall"
AGAIN = "Make a form with `kolada goals form --year YEAR`, and fill it in."


@dataclass(frozen=True, slots=True)
class About:
    """The plan, year and period that a form is for."""

    plan_id: str
    year: int
    period: str


@dataclass(frozen=True, slots=True)
class FilledRow:
    """One row of a filled-in form.

    Attributes:
        item: the id of the indicator or goal.
        values: heading -> the value that is valid after the form, for the columns to fill in.
        changed: the headings whose value differs from the plan's files.
        before: heading -> the value in the plan's files.
        cells: heading -> the cell of the sheet.
    """

    item: str
    values: Mapping[str, Value]
    changed: frozenset[str]
    before: Mapping[str, Value]
    cells: Mapping[str, Cell | MergedCell]


@dataclass(slots=True)
class ReturnedForm:
    """A filled-in form, and what was found in its cells.

    Attributes:
        path: the file.
        book: the workbook.
        about: the plan, year and period that it is for.
        problems: the cells that cannot be read.
        unread: what is entered and not read, since it belongs to nothing.
    """

    path: Path
    book: Workbook
    about: About
    problems: list[CellProblem] = field(default_factory=list)
    unread: list[Said] = field(default_factory=list)

    def rows(self, sheet: FormSheet, form: FormPlan) -> Iterator[FilledRow]:
        """Yield the rows of a sheet that have no problem; add the problems of the others to `problems`."""
        found = self._placed(sheet)
        if found is None:
            return
        heads, origin = found, self._origin(sheet)
        now = {row.item: row for row in form.rows(sheet, Judged())}
        words = {form.label("verdict", code).casefold(): code for code in ASSESSMENTS}
        seen: set[str] = set()
        for line in self.book[sheet.name].iter_rows(min_row=HEAD_ROW + 1, max_col=max(heads.values()) + 1):
            cells = {title: line[place] for title, place in heads.items()}
            item = str(cells["Id"].value or "").strip()
            if not item:
                filled = [cells[each.title] for each in sheet.filled_in if cells[each.title].value not in (None, "")]
                if filled:
                    self.wrong(sheet, filled[0], said("the row has no id"), said("Write in a row of the form"))
            elif item not in now:
                remedy = said("Remove the protection of the sheet and the row, or make a new form")
                self.wrong(sheet, cells["Id"], said("`{}` is not in the plan", item), remedy)
            elif item in seen:
                self.wrong(sheet, cells["Id"], said("`{}` is there twice", item), said("Keep one of the rows"))
            else:
                seen.add(item)
                row = self._row(sheet, now[item], cells, origin, words)
                if row is not None:
                    yield row

    def wrong(self, sheet: FormSheet, cell: Cell | MergedCell, problem: Said, remedy: Said) -> None:
        """Add the problem of a cell, with its remedy, to `problems`."""
        self.problems.append(CellProblem(f"{sheet.name}!{cell.coordinate}", problem, remedy))

    def refuse_if_wrong(self) -> None:
        """Raise if there are problems.

        Raises:
            FormError: the message lists all problems.
        """
        if self.problems:
            count = said("1 cell") if len(self.problems) == 1 else said("{} cells", len(self.problems))
            raise FormError(
                said("`{}` cannot be read: {} to correct.", self.path, count),
                self.problems,
                said("Nothing was changed. Correct the form, and run `kolada goals fill {}` again.", self.path),
            )

    def _placed(self, sheet: FormSheet) -> Mapping[str, int] | None:
        """Return heading -> column number, counted from 0; None if the sheet or a column is missing or there twice."""
        others = [name for name in self.book.sheetnames if name != sheet.name and self._is_like(name, sheet)]
        if sheet.name not in self.book.sheetnames:
            remedy = said("Name a sheet so, with its headings in row {}", HEAD_ROW)
            if others:
                remedy = said("Rename the sheet `{}`, which has its headings, to `{}`", others[0], sheet.name)
            problem = said("the sheet is missing, and it is needed also when nothing is filled in there")
            self.problems.append(CellProblem(sheet.name, problem, remedy))
            return None
        if others:
            remedy = said("Move what is filled in to the sheet `{}`, and remove the copy", sheet.name)
            problem = said("a copy of the sheet `{}`, which would not be read", sheet.name)
            self.problems.append(CellProblem(others[0], problem, remedy))
        heads = self._heads(sheet.name)
        for column in sheet.columns:
            if heads.count(column.title) != 1:
                is_there = column.title in heads
                text, remedy = "the heading `{}` is missing in row {}", said("Put the column back, or make a new form")
                if is_there:
                    text, remedy = "the heading `{}` is there twice in row {}", said("Remove one of the columns")
                self.problems.append(CellProblem(sheet.name, said(text, column.title, HEAD_ROW), remedy))
                return None
        return {column.title: heads.index(column.title) for column in sheet.columns}

    def _heads(self, name: str) -> list[str]:
        return [str(cell.value or "").strip() for cell in self.book[name][HEAD_ROW]]

    def _is_like(self, name: str, sheet: FormSheet) -> bool:
        """Return whether a sheet has the headings of a form's sheet."""
        return hasattr(self.book[name], "iter_rows") and {each.title for each in sheet.columns} <= {*self._heads(name)}

    def _origin(self, sheet: FormSheet) -> Mapping[tuple[str, str], Value]:
        """Return (id, heading) -> the first value of each cell of a sheet."""
        entries = {column.title: column.entry for column in sheet.filled_in}
        held: dict[tuple[str, str], Value] = {}
        for name, item, title, value in self.book[ORIGIN_SHEET].iter_rows(max_col=4, values_only=True):
            if name == sheet.name and title in entries:
                is_day = entries[str(title)] is Entry.DAY
                held[str(item), str(title)] = date.fromisoformat(str(value)) if is_day else _alike(value)
        return held

    def _row(
        self,
        sheet: FormSheet,
        now: FormRow,
        cells: Mapping[str, Cell | MergedCell],
        origin: Mapping[tuple[str, str], Value],
        words: Mapping[str, str],
    ) -> FilledRow | None:
        problems_before = len(self.problems)
        before = {column.title: _alike(now.cells.get(column.title)) for column in sheet.filled_in}
        after: dict[str, Value] = {}
        last = cells[LAST_YEAR].value if LAST_YEAR in cells else None
        for column in sheet.filled_in:
            title, made = column.title, origin.get((now.item, column.title))
            if getattr(cells[title], "comment", None):
                place = f"{sheet.name}!{cells[title].coordinate}"
                self.unread.append(said("{}: the note of the cell is not read; the sheet `Kommentarer` is.", place))
            asked = Asked(column.entry, now.unit, last if isinstance(last, int | float) else None, words)
            try:
                given = self._given(cells[title], column, asked, (before[title], made))
            except CellRefused as refused:
                self.wrong(sheet, cells[title], refused.problem, refused.remedy)
                continue
            after[title] = self._merged(sheet, now, cells[title], title, (given, made, before[title]))
        if len(self.problems) > problems_before:
            return None
        changed = frozenset(title for title, value in after.items() if value != before[title])
        return FilledRow(now.item, after, changed, before, cells)

    def _given(self, cell: Cell | MergedCell, column: FormColumn, asked: Asked, known: tuple[Value, Value]) -> Value:
        """Return the value of a cell; a number that was there already is not checked again."""
        is_number = column.entry is Entry.NUMBER and not isinstance(cell.value, bool) and isinstance(cell, Cell)
        if is_number and cell.value in known:
            return _alike(cell.value)
        return read(cell, asked)

    def _merged(
        self, sheet: FormSheet, now: FormRow, cell: Cell | MergedCell, title: str, values: tuple[Value, Value, Value]
    ) -> Value:
        """Return the value that is valid, from three values: given in the form, first in the form, now in the plan."""
        given, made, current = values
        if given in (current, made):
            return current
        if title in now.closed:
            self.wrong(sheet, cell, now.closed[title], said("Empty the cell"))
        elif current != made:
            problem = said("the plan has changed since the form was made, from {} to {}", _shown(made), _shown(current))
            self.wrong(sheet, cell, problem, said("Write what is right in a new form"))
        return given


def opened(path: Path) -> ReturnedForm:
    """Open a filled-in form.

    Raises:
        FormError: the file is not a form of this software.
        OSError: the file cannot be read.
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise FormError(said("There is no file `{}`, so nothing was read. {}", path, said(AGAIN))) from None
    try:
        # As bytes: openpyxl refuses a file by some characters in its name.
        book = load_workbook(io.BytesIO(content))
    except Exception as error:
        remedy = "Save it as an Excel workbook (.xlsx), without a password, in the spreadsheet program."
        raise FormError(
            said("`{}` cannot be read as a workbook, so nothing was changed. {}", path, said(remedy))
        ) from error
    for name in (ABOUT_SHEET, ORIGIN_SHEET):
        if name not in book.sheetnames:
            problem = "`{}` is not a form: it has no sheet `{}`. Nothing was changed. {}"
            raise FormError(said(problem, path, name, said(AGAIN)))
    told = {row[0].value: str(row[1].value or "").strip() for row in book[ABOUT_SHEET].iter_rows(max_col=2)}
    year, period, plan_id = told.get("År", ""), told.get("Period", "").upper(), told.get("Plan", "")
    for title, value, is_right in (
        ("Formulär", told.get("Formulär", ""), told.get("Formulär") == str(FORM_VERSION)),
        ("Plan", plan_id, bool(plan_id)),
        ("År", year, year.isdecimal()),
        ("Period", period, not period or period in PERIODS),
    ):
        if not is_right:
            problem = "`{}` is not a form of this version: `{}` in the sheet `{}` is `{}`. Nothing was changed. {}"
            raise FormError(said(problem, path, title, ABOUT_SHEET, value, said(AGAIN)))
    return ReturnedForm(path, book, About(plan_id, int(year), period))


def _alike(value: object) -> Value:
    """Return a value of a plan's file or of the hidden sheet in one form, so that equal values compare equal."""
    match value:
        case bool() | date():
            return value if isinstance(value, date) else str(value)
        case int() | float():
            return float(value)
        case None | "":
            return None
        case _:
            return one_line(str(value))


def _shown(value: Value) -> Said:
    return said("empty") if value is None else said("`{}`", number_word(value))


def number_word(value: Value) -> str:
    """Return a value as the form shows it."""
    if isinstance(value, float):
        return digits(round(value, 10)).replace(".", ",").replace("-", "\N{MINUS SIGN}")
    return str(value)
