"""`kolada fake-api`: the stand-in for the API, for tests and for trying things out."""

from collections.abc import Mapping
from functools import partial
from typing import Annotated

import typer

from cli.exits import one_message
from fake_kolada import CHANGES, FAULTS, ChangeError, DataSetError, FakeKolada, FaultError, ServeError, data_named


def names(kinds: Mapping[str, object]) -> str:
    """Names for a help text."""
    return ", ".join(sorted(kinds))


def fake_api(
    data: Annotated[
        str, typer.Option("--data", help="`sample`, `generated:KPIS:VALUES`, or a folder of recorded data.")
    ] = "sample",
    port: Annotated[int, typer.Option("--port", help="0 takes a free one.")] = 8765,
    fault: Annotated[
        list[str] | None,
        typer.Option(
            "--fault",
            metavar="NAME",
            help="May be repeated; NAME@first (once, the default), NAME@every (each time) or NAME@20%7 (20 percent, "
            f"drawn with the seed 7). One of: {names(FAULTS)}.",
        ),
    ] = None,
    change: Annotated[
        list[str] | None,
        typer.Option(
            "--change",
            metavar="NAME",
            help=f"May be repeated; NAME or NAME:KPI/UNIT/YEAR/GENDER=VALUE. One of: {names(CHANGES)}.",
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
