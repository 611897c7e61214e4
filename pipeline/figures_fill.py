"""`kolada goals fill`: a form that was filled in becomes rows of a plan's CSV files, or is refused cell by cell.

Every cell is checked before any file is written, and the plan is read as it would be afterwards. What was in the form
when it was made and is unchanged stays as it is, so a form that is filled in twice changes nothing the second time.
"""

import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final
from zipfile import BadZipFile

from openpyxl import load_workbook
from openpyxl.cell.cell import Cell
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.workbook import Workbook

from goals import Plan, plan_from_files
from goals.cell_values import limits
from goals.codes import LABELS
from goals.csv_writing import RowChange, Value, with_changes
from goals.plan_columns import TABLES
from pipeline.figures_form import (
    ABOUT_SHEET,
    ASSESSMENTS,
    COMMENTS,
    FIGURES,
    FORM_VERSION,
    GOALS,
    HEAD_ROW,
    FormSheet,
    allowed,
)

NUMBER: Final = re.compile(
    r"[+\-\N{MINUS SIGN}]?(?:\d+|\d{1,3}(?:[ \N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}]\d{3})+)(?:[.,]\d+)?"
)
BLANKS: Final = str.maketrans("", "", " \N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}")
VERDICTS: Final = {LABELS["verdict"][code].casefold(): code for code in ASSESSMENTS}


class FormError(ValueError):
    """A form cannot be taken in; the message names every cell that is wrong, and nothing was written."""


@dataclass(frozen=True, slots=True)
class Filled:
    """What a form changes.

    Attributes:
        plan_id: the plan that the form is of.
        files: the CSV files that differ, by name, with their new content.
        told: a line for each change, in Swedish.
    """

    plan_id: str
    files: Mapping[str, bytes]
    told: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _About:
    """Which plan, year and period a form is of."""

    plan_id: str
    year: int
    period: str


def plan_of_form(path: Path) -> str:
    """The plan that a form is of.

    Raises:
        FormError: the file is no form of ours.
    """
    return _about(_opened(path), path).plan_id


def fill_in(path: Path, plan: Plan, *, today: date) -> Filled:
    """What a form changes in the plan's files; nothing is written.

    Args:
        path: the workbook that somebody filled in.
        plan: the plan as its files are now.
        today: the day that changed figures and comments are entered on.

    Raises:
        FormError: a cell is wrong, the file is no form, or it is of another plan.
        PlanError: the plan would not hold together with the new rows.
    """
    book = _opened(path)
    about = _about(book, path)
    if about.plan_id != plan.plan_id:
        raise FormError(
            f"`{path}` är ett formulär för planen `{about.plan_id}`, inte för `{plan.plan_id}`. Inget har ändrats. "
            f"Ange rätt plan: `kolada goals fill {path} --plan {about.plan_id}`."
        )
    reader = _Reader(book)
    changes = {
        "outcome_manual": list(_figures(reader, plan, about, today)),
        "assessment": list(_assessments(reader, plan, about)),
        "comment": list(_comments(reader, plan, about, today)),
    }
    if reader.problems:
        listed = "\n".join(f"  {number}. {problem}" for number, problem in enumerate(reader.problems, start=1))
        raise FormError(
            f"`{path}` kan inte läsas in: {len(reader.problems)} cell(er) att rätta.\n{listed}\n"
            f"Inget har ändrats. Rätta cellerna och kör `kolada goals fill {path}` igen."
        )
    files: dict[str, bytes] = {}
    for table, found in changes.items():
        form = TABLES[table]
        rows = [change for change, _ in found]
        if rows:
            files[form.file] = with_changes(form, plan.files.get(form.file), rows)
    if files:
        plan_from_files({**plan.files, **files})
    return Filled(plan.plan_id, files, tuple(told for found in changes.values() for _, told in found))


