"""The home folder: the paths of everything that the pipeline writes, and the lock for writing.

One process writes at a time. It holds an advisory lock (flock) on a file in the home, so that the lock works for every
way of starting a run and is released when the process ends, however it ends. The file names the holder of the lock, for
the error message of a second run.
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
# The sample has its own home within the home, so that made-up values are never mixed with real ones.
SAMPLE_FOLDER = "sample"


@dataclass(frozen=True, slots=True)
class Home:
    """The folders and files under KOLADA_HOME, as absolute paths: messages are read in other folders too.

    Attributes:
        root: the home folder.
        shared_bodies: the folder of bodies that several homes share; None if this home shares none.
    """

    root: Path
    shared_bodies: Path | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "root", self.root.absolute())
        if self.shared_bodies is not None:
            object.__setattr__(self, "shared_bodies", self.shared_bodies.absolute())

    @property
    def published(self) -> Path:
        """The file that analysts open; replaced by renaming, never written in place."""
        return self.root / "kolada.duckdb"

    @property
    def raw(self) -> Path:
        """Response bodies as received, plan files and manifests."""
        return self.root / "raw"

    @property
    def manifests(self) -> Path:
        """The ledger: one manifest per run."""
        return self.raw / "manifests"

    @property
    def bodies(self) -> Path:
        """Response bodies and plan files."""
        return self.raw / "bodies"

    @property
    def base(self) -> Path:
        """The published file that replaces the pruned nights, if any were pruned."""
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
        """Files of sharing: its lock, the note of the last share, and the working files of a current share."""
        return self.root / "sharing"

    def prepare(self) -> None:
        """Create the folders.

        Raises:
            HomeError: the home is not a folder, cannot be written, or has a path that DuckDB cannot read.
        """
        if "\\" in str(self.root):
            raise HomeError(
                f"The home folder `{self.root}` has a backslash in its path, which DuckDB reads as a slash. "
                "Nothing was fetched and nothing was changed. "
                "Choose another one: `KOLADA_HOME=/some/folder kolada refresh`."
            )
        try:
            for folder in (self.root, self.raw, self.work, self.snapshots):
                folder.mkdir(parents=True, exist_ok=True)
            # This test writes nothing: on a full disk `kolada prune` must still be able to free space.
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
        """Hold the home's lock for writing while the block runs.

        Args:
            purpose: the holder's command, for the error message of other processes.
            wait_seconds: how long to wait for another holder before giving up.
            on_wait: called once with a text that names the holder waited for.

        Raises:
            HomeLocked: another process held the lock for longer than `wait_seconds`.
        """
        refusal = (
            f"The home `{self.root}` is being written by {{holder}}. "
            "This run has not started, and nothing was changed. "
            "Wait until the other one has ended (`kolada status`), or let this one wait: `--wait SECONDS`."
        )
        with held_lock(self.root / ".lock", purpose, refusal, wait_seconds=wait_seconds, on_wait=on_wait):
            yield

    @contextmanager
    def sharer(self, purpose: str, *, wait_seconds: float) -> Iterator[None]:
        """Hold the home's lock for sharing while the block runs; runs can write at the same time.

        Args:
            purpose: the holder's command, for the error message of other processes.
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
        path: the file of the lock.
        purpose: the holder's command.
        refusal: the error message, with `{holder}` for the holder of the lock.
        wait_seconds: how long to wait for another holder before giving up.
        on_wait: called once with a text that names the holder waited for.

    Raises:
        HomeLocked: another process held the lock for longer than `wait_seconds`.
    """
    holder = {"pid": os.getpid(), "purpose": purpose, "since": datetime.now(UTC).isoformat(timespec="seconds")}
    lock = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o666)
    try:
        acquire(lock, path, refusal, wait_seconds, on_wait)
        os.ftruncate(lock, 0)
        # The name is only for error messages: a full disk must not prevent `kolada prune` from freeing space.
        with suppress(OSError):
            write_all(lock, json.dumps(holder).encode())
        try:
            yield
        finally:
            os.ftruncate(lock, 0)
    finally:
        # Closing the file releases the lock.
        os.close(lock)


def acquire(
    descriptor: int, path: Path, refusal: str, wait_seconds: float, on_wait: Callable[[str], None] | None
) -> None:
    """Acquire a lock, or wait for it."""
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
    """Return a text that names the holder of a lock."""
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, OSError):
        return "another run"
    return f"`{told['purpose']}` (process {told['pid']}, since {told['since']})"
