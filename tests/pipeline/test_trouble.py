"""What an error of the operating system or of DuckDB means in words: the disk is blamed for the disk alone."""

import errno
import os

import duckdb
import pytest

from pipeline.trouble import about_files

DISK = [errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS]
OTHERS = [
    errno.EACCES,
    errno.ENOENT,
    errno.ENOTDIR,
    errno.EISDIR,
    errno.EMFILE,
    errno.EFBIG,
    errno.EINVAL,
    errno.ECONNRESET,
]


def of_system(number):
    """An error of a file."""
    return OSError(number, os.strerror(number), "/srv/kolada/data/raw/x")


@pytest.mark.parametrize("number", DISK + OTHERS, ids=errno.errorcode.get)
def test_the_disk_is_named_for_what_the_disk_does(number):
    """A full, broken or read-only disk is named; rights, paths and open files have advice of their own."""
    told = about_files(of_system(number))
    assert ("disk" in told) == (number in DISK)
    assert told.startswith(f"[Errno {number}] {os.strerror(number)}: '/srv/kolada/data/raw/x'. The published file")
    assert told.count("\n") == 0


@pytest.mark.parametrize(
    ("error", "advice"),
    [
        (duckdb.IOException("IO Error: Could not write: No space left on device"), "Make room on the disk"),
        (duckdb.IOException("IO Error: Could not read: Input/output error"), "Look at the disk"),
        (duckdb.IOException('IO Error: Cannot open file "x": Permission denied'), "Let this user read and write it"),
        (duckdb.IOException('IO Error: Cannot open file "x": No such file or directory'), "Correct the path"),
        (duckdb.IOException('IO Error: Could not set lock on file "x": Conflicting lock'), "Another program has it"),
        (duckdb.OutOfMemoryException("Out of Memory Error: failed to allocate"), "Give the machine more memory"),
        (duckdb.BinderException("Binder Error: no such column"), "report what it prints"),
    ],
    ids=lambda given: given if isinstance(given, str) else None,
)
def test_what_duckdb_passes_on_is_told_by_its_cause(error, advice):
    """DuckDB gives the operating system's words and no number."""
    assert advice in about_files(error)
