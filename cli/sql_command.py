"""`kolada sql`: runs a query on the published file, from the command line, a file, the list of questions or a pipe."""

import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from typer.core import TyperCommand

from cli.consoles import ERRORS, wide_console, working
from cli.exits import one_message
from cli.options import HomeOption, JsonOption, SampleOption, set_options
from cli.result_formats import (
    is_wider,
    numbers_of,
    print_beneath,
    print_rows,
    write_csv,
    write_json,
    write_markdown,
)
from pipeline.settings import Settings
from warehouse.credits import MADE_UP_VALUES
from warehouse.errors import QueryRefused
from warehouse.home import Home
from warehouse.locked_query import LockedFile, Rows, locked_file
from warehouse.questions import question as question_of

ROWS = 40
ROWS_BENEATH = 10
MOST_ROWS = 10_000
"""The most rows of a table, even with a higher --limit: its layout needs all rows in memory."""

Writer = Callable[[Rows, int | None, Callable[[str], object]], None]


class SqlCommand(TyperCommand):
    """A command whose query may begin with a comment such as `-- all rows`, which looks like an option."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # noqa: ANN401 - typer's own kind of context
        """Move a query that begins with a comment behind `--`, where no options are parsed."""
        names = {name for parameter in self.params for name in parameter.opts}
        queries = [each for each in args if re.match(r"--\s|--[^\s=]*\s", each) and each.partition("=")[0] not in names]
        if queries and "--" not in args:
            args = [*(each for each in args if each not in queries), "--", *queries]
        return super().parse_args(ctx, args)


COMMAND_CLASS = SqlCommand


def sql(
    query: Annotated[str | None, typer.Argument(help="One SQL statement, in DuckDB's dialect; `-` for stdin.")] = None,
    file: Annotated[Path | None, typer.Option("--file", "-f", help="Read the statement from this file.")] = None,
    question: Annotated[
        int | None,
        typer.Option("--question", "-q", metavar="N", help="Run one of the analysts' questions, by its number."),
    ] = None,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV with a header.")] = False,
    as_json: JsonOption = False,
    as_markdown: Annotated[bool, typer.Option("--markdown", help="Print a Markdown table.")] = False,
    limit: Annotated[
        int | None, typer.Option("--limit", "-n", min=1, help="The most rows; by default 40 for a table, else all.")
    ] = None,
    home: HomeOption = None,
    sample: SampleOption = False,
) -> None:
    """Run a query on the published file. It can only read this file: no other file, no network, no write.

    A table that is wider than the terminal is printed as a list of columns per row.

    Exit codes: 0 done; 2 the query is refused.

    Example: `kolada sql "from mart.sound_economic_management"`, `kolada sql --question 3 --csv`,
    `kolada sql --file mine.sql --json`, `echo "show all tables" | kolada sql`.
    """
    set_options(home=home)
    with one_message():
        write = writer_of(as_csv=as_csv, as_json=as_json, as_markdown=as_markdown)
        words, statement = asked_for(query, file, question)
        console = wide_console()
        with locked_file(Home(Settings.of(sample=sample).home).published) as warehouse:
            if write is None:
                if words:
                    console.print(words, style="bold")
                show(warehouse, statement, limit, console)
            else:
                with warehouse.ask(statement) as rows:
                    write(rows, limit, sys.stdout.write)
            if warehouse.source_kind == "sample":
                (console if write is None else ERRORS).print(MADE_UP_VALUES, style="bold yellow")


def writer_of(*, as_csv: bool, as_json: bool, as_markdown: bool) -> Writer | None:
    """Return the function that writes the rows in the chosen format; None for a table.

    Raises:
        QueryRefused: several formats were chosen.
    """
    wanted = [
        write
        for is_wanted, write in ((as_csv, write_csv), (as_json, write_json), (as_markdown, write_markdown))
        if is_wanted
    ]
    if len(wanted) > 1:
        raise QueryRefused(
            "More than one of `--csv`, `--json` and `--markdown` was given, so nothing was run. Give one of them."
        )
    return wanted[0] if wanted else None


def asked_for(query: str | None, file: Path | None, question: int | None) -> tuple[str | None, str]:
    """Return the words of the question, if it has any, and the SQL, from the given source or from stdin.

    Raises:
        QueryRefused: no source or several were given, or its content is not text.
    """
    if sum(given is not None for given in (query, file, question)) > 1:
        raise QueryRefused(
            "More than one of QUERY, `--file` and `--question` was given, so nothing was run. Give one of them."
        )
    if question is not None:
        known = question_of(question)
        return known.words, known.sql
    if query is not None and query != "-":
        return None, query
    if file is None and query is None and sys.stdin.isatty():
        raise QueryRefused(
            'No query was given, so nothing was run. Write one: `kolada sql "show all tables"`, '
            "or run one of the analysts' questions: `kolada sql --question 1`."
        )
    try:
        content = sys.stdin.buffer.read() if file is None else file.read_bytes()
        return None, content.decode("utf-8-sig")
    except OSError as error:
        raise QueryRefused(
            f"`{file}` cannot be read ({error.strerror}), so nothing was run. Correct the path after `--file`."
        ) from error
    except UnicodeDecodeError as error:
        raise QueryRefused(
            f"`{file or 'stdin'}` is not text in UTF-8 ({error}), so nothing was run. Save it in UTF-8."
        ) from error


def show(warehouse: LockedFile, statement: str, limit: int | None, console: Console) -> None:
    """Print a table, or a list of columns per row if the table is wider than the console."""
    with working(), warehouse.ask(statement) as rows:
        shown = rows.fetch(min(limit or ROWS, MOST_ROWS))
        is_wide = is_wider(shown, rows.columns, console.width)
        most = ROWS_BENEATH if is_wide and limit is None else len(shown)
        is_whole = most >= len(shown) and not rows.fetch(1)
    if is_wide:
        print_beneath(shown[:most], rows.columns, console)
    else:
        print_rows(shown, rows.columns, numbers_of(rows), console)
    if not shown:
        console.print("No rows.")
    elif not is_whole:
        with working():
            total = warehouse.row_count(statement)
        count = min(most, len(shown))
        console.print(
            f"{count} of {total} rows are shown, {total - count} are left out. "
            f"More rows: `--limit {min(total, MOST_ROWS)}`; all rows: `--csv` or `--json`."
        )
