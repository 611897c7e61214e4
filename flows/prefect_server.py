"""Whether the Prefect server that a run goes to can be used, and one sentence where it cannot.

Prefect says of a server that does not answer, or of its own settings, in a hundred lines of traceback.
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

# Where Prefect's handlers that print are, and the parts of it that speak of the way to the server.
PRINTING = ("", "prefect", "prefect._internal")
TALKING = ("prefect._internal", "prefect.client", "prefect.events", "prefect.logging")
Filter = Callable[[logging.LogRecord], bool]


def check_server() -> None:
    """Ask the server that is configured; where none is, let Prefect start a temporary one.

    Raises:
        PrefectUnusable: it does not answer, does not let us in, or is no Prefect server.
    """
    url = PREFECT_API_URL.value()
    try:
        with get_client(sync_client=True) as client:
            client.hello().raise_for_status()
    except httpx.HTTPStatusError as error:
        raise PrefectUnusable(about_status(url, error.response.status_code)) from error
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise PrefectUnusable(
            f"The Prefect server at `{url}` (PREFECT_API_URL) does not answer: {said(error)}. "
            "Nothing was started. Start it, unset PREFECT_API_URL or correct it (`prefect config view`)."
        ) from error
    except RuntimeError as error:
        raise PrefectUnusable(
            f"Prefect's temporary server did not start: {error} Nothing was started. "
            "Give it more time, `PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS=600`, use a server that runs "
            "(`kolada serve`, PREFECT_API_URL)."
        ) from error


def said(error: Exception) -> str:
    """What an error says, without the full stop that the sentence around it has."""
    return str(error).rstrip(".") or type(error).__name__


def about_status(url: str | None, status: int) -> str:
    """The sentence about a server that answers and says no."""
    if status in {httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN}:
        return (
            f"The Prefect server at `{url}` does not let this command in (status {status}). Nothing was started. "
            "If `kolada serve` started it: `source <(kolada serve --env)` with the same KOLADA_HOME. Else set "
            "PREFECT_API_AUTH_STRING (or PREFECT_API_KEY)."
        )
    return (
        f"What answers at `{url}` (PREFECT_API_URL) is no Prefect server: status {status}. Nothing was started. "
        "The address ends in /api, such as http://127.0.0.1:4200/api. Correct it."
    )


@contextmanager
def told_if_lost() -> Iterator[None]:
    """Turn what Prefect raises when its server goes away during a run into one sentence.

    Raises:
        PrefectLost: the server was lost; what Prefect itself says of it is held back for good.
    """
    troubles = Troubles()
    try:
        yield
    except (httpx.HTTPError, PrefectException) as error:
        raise PrefectLost(
            f"Prefect's server was lost during the run: {said(error)}. What was received is kept, and `kolada status` "
            "tells whether the run published all the same. If not, give the command again: what landed is not fetched "
            "again."
        ) from error
    except BaseException:
        troubles.tell()
        raise
    troubles.tell()


class Troubles:
    """What Prefect says of its own troubles, held back from the terminal until it is known what they were.

    It tells the loss of its server in a traceback of each part that talked to it. KOLADA_TRACEBACK=1 shows
    them at once.
    """

    def __init__(self) -> None:
        self._held: list[tuple[logging.Handler, logging.LogRecord]] = []
        self._filters: dict[logging.Handler, Filter] = {}
        self._raises = logging.raiseExceptions
        if os.environ.get("KOLADA_TRACEBACK"):
            return
        # By this switch of Python's own Prefect prints that a line of the log did not reach the server.
        logging.raiseExceptions = False
        for name in PRINTING:
            for handler in logging.getLogger(name).handlers:
                self._filters[handler] = self._holding(handler)
                handler.addFilter(self._filters[handler])

    def tell(self) -> None:
        """Print what was held back, and hold back nothing more."""
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
