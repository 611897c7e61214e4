"""`kolada replay`, `restore`, `rollback`, `prune` and `verify`: the commands that work on the stored data of a home."""

import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from cli.consoles import plain_console
from cli.exits import OTHER, one_message
from cli.options import HomeOption, JsonOption, SampleOption, not_to_come, set_options
from cli.share_command import share_again
from cli.terminal_progress import Terminal
from pipeline.replay import replay as replay_to
from pipeline.restore import restore as restore_from_raw
from pipeline.settings import Settings
from pipeline.verify import verify as verify_home
from warehouse.errors import HomeError
from warehouse.home import Home
from warehouse.prune import prune as prune_raw
from warehouse.rollback import Rollback, roll_back
from warehouse.settling import settle_if_free


def replay(
    to: Annotated[Path, typer.Option("--to", help="The DuckDB file to write; it must not exist.")],
    as_of: Annotated[
        str | None,
        typer.Option(
            "--as-of",
            metavar="T",
            callback=not_to_come,
            help="Replay only runs published until this date (its end, in Sweden) or timestamp (UTC).",
        ),
    ] = None,
    home: HomeOption = None,
    sample: SampleOption = False,
) -> None:
    """Rebuild the warehouse from the raw store alone, with no network.

    Example: `kolada replay --as-of 2024-03-01 --to bokslut.duckdb`
    """
    set_options(home=home)
    with one_message(), Terminal(plain_console(stderr=True)) as terminal:
        place = Home(Settings.of(sample=sample).home)
        settle_if_free(place, "kolada replay", now=datetime.now(UTC))
        nights = replay_to(place, to, as_of=as_of, reporter=terminal)
    typer.echo(f"Replayed {nights} nights into {to}")


def restore(
    is_forced: Annotated[
        bool, typer.Option("--force", help="Put the file back even if the existing one can be read.")
    ] = False,
    home: HomeOption = None,
    sample: SampleOption = False,
) -> None:
    """Put a lost or damaged published file back from the raw store, as it was published.

    With KOLADA_SHARE set, the file is shared again.

    Example: `kolada restore`
    """
    set_options(home=home)
    with one_message(), Terminal(plain_console(stderr=True)) as terminal:
        settings = Settings.of(sample=sample)
        place = Home(settings.home)
        place.prepare()
        with place.writer("kolada restore", wait_seconds=settings.wait, on_wait=typer.echo):
            nights = restore_from_raw(place, now=datetime.now(UTC), reporter=terminal, is_forced=is_forced)
    typer.echo(f"Put back {place.published}, with {nights} nights from the raw store")
    share_again(settings)


def rollback(home: HomeOption = None, sample: SampleOption = False) -> None:
    """Put the previous published file back. The raw store keeps everything that was received.

    With KOLADA_SHARE set, the file is shared as a new version. If an earlier rollback was killed, the command only
    finishes that one.

    Example: `kolada rollback`
    """
    set_options(home=home)
    with one_message():
        settings = Settings.of(sample=sample)
        place = Home(settings.home)
        place.prepare()
        with place.writer("kolada rollback", wait_seconds=settings.wait, on_wait=typer.echo):
            roll_back(place, now=datetime.now(UTC), tell=tell_rollback)
    share_again(settings)


def tell_rollback(done: Rollback) -> None:
    """Print which run is published again, and whether this command only finished a rollback that was killed."""
    taken_back = f"run {done.from_run_id}" if done.from_run_id is not None else "nothing, since the file was lost"
    typer.echo(f"Published again: run {done.to_run_id}. Taken back: {taken_back}. The file: {done.published}")
    if done.was_begun:
        typer.echo(
            "This finished an earlier `kolada rollback` that was killed, and no further night was taken back. Run the "
            "command again to go back one more night."
        )


def prune(
    keep_nights: Annotated[
        int, typer.Option("--keep-nights", min=1, help="How many published nights to keep in the raw store.")
    ] = 90,
    home: HomeOption = None,
    sample: SampleOption = False,
) -> None:
    """Remove the oldest nights from the raw store, and keep one snapshot instead of them.

    Example: `kolada prune --keep-nights 365`
    """
    set_options(home=home)
    with one_message():
        settings = Settings.of(sample=sample)
        place = Home(settings.home, shared_bodies=settings.bodies)
        place.prepare()
        with place.writer("kolada prune", wait_seconds=settings.wait, on_wait=typer.echo):
            done = prune_raw(place, keep_nights=keep_nights, now=datetime.now(UTC))
    typer.echo(
        f"Removed {done.run_count} runs and {done.body_count} bodies, {done.freed_bytes / 1e6:.1f} MB. "
        f"A snapshot of the state after run {done.base_run_id} replaces them."
    )


def verify(home: HomeOption = None, sample: SampleOption = False, as_json: JsonOption = False) -> None:
    """Read all stored data and compare hashes, counts, and the ledger with the published file.

    Exit codes: 0 no findings; 1 something differs from what was written, and each finding says what to do.

    Example: `kolada verify`
    """
    set_options(home=home)
    with one_message(), Terminal(plain_console(stderr=True)) as terminal:
        place = Home(Settings.of(sample=sample).home)
        if not place.raw.exists() and not place.published.exists():
            raise HomeError(
                f"The home folder `{place.root}` contains nothing to verify, so nothing was read. If it is the wrong "
                "folder, name the right one: `kolada verify --home /some/folder`."
            )
        settle_if_free(place, "kolada verify", now=datetime.now(UTC))
        found = verify_home(place, reporter=terminal)
    if as_json:
        typer.echo(json.dumps(asdict(found), ensure_ascii=False))
    else:
        for finding in found.findings:
            typer.echo(finding)
        typer.echo(
            f"Read {found.run_count} runs, {found.body_count} bodies ({found.unnamed_count} that no run names) and "
            f"{found.file_count} published files: {len(found.findings) or 'no'} findings."
        )
    if found.findings:
        raise typer.Exit(OTHER)
