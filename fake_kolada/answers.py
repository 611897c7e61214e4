"""The correct response of the API, and the response that is sent, with or without a fault.

An `HonestAnswer` is one page as the contract requires it. A `Reply` is an HTTP response that can also be truncated or
delayed, so that a fault affects the connection and not only the text.
"""

import asyncio
import io
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl
from httpx import URL
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

SOURCE_HEADER = "X-Kolada-Source"

# The key of the connection in the ASGI scope of a server with sockets, for responses that are not HTTP.
CONNECTION = "fake_kolada.connection"

# The extension in the ASGI scope of a server without sockets, where no client waits in real time.
NO_WAITING = "fake_kolada.no_waiting"


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class HonestAnswer:
    """One correct page of the API."""

    endpoint: str
    url: str
    rows: pl.DataFrame
    next_url: str | None
    previous_url: str | None
    end_of_pages: str | None = None

    @property
    def number(self) -> int:
        """The page's number, from 1."""
        return int(URL(self.url).params.get("page", "1"))

    def page_url(self, number: int) -> str:
        """Return the URL of another page of the same request."""
        return str(URL(self.url).copy_set_param("page", number))

    @property
    def has_further(self) -> bool:
        """Whether another page follows this one."""
        return self.next_url is not None

    def body(self) -> bytes:
        """Return the JSON of the page. Polars writes the rows, at 250 MB a second, so that no row is kept as text."""
        out = io.BytesIO()
        out.write(b'{"values":')
        self.rows.write_json(out)
        following = self.next_url if self.has_further else self.end_of_pages
        tail = {"count": self.rows.height, "next_url": following, "previous_url": self.previous_url}
        out.write(b"," + as_json(tail)[1:])
        return out.getvalue()

    def document(self) -> dict[str, Any]:
        """Return the page as Python objects, for a fault to change."""
        content: dict[str, Any] = json.loads(self.body())
        return content


def as_json(content: object) -> bytes:
    """Return JSON as the API writes it: no spaces, letters not escaped; half of a surrogate pair escaped."""
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode(errors="backslashreplace")


class Reply(Response):
    """An HTTP response.

    Args:
        body: Its body.
        status: Its status.
        headers: In addition to those of every response.
        media_type: In place of JSON's.
        sent_bytes: The number of bytes after which the connection is closed.
        held_seconds: The longest wait for a client that does not give up.
        source: The declared kind of its values, in place of the data set's.
    """

    media_type = "application/json"

    def __init__(
        self,
        body: bytes,
        *,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        media_type: str | None = None,
        sent_bytes: int | None = None,
        held_seconds: float | None = None,
        source: str | None = None,
    ) -> None:
        own = {} if source is None else {SOURCE_HEADER: source}
        super().__init__(body, status_code=status, headers={**(headers or {}), **own}, media_type=media_type)
        self._sent_bytes = sent_bytes
        self._held_seconds = held_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the response, or the part of it that the fault leaves."""
        if self._held_seconds is not None and await _client_left(scope, receive, self._held_seconds):
            return
        if self._sent_bytes is None:
            await super().__call__(scope, receive, send)
            return
        start = {"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers}
        await send(start)
        # Without the last part of the body, an ASGI server closes the connection.
        part = bytes(self.body[: self._sent_bytes])
        await send({"type": "http.response.body", "body": part, "more_body": True})


class RawReply(Reply):
    """Bytes on the connection in place of an HTTP response, piece by piece, until the client disconnects.

    Args:
        pieces: The pieces to send.
        every_seconds: Seconds between two pieces.
    """

    def __init__(self, pieces: Iterable[bytes], *, every_seconds: float) -> None:
        super().__init__(b"")
        self._pieces = pieces
        self._every_seconds = every_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - ASGI's signature
        """Send piece by piece; without sockets send nothing, since the client has disconnected by then."""
        if NO_WAITING in scope.get("extensions", {}):
            return
        connection: asyncio.WriteTransport = scope[CONNECTION]
        for piece in self._pieces:
            if not connection.get_write_buffer_size():
                connection.write(piece)
            if await _client_left(scope, receive, self._every_seconds):
                return


async def _client_left(scope: Scope, receive: Receive, seconds: float) -> bool:
    """Wait for the client to disconnect, at most so long. Without sockets it always has."""
    if NO_WAITING in scope.get("extensions", {}):
        return True
    try:
        async with asyncio.timeout(seconds):
            while (await receive())["type"] != "http.disconnect":
                pass
    except TimeoutError:
        return False
    return True
