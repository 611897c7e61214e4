"""Silence on stderr when a process that ran a flow ends.

Prefect keeps flows, and with them the modules that they use, until after the interpreter has closed; DuckDB's binding
then lists in a hundred lines what it could not free. Nothing is wrong, and the run has said what it had to say.
"""

import atexit
import os
import sys
from functools import cache


@cache
def be_quiet_at_exit() -> None:
    """Close stderr as the last thing that this process does; exit handlers run in reverse order of registration."""
    atexit.register(close_standard_error)


def close_standard_error() -> None:
    """Let nothing more be written to stderr."""
    sys.stderr.flush()
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())
