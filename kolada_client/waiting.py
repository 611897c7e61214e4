"""The client's waits: the rate limit, the pauses between tries, the deadline of a request.

What belongs here: arithmetic on a clock, and retries. Invariant: every wait uses `Allowance.wait`, so that no sleep
exceeds a deadline, and a wait ends immediately when the consumer has stopped. `stamina` counts the tries and calls its
hooks; the pauses are our own, so that they follow the client's clock and end with the consumer.
"""

import logging
import random
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TypeVar

import stamina
from pyrate_limiter import GCRA, InMemoryStateStore, Rate, RateItem, StateBucket

from kolada_client.clock import Clock
from kolada_client.errors import InvalidRequest, KoladaDeadlineExceeded, KoladaError

logger = logging.getLogger("kolada_client")

_Result = TypeVar("_Result")

RETRY_AFTER_CAP = 120.0
"""Seconds; the longest pause that `Retry-After` can cause."""

_FIRST_PAUSE = 0.5
_LONGEST_PAUSE = 30.0
_DOUBLINGS = 10
_MILLISECONDS = 1000


class Stopped(KoladaError):
    """The consumer has stopped reading. Raised in worker threads only, and never reaches the user."""


class Allowance:
    """The time that one request may take, over all its tries and pages.

    Args:
        clock: The client's clock.
        seconds: The total, from now; None for no limit.
        stop: Set when the consumer has stopped reading.
    """

    def __init__(self, clock: Clock, seconds: float | None, stop: threading.Event | None = None) -> None:
        self._clock = clock
        self._seconds = seconds
        self._ends = None if seconds is None else clock.monotonic() + seconds
        self._stop = stop

    def remaining(self) -> float:
        """Return the seconds left; infinite without a limit."""
        return float("inf") if self._ends is None else self._ends - self._clock.monotonic()

    def check(self, url: str, cause: KoladaError | None = None) -> None:
        """Raise if the time is over or the consumer has stopped."""
        self._check(url, 0.0, cause)

    def wait(self, seconds: float, url: str, cause: KoladaError | None = None) -> None:
        """Wait, or raise KoladaDeadlineExceeded immediately if the wait would exceed the deadline."""
        self._check(url, seconds, cause)
        if seconds > 0:
            self._clock.wait(seconds, self._stop)
            self._check(url, 0.0, cause)

    def _check(self, url: str, wanted: float, cause: KoladaError | None) -> None:
        if self._stop is not None and self._stop.is_set():
            raise Stopped(f"`{url}` is not asked: nobody waits for its answer any more.", url=url)
        if self.remaining() <= wanted:
            because = f" The last try said: {cause}" if cause else ""
            status = cause.status if cause else None
            raise KoladaDeadlineExceeded(
                f"the `{self._seconds:g}` seconds given for one request ran out before `{url}` was answered, "
                f"so the request has no answer.{because} Run it again later, or give it a longer total_deadline.",
                url=url,
                status=status,
            ) from cause


class Pace:
    """At most `rate` requests a second, evenly spaced, over all threads of one client.

    Args:
        rate: Requests a second; None for no limit.
        clock: The client's clock.
    """

    def __init__(self, rate: float | None, clock: Clock) -> None:
        if rate is not None and not 0 < rate <= _MILLISECONDS:
            raise InvalidRequest(
                f"rate `{rate}` must be above 0 and at most 1000 requests a second, or None for no limit."
            )
        self._clock = clock
        self._lock = threading.Lock()
        self._bucket = None
        if rate is not None:
            # burst=1 spaces the requests; the limit is per 1000 s so that fractions of a rate count.
            rates = [Rate(limit=max(1, round(rate * _MILLISECONDS)), interval=_MILLISECONDS * _MILLISECONDS, burst=1)]
            self._bucket = StateBucket(rates, algorithm=GCRA(), store=InMemoryStateStore())

    def take_turn(self, url: str, allowance: Allowance) -> None:
        """Wait until the next request may be sent."""
        while True:
            allowance.check(url)
            seconds = self._try()
            if seconds is None:
                return
            allowance.wait(seconds, url)

    def _try(self) -> float | None:
        """Take the turn and return None, or return the seconds until the next one."""
        if self._bucket is None:
            return None
        with self._lock:
            item = RateItem("request", int(self._clock.monotonic() * _MILLISECONDS))
            if self._bucket.put(item):
                return None
            waiting = self._bucket.waiting(item)
            return max(1, int(waiting)) / _MILLISECONDS  # type: ignore[arg-type]  # sync store, no awaitable


def keep_trying(
    ask: Callable[[int], _Result],
    *,
    on: tuple[type[KoladaError], ...],
    attempts: int,
    allowance: Allowance,
    url: str,
) -> _Result:
    """Call `ask` with the number of the try, from 1, until it returns; pause after each temporary failure.

    Args:
        ask: One try.
        on: The temporary errors.
        attempts: The most tries.
        allowance: The request's allowance; a pause that would exceed it is not started.
        url: The requested URL, for messages.

    Raises:
        KoladaError: The error of the last try, or one that is not temporary; its `attempts` is the number of tries.
    """
    pause, last = 0.0, None
    passing = lambda error: 0.0 if isinstance(error, on) else False  # noqa: E731 - the wait itself is ours: 0
    for attempt in stamina.retry_context(on=passing, attempts=attempts, timeout=None):
        with attempt:
            allowance.wait(pause, url, last)
            try:
                return ask(attempt.num)
            except on as error:
                error.attempts = attempt.num
                last, pause = error, pause_before_next(attempt.num, getattr(error, "retry_after", None))
                logger.info("try %d of %d failed: %s", attempt.num, attempts, error)
                raise
    raise AssertionError(url)  # pragma: no cover - the loop returns or raises


def pause_before_next(attempt: int, retry_after: float | None) -> float:
    """Return the seconds to wait after failed try number `attempt` (from 1).

    0.5 s, doubled each time up to 30 s; up to half of it is randomly left out, so that clients that failed at the same
    time do not return at the same time. Longer if the server's `Retry-After` is longer, up to RETRY_AFTER_CAP.
    """
    full = min(_LONGEST_PAUSE, _FIRST_PAUSE * 2.0 ** min(attempt - 1, _DOUBLINGS))
    ours = full * random.uniform(0.5, 1.0)  # noqa: S311 - a jitter, no secret
    return max(ours, min(retry_after or 0.0, RETRY_AFTER_CAP))


def parse_retry_after(text: str | None, now: datetime) -> float | None:
    """Return the seconds of a `Retry-After` header: its number, or the time until its HTTP date.

    None if the header is absent, invalid, or names a moment in the past.
    """
    stripped = (text or "").strip()
    if stripped.isascii() and stripped.isdigit():
        return float(stripped) or None
    try:
        moment = parsedate_to_datetime(stripped)
        seconds = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - now
    except (ValueError, OverflowError, TypeError):
        return None  # no date, or one beyond the calendar
    return seconds.total_seconds() if seconds > timedelta(0) else None
