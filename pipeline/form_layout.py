"""The layout of the form for own figures: its sheets and columns, and the values of each row before it is filled in.

`figures_form` writes the workbook with this layout, and `figures_fill` reads it back with the same. No function here
depends on Excel.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import Enum, auto
from typing import Any

import duckdb

from goals import Plan
from goals.cell_values import digits, limits
from pipeline.form_words import FormError, Said, said
from warehouse.credits import MADE_UP_VALUES
from warehouse.published_file import source_kind

FORM_VERSION = 2
ABOUT_SHEET = "Om formuläret"
ORIGIN_SHEET = "Ursprung"
# The row of headings, counted from 1.
HEAD_ROW = 3
ASSESSMENTS = ("met", "partly_met", "not_met", "not_assessable")

Value = str | float | date | None
NOTHING: Mapping[str, Any] = {}


class Entry(Enum):
    """The kind of value in a cell; SHOWN for one that people do not fill in."""

    SHOWN = auto()
    NUMBER = auto()
    TEXT = auto()
    VERDICT = auto()
    DAY = auto()


@dataclass(frozen=True, slots=True)
class FormColumn:
    """One column of a sheet: its heading, its width in characters, and the kind of value that a person enters."""

    title: str
    width: int
    entry: Entry = Entry.SHOWN

    @property
    def is_filled_in(self) -> bool:
        """Whether people write in it."""
        return self.entry is not Entry.SHOWN


@dataclass(frozen=True, slots=True)
class FormSheet:
    """One sheet: its name, a line that explains it, and its columns; the first contains the id."""

    name: str
    about: str
    columns: tuple[FormColumn, ...]

    @property
    def filled_in(self) -> tuple[FormColumn, ...]:
        """The columns that people write in."""
        return tuple(column for column in self.columns if column.is_filled_in)


@dataclass(frozen=True, slots=True)
class FormRow:
    """One row of a sheet.

    Attributes:
        cells: the values by heading; a missing heading means an empty cell.
        closed: the columns that must stay empty in this row: heading -> reason.
        unit: of the row's numbers; empty if they have none.
        decimals: heading -> decimals of a shown number; without an entry, all that the number has.
    """

    cells: Mapping[str, Value]
    closed: Mapping[str, Said] = field(default_factory=dict)
    unit: str = ""
    decimals: Mapping[str, int] = field(default_factory=dict)

    @property
    def item(self) -> str:
        """The id of the indicator or goal."""
        return str(self.cells["Id"])


FIGURES = FormSheet(
    "Siffror",
    "Fyll i de gula cellerna. Skriv talet som det är: 94,5. Ett värde som inte finns lämnas tomt.",
    (
        FormColumn("Id", 8),
        FormColumn("Indikator", 40),
        FormColumn("Enhet", 14),
        FormColumn("Ansvarig", 18),
        FormColumn("Mål", 20),
        FormColumn("Förra årets utfall", 10),
        FormColumn("Tillåtet", 12),
        FormColumn("Utfall", 11, Entry.NUMBER),
        FormColumn("Jämförelsetal", 13, Entry.NUMBER),
        FormColumn("Källa", 26, Entry.TEXT),
        FormColumn("Prognos för året", 11, Entry.NUMBER),
        FormColumn("Prognosens källa", 26, Entry.TEXT),
        FormColumn("Ifyllt av", 16, Entry.TEXT),
    ),
)
GOALS = FormSheet(
    "Bedömningar",
    "Välj en bedömning i listan och skriv varför. Mål som räknas fram behöver ingen bedömning.",
    (
        FormColumn("Id", 8),
        FormColumn("Mål", 56),
        FormColumn("Ansvarig", 20),
        FormColumn("Räkningen", 26),
        FormColumn("Bedömning", 18, Entry.VERDICT),
        FormColumn("Motivering", 56, Entry.TEXT),
        FormColumn("Beslutad av", 20, Entry.TEXT),
        FormColumn("Beslutsdag", 12, Entry.DAY),
    ),
)
COMMENTS = FormSheet(
    "Kommentarer",
    "En kommentar visas vid indikatorn eller målet i rapporten, kortrapporten, Word-texten och arbetsboken.",
    (
        FormColumn("Id", 8),
        FormColumn("Indikator eller mål", 52),
        FormColumn("Ansvarig", 20),
        FormColumn("Utfall", 11),
        FormColumn("Bedömning", 18),
        FormColumn("Kommentar", 66, Entry.TEXT),
        FormColumn("Skriven av", 20, Entry.TEXT),
    ),
)

JUDGED = """
    select indicator_id, year, value, verdict, coalesce(shown_decimals, display_decimals) as decimals
    from mart.goal_fulfilment
    where plan_id = $plan_id and year in ($year, $year - 1)
"""
COUNTED = """
    select goal_id, n_met, n_indicators, verdict from mart.goal_verdict where plan_id = $plan_id and year = $year
