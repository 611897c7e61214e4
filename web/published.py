"""The published file of the pages: it is opened again after a publication, and no page mixes two publications.

A request uses one `Publication` from start to end. A later publication replaces the file by a rename, and the next
request opens the new file; the old file is closed when the last request that uses it is done.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar

import duckdb

from reports.reading.contents import Contents
from reports.reading.gathering import gather
from reports.reading.scope import Scope
from reports.reading.sourced_rows import Source, open_source
from warehouse.database import connect, quoted
from warehouse.published_file import naming_damage, refuse_missing

# The size of a publication's cache of gathered plans and years; the cache is dropped with the publication.
KEPT = 48

Result = TypeVar("Result")


class Publication:
    """One published file, open for reading by many requests at the same time."""

    def __init__(self, path: Path, identity: tuple[int, int]) -> None:
        self.path, self.identity = path, identity
        self._connection = connect()
        with naming_damage(path):
            self._connection.execute(f"attach {quoted(str(path))} as warehouse (read_only)")
        self._kept: OrderedDict[tuple[object, ...], Any] = OrderedDict()
        self._lock = Lock()

    @contextmanager
    def reading(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """Yield a connection for one request."""
        connection = self._connection.cursor()
        try:
            with naming_damage(self.path):
                connection.execute("use warehouse")
                yield connection
        finally:
            connection.close()

    def contents(self, plan_id: str, year: int | None, as_of: str | None, period: str | None = None) -> Contents:
        """Return the contents of a plan, gathered once for each year, period and moment.

        Raises:
            UnknownPlan: the file has no such plan at that moment.
            BeforeFirstLoad: nothing had been published by then.
            InvalidMoment: `as_of` is neither a date nor a timestamp.
        """

        def gathered() -> Contents:
            # The contents read from this connection for as long as they are cached.
            connection = self._connection.cursor()
            with naming_damage(self.path):
                connection.execute("use warehouse")
                return gather(open_source(connection, as_of), plan_id, year, Scope(period=period))

        return self.once(("contents", plan_id, year, as_of, period), gathered)

    def once(self, key: tuple[object, ...], make: Callable[[], Result]) -> Result:
        """Return the cached value of a key; at the first request, make it."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                found: Result = self._kept[key]
                return found
        made = make()
        with self._lock:
            self._kept[key] = made
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return made

    def source(self, connection: duckdb.DuckDBPyConnection, as_of: str | None = None) -> Source:
        """Return the file as of now or a moment, as a source on a request's connection."""
        return open_source(connection, as_of)


class Publications:
    """The published file of a home, or a shared one, with its later publications."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = Lock()
        self._current: Publication | None = None

    def current(self) -> Publication:
        """Return the present publication.

        Raises:
            NotPublished: nothing has been published.
            PublishedFileError: the published file is missing or damaged.
        """
        with self._lock:
            refuse_missing(self.path)
            found = self.path.stat()
            identity = (found.st_ino, found.st_mtime_ns)
            if self._current is None or self._current.identity != identity:
                self._current = Publication(self.path, identity)
            return self._current
