"""Finding processes by a variable that they were started with.

A flow run's process leads a session of its own, so neither a process group nor a parent tells whose it is; its
environment does. Needs /proc, which Linux has; elsewhere nothing is found, and the service manager has to clean up.
"""

import os
from pathlib import Path

PROC = Path("/proc")


def with_variable(name: str, value: str) -> list[int]:
    """The ids of the processes that were started with this variable, this process left out."""
    wanted = f"{name}={value}".encode()
    found = []
    for folder in PROC.glob("[0-9]*"):
        try:
            variables = (folder / "environ").read_bytes().split(b"\0")
        except OSError:
            # Ended in the meantime, or another user's.
            continue
        if wanted in variables and int(folder.name) != os.getpid():
            found.append(int(folder.name))
    return sorted(found)


def send(signal_number: int, process_ids: list[int]) -> None:
    """Send a signal to processes; one that is gone needs none."""
    for process_id in process_ids:
        try:
            os.kill(process_id, signal_number)
        except ProcessLookupError:
            continue
