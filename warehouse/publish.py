"""Publishing: the private file that a run worked on becomes the file that analysts open.

One atomic rename, after the checks. Who holds the old file goes on reading it: its inode lives as long as they do. The
published file is read-only on disk. The one it replaces is kept as a snapshot, the last few of them.
"""

import os
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

from warehouse.database import connect, quoted
from warehouse.errors import NotPublished
from warehouse.files import sync
from warehouse.history import naive_utc
from warehouse.home import Home

MICROSECOND = timedelta(microseconds=1)
READ_ONLY = 0o444
WRITABLE = 0o644


def start_work(home: Home, run_id: str) -> Path:
    """A private copy of the published file for a run, or the path for a new one; leftovers of dead runs go away."""
    for leftover in home.work.iterdir():
        if leftover.is_dir():
            shutil.rmtree(leftover)
        else:
            leftover.unlink()
    path = home.work / f"{run_id}.duckdb"
    if home.published.exists():
        shutil.copyfile(home.published, path)
        path.chmod(WRITABLE)
    return path


def publish(home: Home, work_file: Path, *, replaces: datetime | None, keep: int) -> None:
    """Put a finished work file in the published file's place.

    Args:
        home: where to publish.
        work_file: closed and checkpointed, on the same file system.
        replaces: the instant at which the file that stands there was published (UTC), if one does.
        keep: how many earlier published files stay as snapshots.
    """
    work_file.chmod(READ_ONLY)
    sync(work_file)
    if replaces is not None and home.published.exists():
        snapshot = home.snapshots / f"{snapshot_name(replaces)}.duckdb"
        snapshot.unlink(missing_ok=True)
        os.link(home.published, snapshot)
    work_file.replace(home.published)
    sync(home.root)
    for old in snapshots(home)[:-keep] if keep else snapshots(home):
        old.unlink()


def snapshots(home: Home) -> list[Path]:
    """Earlier published files, oldest first."""
    return sorted(home.snapshots.glob("*.duckdb"))


def snapshot_name(instant: datetime) -> str:
    """The name of the snapshot of a file that was published at an instant (UTC)."""
    return f"{instant:%Y%m%dT%H%M%S%f}Z"


def published_run(path: Path) -> tuple[str, datetime]:
    """The id and the publication instant (UTC, naive) of the run that a published file is of.

    Raises:
        NotPublished: the file records no publication.
    """
    connection = connect()
    try:
        connection.execute(f"attach {quoted(str(path))} as published (read_only)")
        row = connection.execute(
            "select run_id, published_at from published.ops.publication order by published_at desc limit 1"
        ).fetchone()
    finally:
        connection.close()
    if row is None:
        raise NotPublished(
            f"The file `{path}` records no publication, so it is not a warehouse that this software published. "
            "Move it away, or choose another KOLADA_HOME, and run `kolada refresh`."
        )
    return row[0], row[1]


def published_at(path: Path) -> datetime:
    """The instant at which a file was published, UTC and naive."""
    return published_run(path)[1]


def next_instant(last: datetime | None, now: datetime) -> datetime:
    """The instant for a new publication: now, but always later than the last one, should the clock have gone back."""
    if last is None or naive_utc(now) > last:
        return now
    return last.replace(tzinfo=UTC) + MICROSECOND
