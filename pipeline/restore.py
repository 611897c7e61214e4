"""Restore: puts a lost or damaged published file back from the raw store, as it was published.

`core` and `plan` are loaded again from the responses and plan files of each night, as in a replay. The marts are not
judged again: the raw store has the versions that each publication closed and opened in them, so they are restored as
they were published, independent of the software that judged them. Nights before marts had a history stored nothing of
them: the first publication after an upgrade stores the complete marts, including those computed for the nights before.
"""

import os
from datetime import datetime

import duckdb

from pipeline.loading import judge
from pipeline.progress import Reporter
from pipeline.replay import Night, finish_again, published_nights, take_in_again
from warehouse.build import define_marts
from warehouse.database import working_file
from warehouse.errors import NothingToRestore, NotPublished, PublishedDamaged
from warehouse.files import sha256_of, sync
from warehouse.history import naive_utc
from warehouse.home import Home
from warehouse.ledger_records import Restored
from warehouse.mart_bodies import put_back
from warehouse.ops import open_publication
from warehouse.prune import copy_base
from warehouse.publish import READ_ONLY
from warehouse.published_file import read_whole, source_kind
from warehouse.raw_store import RawStore
from warehouse.schema import ensure_schema
from warehouse.settling import clear_leftovers

DAMAGED_NAME = "kolada.damaged.duckdb"


def restore(home: Home, *, now: datetime, reporter: Reporter, is_forced: bool = False) -> int:
    """Put the published file back. Only the holder of the home's lock may call this.

    An existing file, damaged or not, is kept next to the new one as `kolada.damaged.duckdb`.

    Args:
        home: whose published file is lost or damaged.
        now: the present instant, UTC.
        reporter: receives the progress, one step per night.
        is_forced: put the file back even if the existing one can be read and is from the last publication.

    Returns:
        The number of nights that were loaded again, without those that a base replaces.

    Raises:
        NothingToRestore: the published file can be read and is from the run that was published last by the ledger.
        NotPublished: no run of this home was published.
        RawStoreError: a body or a manifest is missing or damaged.
    """
    clear_leftovers(home)
    nights = list(published_nights(home))
    part = home.work / "restore.duckdb"
    if not copy_base(home, part) and not nights:
        raise NotPublished(
            f"No run of the home `{home.root}` was published, so there is nothing to put back. "
            "Publish with `kolada refresh`."
        )
    if not is_forced and nights and is_whole(home, nights[-1]):
        raise NothingToRestore(
            f"`{home.published}` can be read and is what run `{nights[-1].manifest.run_id}` published, so nothing was "
            "changed. To put it back from the raw store anyway: `kolada restore --force`."
        )
    kept_whole = [night for night in nights if any(kept.is_whole for kept in night.marts)]
    start = kept_whole[-1] if kept_whole else None
    reporter.stage("Restore", total=len(nights))
    with working_file(part) as connection:
        ensure_schema(connection)
        if start is not None:
            put_back(connection, RawStore(home.bodies), start.marts, instant=naive_utc(start.known_from))
        for night in nights:
            restore_night(connection, home, night, start)
            reporter.advance()
        define_marts(connection, source_kind=source_kind(connection))
    part.chmod(READ_ONLY)
    sync(part)
    if nights:
        nights[-1].manifest.append(Restored(at=now, file_sha256=sha256_of(part)))
        nights[-1].manifest.sync()
    if home.published.exists():
        # A hard link, so that a published file exists at every moment.
        damaged = home.root / DAMAGED_NAME
        damaged.unlink(missing_ok=True)
        os.link(home.published, damaged)
    part.replace(home.published)
    sync(home.root)
    return len(nights)


def is_whole(home: Home, last: Night) -> bool:
    """Return whether the published file can be read and is from the run that was published last."""
    if not home.published.exists():
        return False
    try:
        return read_whole(home.published).run_id == last.manifest.run_id
    except (NotPublished, PublishedDamaged):
        return False


def restore_night(connection: duckdb.DuckDBPyConnection, home: Home, night: Night, start: Night | None) -> None:
    """Load one night again, with its marts as they were published.

    Args:
        connection: the open file.
        home: of the night.
        night: the night to load.
        start: the last night that stored the complete marts, which are in the file; None if the marts continue from a
            base, or if no night stored them: then they are judged again.
    """
    run_id = night.manifest.run_id
    loaded = take_in_again(connection, home, night)
    made_by = night.marts_by or (start.marts_by if start is not None else None)
    if made_by is None:
        judge(connection, run_id=run_id, known_from=night.known_from, source_kind=night.source_kind, is_later=True)
    else:
        open_publication(
            connection,
            run_id=run_id,
            published_at=night.known_from,
            made_by=made_by,
            is_worked_out_later=night.marts_by is None,
        )
        if start is None or night.known_from > start.known_from:
            put_back(connection, RawStore(home.bodies), night.marts, instant=naive_utc(night.known_from))
    finish_again(connection, home, night, loaded)
