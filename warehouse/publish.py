"""Publishing: the private file that a run worked on becomes the file that analysts open.

One atomic rename, after the checks. Who holds the old file goes on reading it: its inode lives as long as they do. The
published file is read-only on disk. The one it replaces is kept as a snapshot, the last few of them.
"""

import os
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

from warehouse.errors import NotPublished, PublishedDamaged
from warehouse.files import sha256_of, sync
from warehouse.history import naive_utc
from warehouse.home import Home
from warehouse.published_file import publication_of, read_whole

MICROSECOND = timedelta(microseconds=1)
READ_ONLY = 0o444
WRITABLE = 0o644


def start_work(home: Home, run_id: str, *, sha256: frozenset[str]) -> Path:
    """A private copy of the published file for a run, or the path for a new one.

    Args:
        home: whose published file is copied.
        run_id: of the run.
        sha256: of the published file as it was written; empty if that is not known. A file of other bytes is read
            whole before anything is built on it.

    Raises:
        PublishedDamaged: the published file is not what was written, and cannot be read.
    """
    path = home.work / f"{run_id}.duckdb"
    if home.published.exists():
        shutil.copyfile(home.published, path)
        if sha256 and sha256_of(path) not in sha256:
            read_whole(home.published)
        path.chmod(WRITABLE)
    return path


def clear_work(home: Home, *, keeps: Path | None = None) -> None:
    """Remove what runs left that died, or could not go on; but for one file, if any."""
    for leftover in home.work.glob("*"):
        if leftover == keeps:
            continue
        if leftover.is_dir():
            shutil.rmtree(leftover)
        else:
            leftover.unlink()


def publish(home: Home, work_file: Path, *, replaces: datetime | None, keep: int) -> str:
    """Put a finished work file in the published file's place.

    Args:
        home: where to publish.
        work_file: closed and checkpointed, on the same file system.
        replaces: the instant at which the file that stands there was published (UTC), if one does.
        keep: how many earlier published files stay as snapshots.

    Returns:
        The SHA-256 of the published file.
    """
    work_file.chmod(READ_ONLY)
    sync(work_file)
    sha256 = sha256_of(work_file)
    if replaces is not None and home.published.exists():
        snapshot = home.snapshots / f"{snapshot_name(replaces)}.duckdb"
        snapshot.unlink(missing_ok=True)
        os.link(home.published, snapshot)
        sync(home.snapshots)
    work_file.replace(home.published)
    sync(home.root)
    for old in snapshots(home)[:-keep] if keep else snapshots(home):
        old.unlink()
    return sha256


def snapshots(home: Home) -> list[Path]:
    """Earlier published files, oldest first."""
    return sorted(home.snapshots.glob("*.duckdb"))


def newest_whole(home: Home) -> Path:
    """The newest snapshot that can be read whole and is no older than the nights that were pruned.

    Raises:
        NotPublished: there is none.
    """
    begins = publication_of(home.base).published_at if home.base.exists() else None
    damaged = []
    for snapshot in reversed(snapshots(home)):
        try:
            published_at = publication_of(snapshot).published_at
            read_whole(snapshot)
        except PublishedDamaged:
            damaged.append(snapshot.name)
            continue
        if begins is None or published_at >= begins:
            return snapshot
        break
    told = f" Damaged: {', '.join(f'`{name}`' for name in damaged)}." if damaged else ""
    raise NotPublished(
        f"There is no earlier published file in `{home.snapshots}` to go back to, so nothing was rolled back.{told} "
        "`kolada status` tells what is kept; `kolada restore` puts back what was published last."
    )


def put_back(home: Home, snapshot: Path) -> None:
    """Let a snapshot take the published file's place, in one step."""
    snapshot.replace(home.published)
    sync(home.snapshots)
    sync(home.root)


def snapshot_name(instant: datetime) -> str:
    """The name of the snapshot of a file that was published at an instant (UTC); names sort as instants do."""
    return f"{instant:%Y%m%dT%H%M%S%f}Z"


def next_instant(last: datetime | None, now: datetime) -> datetime:
    """The instant for a new publication: now, but always later than the last one, should the clock have gone back."""
    if last is None or naive_utc(now) > last:
        return now
    return last.replace(tzinfo=UTC) + MICROSECOND
