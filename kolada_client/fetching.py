"""Fetch one URL and parse the response: rate limit, tries, size limits, and storing every response.

What belongs here: HTTP. The meaning of a response for its request is in `walking`. Invariants: the bytes of every
complete response are stored before they are parsed; an invalid response is rejected here, immediately; a sound one is
returned with its verdict open, since that depends on the other pages of the request. No response takes more than its
time limit and MAX_BODY_BYTES.
"""

import io
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass

import httpx

from kolada_client.body_kinds import brief_text, unreadable
from kolada_client.clock import Clock
from kolada_client.environment import CHECK_NETWORK, WayOut
from kolada_client.errors import (
    IF_IT_STAYS,
    KoladaContractError,
    KoladaError,
    KoladaGone,
    KoladaNotFound,
    KoladaRefused,
    KoladaServerError,
    KoladaUnreachable,
    KoladaUnreadable,
)
from kolada_client.models import SOURCE_KINDS, Landing, ParsedPage, Received
from kolada_client.unpacking import OFFERED, StaysPacked, TooLarge, unpacked
from kolada_client.waiting import Allowance, Pace, keep_trying, parse_retry_after
from kolada_client.wire import BoundedTransport, NoCookies, Try, limited_to

logger = logging.getLogger("kolada_client")

Parser = Callable[[bytes, str], ParsedPage]

MAX_BODY_BYTES = 32 * 1024 * 1024
"""Limit of a body, compressed or not. A full page has about 1.5 MB; 5,000 KPIs with the longest descriptions 12."""

_CONNECT_SECONDS = 10.0
_OK = 200
_NOT_FOUND = 404
_GONE = 410
_TRY_AGAIN_LATER = frozenset({408, 425, 429})
_SERVER_FAULT = 500


@dataclass(frozen=True, slots=True)
class Landed:
    """A sound response whose verdict is open (or, if recalled, was given earlier)."""

    request_id: str | None
    received: Received
    parsed: ParsedPage
    is_recalled: bool


