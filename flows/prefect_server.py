"""Whether the Prefect server that a run goes to can be used, and one sentence where it cannot.

Prefect says of a server that does not answer, or of its own settings, in a hundred lines of traceback.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import httpx
from prefect.client.orchestration import get_client
from prefect.exceptions import PrefectException
from prefect.settings import PREFECT_API_URL

from flows.prefect_environment import PrefectUnusable


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
        PrefectUnusable: the server was lost.
    """
    try:
        yield
    except (httpx.HTTPError, PrefectException) as error:
        raise PrefectUnusable(
            f"Prefect's server was lost during the run: {said(error)}. What was received is kept, and `kolada status` "
            "tells whether the run published all the same. If not, give the command again: what landed is not fetched "
            "again."
        ) from error
