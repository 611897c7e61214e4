"""The bytes of one CSV file of a plan as typed rows, with every fault found on the way.

A row keeps its number as a spreadsheet shows it (the header is row 1) and remembers which of its cells could
not be read, so that later checks neither trust them nor report them twice.
"""

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from goals.cell_values import CellError, Value, read_cell
from goals.errors import Finding, suggestion
from goals.plan_columns import TableFormat


@dataclass(frozen=True, slots=True)
class Row:
    """One record of a file."""

    file: str
    number: int
    raw: Mapping[str, str]
    values: Mapping[str, Value]
    unread: frozenset[str]

    def text(self, column: str) -> str | None:
        """A text, or null when empty or unreadable."""
        value = self.values.get(column)
        return value if isinstance(value, str) else None

    def integer(self, column: str) -> int | None:
        """A whole number, or null when empty or unreadable."""
        value = self.values.get(column)
        return value if isinstance(value, int) and not isinstance(value, bool) else None

    def figure(self, column: str) -> float | None:
        """A number, or null when empty or unreadable."""
        value = self.values.get(column)
        return value if isinstance(value, float) else None

    def flag(self, column: str) -> bool | None:
        """A truth value, or null when empty or unreadable."""
        value = self.values.get(column)
        return value if isinstance(value, bool) else None

    def day(self, column: str) -> date | None:
        """A date, or null when empty or unreadable."""
        value = self.values.get(column)
        return value if isinstance(value, date) else None

    def is_empty(self, column: str) -> bool:
        """Whether nothing was written; false for what was written and couldn't be read."""
        return self.values.get(column) is None and column not in self.unread

    def finding(self, column: str, problem: str, consequence: str, remedy: str) -> Finding:
        """A finding about a cell of this row."""
        value = self.raw.get(column) or None
        return Finding(self.file, problem, consequence, remedy, self.number, column, value)


def decode(name: str, content: bytes) -> str | Finding:
    """The text of a file, or why it has none."""
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


def read_rows(form: TableFormat, content: bytes) -> tuple[tuple[Row, ...], list[Finding]]:
    """All rows of a file and all that is wrong in it."""
    text = decode(form.file, content)
    if isinstance(text, Finding):
        return (), [text]
    expected = f"Let the first row be `{','.join(form.header)}`"
    try:
        records = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        remedy = "Close every quotation mark, and double those inside a quoted text"
        return (), [Finding(form.file, f"not CSV ({error})", "nothing in the file can be read", remedy)]
    if not records or not any(records[0]):
        return (), [Finding(form.file, "no header", "nothing in the file can be read", expected, row=1)]
    header = records[0]
    findings = list(_header_findings(form, header, expected))
    if findings:
        return (), findings
    rows = []
    for number, record in enumerate(records[1:], start=2):
        if not any(cell.strip() for cell in record):
            continue
        if len(record) != len(header):
            problem = f"{len(record)} cells where the header has {len(header)}"
            remedy = "Put a text that holds a comma within quotation marks, and write empty cells too"
            findings.append(Finding(form.file, problem, "cells would land in the wrong columns", remedy, number))
            continue
        row, faults = _row(form, number, dict(zip(header, record, strict=True)))
        rows.append(row)
        findings.extend(faults)
    return tuple(rows), findings


def _header_findings(form: TableFormat, header: list[str], expected: str) -> Iterator[Finding]:
    for delimiter, name in ((";", "semicolons"), ("\t", "tabs")):
        if len(header) == 1 and delimiter in header[0]:
            problem = f"separated by {name}"
            remedy = "Save it with commas between the cells and a decimal point in numbers"
            yield Finding(form.file, problem, "the columns can't be told apart", remedy, row=1, value=header[0])
            return
    for column in form.written:
        if column.name not in header and not column.may_be_absent:
            yield Finding(form.file, "a column is missing", "the rows can't be read", expected, 1, column.name)
    for place, name in enumerate(header):
        if name not in form.header:
            remedy = f"Remove or rename it.{suggestion(name, form.header)} {expected}"
            yield Finding(form.file, "an unknown column", "its cells would be ignored", remedy, 1, value=name)
        elif name in header[:place]:
            yield Finding(form.file, "a column stands twice", "one of them would be ignored", "Keep one", 1, name)


def _row(form: TableFormat, number: int, raw: Mapping[str, str]) -> tuple[Row, list[Finding]]:
    values: dict[str, Value] = {}
    unread = set()
    findings = []
    for column in form.written:
        text = raw.get(column.name, column.default) or ("" if column.is_required else column.default)
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
