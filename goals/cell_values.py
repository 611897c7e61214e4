"""Read the text of one cell, or of one TOML value, as a typed value.

`read_cell` returns the value or raises `CellError`, which says what is wrong and what to write instead. Ambiguous text
is refused: a space among the digits, a percent sign. A decimal comma is read as a decimal point; `goals.csv_rows`
checks that a file uses only one of them. The words that Swedish Excel writes for `true` and `false` are accepted.

The name of a unit sets the limits of its numbers (`limits`):

- `%` alone is a share of a whole: 0 to 100. So is `% av maxpoäng`. - a percentage that may be negative or above 100
names its whole: `% av skatter och bidrag`, `% per år`. It has no limits. - `index 0-100`, `betyg 1-6`, `skala 1-5`: the
limits that it names. - `antal ...` and `dagar ...`: not below 0. - anything else (`mnkr`, `kr/inv`): no limits.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from math import isfinite

from goals.codes import PERIODS, RANK_SCOPES, REFERENCES
from goals.errors import listed, suggestion
from goals.plan_columns import Column, Kind

Value = str | int | float | bool | date | None

ID_PATTERN = re.compile(r"[A-Za-z][A-Za-z0-9._-]{0,31}")
KPI_PATTERN = re.compile(r"[NU][0-9]{5}")
LINES_PATTERN = re.compile(r"[0-9]+(?:-[0-9]+)?")
GROUP_NAME_PATTERN = re.compile(r"[a-zåäö0-9][a-zåäö0-9_-]{0,31}", re.IGNORECASE)
_NUMBER = re.compile(r"-?[0-9]+(?:[.,][0-9]+)?")
_EXCEL_DATE = re.compile(r"[0-9]{1,2}-(?:jan|feb|mar|apr|maj|jun|jul|aug|sep|okt|nov|dec)", re.IGNORECASE)
_SCOPED = re.compile(rf"group:G[0-9]+|own:{GROUP_NAME_PATTERN.pattern}", re.IGNORECASE)
_PRINTED = re.compile(r"(?<![0-9])[-−–]?[0-9]+(?:[.,][0-9]+)?")
_MINUS = re.compile(r"^[−–]")
_SPACES = " \u00a0\u2007\u2009\u202f"
_PRINTED_THOUSANDS = re.compile(rf"(?<![0-9])[-−–]?[0-9]{{1,3}}(?:[{_SPACES}][0-9]{{3}})+(?![0-9])(?:[.,][0-9]+)?")
_FIRST_YEAR, _LAST_YEAR = 1900, 2100
_MOST_DIGITS = 9


class CellError(ValueError):
    """A cell that cannot be read: the problem, its consequence and what to write."""

    def __init__(self, problem: str, consequence: str, remedy: str) -> None:
        self.problem = problem
        self.consequence = consequence
        self.remedy = remedy
        super().__init__(problem, consequence, remedy)


def _number(text: str) -> float:
    consequence = "it can't be read as a number"
    if _NUMBER.fullmatch(text):
        if isfinite(number := float(text.replace(",", "."))):
            return number
        raise CellError("a number beyond all bounds", consequence, "Write fewer digits")
    plain = "".join(sign for sign in text if sign not in _SPACES).replace("−", "-")
    has_percent = plain.endswith("%")
    plain = plain.removesuffix("%")
    if not _NUMBER.fullmatch(plain):
        raise CellError("not a number", consequence, "Write digits with a decimal point or comma, such as `90.5`")
    problem = "a percent sign in the number" if has_percent else "a space or an unusual minus sign in the number"
    raise CellError(problem, consequence, f"Write `{plain}`")


def _integer(text: str) -> int:
    if re.fullmatch(r"[0-9]+", text) and len(text) <= _MOST_DIGITS:
        return int(text)
    raise CellError("not a whole number", "it can't be counted with", "Write digits only, such as `2`")


def _year(text: str) -> int:
    if re.fullmatch(r"[0-9]{4}", text) and _FIRST_YEAR <= int(text) <= _LAST_YEAR:
        return int(text)
    raise CellError("not a year", "the row belongs to no year", "Write four digits, such as `2023`")


def _flag(text: str) -> bool:
    if text.lower() in {"true", "sant", "false", "falskt"}:
        return text.lower() in {"true", "sant"}
    raise CellError("neither true nor false", "the setting is unknown", "Write `true` or `false`")


def _date(text: str) -> date:
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        try:
            return date.fromisoformat(text)
        except ValueError:
            pass
    raise CellError("not a date", "it has no place in time", "Write year-month-day, such as `2024-03-01`")


def _month_day(text: str) -> str:
    if re.fullmatch(r"[0-9]{2}-[0-9]{2}", text):
        try:
            # Not a leap year: 29 February cannot be a yearly date.
            datetime.strptime(f"2023-{text} +0000", "%Y-%m-%d %z")
        except ValueError:
            pass
        else:
            return text
    _refuse_date_of_excel(text, "09-30")
    raise CellError(
        "not a day of the year",
        "it can't be known when the value is usually out",
        "Write month-day, such as `09-30`, with a day that every year has",
    )


def _lines(text: str) -> str:
    if LINES_PATTERN.fullmatch(text):
        return text
    _refuse_date_of_excel(text, "10-12")
    raise CellError(
        "not a line or a span of lines",
        "the place in the document can't be shown",
        "Write `2048` or `2048-2050`",
    )


def _refuse_date_of_excel(text: str, example: str) -> None:
    if _EXCEL_DATE.fullmatch(text):
        raise CellError(
            "a date into which the spreadsheet program converted the text",
            "what was written is lost",
            f"Format the column as text, then write it again, such as `{example}`",
        )


def _period(text: str) -> str:
    # A spreadsheet program removes the leading zero of a month.
    written = text.zfill(2) if text.isascii() and text.isdigit() else text
    if written in PERIODS:
        return written
    raise CellError(
        "not a part of a year",
        "it is not known how much of the year it covers",
        "Write `T1`, `T2`, `Q1` to `Q4` or `01` to `12`, or leave it empty for the whole year",
    )


def _scoped(words: tuple[str, ...], what: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text in words or _SCOPED.fullmatch(text):
            return text
        raise CellError(
            f"an unknown {what}",
            "it is not known which units are meant",
            f"Write one of {listed(words)}, `group:` and one of Kolada's groups (`group:G2328`), or `own:` and "
            f"the name of a list under `groups` in plan.toml.{suggestion(text, words)}".rstrip("."),
        )

    return read


def _matching(pattern: re.Pattern[str], problem: str, consequence: str, remedy: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if pattern.fullmatch(text):
            return text
        raise CellError(problem, consequence, remedy)

    return read


_READERS: Mapping[Kind, Callable[[str], Value]] = {
    Kind.TEXT: str,
    Kind.NUMBER: _number,
    Kind.INTEGER: _integer,
    Kind.YEAR: _year,
    Kind.FLAG: _flag,
    Kind.DATE: _date,
    Kind.MONTH_DAY: _month_day,
    Kind.ID: _matching(
        ID_PATTERN,
        "not an identifier",
        "nothing can refer to it",
        "Write a letter, then up to 31 letters a-z, digits, dots, hyphens or underscores, such as `P5.3a`",
    ),
    Kind.KPI: _matching(
        KPI_PATTERN,
        "not a KPI id",
        "Kolada can't be asked for it",
        "Write N or U and five digits, such as `N15436`",
    ),
    Kind.LINES: _lines,
    Kind.NOTE_CODE: _matching(
        re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*"),
        "not a code",
        "notes can't be grouped by it",
        "Write small letters a-z, digits and underscores, such as `series_break`",
    ),
    Kind.PERIOD: _period,
    Kind.REFERENCE: _scoped(REFERENCES, "reference"),
    Kind.RANK_SCOPE: _scoped(RANK_SCOPES, "scope"),
    Kind.GROUP_NAME: _matching(GROUP_NAME_PATTERN, "not a name", "nothing can refer to it", "Write letters and digits"),
    Kind.YEARS_TEXT: _matching(
        re.compile(r"[12][0-9]{3}(?:-[12][0-9]{3})?"),
        "not a year or a span of years",
        "the figure belongs to no year",
        "Write `2023` or `2022-2026`",
    ),
}


@lru_cache(maxsize=10_000)
def read_cell(column: Column, text: str) -> Value:
    """Return the value of a cell; null if it is empty and may be empty.

    Most cells of a plan repeat a code, a year or nothing, so the last ones are remembered.

    Raises:
        CellError: The cell cannot be read.
    """
    if text == "":
        if column.is_required:
            what = f"one of {listed(column.codes)}" if column.codes else f"a {column.kind.value}"
            raise CellError("empty", "the row can't be used without it", f"Write {what}")
        return None
    if text != text.strip() and column.kind is not Kind.TEXT:
        raise CellError("space around the value", "it would match nothing", f"Write `{text.strip()}`")
    if column.kind is Kind.CODE:
        if text in column.codes or text in column.older:
            return column.older.get(text, text)
        raise CellError(
            "an unknown code",
            "no rule knows what it means",
            f"Write one of {listed(column.codes)}.{suggestion(text, column.codes)}".rstrip("."),
        )
    return _READERS[column.kind](text)


SHARES = ("%", "% av maxpoäng")
_SCALE = re.compile(r"(?:index|betyg|skala) (\d+)-(\d+)\Z")


@dataclass(frozen=True, slots=True)
class Limits:
    """The lowest and the highest value of a unit; null means no limit."""

    low: float | None
    high: float | None

    def holds(self, value: float) -> bool:
        """Return whether a value is within the limits."""
        return (self.low is None or value >= self.low) and (self.high is None or value <= self.high)

    def __str__(self) -> str:
        if self.high is None:
            return f"not below {digits(self.low)}" if self.low is not None else "any number"
        return f"from {digits(self.low or 0.0)} to {digits(self.high)}"


def limits(unit: str) -> Limits:
    """Return the limits that a unit's name sets."""
    if unit in SHARES:
        return Limits(0.0, 100.0)
    if scale := _SCALE.match(unit):
        return Limits(float(scale[1]), float(scale[2]))
    if re.match(r"(?:antal|dagar)\b", unit):
        return Limits(0.0, None)
    return Limits(None, None)


