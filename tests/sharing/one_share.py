"""A share of a home in a process that is killed at one of its steps.

Run as a program, it starts such a process for each input line `[HOME, PLACE, INSTANT, STEP]` (JSON) and prints its
exit code (negative for a signal) and its number of steps. A step is a change of a file or folder, or a request to an
object store; the process is killed before the step with the given number, if it gets there.
"""

import json
import os
import signal
import sys
from datetime import datetime
from pathlib import Path

import boto3  # noqa: F401 - imported here once, not by every process

from sharing import share_home
from tests.sharing.support import wished
from warehouse.home import Home

CHANGES = {"os.rename", "os.mkdir", "os.remove", "os.rmdir", "http.client.send"}
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT


def share_and_count(home: str, place: str, instant: str, stops_at: int, told: int) -> None:
    """Share, and kill the process before a step; each step writes a byte into the pipe."""
    wish = wished(place, keep=2, min_days=2)
    steps = 0

    def count(event: str, given: tuple) -> None:
        nonlocal steps
        writes = event == "open" and isinstance(given[0], str) and given[0] != os.devnull and given[2] & WRITING
        if event in CHANGES or writes:
            if steps == stops_at:
                os.kill(os.getpid(), signal.SIGKILL)
            steps += 1
            os.write(told, b".")

    sys.addaudithook(count)
    note = share_home(Home(Path(home)), wish, now=lambda: datetime.fromisoformat(instant))
    assert not note.is_failed, note


def start(home: str, place: str, instant: str, stops_at: int) -> tuple[int, int]:
    """Start a process; return its exit code and its number of steps."""
    hears, told = os.pipe()
    if process := os.fork():
        os.close(told)
        with os.fdopen(hears, "rb") as steps:
            count = len(steps.read())
        return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]), count
    code = 1
    try:
        share_and_count(home, place, instant, stops_at, told)
        code = 0
    finally:
        os._exit(code)


if __name__ == "__main__":
    for line in sys.stdin:
        print(json.dumps(start(*json.loads(line))), flush=True)
