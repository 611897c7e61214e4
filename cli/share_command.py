"""`kolada share`: the published state in other places."""

from contextlib import suppress
from dataclasses import replace
from typing import Annotated

import typer

from cli.consoles import ERRORS
from cli.exits import BAD_INPUT, OTHER, one_message
from cli.options import HomeOption, SampleOption, set_options
from pipeline.settings import Settings
from warehouse.home import Home
from warehouse.published_file import refuse_missing
from warehouse.share_note import ShareWish


def share(
    to: Annotated[
        str | None,
        typer.Option(
            "--to", metavar="PLACE", help="A folder, s3://bucket/prefix, or ducklake:postgresql://…. [KOLADA_SHARE]"
        ),
    ] = None,
    everything: Annotated[
        bool,
        typer.Option("--all", help="Also names of persons, the log of requests and what runs said. [KOLADA_SHARE_ALL]"),
    ] = False,
    keep: Annotated[int | None, typer.Option("--keep", min=1, help="Versions that stay. [KOLADA_SHARE_KEEP]")] = None,
    min_days: Annotated[
        float | None,
        typer.Option("--min-days", min=0, help="Younger versions stay, however many. [KOLADA_SHARE_MIN_DAYS]"),
    ] = None,
    home: HomeOption = None,
    sample: SampleOption = False,
) -> None:
    """Share what is published: an immutable version with the DuckDB file and a Parquet file per mart.

    `latest.json` is written last and names the newest version with hashes; paths in it are relative to it. Older
    versions are pruned. With KOLADA_SHARE set, each publication, rollback and restore is shared by itself.

    Exits with 0 shared, 1 it could not be shared, 2 bad input, or nothing is published.

    Example: `kolada share --to /srv/www/kolada`
    """
    set_options(home=home)
    with one_message():
        settings = Settings.of(sample=sample)
        where = to or settings.share
        if where is None:
            ERRORS.print(
                "No place is named, so nothing was shared. Name one: `kolada share --to FOLDER`.", markup=False
            )
            raise typer.Exit(BAD_INPUT)
        wish = replace(settings.share_wish_to(where), is_all=everything or settings.share_all)
        if keep is not None:
            wish = replace(wish, keep=keep)
        if min_days is not None:
            wish = replace(wish, min_days=min_days)
        place = Home(settings.home)
        refuse_missing(place.published)
        share_and_tell(place, wish)


def share_again(settings: Settings) -> None:
    """Share what a home has published anew, where its settings ask for it, and say what came of it.

    A failure is told and changes no exit code: what the command was given for is done.
    """
    wish = settings.share_wish
    if wish is not None:
        with suppress(typer.Exit):
            share_and_tell(Home(settings.home), wish)


def share_and_tell(home: Home, wish: ShareWish) -> None:
    """Share a home's published file, and say what came of it.

    Raises:
        typer.Exit: it cannot be shared; the message is printed.
    """
    from sharing import share_home  # noqa: PLC0415 - slow to import

    note = share_home(home, wish)
    if note.is_failed:
        ERRORS.print(note.message, markup=False)
        raise typer.Exit(OTHER)
    typer.echo(note.message)
