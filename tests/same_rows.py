"""Compares two published files row by row: the results of the same runs with two versions of this software.

    python -m tests.same_rows A.duckdb B.duckdb
    python -m tests.same_rows A.duckdb B.duckdb --questions older/sql/questions sql/questions

For every relation of core, plan and mart it prints the row counts of both files, how many rows are only in one of
them, and which columns were left out and why. Rows are compared as stored, doubles to the last bit, and repeated rows
count separately. It exits with 1 when rows differ or a relation of A is missing in B.
"""

import argparse
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from warehouse.database import connect, quoted

SCHEMAS = ("core", "plan", "mart")
SHOWN = 3
# Columns that differ between any two runs, whatever the software.
OF_THE_RUN: Mapping[str, str] = {
    **dict.fromkeys(("run_id", "request_id"), "an id of the run"),
    **dict.fromkeys(
        ("known_from", "known_to", "confirmed_at", "seen_at", "old_known_from", "published_from", "published_to"),
        "an instant of the run",
    ),
    "files_sha256": "the hash of a plan's files, which may be the same rows in other files",
}


@dataclass(frozen=True, slots=True)
class Compared:
    """One relation, or one question, in both files.

    Attributes:
        name: schema and name, or the question's.
        rows: the number in A and in B; None if it is missing.
        only: the number of rows only in A, and only in B.
        examples: some of these rows, with their file.
        left_out: column -> why it was not compared.
    """

    name: str
    rows: tuple[int | None, int | None]
    only: tuple[int, int] = (0, 0)
    examples: tuple[str, ...] = ()
    left_out: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_same(self) -> bool:
        """Whether every row of A is in B and the other way round."""
        return self.only == (0, 0) and not (self.rows[0] is not None and self.rows[1] is None)

    def lines(self) -> Iterator[str]:
        """Yield the lines to print."""
        counts = "  ".join("absent".rjust(9) if count is None else f"{count:>9,}" for count in (*self.rows, *self.only))
        yield f"{self.name:<44}{counts}"
        yield from (f"    {example}" for example in self.examples)
        for why in dict.fromkeys(self.left_out.values()):
            columns = ", ".join(column for column, reason in self.left_out.items() if reason == why)
            yield f"    left out: {columns} ({why})"


def open_both(one: Path, other: Path) -> duckdb.DuckDBPyConnection:
    """Return a connection with both files attached as a and b."""
    connection = connect()
    connection.execute("set TimeZone = 'UTC'")
    for alias, path in (("a", one), ("b", other)):
        connection.execute(f"attach {quoted(str(path))} as {alias} (read_only)")
    return connection


def relations(connection: duckdb.DuckDBPyConnection) -> dict[str, dict[str, list[str]]]:
    """Return schema and name -> file -> columns."""
    found: dict[str, dict[str, list[str]]] = {}
    for file, name, column in connection.execute(
        "select database_name, schema_name || '.' || table_name, column_name from duckdb_columns() "
        "where database_name in ('a', 'b') and list_contains($schemas, schema_name) order by 2, 1, column_index",
        {"schemas": list(SCHEMAS)},
    ).fetchall():
        found.setdefault(name, {}).setdefault(file, []).append(column)
    return found


def compare_relation(connection: duckdb.DuckDBPyConnection, name: str, columns: Mapping[str, list[str]]) -> Compared:
    """Compare one relation."""
    for file in ("a", "b"):  # a view resolves its tables in its own file
        if file in columns:
            connection.execute(f"use {file}")
            connection.execute(f"create or replace temp table rows_{file} as from {file}.{name}")
    counts = tuple(
        connection.execute(f"select count(*) from rows_{file}").fetchall()[0][0] if file in columns else None
        for file in ("a", "b")
    )
    if len(columns) == 1:
        return Compared(name, (counts[0], counts[1]))
    return compared(connection, name, columns)


def compared(connection: duckdb.DuckDBPyConnection, name: str, columns: Mapping[str, list[str]]) -> Compared:
    """Compare the tables rows_a and rows_b."""
    left_out = {column: OF_THE_RUN[column] for column in columns["a"] if column in OF_THE_RUN}
    left_out |= {column: "only in A" for column in columns["a"] if column not in columns["b"]}
    left_out |= {column: "only in B" for column in columns["b"] if column not in columns["a"]}
    both = ", ".join(f'"{column}"' for column in columns["a"] if column not in left_out)
    counts: list[int] = []
    only: list[int] = []
    examples: list[str] = []
    for one, other in (("a", "b"), ("b", "a")):
        counts.append(connection.execute(f"select count(*) from rows_{one}").fetchall()[0][0])
        difference = f"(select {both} from rows_{one} except all select {both} from rows_{other})" if both else None
        only.append(connection.execute(f"select count(*) from {difference}").fetchall()[0][0] if difference else 0)
        if only[-1]:
            rows = connection.execute(f"from {difference} order by all limit {SHOWN}").fetchall()
            examples.extend(f"only in {one.upper()}: {row}" for row in rows)
    return Compared(name, (counts[0], counts[1]), (only[0], only[1]), tuple(examples), left_out)


def compare_questions(connection: duckdb.DuckDBPyConnection, one: Path, other: Path) -> Iterator[Compared]:
    """Yield the analysts' questions, each file queried with the SQL of its own software."""
    for path in sorted(one.glob("*.sql")):
        columns: dict[str, list[str]] = {}
        for file, folder in (("a", one), ("b", other)):
            connection.execute(f"use {file}")
            text = (folder / path.name).read_text(encoding="utf-8").strip().removesuffix(";")
            connection.execute(f"create or replace temp table rows_{file} as {text}")
            columns[file] = [row[0] for row in connection.execute(f"describe rows_{file}").fetchall()]
        yield compared(connection, path.stem, columns)


def report(all_compared: Iterable[Compared]) -> bool:
    """Print the comparison; return whether all rows are the same."""
    is_same = True
    print(f"{'':<44}{'A':>9}  {'B':>9}  {'only in A':>9}  {'only in B':>9}")
    for each in all_compared:
        print("\n".join(each.lines()))
        is_same &= each.is_same
    return is_same


def main() -> int:
    """Compare two files."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("one", type=Path, metavar="A.duckdb")
    parser.add_argument("other", type=Path, metavar="B.duckdb")
    parser.add_argument(
        "--questions", type=Path, nargs=2, metavar="FOLDER", help="questions of A's and of B's software"
    )
    given = parser.parse_args()
    with open_both(given.one, given.other) as connection:
        found = relations(connection)
        is_same = report(compare_relation(connection, name, columns) for name, columns in found.items())
        if given.questions:
            is_same &= report(compare_questions(connection, *given.questions))
    print("The rows are the same." if is_same else "The rows differ.")
    return 0 if is_same else 1


if __name__ == "__main__":
    sys.exit(main())
