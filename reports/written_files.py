"""The file of a document: the one that `--output` names, written completely or not at all."""

from contextlib import suppress
from pathlib import Path

from reports.errors import OptionRefused, ReportError


def named_file(output: Path | None, endings: tuple[str, ...], writer: str) -> Path | None:
    """Return the file that an output names; None if it names a folder: one that exists, or a name without an ending.

    Args:
        output: the value of `--output`.
        endings: the endings of the format.
        writer: the command or option that writes it.

    Raises:
        OptionRefused: the file name has the ending of another format.
    """
    if output is None or not output.suffix or output.is_dir():
        return None
    if output.suffix.lower() not in endings:
        raise OptionRefused(
            f"`{output}` ends in `{output.suffix}`, and {writer} writes {', '.join(endings)}. Nothing was written. "
            "Name a file with that ending, or a folder that exists."
        )
    return output


def write_whole(path: Path, content: bytes) -> None:
    """Write a file atomically: a reader sees the old file or the new one, never a part.

    Raises:
        ReportError: the file cannot be written.
    """
    beside = path.with_name(f".{path.name}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        beside.write_bytes(content)
        beside.replace(path)
    except OSError as error:
        with suppress(OSError):
            beside.unlink(missing_ok=True)
        raise ReportError(
            f"`{path}` cannot be written: {error.strerror or error}. Nothing was written. "
            "Name another place with `--output`."
        ) from error
