"""The consoles that commands print on: text that came from outside is printed as it is.

rich reads `[red]` and `:smile:` in any text as markup, unless a console says otherwise; titles, labels and messages of
others hold such things. Every console of the command is made here; style is given apart from the text.
"""

import codecs
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from typing import Final

from rich.console import Console

ESCAPED: Final = "kolada-escaped"
"""What an output does with characters that its encoding has not."""

PIPE_WIDTH: Final = 150
"""Columns of a table that goes into a file or a pipe."""


def print_in_any_encoding() -> None:
    """Let stdout and stderr take every character: those that the terminal's encoding has not are escaped."""
    codecs.register_error(ESCAPED, escaped)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors=ESCAPED)


def escaped(error: UnicodeError) -> tuple[str, int]:
    """Characters as JSON escapes them: `--json` stays JSON in a terminal in ASCII."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return json.dumps(error.object[error.start : error.end])[1:-1], error.end


def plain_console(*, stderr: bool = False, width: int | None = None, soft_wrap: bool = False) -> Console:
    """A console that prints text as it is."""
    return Console(stderr=stderr, width=width, soft_wrap=soft_wrap, markup=False, emoji=False, highlight=False)


def wide_console() -> Console:
    """The terminal as wide as it is; a file or a pipe gets lines that hold a whole table."""
    console = plain_console()
    return console if console.is_terminal else plain_console(width=PIPE_WIDTH)


ERRORS: Final = plain_console(stderr=True, soft_wrap=True)


@contextmanager
def working() -> Iterator[None]:
    """Show that something is going on, where somebody watches."""
    if not ERRORS.is_terminal:
        yield
        return
    with ERRORS.status("Working"):
        yield
