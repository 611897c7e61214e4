"""What a moment means that a person gives: a timestamp is UTC; a bare date is the end of that day in Sweden.

The same rule stands in SQL in `sql/core/020_moment.sql`; a test holds the two together.
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from warehouse.errors import InvalidMoment

SWEDEN = ZoneInfo("Europe/Stockholm")


def end_of_moment(given: str) -> datetime:
    """The instant (UTC, aware) that a date or timestamp stands for.

    Raises:
        InvalidMoment: it is neither.
    """
    try:
        day = date.fromisoformat(given)
    except ValueError:
        return _timestamp(given)
    midnight = datetime.combine(day + timedelta(days=1), time(), tzinfo=SWEDEN)
    return midnight.astimezone(UTC) - timedelta(microseconds=1)


def past_moment(given: str, *, now: datetime) -> datetime:
    """The same of a moment that has been, or of today in Sweden.

    Args:
        given: a date or a timestamp.
        now: the present instant, aware.

    Raises:
        InvalidMoment: it is neither, or it is yet to come.
    """
    instant = end_of_moment(given)
    today = now.astimezone(SWEDEN).date()
    is_later = date.fromisoformat(given) > today if _is_day(given) else instant > now
    if is_later:
        raise InvalidMoment(
            f"`{given}` is yet to come, so nobody knows what will be known then. Write a date up to "
            f"{today.isoformat()}, or leave it out for what is known now."
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
            f"`{given}` is neither a date nor a timestamp, so nothing can be told as of it. "
            "Write 2024-03-01 (the end of that day in Sweden) or 2024-03-01T02:30:00 (UTC)."
        ) from None
    return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)
