"""SQL that comes from outside, put to the published file: it is answered, and nothing else happens.

Whoever lets others write SQL (the command, the pages, the assistants' tools) asks here. Invariants: only the published
file is read, since the connection can reach no other file and no network; no setting can be changed; nothing is
written; one statement a time; rows are handed on as they come, and what DuckDB must keep stays below MEMORY_LIMIT and
then goes to a temporary folder of its own. Whatever a query was, the connection answers the next one, from any thread.
"""

import re
import shutil
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import duckdb

from warehouse.database import MEMORY_LIMIT, Config
from warehouse.errors import QueryFailed, QueryRefused
from warehouse.published_file import is_damage, published_file, source_kind

ONLY_READING: Final = (
    "The published warehouse is read here and nothing else: no other file, no network, no setting, no variable of the "
    "environment, no write. Nothing was changed."
)
ASK_SO: Final = "Ask with one `select`, `from`, `with`, `describe`, `show`, `summarize`, `pivot` or `explain`."

_SHOWN: Final = 300
_READING: Final = ("SELECT", "EXPLAIN", "MULTI")
"""DuckDB's kinds of statement that only read; MULTI is a pivot whose columns are found first."""

_EXPLAIN: Final = re.compile(
    r"(?:\s|--[^\n]*\n|/\*.*?\*/)*explain\b(?:\s+analyze\b)?(?:\s*\([^)]*\))?", re.IGNORECASE | re.DOTALL
)

Row = tuple[Any, ...]


class Rows:
    """The answer to a query: its columns, and its rows as they come.

    Attributes:
        columns: The columns' names; two may have the same.
        types: The columns' types, as DuckDB writes them.
    """

    def __init__(self, sql: str, answer: duckdb.DuckDBPyConnection, seconds: float | None) -> None:
        described = answer.description or []
        self.columns = tuple(str(column[0]) for column in described)
        self.types = tuple(str(column[1]) for column in described)
        self._sql = sql
        self._answer = answer
        self._seconds = seconds

    def fetch(self, count: int) -> list[Row]:
        """The next rows, at most so many; an empty list at the end.

        Raises:
            QueryFailed: DuckDB could not go on.
        """
        with _told(self._sql, self._seconds):
            return self._answer.fetchmany(count)


class LockedFile:
    """A published file that can be asked and nothing else. Safe to use from several threads.

    Attributes:
        source_kind: What the file's values are: live, recorded or sample.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.source_kind = source_kind(connection)
        self._connection = connection

    @contextmanager
    def ask(self, sql: str, *, seconds: float | None = None) -> Iterator[Rows]:
        """Answer one statement.

        Args:
            sql: The statement.
            seconds: How long the answering may take, the reading of the rows included; None for no limit.

        Raises:
            QueryRefused: It is no statement that only reads, is none at all or several.
            QueryFailed: DuckDB could not answer it, or not in time.
        """
        statement = checked(sql)
        with self._connection.cursor() as cursor:
            cursor.execute("use warehouse")  # a cursor begins in the database in memory
            watch = threading.Timer(seconds or 0.0, cursor.interrupt)
            watch.daemon = True
            if seconds is not None:
                watch.start()
            try:
                with _told(sql, seconds):
                    cursor.execute(statement)
                yield Rows(sql, cursor, seconds)
            finally:
                watch.cancel()

    def row_count(self, sql: str) -> int:
        """How many rows a statement has; none of them is fetched. Raises as `ask`."""
        with self.ask(f"select count(*) from (\n{sql.rstrip().rstrip(';')}\n)") as rows:
            return int(rows.fetch(1)[0][0])


@contextmanager
def locked_file(path: Path, *, memory_limit: str = MEMORY_LIMIT) -> Iterator[LockedFile]:
    """Open a published file for SQL from outside.

    Raises:
        NotPublished: There is no such file.
    """
    aside = tempfile.mkdtemp(prefix="kolada-query-")
    config: Config = {
        "memory_limit": memory_limit,
        "temp_directory": aside,
        "allow_community_extensions": False,
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        # Else a name that no table has is looked for among the variables of Python that calls.
        "python_enable_replacements": False,
    }
    try:
        with published_file(path, config) as connection:
            connection.execute("set enable_external_access = false")
            connection.execute("set lock_configuration = true")
            yield LockedFile(connection)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def checked(sql: str) -> duckdb.Statement:
    """The one statement of a text, which only reads.

    Raises:
        QueryRefused: There is none, there are several, or it does something else.
        QueryFailed: The text is no SQL.
    """
    statements = _statements(sql)
    if not statements:
        text = f"`{_brief(sql)}` holds no statement" if sql.strip() else "The query is empty"
        raise QueryRefused(f"{text}, so there is nothing to answer. {ASK_SO}")
    if len(statements) > 1:
        raise QueryRefused(
            f"The query has `{len(statements)}` statements, and one is answered at a time. Nothing was run. "
            "Ask them one after the other."
        )
    kind = _kind(statements[0])
    if kind == "EXPLAIN":
        # `explain analyze` runs what it explains.
        kind = next(map(_kind, _statements(_EXPLAIN.sub("", sql, count=1))), kind)
    if kind not in _READING:
        raise QueryRefused(f"`{_brief(sql)}` is a statement of the kind {kind}. {ONLY_READING} {ASK_SO}")
    return statements[0]


def _statements(sql: str) -> list[duckdb.Statement]:
    try:
        sql.encode()
    except UnicodeEncodeError as error:
        raise QueryRefused(f"`{_brief(sql)}` is no Unicode text ({error}), so nothing was run. {ASK_SO}") from error
    with _told(sql):
        return duckdb.extract_statements(sql)


def _kind(statement: duckdb.Statement) -> str:
    try:
        return str(statement.type.name)
    except ValueError:  # one that DuckDB's Python has no name for
        return "unknown"


@contextmanager
def _told(sql: str, seconds: float | None = None) -> Iterator[None]:
    """Turn DuckDB's errors into ours."""
    try:
        yield
    except duckdb.PermissionException as error:
        raise QueryRefused(f"`{_brief(sql)}` was refused: {_said(error)}. {ONLY_READING} {ASK_SO}") from error
    except duckdb.InterruptException as error:
        limit = "" if seconds is None else f" after `{seconds:g}` seconds"
        raise QueryFailed(
            f"`{_brief(sql)}` was stopped{limit}. Nothing was changed. Ask for less at a time."
        ) from error
    except duckdb.OutOfMemoryException as error:
        raise QueryFailed(
            f"`{_brief(sql)}` needs more memory than a query gets: {_said(error)}. Nothing was changed. "
            "Ask for fewer columns or rows, or open the file in DuckDB itself (docs/analysts.md)."
        ) from error
    except duckdb.Error as error:
        if is_damage(error):
            raise  # the file's own matter, which `published_file` tells
        raise QueryFailed(
            f"DuckDB could not answer `{_brief(sql)}`: {_said(error)}. {ONLY_READING} "
            "See the tables with `show all tables`."
        ) from error


def _said(error: Exception) -> str:
    """What DuckDB says, without a full stop at its end."""
    return str(error).strip().rstrip(".")


def _brief(sql: str) -> str:
    """The beginning of a query."""
    text = sql.strip().encode(errors="backslashreplace").decode()
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"
