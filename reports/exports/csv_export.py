"""CSV that Swedish Excel opens with a double click, and that any program reads back without loss.

UTF-8 with a byte order mark, semicolons, CRLF. Texts are quoted, so that an empty text ("") differs from a missing
value (nothing at all). Numbers are written in full, with a decimal point or a decimal comma.

A text that a spreadsheet could read as a formula gets an apostrophe before it: one that begins with = + - @ (also in
full width), a tab or a line break, possibly after spaces. A text that begins with an apostrophe gets one too, so that
removing one apostrophe always gives the original text.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

from reports.exports.export_tables import ExportTable
from reports.reading.sourced_rows import Source
from reports.written_files import write_whole

SEPARATOR = ";"
LINE_END = "\r\n"
RISKY = re.compile(r"\s*[=+\-@＝＋－＠]|[\t\r\n']")


def safe_text(text: str) -> str:
    """Return a text in a form that no spreadsheet reads as a formula."""
    return f"'{text}" if RISKY.match(text) else text


def cell_text(value: object, *, has_decimal_comma: bool) -> str:
    """Return a cell as it is written to the file."""
    match value:
        case None:
            written = ""
        case bool():
            written = "true" if value else "false"
        case int():
            written = str(value)
        case float():
            plain = format(Decimal(repr(value)), "f")
            written = plain.replace(".", ",") if has_decimal_comma else plain
        case datetime():
            written = value.isoformat(sep=" ")
        case date():
            written = value.isoformat()
        case list():
            written = _quoted(" | ".join(str(each) for each in value))
        case _:
            written = _quoted(str(value))
    return written


def _quoted(text: str) -> str:
    return '"' + safe_text(text).replace('"', '""') + '"'


def write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]], *, has_decimal_comma: bool) -> None:
    """Write a CSV file atomically.

    Raises:
        ReportError: the file cannot be written.
    """
    lines = [SEPARATOR.join(_quoted(name) for name in header)]
    lines.extend(SEPARATOR.join(cell_text(value, has_decimal_comma=has_decimal_comma) for value in row) for row in rows)
    write_whole(path, (LINE_END.join(lines) + LINE_END).encode("utf-8-sig"))


def write_csv_table(source: Source, table: ExportTable, path: Path, *, has_decimal_comma: bool = False) -> None:
    """Write a table of the published file.

    Raises:
        ReportError: the file cannot be written.
    """
    rows = source.connection.execute(table.query, table.parameters).fetchall()
    write_csv(path, [column.name for column in table.columns], rows, has_decimal_comma=has_decimal_comma)


def write_sources(tables: Sequence[ExportTable], path: Path) -> None:
    """Write the list of columns: the name, source and meaning of each, in Swedish."""
    write_csv(
        path,
        ("tabell", "kolumn", "benämning", "källa", "betydelse"),
        [
            (table.relation, column.name, column.label, column.source, column.about)
            for table in tables
            for column in table.columns
        ],
        has_decimal_comma=False,
    )