class Fetcher:
    """Fetches URLs; shared by all threads of a client.

    Args:
        clock: The client's clock.
        pace: The rate limit.
        concurrency: The most requests in flight at the same time.
        timeout: Seconds that the headers of a response, and then each 64 kB of its body, may take.
        max_attempts: Tries per URL.
        user_agent: The value of the header User-Agent.
        landing: The store of responses, or None.
        transport: The transport to use in place of the network.
        way: Proxy and certificates.
    """

    def __init__(
        self,
        *,
        clock: Clock,
        pace: Pace,
        concurrency: int,
        timeout: float,
        max_attempts: int,
        user_agent: str,
        landing: Landing | None,
        transport: httpx.BaseTransport | None,
        way: WayOut,
    ) -> None:
        self._way = way if transport is None else None
        self._http = httpx.Client(
            transport=transport or BoundedTransport(way, connections=concurrency),
            headers={"User-Agent": user_agent, "Accept": "application/json", "Accept-Encoding": OFFERED},
            cookies=NoCookies(),
            follow_redirects=False,
        )
        self._clock = clock
        self._pace = pace
        self._slots = threading.BoundedSemaphore(concurrency)
        self._timeout = timeout
        self.max_attempts = max_attempts
        self._landing = landing
        self._heard_at: float | None = None
        self._source_kind: str | None = None

    @property
    def heard_at(self) -> float | None:
        """When the host last sent any response, on the client's clock; None if it never did."""
        return self._heard_at

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def fetch(self, url: str, parse: Parser, allowance: Allowance, *, is_recall_allowed: bool = True) -> Landed:
        """Return the parsed response to `url`, recalled or fetched.

        Raises:
            KoladaUnreachable, KoladaServerError, KoladaUnreadable: After every try.
            KoladaRefused, KoladaContractError: Without another try.
            KoladaDeadlineExceeded: The next wait would exceed the allowance.
        """
        if is_recall_allowed and self._landing is not None:
            recalled = self._landing.recall(url)
            if recalled is not None:
                request_id, received = recalled
                allowance.check(url)
                try:
                    return Landed(request_id, received, self._read(received, request_id, parse), is_recalled=True)
                except KoladaError as error:
                    logger.info("what was kept is asked for again: %s", error)
        return keep_trying(
            lambda attempt: self._try(url, parse, allowance, attempt),
            on=(KoladaUnreachable, KoladaServerError),
            attempts=self.max_attempts,
            allowance=allowance,
            url=url,
        )

    def ask(self, url: str, allowance: Allowance, attempt: int = 1) -> Received:
        """Send one request and return the response, whatever its status; no retry, nothing kept.

        Raises:
            KoladaUnreachable: No complete response arrived.
            KoladaUnreadable: The response is too large to read.
        """
        with self._slots:
            self._pace.take_turn(url, allowance)
            try:
                return self._exchange(url, allowance, attempt)
            except TooLarge as error:
                raise KoladaUnreadable(
                    f"Kolada answered `{url}` with more than {MAX_BODY_BYTES // 1024**2} MB, so it was not read to its "
                    f"end and nothing of it is kept. {IF_IT_STAYS}",
                    url=url,
                ) from error
            except (httpx.TransportError, httpx.InvalidURL) as error:
                raise self._unreachable(url, error) from error

    def accept(self, landed: Landed, row_count: int) -> None:
        """Close the open verdict: the response counts."""
        if self._landing is not None and landed.request_id is not None and not landed.is_recalled:
            self._landing.accept(landed.request_id, row_count)

    def reject(self, landed: Landed, reason: str) -> None:
        """Close the open verdict: the response does not count."""
        if self._landing is not None and landed.request_id is not None and not landed.is_recalled:
            self._landing.reject(landed.request_id, reason)

    def _try(self, url: str, parse: Parser, allowance: Allowance, attempt: int) -> Landed:
        received = self.ask(url, allowance, attempt)
        request_id = self._landing.keep(received) if self._landing is not None else None
        try:
            parsed = self._read(received, request_id, parse)
        except KoladaError as error:
            if self._landing is not None and request_id is not None:
                self._landing.reject(request_id, str(error))
            raise
        return Landed(request_id, received, parsed, is_recalled=False)

    def _exchange(self, url: str, allowance: Allowance, attempt: int) -> Received:
        started = self._clock.monotonic()
        limits = Try(self._clock, allowance, self._timeout)
        seconds = max(0.001, limits.seconds_left)
        timeout = httpx.Timeout(seconds, connect=min(seconds, _CONNECT_SECONDS))
        came = io.BytesIO()
        with limited_to(limits), self._http.stream("GET", url, timeout=timeout) as response:
            limits.head_came()
            self._heard_at = self._clock.monotonic()
            if not isinstance(response.stream, httpx.SyncByteStream):
                raise TypeError(f"a transport for this client answers in blocking calls, not `{response.stream!r}`")
            for chunk in response.stream:
                came.write(chunk)
                allowance.check(url)
                if came.tell() > MAX_BODY_BYTES:
                    raise TooLarge
        body, stays_packed = came.getvalue(), ""
        try:
            body = unpacked(body, response.headers.get("content-encoding"), most=MAX_BODY_BYTES)
        except StaysPacked as error:
            stays_packed = str(error)
        return Received(
            url=url,
            status=response.status_code,
            headers=tuple((name.lower(), value) for name, value in response.headers.items()),
            body=body,
            attempts=attempt,
            elapsed_seconds=self._clock.monotonic() - started,
            fetched_at=self._clock.now(),
            http_version=response.http_version,
            stays_packed=stays_packed,
        )

    def _read(self, received: Received, request_id: str | None, parse: Parser) -> ParsedPage:
        """Return the page in a response, or raise if its status or source is wrong."""
        try:
            self._check_status(received)
            parsed = parse(received.body, received.url)
            self._check_source(received)
        except KoladaError as error:
            error.at(url=received.url, status=received.status, request_id=request_id)
            raise
        return parsed

    def _check_status(self, received: Received) -> None:
        status, url = received.status, received.url
        if status == _OK:
            if received.stays_packed:
                raise unreadable(f"a body that {received.stays_packed}", url)
            return
        said = brief_text(received.body)
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
        where = f" and points to `{brief_text(location)}`, which is not followed" if location else ""
        raise KoladaRefused(
            f"Kolada answered `{status}` to `{url}` (`{said}`){where}; asking again would give the "
            "same, so nothing more is asked. Check KOLADA_BASE_URL and the ids, or run `kolada doctor`."
        )

    def _check_source(self, received: Received) -> None:
        """Raise if a page names another kind of source than the first page."""
        said = received.source_kind
        if said not in SOURCE_KINDS:
            raise KoladaContractError(
                f"the answer to `{received.url}` says that its source is `{brief_text(said)}`, which is none of "
                f"{', '.join(SOURCE_KINDS)}, so none of its rows count. Check KOLADA_BASE_URL."
            )
        self._source_kind = self._source_kind or said
        if said != self._source_kind:
            raise KoladaContractError(
                f"the answer to `{received.url}` has `{said}` values, and the answers before it had "
                f"`{self._source_kind}` ones. The two are never mixed, so none of its rows count. "
                "Check what answers at KOLADA_BASE_URL."
            )

    def _unreachable(self, url: str, error: Exception) -> KoladaUnreachable:
        connected = not isinstance(
            error, httpx.ConnectError | httpx.ConnectTimeout | httpx.ProxyError | httpx.UnsupportedProtocol
        )
        what = "broke off before the whole answer had come" if connected else "could not be made"
        return KoladaUnreachable(
            f"the connection for `{url}` {what} (`{type(error).__name__}: {brief_text(str(error))}`), so the request "
            f"has no answer. {self._way.remedy(error) if self._way else CHECK_NETWORK}, then run `kolada doctor`.",
            connected=connected,
            url=url,
        )
