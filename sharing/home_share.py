"""A home shared as its settings ask: after a publication, a rollback or a restore, and by `kolada share`.

One share of a home at a time, so that the last one to write `latest.json` read the published file last. Runs may write
the home meanwhile. How it ended is noted in the home, whatever it was.
"""

import shutil
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Final

import duckdb

from sharing.errors import ShareError
from sharing.places import place_named
from sharing.share import Shared, share
from warehouse.errors import WarehouseError
from warehouse.home import Home
from warehouse.published_file import publication_of
from warehouse.share_note import ShareNote, ShareWish, without_password, write_share_note

# What can keep a share from its end while the home is as it was; anything else is a fault of this software.
FAILURES: Final = (ShareError, WarehouseError, OSError, duckdb.Error)


def share_home(home: Home, wish: ShareWish, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> ShareNote:
    """Share what a home has published, and note how that ended. A failure is returned and noted, never raised.

    Args:
        home: whose published file is shared; its writer's lock need not be held.
        wish: where to and how.
        now: the clock; names the version.
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
        # A full disk, which the message names; without a note the publication counts as not shared.
        with suppress(OSError):
            write_share_note(home, failed)
        return failed


def shared_now(home: Home, wish: ShareWish, now: Callable[[], datetime]) -> Shared:
    """Share, with the files that are to be sent in the home; what a killed share left there is cleared.

    Raises:
        ShareError, WarehouseError, OSError, duckdb.Error: as `share` raises them.
    """
    aside = home.sharing / "work"
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(parents=True)
    return share(
        home.published,
        place_named(wish.place),
        is_all=wish.is_all,
        keep=wish.keep,
        min_days=wish.min_days,
        now=now,
        aside=aside,
    )


def noted(wish: ShareWish, shared: Shared, at: datetime) -> ShareNote:
    """What a share came to, for the note; the version's name ends in the run that it is of."""
    told = (
        f"Shared to {wish.place}: {shared.told}."
        if shared.is_new
        else f"{wish.place} has this publication already: {shared.told}."
    )
    if shared.pruned:
        told += f" Versions taken away: {', '.join(shared.pruned)}."
    run_id = shared.version.partition("-")[2]
    return ShareNote(wish.place, run_id, at.isoformat(), shared.version, told)


def failure_told(wish: ShareWish, error: Exception) -> str:
    """A failure for people, with what follows from it and the next command."""
    if isinstance(error, ShareError | WarehouseError):
        return str(error)
    return (
        f"Sharing to `{wish.place}` stopped: {error}. What was shared before is as it was, and so is the publication "
        "at home. Mend what is named there, then run `kolada share` again."
    )
