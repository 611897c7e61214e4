"""`kolada web` and `kolada mcp`: the pages over the published file, and the tools for assistants."""

import socket
from pathlib import Path
from typing import Annotated

import typer
from starlette.types import ASGIApp

from cli.consoles import ERRORS
from cli.exits import OTHER, one_message
from cli.options import HomeOption, SampleOption, set_options
from pipeline.settings import Settings
from warehouse.home import Home

FileOption = Annotated[
    Path | None, typer.Option("--file", help="A published file that was shared, in place of the home's own.")
]


def web(
    file: FileOption = None,
    host: Annotated[str, typer.Option("--host", help="Where to listen; by default this machine alone.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", help="0 takes a free one.")] = 8080,
    name: Annotated[
        list[str] | None,
        typer.Option("--name", help="One more host name that browsers use, such as a proxy's. Repeatable."),
    ] = None,
    home: HomeOption = None,
    sample: SampleOption = False,
) -> None:
    """Show the goals in a browser: Swedish pages, read-only, over the published file.

    A new publication is seen at the next click. Everybody who reaches the address can read; put a proxy with sign-in
    before it where that is too many.

    Exits with 0 stopped, 1 cannot listen there.

    Example: `kolada web --sample`, then open http://127.0.0.1:8080
    """
    set_options(home=home)
    with one_message():
        settings = Settings.of(sample=sample)
        published = file or Home(settings.home).published
        from web import make_app  # noqa: PLC0415 - slow to import, and a wrong setting is told before that

        app = make_app(published, settings=None if file else settings, hosts=[*(name or ()), host])
        serve(app, listen(host, port, "kolada web"), "")


def listen(host: str, port: int, command: str) -> socket.socket:
    """A socket that listens there; port 0 takes a free one.

    Raises:
        typer.Exit: it cannot; the message is printed.
    """
    listening = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen()
    except OSError as error:
        ERRORS.print(
            f"Cannot listen on `{host}:{port}`: {error.strerror or error}. Nothing was started. "
            f"Choose another port: `{command} --port 0` takes a free one."
        )
        raise typer.Exit(OTHER) from error
    return listening


def serve(app: ASGIApp, listening: socket.socket, path: str) -> None:
    """Say where, and answer until stopped."""
    import uvicorn  # noqa: PLC0415 - slow to import

    host, port = listening.getsockname()[:2]
    typer.echo(f"http://{f'[{host}]' if ':' in host else host}:{port}{path} (stop with Ctrl-C)", err=True)
    uvicorn.Server(uvicorn.Config(app, log_level="warning", server_header=False, workers=1)).run(sockets=[listening])


def mcp(
    file: FileOption = None,
    http: Annotated[
        bool, typer.Option("--http", help="Over HTTP on this machine, at /mcp, in place of standard input and output.")
    ] = False,
    port: Annotated[int, typer.Option("--port", help="With --http; 0 takes a free one.")] = 8090,
    pages: Annotated[
        str, typer.Option("--pages", help="Where `kolada web` answers; links lead there.")
    ] = "http://127.0.0.1:8080",
    home: HomeOption = None,
    sample: SampleOption = False,
) -> None:
    """Give assistants (MCP) the goals, explanations, changes, KPI search, comparisons and locked SQL.

    Read-only, over the published file. Over HTTP it listens on this machine alone and answers no other Host or Origin.

    Needs the extra: `pipx install 'kolada-pipeline[mcp]'`. Exits with 0 stopped, 1 cannot listen, or without the extra.

    Example, in an assistant's settings: `{"command": "kolada", "args": ["mcp"]}`
    """
    set_options(home=home)
    with one_message():
        settings = Settings.of(sample=sample)
        published = file or Home(settings.home).published
        try:
            from web.assistant_server import loopback_app, make_assistant_server  # noqa: PLC0415 - an extra, and slow to import
        except ModuleNotFoundError as error:
            if error.name is None or error.name.partition(".")[0] != "mcp":
                raise
            ERRORS.print(
                "`kolada mcp` needs the extra `mcp`, which is not installed, so nothing was started. "
                "Install it: `pipx install 'kolada-pipeline[mcp]'`.",
                markup=False,
            )
            raise typer.Exit(OTHER) from error
        server = make_assistant_server(published, pages=pages)
        if not http:
            server.run("stdio")
            return
        serve(loopback_app(server), listen("127.0.0.1", port, "kolada mcp --http"), "/mcp")
