"""Progress reporting of a run: the protocol, a silent reporter, and one that writes JSON lines.

The progress bar of the terminal belongs to `cli`.
"""

import json
import sys
from datetime import UTC, datetime
from typing import Protocol, TextIO


class Reporter(Protocol):
    """Receives the progress of a run."""

    def stage(self, name: str, total: int | None = None) -> None:
        """Begin a stage; `total` is its number of steps if that is known."""

    def advance(self, steps: int = 1) -> None:
        """Report that this many more steps of the stage are done."""

    def say(self, message: str) -> None:
        """Log a message."""


class Silent:
    """A reporter that ignores everything."""

    def stage(self, name: str, total: int | None = None) -> None:
        """Do nothing."""

    def advance(self, steps: int = 1) -> None:
        """Do nothing."""

    def say(self, message: str) -> None:
        """Do nothing."""


class JsonReporter:
    """A reporter that writes the same JSON lines as a Prefect run, without Prefect."""

    def __init__(self, stream: TextIO = sys.stderr) -> None:
        self._stream = stream

    def stage(self, name: str, total: int | None = None) -> None:
        """Log that a stage begins."""
        self.say(name if total is None else f"{name}: {total} requests")

    def advance(self, steps: int = 1) -> None:
        """Do nothing: single steps are not logged."""

    def say(self, message: str) -> None:
        """Write one line."""
        fields = {
            "at": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "level": "info",
            "message": message,
        }
        print(json.dumps(fields, ensure_ascii=False), file=self._stream, flush=True)
