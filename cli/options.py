"""Options that several commands take. An option given becomes the setting of its name for this process."""

from datetime import UTC, datetime
from os import environ
from pathlib import Path
from typing import Annotated

import typer

from cli.exits import one_message
from warehouse.moment import past_moment


def not_to_come(given: str | None) -> str | None:
    """A moment as it was given, once it is one that has been."""
    if given is not None:
        with one_message():
            past_moment(given, now=datetime.now(UTC))
    return given


HomeOption = Annotated[
    Path | None, typer.Option("--home", help="The folder that everything is written under. [KOLADA_HOME]")
]
BaseUrlOption = Annotated[str | None, typer.Option("--base-url", help="The API. [KOLADA_BASE_URL]")]
GoalsOption = Annotated[Path | None, typer.Option("--goals", help="The folder of plans. [KOLADA_GOALS]")]
PlanOption = Annotated[str | None, typer.Option("--plan", help="The plan whose table is printed. [KOLADA_PLAN]")]
SampleOption = Annotated[
    bool, typer.Option("--sample", help="The built-in sample instead of the API; its values are made up.")
]
WaitOption = Annotated[
    float | None, typer.Option("--wait", help="Seconds to wait for another run that is writing. [KOLADA_WAIT]")
]
DirectOption = Annotated[bool, typer.Option("--direct", help="Without Prefect: the same work, the same result.")]
JsonOption = Annotated[bool, typer.Option("--json", help="One JSON document for machines.")]


def set_options(
    *,
    home: Path | None = None,
    base_url: str | None = None,
    goals: Path | None = None,
    plan: str | None = None,
    wait: float | None = None,
) -> None:
    """Let options stand above variables: the flow reads its settings from the same place however it is started."""
    given = {"home": home, "base_url": base_url, "goals": goals, "plan": plan, "wait": wait}
    for name, value in given.items():
        if value is not None:
            environ[f"KOLADA_{name.upper()}"] = str(value)
