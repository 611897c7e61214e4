"""Clocks: the only place where the client reads the time or waits.

Every other module takes a clock, so that a test replaces time in one place and never sleeps. Invariant: no other module
of this package calls `time` or `datetime.now`.
"""

import threading
import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Time as the client sees it. Must be thread-safe."""

    def monotonic(self) -> float:
        """Return seconds that never go backwards."""
        ...

    def now(self) -> datetime:
        """Return the current instant, in UTC."""
        ...

    def wait(self, seconds: float, stop: threading.Event | None = None) -> None:
        """Wait `seconds`, or less if `stop` is set."""
        ...


class SystemClock:
    """The machine's own time."""

    def monotonic(self) -> float:
        """Return the seconds of `time.monotonic`."""
        return time.monotonic()

    def now(self) -> datetime:
        """Return the wall clock in UTC."""
        return datetime.now(UTC)

    def wait(self, seconds: float, stop: threading.Event | None = None) -> None:
        """Sleep; `stop` ends the sleep immediately."""
        (stop or threading.Event()).wait(max(0.0, seconds))


class ManualClock:
    """A clock that moves only by `wait` and `advance`; for tests.

    Attributes:
        waits: Every wait in seconds, in call order.
    """

    def __init__(self, start: datetime = datetime(2026, 1, 1, tzinfo=UTC)) -> None:
        self.waits: list[float] = []
        self._start = start
        self._passed = 0.0
        self._lock = threading.Lock()

    def monotonic(self) -> float:
        """Return the seconds since this clock was made."""
        with self._lock:
            return self._passed

    def now(self) -> datetime:
        """Return the start plus the time that has passed."""
        return self._start + timedelta(seconds=self.monotonic())

    def wait(self, seconds: float, stop: threading.Event | None = None) -> None:
        """Record the wait and advance immediately."""
        with self._lock:
            self.waits.append(seconds)
            if stop is None or not stop.is_set():
                self._passed += max(0.0, seconds)

    def advance(self, seconds: float) -> None:
        """Advance the clock without a wait."""
        with self._lock:
            self._passed += seconds
