"""Explains an error of the operating system or of DuckDB: the cause and the advice, for the command and for Prefect.

The advice names the disk only for errors of the disk.
"""

import errno

import duckdb

FULL = {errno.ENOSPC, errno.EDQUOT}
BROKEN = {errno.EIO, errno.EROFS}
# The messages of the operating system, as DuckDB includes them in its own.
FULL_WORDS = ("No space left on device", "Disk quota exceeded", "failed to offload data block")
BROKEN_WORDS = ("Input/output error", "Read-only file system")


def about_files(error: OSError | duckdb.Error) -> str:
    """Return one line about an error: what happened, the consequence, and what to do."""
    said = " ".join(str(error).split()).rstrip(".")
    match kind_of(error, said):
        case "full":
            advice = "Free space on the disk (`df -h`), then run the command again."
        case "broken":
            advice = "Check the disk (`df -h`, `mount`, `dmesg`), then run the command again."
        case "too large":
            advice = "Raise the file size limit (`ulimit -f`), or check the type of the file system (`df -hT`)."
        case "rights":
            advice = "Give this user permission to read and write it (`ls -l`), or choose another place."
        case "missing":
            advice = "Correct the path, or create its parent folder."
        case "open files":
            advice = "Too many files are open: raise the limit (`ulimit -n 4096`), then run the command again."
        case "memory":
            advice = "Add memory, or stop other programs that use it (`free -h`), then run the command again."
        case "lock":
            advice = "Another program has it open for writing: stop that program, then run the command again."
        case _:
            advice = "Run the command again with KOLADA_TRACEBACK=1, and report what it prints."
    return f"{said}. The published file is as it was, and what was received is kept. {advice}"


def kind_of(error: OSError | duckdb.Error, said: str) -> str:
    """Return the kind of an error; an empty text if it is unknown."""
    if isinstance(error, OSError):
        return kind_by_number(error)
    if any(words in said for words in FULL_WORDS):
        return "full"
    if any(words in said for words in BROKEN_WORDS):
        return "broken"
    if isinstance(error, duckdb.OutOfMemoryException):
        return "memory"
    if isinstance(error, duckdb.IOException):
        words = {
            "File too large": "too large",
            "Permission denied": "rights",
            "No such file": "missing",
            "Conflicting lock": "lock",
        }
        return next((kind for word, kind in words.items() if word in said), "")
    return ""


def kind_by_number(error: OSError) -> str:
    """Return the kind of an error by its errno; an empty text if it is unknown."""
    if error.errno in FULL:
        return "full"
    if error.errno in BROKEN:
        return "broken"
    if error.errno == errno.EFBIG:
        return "too large"
    if isinstance(error, PermissionError):
        return "rights"
    wrong_paths = FileNotFoundError | NotADirectoryError | IsADirectoryError | FileExistsError
    if isinstance(error, wrong_paths) or error.errno == errno.ENAMETOOLONG:
        return "missing"
    return "open files" if error.errno in {errno.EMFILE, errno.ENFILE} else ""
