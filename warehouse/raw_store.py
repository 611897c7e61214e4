"""The bodies of the raw store: bytes as received, named by their SHA-256, compressed with zstd, each stored once.

A body is never changed. The manifest records which request received which body (manifest.py).
"""

import hashlib
import shutil
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import zstandard

from warehouse.errors import BodyCorrupt, BodyMissing
from warehouse.files import sync, write_whole

# Kolada's response bodies are repetitive: level 3 takes nearly twice the time for the same size (measured).
LEVEL = 1
SYNCED_AT_A_TIME = 16


class RawStore:
    """Content-addressed bodies under `raw/bodies/`; safe to use from several threads."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._aside = root / ".parts"
        self._unsynced: set[Path] = set()
        self._guard = threading.Lock()

    def put(self, body: bytes) -> str:
        """Store a body and return its SHA-256. A body that is already stored intact is not written again."""
        sha256 = hashlib.sha256(body).hexdigest()
        path = self.path(sha256)
        if not self._holds(path, body):
            write_whole(path, zstandard.ZstdCompressor(level=LEVEL).compress(body), aside=self._aside)
            with self._guard:
                self._unsynced.add(path)
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
        """Remove a body and return the bytes freed on disk."""
        path = self.path(sha256)
        size = path.stat().st_size
        path.unlink()
        return size

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
        return self.root / sha256[:2] / f"{sha256}.zst"

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