def _opened(path: Path) -> Workbook:
    try:
        # As bytes: a name with signs that openpyxl does not expect is no reason to refuse the file.
        return load_workbook(io.BytesIO(path.read_bytes()))
    except FileNotFoundError:
        raise FormError(
            f"Filen `{path}` finns inte, så inget har lästs. Gör ett formulär med `kolada goals form --year ÅR`."
        ) from None
    except (BadZipFile, InvalidFileException, KeyError, OSError, ValueError) as error:
        raise FormError(
            f"`{path}` går inte att läsa som en arbetsbok ({error}), så inget har ändrats. "
            "Spara den som .xlsx i kalkylprogrammet."
        ) from error


def _about(book: Workbook, path: Path) -> _About:
    if ABOUT_SHEET not in book.sheetnames:
        raise FormError(
            f"`{path}` är inget formulär: bladet `{ABOUT_SHEET}` saknas. Inget har ändrats. "
            "Gör ett formulär med `kolada goals form --year ÅR` och fyll i det."
        )
    told = {row[0].value: str(row[1].value or "") for row in book[ABOUT_SHEET].iter_rows(max_col=2)}
    if told.get("Formulär") != str(FORM_VERSION) or not told.get("År", "").isdecimal():
        raise FormError(
            f"`{path}` är ett formulär av ett annat slag (`{told.get('Formulär')}`). Inget har ändrats. "
            "Gör ett nytt med `kolada goals form --year ÅR`."
        )
    return _About(told["Plan"], int(told["År"]), told.get("Period", ""))


class _Reader:
    """Reads cells by the form's layout and gathers what is wrong with them."""

    def __init__(self, book: Workbook) -> None:
        self.book = book
        self.problems: list[str] = []

    def rows(self, form: FormSheet, known: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Cell]]]:
        """Each row with something in it: its id and its cells by heading."""
        if form.name not in self.book.sheetnames:
            self.problems.append(f"Bladet `{form.name}` saknas: det behövs, också när inget står i det.")
            return
        sheet = self.book[form.name]
        heads = [str(cell.value or "").strip() for cell in sheet[HEAD_ROW]]
        missing = [column.title for column in form.columns if column.title not in heads]
        if missing:
            self.problems.append(f"Bladet `{form.name}`: kolumnen `{missing[0]}` saknas i rad {HEAD_ROW}.")
            return
        seen: set[str] = set()
        for row in sheet.iter_rows(min_row=HEAD_ROW + 1):
            cells = {title: row[heads.index(title)] for title in (column.title for column in form.columns)}
            item = str(cells["Id"].value or "").strip()
            filled = [cells[column.title] for column in form.columns if column.is_filled_in]
            if not item:
                for cell in filled:
                    if cell.value not in (None, ""):
                        self.wrong(form, cell, "raden har inget id", "Skriv i en rad som formuläret har")
                        break
                continue
            if item not in known:
                self.wrong(form, cells["Id"], f"`{item}` finns inte i planen", "Ta bort raden")
            elif item in seen:
                self.wrong(form, cells["Id"], f"`{item}` står två gånger", "Behåll en av raderna")
            else:
                seen.add(item)
                yield item, cells

    def wrong(self, form: FormSheet, cell: Cell, problem: str, remedy: str) -> None:
        """Note a cell that is wrong."""
        self.problems.append(f"{form.name}!{cell.coordinate}: {problem}. {remedy}.")

    def text(self, form: FormSheet, cell: Cell) -> str | None:
        """A cell's text; nothing where it is empty."""
        if self.is_formula(form, cell):
            return None
        value = cell.value
        return " ".join(str(value).split()) or None if value is not None else None

    def is_formula(self, form: FormSheet, cell: Cell) -> bool:
        """Whether a cell holds a formula, which is noted: its result may differ between programs."""
        if cell.data_type != "f":
            return False
        self.wrong(form, cell, f"en formel (`{cell.value}`)", "Skriv talet eller texten i stället")
        return True

    def number(self, form: FormSheet, cell: Cell, unit: str) -> float | None:
        """A cell's number in the indicator's unit, written as people write it."""
        value = cell.value
        if value in (None, "") or self.is_formula(form, cell):
            return None
        if isinstance(value, bool | datetime | date):
            self.wrong(form, cell, f"`{value}` är inget tal", "Skriv talet, till exempel 94,5")
            return None
        if isinstance(value, int | float):
            # A spreadsheet shows 0,945 as 94,5 % where the cell is formatted so.
            number = float(value) * (100.0 if "%" in (cell.number_format or "") and unit.startswith("%") else 1.0)
            number = round(number, 10)
        else:
            parsed = self._parsed(form, cell, str(value), unit)
            if parsed is None:
                return None
            number = parsed
        if not limits(unit).holds(number):
            self.wrong(form, cell, f"`{value}` ligger utanför det tillåtna ({allowed(unit)})", "Rätta talet")
            return None
        return number

    def _parsed(self, form: FormSheet, cell: Cell, text: str, unit: str) -> float | None:
        given = text.strip()
        bare = given.removesuffix(unit).strip() if unit and given.endswith(unit) else given
        if unit.startswith("%"):
            bare = bare.removesuffix("%").removesuffix("procent").strip()
        if NUMBER.fullmatch(bare) is None:
            words = re.sub(r"[\d.,\s+\-\N{MINUS SIGN}]", "", bare)
            problem = f"`{given}` är inte i enheten {unit}" if words and unit else f"`{given}` är inget tal"
            self.wrong(form, cell, problem, f"Skriv bara talet{f' i {unit}' if unit else ''}, till exempel 94,5")
            return None
        return float(bare.translate(BLANKS).replace("\N{MINUS SIGN}", "-").replace(",", "."))


