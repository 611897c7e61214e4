"""The files and tables of a plan, column by column, as `goals/file_formats.toml` declares them.

`empty` allows empty cells; an empty cell has its column's default if there is one. Such columns may be left out of a
file's header. A column marked `worked_out` is in the table and in no file.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property
from pathlib import Path
from typing import Any


class Kind(Enum):
    """The type of a cell; the value is the word for it in a message about an empty cell."""

    TEXT = "text"
    ID = "identifier"
    KPI = "KPI id"
    CODE = "code"
    NOTE_CODE = "snake_case code"
    YEAR = "year"
    INTEGER = "whole number"
    NUMBER = "number"
    FLAG = "true or false"
    DATE = "date"
    LINES = "lines of the document"
    MONTH_DAY = "month and day"
    YEARS_TEXT = "year or span of years"
    PERIOD = "part of a year"
    REFERENCE = "reference"
    RANK_SCOPE = "scope of places"
    GROUP_NAME = "name of a list"


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """One column of a file and of its table.

    Attributes:
        name: in the file and in the table.
        kind: the type of a cell.
        holds: its content, for the README.
        is_required: whether a cell must have a value.
        codes: the allowed codes, for a code.
        older: codes of older plans with their current ones.
        default: the text that is used for an empty or absent cell.
        is_worked_out: whether it is in the table only.
        described: its Swedish label, meaning and unit, if they differ from those of the common column name.
    """

    name: str
    kind: Kind
    holds: str = ""
    is_required: bool = True
    codes: tuple[str, ...] = ()
    older: Mapping[str, str] = field(default_factory=dict)
    default: str = ""
    is_worked_out: bool = False
    described: Mapping[str, str] = field(default_factory=dict)

    @property
    def may_be_absent(self) -> bool:
        """Whether the header may leave it out."""
        return bool(self.default) or not self.is_required


@dataclass(frozen=True)
class TableFormat:
    """One table of a plan, and the CSV file that it is read from.

    Attributes:
        table: its name in the schema `plan`.
        label, about: its name in Swedish, and its contents.
        grain: what one row is, within a version of a plan.
        key: the columns that make a row unique within a plan.
        columns: in order, without plan_id and the columns that loading adds.
        file: the CSV file; empty for settings of plan.toml.
        heading, remarks: the README's texts above and below the columns.
        warnings: warnings to readers of the table.
        is_needed: whether every plan must have the file.
    """

    table: str
    label: str
    about: str
    grain: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    file: str = ""
    heading: str = ""
    remarks: str = ""
    warnings: tuple[str, ...] = ()
    is_needed: bool = False

    @cached_property
    def written(self) -> tuple[Column, ...]:
        """The columns of the file."""
        return tuple(column for column in self.columns if not column.is_worked_out)

    @cached_property
    def header(self) -> tuple[str, ...]:
        """The names of the file's columns, in order."""
        return tuple(column.name for column in self.written)


def _table(name: str, declared: Mapping[str, Any]) -> TableFormat:
    columns = tuple(_column(column, words) for column, words in declared["columns"].items())
    lists = {"key": tuple(declared["key"]), "warnings": tuple(declared.get("warnings", ()))}
    return TableFormat(**{**declared, **lists, "table": name, "columns": columns})


def _column(name: str, declared: Mapping[str, Any]) -> Column:
    return Column(
        name=name,
        kind=Kind[declared["kind"].upper()],
        holds=declared.get("holds", ""),
        is_required=not declared.get("empty", False),
        codes=tuple(declared.get("codes", ())),
        older=declared.get("older", {}),
        default=declared.get("default", ""),
        is_worked_out=declared.get("worked_out", False),
        described={word: declared[word] for word in ("label", "about", "unit") if word in declared},
    )


def _declared() -> Mapping[str, Any]:
    return tomllib.loads(Path(__file__).with_name("file_formats.toml").read_text(encoding="utf-8"))


_DECLARED = _declared()
TABLES: Mapping[str, TableFormat] = {
    name: _table(name, declared) for name, declared in _DECLARED.items() if "columns" in declared
}
FORMATS: Mapping[str, TableFormat] = {table.file: table for table in TABLES.values() if table.file}
SETTINGS_FILE = "plan.toml"
# The contents of each key of plan.toml, for the README. A key is written with dots: `years.first`.
KEYS: Mapping[str, str] = _DECLARED[SETTINGS_FILE]
PLAN_FILES = (SETTINGS_FILE, *FORMATS)
