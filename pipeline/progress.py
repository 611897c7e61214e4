"""How a run tells of its progress: one protocol, silence, and lines of JSON. The terminal's bar is the command's."""

import json
import sys
from datetime import UTC, datetime
from typing import Protocol, TextIO


class Reporter(Protocol):
    """Takes what a run tells."""

    def stage(self, name: str, total: int | None = None) -> None:
        """A stage begins; its length in steps when that is known."""

    def advance(self, steps: int = 1) -> None:
        """The stage has come this many steps further."""

    def say(self, message: str) -> None:
        """One fact for the log."""


class Silent:
    """Tells nothing."""

    def stage(self, name: str, total: int | None = None) -> None:
        """Nothing."""

    def advance(self, steps: int = 1) -> None:
        """Nothing."""

    def say(self, message: str) -> None:
        """Nothing."""


class JsonReporter:
    """A run's progress without Prefect, as the same lines."""

    def __init__(self, stream: TextIO = sys.stderr) -> None:
        self._stream = stream

    def stage(self, name: str, total: int | None = None) -> None:
        """A stage begins."""
        self.say(name if total is None else f"{name}: {total} requests")

    def advance(self, steps: int = 1) -> None:
        """Single steps are not logged."""

    def say(self, message: str) -> None:
        """One line."""
        fields = {
            "at": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "level": "info",
            "message": message,
        }
        print(json.dumps(fields, ensure_ascii=False), file=self._stream, flush=True)
