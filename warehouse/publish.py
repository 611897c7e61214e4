"""Publishing: the working file of a run becomes the file that analysts open.

Publishing is one atomic rename, after the checks. A process that has the old file open continues to read it, since the
inode exists until the file is closed. The published file is read-only on disk. The replaced file is kept as a snapshot;
only the last few snapshots are kept.
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
    """Copy the published file as the working file of a run; return its path, which is also the path of a new file.

    Args:
        home: the home whose published file is copied.
        run_id: the run's id.
        sha256: the recorded SHA-256 values of the published file; empty if they are unknown. A file with another
            SHA-256 is read completely before it is used.

    Raises:
        PublishedDamaged: the published file differs from what was written, and cannot be read.
    """
    path = home.work / f"{run_id}.duckdb"
    if home.published.exists():
        shutil.copyfile(home.published, path)
        if sha256 and sha256_of(path) not in sha256:
            read_whole(home.published)
        path.chmod(WRITABLE)
    return path


def clear_work(home: Home, *, keeps: Path | None = None) -> None:
    """Remove the files of interrupted runs, except one file, if given."""
    for leftover in home.work.glob("*"):
        if leftover == keeps:
            continue
        if leftover.is_dir():
            shutil.rmtree(leftover)
        else:
            leftover.unlink()


def publish(home: Home, work_file: Path, *, replaces: datetime | None, keep: int) -> str:
    """Replace the published file with a finished working file.

    Args:
        home: the home to publish in.
        work_file: the working file, closed and checkpointed, on the same file system.
        replaces: the instant (UTC) at which the replaced file was published, if there is one.
        keep: the number of earlier published files to keep as snapshots.

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
    """Return the earlier published files, oldest first."""
    return sorted(home.snapshots.glob("*.duckdb"))


def newest_whole(home: Home) -> Path:
    """Return the newest snapshot that can be read completely and is not older than the base.

    Raises:
        NotPublished: there is no such snapshot.
    """
    begins = publication_of(home.base).published_at if home.base.exists() else None
    damaged = []
    for snapshot in reversed(snapshots(home)):
        try:
            published_at = read_whole(snapshot).published_at
        except PublishedDamaged:
            damaged.append(snapshot.name)
            continue
        if begins is None or published_at >= begins:
            return snapshot
        break
    told = f" Damaged: {', '.join(f'`{name}`' for name in damaged)}." if damaged else ""
    raise NotPublished(
        f"There is no earlier published file in `{home.snapshots}` to go back to, so nothing was rolled back.{told} "
        "`kolada status` lists the snapshots; `kolada restore` puts the last published file back."
    )


def put_back(home: Home, snapshot: Path) -> None:
    """Replace the published file with a snapshot, in one rename."""
    snapshot.replace(home.published)
    sync(home.snapshots)
    sync(home.root)


def snapshot_name(instant: datetime) -> str:
    """Return the name of the snapshot of a file published at an instant (UTC); names sort in the order of instants."""
    return f"{instant:%Y%m%dT%H%M%S%f}Z"


def next_instant(last: datetime | None, now: datetime) -> datetime:
    """Return the instant of a new publication: now, or just after the last one if the clock has been set back."""
    if last is None or naive_utc(now) > last:
        return now
    return last.replace(tzinfo=UTC) + MICROSECOND
