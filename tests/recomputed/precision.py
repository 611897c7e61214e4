"""Comparing two figures at a stated number of decimals, rounded half away from zero in decimal arithmetic.

A figure enters by the shortest text that reads back as it: 1.005 is 1.005 here, and not 1.00499999.
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
    """The number at so many decimals; None leaves it as it is."""
    exact = Decimal(repr(float(number)))
    return exact if decimals is None else exact.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)


def holds(value: float, sign: str, other: float, decimals: int | None = None) -> bool:
    """Whether `value sign other` at so many decimals."""
    return _HOLDS[sign](rounded(value, decimals), rounded(other, decimals))


def looks_equal(one: float, other: float, decimals: int) -> bool:
    """Whether two figures are printed alike."""
    return rounded(one, decimals) == rounded(other, decimals)


def looks_zero(change: float, decimals: int) -> bool:
    """Whether a change is printed as nothing."""
    return rounded(change, decimals) == 0


def target_decimals(rule: str, printed: int | None, display: int) -> int | None:
    """The decimals at which an outcome is compared with a number, under the plan's rule."""
    finer = display if printed is None else max(printed, display)
    return {
        "finer_of_target_and_display": finer,
        "target": display if printed is None else printed,
        "display": display,
        "exact": None,
    }[rule]
