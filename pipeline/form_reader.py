"""Reads a filled-in form: opens it, checks that it is a form, and compares each cell with its first value.

An untouched cell changes nothing, even if the plan has changed since the form was made. A cell that was changed both in
the form and in the plan is refused, so no figure is overwritten unnoticed.
"""

import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Final
from zipfile import BadZipFile

from openpyxl import load_workbook
from openpyxl.cell.cell import Cell
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.workbook import Workbook

from pipeline.form_cells import Asked, CellRefused, one_line, read
from pipeline.form_layout import (
    ABOUT_SHEET,
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

LAST_YEAR: Final = "Förra årets utfall"


class FormError(ValueError):
    """A form cannot be made or read; the message names every wrong cell, and nothing was written."""


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
    cells: Mapping[str, Cell]


@dataclass(slots=True)
class ReturnedForm:
    """A filled-in form, and the problems found in its cells.

    Attributes:
        path: the file.
        book: the workbook.
        about: the plan, year and period that it is for.
        problems: one line per problem, with sheet and cell, in Swedish.
    """

    path: Path
    book: Workbook
    about: About
    problems: list[str] = field(default_factory=list)

    def rows(self, sheet: FormSheet, form: FormPlan) -> Iterator[FilledRow]:
        """Yield the rows of a sheet that have no problem; add the problems of the others to `problems`."""
        found = self._placed(sheet)
        if found is None:
            return
        heads, origin = found, self._origin(sheet)
        now = {row.item: row for row in form.rows(sheet, Judged())}
        words = {word.casefold(): code for code, word in form.labels("verdict").items()}
        seen: set[str] = set()
        for line in self.book[sheet.name].iter_rows(min_row=HEAD_ROW + 1, max_col=max(heads.values()) + 1):
            cells = {title: line[place] for title, place in heads.items()}
            item = str(cells["Id"].value or "").strip()
            if not item:
                filled = [cells[each.title] for each in sheet.filled_in if cells[each.title].value not in (None, "")]
                if filled:
                    self.wrong(sheet, filled[0], "raden har inget id", "Skriv i en rad som formuläret har")
            elif item not in now:
                self.wrong(sheet, cells["Id"], f"`{item}` finns inte i planen", "Ta bort raden")
            elif item in seen:
                self.wrong(sheet, cells["Id"], f"`{item}` står två gånger", "Behåll en av raderna")
            else:
                seen.add(item)
                row = self._row(sheet, now[item], cells, origin, words)
                if row is not None:
                    yield row

    def wrong(self, sheet: FormSheet, cell: Cell, problem: str, remedy: str) -> None:
        """Add the problem of a cell, with its remedy, to `problems`."""
        self.problems.append(f"{sheet.name}!{cell.coordinate}: {problem}. {remedy}.")

    def refuse_if_wrong(self) -> None:
        """Raise if there are problems.

        Raises:
            FormError: the message lists all problems.
        """
        if self.problems:
            listed = "\n".join(f"  {number}. {problem}" for number, problem in enumerate(self.problems, start=1))
            count = "1 cell" if len(self.problems) == 1 else f"{len(self.problems)} celler"
            raise FormError(
                f"`{self.path}` kan inte läsas in: {count} att rätta.\n{listed}\n"
                f"Inget har ändrats. Rätta i formuläret och kör `kolada goals fill {self.path}` igen."
            )

    def _placed(self, sheet: FormSheet) -> Mapping[str, int] | None:
        """Return heading -> column number, counted from 0; None if the sheet or a column is missing."""
        if sheet.name not in self.book.sheetnames:
            self.problems.append(f"Bladet `{sheet.name}` saknas: det behövs, också när inget står i det.")
            return None
        heads = [str(cell.value or "").strip() for cell in self.book[sheet.name][HEAD_ROW]]
        missing = [column.title for column in sheet.columns if column.title not in heads]
        if missing:
            self.problems.append(f"Bladet `{sheet.name}`: kolumnen `{missing[0]}` saknas i rad {HEAD_ROW}.")
            return None
        return {column.title: heads.index(column.title) for column in sheet.columns}

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
        cells: Mapping[str, Cell],
        origin: Mapping[tuple[str, str], Value],
        words: Mapping[str, str],
    ) -> FilledRow | None:
        problems_before = len(self.problems)
        before = {column.title: _alike(now.cells.get(column.title)) for column in sheet.filled_in}
        after: dict[str, Value] = {}
        last = cells[LAST_YEAR].value if LAST_YEAR in cells else None
        for column in sheet.filled_in:
            title, made = column.title, origin.get((now.item, column.title))
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

    def _given(self, cell: Cell, column: FormColumn, asked: Asked, known: tuple[Value, Value]) -> Value:
        """Return the value of a cell; a number that was there already is not checked again."""
        if column.entry is Entry.NUMBER and not isinstance(cell.value, bool) and cell.value in known:
            return _alike(cell.value)
        return read(cell, asked)

    def _merged(
        self, sheet: FormSheet, now: FormRow, cell: Cell, title: str, values: tuple[Value, Value, Value]
    ) -> Value:
        """Return the value that is valid, from three values: given in the form, first in the form, now in the plan."""
        given, made, current = values
        if given in (current, made):
            return current
        if title in now.closed:
            self.wrong(sheet, cell, now.closed[title], "Töm cellen")
        elif current != made:
            self.wrong(
                sheet,
                cell,
                f"planen har ändrats sedan formuläret gjordes, från {_shown(made)} till {_shown(current)}",
                "Skriv det som ska gälla i ett nytt formulär",
            )
        return given


def opened(path: Path) -> ReturnedForm:
    """Open a filled-in form.

    Raises:
        FormError: the file is not a form of this software.
    """
    try:
        # As bytes: openpyxl refuses a file by some characters in its name.
        book = load_workbook(io.BytesIO(path.read_bytes()))
    except FileNotFoundError:
        raise FormError(
            f"Filen `{path}` finns inte, så inget har lästs. Gör ett formulär med `kolada goals form --year ÅR`."
        ) from None
    except (BadZipFile, InvalidFileException, KeyError, OSError, ValueError) as error:
        raise FormError(
            f"`{path}` går inte att läsa som en arbetsbok ({error}), så inget har ändrats. "
            "Spara den som .xlsx i kalkylprogrammet."
        ) from error
    for name in (ABOUT_SHEET, ORIGIN_SHEET):
        if name not in book.sheetnames:
            raise FormError(
                f"`{path}` är inget formulär: bladet `{name}` saknas. Inget har ändrats. "
                "Gör ett formulär med `kolada goals form --year ÅR` och fyll i det."
            )
    told = {row[0].value: str(row[1].value or "") for row in book[ABOUT_SHEET].iter_rows(max_col=2)}
    if told.get("Formulär") != str(FORM_VERSION) or not told.get("År", "").isdecimal():
        raise FormError(
            f"`{path}` är ett formulär av ett annat slag (`{told.get('Formulär')}`). Inget har ändrats. "
            "Gör ett nytt med `kolada goals form --year ÅR`."
        )
    return ReturnedForm(path, book, About(told["Plan"], int(told["År"]), told.get("Period", "")))


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


def _shown(value: Value) -> str:
    return "tomt" if value is None else f"`{number_word(value)}`"


def number_word(value: Value) -> str:
    """Return a value as the form shows it."""
    if isinstance(value, float):
        return f"{value:.10g}".replace(".", ",").replace("-", "\N{MINUS SIGN}")
    return str(value)
