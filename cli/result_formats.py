"""The rows of a query as a table, one beneath the other, CSV, Markdown or JSON.

What belongs here: how a value is written. Invariants: no text is cut, read as markup or taken for something else; a
missing value is told from an empty text; rows are written as they come, so that their number costs no memory.
"""

import json
import math
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Final
from unicodedata import category

from rich.box import SIMPLE_HEAD
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from warehouse.locked_query import Row, Rows

NULL: Final = "NULL"
_BATCH: Final = 1000
_GAP: Final = 3
_NUMBERS: Final = ("INT", "DOUBLE", "FLOAT", "DECIMAL", "NUMBER")

Write = Callable[[str], object]


def taken(rows: Rows, limit: int | None) -> Iterator[Row]:
    """The rows, at most so many."""
    left = math.inf if limit is None else limit
    while left > 0 and (batch := rows.fetch(int(min(left, _BATCH)))):
        yield from batch
        left -= len(batch)


def write_csv(rows: Rows, limit: int | None, write: Write) -> None:
    """CSV with a header, commas and decimal points; a missing value is nothing, an empty text `""`."""
    write(",".join(_in_csv(name) for name in rows.columns) + "\n")
    for row in taken(rows, limit):
        write(",".join("" if value is None else _in_csv(as_text(value)) for value in row) + "\n")


def write_markdown(rows: Rows, limit: int | None, write: Write) -> None:
    """A Markdown table; numbers to the right, a missing value is nothing."""
    marks = ("---:" if is_number else "---" for is_number in numbers_of(rows))
    write(_in_markdown(rows.columns) + f"|{'|'.join(marks)}|\n")
    for row in taken(rows, limit):
        write(_in_markdown(["" if value is None else as_text(value) for value in row]))


def write_json(rows: Rows, limit: int | None, write: Write) -> None:
    """One JSON document: a list with an object a row. Of two columns with the same name the second gets `:1`."""
    names = unlike(rows.columns)
    opening = "["
    for row in taken(rows, limit):
        write(opening + json.dumps(dict(zip(names, map(_plain, row), strict=True)), ensure_ascii=False))
        opening = ",\n"
    write("]\n" if opening != "[" else "[]\n")


def print_rows(rows: Sequence[Row], columns: Sequence[str], is_number: Sequence[bool], console: Console) -> None:
    """A table whose cells are whole."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for name, to_the_right in zip(columns, is_number, strict=True):
        table.add_column(Text(shown(name)), justify="right" if to_the_right else "left", no_wrap=True, overflow="fold")
    for row in rows:
        table.add_row(*(_cell(value) for value in row))
    console.print(table)


def print_beneath(rows: Sequence[Row], columns: Sequence[str], console: Console) -> None:
    """Each row as a list of its columns, for a table that is wider than the console."""
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
    """Whether a table of these rows needs more than so many columns of the console."""
    widths = [_width(shown(name)) for name in columns]
    for row in rows:
        widths = [max(widest, _width(_cell(value).plain)) for widest, value in zip(widths, row, strict=True)]
    return sum(widths) + _GAP * len(widths) > width


def numbers_of(rows: Rows) -> list[bool]:
    """Which columns hold numbers."""
    return [kind.startswith(_NUMBERS) or kind.endswith("INT") for kind in rows.types]


def unlike(names: Sequence[str]) -> list[str]:
    """The names, each once: DuckDB writes the second `a` as `a:1`."""
    given: list[str] = []
    for name in names:
        number, own = 1, name
        while own in given:
            own, number = f"{name}:{number}", number + 1
        given.append(own)
    return given


def as_text(value: Any) -> str:  # noqa: ANN401 - whatever DuckDB gives
    """A value as text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, dict | list | tuple):
        return json.dumps(_plain(value), ensure_ascii=False)
    return str(value)


def shown(text: str) -> str:
    """A text as a terminal can show it: characters that steer a terminal are escaped, but for the ends of lines."""
    return "".join(
        each if each.isprintable() or each == "\n" or category(each) == "Zs" else each.encode("unicode_escape").decode()
        for each in text.expandtabs()
    )


def _cell(value: Any) -> Text:  # noqa: ANN401 - as above
    return Text(NULL, style="dim") if value is None else Text(shown(as_text(value)))


def _width(text: str) -> int:
    return max(map(cell_len, text.split("\n")))


def _in_csv(text: str) -> str:
    """A field; an empty text is quoted, since nothing at all is a missing value."""
    return text if text and not set(text) & set(',"\r\n') else '"' + text.replace('"', '""') + '"'


def _in_markdown(cells: Sequence[str]) -> str:
    escaped = (text.replace("\\", "\\\\").replace("|", "\\|").replace("\n", "<br>") for text in cells)
    return f"| {' | '.join(escaped)} |\n"


def _plain(value: Any) -> Any:  # noqa: ANN401 - as above
    """A value as JSON can hold it: numbers that JSON lacks, dates and the like as text."""
    if isinstance(value, dict):
        return {str(name): _plain(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value if value is None or isinstance(value, bool | int | float | str) else as_text(value)
