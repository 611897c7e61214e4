"""What a stand-in was asked: one entry a request, from the moment when it comes in."""

from dataclasses import dataclass, replace
from datetime import datetime
from threading import Lock

_MOST_ENTRIES = 100_000


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One request; `status` is None until an answer begins, and for good when none does.

    `fault` is the fault that spoilt the answer, as it is written.
    """

    method: str
    url: str
    at: datetime
    status: int | None = None
    fault: str | None = None


class RequestLog:
    """The last 100,000 requests in the order in which they came. Safe from several threads."""

    def __init__(self) -> None:
        self._entries: dict[int, LogEntry] = {}
        self._came = 0
        self._lock = Lock()

    def begin(self, entry: LogEntry) -> int:
        """Write down a request that came in; the number is for what is learned of it later."""
        with self._lock:
            self._came += 1
            self._entries[self._came] = entry
            self._entries.pop(self._came - _MOST_ENTRIES, None)
            return self._came

    def learn(self, number: int, *, status: int | None = None, fault: str | None = None) -> None:
        """Add what became of a request, unless it is forgotten already."""
        with self._lock:
            entry = self._entries.get(number)
            if entry is not None:
                self._entries[number] = replace(entry, status=status or entry.status, fault=fault or entry.fault)

    def entries(self) -> tuple[LogEntry, ...]:
        """All that is remembered."""
        with self._lock:
            return tuple(self._entries.values())

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._entries.clear()
