"""The one place where the client looks at the time or waits.

What belongs here: clocks. Everything else takes one, so that a test replaces time in one place and never
sleeps. Invariant: nobody else in this package calls `time` or `datetime.now`.
"""

import threading
import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Time as the client sees it. Must be safe to use from several threads."""

    def monotonic(self) -> float:
        """Seconds that never go backwards."""
        ...

    def now(self) -> datetime:
        """The instant, in UTC."""
        ...

    def wait(self, seconds: float, stop: threading.Event | None = None) -> None:
        """Let `seconds` pass, or less when `stop` is set."""
        ...


class SystemClock:
    """The machine's own time."""

    def monotonic(self) -> float:
        """Seconds of `time.monotonic`."""
        return time.monotonic()

    def now(self) -> datetime:
        """The wall clock in UTC."""
        return datetime.now(UTC)

    def wait(self, seconds: float, stop: threading.Event | None = None) -> None:
        """Sleep; `stop` ends the sleep at once."""
        (stop or threading.Event()).wait(max(0.0, seconds))


class ManualClock:
    """A clock that moves only when somebody waits on it or calls `advance`; for tests.

    Attributes:
        waits: Every wait in seconds, in the order in which they were asked for.
    """

    def __init__(self, start: datetime = datetime(2026, 1, 1, tzinfo=UTC)) -> None:
        self.waits: list[float] = []
        self._start = start
        self._passed = 0.0
        self._lock = threading.Lock()

    def monotonic(self) -> float:
        """Seconds since this clock was made."""
        with self._lock:
            return self._passed

    def now(self) -> datetime:
        """The start plus what has passed."""
        return self._start + timedelta(seconds=self.monotonic())

    def wait(self, seconds: float, stop: threading.Event | None = None) -> None:
        """Note the wait and let the time pass at once."""
        with self._lock:
            self.waits.append(seconds)
            if stop is None or not stop.is_set():
                self._passed += max(0.0, seconds)

    def advance(self, seconds: float) -> None:
        """Let time pass without anybody waiting."""
        with self._lock:
            self._passed += seconds
