"""The meaning of a moment given by a user: a timestamp is UTC; a bare date is the end of that day in Sweden.

`sql/core/020_moment.sql` has the same rule in SQL; a test compares the two.
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from warehouse.errors import InvalidMoment

SWEDEN = ZoneInfo("Europe/Stockholm")


def end_of_moment(given: str) -> datetime:
    """Return the instant (UTC, aware) of a date or timestamp.

    Raises:
        InvalidMoment: the text is neither.
    """
    try:
        if not _is_day(given):
            return _timestamp(given)
        midnight = datetime.combine(date.fromisoformat(given) + timedelta(days=1), time(), tzinfo=SWEDEN)
        return midnight.astimezone(UTC) - timedelta(microseconds=1)
    except OverflowError:
        raise InvalidMoment(
            f"`{given}` is at the end of the calendar, where its instant (UTC) has no date, so nothing was read. "
            "Write a date such as 2024-03-01."
        ) from None


def in_sweden(instant: datetime) -> datetime:
    """Return an instant in Swedish time; it is UTC unless it is aware."""
    return (instant if instant.tzinfo else instant.replace(tzinfo=UTC)).astimezone(SWEDEN)


def swedish_day(instant: datetime) -> date:
    """Return the date in Sweden at an instant, which is UTC unless it is aware."""
    return in_sweden(instant).date()


def past_moment(given: str, *, now: datetime) -> datetime:
    """Return the instant of a date or timestamp that is not in the future; today in Sweden is accepted.

    Args:
        given: a date or a timestamp.
        now: the present instant, aware.

    Raises:
        InvalidMoment: the text is neither, or the moment is in the future.
    """
    instant = end_of_moment(given)
    today = now.astimezone(SWEDEN).date()
    is_later = date.fromisoformat(given) > today if _is_day(given) else instant > now
    if is_later:
        raise InvalidMoment(
            f"`{given}` is in the future, so nothing is known as of it. Write a date up to {today.isoformat()}, "
            "or leave it out for what is known now."
        )
    return instant


def _is_day(given: str) -> bool:
    try:
        date.fromisoformat(given)
    except ValueError:
        return False
    return True


def _timestamp(given: str) -> datetime:
    try:
        instant = datetime.fromisoformat(given)
    except ValueError:
        raise InvalidMoment(
            f"`{given}` is neither a date nor a timestamp, so nothing was read. "
            "Write 2024-03-01 (the end of that day in Sweden) or 2024-03-01T02:30:00 (UTC)."
        ) from None
    return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)
