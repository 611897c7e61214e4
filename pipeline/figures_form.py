"""`kolada goals form`: a workbook that holds what people must fill in for one plan and year, and nothing else.

Three sheets: figures that Kolada does not have, with comparison values and forecasts; assessments of goals; comments.
Cells to fill in are shaded and unlocked, each with its unit, its target, last year's figure and the range it must lie
in. `figures_fill` reads the workbook back by the same layout.
"""

import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import Enum, auto
from typing import Final

import duckdb
import xlsxwriter
from xlsxwriter.format import Format as CellFormat
from xlsxwriter.worksheet import Worksheet

from goals import Plan
from goals.cell_values import limits
from goals.codes import LABELS

FORM_VERSION: Final = 1
ABOUT_SHEET: Final = "Om formuläret"
HEAD_ROW: Final = 3
ASSESSMENTS: Final = ("met", "partly_met", "not_met", "not_assessable")


class Entry(Enum):
    """What a cell holds."""

    SHOWN = auto()
    NUMBER = auto()
    TEXT = auto()
    VERDICT = auto()
    DAY = auto()


@dataclass(frozen=True, slots=True)
class FormColumn:
    """One column of a sheet: its heading, its width in characters, and what a person enters."""

    title: str
    width: int
    entry: Entry = Entry.SHOWN

    @property
    def is_filled_in(self) -> bool:
        """Whether people write in it."""
        return self.entry is not Entry.SHOWN


@dataclass(frozen=True, slots=True)
class FormSheet:
    """One sheet: its name, a line that explains it, and its columns; the first holds the id."""

    name: str
    about: str
    columns: tuple[FormColumn, ...]

    def place(self, title: str) -> int:
        """The number of a column, from 0."""
        return [column.title for column in self.columns].index(title)


FIGURES: Final = FormSheet(
    "Siffror",
    "Fyll i de gula cellerna. Skriv talet som det är: 94,5. Ett värde som inte finns lämnas tomt.",
    (
        FormColumn("Id", 9),
        FormColumn("Indikator", 46),
        FormColumn("Enhet", 16),
        FormColumn("Ansvarig", 22),
        FormColumn("Mål", 24),
        FormColumn("Förra årets utfall", 12),
        FormColumn("Tillåtet", 14),
        FormColumn("Utfall", 12, Entry.NUMBER),
        FormColumn("Jämförelsetal", 14, Entry.NUMBER),
        FormColumn("Prognos för året", 12, Entry.NUMBER),
        FormColumn("Källa", 30, Entry.TEXT),
        FormColumn("Ifyllt av", 18, Entry.TEXT),
    ),
)
GOALS: Final = FormSheet(
    "Bedömningar",
    "Välj en bedömning i listan och skriv varför. Mål som räknas fram behöver ingen bedömning.",
    (
        FormColumn("Id", 9),
        FormColumn("Mål", 60),
        FormColumn("Ansvarig", 22),
        FormColumn("Räkningen", 34),
        FormColumn("Bedömning", 18, Entry.VERDICT),
        FormColumn("Motivering", 60, Entry.TEXT),
        FormColumn("Beslutad av", 22, Entry.TEXT),
        FormColumn("Beslutsdag", 12, Entry.DAY),
    ),
)
COMMENTS: Final = FormSheet(
    "Kommentarer",
    "En kommentar visas vid indikatorn eller målet i rapporten, kortrapporten, Word-texten och arbetsboken.",
    (
        FormColumn("Id", 9),
        FormColumn("Indikator eller mål", 60),
        FormColumn("Ansvarig", 22),
        FormColumn("Utfall", 12),
        FormColumn("Bedömning", 18),
        FormColumn("Kommentar", 70, Entry.TEXT),
        FormColumn("Skriven av", 22, Entry.TEXT),
    ),
)
SHEETS: Final = (FIGURES, GOALS, COMMENTS)

JUDGED: Final = """
    select indicator_id, year, value, verdict
    from mart.goal_fulfilment
    where plan_id = $plan_id and year in ($year, $year - 1)
"""
COUNTED: Final = """
    select goal_id, n_met, n_indicators, verdict from mart.goal_verdict where plan_id = $plan_id and year = $year
"""


@dataclass(frozen=True, slots=True)
class Judged:
    """What the published file says of a plan and year; empty where nothing is published.

    Attributes:
        values: (indicator, year) -> outcome.
        verdicts: (indicator, year) -> verdict.
        goals: goal -> met, counted, verdict.
    """

    values: Mapping[tuple[str, int], float | None]
    verdicts: Mapping[tuple[str, int], str]
    goals: Mapping[str, tuple[int, int, str]]


def read_judged(connection: duckdb.DuckDBPyConnection | None, plan_id: str, year: int) -> Judged:
    """What is known of a plan and year.

    Args:
        connection: from `published_file`; None where nothing is published.
        plan_id: the plan.
        year: the year that is filled in; the one before is read too.
    """
    if connection is None:
        return Judged({}, {}, {})
    judged = connection.execute(JUDGED, {"plan_id": plan_id, "year": year}).fetchall()
    counted = connection.execute(COUNTED, {"plan_id": plan_id, "year": year}).fetchall()
    return Judged(
        {(indicator, at): value for indicator, at, value, _ in judged},
        {(indicator, at): verdict for indicator, at, _, verdict in judged},
        {goal: (met, counted_of, verdict) for goal, met, counted_of, verdict in counted},
    )


