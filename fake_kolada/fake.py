"""`FakeKolada`: a data set, its faults and a log of what was asked, behind an ASGI application."""

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
# Where a request's scope says which entry of the log is its own.
_ENTRY_KEY = "fake_kolada.entry"


class FakeKolada:
    """A stand-in for the Kolada API that serves one data set.

    Safe to use from several threads. `data` and `faults` may be replaced while it serves: a request that
    has begun is answered from what it began with.

    Args:
        data: What is served.
        faults: What goes wrong, as `Fault`s or in their words (see `faults`).
        changes: What is changed in the data first, as `Change`s or in their words (see `changes`).
        contract: How the unknown points of the API's contract are answered.
        stall_seconds: How long a stalled answer waits for a client that doesn't give up.
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
        """The ASGI application, for a server of one's own."""

        # A function, since servers tell ASGI's versions apart by looking at what they are given.
        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            await self._answer(scope, receive, send)

        return app

    @property
    def data(self) -> DataSet:
        """The data set that is served now."""
        return self._served.data

    @data.setter
    def data(self, data: DataSet) -> None:
        self._served = Served(data, self.contract)

    @property
    def faults(self) -> tuple[Fault, ...]:
        """The faults ordered; setting them anew forgets which were spent."""
        return self._book.faults

    @faults.setter
    def faults(self, faults: Iterable[str | Fault]) -> None:
        self._book = FaultBook(faults, self._settings)

    @property
    def served(self) -> Served:
        """The data set made ready, as the router reads it."""
        return self._served

    @property
    def log(self) -> tuple[LogEntry, ...]:
        """The last 100,000 requests, in the order in which they came."""
        return self._log.entries()

    def clear_log(self) -> None:
        """Forget the requests seen until now."""
        self._log.clear()

    def transport(self) -> httpx.BaseTransport:
        """A transport for an `httpx.Client` that asks this stand-in without any socket."""
        return InProcessTransport(self.app)

    @contextmanager
    def serve(self, port: int = 0, *, host: str = _LOOPBACK) -> Iterator[str]:
        """Serve over HTTP from a thread while the context is open; yields the base URL, ending in /v3."""
        with serving(self.app, host=host, port=port) as actual:
            yield f"http://{host}:{actual}/v3"

    def run(self, *, port: int, host: str = _LOOPBACK, announce: Callable[[str], None]) -> None:
        """Serve over HTTP until the process is stopped; `announce` is given the base URL once it is up."""
        serve_until_stopped(
            self.app, host=host, port=port, announce=lambda actual: announce(f"http://{host}:{actual}/v3")
        )

    def reply(self, request: Request, answer: HonestAnswer) -> Reply:
        """The answer as it goes out: honest, or spoilt by the first fault that fits."""
        spoilt = self._book.spoil(answer)
        if spoilt is None:
            return Reply(answer.body())
        reply, fault = spoilt
        self._log.learn(request.scope[_ENTRY_KEY], fault=str(fault))
        return reply

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, mark the answer with its source and write it down."""
        if scope["type"] != "http":
            await self._router(scope, receive, send)
            return
        source = (SOURCE_HEADER.lower().encode(), self.data.source_kind.encode())
        # Written down before anything is answered: a client that has its answer finds it in the log.
        entry = self._log.begin(LogEntry(scope["method"], str(URL(scope=scope)), datetime.now(UTC)))

        async def marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._log.learn(entry, status=message["status"])
                headers = message["headers"]
                is_named = any(name.lower() == source[0] for name, _ in headers)
                message["headers"] = headers if is_named else [*headers, source]
            await send(message)

        await self._router({**scope, _ENTRY_KEY: entry}, receive, marked)
