"""Output formats for the rows of a query: a table, a list of columns per row, CSV, Markdown, JSON.

Invariants: no text is cut or parsed as markup; a missing value differs from an empty text; CSV, Markdown and JSON write
each row when it is fetched, so the number of rows needs no memory.
"""

import json
import math
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from unicodedata import category

from rich.box import SIMPLE_HEAD
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from warehouse.locked_query import Row, Rows

NULL = "NULL"
_BATCH = 1000
_GAP = 3
_NUMBERS = ("INT", "DOUBLE", "FLOAT", "DECIMAL", "NUMBER")

Write = Callable[[str], object]


def taken(rows: Rows, limit: int | None) -> Iterator[Row]:
    """Yield the rows, at most `limit`."""
    left = math.inf if limit is None else limit
    while left > 0 and (batch := rows.fetch(int(min(left, _BATCH)))):
        yield from batch
        left -= len(batch)


def write_csv(rows: Rows, limit: int | None, write: Write) -> None:
    """Write CSV with a header, commas and decimal points; a missing value is empty, an empty text is `""`."""
    write(",".join(_in_csv(name) for name in rows.columns) + "\n")
    for row in taken(rows, limit):
        write(",".join("" if value is None else _in_csv(as_text(value)) for value in row) + "\n")


def write_markdown(rows: Rows, limit: int | None, write: Write) -> None:
    """Write a Markdown table; numbers are aligned to the right, a missing value is empty."""
    marks = ("---:" if is_number else "---" for is_number in numbers_of(rows))
    write(_in_markdown(rows.columns) + f"|{'|'.join(marks)}|\n")
    for row in taken(rows, limit):
        write(_in_markdown(["" if value is None else as_text(value) for value in row]))


def write_json(rows: Rows, limit: int | None, write: Write) -> None:
    """Write one JSON document: a list with one object per row. A second column with the same name gets `:1`."""
    names = unlike(rows.columns)
    opening = "["
    for row in taken(rows, limit):
        write(opening + json.dumps(dict(zip(names, map(_plain, row), strict=True)), ensure_ascii=False))
        opening = ",\n"
    write("]\n" if opening != "[" else "[]\n")


def print_rows(rows: Sequence[Row], columns: Sequence[str], is_number: Sequence[bool], console: Console) -> None:
    """Print a table without cutting the text of a cell."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for name, to_the_right in zip(columns, is_number, strict=True):
        table.add_column(Text(shown(name)), justify="right" if to_the_right else "left", no_wrap=True, overflow="fold")
    for row in rows:
        table.add_row(*(_cell(value) for value in row))
    console.print(table)


def print_beneath(rows: Sequence[Row], columns: Sequence[str], console: Console) -> None:
    """Print each row as a list of its columns, for a table that is wider than the console."""
    names = [shown(name).replace("\n", " ") for name in columns]
    width = max(map(cell_len, names)) + _GAP
    for number, row in enumerate(rows, start=1):
        console.print(Text(f"── {number} " + "─" * max(0, width - len(str(number)) - 4), style="dim"))
        for name, value in zip(names, row, strict=True):
            cell = _cell(value)
            line = Text(name + " " * (width - cell_len(name)))
            for part, text in enumerate(cell.split("\n")):
                console.print((line if part == 0 else Text(" " * width)) + text, soft_wrap=True)


def is_wider(rows: Sequence[Row], columns: Sequence[str], width: int) -> bool:
    """Return whether a table of these rows is wider than `width` characters."""
    widths = [_width(shown(name)) for name in columns]
    for row in rows:
        widths = [max(widest, _width(_cell(value).plain)) for widest, value in zip(widths, row, strict=True)]
    return sum(widths) + _GAP * len(widths) > width


def numbers_of(rows: Rows) -> list[bool]:
    """Return for each column whether its values are numbers."""
    return [kind.startswith(_NUMBERS) or kind.endswith("INT") for kind in rows.types]


def unlike(names: Sequence[str]) -> list[str]:
    """Return unique names: a second `a` becomes `a:1`, as in DuckDB."""
    given: list[str] = []
    for name in names:
        number, own = 1, name
        while own in given:
            own, number = f"{name}:{number}", number + 1
        given.append(own)
    return given


def as_text(value: Any) -> str:  # noqa: ANN401 - any value that DuckDB returns
    """Return a value as text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, dict | list | tuple):
        return json.dumps(_plain(value), ensure_ascii=False)
    return str(value)


def shown(text: str) -> str:
    """Return a text with control characters of a terminal escaped, except for line feeds."""
    return "".join(
        each if each.isprintable() or each == "\n" or category(each) == "Zs" else each.encode("unicode_escape").decode()
        for each in text.expandtabs()
    )


def _cell(value: Any) -> Text:  # noqa: ANN401 - as above
    return Text(NULL, style="dim") if value is None else Text(shown(as_text(value)))


def _width(text: str) -> int:
    return max(map(cell_len, text.split("\n")))


def _in_csv(text: str) -> str:
    """Return a CSV field; an empty text is quoted, since an empty field means a missing value."""
    return text if text and not set(text) & set(',"\r\n') else '"' + text.replace('"', '""') + '"'


def _in_markdown(cells: Sequence[str]) -> str:
    escaped = (text.replace("\\", "\\\\").replace("|", "\\|").replace("\n", "<br>") for text in cells)
    return f"| {' | '.join(escaped)} |\n"


def _plain(value: Any) -> Any:  # noqa: ANN401 - as above
    """Return a value for JSON: infinite numbers, dates and other types that JSON lacks become text."""
    if isinstance(value, dict):
        return {str(name): _plain(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value if value is None or isinstance(value, bool | int | float | str) else as_text(value)
