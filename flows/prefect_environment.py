"""The environment of every Prefect process that we start. Variables that the operator has set have precedence.

Prefect reads its settings when it is imported, so no function here imports it before `check_prefect` does.
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

# Prefect's server sends telemetry, and logs errors if it has no internet access; its client reads DO_NOT_TRACK.
NO_TELEMETRY = {"PREFECT_SERVER_ANALYTICS_ENABLED": "false", "DO_NOT_TRACK": "1"}

# At its first start a temporary server creates its database, which may take longer than Prefect waits by default.
PATIENCE = {"PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "180"}

# A command waits some seconds for a server that does not respond, not Prefect's default of a minute per request.
IMPATIENCE = {"PREFECT_CLIENT_MAX_RETRIES": "2"}

# Replacements in Prefect's logging settings (its logging.yml), so that the worker prints JSON too.
JSON_LOGGING = {
    "PREFECT_LOGGING_HANDLERS_CONSOLE_CLASS": "flows.json_logs.JsonConsole",
    "PREFECT_LOGGING_HANDLERS_CONSOLE_FORMATTER": "json",
    "PREFECT_LOGGING_FORMATTERS_JSON_CLASS": "flows.json_logs.JsonLine",
    "PREFECT_LOGGING_FORMATTERS_JSON_FORMAT": "%(message)s",
}


class PrefectUnusable(RuntimeError):
    """Prefect, or its server, cannot be used; the message is for the operator."""


class PrefectLost(PrefectUnusable):
    """The server was lost during a run; Prefect's exit handlers would wait for it."""


class PrefectMisconfigured(PrefectUnusable):
    """A setting of Prefect cannot be used: bad input."""


def folders_for_prefect(prefect_home: Path) -> dict[str, str]:
    """Return variables that make Prefect write into its own home instead of its code's folder and /tmp.

    A service may lack permission to write to the folder of the code (then the UI would be missing), and to
    `/tmp/runner_storage` if another user has created it (then no worker would start).
    """
    scratch = prefect_home / "tmp"
    scratch.mkdir(parents=True, exist_ok=True)
    return {"PREFECT_UI_STATIC_DIRECTORY": str(prefect_home / "ui"), "TMPDIR": str(scratch)}


def prepare_for_prefect(home: Path) -> str | None:
    """Prepare this process for Prefect, before Prefect is imported and registers its exit handlers.

    Args:
        home: KOLADA_HOME; it has the password of a server that was started with it.

    Returns:
        The URL of the server that the environment or a profile configures; None if there is none.

    Raises:
        InvalidEnvironment: a variable for proxies or certificates cannot be used.
        PrefectMisconfigured: a setting of Prefect cannot be used.
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
    """Make the temporary server that Prefect starts for one command require a password known only to this process."""
    from prefect.context import refresh_global_settings_context  # noqa: PLC0415

    password = new_password()
    os.environ.update(PREFECT_API_AUTH_STRING=password, PREFECT_SERVER_API_AUTH_STRING=password)
    refresh_global_settings_context()


def check_prefect() -> str | None:
    """Read Prefect's settings, and raise one readable error where the import of Prefect would print a traceback.

    Returns:
        The URL of the server that the environment or a profile configures; None if there is none.

    Raises:
        PrefectMisconfigured: a setting, the file of profiles or the folder cannot be used.
    """
    try:
        # Prefect prints an error in its settings while it is imported, in addition to raising it.
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
        # Other users must not read Prefect's database.
        folder.mkdir(mode=FOLDER_OF_OWNER, parents=True, exist_ok=True)
        writable = os.access(folder, os.W_OK | os.X_OK)
    except OSError:
        writable = False
    if not writable:
        raise PrefectMisconfigured(
            f"Prefect's folder `{folder}` cannot be written. Nothing was started. Name a folder that this user can "
            "write: `PREFECT_HOME=FOLDER`."
        )
    return settings.api.url


def about_settings(error: ValidationError, environment: Mapping[str, str]) -> Iterator[str]:
    """Yield a message per value that Prefect's settings reject, with the variable; pydantic names only the field."""
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
    """Register an exit handler that closes stderr; as the first one registered, it runs last.

    Prefect keeps references to flows, and so to their modules, until the interpreter has closed. DuckDB's binding then
    prints a hundred lines about objects that it could not free, although nothing is wrong.
    """
    atexit.register(close_standard_error)


def close_standard_error() -> None:
    """Redirect stderr to the null device."""
    sys.stderr.flush()
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())
