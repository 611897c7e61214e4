"""The bodies of the raw store: bytes as received, named by their SHA-256, compressed with zstd, each stored once.

A body is never changed. The manifest records which request received which body (manifest.py).

Several homes can share bodies. Each home then still has all its bodies in its own folder, and a shared folder has a
hard link to each file. The file system counts the links and frees the bytes with the last one. So a home removes only
its own links, at whatever step it is killed, and can be backed up, verified and restored by itself.
"""

import errno
import hashlib
import os
import secrets
import shutil
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import zstandard

from warehouse.errors import BodyCorrupt, BodyMissing, HomeError
from warehouse.files import sync, write_whole

# Kolada's response bodies are repetitive: level 3 takes nearly twice the time for the same size (measured).
LEVEL = 1
SYNCED_AT_A_TIME = 16
# Another file system, no hard links, a file of another user, not a folder.
NOT_SHARED = (
    *(errno.EXDEV, errno.EPERM, errno.EACCES, errno.ENOTSUP, errno.EMLINK),
    *(errno.EROFS, errno.ENOTDIR, errno.EEXIST),
)


class RawStore:
    """Content-addressed bodies under `raw/bodies/`; safe to use from several threads.

    Args:
        root: the home's own bodies.
        shared: the folder of the bodies that homes share; None where the home shares none.
    """

    def __init__(self, root: Path, shared: Path | None = None) -> None:
        self.root = root
        self.shared = shared
        self._aside = root / ".parts"
        self._unsynced: set[Path] = set()
        self._guard = threading.Lock()

    def put(self, body: bytes) -> str:
        """Store a body and return its SHA-256. A body that this home or another one has intact is not written again.

        Raises:
            HomeError: the home and the shared folder cannot have links to the same file.
        """
        sha256 = hashlib.sha256(body).hexdigest()
        path = self.path(sha256)
        if not self._holds(path, body):
            if not self._take_shared(sha256, body):
                write_whole(path, zstandard.ZstdCompressor(level=LEVEL).compress(body), aside=self._aside)
            with self._guard:
                self._unsynced.add(path)
        self._share(sha256, body)
        return sha256

    def get(self, sha256: str) -> bytes:
        """Return the body with this SHA-256, after checking its hash.

        Raises:
            BodyMissing: there is no such body.
            BodyCorrupt: the file cannot be unpacked, or its bytes have another hash.
        """
        path = self.path(sha256)
        try:
            body = zstandard.ZstdDecompressor().decompress(path.read_bytes())
        except FileNotFoundError:
            raise BodyMissing(
                f"The body `{sha256}` is not in the raw store ({path}). Its contents cannot be rebuilt. "
                "Restore it from a backup of KOLADA_HOME; `kolada verify` reports which runs need it."
            ) from None
        except zstandard.ZstdError as error:
            raise self._corrupt(path, str(error)) from error
        if hashlib.sha256(body).hexdigest() != sha256:
            raise self._corrupt(path, "its bytes have another SHA-256")
        return body

    def has(self, sha256: str) -> bool:
        """Return whether a body with this SHA-256 is stored, without reading it; an empty file is not a body."""
        try:
            return self.path(sha256).stat().st_size > 0
        except FileNotFoundError:
            return False

    def remove(self, sha256: str) -> int:
        """Remove a body and return the bytes freed on disk: none while another home has a link to the same file."""
        freed = remove_link(self.path(sha256))
        if self.shared is not None:
            freed += remove_unused(path_in(self.shared, sha256))
        return freed

    def clear_shared(self) -> int:
        """Remove the shared bodies that no home has any more, and return the bytes freed on disk.

        They are left by a deleted home, or by a process killed between removing its own link and the shared one.
        """
        return sum(map(remove_unused, self.shared.glob("??/*.zst"))) if self.shared is not None else 0

    def names(self) -> Iterator[str]:
        """Yield the SHA-256 of every body."""
        for path in self.root.glob("??/*.zst"):
            yield path.stem

    def clear_parts(self) -> None:
        """Remove incomplete bodies of killed runs. Only the holder of the home's lock may call this."""
        shutil.rmtree(self._aside, ignore_errors=True)

    def sync(self) -> None:
        """Wait until every body put since the last call is on the disk."""
        with self._guard:
            paths, self._unsynced = self._unsynced, set()
        # In parallel, so that the disk syncs many at the same time: a thousand bodies in sequence took a second.
        with ThreadPoolExecutor(SYNCED_AT_A_TIME) as pool:
            for synced in (paths, {path.parent for path in paths}):
                list(pool.map(sync, synced))

    def path(self, sha256: str) -> Path:
        """Return the path of the body with this SHA-256."""
        return path_in(self.root, sha256)

    def _take_shared(self, sha256: str, body: bytes) -> bool:
        """Link the shared file into the home, and return whether there was an intact one."""
        if self.shared is None:
            return False
        shared = path_in(self.shared, sha256)
        with self._explaining():
            if not self._holds(shared, body):
                return False
            try:
                # It may replace a file that is on the disk already, and its own writer may have died before its sync.
                sync(shared)
                self._link(shared, self.path(sha256))
            except FileNotFoundError:
                # The last home that had it has just removed it.
                return False
        return True

    def _share(self, sha256: str, body: bytes) -> None:
        """Make the home's file and the shared one the same file."""
        if self.shared is None:
            return
        path, shared = self.path(sha256), path_in(self.shared, sha256)
        with self._explaining():
            # An intact shared file is taken; a missing or damaged one is replaced by the home's.
            if not is_same(path, shared) and not self._take_shared(sha256, body):
                self._link(path, shared)

    def _link(self, source: Path, target: Path) -> None:
        """Create a hard link atomically; an existing target is replaced."""
        part = self._aside / secrets.token_hex(8)
        for folder in (part.parent, target.parent):
            folder.mkdir(parents=True, exist_ok=True)
        try:
            os.link(source, part)
            part.replace(target)
        finally:
            # If both are links to one file already, renaming leaves the part in place.
            part.unlink(missing_ok=True)

    @contextmanager
    def _explaining(self) -> Iterator[None]:
        """Turn an error of the system into one that says why this home cannot share bodies."""
        try:
            yield
        except OSError as error:
            if error.errno not in NOT_SHARED:
                raise
            raise HomeError(
                f"The bodies of `{self.root}` cannot be shared in `{self.shared}` ({error.strerror}), so the run has "
                "stopped. Choose a folder on the same file system, which must support hard links, and of the same "
                "user: `KOLADA_BODIES=/some/folder kolada refresh`; or remove KOLADA_BODIES."
            ) from error

    @staticmethod
    def _holds(path: Path, body: bytes) -> bool:
        """Return whether the file unpacks to this body. A damaged file does not, and is replaced."""
        try:
            return zstandard.ZstdDecompressor().decompress(path.read_bytes()) == body
        except (FileNotFoundError, zstandard.ZstdError):
            return False

    @staticmethod
    def _corrupt(path: Path, why: str) -> BodyCorrupt:
        return BodyCorrupt(
            f"The stored body `{path}` is damaged: {why}. Nothing was loaded from it. Restore it from a backup of "
            "KOLADA_HOME; a `kolada refresh` that receives the same bytes also replaces it."
        )


def path_in(root: Path, sha256: str) -> Path:
    """Return the path of the body with this SHA-256 in a folder of bodies."""
    return root / sha256[:2] / f"{sha256}.zst"


def is_same(one: Path, other: Path) -> bool:
    """Return whether both paths are links to one file."""
    try:
        return one.samefile(other)
    except FileNotFoundError:
        return False


def remove_link(path: Path) -> int:
    """Remove one link to a file and return the bytes freed on disk: none if the file has other links."""
    before = path.stat()
    path.unlink()
    return before.st_size if before.st_nlink == 1 else 0


def remove_unused(path: Path) -> int:
    """Remove a shared body if no home has a link to it, and return the bytes freed on disk.

    A home that takes the body at this moment either has its own link already, or finds no file and writes its own.
    """
    try:
        return remove_link(path) if path.stat().st_nlink == 1 else 0
    except FileNotFoundError:
        # The prune of another home was faster.
        return 0
