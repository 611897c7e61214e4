"""Numbers, dates and instants as Swedish readers write them.

Rounding is half away from zero on the shortest decimal text of the number, the same as in `mart.rounded`, so that a
reader sees the numbers that the judgement compared.
"""

import re
from collections.abc import Iterable
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Context, Decimal

from warehouse.moment import in_sweden

MINUS = "\N{MINUS SIGN}"
HARD_SPACE = "\N{NO-BREAK SPACE}"
SOFT_SPACES = re.compile(r"[ \t\r\n\f\v]+")
# Enough digits for any number at any displayed decimals, and enough decimals to distinguish any two numbers.
EXACT = Context(prec=60)
MOST_DECIMALS = 20

MONTHS = (
    "januari",
    "februari",
    "mars",
    "april",
    "maj",
    "juni",
    "juli",
    "augusti",
    "september",
    "oktober",
    "november",
    "december",
)


def one_line(text: str) -> str:
    """Return a text on one line, with runs of spaces replaced by one; hard spaces are kept."""
    return SOFT_SPACES.sub(" ", text).strip(" ")


def rounded(value: float, decimals: int) -> Decimal:
    """Return a number rounded to some decimals, half away from zero."""
    return Decimal(repr(value)).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP, context=EXACT)


def number_text(value: float, decimals: int, *, signed: bool = False) -> str:
    """Return a number with a decimal comma, a true minus sign and hard spaces between thousands."""
    number = rounded(value, decimals)
    whole, _, fraction = f"{abs(number):,.{decimals}f}".partition(".")
    sign = MINUS if number < 0 else "+" if signed and number > 0 else ""
    return sign + whole.replace(",", HARD_SPACE) + (f",{fraction}" if fraction else "")


def decimals_that_tell_apart(value: float | None, other: float | None, decimals: int) -> int:
    """Return the fewest decimals, at least `decimals`, at which two unequal numbers look unequal."""
    if value is None or other is None or value == other:
        return decimals
    for wider in range(decimals, MOST_DECIMALS):
        if rounded(value, wider) != rounded(other, wider):
            return wider
    return MOST_DECIMALS


def decimals_in(value: float) -> int:
    """Return the number of decimals of a number as it is written: 4.0 has none, 3.96878 has five."""
    exponent = Decimal(repr(value)).normalize(EXACT).as_tuple().exponent
    return max(-exponent, 0) if isinstance(exponent, int) else 0


def full_text(value: float) -> str:
    """Return a number with exactly its own decimals."""
    return number_text(value, decimals_in(value))


def decimals_text(count: int) -> str:
    """Return a number of decimals in words: `utan decimaler`, `med en decimal`, `med 2 decimaler`."""
    return {0: "utan decimaler", 1: "med en decimal"}.get(count, f"med {count} decimaler")


def plain_decimals(value: float) -> int:
    """Return the number of decimals of a number, at most two: 4.0 has none, 3.5 has one."""
    for decimals in range(2):
        if float(rounded(value, decimals)) == value:
            return decimals
    return 2


def date_text(day: date) -> str:
    """Return a date in Swedish: 1 mars 2024."""
    return f"{day.day}{HARD_SPACE}{MONTHS[day.month - 1]}{HARD_SPACE}{day.year}"


def instant_text(instant: datetime) -> str:
    """Return an instant of the warehouse (UTC, naive) in Swedish: 1 mars 2024 kl. 03.12."""
    local = in_sweden(instant)
    return f"{date_text(local.date())} kl.{HARD_SPACE}{local:%H.%M}"


def join_words(words: list[str]) -> str:
    """Join words in Swedish: A, B och C."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} och {words[-1]}" if words else ""


def join_years(years: Iterable[int]) -> str:
    """Join years in Swedish, with ranges: 2018, 2020–2022 och 2024."""
    runs: list[list[int]] = []
    for year in sorted(years):
        if runs and year == runs[-1][-1] + 1:
            runs[-1].append(year)
        else:
            runs.append([year])
    pair = 2
    words = [
        word for run in runs for word in ([f"{run[0]}–{run[-1]}"] if len(run) > pair else [str(year) for year in run])
    ]
    return join_words(words)
