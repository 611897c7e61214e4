"""The request log of a stand-in: one entry per request, added on arrival."""

from dataclasses import dataclass, replace
from datetime import datetime
from threading import Lock

_MOST_ENTRIES = 100_000


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One request; `status` is None until a response begins, and stays None if none does.

    `fault` is the fault of the response, in its written form.
    """

    method: str
    url: str
    at: datetime
    status: int | None = None
    fault: str | None = None


class RequestLog:
    """The last 100,000 requests in order of arrival. Thread-safe."""

    def __init__(self) -> None:
        self._entries: dict[int, LogEntry] = {}
        self._came = 0
        self._lock = Lock()

    def begin(self, entry: LogEntry) -> int:
        """Add a request; return its number for later updates."""
        with self._lock:
            self._came += 1
            self._entries[self._came] = entry
            self._entries.pop(self._came - _MOST_ENTRIES, None)
            return self._came

    def learn(self, number: int, *, status: int | None = None, fault: str | None = None) -> None:
        """Update a request with its result, unless it is no longer in the log."""
        with self._lock:
            entry = self._entries.get(number)
            if entry is not None:
                self._entries[number] = replace(entry, status=status or entry.status, fault=fault or entry.fault)

    def entries(self) -> tuple[LogEntry, ...]:
        """The entries in the log."""
        with self._lock:
            return tuple(self._entries.values())

    def clear(self) -> None:
        """Remove all entries."""
        with self._lock:
            self._entries.clear()
