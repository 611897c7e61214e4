"""Reads a filled-in cell as a typed value, or says what is wrong with it.

Numbers may have spaces between thousands, a decimal comma, a percent sign and their unit. An ambiguous value is
refused: 1.234 as text, a formula, a number in another unit, a share where a percentage belongs, a merged cell.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from unicodedata import category

from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.utils.escape import unescape

from goals.cell_values import digits, limits
from pipeline.form_layout import Entry, Value
from pipeline.form_words import Said, said

SPACES = " \N{NO-BREAK SPACE}\N{THIN SPACE}\N{NARROW NO-BREAK SPACE}"
NUMBER = re.compile(
    rf"(?:[+\-\N{{MINUS SIGN}}\N{{EN DASH}}][{SPACES}]?)?(?:\d+|\d{{1,3}}(?:[{SPACES}]\d{{3}})+)(?:[.,]\d+)?"
)
BLANKS = str.maketrans("", "", SPACES)
MINUSES = str.maketrans(dict.fromkeys("\N{MINUS SIGN}\N{EN DASH}", "-"))
THOUSANDS = re.compile(r"[+\-]?[1-9]\d{0,2}\.\d{3}")
PERCENT = re.compile(r"\s*(?:%(?:-enheter)?|procent(?:enheter)?)$", re.IGNORECASE)
# The parts of a number format that a spreadsheet program shows as they are: 0.0" %", 0.0\ \%, [Red].
LITERAL = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.')
# A value this many times last year's, or last year's divided by this, counts as one in another unit.
FAR = 300.0
# A number of at most SHARE counts as a share where last year's percentage was above PERCENTAGE.
SHARE = 1.0
PERCENTAGE = 20.0


class CellRefused(ValueError):
    """A cell cannot be read; carries the problem and the remedy."""

    def __init__(self, problem: Said, remedy: Said) -> None:
        self.problem, self.remedy = problem, remedy
        super().__init__(problem, remedy)


@dataclass(frozen=True, slots=True)
class Asked:
    """The value that a cell must contain.

    Attributes:
        entry: the kind of value.
        unit: of numbers.
        before: last year's number, to detect a number in another unit; None if there is none.
        words: word in lower case -> code, for a choice.
    """

    entry: Entry
    unit: str = ""
    before: float | None = None
    words: Mapping[str, str] | None = None


def read(cell: Cell | MergedCell, asked: Asked) -> Value:
    """Return the value of a cell; None if it is empty.

    Raises:
        CellRefused: it contains another kind of value.
    """
    if isinstance(cell, MergedCell):
        raise CellRefused(said("merged with another cell"), said("Unmerge the cells, and fill in each"))
    value = cell.value
    if cell.data_type == "f":
        # A formula over several cells is an object that holds its text.
        formula = value if isinstance(value, str) else getattr(value, "text", None) or "="
        raise CellRefused(said("a formula (`{}`)", formula), said("Write its result in place of the formula"))
    if cell.data_type == "e":
        raise CellRefused(said("an error value (`{}`)", value), said("Write what it should be, or empty the cell"))
    if value is None or not str(value).strip():
        return None
    match asked.entry:
        case Entry.NUMBER:
            return _number(cell, asked)
        case Entry.DAY:
            return _day(value)
        case Entry.VERDICT:
            return _choice(str(value), asked.words or {})
        case _:
            return one_line(str(value))


def one_line(text: str) -> str:
    """Return a text without line breaks, double spaces and control characters, as a plan's file has it.

    Excel writes a carriage return of a pasted text as `_x000D_`.
    """
    return "".join(sign for sign in " ".join(unescape(text).split()) if category(sign) != "Cc")


def _number(cell: Cell, asked: Asked) -> float:
    value, unit = cell.value, asked.unit
    if isinstance(value, bool | date):
        raise CellRefused(said("`{}` is not a number", value), said("Write the number, such as 94,5"))
    if isinstance(value, int | float):
        is_percent = "%" in LITERAL.sub("", cell.number_format or "")
        if is_percent and not unit.startswith("%"):
            problem = said("the cell shows a percentage, and the unit is {}", unit or said("not a percentage"))
            raise CellRefused(problem, said("Write the number alone"))
        # A spreadsheet keeps 94,5 % as 0,945 and shows it as a percentage.
        number = round(value * 100.0, 10) if is_percent else float(value)
        has_unit = is_percent
    else:
        number, has_unit = _parsed(str(value).strip(), unit)
    if not limits(unit).holds(number):
        raise CellRefused(said("`{}` is outside what is allowed ({})", value, _range(unit)), said("Correct the number"))
    if not has_unit:
        _refuse_another_unit(number, asked)
    return number


def _parsed(text: str, unit: str) -> tuple[float, bool]:
    """Return the number in a text, and whether the text names the unit too."""
    has_unit = bool(unit) and text.casefold().endswith(unit.casefold())
    bare = text[: -len(unit)].strip() if has_unit else text
    if unit.startswith("%"):
        bare = PERCENT.sub("", bare).strip()
    has_unit = bare != text
    if NUMBER.fullmatch(bare) is None:
        if re.search(r"\d", bare) is None:
            remedy = said("Write the number, such as 94,5, or leave the cell empty if there is none")
            raise CellRefused(said("`{}` is not a number", text), remedy)
        remedy = said("Write the number alone in {}, such as 94,5", unit) if unit else said("Write the number alone")
        is_worded = bool(unit) and re.search(r"[^\W\d_]|%", bare) is not None
        raise CellRefused(
            said("`{}` is not in {}", text, unit) if is_worded else said("`{}` is not a number", text), remedy
        )
    plain = bare.translate(BLANKS).translate(MINUSES)
    if THOUSANDS.fullmatch(plain):
        whole, _, rest = plain.partition(".")
        raise CellRefused(
            said("`{}` can mean two numbers", text), said("Write {} or {}", whole + rest, f"{whole},{rest}")
        )
    return float(plain.replace(",", ".")), has_unit


def _range(unit: str) -> Said:
    """Return the allowed range of a unit."""
    found = limits(unit)
    low, high = (None if end is None else digits(end).replace(".", ",") for end in (found.low, found.high))
    return said("{} or more", low) if high is None else said("{} to {}", low, high)


def _refuse_another_unit(number: float, asked: Asked) -> None:
    """Raise if a number is so far from last year's that it is probably in another unit."""
    before, unit = asked.before, asked.unit
    if not before or not number:
        return
    times = abs(number / before)
    is_share = unit.startswith("%") and 0 < number <= SHARE and before > PERCENTAGE
    if is_share or times >= FAR or times <= 1 / FAR:
        shown, last = (digits(round(each, 10)).replace(".", ",") for each in (number, before))
        if unit:
            remedy = said("Correct the number, or write it with its unit, `{} {}`, if it is right", shown, unit)
            raise CellRefused(said("`{}` is far from last year's {}: is it in {}?", shown, last, unit), remedy)
        remedy = said("Correct the number, or look at last year's")
        raise CellRefused(said("`{}` is far from last year's {}", shown, last), remedy)


def _day(value: object) -> date:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value).strip())
    except ValueError:
        raise CellRefused(said("`{}` is not a date", value), said("Write it as 2024-03-01")) from None


def _choice(text: str, words: Mapping[str, str]) -> str:
    code = words.get(one_line(text).casefold())
    if code is None:
        there = ", ".join(word.capitalize() for word in words)
        raise CellRefused(said("`{}` is not an assessment", text), said("Choose one of: {}", there))
    return code
