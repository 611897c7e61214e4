"""Moments have the same meaning in Python and in SQL."""

from datetime import UTC, datetime

import duckdb
import pytest

from warehouse.errors import InvalidMoment
from warehouse.moment import end_of_moment
from warehouse.schema import ensure_schema


@pytest.fixture(scope="module")
def connection():
    """An empty warehouse with its macros."""
    with duckdb.connect() as connection:
        ensure_schema(connection)
        yield connection


@pytest.mark.parametrize(
    ("given", "instant"),
    [
        ("2024-03-01", datetime(2024, 3, 1, 22, 59, 59, 999999, UTC)),
        ("2024-07-01", datetime(2024, 7, 1, 21, 59, 59, 999999, UTC)),
        ("2024-03-30", datetime(2024, 3, 30, 22, 59, 59, 999999, UTC)),
        ("2024-03-31", datetime(2024, 3, 31, 21, 59, 59, 999999, UTC)),
        ("2024-10-26", datetime(2024, 10, 26, 21, 59, 59, 999999, UTC)),
        ("2024-10-27", datetime(2024, 10, 27, 22, 59, 59, 999999, UTC)),
        ("2024-03-01T02:30:00", datetime(2024, 3, 1, 2, 30, tzinfo=UTC)),
        ("2024-03-01 02:30:00", datetime(2024, 3, 1, 2, 30, tzinfo=UTC)),
        ("2024-03-01T02:30:00+01:00", datetime(2024, 3, 1, 1, 30, tzinfo=UTC)),
    ],
)
def test_a_date_is_the_end_of_that_day_in_sweden(connection, given, instant):
    """A date means the end of that day in Sweden, in the command and in the macros."""
    assert end_of_moment(given) == instant
    assert connection.execute("select core.moment(?)", [given]).fetchone() == (instant.replace(tzinfo=None),)


def test_every_day_of_many_years(connection):
    """The summer time rule in SQL equals the time zone database on every day from 2000 to 2040."""
    days = connection.execute(
        "select strftime(day, '%Y-%m-%d'), core.moment(day::date) "
        "from range(timestamp '2000-01-01', timestamp '2041-01-01', interval 1 day) as days (day)"
    ).fetchall()
    wrong = [day for day, instant in days if end_of_moment(day).replace(tzinfo=None) != instant]
    assert wrong == []


def test_neither_date_nor_timestamp():
    """Any other text is refused with the accepted forms."""
    with pytest.raises(InvalidMoment, match="2024-03-01"):
        end_of_moment("igår")
