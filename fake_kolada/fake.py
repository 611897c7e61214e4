"""`FakeKolada`: a data set, its faults and a request log, served by an ASGI application."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import httpx
from starlette.datastructures import URL
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fake_kolada.answers import SOURCE_HEADER, HonestAnswer, Reply
from fake_kolada.changes import Change, apply_changes
from fake_kolada.contract import ContractChoices
from fake_kolada.data_set import DataSet
from fake_kolada.fault_kinds import FaultSettings
from fake_kolada.faults import Fault, FaultBook
from fake_kolada.request_log import LogEntry, RequestLog
from fake_kolada.router import build_app
from fake_kolada.served import Served
from fake_kolada.server import serve_until_stopped, serving
from fake_kolada.transport import InProcessTransport

_LOOPBACK = "127.0.0.1"
# The key of a request's log entry in its scope.
_ENTRY_KEY = "fake_kolada.entry"


class FakeKolada:
    """A stand-in for the Kolada API that serves one data set.

    Thread-safe. `data` and `faults` may be replaced while it serves; a request in progress uses the earlier ones.

    Args:
        data: The data to serve.
        faults: The faults, as `Fault`s or in their written form (see `faults`).
        changes: Changes to make in the data first, as `Change`s or in their written form (see `changes`).
        contract: The behaviour at the unknown points of the API's contract.
        stall_seconds: The longest wait of a stalled response for a client that does not give up.
        retry_after: The text of the header Retry-After.
    """

    def __init__(
        self,
        data: DataSet,
        *,
        faults: Iterable[str | Fault] = (),
        changes: Iterable[str | Change] = (),
        contract: ContractChoices | None = None,
        stall_seconds: float = FaultSettings().stall_seconds,
        retry_after: str = FaultSettings().retry_after,
    ) -> None:
        self.contract = contract or ContractChoices()
        self._settings = FaultSettings(stall_seconds=stall_seconds, retry_after=retry_after)
        self._book = FaultBook(faults, self._settings)
        self._served = Served(apply_changes(data, changes), self.contract)
        self._log = RequestLog()
        self._router: ASGIApp = build_app(self)

    @property
    def app(self) -> ASGIApp:
        """The ASGI application, for your own server."""

        # A function, since servers recognize the version of ASGI by the type of the application.
        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            await self._answer(scope, receive, send)

        return app

    @property
    def data(self) -> DataSet:
        """The data set that is being served."""
        return self._served.data

    @data.setter
    def data(self, data: DataSet) -> None:
        self._served = Served(data, self.contract)

    @property
    def faults(self) -> tuple[Fault, ...]:
        """The current faults; setting them resets which ones are used up."""
        return self._book.faults

    @faults.setter
    def faults(self, faults: Iterable[str | Fault]) -> None:
        self._book = FaultBook(faults, self._settings)

    @property
    def served(self) -> Served:
        """The prepared data set, as the router reads it."""
        return self._served

    @property
    def log(self) -> tuple[LogEntry, ...]:
        """The last 100,000 requests, in order of arrival."""
        return self._log.entries()

    def clear_log(self) -> None:
        """Clear the request log."""
        self._log.clear()

    def transport(self) -> httpx.BaseTransport:
        """Return a transport for an `httpx.Client` that reaches this stand-in without a socket."""
        return InProcessTransport(self.app)

    @contextmanager
    def serve(self, port: int = 0, *, host: str = _LOOPBACK) -> Iterator[str]:
        """Serve over HTTP from a thread while the context is open; yields the base URL, ending in /v3."""
        with serving(self.app, host=host, port=port) as actual:
            yield f"http://{host}:{actual}/v3"

    def run(self, *, port: int, host: str = _LOOPBACK, announce: Callable[[str], None]) -> None:
        """Serve over HTTP until the process is stopped; `announce` is called with the base URL when it is ready."""
        serve_until_stopped(
            self.app, host=host, port=port, announce=lambda actual: announce(f"http://{host}:{actual}/v3")
        )

    def reply(self, request: Request, answer: HonestAnswer) -> Reply:
        """Return the response to send: the correct one, or one with the first matching fault."""
        spoilt = self._book.spoil(answer)
        if spoilt is None:
            return Reply(answer.body())
        reply, fault = spoilt
        self._log.learn(request.scope[_ENTRY_KEY], fault=str(fault))
        return reply

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Respond to one request, add the header with the source, and log it."""
        if scope["type"] != "http":
            await self._router(scope, receive, send)
            return
        source = (SOURCE_HEADER.lower().encode(), self.data.source_kind.encode())
        # Logged before the response is sent, so that a client with its response finds it in the log.
        entry = self._log.begin(LogEntry(scope["method"], str(URL(scope=scope)), datetime.now(UTC)))

        async def marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._log.learn(entry, status=message["status"])
                headers = message["headers"]
                is_named = any(name.lower() == source[0] for name, _ in headers)
                message["headers"] = headers if is_named else [*headers, source]
            await send(message)

        await self._router({**scope, _ENTRY_KEY: entry}, receive, marked)
