"""`kolada sql`: a question to the published file, from the command line, a file, the list of questions or a pipe."""

import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Final

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

ROWS: Final = 40
ROWS_BENEATH: Final = 10
MOST_ROWS: Final = 10_000
"""Of a table, whatever limit is asked for: it is laid out by all of its rows."""

Writer = Callable[[Rows, int | None, Callable[[str], object]], None]


class SqlCommand(TyperCommand):
    """A query may begin with a comment, which looks like an option: `-- all of them` is none."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # noqa: ANN401 - typer's own kind of context
        """Put a query that begins with a comment where no option is looked for."""
        names = {name for parameter in self.params for name in parameter.opts}
        queries = [each for each in args if re.match(r"--\s|--[^\s=]*\s", each) and each.partition("=")[0] not in names]
        if queries and "--" not in args:
            args = [*(each for each in args if each not in queries), "--", *queries]
        return super().parse_args(ctx, args)


COMMAND_CLASS = SqlCommand


def sql(
    query: Annotated[str | None, typer.Argument(help="One SQL statement, in DuckDB's dialect; `-` for stdin.")] = None,
    file: Annotated[Path | None, typer.Option("--file", "-f", help="The statement is in this file.")] = None,
    question: Annotated[
        int | None, typer.Option("--question", "-q", metavar="N", help="One of the analysts' questions by its number.")
    ] = None,
    as_csv: Annotated[bool, typer.Option("--csv", help="CSV with a header.")] = False,
    as_json: JsonOption = False,
    as_markdown: Annotated[bool, typer.Option("--markdown", help="A Markdown table.")] = False,
    limit: Annotated[
        int | None, typer.Option("--limit", "-n", min=1, help="Rows at most; a table shows 40 without it.")
    ] = None,
    home: HomeOption = None,
    sample: SampleOption = False,
) -> None:
    """Put a question to the published file, which is read and nothing else: no other file, no network, no write.

    A table wider than the terminal shows its columns beneath each other. Exits with 0, or 2 when the query is refused.

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
    """What writes the rows for machines; None for a table.

    Raises:
        QueryRefused: Several forms were asked for.
    """
    wanted = [
        write
        for is_wanted, write in ((as_csv, write_csv), (as_json, write_json), (as_markdown, write_markdown))
        if is_wanted
    ]
    if len(wanted) > 1:
        raise QueryRefused("`--csv`, `--json` and `--markdown` were given together, so nothing was run. Give one.")
    return wanted[0] if wanted else None


def asked_for(query: str | None, file: Path | None, question: int | None) -> tuple[str | None, str]:
    """The question's own words, if it has any, and its SQL, from the one place that was named or from a pipe.

    Raises:
        QueryRefused: No place or several were named, or there is no text in it.
    """
    if sum(given is not None for given in (query, file, question)) > 1:
        raise QueryRefused("The query was given more than once (in words, --file, --question), so nothing was run.")
    if question is not None:
        known = question_of(question)
        return known.words, known.sql
    if query is not None and query != "-":
        return None, query
    if file is None and query is None and sys.stdin.isatty():
        raise QueryRefused(
            'There is no query, so there is nothing to answer. Write one: `kolada sql "show all tables"`, '
            "or take one of the analysts' questions: `kolada sql --question 1`."
        )
    try:
        content = sys.stdin.buffer.read() if file is None else file.read_bytes()
        return None, content.decode("utf-8-sig")
    except OSError as error:
        raise QueryRefused(f"`{file}` cannot be read ({error.strerror}), so nothing was run.") from error
    except UnicodeDecodeError as error:
        raise QueryRefused(f"`{file or 'stdin'}` is no text in UTF-8 ({error}), so nothing was run.") from error


def show(warehouse: LockedFile, statement: str, limit: int | None, console: Console) -> None:
    """Print a table, or its columns beneath each other where it is wider than the console."""
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
            f"More of them: `--limit {min(total, MOST_ROWS)}`; all of them: `--csv` or `--json`."
        )