def digits(number: float) -> str:
    """Return a number with all its digits and a decimal point, without an exponent: `35500`, `0.00001`."""
    return format(Decimal(repr(number)).normalize(), "f")


def plain_number(text: str) -> str | None:
    """Return a printed number (`35 500`, `−2,5`) in plain digits with a decimal point; null if it is not a number."""
    grouped = re.fullmatch(rf"[-−]?[0-9]{{1,3}}(?:[{_SPACES}][0-9]{{3}})+(?:[.,][0-9]+)?", text)
    joined = re.sub(rf"[{_SPACES}]", "", text) if grouped else text
    plain = joined.replace("−", "-").replace(",", ".")
    return plain if _NUMBER.fullmatch(plain) else None


@dataclass(frozen=True, slots=True)
class Printed:
    """A number in a text, and its number of decimals."""

    value: float
    decimals: int


def printed_numbers(text: str) -> list[Printed]:
    """Return the numbers in a printed text, with decimal comma or point; `35 500` returns one number and two."""
    found = [*_PRINTED.findall(text), *_PRINTED_THOUSANDS.findall(text)]
    plain = [_MINUS.sub("-", one) for one in dict.fromkeys(found)]
    numbers = [re.sub(rf"[{_SPACES}]", "", one).replace(",", ".") for one in plain]
    return [Printed(float(one), len(one.partition(".")[2])) for one in numbers]
