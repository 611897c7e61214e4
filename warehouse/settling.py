"""Ledger and published file say the same: what a process that died left half done is finished before the next begins.

Each step that touches the home leaves one of these behind when it is killed, and no other:

    publish     the file is in place, its run not yet on record as published     the record is added
    rollback    the run is on record as taken back, its file still in place      the snapshot takes its place
    either      a snapshot of the file that is published                         it is removed
    prune       the base is in place, nights that it stands for still there      they are passed over (prune.py)
    any         half-written files                                               they are removed

What no death explains is refused by name: a published file that is missing, damaged, or older than the ledger.
"""

import os
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from warehouse.errors import HomeLocked, NotPublished, PublishedFileError, PublishedMissing, PublishedOutdated
from warehouse.files import sha256_of
from warehouse.home import Home
from warehouse.ledger_records import Published, RolledBack
from warehouse.manifest import Manifest, manifests
from warehouse.publish import clear_work, newest_whole, put_back, snapshot_name, snapshots
from warehouse.published_file import Publication, publication_of
from warehouse.published_runs import KeptRun, kept_run, last_published, was_published
from warehouse.raw_store import RawStore


@dataclass(frozen=True, slots=True)
class Settled:
    """How a home is once it is settled.

    Attributes:
        file: what is published; None in a new home.
        file_sha256: of the published file as it was published or restored; empty where the ledger does not know.
        taken_back: the run that a rollback took back which was finished just now, if one was.
    """

    file: Publication | None
    file_sha256: frozenset[str] = frozenset()
    taken_back: str | None = None


def settle(home: Home, *, now: datetime, keeps: Path | None = None) -> Settled:
    """Finish what a process that died left half done. Only the holder of the home's lock may call this.

    Args:
        home: where it may have died.
        now: the present instant, UTC.
        keeps: a file among what is left half done that the caller itself goes by.

    Raises:
        PublishedMissing, PublishedDamaged, PublishedOutdated: the file is not what the ledger says.
        NotPublished: the file is no warehouse of this software, or the snapshot of a rollback is gone.
    """
    clear_leftovers(home, keeps=keeps)
    if not home.published.exists():
        if was_published(home):
            raise PublishedMissing(lost_message(home))
        return Settled(None)
    file = publication_of(home.published)
    run = kept_run_of(home, file.run_id)
    if run is not None and run.is_rolled_back:
        drop_newer_snapshots(home, file)
        target = publish_again(home, newest_whole(home), now=now)
        return Settled(target, file_sha256=sha256_on_record(home, target), taken_back=file.run_id)
    if run is not None and not run.is_published:
        at = file.published_at.replace(tzinfo=UTC)
        run.manifest.append(Published(published_at=at, at=now, file_sha256=sha256_of(home.published)))
    last = last_published(home)
    if last is not None and is_outdated(file, last):
        raise PublishedOutdated(outdated_message(home, file, last))
    drop_newer_snapshots(home, file)
    return Settled(file, file_sha256=sha256_on_record(home, file))


def publish_again(home: Home, snapshot: Path, *, now: datetime) -> Publication:
    """Let a snapshot take the published file's place, once the ledger says so of every run after it.

    The newest run comes first, since each builds on those before it: killed anywhere, this is finished by `settle`.

    Args:
        home: whose snapshot it is.
        snapshot: a whole one.
        now: the present instant, UTC.
    """
    target = publication_of(snapshot)
    since = target.published_at.replace(tzinfo=UTC)
    for manifest in reversed(manifests(home.manifests)):
        run = kept_run(manifest)
        if run.holds and run.known_from is not None and run.known_from > since:
            message = f"rolled back to run {target.run_id}"
            manifest.append(RolledBack(at=now, message=message, to_run_id=target.run_id))
            manifest.sync()
    put_back(home, snapshot)
    drop_newer_snapshots(home, target)
    return target


def lost_message(home: Home) -> str:
    """The message about a published file that is not there."""
    last = last_published(home)
    told = f"the ledger says that run `{last.run_id}` was published" if last is not None else "earlier ones are kept"
    return (
        f"The published file `{home.published}` is missing, though {told}. This is no new home, so nothing was started "
        "and no new history was begun. Put back what was published last with `kolada restore`, or the newest earlier "
        "file with `kolada rollback`; for a home of its own choose another KOLADA_HOME."
    )


def settle_if_free(home: Home, purpose: str, *, now: datetime) -> None:
    """Settle a home before it is only read, if that can be: nobody writes at this moment, and we may.

    What is wrong with the published file is for the reader to say.
    """
    if not (home.work.is_dir() and os.access(home.root, os.W_OK)):
        return
    # Who holds the lock has settled the home at its start.
    with suppress(HomeLocked, PublishedFileError, NotPublished), home.writer(purpose):
        settle(home, now=now)


def clear_leftovers(home: Home, *, keeps: Path | None = None) -> None:
    """Remove what processes that died left half written, but for one file."""
    clear_work(home, keeps=keeps)
    RawStore(home.bodies).clear_parts()
    base_part(home).unlink(missing_ok=True)


def base_part(home: Home) -> Path:
    """Where the base is written before it is there whole."""
    return home.raw / f".{home.base.name}.part"


def drop_newer_snapshots(home: Home, file: Publication) -> None:
    """Remove the snapshots of the published file itself, and of files that were taken back."""
    for snapshot in snapshots(home):
        if snapshot.stem >= snapshot_name(file.published_at):
            snapshot.unlink()


def sha256_on_record(home: Home, file: Publication) -> frozenset[str]:
    """Each SHA-256 that the ledger has of a published file."""
    run = kept_run_of(home, file.run_id)
    return run.file_sha256 if run is not None else frozenset()


def kept_run_of(home: Home, run_id: str) -> KeptRun | None:
    """What the ledger says of one run; None when it has no manifest of it."""
    manifest = Manifest(home.manifests / f"{run_id}.jsonl")
    return kept_run(manifest) if manifest.path.exists() else None


def is_outdated(file: Publication, last: KeptRun) -> bool:
    """Whether the ledger names a publication that is later than the file's."""
    return last.known_from is not None and last.known_from > file.published_at.replace(tzinfo=UTC)


def outdated_message(home: Home, file: Publication, last: KeptRun) -> str:
    """The message about a published file that is older than the ledger says."""
    return (
        f"The published file `{home.published}` is that of run `{file.run_id}`, but by the ledger run `{last.run_id}` "
        "was published after it: an older file was put there. Put back what was published last with "
        "`kolada restore`; from there `kolada rollback` goes back a night."
    )
