"""The home folder: where everything the pipeline writes stands, and who may write.

One process writes at a time. The guard is an advisory lock (flock) on a file in the home, so that it holds for
every way of starting a run and goes away with the process, however that ends. The file names its holder, for the
message that a second run gives.
"""

import errno
import fcntl
import json
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from warehouse.errors import HomeError, HomeLocked
from warehouse.files import write_all

LOCK_POLL_SECONDS = 0.1
# The sample has a home of its own within the home, so that made-up values never mix with real ones.
SAMPLE_FOLDER = "sample"


@dataclass(frozen=True, slots=True)
class Home:
    """The folders and files under KOLADA_HOME; whole paths, since messages are read elsewhere than they are written."""

    root: Path

    def __post_init__(self) -> None:
        object.__setattr__(self, "root", self.root.absolute())

    @property
    def published(self) -> Path:
        """The file that analysts open; replaced whole, never written in place."""
        return self.root / "kolada.duckdb"

    @property
    def raw(self) -> Path:
        """Response bodies as received, plan files and manifests."""
        return self.root / "raw"

    @property
    def manifests(self) -> Path:
        """The ledger: a manifest per run."""
        return self.raw / "manifests"

    @property
    def bodies(self) -> Path:
        """Bodies of answers, and plan files."""
        return self.raw / "bodies"

    @property
    def base(self) -> Path:
        """The published file that stands in the place of pruned nights, if any were pruned."""
        return self.raw / "base.duckdb"

    @property
    def work(self) -> Path:
        """The private copy that a run writes before it publishes."""
        return self.root / "work"

    @property
    def snapshots(self) -> Path:
        """Earlier published files, newest last by name."""
        return self.root / "snapshots"

    @property
    def reports(self) -> Path:
        """HTML reports."""
        return self.root / "reports"

    @property
    def exports(self) -> Path:
        """Exported tables."""
        return self.root / "exports"

    @property
    def sharing(self) -> Path:
        """What sharing keeps: its lock, how the last share ended, and the files of one that goes on."""
        return self.root / "sharing"

    def prepare(self) -> None:
        """Make the folders.

        Raises:
            HomeError: the home is not a folder or cannot be written, or DuckDB cannot read its path.
        """
        if "\\" in str(self.root):
            raise HomeError(
                f"The home folder `{self.root}` has a backslash in its path, which DuckDB takes for a slash. "
                "Nothing was fetched and nothing was changed. "
                "Choose another one: `KOLADA_HOME=/some/folder kolada refresh`."
            )
        try:
            for folder in (self.root, self.raw, self.work, self.snapshots):
                folder.mkdir(parents=True, exist_ok=True)
            # Nothing is written to find out: on a full disk `kolada prune` is to make room.
            if not os.access(self.work, os.W_OK | os.X_OK):
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(self.work))
        except OSError as error:
            raise HomeError(
                f"The home folder `{self.root}` cannot be written: {error.strerror or error}. "
                "Nothing was fetched and nothing was changed. "
                "Make it writable, or choose another one: `KOLADA_HOME=/some/folder kolada refresh`."
            ) from error

    @contextmanager
    def writer(
        self,
        purpose: str,
        *,
        wait_seconds: float = 0.0,
        on_wait: Callable[[str], None] | None = None,
    ) -> Iterator[None]:
        """Hold the home's only writing place while the block runs.

        Args:
            purpose: what the holder does, for the message that others get.
            wait_seconds: how long to wait for another holder before giving up.
            on_wait: told once, in words, whom the wait is for.

        Raises:
            HomeLocked: another process held the lock for longer than `wait_seconds`.
        """
        refusal = (
            f"The home `{self.root}` is being written by {{holder}}. "
            "This run has not started, and nothing was changed. "
            "Wait for the other one (`kolada status`), or let this one wait: `--wait SECONDS`."
        )
        with held_lock(self.root / ".lock", purpose, refusal, wait_seconds=wait_seconds, on_wait=on_wait):
            yield

    @contextmanager
    def sharer(self, purpose: str, *, wait_seconds: float) -> Iterator[None]:
        """Hold the place of the only one who shares this home while the block runs; runs may write meanwhile.

        Args:
            purpose: what the holder does, for the message that others get.
            wait_seconds: how long to wait for another holder before giving up.

        Raises:
            HomeLocked: another process held the lock for longer than `wait_seconds`.
            OSError: the home cannot be written.
        """
        self.sharing.mkdir(parents=True, exist_ok=True)
        refusal = (
            f"The home `{self.root}` is being shared by {{holder}}, so this share has not started. "
            "Wait until that one has ended, then `kolada share`."
        )
        with held_lock(self.sharing / ".lock", purpose, refusal, wait_seconds=wait_seconds):
            yield


@contextmanager
def held_lock(
    path: Path,
    purpose: str,
    refusal: str,
    *,
    wait_seconds: float,
    on_wait: Callable[[str], None] | None = None,
) -> Iterator[None]:
    """Hold the lock on a file while the block runs; the file names its holder.

    Args:
        path: the lock's file.
        purpose: what the holder does.
        refusal: the message of the error, with `{holder}` for whoever holds the lock.
        wait_seconds: how long to wait for another holder before giving up.
        on_wait: told once, in words, whom the wait is for.

    Raises:
        HomeLocked: another process held the lock for longer than `wait_seconds`.
    """
    holder = {"pid": os.getpid(), "purpose": purpose, "since": datetime.now(UTC).isoformat(timespec="seconds")}
    lock = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o666)
    try:
        acquire(lock, path, refusal, wait_seconds, on_wait)
        os.ftruncate(lock, 0)
        # The name is for the message that others get: a full disk does not keep `kolada prune` from making room.
        with suppress(OSError):
            write_all(lock, json.dumps(holder).encode())
        try:
            yield
        finally:
            os.ftruncate(lock, 0)
    finally:
        # What closes the file gives the lock back.
        os.close(lock)


def acquire(
    descriptor: int, path: Path, refusal: str, wait_seconds: float, on_wait: Callable[[str], None] | None
) -> None:
    """Take a lock, or wait for it."""
    deadline = time.monotonic() + wait_seconds
    has_told = False
    pause = threading.Event()
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = holder_of(path)
            if time.monotonic() >= deadline:
                raise HomeLocked(refusal.replace("{holder}", holder)) from None
            if on_wait is not None and not has_told:
                on_wait(f"Waiting for {holder}")
                has_told = True
            pause.wait(LOCK_POLL_SECONDS)
        else:
            return


def holder_of(path: Path) -> str:
    """Who holds a lock, in words."""
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, OSError):
        return "another run"
    return f"`{told['purpose']}` (process {told['pid']}, since {told['since']})"
