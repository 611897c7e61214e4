"""Rollback: putting an earlier published file back.

A rollback writes a note before it begins, and removes the note after it has reported its result. If it is killed in
between, the next `kolada rollback` finishes it and goes back no further, since the user has not seen the result of the
first one.
"""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from warehouse.errors import PublishedFileError
from warehouse.files import write_whole
from warehouse.home import Home
from warehouse.publish import newest_whole
from warehouse.published_file import publication_of
from warehouse.published_runs import last_published
from warehouse.settling import publish_again, settle


@dataclass(frozen=True, slots=True)
class Begun:
    """The note that a rollback writes before it begins.

    Attributes:
        from_run_id: the run that is rolled back; None if the published file is lost.
        to_run_id: the run whose file is published again.
    """

    from_run_id: str | None
    to_run_id: str


@dataclass(frozen=True, slots=True)
class Rollback:
    """The result of a rollback.

    Attributes:
        from_run_id: the run that was rolled back; None if the published file was lost.
        to_run_id: the run whose file is published again.
        published: the path of the published file.
        was_begun: whether an earlier command began the rollback and was killed.
    """

    from_run_id: str | None
    to_run_id: str
    published: Path
    was_begun: bool = False


def tell_nobody(_: Rollback) -> None:
    """Report nothing."""


def roll_back(home: Home, *, now: datetime, tell: Callable[[Rollback], None] = tell_nobody) -> Rollback:
    """Publish the newest snapshot again, in place of the published file, which can be intact, damaged or lost.

    The run that is rolled back keeps its bodies and its manifest, which records the rollback. The next refresh reads
    Kolada again and continues from the older file. A killed rollback is finished, and no second one is made.
    Only the holder of the home's lock may call this.

    Args:
        home: the home whose published file is replaced.
        now: the present instant, UTC.
        tell: reports the result to the user; until it returns, the rollback counts as unfinished.

    Raises:
        NotPublished: there is no snapshot to go back to.
    """
    note = home.work / "rollback.json"
    begun = read_note(note)
    done: Rollback | None = None
    from_run_id: str | None
    try:
        settled = settle(home, now=now, keeps=note)
    except PublishedFileError:
        last = last_published(home)
        from_run_id = last.run_id if last is not None else None
    else:
        from_run_id = settled.file.run_id if settled.file is not None else None
        if settled.file is not None:
            done = finished(home, settled.file.run_id, settled.taken_back, begun)
    if done is None:
        snapshot = newest_whole(home)
        to_run_id = publication_of(snapshot).run_id
        if from_run_id == to_run_id:
            from_run_id = begun.from_run_id if begun is not None else None
        noted = Begun(from_run_id, to_run_id)
        write_whole(note, json.dumps(asdict(noted)).encode(), aside=home.work)
        publish_again(home, snapshot, now=now)
        done = Rollback(from_run_id, to_run_id, home.published, was_begun=noted == begun)
    tell(done)
    note.unlink(missing_ok=True)
    return done


def finished(home: Home, run_id: str, taken_back: str | None, begun: Begun | None) -> Rollback | None:
    """Return the result of a killed rollback that is complete, after settling the home; None if it is not complete.

    Args:
        home: the home of the rollback.
        run_id: the run whose file is published now.
        taken_back: the run that was rolled back while the home was settled, if any.
        begun: the note of the killed rollback, if any.
    """
    if taken_back is not None:
        return Rollback(taken_back, run_id, home.published, was_begun=True)
    if begun is not None and begun.to_run_id == run_id:
        return Rollback(begun.from_run_id, run_id, home.published, was_begun=True)
    return None


def read_note(note: Path) -> Begun | None:
    """Return the note of a killed rollback; None if there is none."""
    return Begun(**json.loads(note.read_bytes())) if note.exists() else None
