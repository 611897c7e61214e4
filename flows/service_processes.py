"""Finds and signals processes by a variable of their environment.

The process of a flow run has its own session, so neither its process group nor its parent shows where it belongs; its
environment does, on Linux and macOS.
"""

import os
import socket

import psutil

PAUSE_AFTER_DEATH_SECONDS = 5.0
DEATHS_BEFORE_GIVING_UP = 5
# A process that ran this long had started correctly, so its end starts a new count of deaths.
STEADY_SECONDS = 600.0


def why_not_listening(host: str, port: int) -> str | None:
    """Return why a program could not listen on an address; None if it can."""
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
    """Return the ids of the processes that were started with this variable, without this process.

    The environment of another user's process cannot be read, so such processes are not found.
    """
    return sorted(
        process.pid
        for process in psutil.process_iter(["environ"])
        if process.pid != os.getpid() and (process.info["environ"] or {}).get(name) == value
    )


def send(signal_number: int, process_ids: list[int]) -> None:
    """Send a signal to processes; ignore those that have ended."""
    for process_id in process_ids:
        try:
            os.kill(process_id, signal_number)
        except ProcessLookupError:
            continue
