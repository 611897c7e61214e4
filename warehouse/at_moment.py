"""The marts as of a moment, for a reader who asks for many of them: each is worked out once, in memory.

A macro `mart.X_as_of(moment)` works out all that X rests on, every time that it is asked. Here the relations are laid
out one after the other, as the nightly build does it, in a database in memory beside the published file, and only those
that somebody asks for and what they rest on. A file whose macros another version of the software defined answers by
its own macros.
"""

from datetime import UTC, datetime

import duckdb

from warehouse import mart_texts
from warehouse.build import fingerprint, read_fingerprint
from warehouse.published_file import source_kind


class MartsAtMoment:
    """The marts of a published file as they were known at a moment."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, moment: datetime) -> None:
        """Take a connection from `published_file`, and a moment (UTC, naive)."""
        self.connection = connection
        self.instant = mart_texts.instant_literal(moment.replace(tzinfo=UTC))
        self.shelf = f"as_of_{moment:%Y%m%d%H%M%S%f}"
        self.laid_out: dict[mart_texts.Relation, str] = {}
        is_ours = read_fingerprint(connection) == fingerprint(source_kind(connection))
        self.bodies = mart_texts.mart_bodies() if is_ours else {}
        connection.execute(f"attach if not exists ':memory:' as {self.shelf}")

    def table(self, schema: str, name: str) -> str:
        """The table that holds a relation of `core`, `plan` or `mart` as of the moment; made when first asked for."""
        if (schema, name) not in self.laid_out:
            text = self._text(schema, name)
            table = f'{self.shelf}."{schema}.{name}"'
            self.connection.execute(f"create or replace table {table} as {text}")
            self.laid_out[schema, name] = table
        return self.laid_out[schema, name]

    def _text(self, schema: str, name: str) -> str:
        if schema == "mart" and name in self.bodies:
            body = self.bodies[name]
            for relation in mart_texts.rests_on(body):
                self.table(*relation)
            return mart_texts.table_text(body, self.instant, self.laid_out)
        return mart_texts.source_text(schema, name, self.instant)
