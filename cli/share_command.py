"""`kolada share`: shares the published file to other places."""

from contextlib import suppress
from typing import Annotated

import typer

from cli.consoles import ERRORS
from cli.exits import BAD_INPUT, OTHER, end_with, one_message
from cli.options import HomeOption, SampleOption, set_options
from pipeline.settings import Settings
from warehouse.home import Home
from warehouse.published_file import refuse_missing
from warehouse.share_note import ShareWish, without_password


def share(
    to: Annotated[
        str | None,
        typer.Option(
            "--to", metavar="PLACE", help="A folder, s3://bucket/prefix, or ducklake:postgresql://…. [KOLADA_SHARE]"
        ),
    ] = None,
    everything: Annotated[
        bool,
        typer.Option(
            "--all",
            help="Also share names of persons, the log of requests and the messages of runs. [KOLADA_SHARE_ALL]",
        ),
    ] = False,
    keep: Annotated[
        int | None, typer.Option("--keep", min=1, help="How many versions are kept. [KOLADA_SHARE_KEEP]")
    ] = None,
    min_days: Annotated[
        float | None,
        typer.Option(
            "--min-days",
            min=0,
            help="Versions younger than this many days are always kept. [KOLADA_SHARE_MIN_DAYS]",
        ),
    ] = None,
    home: HomeOption = None,
    sample: SampleOption = False,
) -> None:
    """Share the publication: an immutable version with the DuckDB file and a Parquet file per mart.

    `latest.json` is written last. It names the newest version and the hashes of its files; its paths are relative to
    it. Older versions are pruned. With KOLADA_SHARE set, every publication, rollback and restore is shared.

    Exit codes: 0 shared; 1 it could not be shared; 2 bad input, or nothing is published.

    Example: `kolada share --to /srv/www/kolada`
    """
    set_options(home=home, share_all=everything or None, share_keep=keep, share_min_days=min_days)
    with one_message():
        settings = Settings.of(sample=sample)
        where = to or settings.share
        if where is None:
            ERRORS.print(
                "No place is named, so nothing was shared. Name one: `kolada share --to FOLDER`.", markup=False
            )
            raise typer.Exit(BAD_INPUT)
        home_of_share = Home(settings.home)
        refuse_missing(home_of_share.published)
        refuse_bad_place(where)
        share_and_tell(home_of_share, settings.share_wish_to(where))


def refuse_bad_place(where: str) -> None:
    """Refuse a text that is not the address of a place for shares.

    Raises:
        typer.Exit: with the code of bad input, or of another error if the place needs an extra that is not installed;
            the message is printed.
    """
    from sharing import PlaceError, ShareError, place_named  # noqa: PLC0415 - slow to import

    try:
        place_named(where)
    except ShareError as error:
        end_with(error, without_password(str(error)), BAD_INPUT if isinstance(error, PlaceError) else OTHER)


def share_again(settings: Settings) -> None:
    """Share the published file of a home again if its settings name a place, and print the outcome.

    A failure is printed but does not change the exit code: the command itself has succeeded.
    """
    wish = settings.share_wish
    if wish is not None:
        with suppress(typer.Exit):
            share_and_tell(Home(settings.home), wish)


def share_and_tell(home: Home, wish: ShareWish) -> None:
    """Share a home's published file, and print the outcome.

    Raises:
        typer.Exit: it cannot be shared; the message is printed.
    """
    from sharing import share_home  # noqa: PLC0415 - slow to import

    note = share_home(home, wish)
    if note.is_failed:
        ERRORS.print(note.message, markup=False)
        raise typer.Exit(OTHER)
    typer.echo(note.message)
