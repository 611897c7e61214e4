"""Settling a home: unfinished steps of killed processes are finished, so that ledger and published file agree.

A killed process can leave only these states in a home:

    publish     the file is in place, the record of its publication is missing    the record is added
    rollback    the record of the rollback exists, the file is still in place     the snapshot replaces the file
    either      there is a snapshot of the file that is published                 it is removed
    prune       the base is in place, some nights that it replaces still exist    they are ignored (prune.py)
    any         incomplete files                                                  they are removed

Any other state raises an error: a published file that is missing, damaged, or older than the ledger.
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
    """The state of a settled home.

    Attributes:
        file: the publication of the published file; None in a new home.
        file_sha256: the recorded SHA-256 values of the published file; empty if the ledger has none.
        taken_back: the run of a killed rollback that settling has finished, if any.
    """

    file: Publication | None
    file_sha256: frozenset[str] = frozenset()
    taken_back: str | None = None


def settle(home: Home, *, now: datetime, keeps: Path | None = None) -> Settled:
    """Finish the unfinished steps of killed processes. Only the holder of the home's lock may call this.

    Args:
        home: the home to settle.
        now: the present instant, UTC.
        keeps: a leftover file that the caller still needs.

    Raises:
        PublishedMissing, PublishedDamaged, PublishedOutdated: the published file does not match the ledger.
        NotPublished: the file is not a warehouse of this software, or the snapshot of a rollback is missing.
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
    """Replace the published file with a snapshot, after recording the rollback of every later run.

    The newest run is recorded first, since each run builds on the earlier ones: if this is killed, `settle` finishes
    it.

    Args:
        home: the home of the snapshot.
        snapshot: an intact snapshot.
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
    """Return the message about a missing published file."""
    last = last_published(home)
    told = f"the ledger records that run `{last.run_id}` was published" if last is not None else "snapshots exist"
    return (
        f"The published file `{home.published}` is missing, although {told}. This is not a new home, so no run was "
        "started and no new history was begun. Put the last published file back with `kolada restore`, or the newest "
        "snapshot with `kolada rollback`; to begin a new home, choose another KOLADA_HOME."
    )


def settle_if_free(home: Home, purpose: str, *, now: datetime) -> None:
    """Settle a home before it is read, if it is writable and no other process holds its lock.

    Errors about the published file are left to the reader.
    """
    if not (home.work.is_dir() and os.access(home.root, os.W_OK)):
        return
    # The holder of the lock has settled the home before it began.
    with suppress(HomeLocked, PublishedFileError, NotPublished), home.writer(purpose):
        settle(home, now=now)


def clear_leftovers(home: Home, *, keeps: Path | None = None) -> None:
    """Remove incomplete files of killed processes, except one file, if given."""
    clear_work(home, keeps=keeps)
    RawStore(home.bodies).clear_parts()
    base_part(home).unlink(missing_ok=True)


def base_part(home: Home) -> Path:
    """Return the temporary path of the base before it is renamed."""
    return home.raw / f".{home.base.name}.part"


def drop_newer_snapshots(home: Home, file: Publication) -> None:
    """Remove the snapshots of the published file itself, and of files that were rolled back."""
    for snapshot in snapshots(home):
        if snapshot.stem >= snapshot_name(file.published_at):
            snapshot.unlink()


def sha256_on_record(home: Home, file: Publication) -> frozenset[str]:
    """Return the SHA-256 values that the ledger records for a published file."""
    run = kept_run_of(home, file.run_id)
    return run.file_sha256 if run is not None else frozenset()


def kept_run_of(home: Home, run_id: str) -> KeptRun | None:
    """Return the outcome of one run; None when it has no manifest."""
    manifest = Manifest(home.manifests / f"{run_id}.jsonl")
    return kept_run(manifest) if manifest.path.exists() else None


def is_outdated(file: Publication, last: KeptRun) -> bool:
    """Return whether the ledger records a publication later than the file's."""
    return last.known_from is not None and last.known_from > file.published_at.replace(tzinfo=UTC)


def outdated_message(home: Home, file: Publication, last: KeptRun) -> str:
    """Return the message about a published file that is older than the last publication in the ledger."""
    return (
        f"The published file `{home.published}` is that of run `{file.run_id}`, but the ledger records that run "
        f"`{last.run_id}` was published after it: an older file was put there. Nothing was changed. Put the last "
        "published file back with `kolada restore`; from there `kolada rollback` goes back one night."
    )
