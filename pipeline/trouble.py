"""What an error of the operating system or of DuckDB means, in words: for the command and for Prefect's states.

The disk is blamed for what the disk does, and for nothing else.
"""

import errno

import duckdb

FULL = {errno.ENOSPC, errno.EDQUOT}
BROKEN = {errno.EIO, errno.EROFS}
# DuckDB passes on what the operating system said, in words.
FULL_WORDS = ("No space left on device", "Disk quota exceeded", "failed to offload data block")
BROKEN_WORDS = ("Input/output error", "Read-only file system")
KEPT = "The published file is as it was, and what was received is kept."


def about_files(error: OSError | duckdb.Error) -> str:
    """What happened, what follows, and what to do; one line."""
    said = " ".join(str(error).split()).rstrip(".")
    match kind_of(error, said):
        case "full":
            advice = "Make room on the disk (`df -h`), then give the command again."
        case "broken":
            advice = "Look at the disk (`df -h`, `mount`, `dmesg`), then give the command again."
        case "too large":
            advice = "Raise the limit of files (`ulimit -f`), or look which file system it is (`df -hT`)."
        case "rights":
            advice = "Let this user read and write it (`ls -l`), or choose another place."
        case "missing":
            advice = "Correct the path, or make the folder that it is in."
        case "open files":
            advice = "Too many files are open at once: raise the limit (`ulimit -n 4096`), then give the command again."
        case "memory":
            advice = "Give the machine more memory, or end what else uses it (`free -h`), then give the command again."
        case "lock":
            advice = "Another program has it open for writing: end that one, then give the command again."
        case _:
            advice = "Give the command again with KOLADA_TRACEBACK=1, and report what it prints."
    return f"{said}. {KEPT} {advice}"


def kind_of(error: OSError | duckdb.Error, said: str) -> str:
    """What kind of trouble it is; an empty text where nobody can say."""
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
    """The kind by the number that the operating system gave."""
    if error.errno in FULL:
        return "full"
    if error.errno in BROKEN:
        return "broken"
    if error.errno == errno.EFBIG:
        return "too large"
    if isinstance(error, PermissionError):
        return "rights"
    if isinstance(error, FileNotFoundError | NotADirectoryError | IsADirectoryError | FileExistsError):
        return "missing"
    return "open files" if error.errno in {errno.EMFILE, errno.ENFILE} else ""
