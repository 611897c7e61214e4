"""Putting an earlier published file back."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from warehouse.errors import PublishedFileError
from warehouse.home import Home
from warehouse.publish import newest_whole
from warehouse.published_runs import last_published
from warehouse.settling import publish_again, settle


@dataclass(frozen=True, slots=True)
class Rollback:
    """What a rollback did.

    Attributes:
        from_run_id: the run that was taken back; None where a file took the place of one that is lost.
        to_run_id: the run whose file is published again.
        published: the file.
    """

    from_run_id: str | None
    to_run_id: str
    published: Path


def roll_back(home: Home, *, now: datetime) -> Rollback:
    """Publish the newest snapshot again, in the place of the published file, be that whole, damaged or lost.

    The run that is taken back keeps its bodies and its manifest, which gets to say what happened; the next refresh
    reads Kolada anew and goes on from the older file. A rollback that was killed is finished, and no second one made.
    Only the holder of the home's lock may call this.

    Raises:
        NotPublished: there is no snapshot to go back to.
    """
    from_run_id: str | None
    try:
        settled = settle(home, now=now)
    except PublishedFileError:
        last = last_published(home)
        from_run_id = last.run_id if last is not None else None
    else:
        if settled.file is not None and settled.taken_back is not None:
            return Rollback(settled.taken_back, settled.file.run_id, home.published)
        from_run_id = settled.file.run_id if settled.file is not None else None
    target = publish_again(home, newest_whole(home), now=now)
    return Rollback(from_run_id if from_run_id != target.run_id else None, target.run_id, home.published)
