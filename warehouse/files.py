"""Atomic writes: a file is written completely or not at all."""

import hashlib
import os
import secrets
from pathlib import Path


def write_whole(path: Path, content: bytes, *, aside: Path) -> None:
    """Write a file under another name, then rename it into place.

    Args:
        path: the path of the file; an existing file is replaced. Its permissions follow the umask.
        content: the bytes.
        aside: the folder on the same file system in which it is written; files that killed processes left there are
            useless.
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
    """Write every byte; one system call can write fewer."""
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
    """Return the SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