def write_form(plan: Plan, judged: Judged, *, year: int, period: str = "", owner: str | None = None) -> bytes:
    """The workbook of one plan and year, with what is filled in already.

    Args:
        plan: as its files are now.
        judged: what the published file says.
        year: the year to fill in.
        period: T1, Q2, 06 ...; empty for the whole year.
        owner: only what this nämnd or company is responsible for.
    """
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True, "strings_to_formulas": False}) as book:
        about = f"{plan.tables['plan']['title'][0]}: {year}{f', {period}' if period else ''}"
        book.set_properties({"title": about})
        writer = _Writer(book, about)
        for sheet, rows in (
            (FIGURES, _figures(plan, judged, year, period)),
            (GOALS, _goals(plan, judged, year)),
            (COMMENTS, _comments(plan, judged, year, period)),
        ):
            place = sheet.place("Ansvarig")
            writer.sheet(sheet, [row for row in rows if owner is None or row[place] == owner])
        writer.about(plan_id=plan.plan_id, year=year, period=period)
    return content.getvalue()


Cell = str | float | date | None


def _figures(plan: Plan, judged: Judged, year: int, period: str) -> Iterator[list[Cell]]:
    """A row per indicator: a figure of our own has an outcome to fill in, one of Kolada's a forecast."""
    entered = {
        (row["indicator_id"], row["kind"]): row
        for row in plan.tables["outcome_manual"].iter_rows(named=True)
        if row["year"] == year and (row.get("period") or "") == period
    }
    targets = _targets(plan, year)
    for row in plan.tables["indicator"].iter_rows(named=True):
        outcome = entered.get((row["indicator_id"], "outcome"), {})
        forecast = entered.get((row["indicator_id"], "forecast"), {})
        told = outcome or forecast
        yield [
            row["indicator_id"],
            row["title"],
            row["unit"],
            owner_of(plan, row),
            targets.get(row["indicator_id"], "inget mål"),
            judged.values.get((row["indicator_id"], year - 1)),
            "hämtas från Kolada" if row["kpi_id"] else allowed(row["unit"]),
            outcome.get("value"),
            outcome.get("comparison_value"),
            forecast.get("value"),
            told.get("source_note"),
            told.get("entered_by"),
        ]


def _goals(plan: Plan, judged: Judged, year: int) -> Iterator[list[Cell]]:
    """A row per goal that people judge."""
    decided = {row["goal_id"]: row for row in plan.tables["assessment"].iter_rows(named=True) if row["year"] == year}
    words = LABELS["verdict"]
    for goal in plan.tables["goal"].iter_rows(named=True):
        if goal["section"] != "prioritized":
            continue
        met, counted, _ = judged.goals.get(goal["goal_id"], (None, None, None))
        row = decided.get(goal["goal_id"], {})
        yield [
            goal["goal_id"],
            goal["title"],
            goal.get("owner") or "",
            "" if met is None else f"{met} av {counted} indikatorer uppfyllda",
            words.get(row.get("verdict", ""), None),
            row.get("text"),
            row.get("decided_by"),
            row.get("decided_at"),
        ]


def _comments(plan: Plan, judged: Judged, year: int, period: str) -> Iterator[list[Cell]]:
    """A row per goal and per indicator."""
    written = {
        row["item_id"]: row
        for row in plan.tables["comment"].iter_rows(named=True)
        if row["year"] == year and (row["period"] or "") == period
    }
    words = LABELS["verdict"]
    for goal in plan.tables["goal"].iter_rows(named=True):
        verdict = judged.goals.get(goal["goal_id"], (0, 0, ""))[2]
        row = written.get(goal["goal_id"], {})
        yield [
            goal["goal_id"],
            goal["title"],
            goal.get("owner") or "",
            None,
            words.get(verdict, ""),
            row.get("text"),
            row.get("written_by"),
        ]
        for indicator in plan.tables["indicator"].iter_rows(named=True):
            if indicator["goal_id"] != goal["goal_id"]:
                continue
            key = (indicator["indicator_id"], year)
            row = written.get(indicator["indicator_id"], {})
            yield [
                indicator["indicator_id"],
                indicator["title"],
                owner_of(plan, indicator),
                judged.values.get(key),
                words.get(judged.verdicts.get(key, ""), ""),
                row.get("text"),
                row.get("written_by"),
            ]


def owner_of(plan: Plan, indicator: Mapping[str, object]) -> str:
    """Who is responsible for an indicator: its own owner, else its goal's."""
    if indicator.get("owner"):
        return str(indicator["owner"])
    goals = {goal["goal_id"]: goal.get("owner") for goal in plan.tables["goal"].iter_rows(named=True)}
    return str(goals.get(indicator["goal_id"]) or "")


