"""`kolada share`: the published state in other places."""

from typing import Annotated

import typer

from cli.consoles import ERRORS
from cli.exits import BAD_INPUT, OTHER, one_message
from cli.options import HomeOption, SampleOption, set_options
from pipeline.settings import Settings
from warehouse.home import Home


def share(
    to: Annotated[
        str | None, typer.Option("--to", metavar="PLACE", help="A folder, or s3://bucket/prefix. [KOLADA_SHARE]")
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
    versions are pruned. With KOLADA_SHARE set, `kolada refresh` shares after each publication by itself.

    Exits with 0 shared, 1 the place cannot be written, 2 bad input, 4 nothing is published.

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
        share_published(
            settings,
            where,
            is_all=everything or settings.share_all,
            keep=keep or settings.share_keep,
            min_days=settings.share_min_days if min_days is None else min_days,
        )


def share_published(settings: Settings, where: str, *, is_all: bool, keep: int, min_days: float) -> None:
    """Share a home's published file, and say what came of it.

    Raises:
        typer.Exit: it cannot be shared; the message is printed.
    """
    from sharing import ShareError, place_named, share as share_with  # noqa: PLC0415, I001 - slow to import

    try:
        shared = share_with(
            Home(settings.home).published, place_named(where), is_all=is_all, keep=keep, min_days=min_days
        )
    except ShareError as error:
        ERRORS.print(str(error), markup=False)
        raise typer.Exit(OTHER) from error
    if shared.is_new:
        typer.echo(f"Shared to {where}: versions/{shared.version}, {shared.size / 1e6:.1f} MB")
    else:
        typer.echo(f"{where} has this publication already: versions/{shared.version}")
    if shared.pruned:
        typer.echo(f"Versions taken away: {', '.join(shared.pruned)}")
