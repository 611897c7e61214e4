"""Tables of the published file as they are exported: their columns with labels, meanings and sources."""

import difflib
from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from reports.errors import UnknownTable
from reports.notices import made_up_notice, source_text
from reports.sourced_rows import Source
from warehouse.credits import source_label
from warehouse.dictionary import meaning_of

NOTICE_COLUMN = "data_notice"
# What is exported when no table is named: the answers, not the working relations behind them.
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
        name: in the file.
        label: the Swedish word.
        about: what it means.
        source: its source label.
    """

    name: str
    label: str
    about: str
    source: str


@dataclass(frozen=True, slots=True)
class ExportTable:
    """One table that is exported, whole.

    Attributes:
        relation: schema and name.
        columns: of the table, the notice on made-up values last if there is one.
        notice: that notice, or nothing.
    """

    relation: str
    columns: tuple[Column, ...]
    notice: str

    @property
    def name(self) -> str:
        """The name without the schema of the answers: ranking, core.observation."""
        return self.relation.removeprefix("mart.")

    @property
    def query(self) -> str:
        """The whole table in an order that is always the same."""
        added = ", ? as " + NOTICE_COLUMN if self.notice else ""
        return f"select *{added} from {self.relation} order by all"

    @property
    def parameters(self) -> list[object]:
        """What the query asks for."""
        return [self.notice] if self.notice else []


def export_tables(source: Source, names: Sequence[str]) -> list[ExportTable]:
    """The tables named, or the answers.

    Raises:
        UnknownTable: there is no such table.
    """
    there = _relations(source.connection)
    wanted = [_resolve(name, there) for name in names] or [name for name in ANSWERS if name in there]
    plans = source.rows("plan.plan")
    made_up = next((plan for plan in plans if plan["is_made_up"]), plans[0] if plans else None)
    notice = made_up_notice(source, made_up)
    return [ExportTable(name, _columns(source, name, notice), notice) for name in dict.fromkeys(wanted)]


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
        columns.append(Column(name, meaning.label, meaning.about, credited))
    if notice:
        columns.append(Column(NOTICE_COLUMN, "Obs", notice, source_label("run")))
    return tuple(columns)
