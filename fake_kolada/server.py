"""Serve an application over real HTTP on loopback: in a thread for tests, or blocking for the command."""

import asyncio
import logging
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from fake_kolada.answers import CONNECTION

_SHUTDOWN_SECONDS = 2
# Longer than the pause of a rate-limited client between two requests, so that its connection stays open.
_KEEP_ALIVE_SECONDS = 120


class ServeError(OSError):
    """The stand-in cannot listen; the message names the address, the cause and the remedy."""


@contextmanager
def serving(app: ASGIApp, *, host: str, port: int) -> Iterator[int]:
    """Serve `app` from a thread while the context is open; yields the port it listens on (0: a free one)."""
    with _listening(host, port) as listener:
        server = _Server(_config(app))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, name="fake-kolada", daemon=True)
        thread.start()
        server.is_up.wait()
        try:
            yield listener.getsockname()[1]
        finally:
            server.should_exit = True
            thread.join()


def serve_until_stopped(app: ASGIApp, *, host: str, port: int, announce: Callable[[int], None]) -> None:
    """Serve `app` in this thread until the process is stopped; `announce` is called once with the port."""
    with _listening(host, port) as listener:
        actual: int = listener.getsockname()[1]
        # The usual way to stop it: uvicorn has closed everything when it raises the interrupt again.
        with suppress(KeyboardInterrupt):
            _Server(_config(app), lambda: announce(actual)).run(sockets=[listener])


class _Server(uvicorn.Server):
    """A server that signals when it is ready."""

    def __init__(self, config: uvicorn.Config, when_up: Callable[[], None] | None = None) -> None:
        super().__init__(config)
        self.is_up = threading.Event()
        self._when_up = when_up

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start to listen."""
        try:
            await super().startup(sockets)
            if self._when_up is not None:
                self._when_up()
        finally:
            self.is_up.set()


class _Connected(H11Protocol):
    """A connection that the application can use directly, for responses that are not HTTP."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # uvicorn's own type
        """Add the connection to the scope of its requests."""
        super().connection_made(transport)
        application = self.app

        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            await application({**scope, CONNECTION: transport}, receive, send)

        self.app = app


def _is_unmeant(record: logging.LogRecord) -> bool:
    """Return whether a log record is an error; uvicorn logs one for an intended disconnect, which is hidden."""
    return "without completing response" not in record.getMessage()


def _config(app: ASGIApp) -> uvicorn.Config:
    logging.getLogger("uvicorn.error").addFilter(_is_unmeant)
    return uvicorn.Config(
        app,
        http=_Connected,
        lifespan="off",
        log_config=None,
        log_level="error",
        access_log=False,
        server_header=False,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=_SHUTDOWN_SECONDS,
    )


@contextmanager
def _listening(host: str, port: int) -> Iterator[socket.socket]:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
        except OSError as error:
            raise ServeError(
                f"The stand-in cannot listen on `{host}:{port}` ({error.strerror}); nothing is served. "
                "Choose another port with `kolada fake-api --port N`, or 0 for a free one."
            ) from error
        yield listener
    finally:
        listener.close()
