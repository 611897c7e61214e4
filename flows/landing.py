"""Where the client's answers land: the run's ledger, fitted to the client's `Landing` protocol."""

from kolada_client import Received
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
