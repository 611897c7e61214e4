"""The files under `sql/working/` and `sql/mart/`: the kind of each, the relations that it reads, the build order.

    sql/working/NNN_name.sql      a working relation `working.name`: an intermediate result, never published
    sql/mart/NNN_name.sql         a mart: its rows are stored with a history
    sql/mart/NNN_name.event.sql   events: a table that only grows, and the rows that a publication adds to it. The
                                  comment `-- reports: working.name` names the changes that they tell: without a
                                  change there is no event, and the rows are not computed
    sql/mart/NNN_name.view.sql    a view with the free name `moment`, so that it can be read as of any moment
    sql/mart/NNN_name.macro.sql   the statement that creates a macro

Every file runs unchanged. Working relations, marts and events read the current rows; their only clock is
`ops.publication`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

from warehouse.database import sql_files

COMMENT = re.compile(r"--[^\n]*")
REPORTS = re.compile(r"^-- reports: (working\.\w+)$", re.MULTILINE)
TABLE = re.compile(r"^create table \S+ (\(\n.*?\n\));\n", re.DOTALL | re.MULTILINE)
READ = re.compile(r"\b(core|plan|mart|working|ops)\.(\w+?)(?:_version|_as_of)?\b")

CLOCK = "ops.publication"


@dataclass(frozen=True, slots=True)
class RelationFile:
    """One relation that a file makes.

    Attributes:
        schema: working or mart.
        name: the name of the relation.
        kind: working, mart, event, view or macro.
        text: the select; for a macro the statement that creates it.
        reads: the relations that it names, as schema.name; tables of versions and as-of macros by their plain names.
        reports: of events, the working relation without whose rows there are no events.
        columns: of events, the columns of their table, as `create table` lists them.
    """

    schema: str
    name: str
    kind: str
    text: str
    reads: frozenset[str]
    reports: str | None = None
    columns: str | None = None

    @property
    def full_name(self) -> str:
        """Schema and name."""
        return f"{self.schema}.{self.name}"

    @property
    def stored_name(self) -> str:
        """The table that stores a mart's versions, or the events."""
        return f"{self.full_name}_version" if self.kind == "mart" else self.full_name


@cache
def relation_files() -> tuple[RelationFile, ...]:
    """Return every relation of `working` and `mart`, each after those that it reads."""
    files = {
        each.full_name: each
        for schema in ("working", "mart")
        for path in sql_files(schema)
        for each in (relation_file(schema, path),)
    }
    sorter = TopologicalSorter({name: sorted(each.reads & files.keys()) for name, each in files.items()})
    return tuple(files[name] for name in sorter.static_order())


def relation_file(schema: str, path: Path) -> RelationFile:
    """Read one file."""
    number_and_name, *kind = path.name.removesuffix(".sql").split(".")
    text = path.read_text(encoding="utf-8").strip().removesuffix(";")
    table = TABLE.search(text)
    name = number_and_name.split("_", 1)[1]
    reads = frozenset(".".join(found) for found in READ.findall(COMMENT.sub("", text)))
    return RelationFile(
        schema=schema,
        name=name,
        kind=kind[0] if kind else schema,
        text=TABLE.sub("", text),
        reads=reads - {f"{schema}.{name}"},
        reports=reported[1] if (reported := REPORTS.search(text)) else None,
        columns=table[1] if table else None,
    )


@cache
def published_relations() -> Mapping[str, RelationFile]:
    """Return the relations of `mart` by name."""
    return {each.name: each for each in relation_files() if each.schema == "mart" and each.kind != "macro"}


def leading_macros() -> list[RelationFile]:
    """Return the macros that read no relation, in the order of their files; they are created before the marts."""
    found = [relation_file("mart", path) for path in sql_files("mart", "*.macro.sql")]
    return [each for each in found if each.reads.isdisjoint(f"mart.{name}" for name in published_relations())]


@cache
def rests_on(full_name: str) -> frozenset[str]:
    """Return the relations of the published file that a relation reads, directly or through working relations."""
    files = {each.full_name: each for each in relation_files()}
    found: set[str] = set()
    for name in files[full_name].reads:
        found |= rests_on(name) if name in files and files[name].kind == "working" else {name}
    return frozenset(found)
