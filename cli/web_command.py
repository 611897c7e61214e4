"""`kolada web`: the pages over the published file."""

from pathlib import Path
from typing import Annotated

import typer

from cli.consoles import ERRORS
from cli.exits import OTHER, one_message
from cli.options import HomeOption, SampleOption, set_options
from pipeline.settings import Settings
from warehouse.home import Home


def web(
    file: Annotated[
        Path | None, typer.Option("--file", help="A published file that was shared, in place of the home's own.")
    ] = None,
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
        # The pages' modules take a moment to import; a wrong setting is told before that.
        import socket  # noqa: PLC0415

        import uvicorn  # noqa: PLC0415

        from web import make_app  # noqa: PLC0415

        app = make_app(published, settings=None if file else settings, hosts=[*(name or ()), host])
        listening = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((host, port))
        except OSError as error:
            ERRORS.print(
                f"Cannot listen on `{host}:{port}`: {error.strerror or error}. Nothing was started. "
                "Choose another port: `kolada web --port 0` takes a free one."
            )
            raise typer.Exit(OTHER) from error
        typer.echo(f"http://{host}:{listening.getsockname()[1]} (stop with Ctrl-C)", err=True)
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", server_header=False, workers=1))
        server.run(sockets=[listening])
