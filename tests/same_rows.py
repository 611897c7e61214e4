"""Compares two published files row by row: what the same nights gave with two versions of this software.

    python -m tests.same_rows A.duckdb B.duckdb
    python -m tests.same_rows A.duckdb B.duckdb --digits 9
    python -m tests.same_rows A.duckdb B.duckdb --questions older/sql/questions sql/questions

For every relation of core, plan and mart it prints the rows of both files, how many stand only in one of them, which
columns of the rows with the same key differ and by how much, and which columns were left out and why. Rows are compared
as they are, doubles to the last bit or to `--digits` significant digits, repeated rows each by itself.

Exits with 1 when rows differ or a relation of A is absent from B; working relations, which are no longer published, may
be absent.
"""

import argparse
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import duckdb

from warehouse.database import connect, quoted
from warehouse.dictionary import described_relations

SCHEMAS = ("core", "plan", "mart")
SHOWN = 3
# What two runs can't have in common, whatever the software.
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
        rows: in A and in B; None where it is absent.
        only: how many rows stand only in A, and only in B.
        examples: some of them, with the file that they stand in; or the columns in which rows of one key differ.
        left_out: column -> why it was not compared.
    """

    name: str
    rows: tuple[int | None, int | None]
    only: tuple[int, int] = (0, 0)
    examples: tuple[str, ...] = ()
    left_out: Mapping[str, str] = field(default_factory=dict)
    is_working: bool = False

    @property
    def is_same(self) -> bool:
        """Whether everything that A has is in B, row by row."""
        is_gone = self.rows[0] is not None and self.rows[1] is None
        return self.only == (0, 0) and (not is_gone or self.is_working)

    def lines(self) -> Iterator[str]:
        """What there is to print."""
        counts = "  ".join("absent".rjust(9) if count is None else f"{count:>9,}" for count in (*self.rows, *self.only))
        yield f"{self.name:<44}{counts}{'  (a working relation)' if self.is_working else ''}"
        yield from (f"    {example}" for example in self.examples)
        for why in dict.fromkeys(self.left_out.values()):
            columns = ", ".join(column for column, reason in self.left_out.items() if reason == why)
            yield f"    left out: {columns} ({why})"


def open_both(one: Path, other: Path) -> duckdb.DuckDBPyConnection:
    """Both files, attached as a and b."""
    connection = connect()
    connection.execute("set TimeZone = 'UTC'")
    for alias, path in (("a", one), ("b", other)):
        connection.execute(f"attach {quoted(str(path))} as {alias} (read_only)")
    return connection


def relations(connection: duckdb.DuckDBPyConnection) -> dict[str, dict[str, list[str]]]:
    """Schema and name -> file -> columns."""
    found: dict[str, dict[str, list[str]]] = {}
    for file, name, column in connection.execute(
        "select database_name, schema_name || '.' || table_name, column_name from duckdb_columns() "
        "where database_name in ('a', 'b') and list_contains($schemas, schema_name) order by 2, 1, column_index",
        {"schemas": list(SCHEMAS)},
    ).fetchall():
        found.setdefault(name, {}).setdefault(file, []).append(column)
    return found


def compare_relation(
    connection: duckdb.DuckDBPyConnection, name: str, columns: Mapping[str, list[str]], digits: int | None
) -> Compared:
    """One relation."""
    for file in ("a", "b"):  # a view looks for what it reads in its own file
        if file in columns:
            connection.execute(f"use {file}")
            connection.execute(f"create or replace temp table rows_{file} as from {file}.{name}")
    if len(columns) == 1:
        counts = [row_count(connection, file) if file in columns else None for file in ("a", "b")]
        return Compared(name, (counts[0], counts[1]), is_working=is_working(connection, name))
    found = compared(connection, name, columns, digits)
    if found.only == (0, 0) or name not in described_relations():
        return found
    return replace(found, examples=tuple(differing(connection, name, columns, found.left_out)) or found.examples)


def row_count(connection: duckdb.DuckDBPyConnection, file: str) -> int:
    """How many rows a file has of what is compared."""
    (count,) = connection.execute(f"select count(*) from rows_{file}").fetchall()[0]
    return int(count)


def is_working(connection: duckdb.DuckDBPyConnection, name: str) -> bool:
    """Whether A calls a relation a step on the way, and no answer."""
    found = connection.execute(
        "select comment from duckdb_tables() where database_name = 'a' and schema_name || '.' || table_name = ?", [name]
    ).fetchall()
    return bool(found) and str(found[0][0]).startswith("Working relation")


def compared(
    connection: duckdb.DuckDBPyConnection, name: str, columns: Mapping[str, list[str]], digits: int | None
) -> Compared:
    """What stands in rows_a and rows_b."""
    left_out = {column: OF_THE_RUN[column] for column in columns["a"] if column in OF_THE_RUN}
    left_out |= {column: "only in A" for column in columns["a"] if column not in columns["b"]}
    left_out |= {column: "only in B" for column in columns["b"] if column not in columns["a"]}
    doubles = {
        column
        for (column,) in connection.execute(
            "select column_name from duckdb_columns() where table_name = 'rows_a' and data_type = 'DOUBLE'"
        ).fetchall()
    }
    both = ", ".join(
        f'format(\'{{:.{digits}g}}\', "{column}") as "{column}"' if digits and column in doubles else f'"{column}"'
        for column in columns["a"]
        if column not in left_out
    )
    only: list[int] = []
    examples: list[str] = []
    for one, other in (("a", "b"), ("b", "a")):
        difference = f"(select {both} from rows_{one} except all select {both} from rows_{other})" if both else None
        only.append(connection.execute(f"select count(*) from {difference}").fetchall()[0][0] if difference else 0)
        if only[-1]:
            rows = connection.execute(f"from {difference} order by all limit {SHOWN}").fetchall()
            examples.extend(f"only in {one.upper()}: {row}" for row in rows)
    counts = (row_count(connection, "a"), row_count(connection, "b"))
    return Compared(name, counts, (only[0], only[1]), tuple(examples), left_out)


def differing(
    connection: duckdb.DuckDBPyConnection, name: str, columns: Mapping[str, list[str]], left_out: Mapping[str, str]
) -> Iterator[str]:
    """The columns in which rows of one key differ, with the largest difference of numbers; nothing without a key."""
    key = [column for column in described_relations()[name].key if column not in left_out]
    if not set(key) <= set(columns["a"]) & set(columns["b"]):
        return
    matched = " and ".join(f'a."{column}" is not distinct from b."{column}"' for column in key)
    for column in columns["a"]:
        if column in left_out or column in key:
            continue
        count, most, one, other = connection.execute(
            f'select count(*), max(abs(try_cast(a."{column}" as double) - try_cast(b."{column}" as double))), '
            f'any_value(a."{column}"), any_value(b."{column}") from rows_a as a inner join rows_b as b on {matched} '
            f'where a."{column}" is distinct from b."{column}"'
        ).fetchall()[0]
        if count:
            size = f", by {most:.1g} at most" if most is not None else ""
            yield f"{column} differs in {count} rows{size}, such as {one!r} and {other!r}"


def compare_questions(
    connection: duckdb.DuckDBPyConnection, one: Path, other: Path, digits: int | None
) -> Iterator[Compared]:
    """The analysts' questions, each file asked in the words of its own software."""
    for path in sorted(one.glob("*.sql")):
        columns: dict[str, list[str]] = {}
        for file, folder in (("a", one), ("b", other)):
            connection.execute(f"use {file}")
            text = (folder / path.name).read_text(encoding="utf-8").strip().removesuffix(";")
            connection.execute(f"create or replace temp table rows_{file} as {text}")
            columns[file] = [row[0] for row in connection.execute(f"describe rows_{file}").fetchall()]
        yield compared(connection, path.stem, columns, digits)


def report(all_compared: Iterable[Compared]) -> bool:
    """Print what was compared; whether all is the same."""
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
    parser.add_argument("--digits", type=int, help="compare doubles at so many significant digits")
    given = parser.parse_args()
    with open_both(given.one, given.other) as connection:
        found = relations(connection)
        is_same = report(compare_relation(connection, name, columns, given.digits) for name, columns in found.items())
        if given.questions:
            is_same &= report(compare_questions(connection, *given.questions, given.digits))
    print("The rows are the same." if is_same else "The rows differ.")
    return 0 if is_same else 1


if __name__ == "__main__":
    sys.exit(main())
