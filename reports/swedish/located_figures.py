"""Figures on the page: each is printed together with the table, row and column of its cell.

Every number of the file is printed by these functions. The attributes data-table, data-key, data-column and data-value
(the exact value) lead a test, or a reader with the browser's inspector, back to the cell.
"""

from datetime import date, datetime
from urllib.parse import urlencode

from markupsafe import Markup

from reports.reading.sourced_rows import Row
from reports.swedish.numbers import (
    HARD_SPACE,
    date_text,
    decimals_in,
    decimals_that_tell_apart,
    instant_text,
    number_text,
    plain_decimals,
)

FIGURE = Markup('<span class="figure" data-table="{}" data-key="{}" data-column="{}" data-value="{}">{}</span>')
YEAR = Markup('<span data-table="{}" data-key="{}" data-column="{}" data-value="{}">{}</span>')
WORDING = Markup('<span data-table="{}" data-key="{}" data-column="{}">{}</span>')


def exact(value: object) -> str:
    """Return a cell as text without loss of precision."""
    match value:
        case bool():
            return str(value).lower()
        case float():
            return repr(value)
        case date():
            return value.isoformat()
        case _:
            return str(value)


def shown(value: object, decimals: int | None, *, signed: bool = False) -> str:
    """Return a cell as a reader sees it."""
    match value:
        case bool():
            return "ja" if value else "nej"
        case int():
            return number_text(value, 0, signed=signed)
        case float():
            return number_text(value, plain_decimals(value) if decimals is None else decimals, signed=signed)
        case datetime():
            return instant_text(value)
        case date():
            return date_text(value)
        case _:
            return str(value)


def figure(row: Row, column: str, decimals: int | None = None, *, signed: bool = False) -> Markup:
    """Return a number, date or instant of the file; empty if the cell is null."""
    value = row[column]
    if value is None:
        return Markup("")
    return FIGURE.format(row.relation, row.address, column, exact(value), shown(value, decimals, signed=signed))


def magnitude(row: Row, column: str, decimals: int | None = None) -> Markup:
    """Return a number without its sign, for texts that give its direction; the attribute keeps the sign."""
    value = row[column]
    return FIGURE.format(row.relation, row.address, column, exact(value), shown(abs(value), decimals))


def figure_in_full(row: Row, column: str) -> Markup:
    """Return a number with all its decimals."""
    return figure(row, column, decimals_in(row[column]))


def magnitude_in_full(row: Row, column: str) -> Markup:
    """Return a number with all its decimals and without its sign."""
    return magnitude(row, column, decimals_in(row[column]))


def figure_of_year(row: Row, column: str) -> Markup:
    """Return a year, which is written without a thousands space."""
    value = row[column]
    return YEAR.format(row.relation, row.address, column, value, value)


def percent(row: Row, column: str) -> Markup:
    """Return a share between 0 and 1 as a percentage; the attribute keeps the share.

    Only a share of 1 is shown as 100 %, and only a share of 0 as 0 %.
    """
    value = row[column]
    decimals = max(decimals_that_tell_apart(100 * value, whole, 0) for whole in (0.0, 100.0))
    text = f"{number_text(100 * value, decimals)}{HARD_SPACE}%"
    return FIGURE.format(row.relation, row.address, column, exact(value), text)


def wording(row: Row, column: str) -> Markup:
    """Return a text of the file, escaped."""
    value = row[column]
    return Markup("") if value is None else WORDING.format(row.relation, row.address, column, str(value))


def line_range(row: Row, column: str) -> Markup:
    """Return line numbers of the document as a range, 1659–1660; the attribute keeps the file's text."""
    value = str(row[column])
    return FIGURE.format(row.relation, row.address, column, value, value.replace("-", "–"))


def counted(relation: str, number: int, **conditions: object) -> Markup:
    """Return the number of rows of a relation that meet conditions; a list of values is read as `in`."""
    key = urlencode(conditions, doseq=True)
    return FIGURE.format(relation, key, "count(*)", number, number)
