"""Read the bytes of one CSV file of a plan as typed rows, and collect every fault.

A row keeps its number in a spreadsheet (the header is row 1) and remembers its unreadable cells, so that later checks
neither use them nor report them again.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from goals.cell_values import CellError, Value, read_cell
from goals.errors import Finding, suggestion
from goals.plan_columns import Kind, TableFormat


@dataclass(frozen=True, slots=True)
class Row:
    """One record of a file."""

    file: str
    number: int
    raw: Mapping[str, str]
    values: Mapping[str, Value]
    unread: frozenset[str]

    def text(self, column: str) -> str | None:
        """Return a text, or null if empty or unreadable."""
        value = self.values.get(column)
        return value if isinstance(value, str) else None

    def integer(self, column: str) -> int | None:
        """Return a whole number, or null if empty or unreadable."""
        value = self.values.get(column)
        return value if isinstance(value, int) and not isinstance(value, bool) else None

    def figure(self, column: str) -> float | None:
        """Return a number, or null if empty or unreadable."""
        value = self.values.get(column)
        return value if isinstance(value, float) else None

    def flag(self, column: str) -> bool | None:
        """Return a boolean, or null if empty or unreadable."""
        value = self.values.get(column)
        return value if isinstance(value, bool) else None

    def day(self, column: str) -> date | None:
        """Return a date, or null if empty or unreadable."""
        value = self.values.get(column)
        return value if isinstance(value, date) else None

    def has(self, column: str) -> bool:
        """Return whether the cell has a readable text."""
        return self.values.get(column) is not None

    def is_empty(self, column: str) -> bool:
        """Return whether the cell is empty; false for an unreadable text."""
        return self.values.get(column) is None and column not in self.unread

    def finding(self, column: str, problem: str, consequence: str, remedy: str) -> Finding:
        """Return a finding about a cell of this row."""
        value = self.raw.get(column) or None
        return Finding(self.file, problem, consequence, remedy, self.number, column, value)


def decode(name: str, content: bytes) -> str | Finding:
    """Return the text of a file, or a finding that says why it cannot be decoded."""
    unread = "nothing in the file can be read"
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return Finding(name, "encoded as UTF-16", unread, "Save it as UTF-8 (in Excel: CSV UTF-8)")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = content[: error.start].count(b"\n") + 1
        byte = content[error.start : error.start + 1].hex()
        return Finding(name, "not UTF-8", unread, "Save it as UTF-8 (in Excel: CSV UTF-8)", row, value=f"byte 0x{byte}")
    if "\x00" in text:
        row = text[: text.index("\x00")].count("\n") + 1
        return Finding(name, "a NUL character", unread, "Save it as plain text in UTF-8", row)
    return text


def records(file: str, text: str, columns: Iterable[str]) -> tuple[str, list[list[str]]] | Finding:
    """Return the cells of a file and its delimiter: comma or semicolon, whichever yields more of the columns."""
    known = frozenset(columns)
    header = text.partition("\n")[0]

    def shown(delimiter: str) -> int:
        return sum(name.strip(' "\r') in known for name in header.split(delimiter))

    delimiter = ";" if (shown(";"), header.count(";")) > (shown(","), header.count(",")) else ","
    try:
        cells = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        remedy = "Close every quotation mark, and double those inside a quoted text"
        return Finding(file, f"not CSV ({error})", "nothing in the file can be read", remedy)
    # Columns to the right of the table that a spreadsheet program once used have neither a name nor a value.
    width = len(cells[0]) if cells else 0
    used = width
    while used and not any(row[used - 1].strip() for row in cells if len(row) >= used):
        used -= 1
    if 0 < used < width:
        cells = [row[:used] if len(row) == width else row for row in cells]
    return delimiter, cells


def read_rows(form: TableFormat, content: bytes) -> tuple[tuple[Row, ...], list[Finding]]:
    """Return all rows of a file and all its faults."""
    text = decode(form.file, content)
    if isinstance(text, Finding):
        return (), [text]
    read = records(form.file, text, form.header)
    if isinstance(read, Finding):
        return (), [read]
    delimiter, cells = read
    expected = f"Let the first row be `{delimiter.join(form.header)}`"
    if not cells or not any(cells[0]):
        return (), [Finding(form.file, "no header", "nothing in the file can be read", expected, row=1)]
    header = cells[0]
    findings = list(_header_findings(form, header, expected))
    if findings:
        return (), findings
    rows = []
    for number, record in enumerate(cells[1:], start=2):
        if not "".join(record).strip():
            continue
        if len(record) != len(header):
            findings.append(_misfit(form.file, number, record, len(header), delimiter))
            continue
        row, faults = _row(form, number, dict(zip(header, record, strict=True)))
        rows.append(row)
        findings.extend(faults)
    findings.extend(_mixed_decimals(form, rows))
    return tuple(rows), findings


def _misfit(file: str, number: int, record: list[str], width: int, delimiter: str) -> Finding:
    other = "," if delimiter == ";" else ";"
    words = {",": "commas", ";": "semicolons"}
    if len(record) == 1 and record[0].count(other) >= width - 1 > 0:
        problem = f"separated by {words[other]} in a file that is separated by {words[delimiter]}"
        return Finding(file, problem, "its cells cannot be separated", f"Write {words[delimiter]}", number)
    problem = f"{len(record)} cells where the header has {width}"
    remedy = f"Put a text that holds a {words[delimiter][:-1]} within quotation marks, and write empty cells too"
    return Finding(file, problem, "cells would land in the wrong columns", remedy, number)


def _mixed_decimals(form: TableFormat, rows: Iterable[Row]) -> Iterator[Finding]:
    """Return findings on numbers with another decimal sign than the file's first one: it may separate thousands."""
    words = {",": "a decimal comma", ".": "a decimal point"}
    first: tuple[str, int] | None = None
    numbers = [column.name for column in form.written if column.kind is Kind.NUMBER]
    for row in rows:
        for column in numbers:
            sign = next((one for one in row.raw.get(column, "") if one in words), None)
            if sign is None or column in row.unread:
                continue
            first = first or (sign, row.number)
            if sign != first[0]:
                yield row.finding(
                    column,
                    f"{words[sign]}, and {words[first[0]]} in row {first[1]}",
                    "it is not known which of them separates thousands",
                    f"Write `{row.raw[column].replace(sign, first[0])}`, or save the whole file in one way",
                )


