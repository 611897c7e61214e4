"""The data dictionary: one source, `sql/dictionary/*.toml`, for the comments in the DuckDB file and for the docs.

A comment says what a row is and what to beware of; a column's says what it means and in which unit. Where a relation
uses a common column name more narrowly, its own file says so. (sqlfluff cannot parse every form of `comment on`, so
comments are data: comments.py applies them, dictionary_page.py writes them down.)

A table of versions is described by the relation whose versions it holds.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from warehouse.database import SQL_FOLDER

FOLDER = SQL_FOLDER / "dictionary"
# Each schema with the source of its columns that name none.
SCHEMAS = {"mart": "derived", "core": "received", "plan": "plan", "ops": "run"}
# Schemas whose columns all come from one place, whatever the same name means elsewhere; but for what the run adds.
OF_ONE_SOURCE = ("plan", "ops")
# Schemas whose relations have their versions beside them, described by them, and the column that says since when.
VERSIONED = {"mart": "published_from", "plan": "known_from"}


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
    def in_swedish(self) -> str:
        """The same sentence in Swedish; the label where nobody has translated it."""
        return swedish_sentences().get(self.about, f"{self.label}.")

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
    """What each column name means wherever it stands."""
    return _read("columns")


@cache
def swedish_sentences() -> Mapping[str, str]:
    """The Swedish sentence for each English one that says what a column means."""
    return _read("swedish")


def source_labels() -> Mapping[str, Mapping[str, str]]:
    """The sources by their codes: label and, where it differs, that of made-up values."""
    return _read("sources")


@cache
def described_relations() -> Mapping[str, Described]:
    """Every relation of the dictionary by schema and name, schema by schema, in the order of the files."""
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
    """The table that holds a relation's versions, each from the instant in the column `since`."""
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


def _read(name: str) -> Mapping[str, Any]:
    return tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
