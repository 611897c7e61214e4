"""`kolada serve`: a Prefect server, a worker and the deployments of prefect.yaml on one machine."""

import sys
from datetime import UTC, datetime
from os import environ
from pathlib import Path
from typing import Annotated

import typer

from cli.consoles import ERRORS
from cli.exits import BAD_INPUT, one_message
from cli.options import GoalsOption, HomeOption, set_options
from flows.prefect_environment import PrefectMisconfigured, prepare_for_prefect
from flows.served_pages import ServedPages
from flows.server_access import NoServer, ServerAccess
from kolada_pipeline import misplaced_package
from pipeline.plans_to_judge import plans_to_judge
from pipeline.progress import JsonReporter
from pipeline.schedule import ScheduleError, deployments_file, next_scheduled_run
from pipeline.settings import Settings
from warehouse.home import Home


def serve(
    host: Annotated[
        str, typer.Option("--host", help="The address that the server listens on; 0.0.0.0 for every address.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", help="The port of the server and its UI.")] = 4200,
    web: Annotated[
        bool, typer.Option("--web", help="Also serve the pages of `kolada web`, as long as the command runs.")
    ] = False,
    web_host: Annotated[
        str, typer.Option("--web-host", help="With --web: the address that the pages listen on.")
    ] = "127.0.0.1",
    web_port: Annotated[int, typer.Option("--web-port", help="With --web: the port of the pages.")] = 8080,
    web_name: Annotated[
        list[str] | None,
        typer.Option(
            "--web-name", help="With --web: another host name of the pages, such as a proxy's. May be repeated."
        ),
    ] = None,
    home: HomeOption = None,
    goals: GoalsOption = None,
    show_deployments: Annotated[
        bool,
        typer.Option("--deployments", help="Print the valid prefect.yaml, so that you can make a copy, and exit."),
    ] = False,
    show_env: Annotated[
        bool,
        typer.Option(
            "--env",
            help="Print the variables that the `prefect` command needs, for `source <(kolada serve --env)`, and exit.",
        ),
    ] = False,
) -> None:
    """Run the scheduled deployments of prefect.yaml until stopped, with a Prefect server and a worker.

    If PREFECT_API_URL names a server, that one is used and none is started. The server requires the password in
    KOLADA_HOME/prefect/auth; anyone who has it can run code as this user. SIGINT or SIGTERM stops everything in order;
    the next run resumes a run that was stopped. Prefect's telemetry is off.

    With --web, another process serves the pages of `kolada web`. It does not get the password, and it is restarted if
    it ends.

    Exit codes: 0 stopped; 1 a needed process did not start or has ended; 2 bad input.

    Example: `kolada serve --port 4200`, then open http://127.0.0.1:4200
    """
    set_options(home=home, goals=goals)
    with one_message(ScheduleError, NoServer):
        if show_deployments:
            typer.echo(deployments_file().read_text(encoding="utf-8"), nl=False)
            return
        settings = Settings()
        access = ServerAccess(settings.home.absolute())
        if show_env:
            typer.echo("\n".join(access.exports(environ)))
            return
        refuse_shadowing(Path.cwd())
        judged = plans_to_judge(settings)
        Home(settings.home).prepare()
        upcoming = next_scheduled_run(datetime.now(UTC))
    # Prefect may start a run in another working folder, so the folders are passed on as absolute paths.
    set_options(home=settings.home.absolute(), goals=settings.goals.absolute())
    say = JsonReporter().say if settings.log_json else print_line
    say(f"Plans: {', '.join(plan.plan_id for plan in judged.plans)}; home: {settings.home.absolute()}")
    for broken in judged.broken:
        say(str(broken))
    if upcoming is not None:
        say(f"Next scheduled run: {upcoming[0]} at {upcoming[1]:%Y-%m-%d %H:%M %Z}")
    with one_message(PrefectMisconfigured):
        prepare_for_prefect(settings.home.absolute())
    # Importing Prefect takes seconds, so wrong settings are reported before.
    from flows.serve import ServeError, Serving  # noqa: PLC0415

    pages = ServedPages(web_host, web_port, tuple(web_name or ())) if web else None
    with one_message(other=(ServeError,)):
        Serving(access, host, port, say, is_logging_json=settings.log_json, pages=pages).run()


def refuse_shadowing(folder: Path) -> None:
    """Exit if the working folder has a package with the name of one of ours: Prefect's runs would import it."""
    problem = misplaced_package([str(folder), *sys.path])
    if problem is not None:
        ERRORS.print(
            f"{problem} Nothing was started. Run the command in another folder: its runs have the same working folder."
        )
        raise typer.Exit(BAD_INPUT)


def print_line(message: str) -> None:
    """Print one line with the time to stderr."""
    typer.echo(f"{datetime.now(UTC):%H:%M:%S} {message}", err=True)
