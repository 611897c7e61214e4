"""Waiting for what happens in other processes, and ports for them."""

import socket
import time
from collections.abc import Callable
from typing import Any

import pytest


def wait_for(look: Callable[[], Any], seconds: float, story: Callable[[], str]) -> Any:
    """Look until there is something to see, for a bounded time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if seen := look():
            return seen
        time.sleep(0.25)
    pytest.fail(f"nothing to see after {seconds} seconds; the log ends: {story()}")


def free_port() -> int:
    """A port that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
