"""Checks the Prefect server of a run, and turns its problems into one message each.

Prefect itself would print a traceback of a hundred lines for a server that does not respond.
"""

import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import httpx
from prefect.client.orchestration import get_client
from prefect.exceptions import PrefectException
from prefect.settings import PREFECT_API_URL

from flows.prefect_environment import PrefectLost, PrefectUnusable

# The loggers with Prefect's console handlers, and those that report problems with the server.
PRINTING = ("", "prefect", "prefect._internal")
TALKING = ("prefect._internal", "prefect.client", "prefect.events", "prefect.logging")
Filter = Callable[[logging.LogRecord], bool]


def check_server() -> None:
    """Send a request to the configured server; if none is configured, Prefect starts a temporary one.

    Raises:
        PrefectUnusable: it does not respond, rejects our password, or is not a Prefect server.
    """
    url = PREFECT_API_URL.value()
    try:
        with get_client(sync_client=True) as client:
            client.hello().raise_for_status()
    except httpx.HTTPStatusError as error:
        raise PrefectUnusable(about_status(url, error.response.status_code)) from error
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise PrefectUnusable(
            f"The Prefect server at `{url}` (PREFECT_API_URL) does not respond: {said(error)}. "
            "Nothing was started. Start it, unset PREFECT_API_URL or correct it (`prefect config view`)."
        ) from error
    except RuntimeError as error:
        raise PrefectUnusable(
            f"Prefect's temporary server did not start: {error} Nothing was started. "
            "Give it more time, `PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS=600`, or use a running server "
            "(`kolada serve`, PREFECT_API_URL)."
        ) from error


def said(error: Exception) -> str:
    """Return the text of an error without its full stop, or its class if it has no text."""
    return str(error).rstrip(".") or type(error).__name__


def about_status(url: str | None, status: int) -> str:
    """Return the message about a server that responds with an error status."""
    if status in {httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN}:
        return (
            f"The Prefect server at `{url}` denies access to this command (status {status}). Nothing was started. "
            "If `kolada serve` started it: `source <(kolada serve --env)` with the same KOLADA_HOME. Otherwise set "
            "PREFECT_API_AUTH_STRING (or PREFECT_API_KEY)."
        )
    return (
        f"The server at `{url}` (PREFECT_API_URL) is not a Prefect server: status {status}. Nothing was started. "
        "Correct the address; it ends in /api, such as http://127.0.0.1:4200/api."
    )


@contextmanager
def told_if_lost() -> Iterator[None]:
    """Turn the errors that Prefect raises when its server is lost during a run into one message.

    Raises:
        PrefectLost: the server was lost; Prefect's own messages about it are dropped.
    """
    troubles = Troubles()
    try:
        yield
    except (httpx.HTTPError, PrefectException) as error:
        raise PrefectLost(
            f"Prefect's server was lost during the run: {said(error)}. The received responses are kept. See `kolada "
            "status`: the run may have published anyway. If not, run the command again: responses already received "
            "are not fetched again."
        ) from error
    except BaseException:
        troubles.tell()
        raise
    troubles.tell()


class Troubles:
    """Holds back Prefect's log records about problems until their cause is known.

    When its server is lost, each part of Prefect that used it prints a traceback. With KOLADA_TRACEBACK=1 nothing is
    held back.
    """

    def __init__(self) -> None:
        self._held: list[tuple[logging.Handler, logging.LogRecord]] = []
        self._filters: dict[logging.Handler, Filter] = {}
        self._raises = logging.raiseExceptions
        if os.environ.get("KOLADA_TRACEBACK"):
            return
        # If this switch of Python is on, Prefect prints an error for each log record that did not reach the server.
        logging.raiseExceptions = False
        for name in PRINTING:
            for handler in logging.getLogger(name).handlers:
                self._filters[handler] = self._holding(handler)
                handler.addFilter(self._filters[handler])

    def tell(self) -> None:
        """Print the records that were held back, and stop holding back."""
        logging.raiseExceptions = self._raises
        for handler, each in self._filters.items():
            handler.removeFilter(each)
        for handler, record in self._held:
            handler.handle(record)

    def _holding(self, handler: logging.Handler) -> Filter:
        def is_printed_now(record: logging.LogRecord) -> bool:
            is_trouble = record.levelno >= (logging.WARNING if record.name.startswith(TALKING) else logging.ERROR)
            if is_trouble:
                self._held.append((handler, record))
            return not is_trouble

        return is_printed_now
