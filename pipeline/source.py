"""The source of a run: the client with its limits, and the ledger that keeps its responses."""

import os
import re
from collections.abc import Mapping

import httpx

from kolada_client import Clock, KoladaClient, Received
from kolada_client.environment import no_proxy_entries
from pipeline.settings import Settings
from warehouse.run_ledger import RunLedger

# The value of NO_PROXY before our own Prefect server was added to it.
GIVEN_NO_PROXY = "KOLADA_GIVEN_NO_PROXY"
LOOPBACK = ("localhost", "127.0.0.1", "::1")
# A host name or an IPv4 address, in the form that httpx accepts.
HOST = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*")


class LedgerLanding:
    """Stores every response page before it is parsed, and returns the pages that landed before a run died."""

    def __init__(self, ledger: RunLedger) -> None:
        self.ledger = ledger

    def recall(self, url: str) -> tuple[str, Received] | None:
        """Return the accepted response to this URL that landed earlier in this run; None if there is none."""
        recalled = self.ledger.recall(url)
        if recalled is None:
            return None
        answer, body = recalled
        return answer.request_id, Received(
            url=answer.url,
            status=answer.status,
            headers=tuple(sorted(answer.headers.items())),
            body=body,
            attempts=answer.attempts,
            elapsed_seconds=answer.elapsed_seconds,
            fetched_at=answer.fetched_at,
        )

    def keep(self, received: Received) -> str:
        """Store a response and return its request id."""
        return self.ledger.keep(
            url=received.url,
            status=received.status,
            headers=dict(received.headers),
            body=received.body,
            attempts=received.attempts,
            elapsed_seconds=received.elapsed_seconds,
            fetched_at=received.fetched_at,
        )

    def accept(self, request_id: str, row_count: int) -> None:
        """Record that the response was parsed and used."""
        self.ledger.accept(request_id, row_count)

    def reject(self, request_id: str, reason: str) -> None:
        """Record that the response cannot be used."""
        self.ledger.reject(request_id, reason)


def variables_for_own_server(environment: Mapping[str, str], host: str | None = None) -> dict[str, str]:
    """Return the variables with which a Prefect process reaches our own server directly, without a proxy.

    Requests to Kolada still use the proxies of the environment: the first value of NO_PROXY is kept for
    `variables_for_kolada`. Entries that httpx, the HTTP client of Prefect, cannot parse are left out.

    Args:
        environment: the variables, such as os.environ.
        host: the host of our server, if it is not a loopback address.
    """
    given = environment.get(GIVEN_NO_PROXY, environment.get("no_proxy", environment.get("NO_PROXY", "")))
    plain = (entry.removeprefix("*.").removeprefix(".") for entry in no_proxy_entries(given))
    entries = [entry for entry in plain if entry == "*" or HOST.fullmatch(entry)]
    direct = ",".join(dict.fromkeys([*entries, *LOOPBACK, *([host] if host else [])]))
    return {GIVEN_NO_PROXY: given, "NO_PROXY": direct, "no_proxy": direct}


def variables_for_kolada(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the environment as it was before `variables_for_own_server` changed it."""
    variables = dict(environment)
    given = variables.pop(GIVEN_NO_PROXY, None)
    return variables if given is None else variables | {"NO_PROXY": given, "no_proxy": given}


def open_client(
    settings: Settings, ledger: RunLedger | None, transport: httpx.BaseTransport | None, clock: Clock | None
) -> KoladaClient:
    """Return a client that keeps its responses on the ledger; with the sample as its source it needs no network."""
    if settings.is_sample and transport is None:
        # Only the sample needs the stand-in; a nightly run does not wait for its import.
        from fake_kolada import FakeKolada, sample_data  # noqa: PLC0415

        transport = FakeKolada(sample_data()).transport()
    return KoladaClient(
        settings.base_url,
        rate=settings.rate,
        concurrency=settings.concurrency,
        timeout=settings.timeout,
        total_deadline=settings.deadline,
        max_attempts=settings.max_attempts,
        transport=transport,
        environment=variables_for_kolada(os.environ),
        landing=LedgerLanding(ledger) if ledger is not None else None,
        clock=clock,
    )


def open_source(settings: Settings) -> KoladaClient:
    """Return a client that stores nothing of what it reads."""
    return open_client(settings, None, None, None)
