"""`kolada web` and `kolada mcp`: serve the pages, and the tools for assistants, from the published file."""

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
    Path | None, typer.Option("--file", help="A shared published file, instead of the one in the home.")
]


def web(
    file: FileOption = None,
    host: Annotated[
        str, typer.Option("--host", help="The address to listen on; by default only this machine can connect.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", help="The port; 0 for any free one.")] = 8080,
    name: Annotated[
        list[str] | None,
        typer.Option("--name", help="Another host name of the pages, such as a proxy's. May be repeated."),
    ] = None,
    home: HomeOption = None,
    sample: SampleOption = False,
) -> None:
    """Show the goals in a browser: read-only pages in Swedish, from the published file.

    The pages show a new publication at the next click. Anyone who can reach the address can read them; to restrict
    access, put a proxy with sign-in in front.

    Exit codes: 0 stopped; 1 it cannot listen on the address.

    Example: `kolada web --sample`, then open http://127.0.0.1:8080
    """
    set_options(home=home)
    with one_message():
        settings = Settings.of(sample=sample)
        published = file or Home(settings.home).published
        from web import make_app  # noqa: PLC0415 - slow to import; wrong settings are reported before

        app = make_app(published, settings=None if file else settings, hosts=[*(name or ()), host])
        serve(app, listen(host, port, "kolada web"), "")


def listen(host: str, port: int, command: str) -> socket.socket:
    """Return a listening socket; port 0 means any free port.

    Raises:
        typer.Exit: the address cannot be listened on; the message is printed.
    """
    listening = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen()
    except OSError as error:
        ERRORS.print(
            f"Cannot listen on `{host}:{port}`: {error.strerror or error}. Nothing was started. "
            f"Choose another port: `{command} --port 0` for any free one."
        )
        raise typer.Exit(OTHER) from error
    return listening


def serve(app: ASGIApp, listening: socket.socket, path: str) -> None:
    """Print the address, and serve until stopped."""
    import uvicorn  # noqa: PLC0415 - slow to import

    host, port = listening.getsockname()[:2]
    typer.echo(f"http://{f'[{host}]' if ':' in host else host}:{port}{path} (stop with Ctrl-C)", err=True)
    uvicorn.Server(uvicorn.Config(app, log_level="warning", server_header=False, workers=1)).run(sockets=[listening])


def mcp(
    file: FileOption = None,
    http: Annotated[
        bool, typer.Option("--http", help="Serve HTTP on this machine, at /mcp, instead of standard input and output.")
    ] = False,
    port: Annotated[int, typer.Option("--port", help="With --http: the port; 0 for any free one.")] = 8090,
    pages: Annotated[
        str, typer.Option("--pages", help="The address of `kolada web`, for links to its pages.")
    ] = "http://127.0.0.1:8080",
    home: HomeOption = None,
    sample: SampleOption = False,
) -> None:
    """Serve MCP tools for assistants: goals, explanations, changes, KPI search, comparisons, and restricted SQL.

    The tools only read the published file. With --http, the server accepts only connections from this machine, and
    only requests whose Host and Origin are this machine's.

    The command needs an extra: `pipx install --force '.[mcp]'` in a checkout.

    Exit codes: 0 stopped; 1 it cannot listen on the port, or the extra is missing.

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
                "Install it: `pipx install --force '.[mcp]'` in a checkout.",
                markup=False,
            )
            raise typer.Exit(OTHER) from error
        server = make_assistant_server(published, pages=pages)
        if not http:
            server.run("stdio")
            return
        serve(loopback_app(server), listen("127.0.0.1", port, "kolada mcp --http"), "/mcp")
