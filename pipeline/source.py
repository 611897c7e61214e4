"""Where a run reads from: the client with its limits, and the ledger on which its answers land."""

import httpx

from kolada_client import Clock, KoladaClient, Received
from pipeline.settings import Settings
from warehouse.run_ledger import RunLedger


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
        landing=LedgerLanding(ledger) if ledger is not None else None,
        clock=clock,
    )


def open_source(settings: Settings) -> KoladaClient:
    """A client for looking: what it reads lands nowhere."""
    return open_client(settings, None, None, None)
