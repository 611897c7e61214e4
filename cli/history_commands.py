"""`kolada replay`, `kolada rollback` and `kolada prune`: the commands that work on what is kept."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from cli.exits import one_message
from cli.options import HomeOption, SampleOption, set_options
from cli.terminal_progress import Terminal
from pipeline.replay import replay as replay_to
from pipeline.settings import Settings
from warehouse.home import Home
from warehouse.rollback import prune as prune_raw
from warehouse.rollback import roll_back


def replay(
    to: Annotated[Path, typer.Option("--to", help="The DuckDB file to write; must not exist.")],
    as_of: Annotated[
        str | None, typer.Option("--as-of", metavar="T", help="A date (its end, in Sweden) or a timestamp (UTC).")
    ] = None,
    home: HomeOption = None,
    sample: SampleOption = False,
) -> None:
    """Rebuild the warehouse from the raw store alone, with no network.

    Example: `kolada replay --as-of 2024-03-01 --to bokslut.duckdb`
    """
    set_options(home=home)
    with one_message(), Terminal(Console(stderr=True)) as terminal:
        settings = Settings.of(sample=sample)
        nights = replay_to(Home(settings.home), to, as_of=as_of, reporter=terminal)
    typer.echo(f"Replayed {nights} nights into {to}")


def rollback(home: HomeOption = None, sample: SampleOption = False) -> None:
    """Put the published file before this one back. What was received stays in the raw store.

    Example: `kolada rollback`
    """
    set_options(home=home)
    with one_message():
        settings = Settings.of(sample=sample)
        place = Home(settings.home)
        place.prepare()
        with place.writer("kolada rollback", wait_seconds=settings.wait, on_wait=typer.echo):
            done = roll_back(place, now=datetime.now(UTC))
    typer.echo(f"Published again: run {done.to_run_id}. Taken back: run {done.from_run_id}. The file: {done.published}")


def prune(
    keep_nights: Annotated[
        int, typer.Option("--keep-nights", min=1, help="Published nights to keep in raw form.")
    ] = 90,
    home: HomeOption = None,
    sample: SampleOption = False,
) -> None:
    """Remove whole oldest nights from the raw store, once a kept snapshot stands in their place.

    Example: `kolada prune --keep-nights 365`
    """
    set_options(home=home)
    with one_message():
        settings = Settings.of(sample=sample)
        place = Home(settings.home)
        place.prepare()
        with place.writer("kolada prune", wait_seconds=settings.wait, on_wait=typer.echo):
            done = prune_raw(place, keep_nights=keep_nights)
    typer.echo(
        f"Removed {done.run_count} runs and {done.body_count} bodies, {done.freed_bytes / 1e6:.1f} MB. "
        f"The state after run {done.base_run_id} stands in their place."
    )
