"""What every Prefect process that we start is told beforehand, unless the operator's own environment says otherwise.

Prefect reads its settings when it is imported, so nothing here imports it before `check_prefect` does.
"""

import atexit
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import redirect_stderr
from functools import cache
from io import StringIO
from pathlib import Path

from pydantic import ValidationError

from flows.server_access import FOLDER_OF_OWNER, ServerAccess, new_password
from kolada_client.environment import check_environment
from pipeline.source import variables_for_own_server

# Prefect's own server phones home, and fails loudly where there is no way out; its client asks before it does.
NO_TELEMETRY = {"PREFECT_SERVER_ANALYTICS_ENABLED": "false", "DO_NOT_TRACK": "1"}

# A temporary server that starts for the first time makes its database, on a slow machine for longer than Prefect waits.
PATIENCE = {"PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "180"}

# A command that a person gave waits some seconds for a server that is away, not Prefect's minute at each question.
IMPATIENCE = {"PREFECT_CLIENT_MAX_RETRIES": "2"}

# Prefect's logging settings (its logging.yml) with our lines in them: what the worker prints is JSON, too.
JSON_LOGGING = {
    "PREFECT_LOGGING_HANDLERS_CONSOLE_CLASS": "flows.json_logs.JsonConsole",
    "PREFECT_LOGGING_HANDLERS_CONSOLE_FORMATTER": "json",
    "PREFECT_LOGGING_FORMATTERS_JSON_CLASS": "flows.json_logs.JsonLine",
    "PREFECT_LOGGING_FORMATTERS_JSON_FORMAT": "%(message)s",
}


class PrefectUnusable(RuntimeError):
    """Prefect, or the server that it is to use, cannot be used; the message is for the operator."""


class PrefectLost(PrefectUnusable):
    """The server went away during a run; what Prefect does as this process ends waits for it in vain."""


class PrefectMisconfigured(PrefectUnusable):
    """A setting of Prefect's cannot be used: bad input."""


def folders_for_prefect(prefect_home: Path) -> dict[str, str]:
    """Where Prefect puts what it otherwise puts beside its own code and into the machine's common /tmp.

    A service neither owns its checkout (the UI would be missing) nor `/tmp/runner_storage` if another user came first
    (no worker would start).
    """
    scratch = prefect_home / "tmp"
    scratch.mkdir(parents=True, exist_ok=True)
    return {"PREFECT_UI_STATIC_DIRECTORY": str(prefect_home / "ui"), "TMPDIR": str(scratch)}


def prepare_for_prefect(home: Path) -> str | None:
    """Make this process ready to use Prefect: before Prefect is imported, and before it registers exit handlers.

    Args:
        home: KOLADA_HOME; a server that was started with it lets this process in.

    Returns:
        the server that is configured, by the environment or a profile; None where there is none.

    Raises:
        InvalidEnvironment: a variable for proxies or certificates cannot be used, by Prefect's client either.
        PrefectMisconfigured: a setting of Prefect's cannot be used.
    """
    check_environment(os.environ)
    for name, value in (NO_TELEMETRY | PATIENCE).items():
        os.environ.setdefault(name, value)
    access = ServerAccess(home)
    os.environ.update(variables_for_own_server(os.environ, access.host_in(os.environ)))
    password = access.password_for(os.environ)
    if password is not None:
        os.environ["PREFECT_API_AUTH_STRING"] = password
    be_quiet_at_exit()
    return check_prefect()


def close_temporary_server() -> None:
    """Let the server that Prefect starts for one command ask for a password that this process alone knows."""
    from prefect.context import refresh_global_settings_context  # noqa: PLC0415

    password = new_password()
    os.environ.update(PREFECT_API_AUTH_STRING=password, PREFECT_SERVER_API_AUTH_STRING=password)
    refresh_global_settings_context()


def check_prefect() -> str | None:
    """Read Prefect's settings as its import does, which ends in a traceback where one cannot be used.

    Returns:
        the server that is configured, by the environment or a profile; None where there is none.

    Raises:
        PrefectMisconfigured: a setting, the file of profiles or the folder cannot be used.
    """
    try:
        # Prefect prints an error of its settings while it is imported, and then raises it all the same.
        with redirect_stderr(StringIO()):
            from prefect.settings import get_current_settings, load_profiles  # noqa: PLC0415

            settings = get_current_settings()
            load_profiles()
    except ValidationError as error:
        raise PrefectMisconfigured("\n".join(about_settings(error, os.environ))) from error
    except ValueError as error:
        raise PrefectMisconfigured(
            f"Prefect's profiles cannot be read: {error}. Nothing was started. Correct `profiles.toml` in PREFECT_HOME "
            "(or in `~/.prefect`)."
        ) from error
    folder = settings.home
    try:
        # What is in its database is for nobody else.
        folder.mkdir(mode=FOLDER_OF_OWNER, parents=True, exist_ok=True)
        writable = os.access(folder, os.W_OK | os.X_OK)
    except OSError:
        writable = False
    if not writable:
        raise PrefectMisconfigured(
            f"Prefect's own folder `{folder}` cannot be written. Nothing was started. Name one that this user can "
            "write: `PREFECT_HOME=FOLDER`."
        )
    return settings.api.url


def about_settings(error: ValidationError, environment: Mapping[str, str]) -> Iterator[str]:
    """A sentence about each value that Prefect's settings do not take; pydantic names the field alone."""
    for finding in error.errors():
        field = "_".join(str(part) for part in finding["loc"])
        value = str(finding["input"])
        names = [
            name
            for name, given in environment.items()
            if name.startswith("PREFECT_") and name.endswith(field.upper()) and given == value
        ]
        if finding["type"] != "default_factory_not_called":
            yield (
                f"Prefect's setting {' or '.join(names) or field} = `{value}` cannot be used: {finding['msg']}. "
                "Nothing was started. Correct or unset it (in the environment, `.env`, prefect.toml or "
                "`profiles.toml` in PREFECT_HOME)."
            )


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
