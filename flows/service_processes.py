"""Finding processes by a variable that they were started with.

A flow run's process leads a session of its own, so neither a process group nor a parent tells whose it is; its
environment does, on Linux and macOS alike.
"""

import os
import socket

import psutil

PAUSE_AFTER_DEATH_SECONDS = 5.0
DEATHS_BEFORE_GIVING_UP = 5
# A process that lived this long is not one that cannot start: its end begins a new count.
STEADY_SECONDS = 600.0


def why_not_listening(host: str, port: int) -> str | None:
    """Why nothing can listen at an address, found out before a program starts that is to; None where it can."""
    try:
        (family, kind, *_, address), *_ = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        return error.strerror or str(error)
    except OverflowError as error:
        return str(error)
    return None


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
