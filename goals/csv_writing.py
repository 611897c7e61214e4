"""Change some rows of a plan's CSV file and keep everything else: delimiter, decimal sign, order."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from goals.cell_values import digits
from goals.csv_rows import decode, records
from goals.errors import Finding, PlanError
from goals.plan_columns import Kind, TableFormat

Value = str | int | float | bool | date | None
BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class RowChange:
    """One row to add, change or remove.

    Attributes:
        key: the key's columns with their values as text; an empty text for null.
        cells: the row's values after the change, by column; None removes the row.
    """

    key: Mapping[str, str]
    cells: Mapping[str, Value] | None


def with_changes(form: TableFormat, content: bytes | None, changes: Sequence[RowChange]) -> bytes:
    """Return the file after some changes.

    Rows keep their order; a new row is last. A file with semicolons and decimal commas keeps them. A missing column is
    added if a row needs it.

    Args:
        form: the format of the file.
        content: the file's current content; None if it does not exist yet.
        changes: the changes, each with a different key.

    Raises:
        PlanError: the file cannot be read.
    """
    delimiter, header, rows = _read(form, content)
    has_comma = _has_decimal_comma(form, rows, delimiter)
    for change in changes:
        texts = {name: _text(value, has_comma=has_comma) for name, value in (change.cells or {}).items()}
        header += [name for name in form.header if name not in header and texts.get(name)]
        found = [row for row in rows if all(row.get(name, "") == value for name, value in change.key.items())]
        if change.cells is None:
            rows = [row for row in rows if row not in found]
        elif found:
            found[0].update(texts)
        else:
            rows.append(texts)
    file = io.StringIO()
    writer = csv.writer(file, delimiter=delimiter, lineterminator="\n")
    writer.writerow(header)
    writer.writerows([row.get(name, "") for name in header] for row in rows)
    mark = BOM if content is not None and content.startswith(BOM) else b""
    return mark + file.getvalue().encode()


def _read(form: TableFormat, content: bytes | None) -> tuple[str, list[str], list[dict[str, str]]]:
    if content is None:
        return ",", list(form.header), []
    text = decode(str(form.file), content)
    read = text if isinstance(text, Finding) else records(str(form.file), text, form.header)
    if isinstance(read, Finding):
        raise PlanError(str(form.file), [read])
    delimiter, cells = read
    header = cells[0]
    return delimiter, header, [dict(zip(header, row, strict=False)) for row in cells[1:] if any(row)]


def _has_decimal_comma(form: TableFormat, rows: Sequence[Mapping[str, str]], delimiter: str) -> bool:
    """Return whether the file has decimal commas; without decimals in the file, the delimiter decides."""
    numbers = [row.get(column.name, "") for row in rows for column in form.written if column.kind is Kind.NUMBER]
    signs = {sign for number in numbers for sign in ",." if sign in number}
    return signs == {","} if signs else delimiter == ";"


def _text(value: Value, *, has_comma: bool) -> str:
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case float():
            return digits(value).replace(".", ",") if has_comma else digits(value)
        case date():
            return value.isoformat()
        case _:
            return str(value)
