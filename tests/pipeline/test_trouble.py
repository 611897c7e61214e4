"""Errors of the operating system or of DuckDB in words: only errors of the disk blame the disk."""

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
    errno.ENAMETOOLONG,
    errno.ECONNRESET,
]


def of_system(number):
    """Return a file error with this number."""
    return OSError(number, os.strerror(number), "/srv/kolada/data/raw/x")


@pytest.mark.parametrize("number", DISK + OTHERS, ids=errno.errorcode.get)
def test_the_disk_is_named_for_what_the_disk_does(number):
    """A full, broken or read-only disk is named; errors of rights, paths and open files have their own advice."""
    told = about_files(of_system(number))
    assert ("disk" in told) == (number in DISK)
    assert told.startswith(f"[Errno {number}] {os.strerror(number)}: '/srv/kolada/data/raw/x'. The published file")
    assert told.count("\n") == 0


@pytest.mark.parametrize(
    ("error", "advice"),
    [
        (duckdb.IOException("IO Error: Could not write: No space left on device"), "Free space on the disk"),
        (duckdb.IOException("IO Error: Could not read: Input/output error"), "Check the disk"),
        (
            duckdb.IOException('IO Error: Cannot open file "x": Permission denied'),
            "Give this user permission to read and write it",
        ),
        (duckdb.IOException('IO Error: Cannot open file "x": No such file or directory'), "Correct the path"),
        (duckdb.IOException('IO Error: Could not set lock on file "x": Conflicting lock'), "Another program has it"),
        (duckdb.OutOfMemoryException("Out of Memory Error: failed to allocate"), "Add memory"),
        (duckdb.BinderException("Binder Error: no such column"), "report what it prints"),
    ],
    ids=lambda given: given if isinstance(given, str) else None,
)
def test_what_duckdb_passes_on_is_told_by_its_cause(error, advice):
    """An error that DuckDB passes on without a number is recognised by its text."""
    assert advice in about_files(error)
