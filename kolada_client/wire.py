"""The connection of one try: its time limit, and the limit of bytes before the response begins.

httpx limits the silence between two packets, which a server that sends a byte now and then never exceeds. What belongs
here: limits that hold for such a server, and the transport that applies them. Invariant: every wait on a socket is
limited by the remaining time of the try and of its request.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from http.client import HTTPResponse
from http.cookiejar import CookieJar
from typing import Any
from urllib.request import Request

import httpcore
import httpx

from kolada_client.clock import Clock
from kolada_client.environment import WayOut
from kolada_client.waiting import Allowance

MAX_HEAD_BYTES = 256 * 1024
"""Limit of status lines and headers, including informational responses. Kolada's have a few hundred bytes."""

STEP_BYTES = 64 * 1024
"""The part of a body that must arrive within the client's `timeout`, until the body ends."""

_SocketOptions = Iterable[tuple[int, int, int] | tuple[int, int, bytes | bytearray] | tuple[int, int, None, int]]


class Try:
    """The limits of one try: its headers, and then each 64 kB of its body, have `timeout` seconds.

    Args:
        clock: The client's clock.
        allowance: The allowance of the try's request.
        timeout: Seconds.
    """

    def __init__(self, clock: Clock, allowance: Allowance, timeout: float) -> None:
        self._clock = clock
        self._allowance = allowance
        self._timeout = timeout
        self._is_head = True
        self._came = 0
        self._ends = clock.monotonic() + timeout

    @property
    def seconds_left(self) -> float:
        """The seconds that the try may wait for its next bytes; 0 if its time is over."""
        return max(0.0, min(self._ends - self._clock.monotonic(), self._allowance.remaining()))

    def head_came(self) -> None:
        """Mark the end of the headers: the following bytes are the body."""
        self._is_head = False
        self._next_step()

    def took(self, count: int) -> None:
        """Count received bytes.

        Raises:
            httpcore.RemoteProtocolError: More than MAX_HEAD_BYTES arrived before the response began.
        """
        self._came += count
        if self._is_head and self._came > MAX_HEAD_BYTES:
            raise httpcore.RemoteProtocolError(f"more than {MAX_HEAD_BYTES} bytes came before the answer began")
        if not self._is_head and self._came >= STEP_BYTES:
            self._next_step()

    @property
    def is_late(self) -> str:
        """The part that did not arrive in time, in words."""
        seconds = (
            f"after {self._timeout:g} seconds" if self._allowance.remaining() > 0 else "when all the time was over"
        )
        return (
            f"{'the headers were' if self._is_head else 'the body, or the next 64 kB of it, was'} not there {seconds}"
        )

    def _next_step(self) -> None:
        self._came = 0
        self._ends = self._clock.monotonic() + self._timeout


_TRY: ContextVar[Try | None] = ContextVar("kolada_client.try", default=None)


@contextmanager
def limited_to(attempt: Try) -> Iterator[None]:
    """Apply the limits of a try to the connections that this thread uses in the block."""
    token = _TRY.set(attempt)
    try:
        yield
    finally:
        _TRY.reset(token)


class BoundedTransport(httpx.HTTPTransport):
    """httpx's own transport, over connections with the limits of `limited_to`.

    Args:
        way: Proxy and certificates.
        connections: The most at the same time.

    Raises:
        InvalidEnvironment: A variable for proxy or certificates cannot be used.
    """

    def __init__(self, way: WayOut, *, connections: int) -> None:
        limits = httpx.Limits(max_connections=connections, max_keepalive_connections=connections)
        trust = way.trust()
        super().__init__(limits=limits, verify=trust, proxy=way.proxy_for_httpx(trust), trust_env=False)
        # httpcore takes the backend when a pool is created; httpx creates its pools without an option for it.
        self._pool._network_backend = _BoundedBackend()  # noqa: SLF001


class NoCookies(CookieJar):
    """Ignores all cookies: Kolada sets none, and a hostile response could set any number."""

    def extract_cookies(self, response: HTTPResponse, request: Request) -> None:
        """Ignore the response's cookies."""

    def add_cookie_header(self, request: Request) -> None:
        """Send no cookies."""


class _BoundedStream(httpcore.NetworkStream):
    """A connection whose waits end with the current try's time."""

    def __init__(self, stream: httpcore.NetworkStream) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Read, or raise httpcore.ReadTimeout."""
        current = _TRY.get()
        try:
            data = self._stream.read(max_bytes, _limited(timeout, httpcore.ReadTimeout))
        except httpcore.ReadTimeout as error:
            raise httpcore.ReadTimeout(str(error) if current is None else current.is_late) from error
        if current is not None:
            current.took(len(data))
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Write, or raise httpcore.WriteTimeout."""
        self._stream.write(buffer, _limited(timeout, httpcore.WriteTimeout))

    def close(self) -> None:
        """Close the connection."""
        self._stream.close()

    def start_tls(self, ssl_context: Any, server_hostname: str | None = None, timeout: float | None = None) -> Any:  # noqa: ANN401 - httpcore's signature
        """Return the same connection with TLS."""
        limit = _limited(timeout, httpcore.ConnectTimeout)
        return _BoundedStream(self._stream.start_tls(ssl_context, server_hostname, limit))

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401 - httpcore's signature
        """Return information about the underlying connection."""
        return self._stream.get_extra_info(info)


class _BoundedBackend(httpcore.SyncBackend):
    """A backend that opens connections with limits."""

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: _SocketOptions | None = None,
    ) -> httpcore.NetworkStream:
        """Connect, or raise httpcore.ConnectTimeout."""
        limit = _limited(timeout, httpcore.ConnectTimeout)
        return _BoundedStream(super().connect_tcp(host, port, limit, local_address, socket_options))


def _limited(timeout: float | None, error: type[httpcore.TimeoutException]) -> float | None:
    """Return the seconds that a wait may take: httpx's own limit, or the remaining time of the try if that is less."""
    current = _TRY.get()
    if current is None:
        return timeout
    left = current.seconds_left
    if left <= 0:
        raise error(current.is_late)
    return left if timeout is None else min(timeout, left)
