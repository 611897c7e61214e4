"""SQL from outside, run on the published file with read access only.

All code that accepts SQL from users (the command, the web pages, the tools for assistants) runs it here. Invariants:
only the published file is read, since the connection has no access to other files or the network; no setting can be
changed; nothing is written; one statement at a time; rows are returned as DuckDB produces them; DuckDB's memory stays
below MEMORY_LIMIT, beyond which it uses a private temporary folder. After any query, also a failed one, the connection
can run the next one, from any thread.
"""

import re
import shutil
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

from warehouse.database import MEMORY_LIMIT, Config
from warehouse.errors import QueryFailed, QueryRefused
from warehouse.published_file import is_damage, published_file, source_kind

ONLY_READING = (
    "A query can only read the published warehouse: no other file, no network, no setting, no environment variable, "
    "no write. Nothing was changed."
)
ASK_SO = "Use one `select`, `from`, `with`, `describe`, `show`, `summarize`, `pivot` or `explain`."

_SHOWN = 300
_READING = ("SELECT", "EXPLAIN", "MULTI")
"""DuckDB's types of statement that only read; MULTI is a pivot whose columns are determined first."""

_EXPLAIN = re.compile(
    r"(?:\s|--[^\n]*\n|/\*.*?\*/)*explain\b(?:\s+analyze\b)?(?:\s*\([^)]*\))?", re.IGNORECASE | re.DOTALL
)

Row = tuple[Any, ...]


class Rows:
    """The result of a query: its columns, and its rows as DuckDB produces them.

    Attributes:
        columns: the names of the columns; two columns can have the same name.
        types: the types of the columns, as DuckDB writes them.
    """

    def __init__(self, sql: str, answer: duckdb.DuckDBPyConnection, seconds: float | None) -> None:
        described = answer.description or []
        self.columns = tuple(str(column[0]) for column in described)
        self.types = tuple(str(column[1]) for column in described)
        self._sql = sql
        self._answer = answer
        self._seconds = seconds

    def fetch(self, count: int) -> list[Row]:
        """Return the next rows, at most `count`; an empty list at the end.

        Raises:
            QueryFailed: DuckDB could not continue the query.
        """
        with _told(self._sql, self._seconds):
            return self._answer.fetchmany(count)


class LockedFile:
    """A published file that can only be queried. Safe to use from several threads.

    Attributes:
        source_kind: the kind of the file's values: live, recorded or sample.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.source_kind = source_kind(connection)
        self._connection = connection

    @contextmanager
    def ask(self, sql: str, *, seconds: float | None = None) -> Iterator[Rows]:
        """Run one statement.

        Args:
            sql: the statement.
            seconds: the time limit, including the time for reading the rows; None for no limit.

        Raises:
            QueryRefused: it is not exactly one statement that only reads.
            QueryFailed: DuckDB could not run it, or not in time.
        """
        statement = checked(sql)
        with self._connection.cursor() as cursor:
            cursor.execute("use warehouse")  # a new cursor uses the in-memory database
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
        """Return the number of rows of a statement without fetching them. Raises the same errors as `ask`."""
        with self.ask(f"select count(*) from (\n{sql.rstrip().rstrip(';')}\n)") as rows:
            return int(rows.fetch(1)[0][0])


@contextmanager
def locked_file(path: Path, *, memory_limit: str = MEMORY_LIMIT) -> Iterator[LockedFile]:
    """Open a published file for SQL from outside.

    Raises:
        NotPublished: there is no such file.
    """
    aside = tempfile.mkdtemp(prefix="kolada-query-")
    config: Config = {
        "memory_limit": memory_limit,
        "temp_directory": aside,
        "allow_community_extensions": False,
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        # Otherwise DuckDB looks up an unknown table name among the variables of the calling Python code.
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
    """Return the one statement of a text, after checking that it only reads.

    Raises:
        QueryRefused: there is no statement, there are several, or it does not only read.
        QueryFailed: the text is not valid SQL.
    """
    statements = _statements(sql)
    if not statements:
        text = f"`{_brief(sql)}` contains no statement" if sql.strip() else "The query is empty"
        raise QueryRefused(f"{text}, so nothing was run. {ASK_SO}")
    if len(statements) > 1:
        raise QueryRefused(
            f"The query has `{len(statements)}` statements, but only one is run at a time. Nothing was run. "
            "Send them one after the other."
        )
    kind = _kind(statements[0])
    if kind == "EXPLAIN":
        # `explain analyze` runs what it explains.
        kind = next(map(_kind, _statements(_EXPLAIN.sub("", sql, count=1))), kind)
    if kind not in _READING:
        raise QueryRefused(f"`{_brief(sql)}` is a statement of type {kind}. {ONLY_READING} {ASK_SO}")
    return statements[0]


def _statements(sql: str) -> list[duckdb.Statement]:
    try:
        sql.encode()
    except UnicodeEncodeError as error:
        raise QueryRefused(
            f"`{_brief(sql)}` is not valid Unicode text ({error}), so nothing was run. {ASK_SO}"
        ) from error
    with _told(sql):
        return duckdb.extract_statements(sql)


def _kind(statement: duckdb.Statement) -> str:
    try:
        return str(statement.type.name)
    except ValueError:  # a type without a name in DuckDB's Python package
        return "unknown"


@contextmanager
def _told(sql: str, seconds: float | None = None) -> Iterator[None]:
    """Translate DuckDB's errors into errors of the warehouse."""
    try:
        yield
    except duckdb.PermissionException as error:
        raise QueryRefused(f"`{_brief(sql)}` was refused: {_said(error)}. {ONLY_READING} {ASK_SO}") from error
    except duckdb.InterruptException as error:
        limit = "" if seconds is None else f" after `{seconds:g}` seconds"
        raise QueryFailed(
            f"`{_brief(sql)}` was stopped{limit}. Nothing was changed. Ask for fewer rows or a shorter computation."
        ) from error
    except duckdb.OutOfMemoryException as error:
        raise QueryFailed(
            f"`{_brief(sql)}` needs more memory than a query may use: {_said(error)}. Nothing was changed. "
            "Ask for fewer columns or rows, or open the file in DuckDB itself (docs/analysts.md)."
        ) from error
    except duckdb.Error as error:
        if is_damage(error):
            raise  # damage of the file, which `published_file` reports
        raise QueryFailed(
            f"DuckDB could not run `{_brief(sql)}`: {_said(error)}. {ONLY_READING} "
            "See the tables with `show all tables`."
        ) from error


def _said(error: Exception) -> str:
    """Return DuckDB's message without a full stop at its end."""
    return str(error).strip().rstrip(".")


def _brief(sql: str) -> str:
    """Return the beginning of a query."""
    text = sql.strip().encode(errors="backslashreplace").decode()
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"
