"""Putting an earlier published file back.

A rollback notes what it is about to do before it begins, and removes the note when it has told what it did. Killed
anywhere between, it is finished by the next `kolada rollback`, which goes back no further: whoever gives the command
again has not seen what became of the first.
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
    """What a rollback noted before it began.

    Attributes:
        from_run_id: the run that is taken back; None where a file takes the place of one that is lost.
        to_run_id: the run whose file is published again.
    """

    from_run_id: str | None
    to_run_id: str


@dataclass(frozen=True, slots=True)
class Rollback:
    """What a rollback did.

    Attributes:
        from_run_id: the run that was taken back; None where a file took the place of one that is lost.
        to_run_id: the run whose file is published again.
        published: the file.
        was_begun: whether an earlier command had begun it and was killed.
    """

    from_run_id: str | None
    to_run_id: str
    published: Path
    was_begun: bool = False


def tell_nobody(_: Rollback) -> None:
    """Tell nothing."""


def roll_back(home: Home, *, now: datetime, tell: Callable[[Rollback], None] = tell_nobody) -> Rollback:
    """Publish the newest snapshot again, in the place of the published file, be that whole, damaged or lost.

    The run that is taken back keeps its bodies and its manifest, which gets to say what happened; the next refresh
    reads Kolada anew and goes on from the older file. A rollback that was killed is finished, and no second one made.
    Only the holder of the home's lock may call this.

    Args:
        home: whose published file goes back.
        now: the present instant, UTC.
        tell: tells the user what was done; until it has returned, the rollback counts as unfinished.

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
    """What a rollback that was killed has done, or settling the home did for it; None where it had not got so far.

    Args:
        home: whose file went back.
        run_id: whose file is published now.
        taken_back: the run that was taken back just now.
        begun: what the rollback noted.
    """
    if taken_back is not None:
        return Rollback(taken_back, run_id, home.published, was_begun=True)
    if begun is not None and begun.to_run_id == run_id:
        return Rollback(begun.from_run_id, run_id, home.published, was_begun=True)
    return None


def read_note(note: Path) -> Begun | None:
    """What a rollback noted that was killed; None where none was."""
    return Begun(**json.loads(note.read_bytes())) if note.exists() else None
