"""The share of a home by its settings: after a publication, a rollback or a restore, and by `kolada share`.

A home has one share at a time, so that the share that writes `latest.json` last has read the published file last. Runs
can write to the home at the same time. The outcome is always noted in the home.
"""

import shutil
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime

import duckdb

from sharing.errors import ShareError
from sharing.places import place_named
from sharing.share import Shared, share
from warehouse.errors import WarehouseError
from warehouse.home import Home
from warehouse.published_file import publication_of
from warehouse.share_note import ShareNote, ShareWish, without_password, write_share_note

# Errors that stop a share and leave the home unchanged; any other error is a fault of this software.
FAILURES = (ShareError, WarehouseError, OSError, duckdb.Error)


def share_home(home: Home, wish: ShareWish, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> ShareNote:
    """Share the published file of a home, and note the outcome. A failure is returned and noted, never raised.

    Args:
        home: the home whose published file is shared; the caller need not hold its lock for writing.
        wish: the sharing settings.
        now: the clock, which names the version.
    """
    run_id: str | None = None
    try:
        with home.sharer("kolada share", wait_seconds=wish.wait):
            run_id = publication_of(home.published).run_id
            note = noted(wish, shared_now(home, wish, now), now())
            write_share_note(home, note)
            return note
    except FAILURES as error:
        place, message = map(without_password, (wish.place, failure_told(wish, error)))
        failed = ShareNote(place, run_id, now().isoformat(), None, message)
        # On a full disk, which the message names, there is no note, and the publication counts as not shared.
        with suppress(OSError):
            write_share_note(home, failed)
        return failed


def shared_now(home: Home, wish: ShareWish, now: Callable[[], datetime]) -> Shared:
    """Share a home, with working files in the home; those of a killed share are removed.

    Raises:
        ShareError, WarehouseError, OSError, duckdb.Error: raised by `share`.
    """
    aside = home.sharing / "work"
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(parents=True)
    return share(home.published, place_named(wish.place), wish, now=now, aside=aside)


def noted(wish: ShareWish, shared: Shared, at: datetime) -> ShareNote:
    """Return the note of a share; the name of its version ends with the id of its run."""
    told = (
        f"Shared to {wish.place}: {shared.told}."
        if shared.is_new
        else f"{wish.place} already has this publication: {shared.told}."
    )
    if shared.pruned:
        told += f" Versions removed: {', '.join(shared.pruned)}."
    run_id = shared.version.partition("-")[2]
    return ShareNote(wish.place, run_id, at.isoformat(), shared.version, told)


def failure_told(wish: ShareWish, error: Exception) -> str:
    """Return the message of a failure, with its consequence and the next command."""
    if isinstance(error, ShareError | WarehouseError):
        return str(error)
    return (
        f"Sharing to `{wish.place}` stopped: {error}. Earlier shares and the published file are unchanged. "
        "Remove the cause, then run `kolada share` again."
    )
