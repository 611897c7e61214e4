"""Helpers that wait for other processes, find free ports and copy Prefect's database."""

import random
import socket
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
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
    """Return a port on which nothing listens, below those that the system gives to outgoing connections."""
    for port in random.sample(range(20_000, 32_000), 100):
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    pytest.fail("a hundred ports are taken")


def copy_database(source: Path, target: Path) -> None:
    """Copy a SQLite database, with what its log still holds, so that another server need not create its own."""
    with closing(sqlite3.connect(source)) as used, closing(sqlite3.connect(target)) as copied:
        used.backup(copied)
