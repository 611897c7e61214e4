"""The exported tables of the published file: their columns with labels, meanings and sources."""

import difflib
from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from reports.errors import OptionRefused, UnknownTable
from reports.exports.export_selection import Selection, dated_relation
from reports.reading.sourced_rows import Source
from reports.swedish.notices import made_up_notice, source_text
from warehouse.credits import source_label
from warehouse.dictionary import meaning_of

NOTICE_COLUMN = "data_notice"
# The tables that are exported by default: the marts for readers, not their inputs.
ANSWERS = (
    "mart.maluppfyllelse",
    "mart.god_ekonomisk_hushallning",
    "mart.goal_fulfilment",
    "mart.criterion_outcome",
    "mart.criterion_comparison",
    "mart.period_outcome",
    "mart.goal_fulfilment_bokslut",
    "mart.goal_verdict",
    "mart.sound_economic_management",
    "mart.indicator_history",
    "mart.reference_value",
    "mart.peer_comparison",
    "mart.ranking",
    "mart.national_outcome",
    "mart.gender_gap",
    "mart.reconciliation",
    "mart.publication_calendar",
    "mart.revision",
    "mart.verdict_change",
    "mart.plan_change",
    "mart.data_issue",
    "mart.budget_line",
    "mart.budget_check",
)


@dataclass(frozen=True, slots=True)
class Column:
    """One column that is exported.

    Attributes:
        name: the name in the file.
        label: the Swedish name.
        about: the meaning, in Swedish.
        source: the source label.
    """

    name: str
    label: str
    about: str
    source: str


@dataclass(frozen=True, slots=True)
class ExportTable:
    """One table that is exported, whole or in part.

    Attributes:
        relation: schema and name.
        columns: the columns of the table, the notice about made-up values last if there is one.
        notice: that notice, or an empty string.
        read_from: the SQL after `from`: the relation, or the same as of a moment.
        conditions: the conditions for the rows, each with its values.
    """

    relation: str
    columns: tuple[Column, ...]
    notice: str
    read_from: str = ""
    conditions: tuple[tuple[str, tuple[object, ...]], ...] = ()

    @property
    def name(self) -> str:
        """The name without the schema `mart`: ranking, core.observation."""
        return self.relation.removeprefix("mart.")

    @property
    def query(self) -> str:
        """The SQL query for the rows, in a stable order."""
        added = ", ? as " + NOTICE_COLUMN if self.notice else ""
        where = " and ".join(condition for condition, _ in self.conditions) or "true"
        return f"select *{added} from {self.read_from or self.relation} as exported where {where} order by all"

    @property
    def parameters(self) -> list[object]:
        """The parameters of the query."""
        return [*([self.notice] if self.notice else []), *(each for _, values in self.conditions for each in values)]


def export_tables(source: Source, names: Sequence[str], selection: Selection | None = None) -> list[ExportTable]:
    """Return the named tables, or by default the tables that the selection can be applied to.

    Args:
        source: the published file at the requested moment.
        names: the names of tables, with or without the schema `mart`.
        selection: the selected rows; by default all.

    Raises:
        UnknownTable: there is no such table.
        OptionRefused: a named table has no column to select by.
    """
    there = _relations(source.connection)
    wanted = [_resolve(name, there) for name in names] or [name for name in ANSWERS if name in there]
    plans = source.rows("plan.plan")
    made_up = next((plan for plan in plans if plan["is_made_up"]), plans[0] if plans else None)
    notice = made_up_notice(source, made_up)
    tables = []
    for name in dict.fromkeys(wanted):
        columns = _columns(source, name, notice)
        try:
            has = {column.name for column in columns}
            conditions = () if selection is None else selection.conditions(name, has)
            read_from = dated_relation(source, name)
        except OptionRefused:
            if names:
                raise
            continue
        tables.append(ExportTable(name, columns, notice, read_from, conditions))
    return tables


def _relations(connection: duckdb.DuckDBPyConnection) -> list[str]:
    return [
        name
        for (name,) in connection.execute(
            "select table_schema || '.' || table_name from information_schema.tables "
            "where table_catalog = current_database() and table_schema in ('mart', 'core', 'plan', 'ops') order by 1"
        ).fetchall()
    ]


def _resolve(name: str, there: Sequence[str]) -> str:
    wanted = name if "." in name else f"mart.{name}"
    if wanted in there:
        return wanted
    near = difflib.get_close_matches(wanted, there, n=3, cutoff=0.5)
    hint = f"Did you mean {', '.join(f'`{each}`' for each in near)}? " if near else ""
    raise UnknownTable(
        f"The published file has no table `{name}`, so nothing was exported. {hint}"
        'See them all with `kolada sql "show all tables"`.'
    )


def _columns(source: Source, relation: str, notice: str) -> tuple[Column, ...]:
    columns = []
    for name, *_ in source.connection.execute(f"describe {relation}").fetchall():
        meaning = meaning_of(relation, name)
        credited = source_text(source, source_label(meaning.source))
        columns.append(Column(name, meaning.label, meaning.in_swedish, credited))
    if notice:
        columns.append(Column(NOTICE_COLUMN, "Obs", notice, source_label("run")))
    return tuple(columns)