def _header_findings(form: TableFormat, header: list[str], expected: str) -> Iterator[Finding]:
    if len(header) == 1 and "\t" in header[0]:
        remedy = "Save it with commas or semicolons between the cells"
        yield Finding(form.file, "separated by tabs", "the columns cannot be separated", remedy, row=1, value=header[0])
        return
    for column in form.written:
        if column.name not in header and not column.may_be_absent:
            yield Finding(form.file, "a column is missing", "the rows can't be read", expected, 1, column.name)
    for place, name in enumerate(header):
        if name not in form.header:
            remedy = f"Remove or rename it.{suggestion(name, form.header)} {expected}"
            yield Finding(form.file, "an unknown column", "its cells would be ignored", remedy, 1, value=name)
        elif name in header[:place]:
            yield Finding(form.file, "the column is repeated", "one of them would be ignored", "Keep one", 1, name)


def _row(form: TableFormat, number: int, raw: Mapping[str, str]) -> tuple[Row, list[Finding]]:
    values: dict[str, Value] = {}
    unread = set()
    findings = []
    for column in form.written:
        text = raw.get(column.name) or column.default
        try:
            values[column.name] = read_cell(column, text)
        except CellError as fault:
            unread.add(column.name)
            findings.append(
                Finding(
                    form.file,
                    fault.problem,
                    fault.consequence,
                    fault.remedy,
                    number,
                    column.name,
                    text or None,
                )
            )
    return Row(form.file, number, raw, values, frozenset(unread)), findings
