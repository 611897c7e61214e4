"""The API's honest answer, and what goes out on the wire instead of it or as it.

An `HonestAnswer` is one page as the contract has it. A `Reply` is an HTTP answer that can also be cut off
or held back, so that a fault happens to the connection and not only to the text.
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

# Where a server with sockets puts the connection into the ASGI scope, for answers that are no HTTP.
CONNECTION = "fake_kolada.connection"

# A server that has no sockets puts this extension into the ASGI scope: nobody there waits in real time.
NO_WAITING = "fake_kolada.no_waiting"


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class HonestAnswer:
    """One page of the API as it should be."""

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
        """The URL of another page of the same request."""
        return str(URL(self.url).copy_set_param("page", number))

    @property
    def has_further(self) -> bool:
        """Another page follows this one."""
        return self.next_url is not None

    def body(self) -> bytes:
        """The JSON of the page. Polars writes the rows: 250 MB a second, so that no row is kept as text."""
        out = io.BytesIO()
        out.write(b'{"values":')
        self.rows.write_json(out)
        following = self.next_url if self.has_further else self.end_of_pages
        tail = {"count": self.rows.height, "next_url": following, "previous_url": self.previous_url}
        out.write(b"," + as_json(tail)[1:])
        return out.getvalue()

    def document(self) -> dict[str, Any]:
        """The page as Python objects, to be spoilt."""
        content: dict[str, Any] = json.loads(self.body())
        return content


def as_json(content: object) -> bytes:
    """JSON as the API writes it: no spaces, and letters as they are; half of a surrogate pair as an escape."""
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode(errors="backslashreplace")


class Reply(Response):
    """An HTTP answer.

    Args:
        body: Its body.
        status: Its status.
        headers: Beside those that every answer has.
        media_type: In place of JSON's.
        sent_bytes: After so many the connection breaks.
        held_seconds: So long it waits for a client that does not give up.
        source: What it says of its values, in place of what the data set says.
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
        """Send the answer, or as much of it as there shall be."""
        if self._held_seconds is not None and await _client_left(scope, receive, self._held_seconds):
            return
        if self._sent_bytes is None:
            await super().__call__(scope, receive, send)
            return
        start = {"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers}
        await send(start)
        # Ending before the last part of the body is what makes an ASGI server cut the connection.
        part = bytes(self.body[: self._sent_bytes])
        await send({"type": "http.response.body", "body": part, "more_body": True})


class RawReply(Reply):
    """Bytes on the connection in the place of an HTTP answer, piece after piece, until the client leaves.

    Args:
        pieces: What is sent.
        every_seconds: Between two pieces.
    """

    def __init__(self, pieces: Iterable[bytes], *, every_seconds: float) -> None:
        super().__init__(b"")
        self._pieces = pieces
        self._every_seconds = every_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - ASGI's signature
        """Send piece after piece; without sockets, nothing, since the client has left by the time it is told."""
        if NO_WAITING in scope.get("extensions", {}):
            return
        connection: asyncio.WriteTransport = scope[CONNECTION]
        for piece in self._pieces:
            if not connection.get_write_buffer_size():
                connection.write(piece)
            if await _client_left(scope, receive, self._every_seconds):
                return


async def _client_left(scope: Scope, receive: Receive, seconds: float) -> bool:
    """Wait for the client to hang up, at most so long. Without sockets it has always hung up."""
    if NO_WAITING in scope.get("extensions", {}):
        return True
    try:
        async with asyncio.timeout(seconds):
            while (await receive())["type"] != "http.disconnect":
                pass
    except TimeoutError:
        return False
    return True
