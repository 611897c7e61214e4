"""What every Prefect process that we start is told beforehand, unless the operator's own environment says otherwise.

Prefect reads its settings when it is imported, so this knows nothing of Prefect.
"""

import atexit
import os
import sys
from functools import cache
from pathlib import Path

# Prefect's own server phones home, and fails loudly where there is no way out; its client asks before it does.
NO_TELEMETRY = {"PREFECT_SERVER_ANALYTICS_ENABLED": "false", "DO_NOT_TRACK": "1"}

# A temporary server that starts for the first time makes its database, on a slow machine for longer than Prefect waits.
PATIENCE = {"PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "180"}

# Prefect's logging settings (its logging.yml) with our lines in them: what the worker prints is JSON, too.
JSON_LOGGING = {
    "PREFECT_LOGGING_HANDLERS_CONSOLE_CLASS": "flows.json_logs.JsonConsole",
    "PREFECT_LOGGING_HANDLERS_CONSOLE_FORMATTER": "json",
    "PREFECT_LOGGING_FORMATTERS_JSON_CLASS": "flows.json_logs.JsonLine",
    "PREFECT_LOGGING_FORMATTERS_JSON_FORMAT": "%(message)s",
}


def folders_for_prefect(prefect_home: Path) -> dict[str, str]:
    """Where Prefect puts what it otherwise puts beside its own code and into the machine's common /tmp.

    A service neither owns its checkout (the UI would be missing) nor `/tmp/runner_storage` if another user came first
    (no worker would start).
    """
    scratch = prefect_home / "tmp"
    scratch.mkdir(parents=True, exist_ok=True)
    return {"PREFECT_UI_STATIC_DIRECTORY": str(prefect_home / "ui"), "TMPDIR": str(scratch)}


def prepare_for_prefect() -> None:
    """Make this process ready to run a flow: before Prefect is imported, and before it registers exit handlers."""
    for name, value in (NO_TELEMETRY | PATIENCE).items():
        os.environ.setdefault(name, value)
    be_quiet_at_exit()


@cache
def be_quiet_at_exit() -> None:
    """Close stderr as the last thing that this process does; exit handlers run in reverse order of registration.

    Prefect keeps flows, and with them the modules that they use, until after the interpreter has closed; DuckDB's
    binding then lists in a hundred lines what it could not free. Nothing is wrong.
    """
    atexit.register(close_standard_error)


def close_standard_error() -> None:
    """Let nothing more be written to stderr."""
    sys.stderr.flush()
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())
