"""Reads a filled-in cell as a typed value, or says in Swedish what is wrong with it.

Numbers may have spaces between thousands, a decimal comma and a percent sign. An ambiguous value is refused: 1.234 as
text, a formula, a number in another unit, a share where a percentage belongs.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from openpyxl.cell.cell import Cell

from goals.cell_values import limits
from pipeline.form_layout import Entry, Value, allowed

SPACES: Final = " \N{NO-BREAK SPACE}\N{THIN SPACE}\N{NARROW NO-BREAK SPACE}"
NUMBER: Final = re.compile(rf"[+\-\N{{MINUS SIGN}}\N{{EN DASH}}]?(?:\d+|\d{{1,3}}(?:[{SPACES}]\d{{3}})+)(?:[.,]\d+)?")
BLANKS: Final = str.maketrans("", "", SPACES)
MINUSES: Final = str.maketrans(dict.fromkeys("\N{MINUS SIGN}\N{EN DASH}", "-"))
THOUSANDS: Final = re.compile(r"[+\-]?\d{1,3}\.\d{3}")
PERCENT: Final = re.compile(r"\s*(?:%|procent(?:enheter)?)$")
# A value this many times last year's, or last year's divided by this, counts as one in another unit.
FAR: Final = 300.0
# A number of at most SHARE counts as a share where last year's percentage was above PERCENTAGE.
SHARE: Final = 1.0
PERCENTAGE: Final = 20.0


class CellRefused(ValueError):
    """A cell cannot be read; carries the problem and the remedy, both in Swedish."""

    def __init__(self, problem: str, remedy: str) -> None:
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


def read(cell: Cell, asked: Asked) -> Value:
    """Return the value of a cell; None if it is empty.

    Raises:
        CellRefused: it contains another kind of value.
    """
    value = cell.value
    if cell.data_type == "f":
        raise CellRefused(f"en formel (`{value}`)", "Skriv det som ska stå, i stället för en formel")
    if cell.data_type == "e":
        raise CellRefused(f"ett fel i kalkylprogrammet (`{value}`)", "Skriv det som ska stå, eller töm cellen")
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
    """Return a text without line breaks and double spaces, as a plan's file has it."""
    return " ".join(text.split())


def _number(cell: Cell, asked: Asked) -> float:
    value, unit = cell.value, asked.unit
    if isinstance(value, bool | date):
        raise CellRefused(f"`{value}` är inget tal", "Skriv talet, till exempel 94,5")
    if isinstance(value, int | float):
        is_percent = "%" in (cell.number_format or "")
        if is_percent and not unit.startswith("%"):
            raise CellRefused(f"cellen visar procent, och enheten är {unit or 'inte procent'}", "Skriv bara talet")
        # A spreadsheet keeps 94,5 % as 0,945 and shows it as a percentage.
        number = round(value * 100.0, 10) if is_percent else float(value)
        has_unit = is_percent
    else:
        number, has_unit = _parsed(str(value).strip(), unit)
    if not limits(unit).holds(number):
        raise CellRefused(f"`{value}` ligger utanför det tillåtna ({allowed(unit)})", "Rätta talet")
    if not has_unit:
        _refuse_another_unit(number, asked)
    return number


def _parsed(text: str, unit: str) -> tuple[float, bool]:
    """Return the number in a text, and whether the text names the unit too."""
    bare = text.removesuffix(unit).strip() if unit else text
    if unit.startswith("%"):
        bare = PERCENT.sub("", bare).strip()
    has_unit = bare != text
    if NUMBER.fullmatch(bare) is None:
        remedy = f"Skriv bara talet{f' i {unit}' if unit else ''}, till exempel 94,5"
        has_words = re.search(r"[^\W\d_]|%", bare) is not None and re.search(r"\d", bare) is not None
        raise CellRefused(
            f"`{text}` är inte i enheten {unit}" if has_words and unit else f"`{text}` är inget tal", remedy
        )
    plain = bare.translate(BLANKS).translate(MINUSES)
    if THOUSANDS.fullmatch(plain):
        whole, _, rest = plain.partition(".")
        raise CellRefused(f"`{text}` kan betyda två tal", f"Skriv {whole}{rest}, eller {whole},{rest}")
    return float(plain.replace(",", ".")), has_unit


def _refuse_another_unit(number: float, asked: Asked) -> None:
    """Raise if a number is so far from last year's that it is probably in another unit."""
    before, unit = asked.before, asked.unit
    if not before or not number:
        return
    times = abs(number / before)
    is_share = unit.startswith("%") and 0 < number <= SHARE and before > PERCENTAGE
    if is_share or times >= FAR or times <= 1 / FAR:
        shown, last = (f"{each:.10g}".replace(".", ",") for each in (number, before))
        raise CellRefused(
            f"`{shown}` ligger långt från förra årets {last}: är det i enheten {unit or 'som gäller'}?",
            f"Rätta talet, eller skriv det med sin enhet, `{shown} {unit}`, om det stämmer"
            if unit
            else "Rätta talet, eller kontrollera förra årets",
        )


def _day(value: object) -> date:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value).strip())
    except ValueError:
        raise CellRefused(f"`{value}` är ingen dag", "Skriv 2024-03-01") from None


def _choice(text: str, words: Mapping[str, str]) -> str:
    code = words.get(one_line(text).casefold())
    if code is None:
        raise CellRefused(f"`{text}` är ingen bedömning", f"Välj en av: {', '.join(w.capitalize() for w in words)}")
    return code
