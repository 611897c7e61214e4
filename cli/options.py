"""Options of several commands. A given option sets the setting of the same name for this process."""

from datetime import UTC, datetime
from functools import cache
from os import environ
from pathlib import Path
from typing import Annotated

import typer

from cli.consoles import ERRORS
from cli.exits import one_message
from cli.language import told
from pipeline.settings import misspelled_variables
from warehouse.moment import past_moment


def not_to_come(given: str | None) -> str | None:
    """Return a given moment unchanged; exit with an error message if it is in the future."""
    if given is not None:
        with one_message():
            past_moment(given, now=datetime.now(UTC))
    return given


HomeOption = Annotated[
    Path | None, typer.Option("--home", help="The folder that contains everything that is written. [KOLADA_HOME]")
]
BaseUrlOption = Annotated[str | None, typer.Option("--base-url", help="The API. [KOLADA_BASE_URL]")]
GoalsOption = Annotated[Path | None, typer.Option("--goals", help="The folder of plans. [KOLADA_GOALS]")]
PlanOption = Annotated[str | None, typer.Option("--plan", help="The plan whose table is printed. [KOLADA_PLAN]")]
SampleOption = Annotated[
    bool, typer.Option("--sample", help="Use the built-in sample instead of the API; its values are made up.")
]
WaitOption = Annotated[
    float | None, typer.Option("--wait", help="Seconds to wait for another run that is writing. [KOLADA_WAIT]")
]
DirectOption = Annotated[bool, typer.Option("--direct", help="Run without Prefect; the result is the same.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document, for programs.")]


@cache
def warn_of_misspelled_variables() -> None:
    """Print a line for each variable that sets nothing because its name is misspelled; once in a process."""
    for name, meant in misspelled_variables(environ).items():
        ERRORS.print(told(f"The variable `{name}` sets nothing: no setting has this name. Did you mean `{meant}`?"))


def set_options(**given: Path | str | float | None) -> None:
    """Write given options into the variables of their settings, which a flow reads however it is started."""
    warn_of_misspelled_variables()
    for name, value in given.items():
        if value is not None:
            environ[f"KOLADA_{name.upper()}"] = str(value)
