"""Writing files so that they are there whole or not at all."""

import os
import secrets
from pathlib import Path

PART = ".part"


def write_whole(path: Path, content: bytes) -> None:
    """Write a file under another name in the same folder, then rename it into place.

    Args:
        path: where the file shall stand; a file of that name is replaced. It can be read by whom the umask lets.
        content: the bytes.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{secrets.token_hex(8)}{PART}")
    try:
        part.write_bytes(content)
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def remove_parts(folder: Path) -> None:
    """Remove what killed processes left half written, at any depth. Only who alone writes there may."""
    for part in folder.rglob(f".*{PART}"):
        part.unlink()


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
