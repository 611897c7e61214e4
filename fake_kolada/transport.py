"""Run the stand-in inside a client's own process: an httpx transport without sockets.

The application waits only for the request's body, which is already there, so its coroutine runs from start to end in
one step, in the calling thread and without an event loop. So it is thread-safe and works in a notebook, which already
runs an event loop. A fault of the connection raises the error that httpx raises for a real connection.
"""

from collections.abc import Coroutine, Iterator
from typing import Any, NoReturn

import httpx
from starlette.types import ASGIApp, Message

from fake_kolada.answers import NO_WAITING


class InProcessTransport(httpx.BaseTransport):
    """A transport that passes each request to an ASGI application that responds without waiting."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Return the application's response.

        Raises:
            httpx.ReadTimeout: The application held its response until the client disconnected.
        """
        body = request.read()
        sent: list[Message] = []

        async def receive() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Message) -> None:
            sent.append(message)

        _run_to_end(self._app(_scope(request), receive, send))
        if not sent:
            raise httpx.ReadTimeout("The read operation timed out", request=request)
        start, parts = sent[0], sent[1:]
        is_whole = bool(parts) and not parts[-1].get("more_body", False)
        content = b"".join(part.get("body", b"") for part in parts)
        stream: httpx.SyncByteStream = httpx.ByteStream(content)
        if not is_whole:
            stream = _BrokenStream(content, dict(start["headers"]).get(b"content-length", b"?").decode(), request)
        return httpx.Response(start["status"], headers=start["headers"], stream=stream, request=request)


class _BrokenStream(httpx.SyncByteStream):
    """A body that ends before its length: yields the received bytes, then raises as httpx does."""

    def __init__(self, content: bytes, expected: str, request: httpx.Request) -> None:
        self._content = content
        self._expected = expected
        self._request = request

    def __iter__(self) -> Iterator[bytes]:
        yield self._content
        self._end()

    def _end(self) -> NoReturn:
        raise httpx.RemoteProtocolError(
            "peer closed connection without sending complete message body "
            f"(received {len(self._content)} bytes, expected {self._expected})",
            request=self._request,
        )


def _scope(request: httpx.Request) -> dict[str, Any]:
    port = request.url.port or {"https": 443}.get(request.url.scheme, 80)
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": request.url.scheme,
        "path": request.url.path,
        "raw_path": request.url.raw_path.partition(b"?")[0],
        "root_path": "",
        "query_string": request.url.query,
        "headers": [(name.lower(), value) for name, value in request.headers.raw],
        "client": ("127.0.0.1", 0),
        "server": (request.url.host, port),
        "extensions": {NO_WAITING: {}},
    }


def _run_to_end(call: Any) -> None:  # noqa: ANN401 - ASGI calls it Awaitable; checked below
    if not isinstance(call, Coroutine):
        raise TypeError(f"An ASGI application returns a coroutine, and this one returned `{type(call).__name__}`.")
    try:
        call.send(None)
    except StopIteration:
        return
    call.close()
    raise RuntimeError(
        "The application waited for something, which an in-process transport can't give it; the request "
        "is lost. Serve it over HTTP with `FakeKolada.serve()`."
    )
