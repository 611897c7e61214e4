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
    host: Annotated[str, typer.Option("--host", help="Where the server listens. 0.0.0.0: on every address.")] = (
        "127.0.0.1"
    ),
    port: Annotated[int, typer.Option("--port", help="The port of the server and its UI.")] = 4200,
    web: Annotated[
        bool, typer.Option("--web", help="Show the pages of `kolada web` next to it, as long as it runs.")
    ] = False,
    web_host: Annotated[str, typer.Option("--web-host", help="With --web: where the pages listen.")] = "127.0.0.1",
    web_port: Annotated[int, typer.Option("--web-port", help="With --web: the port of the pages.")] = 8080,
    web_name: Annotated[
        list[str] | None,
        typer.Option("--web-name", help="With --web: one more host name that browsers use, such as a proxy's."),
    ] = None,
    home: HomeOption = None,
    goals: GoalsOption = None,
    show_deployments: Annotated[
        bool,
        typer.Option("--deployments", help="Print the prefect.yaml that holds, for a copy of your own, and exit."),
    ] = False,
    show_env: Annotated[
        bool,
        typer.Option(
            "--env", help="Print what Prefect's own command needs, for `source <(kolada serve --env)`, and exit."
        ),
    ] = False,
) -> None:
    """Run what is due, every night, until stopped: a Prefect server, a worker, and the deployments of prefect.yaml.

    Where PREFECT_API_URL names a server, that one is used and none is started. The server asks for the password in
    KOLADA_HOME/prefect/auth; who holds it can run code as this user. SIGINT or SIGTERM stops everything in order; a run
    that is stopped so is taken up again by the next one. Telemetry is off.

    With --web the pages of `kolada web` are shown next to it, by a process that does not know the password and is
    started again if it ends.

    Exits with 0 stopped, 2 bad input, 1 something that is needed did not start or ended.

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
    # Prefect may start a run elsewhere: the folders that are meant are passed on whole.
    set_options(home=settings.home.absolute(), goals=settings.goals.absolute())
    say = JsonReporter().say if settings.log_json else print_line
    say(f"Plans: {', '.join(plan.plan_id for plan in judged.plans)}; home: {settings.home.absolute()}")
    for broken in judged.broken:
        say(str(broken))
    if upcoming is not None:
        say(f"Next by the schedule: {upcoming[0]} at {upcoming[1]:%Y-%m-%d %H:%M %Z}")
    with one_message(PrefectMisconfigured):
        prepare_for_prefect(settings.home.absolute())
    # Prefect takes seconds to import; a wrong setting is told before that.
    from flows.serve import ServeError, Serving  # noqa: PLC0415

    pages = ServedPages(web_host, web_port, tuple(web_name or ())) if web else None
    with one_message(other=(ServeError,)):
        Serving(access, host, port, say, is_logging_json=settings.log_json, pages=pages).run()


def refuse_shadowing(folder: Path) -> None:
    """Refuse a working folder with a package named as one of ours: Prefect's runs would import that one."""
    problem = misplaced_package([str(folder), *sys.path])
    if problem is not None:
        ERRORS.print(f"{problem} Nothing was started. Give the command in another folder: runs work in the same one.")
        raise typer.Exit(BAD_INPUT)


def print_line(message: str) -> None:
    """One line with the time, at once."""
    typer.echo(f"{datetime.now(UTC):%H:%M:%S} {message}", err=True)
