"""Helpers that wait for other processes and find free ports."""

import socket
import time
from collections.abc import Callable
from typing import Any

import pytest


def wait_for(look: Callable[[], Any], seconds: float, story: Callable[[], str]) -> Any:
    """Call a function until it returns something, for a bounded time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if seen := look():
            return seen
        time.sleep(0.25)
    pytest.fail(f"no result after {seconds} seconds; the log ends: {story()}")


def free_port() -> int:
    """Return a port on which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
