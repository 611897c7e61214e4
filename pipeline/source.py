"""Where a run reads from: the client with its limits, and the ledger on which its answers land."""

import os
import re
from collections.abc import Mapping

import httpx

from kolada_client import Clock, KoladaClient, Received
from kolada_client.environment import no_proxy_entries
from pipeline.settings import Settings
from warehouse.run_ledger import RunLedger

# What NO_PROXY was before our own Prefect server was added to it.
GIVEN_NO_PROXY = "KOLADA_GIVEN_NO_PROXY"
LOOPBACK = ("localhost", "127.0.0.1", "::1")
# A host or an IPv4 address, as httpx can tell it from others.
HOST = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*")


class LedgerLanding:
    """Keeps every answer in the raw store before it is parsed, and hands back what landed before a run died."""

    def __init__(self, ledger: RunLedger) -> None:
        self.ledger = ledger

    def recall(self, url: str) -> tuple[str, Received] | None:
        """The accepted answer to this URL that landed earlier in this run."""
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
        """Keep an answer; returns its request id."""
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
        """The answer was read and used."""
        self.ledger.accept(request_id, row_count)

    def reject(self, request_id: str, reason: str) -> None:
        """The answer cannot be used."""
        self.ledger.reject(request_id, reason)


def variables_for_own_server(environment: Mapping[str, str], host: str | None = None) -> dict[str, str]:
    """What lets a Prefect process ask a server of our own directly, whatever proxies the environment names.

    Kolada is still asked as the environment said: what NO_PROXY was is kept for `variables_for_kolada`. Of its entries
    those stay that httpx, which Prefect asks with, can build.

    Args:
        environment: the variables, such as os.environ.
        host: where our server listens, if not at this machine's own addresses for itself.
    """
    given = environment.get(GIVEN_NO_PROXY, environment.get("no_proxy", environment.get("NO_PROXY", "")))
    plain = (entry.removeprefix("*.").removeprefix(".") for entry in no_proxy_entries(given))
    entries = [entry for entry in plain if entry == "*" or HOST.fullmatch(entry)]
    direct = ",".join(dict.fromkeys([*entries, *LOOPBACK, *([host] if host else [])]))
    return {GIVEN_NO_PROXY: given, "NO_PROXY": direct, "no_proxy": direct}


def variables_for_kolada(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment as it was before our own Prefect server was to be asked directly."""
    variables = dict(environment)
    given = variables.pop(GIVEN_NO_PROXY, None)
    return variables if given is None else variables | {"NO_PROXY": given, "no_proxy": given}


def open_client(
    settings: Settings, ledger: RunLedger | None, transport: httpx.BaseTransport | None, clock: Clock | None
) -> KoladaClient:
    """A client whose answers land on the ledger; with the sample as its source, one that needs no network."""
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
    """A client for looking: what it reads lands nowhere."""
    return open_client(settings, None, None, None)
