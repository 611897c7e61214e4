"""The checks of every request (host and origin) and the security headers of every response."""

from collections.abc import Iterable
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; script-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
    "cache-control": "no-cache",
}
LOOPBACK = ("127.0.0.1", "localhost", "[::1]")


class Guard:
    """Middleware that refuses requests with another host or origin, and adds security headers to responses.

    Without the check of the host, a page of another site could reach this server through its own host name, if that
    name resolves to the loopback address (DNS rebinding).
    """

    def __init__(self, app: ASGIApp, *, hosts: Iterable[str] = ()) -> None:
        self.app = app
        self.hosts = frozenset([*LOOPBACK, *(host.lower() for host in hosts)])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        refused = self._refused(headers)
        if refused is not None:
            await PlainTextResponse(refused, status_code=403, headers=HEADERS)(scope, receive, send)
            return

        async def bound(message: Message) -> None:
            if message["type"] == "http.response.start":
                added = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    added.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, bound)

    def _refused(self, headers: Headers) -> str | None:
        host = headers.get("host", "").lower()
        name = host.rsplit(":", 1)[0] if not host.endswith("]") else host
        if name not in self.hosts:
            return "Sidorna visas inte under det värdnamn som begäran har. Ange fler namn med kolada web --name."
        origin = headers.get("origin")
        if origin not in (None, "null") and urlsplit(origin).netloc.lower() != host:
            return "Begäran kommer från en annan webbplats och besvaras inte."
        return None
