"""The files of a plan, column by column: what may stand in each and whether it may be empty.

This is the one declaration of the CSV formats. The reader, the scaffold and the test of the README go by it.
A column marked `may_be_absent` can be left out of the header; its default then stands in every row.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from goals import codes


class Kind(Enum):
    """How the text of a cell is read."""

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


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a file."""

    name: str
    kind: Kind
    is_required: bool = True
    codes: tuple[str, ...] = ()
    may_be_absent: bool = False
    default: str = ""


@dataclass(frozen=True, slots=True)
class FileFormat:
    """One CSV file of a plan: its columns and the columns that make a row unique."""

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]

    @property
    def header(self) -> tuple[str, ...]:
        """The names of all columns, in order."""
        return tuple(column.name for column in self.columns)


def _optional(name: str, kind: Kind, *allowed: str) -> Column:
    return Column(name, kind, is_required=False, codes=allowed)


_FORMATS = (
    FileFormat(
        "goals.csv",
        (
            Column("goal_id", Kind.ID),
            Column("section", Kind.CODE, codes=codes.SECTIONS),
            Column("title", Kind.TEXT),
            _optional("focus_area", Kind.TEXT),
            Column("counts_in_majority", Kind.FLAG),
            _optional("compound_rule", Kind.CODE, *codes.COMPOUND_RULES),
        ),
        ("goal_id",),
    ),
    FileFormat(
        "indicators.csv",
        (
            Column("indicator_id", Kind.ID),
            Column("goal_id", Kind.ID),
            Column("role", Kind.CODE, codes=codes.ROLES),
            Column("title", Kind.TEXT),
            _optional("part", Kind.TEXT),
            _optional("kpi_id", Kind.KPI),
            _optional("source", Kind.TEXT),
            _optional("unit", Kind.TEXT),
            _optional("direction", Kind.CODE, *codes.DIRECTIONS),
            Column("display_decimals", Kind.INTEGER),
            Column("value_route", Kind.CODE, codes=codes.VALUE_ROUTES),
            _optional("similar_group_topic", Kind.TEXT),
            _optional("document_page", Kind.INTEGER),
            _optional("document_lines", Kind.LINES),
        ),
        ("indicator_id",),
    ),
    FileFormat(
        "targets.csv",
        (
            Column("indicator_id", Kind.ID),
            _optional("year", Kind.YEAR),
            Column("kind", Kind.CODE, codes=codes.TARGET_KINDS),
            Column("operator", Kind.CODE, codes=codes.OPERATORS),
            _optional("target_value", Kind.NUMBER),
            _optional("target_text", Kind.TEXT),
            _optional("reference", Kind.CODE, *codes.REFERENCES),
            Column("is_yearly_criterion", Kind.FLAG, may_be_absent=True, default="true"),
            Column("document_lines", Kind.LINES, is_required=False, may_be_absent=True),
        ),
        ("indicator_id", "year"),
    ),
    FileFormat(
        "outcomes_document.csv",
        (
            Column("indicator_id", Kind.ID),
            Column("year", Kind.YEAR),
            _optional("value", Kind.NUMBER),
            _optional("raw_marker", Kind.TEXT),
            _optional("document_line", Kind.INTEGER),
        ),
        ("indicator_id", "year"),
    ),
    FileFormat(
        "outcomes_manual.csv",
        (
            Column("indicator_id", Kind.ID),
            Column("year", Kind.YEAR),
            Column("value", Kind.NUMBER),
            _optional("comparison_value", Kind.NUMBER),
            Column("kind", Kind.CODE, codes=codes.OUTCOME_KINDS),
            Column("source_note", Kind.TEXT),
            Column("entered_by", Kind.TEXT),
            Column("entered_at", Kind.DATE),
        ),
        ("indicator_id", "year", "kind"),
    ),
    FileFormat(
        "assessments.csv",
        (
            Column("goal_id", Kind.ID),
            Column("year", Kind.YEAR),
            Column("verdict", Kind.CODE, codes=codes.ASSESSED_VERDICTS),
            Column("text", Kind.TEXT),
            Column("decided_by", Kind.TEXT),
            Column("decided_at", Kind.DATE),
        ),
        ("goal_id", "year"),
    ),
    FileFormat(
        "breaks.csv",
        (
            Column("kpi_id", Kind.KPI),
            Column("first_year_after", Kind.YEAR),
            Column("voids_target", Kind.FLAG),
            Column("why", Kind.TEXT),
        ),
        ("kpi_id", "first_year_after"),
    ),
    FileFormat(
        "availability.csv",
        (
            Column("kpi_id", Kind.KPI),
            Column("month_day", Kind.MONTH_DAY),
            Column("year_offset", Kind.INTEGER),
            Column("basis", Kind.TEXT),
        ),
        ("kpi_id",),
    ),
    FileFormat(
        "budget_lines.csv",
        (
            Column("table_name", Kind.TEXT),
            Column("row_name", Kind.TEXT),
            Column("year", Kind.YEARS_TEXT),
            Column("value", Kind.NUMBER),
            Column("unit", Kind.TEXT),
            Column("kind", Kind.CODE, codes=codes.BUDGET_KINDS),
            Column("level", Kind.CODE, codes=codes.BUDGET_LEVELS),
            _optional("document_line", Kind.INTEGER),
        ),
        ("table_name", "row_name", "year"),
    ),
    FileFormat(
        "notes.csv",
        (
            _optional("indicator_id", Kind.ID),
            Column("code", Kind.NOTE_CODE),
            Column("severity", Kind.CODE, codes=codes.SEVERITIES, may_be_absent=True, default="medium"),
            Column("text", Kind.TEXT),
        ),
        ("indicator_id", "code", "text"),
    ),
)

FORMATS: Mapping[str, FileFormat] = {one.name: one for one in _FORMATS}
SETTINGS_FILE = "plan.toml"
PLAN_FILES = (SETTINGS_FILE, *FORMATS)
