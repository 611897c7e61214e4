"""One URL to one parsed answer: pace, tries, timeouts, and the landing of everything that comes.

What belongs here: HTTP. What an answer means for its request is in `walking`. Invariants: the bytes of
every answer that was read in full are kept before anything parses them; a rejected answer is rejected here,
at once; a sound one is handed on with its verdict open, since only the whole request can tell whether it
counts. `stamina` decides whether to try again and tells its hooks; the pauses are ours, so that they follow
the client's clock and end when nobody listens.
"""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import httpx
import stamina

from kolada_client.clock import Clock
from kolada_client.errors import (
    KoladaError,
    KoladaGone,
    KoladaNotFound,
    KoladaRefused,
    KoladaServerError,
    KoladaUnreachable,
)
from kolada_client.models import Landing, ParsedPage, Received
from kolada_client.waiting import Allowance, Pace, parse_retry_after, pause_before_next

logger = logging.getLogger("kolada_client")

Parser = Callable[[bytes, str], ParsedPage]

MAX_BODY_BYTES: Final = 256 * 1024 * 1024
"""A full page has about 1.5 MB; what is larger than this is no answer to us."""

_OK: Final = 200
_NOT_FOUND: Final = 404
_GONE: Final = 410
_TRY_AGAIN_LATER: Final = frozenset({408, 425, 429})
_SERVER_FAULT: Final = 500


@dataclass(frozen=True, slots=True)
class Landed:
    """A sound answer whose verdict is open (or fell earlier, when it was recalled)."""

    request_id: str | None
    received: Received
    parsed: ParsedPage
    is_recalled: bool


