"""`kolada fake-api`: serves the stand-in for the API, for tests and trials."""

from collections.abc import Mapping
from functools import partial
from typing import Annotated

import typer

from cli.exits import one_message
from fake_kolada import CHANGES, FAULTS, ChangeError, DataSetError, FakeKolada, FaultError, ServeError, data_named


def names(kinds: Mapping[str, object]) -> str:
    """Return names as a list for a help text."""
    return ", ".join(sorted(kinds))


def fake_api(
    data: Annotated[
        str, typer.Option("--data", help="`sample`, `generated:KPIS:VALUES`, or a folder of recorded data.")
    ] = "sample",
    port: Annotated[int, typer.Option("--port", help="The port; 0 for any free one.")] = 8765,
    fault: Annotated[
        list[str] | None,
        typer.Option(
            "--fault",
            metavar="NAME",
            help="NAME@first (once, the default), NAME@every (each time) or NAME@20%7 (20 percent, drawn with the "
            f"seed 7). May be repeated. One of: {names(FAULTS)}.",
        ),
    ] = None,
    change: Annotated[
        list[str] | None,
        typer.Option(
            "--change",
            metavar="NAME",
            help=f"NAME or NAME:KPI/UNIT/YEAR/GENDER=VALUE. May be repeated. One of: {names(CHANGES)}.",
        ),
    ] = None,
) -> None:
    """Serve a stand-in for api.kolada.se on this machine, with named faults and named changes of its data.

    Example: `kolada fake-api --data sample --port 8765 --fault server_error_html@first`,
    then `KOLADA_BASE_URL=http://127.0.0.1:8765/v3 kolada refresh`.
    """
    with one_message(DataSetError, FaultError, ChangeError, ServeError):
        fake = FakeKolada(data_named(data), faults=fault or (), changes=change or ())
        fake.run(port=port, announce=partial(print, flush=True))