def _targets(plan: Plan, year: int) -> dict[str, str]:
    """Indicator -> its target of the year in the document's words, or the number."""
    told: dict[str, list[str]] = {}
    for row in plan.tables["target"].iter_rows(named=True):
        if row["year"] in (None, year) and (row["target_text"] or row["target_value"] is not None):
            number = "" if row["target_value"] is None else f"{row['target_value']:g}".replace(".", ",")
            told.setdefault(row["indicator_id"], []).append(row["target_text"] or f"{row['operator'] or ''} {number}")
    return {indicator: "; ".join(texts) for indicator, texts in told.items()}


def allowed(unit: str | None) -> str:
    """The range of a unit in words."""
    found = limits(unit or "")
    match (found.low, found.high):
        case (None, None):
            return "alla tal"
        case (low, None):
            return f"minst {low:g}"
        case (low, high):
            return f"{low:g} till {high:g}"


class _Writer:
    """Writes the sheets alike: a title, an explanation, a frozen head, locked texts and shaded cells to fill in."""

    def __init__(self, book: xlsxwriter.Workbook, about: str) -> None:
        self.book, self.title = book, about
        self.bold = book.add_format({"bold": True, "font_size": 13})
        self.quiet = book.add_format({"font_color": "#545c66", "italic": True})
        self.heading = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "bottom"})
        self.shown = book.add_format({"text_wrap": True, "valign": "top", "font_color": "#1c2126"})
        fill = {"bg_color": "#fff3d6", "border": 1, "border_color": "#d9d5cc", "locked": False, "valign": "top"}
        self.entries: Mapping[Entry, CellFormat] = {
            Entry.NUMBER: book.add_format({**fill, "num_format": "#,##0.######"}),
            Entry.TEXT: book.add_format({**fill, "text_wrap": True, "num_format": "@"}),
            Entry.VERDICT: book.add_format(fill),
            Entry.DAY: book.add_format({**fill, "num_format": "yyyy-mm-dd"}),
        }

    def sheet(self, form: FormSheet, rows: list[list[Cell]]) -> None:
        """One sheet with its rows."""
        sheet = self.book.add_worksheet(form.name)
        sheet.write_string(0, 0, f"{self.title}: {form.name.lower()}", self.bold)
        sheet.write_string(1, 0, form.about, self.quiet)
        for number, column in enumerate(form.columns):
            sheet.set_column(number, number, column.width)
            sheet.write_string(HEAD_ROW - 1, number, column.title, self.heading)
        for number, row in enumerate(rows, start=HEAD_ROW):
            for place, (column, value) in enumerate(zip(form.columns, row, strict=True)):
                self._cell(sheet, number, place, column, value)
        if rows:
            self._validate(sheet, form, rows)
        sheet.freeze_panes(HEAD_ROW, 2)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(HEAD_ROW - 1)
        sheet.protect("", {"format_columns": True, "format_rows": True, "sort": True, "autofilter": True})

    def _cell(self, sheet: Worksheet, row: int, place: int, column: FormColumn, value: Cell) -> None:
        shape = self.entries.get(column.entry, self.shown)
        match value:
            case None | "":
                sheet.write_blank(row, place, None, shape)
            case date():
                sheet.write_datetime(row, place, datetime.combine(value, time()), shape)
            case str():
                sheet.write_string(row, place, value, shape)
            case _:
                sheet.write_number(row, place, value, shape)

    def _validate(self, sheet: Worksheet, form: FormSheet, rows: list[list[Cell]]) -> None:
        """What a spreadsheet program itself refuses: numbers out of their range, words that are no verdict."""
        unit_at = 2
        for place, column in enumerate(form.columns):
            for number, row in enumerate(rows, start=HEAD_ROW):
                if column.entry is Entry.NUMBER:
                    found = limits(str(row[unit_at] or ""))
                    sheet.data_validation(
                        number,
                        place,
                        number,
                        place,
                        {
                            "validate": "decimal",
                            "criteria": "between",
                            "minimum": -1e15 if found.low is None else found.low,
                            "maximum": 1e15 if found.high is None else found.high,
                            "error_title": "Talet får inte stå här",
                            "error_message": f"Tillåtet: {allowed(str(row[unit_at] or ''))}. Skriv bara talet.",
                        },
                    )
                elif column.entry is Entry.VERDICT:
                    words = [LABELS["verdict"][code] for code in ASSESSMENTS]
                    sheet.data_validation(number, place, number, place, {"validate": "list", "source": words})

    def about(self, *, plan_id: str, year: int, period: str) -> None:
        """What the form is of: read back when it is filled in."""
        sheet = self.book.add_worksheet(ABOUT_SHEET)
        for number, (name, value) in enumerate(
            (("Formulär", str(FORM_VERSION)), ("Plan", plan_id), ("År", str(year)), ("Period", period))
        ):
            sheet.write_string(number, 0, name, self.heading)
            sheet.write_string(number, 1, value, self.shown)
        sheet.set_column(0, 1, 30)
        sheet.protect()