"""


@dataclass(frozen=True, slots=True)
class Judged:
    """The outcomes and verdicts of a plan and year in the published file; empty if nothing is published.

    Attributes:
        values: (indicator, year) -> outcome.
        verdicts: (indicator, year) -> verdict.
        decimals: (indicator, year) -> decimals of the outcome that its verdict needs.
        goals: goal -> number of indicators met, number of indicators, verdict.
        notice: the words of every output of a file with made-up values; empty for real ones.
    """

    values: Mapping[tuple[str, int], float | None] = field(default_factory=dict)
    verdicts: Mapping[tuple[str, int], str] = field(default_factory=dict)
    decimals: Mapping[tuple[str, int], int] = field(default_factory=dict)
    goals: Mapping[str, tuple[int, int, str]] = field(default_factory=dict)
    notice: str = ""


def read_judged(connection: duckdb.DuckDBPyConnection, plan_id: str, year: int) -> Judged:
    """Return the outcomes and verdicts of a plan for a year and the year before.

    Args:
        connection: from `published_file`.
        plan_id: the plan.
        year: the year that is filled in.
    """
    asked = {"plan_id": plan_id, "year": year}
    judged = connection.execute(JUDGED, asked).fetchall()
    return Judged(
        {(indicator, at): value for indicator, at, value, _, _ in judged},
        {(indicator, at): verdict for indicator, at, _, verdict, _ in judged},
        {(indicator, at): decimals for indicator, at, _, _, decimals in judged if decimals is not None},
        {goal: (met, of, verdict) for goal, met, of, verdict in connection.execute(COUNTED, asked).fetchall()},
        MADE_UP_VALUES if source_kind(connection) == "sample" else "",
    )


@dataclass(frozen=True, slots=True)
class FormPlan:
    """A plan with the year and the period that a form is for.

    Attributes:
        plan: the plan as its files are now.
        year: one of the plan's years.
        period: T1, Q2, 06 ...; empty for the whole year.
    """

    plan: Plan
    year: int
    period: str = ""

    @property
    def about(self) -> str:
        """The plan's title, the year and the period, as one line; a draft is marked."""
        plan = self.plan.tables["plan"]
        draft = ", utkast" if plan["is_draft"][0] else ""
        return f"{plan['title'][0]}{draft}: {self.year}{f', {self.period}' if self.period else ''}"

    def refuse_other_years(self) -> None:
        """Refuse a year that the plan does not follow.

        Raises:
            FormError: the message names the years that it follows.
        """
        first, last = (int(self.plan.tables["plan"][each][0]) for each in ("first_year", "last_year"))
        if not first <= self.year <= last:
            problem = (
                "The plan `{}` follows the years {} to {}, not `{}`. Nothing was written. "
                "Choose one of them: `kolada goals form --year {}`."
            )
            raise FormError(said(problem, self.plan.plan_id, first, last, self.year, last))

    def label(self, kind: str, code: str | None) -> str:
        """Return the plan's Swedish word for a code."""
        return self.labels(kind).get(code or "", "")

    def labels(self, kind: str) -> Mapping[str, str]:
        """Return the plan's Swedish words of a kind: code -> word."""
        table = self.plan.tables["label"]
        return {row["code"]: row["label"] for row in table.iter_rows(named=True) if row["label_kind"] == kind}

    def owners(self) -> list[str]:
        """Return the nämnder and companies that are responsible for any row, sorted."""
        rows = [row for sheet in (FIGURES, COMMENTS) for row in self.rows(sheet, Judged())]
        return sorted({str(row.cells["Ansvarig"]) for row in rows} - {""})

    def sheets(self) -> tuple[FormSheet, ...]:
        """Return the sheets of the form; a period has no assessments, since goals are judged for whole years only."""
        return (FIGURES, COMMENTS) if self.period else (FIGURES, GOALS, COMMENTS)

    def rows(self, sheet: FormSheet, judged: Judged) -> Iterator[FormRow]:
        """Yield the rows of a sheet as the plan's files are now."""
        match sheet.name:
            case FIGURES.name:
                return self._figures(judged)
            case GOALS.name:
                return self._goals(judged)
            case _:
                return self._comments(judged)

    def _of_this_time(self, table: str) -> Iterator[Mapping[str, Any]]:
        for row in self.plan.tables[table].iter_rows(named=True):
            if row["year"] == self.year and (row["period"] or "") == self.period:
                yield row

    def _figures(self, judged: Judged) -> Iterator[FormRow]:
        """Yield a row per indicator; the outcome of a KPI of Kolada is closed."""
        entered = {(row["indicator_id"], row["kind"]): row for row in self._of_this_time("outcome_manual")}
        for row in self.plan.tables["indicator"].iter_rows(named=True):
            indicator_id, unit = row["indicator_id"], row["unit"] or ""
            outcome = entered.get((indicator_id, "outcome"), NOTHING)
            forecast = entered.get((indicator_id, "forecast"), NOTHING)
            criteria = [each for each in self._targets() if each["indicator_id"] == indicator_id]
            closed: dict[str, Said] = {}
            if row["kpi_id"]:
                closed["Utfall"] = closed["Källa"] = said("the outcome comes from Kolada")
            if row["kpi_id"] or not {each["kind"] for each in criteria} & {"other_value", "previous_year"}:
                closed["Jämförelsetal"] = said("the target is not compared with an entered number")
            yield FormRow(
                {
                    "Id": indicator_id,
                    "Indikator": " ".join(filter(None, (row["title"], row["part"] and f"({row['part']})"))),
                    "Enhet": unit,
                    "Ansvarig": self._owner(row),
                    "Mål": "; ".join(filter(None, map(self._target_text, criteria))) or "inget mål",
                    "Förra årets utfall": judged.values.get((indicator_id, self.year - 1)),
                    "Tillåtet": allowed(unit),
                    "Utfall": outcome.get("value"),
                    "Jämförelsetal": outcome.get("comparison_value"),
                    "Källa": outcome.get("source_note"),
                    "Prognos för året": forecast.get("value"),
                    "Prognosens källa": forecast.get("source_note"),
                    "Ifyllt av": (outcome or forecast).get("entered_by"),
                },
                closed,
                unit,
                _decimals("Förra årets utfall", judged, (indicator_id, self.year - 1)),
            )

    def _goals(self, judged: Judged) -> Iterator[FormRow]:
        """Yield a row per prioritized goal."""
        table = self.plan.tables["assessment"]
        decided = {row["goal_id"]: row for row in table.iter_rows(named=True) if row["year"] == self.year}
        for goal in self.plan.tables["goal"].iter_rows(named=True):
            if goal["section"] != "prioritized":
                continue
            counted = judged.goals.get(goal["goal_id"])
            row = decided.get(goal["goal_id"], NOTHING)
            yield FormRow(
                {
                    "Id": goal["goal_id"],
                    "Mål": goal["title"],
                    "Ansvarig": goal["owner"] or "",
                    "Räkningen": f"{counted[0]} av {counted[1]} indikatorer uppfyllda" if counted else "",
                    "Bedömning": row.get("verdict"),
                    "Motivering": row.get("text"),
                    "Beslutad av": row.get("decided_by"),
                    "Beslutsdag": row.get("decided_at"),
                }
            )

    def _comments(self, judged: Judged) -> Iterator[FormRow]:
        """Yield a row per goal and per indicator."""
        written = {row["item_id"]: row for row in self._of_this_time("comment")}

        def line(item: str, title: str, owner: str, value: float | None, verdict: str) -> FormRow:
            row, decimals = written.get(item, NOTHING), _decimals("Utfall", judged, (item, self.year))
            return FormRow(
                {
                    "Id": item,
                    "Indikator eller mål": title,
                    "Ansvarig": owner,
                    "Utfall": value,
                    "Bedömning": self.label("verdict", verdict),
                    "Kommentar": row.get("text"),
                    "Skriven av": row.get("written_by"),
                },
                decimals=decimals,
            )

        for goal in self.plan.tables["goal"].iter_rows(named=True):
            verdict = judged.goals.get(goal["goal_id"], (0, 0, ""))[2]
            parts = [row for row in self.plan.tables["indicator"].iter_rows(named=True) if _is_of(row, goal)]
            if goal["goal_id"] not in {row["indicator_id"] for row in parts}:
                yield line(goal["goal_id"], goal["title"], goal["owner"] or "", None, verdict)
            for row in parts:
                key = (row["indicator_id"], self.year)
                yield line(
                    row["indicator_id"],
                    " ".join(filter(None, (row["title"], row["part"] and f"({row['part']})"))),
                    self._owner(row),
                    judged.values.get(key),
                    judged.verdicts.get(key, ""),
                )

    def _owner(self, indicator: Mapping[str, Any]) -> str:
        """Return the owner of an indicator, else the owner of its goal."""
        goals = {goal["goal_id"]: goal["owner"] for goal in self.plan.tables["goal"].iter_rows(named=True)}
        return str(indicator["owner"] or goals.get(indicator["goal_id"]) or "")

    def _targets(self) -> list[Mapping[str, Any]]:
        return [row for row in self.plan.tables["target"].iter_rows(named=True) if row["year"] in (None, self.year)]

    def _target_text(self, row: Mapping[str, Any]) -> str:
        """Return a criterion in the words of the document, else as operator and number."""
        if row["target_text"]:
            return str(row["target_text"])
        word = self.label("operator", str(row["operator"] or ""))
        value = row["target_value"]
        return f"{word} {digits(value)}".strip().replace(".", ",") if isinstance(value, float) else word


def _decimals(heading: str, judged: Judged, key: tuple[str, int]) -> dict[str, int]:
    """Return heading -> decimals of an outcome; empty if nothing is published."""
    return {heading: judged.decimals[key]} if key in judged.decimals else {}


def _is_of(indicator: Mapping[str, Any], goal: Mapping[str, Any]) -> bool:
    return bool(indicator["goal_id"] == goal["goal_id"])


def allowed(unit: str) -> str:
    """Return the allowed range of a unit, in Swedish words."""
    found = limits(unit)
    if found.high is not None:
        return f"{digits(found.low or 0.0)} till {digits(found.high)}".replace(".", ",")
    return "alla tal" if found.low is None else f"minst {digits(found.low)}".replace(".", ",")
