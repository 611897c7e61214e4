"""The data dictionary: `sql/dictionary/*.toml`, the one source of the comments in the DuckDB file and of the docs.

The comment of a relation states its grain and its warnings, the comment of a column its meaning and unit. Common column
names are described once; a relation that uses one in a narrower sense describes it itself. (sqlfluff cannot parse every
form of `comment on`, so comments are data: comments.py applies them, dictionary_page.py prints them.)

A table of versions is described by the relation whose versions it stores.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from warehouse.database import SQL_FOLDER

FOLDER = SQL_FOLDER / "dictionary"
# Each schema with the default source of its columns.
SCHEMAS = {"mart": "derived", "core": "received", "plan": "plan", "ops": "run"}
# Schemas whose columns all have one source, whatever a common name means elsewhere; except columns of source `run`.
OF_ONE_SOURCE = ("plan", "ops")
# Schemas whose relations have a table of versions, with the column that holds the start of a version.
VERSIONED = {"mart": "published_from", "plan": "known_from"}


@dataclass(frozen=True, slots=True)
class Meaning:
    """The meaning of a column.

    Attributes:
        label: the Swedish name.
        about: one sentence on what the column contains.
        unit: the unit of its values, or an empty string.
        source: the source of its values, a code of `sources.toml`.
    """

    label: str
    about: str
    unit: str
    source: str

    @property
    def in_swedish(self) -> str:
        """The sentence in Swedish; the label if there is no translation."""
        return swedish_sentences().get(self.about, f"{self.label}.")

    @property
    def comment(self) -> str:
        """The column's comment."""
        return f"{self.about} Unit: {self.unit}." if self.unit else self.about


@dataclass(frozen=True, slots=True)
class Described:
    """One relation of the dictionary.

    Attributes:
        schema, name: the schema and the name of the relation.
        label: its Swedish name.
        about, grain: its contents, and its grain (what one row is).
        key: the columns of its primary key.
        warnings: warnings for its users.
        identities: equations that always hold between its figures.
        columns: column -> label, about, unit and source, for columns that differ from the common meaning.
        sources: column -> source, for columns that differ only in their source.
        is_history: whether it is the table of another relation's versions.
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
    is_history: bool = False

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
    """Return the common meaning of each column name."""
    return _read("columns")


@cache
def swedish_sentences() -> Mapping[str, str]:
    """Return the Swedish translation of each English sentence about a column."""
    return _read("swedish")


def source_labels() -> Mapping[str, Mapping[str, str]]:
    """Return the sources by code: the label and, if it differs, the label of made-up values."""
    return _read("sources")


@cache
def described_relations() -> Mapping[str, Described]:
    """Return every relation of the dictionary by schema and name, in the order of the files."""
    found = []
    for schema in SCHEMAS:
        for name, entry in _read(schema).items():
            each = Described(
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
            found.append(each)
            if schema in VERSIONED and entry.get("has_versions", True):
                found.append(versions_of(each, VERSIONED[schema]))
    return {each.full_name: each for each in found}


def versions_of(each: Described, since: str) -> Described:
    """Return the description of a relation's table of versions, each valid from the instant in the column `since`."""
    return replace(
        each,
        name=f"{each.name}_version",
        label=f"{each.label}, alla versioner",
        about=f"Every version of {each.full_name}: from when and to when each row held.",
        grain=f"{each.grain.removesuffix('.')}, and version.",
        key=(*each.key, since),
        identities=(),
        is_history=True,
    )


def meaning_of(relation: str, column: str) -> Meaning:
    """Return the meaning of a column; only its name if the dictionary does not describe it (a file of another version).

    Args:
        relation: schema and name.
        column: the name of the column.
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


def _read(name: str) -> Mapping[str, Any]:
    return tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