Change = tuple[RowChange, str]


def _figures(reader: _Reader, plan: Plan, about: _About, today: date) -> Iterator[Change]:
    indicators = {row["indicator_id"]: row for row in plan.tables["indicator"].iter_rows(named=True)}
    now = {
        (row["indicator_id"], row["kind"]): row
        for row in plan.tables["outcome_manual"].iter_rows(named=True)
        if row["year"] == about.year and (row["period"] or "") == about.period
    }
    for indicator_id, cells in reader.rows(FIGURES, indicators):
        unit = indicators[indicator_id]["unit"] or ""
        outcome = reader.number(FIGURES, cells["Utfall"], unit)
        compared = reader.number(FIGURES, cells["Jämförelsetal"], unit)
        forecast = reader.number(FIGURES, cells["Prognos för året"], unit)
        source, person = (reader.text(FIGURES, cells[title]) for title in ("Källa", "Ifyllt av"))
        if indicators[indicator_id]["kpi_id"] and outcome is not None:
            reader.wrong(FIGURES, cells["Utfall"], "utfallet hämtas från Kolada", "Töm cellen")
            continue
        if compared is not None and outcome is None:
            reader.wrong(FIGURES, cells["Jämförelsetal"], "ett jämförelsetal utan utfall", "Fyll i utfallet också")
            continue
        for kind, value, title in (("outcome", outcome, "Utfall"), ("forecast", forecast, "Prognos för året")):
            before = now.get((indicator_id, kind))
            held = compared if kind == "outcome" else None
            if value is None:
                if before is not None and cells[title].value in (None, ""):
                    yield (
                        RowChange(_figure_key(indicator_id, about, kind), None),
                        f"{indicator_id} {about.year}{_in(about)}: {title.lower()} {_shown(before['value'])} tas bort",
                    )
                continue
            if before is not None and (before["value"], before["comparison_value"], before["source_note"]) == (
                value,
                held,
                source,
            ):
                continue
            for text, needed in ((source, "Källa"), (person, "Ifyllt av")):
                if text is None and not (needed == "Källa" and reader.is_formula(FIGURES, cells[needed])):
                    reader.wrong(
                        FIGURES, cells[needed], f"saknas för {indicator_id}", "Skriv varifrån talet är, och vem"
                    )
            cells_after: dict[str, Value] = {
                "indicator_id": indicator_id,
                "year": about.year,
                "period": about.period,
                "value": value,
                "comparison_value": held,
                "kind": kind,
                "source_note": source,
                "entered_by": person,
                "entered_at": today,
            }
            was = "" if before is None else f" (var {_shown(before['value'])})"
            yield (
                RowChange(_figure_key(indicator_id, about, kind), cells_after),
                f"{indicator_id} {about.year}{_in(about)}: {title.lower()} {_shown(value)}{was}",
            )


