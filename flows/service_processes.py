"""Finding processes by a variable that they were started with.

A flow run's process leads a session of its own, so neither a process group nor a parent tells whose it is; its
environment does, on Linux and macOS alike.
"""

import os

import psutil


def with_variable(name: str, value: str) -> list[int]:
    """The ids of the processes that were started with this variable, this process left out.

    Another user's processes do not show their environment, and are not found.
    """
    return sorted(
        process.pid
        for process in psutil.process_iter(["environ"])
        if process.pid != os.getpid() and (process.info["environ"] or {}).get(name) == value
    )


def send(signal_number: int, process_ids: list[int]) -> None:
    """Send a signal to processes; one that is gone needs none."""
    for process_id in process_ids:
        try:
            os.kill(process_id, signal_number)
        except ProcessLookupError:
            continue