class Fetcher:
    """Asks URLs; shared by all threads of a client.

    Args:
        http: The connection pool.
        clock: Whose time.
        pace: The polite rate.
        concurrency: How many requests may be under way at once.
        timeout: Seconds of silence after which a try is given up.
        max_attempts: Tries per URL.
        landing: Where answers are kept, or None.
    """

    def __init__(
        self,
        http: httpx.Client,
        *,
        clock: Clock,
        pace: Pace,
        concurrency: int,
        timeout: float,
        max_attempts: int,
        landing: Landing | None,
    ) -> None:
        self._http = http
        self._clock = clock
        self._pace = pace
        self._slots = threading.BoundedSemaphore(concurrency)
        self._timeout = timeout
        self._max_attempts = max_attempts
        self._landing = landing
        self._heard_at: float | None = None

    @property
    def heard_at(self) -> float | None:
        """When the host last answered anything at all, on the client's clock; None when it never did."""
        return self._heard_at

    def fetch(self, url: str, parse: Parser, allowance: Allowance, *, is_recall_allowed: bool = True) -> Landed:
        """Return the parsed answer to `url`, recalled or fetched.

        Raises:
            KoladaUnreachable, KoladaServerError, KoladaUnreadable: After every try.
            KoladaRefused, KoladaContractError: At once.
            KoladaDeadlineExceeded: When the next wait would outlast the allowance.
        """
        if is_recall_allowed and self._landing is not None:
            recalled = self._landing.recall(url)
            if recalled is not None:
                request_id, received = recalled
                allowance.check(url)
                return Landed(request_id, received, self._parse(received, request_id, parse), is_recalled=True)
        pause, last = 0.0, None
        for attempt in stamina.retry_context(on=_retry_now, attempts=self._max_attempts, timeout=None):
            with attempt:
                allowance.wait(pause, url, last)
                try:
                    return self._try(url, parse, allowance, attempt.num)
                except (KoladaUnreachable, KoladaServerError) as error:
                    error.attempts = attempt.num
                    last = error
                    pause = pause_before_next(attempt.num, getattr(error, "retry_after", None))
                    logger.info("try %d of %d failed: %s", attempt.num, self._max_attempts, error)
                    raise
        raise AssertionError(url)  # pragma: no cover - the loop returns or raises

    def ask(self, url: str, allowance: Allowance, attempt: int = 1) -> Received:
        """Send one request and read its answer, whatever its status; no retry, nothing kept.

        Raises:
            KoladaUnreachable: No whole answer came.
        """
        with self._slots:
            self._pace.take_turn(url, allowance)
            try:
                return self._exchange(url, allowance, attempt)
            except (httpx.TransportError, httpx.DecodingError) as error:
                raise self._unreachable(url, error) from error

    def accept(self, landed: Landed, row_count: int) -> None:
        """Give the open verdict: the answer counts."""
        if self._landing is not None and landed.request_id is not None and not landed.is_recalled:
            self._landing.accept(landed.request_id, row_count)

    def reject(self, landed: Landed, reason: str) -> None:
        """Give the open verdict: the answer does not count."""
        if self._landing is not None and landed.request_id is not None and not landed.is_recalled:
            self._landing.reject(landed.request_id, reason)

    def _try(self, url: str, parse: Parser, allowance: Allowance, attempt: int) -> Landed:
        received = self.ask(url, allowance, attempt)
        request_id = self._landing.keep(received) if self._landing is not None else None
        try:
            self._check_status(received)
            parsed = self._parse(received, request_id, parse)
        except KoladaError as error:
            error.at(url=url, status=received.status, request_id=request_id)
            if self._landing is not None and request_id is not None:
                self._landing.reject(request_id, str(error))
            raise
        return Landed(request_id, received, parsed, is_recalled=False)

    def _exchange(self, url: str, allowance: Allowance, attempt: int) -> Received:
        started = self._clock.monotonic()
        left = max(0.001, min(self._timeout, allowance.remaining()))
        timeout = httpx.Timeout(left, connect=min(left, 10.0))
        chunks: list[bytes] = []
        size = 0
        with self._http.stream("GET", url, timeout=timeout) as response:
            self._heard_at = self._clock.monotonic()
            for chunk in response.iter_bytes():
                chunks.append(chunk)
                size += len(chunk)
                allowance.check(url)
                if size > MAX_BODY_BYTES:
                    msg = f"more than {MAX_BODY_BYTES} bytes"
                    raise httpx.DecodingError(msg, request=response.request)
        return Received(
            url=url,
            status=response.status_code,
            headers=tuple((name.lower(), value) for name, value in response.headers.items()),
            body=b"".join(chunks),
            attempts=attempt,
            elapsed_seconds=self._clock.monotonic() - started,
            fetched_at=self._clock.now(),
            http_version=response.http_version,
        )

    def _parse(self, received: Received, request_id: str | None, parse: Parser) -> ParsedPage:
        try:
            return parse(received.body, received.url)
        except KoladaError as error:
            error.at(url=received.url, status=received.status, request_id=request_id)
            raise

    def _check_status(self, received: Received) -> None:
        status, url = received.status, received.url
        if status == _OK:
            return
        said = received.body[:200].decode("utf-8", errors="replace").strip()
        if status >= _SERVER_FAULT or status in _TRY_AGAIN_LATER:
            raise KoladaServerError(
                f"Kolada answered `{status}` to `{url}` (`{said}`), so the request has no answer. "
                "Try again later, or run `kolada doctor` to see what the API answers now.",
                retry_after=parse_retry_after(received.header("retry-after"), received.fetched_at),
            )
        if status == _GONE:
            raise KoladaGone(
                f"Kolada answered `410` to `{url}`: this version of the API is gone, and nothing more is asked. "
                "Set KOLADA_BASE_URL to `https://api.kolada.se/v3`."
            )
        if status == _NOT_FOUND:
            raise KoladaNotFound(
                f"Kolada answered `404` to `{url}` (`{said}`): no such path or no such id, so it is "
                "not asked again. Check KOLADA_BASE_URL and the ids, or run `kolada doctor`."
            )
        location = received.header("location")
        where = f" and points to `{location}`, which is not followed" if location else ""
        raise KoladaRefused(
            f"Kolada answered `{status}` to `{url}` (`{said}`){where}; asking again would give the "
            "same, so nothing more is asked. Check KOLADA_BASE_URL and the ids, or run `kolada doctor`."
        )

    def _unreachable(self, url: str, error: Exception) -> KoladaUnreachable:
        connected = not isinstance(
            error, httpx.ConnectError | httpx.ConnectTimeout | httpx.ProxyError | httpx.UnsupportedProtocol
        )
        what = "broke off before the whole answer had come" if connected else "could not be made"
        return KoladaUnreachable(
            f"the connection for `{url}` {what} (`{type(error).__name__}: {error}`), so the request has no "
            "answer. Check the network and KOLADA_BASE_URL, then run `kolada doctor`.",
            connected=connected,
            url=url,
        )


def _retry_now(error: Exception) -> float | bool:
    """For stamina: whether to try again. The pause itself is ours, hence no further wait."""
    return 0.0 if isinstance(error, KoladaUnreachable | KoladaServerError) else False
