"""The connection of one try: how many seconds it may take, how many bytes may come before the answer begins.

httpx limits the silence between two packets, which a server that sends a byte now and then never breaks. What belongs
here: limits that such a server cannot get round, and the transport that keeps to them. Invariant: every wait on a
socket is bounded by what the try and its request have left.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from http.client import HTTPResponse
from http.cookiejar import CookieJar
from typing import Any, Final
from urllib.request import Request

import httpcore
import httpx

from kolada_client.clock import Clock
from kolada_client.environment import WayOut
from kolada_client.waiting import Allowance

MAX_HEAD_BYTES: Final = 256 * 1024
"""Status lines and headers, informational answers included. Kolada's have a few hundred bytes."""

STEP_BYTES: Final = 64 * 1024
"""The least that must come of a body within the client's `timeout`, until the body ends."""

_SocketOptions = Iterable[tuple[int, int, int] | tuple[int, int, bytes | bytearray] | tuple[int, int, None, int]]


class Try:
    """What one try may still take: its head, and then every 64 kB of its body, have `timeout` seconds.

    Args:
        clock: Whose time.
        allowance: Of the request that the try belongs to.
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
        """How long the try may wait for its next bytes; 0 when its time is over."""
        return max(0.0, min(self._ends - self._clock.monotonic(), self._allowance.remaining()))

    def head_came(self) -> None:
        """The answer has begun: what comes from now on is its body."""
        self._is_head = False
        self._next_step()

    def took(self, count: int) -> None:
        """Note bytes that came.

        Raises:
            httpcore.RemoteProtocolError: The answer has not begun although more than MAX_HEAD_BYTES came.
        """
        self._came += count
        if self._is_head and self._came > MAX_HEAD_BYTES:
            raise httpcore.RemoteProtocolError(f"more than {MAX_HEAD_BYTES} bytes came before the answer began")
        if not self._is_head and self._came >= STEP_BYTES:
            self._next_step()

    @property
    def is_late(self) -> str:
        """What has not come in time, in words."""
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
    """Within the block, connections used by this thread keep to the limits of a try."""
    token = _TRY.set(attempt)
    try:
        yield
    finally:
        _TRY.reset(token)


class BoundedTransport(httpx.HTTPTransport):
    """httpx's own transport, over connections that keep to `limited_to`.

    Args:
        way: How the network is reached: proxy and certificates.
        connections: The most at a time.

    Raises:
        InvalidEnvironment: A variable that the way rests on cannot be used.
    """

    def __init__(self, way: WayOut, *, connections: int) -> None:
        limits = httpx.Limits(max_connections=connections, max_keepalive_connections=connections)
        trust = way.trust()
        super().__init__(limits=limits, verify=trust, proxy=way.proxy_for_httpx(trust), trust_env=False)
        # httpcore takes a backend from whoever makes a pool; httpx makes its pools without asking for one.
        self._pool._network_backend = _BoundedBackend()  # noqa: SLF001


class NoCookies(CookieJar):
    """Takes no cookie and sends none: Kolada has none, and a hostile answer could set any number."""

    def extract_cookies(self, response: HTTPResponse, request: Request) -> None:
        """Leave the answer's cookies."""

    def add_cookie_header(self, request: Request) -> None:
        """Send no cookies."""


class _BoundedStream(httpcore.NetworkStream):
    """A connection whose waits end when the current try's time ends."""

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
        """The same connection, encrypted from now on."""
        limit = _limited(timeout, httpcore.ConnectTimeout)
        return _BoundedStream(self._stream.start_tls(ssl_context, server_hostname, limit))

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401 - httpcore's signature
        """What the connection beneath says of itself."""
        return self._stream.get_extra_info(info)


class _BoundedBackend(httpcore.SyncBackend):
    """Opens bounded connections."""

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
    """The seconds that a wait may take: what httpx wants, and no more than the current try has left."""
    current = _TRY.get()
    if current is None:
        return timeout
    left = current.seconds_left
    if left <= 0:
        raise error(current.is_late)
    return left if timeout is None else min(timeout, left)
