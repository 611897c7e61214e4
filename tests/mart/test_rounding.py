"""Rounding half away from zero on the decimal text of a number, as Python's decimal does."""

from collections.abc import Callable, Iterator
from decimal import ROUND_HALF_UP, Context, Decimal
from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

EXACT = Context(prec=60)

Ask = Callable[[float | None, int | None], float | None]


@pytest.fixture(scope="module")
def ask(empty_file: Path) -> Iterator[Ask]:
    """Give a function that rounds a number in DuckDB."""
    with duckdb.connect(str(empty_file), read_only=True) as connection:

        def rounded(number: float | None, decimals: int | None) -> float | None:
            ((answer,),) = connection.execute(
                "select mart.rounded(?::double, ?::integer)", [number, decimals]
            ).fetchall()
            return answer

        yield rounded


def by_decimal(number: float, decimals: int) -> float:
    return float(Decimal(repr(number)).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP, EXACT))


@pytest.mark.parametrize(
    ("number", "decimals", "expected"),
    [
        (1.005, 2, 1.01),
        (2.5, 0, 3.0),
        (-2.5, 0, -3.0),
        (90.45, 1, 90.5),
        (3.96878, 1, 4.0),
        (1e-7, 6, 0.0),
        (1e16, 2, 1e16),
        (0.0049999999999999996, 2, 0.0),
    ],
)
def test_known_roundings(ask: Ask, number: float, decimals: int, expected: float) -> None:
    """A half is rounded away from zero, whatever its binary value."""
    assert expected == ask(number, decimals)


def test_no_decimals_means_as_received(ask: Ask) -> None:
    """Without decimals a number is unchanged, and null stays null."""
    assert (ask(1.23456789, None), ask(None, 1)) == (1.23456789, None)


numbers = st.one_of(
    st.floats(min_value=-1e15, max_value=1e15, allow_nan=False).filter(lambda x: x == 0 or abs(x) > 1e-20),
    st.decimals(min_value=-(10**7), max_value=10**7, places=4).map(float),
    st.integers(min_value=-(10**6), max_value=10**6).map(lambda n: (n + 0.5) / 100),
)


@settings(max_examples=400, deadline=None)
@given(number=numbers, decimals=st.integers(min_value=0, max_value=6))
def test_rounds_like_decimal(ask: Ask, number: float, decimals: int) -> None:
    """DuckDB rounds as decimal arithmetic on the shortest text of the double does."""
    assert by_decimal(number, decimals) == ask(number, decimals)
