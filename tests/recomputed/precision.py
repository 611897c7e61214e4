"""Compares two figures at a number of decimals, rounded half away from zero in decimal arithmetic.

A figure is read as its shortest text: 1.005 is 1.005, not 1.00499999.
"""

import operator
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal

_HOLDS: dict[str, Callable[[Decimal, Decimal], bool]] = {
    ">=": operator.ge,
    ">": operator.gt,
    "<=": operator.le,
    "<": operator.lt,
}


def rounded(number: float, decimals: int | None) -> Decimal:
    """Return the number rounded to these decimals; None leaves it unchanged."""
    exact = Decimal(repr(float(number)))
    return exact if decimals is None else exact.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)


def holds(value: float, sign: str, other: float, decimals: int | None = None) -> bool:
    """Return whether `value sign other` holds at these decimals."""
    return _HOLDS[sign](rounded(value, decimals), rounded(other, decimals))


def looks_equal(one: float, other: float, decimals: int) -> bool:
    """Return whether two figures look the same when printed."""
    return rounded(one, decimals) == rounded(other, decimals)


def looks_zero(change: float, decimals: int) -> bool:
    """Return whether a change is printed as zero."""
    return rounded(change, decimals) == 0


def target_decimals(rule: str, printed: int | None, display: int) -> int | None:
    """Return the decimals at which an outcome is compared with a number, under the plan's rule."""
    finer = display if printed is None else max(printed, display)
    return {
        "finer_of_target_and_display": finer,
        "target": display if printed is None else printed,
        "display": display,
        "exact": None,
    }[rule]