def _figure_key(indicator_id: str, about: _About, kind: str) -> dict[str, str]:
    return {"indicator_id": indicator_id, "year": str(about.year), "period": about.period, "kind": kind}


def _assessments(reader: _Reader, plan: Plan, about: _About) -> Iterator[Change]:
    goals = {row["goal_id"]: row for row in plan.tables["goal"].iter_rows(named=True)}
    now = {row["goal_id"]: row for row in plan.tables["assessment"].iter_rows(named=True) if row["year"] == about.year}
    for goal_id, cells in reader.rows(GOALS, goals):
        word, text, person = (reader.text(GOALS, cells[title]) for title in ("Bedömning", "Motivering", "Beslutad av"))
        day = _day(reader, cells["Beslutsdag"])
        before = now.get(goal_id)
        key = {"goal_id": goal_id, "year": str(about.year)}
        if word is None and text is None:
            if before is not None:
                yield RowChange(key, None), f"{goal_id} {about.year}: bedömningen tas bort"
            continue
        verdict = VERDICTS.get((word or "").casefold())
        if verdict is None:
            choice = ", ".join(LABELS["verdict"][code] for code in ASSESSMENTS)
            reader.wrong(GOALS, cells["Bedömning"], f"`{word or ''}` är ingen bedömning", f"Välj en av: {choice}")
            continue
        lacking = [
            title
            for title, given in (("Motivering", text), ("Beslutad av", person), ("Beslutsdag", day))
            if given is None
        ]
        for title in lacking:
            reader.wrong(GOALS, cells[title], f"saknas för {goal_id}", "En bedömning behöver skäl, beslutare och dag")
        after = {"verdict": verdict, "text": text, "decided_by": person, "decided_at": day}
        if lacking or (before is not None and all(before[name] == value for name, value in after.items())):
            continue
        yield (
            RowChange(key, {"goal_id": goal_id, "year": about.year, **after}),
            f"{goal_id} {about.year}: bedömd {LABELS['verdict'][verdict].lower()}",
        )


def _day(reader: _Reader, cell: Cell) -> date | None:
    value = cell.value
    if value in (None, "") or reader.is_formula(GOALS, cell):
        return None
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value).strip())
    except ValueError:
        reader.wrong(GOALS, cell, f"`{value}` är ingen dag", "Skriv 2024-03-01")
        return None


def _comments(reader: _Reader, plan: Plan, about: _About, today: date) -> Iterator[Change]:
    known = {
        **{row["goal_id"]: row for row in plan.tables["goal"].iter_rows(named=True)},
        **{row["indicator_id"]: row for row in plan.tables["indicator"].iter_rows(named=True)},
    }
    now = {
        row["item_id"]: row
        for row in plan.tables["comment"].iter_rows(named=True)
        if row["year"] == about.year and (row["period"] or "") == about.period
    }
    for item_id, cells in reader.rows(COMMENTS, known):
        text, person = (reader.text(COMMENTS, cells[title]) for title in ("Kommentar", "Skriven av"))
        before = now.get(item_id)
        key = {"item_id": item_id, "year": str(about.year), "period": about.period}
        if text is None:
            if before is not None and cells["Kommentar"].value in (None, ""):
                yield RowChange(key, None), f"{item_id} {about.year}{_in(about)}: kommentaren tas bort"
            continue
        if before is not None and before["text"] == text:
            continue
        if person is None:
            reader.wrong(COMMENTS, cells["Skriven av"], f"saknas för {item_id}", "Skriv vem som kommenterar")
            continue
        yield (
            RowChange(
                key,
                {
                    "item_id": item_id,
                    "year": about.year,
                    "period": about.period,
                    "text": text,
                    "written_by": person,
                    "written_at": today,
                },
            ),
            f"{item_id} {about.year}{_in(about)}: kommentar ”{text}”",
        )


def _in(about: _About) -> str:
    return f" {about.period}" if about.period else ""


def _shown(value: float) -> str:
    return f"{value:.10g}".replace(".", ",").replace("-", "\N{MINUS SIGN}")
