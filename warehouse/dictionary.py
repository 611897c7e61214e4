"""The data dictionary: one source, `sql/dictionary/*.toml`, for the comments in the DuckDB file and for the docs.

A comment says what a row is and what to beware of; a column's says what it means and in which unit. Where a relation
uses a common column name more narrowly, its own file says so. (sqlfluff cannot parse every form of `comment on`, so
comments are data and are applied from here.)

`python -m warehouse.dictionary` prints `docs/data-dictionary.md`.
"""

import sys
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import duckdb

from warehouse.database import SQL_FOLDER, connect, quoted

FOLDER = SQL_FOLDER / "dictionary"
# Each schema with the source of its columns that name none.
SCHEMAS = {"mart": "derived", "core": "received", "plan": "plan", "ops": "run"}
# Schemas whose columns all come from one place, whatever the same name means elsewhere; but for what the run adds.
OF_ONE_SOURCE = ("plan", "ops")


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a column means.

    Attributes:
        label: the Swedish word.
        about: a sentence.
        unit: of its values, or nothing.
        source: whose figure it is, a code of `sources.toml`.
    """

    label: str
    about: str
    unit: str
    source: str

    @property
    def comment(self) -> str:
        """The column's comment."""
        return f"{self.about} Unit: {self.unit}." if self.unit else self.about


@dataclass(frozen=True, slots=True)
class Described:
    """One relation of the dictionary.

    Attributes:
        schema, name: of the relation.
        label: what it is called in Swedish.
        about, grain: what it holds, and what one row is.
        key: the columns that name a row.
        warnings: what to beware of.
        identities: what always holds between its figures.
        columns: column -> label, about, unit and source, where it differs from the common meaning.
        sources: column -> source, where that alone differs.
    """

    schema: str
    name: str
    label: str
    about: str
    grain: str
    key: Sequence[str]
    warnings: Sequence[str]
    identities: Sequence[str]
    columns: Mapping[str, Mapping[str, str]]
    sources: Mapping[str, str]

    @property
    def full_name(self) -> str:
        """Schema and name."""
        return f"{self.schema}.{self.name}"

    @property
    def comment(self) -> str:
        """The relation's comment."""
        key = f"Key: {', '.join(self.key)}."
        return " ".join([self.about, self.grain, key, *self.warnings])


@cache
def common_columns() -> Mapping[str, Mapping[str, str]]:
    """What each column name means wherever it stands."""
    return _read("columns")


def source_labels() -> Mapping[str, Mapping[str, str]]:
    """The sources by their codes: label and, where it differs, that of made-up values."""
    return _read("sources")


@cache
def described_relations() -> Mapping[str, Described]:
    """Every relation of the dictionary by schema and name, schema by schema, in the order of the files."""
    found = [
        Described(
            schema=schema,
            name=name,
            label=entry["label"],
            about=entry["about"],
            grain=entry["grain"],
            key=entry["key"],
            warnings=entry.get("warnings", ()),
            identities=[identity["text"] for identity in entry.get("identities", ())],
            columns=entry.get("columns", {}),
            sources=entry.get("sources", {}),
        )
        for schema in SCHEMAS
        for name, entry in _read(schema).items()
    ]
    return {each.full_name: each for each in found}


def meaning_of(relation: str, column: str) -> Meaning:
    """What a column means; its bare name where the dictionary does not know it, as of a file that another version made.

    Args:
        relation: schema and name.
        column: of the relation.
    """
    described = described_relations().get(relation)
    own = described.columns.get(column, {}) if described is not None else {}
    common = common_columns().get(column, {})
    schema = relation.partition(".")[0]
    source = common.get("source", SCHEMAS[schema])
    if schema in OF_ONE_SOURCE and source != "run":
        source = SCHEMAS[schema]
    if described is not None:
        source = described.sources.get(column) or own.get("source") or source
    entry = own or common
    return Meaning(entry.get("label", column), entry.get("about", ""), entry.get("unit", ""), source)


def apply_comments(connection: duckdb.DuckDBPyConnection) -> None:
    """Comment every relation and column of the open file that the dictionary describes."""
    kinds = dict(
        connection.execute(
            """
            select schema_name || '.' || table_name, 'table' from duckdb_tables()
            where database_name = current_database()
            union all
            select schema_name || '.' || view_name, 'view' from duckdb_views()
            where database_name = current_database()
            """
        ).fetchall()
    )
    columns = connection.execute(
        "select schema_name || '.' || table_name, column_name, comment from duckdb_columns() "
        "where database_name = current_database() and not internal"
    ).fetchall()
    relations = described_relations()
    statements = [
        f"comment on {kinds[name]} {name} is {quoted(each.comment)}"
        for name, each in relations.items()
        if name in kinds
    ]
    for relation, column, present in columns:
        if relation in relations and (text := meaning_of(relation, column).comment) != present:
            statements.append(f'comment on column {relation}."{column}" is {quoted(text)}')
    connection.execute(";".join(statements))


def markdown(columns_of: Mapping[str, Sequence[str]]) -> str:
    """The dictionary as a page.

    Args:
        columns_of: `schema.name` -> its columns, as they stand in a built file.
    """
    lines = [
        "# Data dictionary",
        "",
        "Generated from `sql/dictionary/` by `make docs`; the same texts are comments in the DuckDB file",
        "(`select * from duckdb_columns()`, or `describe` in most clients).",
        "",
        "Every mart but the views and `verdict_change` has a macro `mart.<name>_as_of(moment)`: the same table as",
        "known at another moment. A bare date is the end of that day in Sweden, a timestamp is UTC.",
    ]
    for name, each in described_relations().items():
        lines += ["", f"## {name}", "", f"*{each.label}.* {each.about} {each.grain}", ""]
        lines += [f"Key: {', '.join(f'`{column}`' for column in each.key)}", ""]
        lines += [f"- Beware: {warning}" for warning in each.warnings]
        lines += [f"- Always: {identity}" for identity in each.identities]
        lines += ["", "| column | Swedish | meaning |", "|---|---|---|"]
        for column in columns_of.get(name, ()):
            meaning = meaning_of(name, column)
            about = meaning.comment.replace("|", "\\|")
            lines.append(f"| `{column}` | {meaning.label} | {about} |")
    return "\n".join(lines) + "\n"


def _read(name: str) -> Mapping[str, Any]:
    return tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


def _columns_of_an_empty_file() -> Mapping[str, Sequence[str]]:
    # Imported here: the builder applies this module's comments.
    from datetime import UTC, datetime  # noqa: PLC0415

    from warehouse.build import build_marts  # noqa: PLC0415
    from warehouse.schema import ensure_schema  # noqa: PLC0415

    with connect() as connection:
        ensure_schema(connection)
        build_marts(connection, now=datetime.now(UTC))
        found: dict[str, list[str]] = {}
        for relation, column in connection.execute(
            "select schema_name || '.' || table_name, column_name from duckdb_columns() "
            "where not internal order by column_index"
        ).fetchall():
            found.setdefault(relation, []).append(column)
    return found


if __name__ == "__main__":
    sys.stdout.write(markdown(_columns_of_an_empty_file()))
