"""Writing files so that they are there whole or not at all."""

import hashlib
import os
import secrets
from pathlib import Path


def write_whole(path: Path, content: bytes, *, aside: Path) -> None:
    """Write a file under another name, then rename it into place.

    Args:
        path: where the file shall stand; a file of that name is replaced. It can be read by whom the umask lets.
        content: the bytes.
        aside: the folder, on the same file system, in which it is written; what killed processes left there is junk.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    aside.mkdir(parents=True, exist_ok=True)
    part = aside / secrets.token_hex(8)
    try:
        part.write_bytes(content)
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def write_all(descriptor: int, content: bytes) -> None:
    """Write every byte; one call of the system may take fewer."""
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def sync(path: Path) -> None:
    """Wait until a file or the entries of a folder are on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
