"""Moments have the same meaning in Python and in SQL."""

import re
from datetime import UTC, datetime

import duckdb
import pytest

from warehouse.errors import InvalidMoment
from warehouse.moment import end_of_moment, swedish_day
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


@pytest.mark.parametrize("given", ["9999-12-31", "9999-12-31T23:30:00-05:00", "0001-01-01T00:00:00+02:00"])
def test_the_end_of_the_calendar(given):
    """A moment whose instant has no date is refused by name."""
    with pytest.raises(InvalidMoment, match=f"`{re.escape(given)}` is at the end of the calendar"):
        end_of_moment(given)


def test_the_day_in_sweden():
    """The date in Sweden is the next one from 22 or 23 UTC on."""
    evenings = [datetime(2026, month, 1, 22, 30, tzinfo=UTC) for month in (1, 7)]
    assert [str(swedish_day(each)) for each in evenings] == ["2026-01-01", "2026-07-02"]
    assert swedish_day(evenings[1].replace(tzinfo=None)) == swedish_day(evenings[1])


def test_neither_date_nor_timestamp():
    """Any other text is refused with the accepted forms."""
    with pytest.raises(InvalidMoment, match="2024-03-01"):
        end_of_moment("igår")
