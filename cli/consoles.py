"""The consoles of the command. They print text from other sources unchanged.

By default rich parses `[red]` and `:smile:` in any text as markup, and titles, labels and messages from other sources
may contain them. Therefore all consoles are created here, and a style is passed apart from the text.
"""

import codecs
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import TextIOWrapper

from rich.console import Console

ESCAPED = "kolada-escaped"
"""The name of the error handler for characters that the encoding of an output lacks."""

PIPE_WIDTH = 150
"""The width, in characters, of a table that is written to a file or a pipe."""


def print_in_any_encoding() -> None:
    """Make stdout and stderr accept every character: characters that the encoding lacks are escaped."""
    codecs.register_error(ESCAPED, escaped)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors=ESCAPED)


def escaped(error: UnicodeError) -> tuple[str, int]:
    """Return characters with JSON escapes, so that `--json` writes valid JSON to an ASCII terminal too."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return json.dumps(error.object[error.start : error.end])[1:-1], error.end


def plain_console(*, stderr: bool = False, width: int | None = None, soft_wrap: bool = False) -> Console:
    """Return a console that prints text unchanged."""
    return Console(stderr=stderr, width=width, soft_wrap=soft_wrap, markup=False, emoji=False, highlight=False)


def wide_console() -> Console:
    """Return a console with the width of the terminal, or with PIPE_WIDTH for a file or a pipe."""
    console = plain_console()
    return console if console.is_terminal else plain_console(width=PIPE_WIDTH)


ERRORS = plain_console(stderr=True, soft_wrap=True)


@contextmanager
def working() -> Iterator[None]:
    """Show a spinner while the block runs, if stderr is a terminal."""
    if not ERRORS.is_terminal:
        yield
        return
    with ERRORS.status("Working"):
        yield
