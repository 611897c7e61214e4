"""`kolada goals fill`: turns a filled-in form into rows of a plan's CSV files, or names every cell that is wrong.

Every cell is checked, and the changed plan is read, before any file is written. Filling in the same form twice changes
nothing the second time.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from goals import Plan, plan_from_files
from goals.csv_writing import RowChange, with_changes
from goals.csv_writing import Value as Written
from goals.plan_columns import TABLES
from pipeline.form_layout import COMMENTS, FIGURES, GOALS, FormPlan, FormSheet, Value
from pipeline.form_reader import FilledRow, FormError, ReturnedForm, number_word, opened

Change = tuple[RowChange, str]


@dataclass(frozen=True, slots=True)
class Filled:
    """The changes that a form makes.

    Attributes:
        plan_id: the plan that the form is for.
        files: the CSV files that differ: file name -> new content.
        told: one line per change, in Swedish.
    """

    plan_id: str
    files: Mapping[str, bytes]
    told: tuple[str, ...]


def plan_of_form(path: Path) -> str:
    """Return the id of the plan that a form is for.

    Raises:
        FormError: the file is not a form of this software.
    """
    return opened(path).about.plan_id


def fill_in(path: Path, plan: Plan, *, today: date) -> Filled:
    """Return the changes that a form makes in the plan's files; write nothing.

    Args:
        path: the filled-in workbook.
        plan: the plan as its files are now.
        today: the date that is entered with changed figures and comments.

    Raises:
        FormError: a cell is wrong, the file is not a form, or it is for another plan.
        PlanError: the plan would not be valid with the new rows.
    """
    returned = opened(path)
    about = returned.about
    if about.plan_id != plan.plan_id:
        raise FormError(
            f"`{path}` är ett formulär för planen `{about.plan_id}`, inte för `{plan.plan_id}`. Inget har ändrats. "
            f"Ange mappen där `{about.plan_id}` ligger: `kolada goals fill {path} --goals MAPP`."
        )
    filler = _Filler(returned, FormPlan(plan, about.year, about.period), today)
    readers: Mapping[FormSheet, tuple[str, Callable[[], Iterator[Change]]]] = {
        FIGURES: ("outcome_manual", filler.figures),
        GOALS: ("assessment", filler.assessments),
        COMMENTS: ("comment", filler.comments),
    }
    changes = {table: list(read()) for sheet in filler.form.sheets() for table, read in [readers[sheet]]}
    returned.refuse_if_wrong()
    files: dict[str, bytes] = {}
    for table, found in changes.items():
        if found:
            layout = TABLES[table]
            files[layout.file] = with_changes(layout, plan.files.get(layout.file), [change for change, _ in found])
    if files:
        plan_from_files({**plan.files, **files})
    return Filled(plan.plan_id, files, tuple(told for found in changes.values() for _, told in found))


@dataclass(frozen=True, slots=True)
class _Filler:
    """Turns filled-in cells into rows of CSV files."""

    returned: ReturnedForm
    form: FormPlan
    today: date

    @property
    def time(self) -> str:
        """The year, and the period if there is one."""
        return f"{self.form.year} {self.form.period}".strip()

    @property
    def has_begun(self) -> bool:
        """Whether the year has begun."""
        return self.today >= date(self.form.year, 1, 1)

    def figures(self) -> Iterator[Change]:
        """Yield the changed outcomes and forecasts."""
        for row in self.returned.rows(FIGURES, self.form):
            if not row.changed:
                continue
            outcome, compared, forecast = (
                row.values[title] for title in ("Utfall", "Jämförelsetal", "Prognos för året")
            )
            if compared is not None and outcome is None:
                self._wrong(row, "Jämförelsetal", "ett jämförelsetal utan utfall", "Fyll i utfallet också")
            elif outcome is not None and compared is None and self._is_compared(row.item):
                self._wrong(row, "Jämförelsetal", "målet jämförs med ett annat tal", "Fyll i det talet också")
            elif outcome is not None and "Utfall" in row.changed and not self.has_begun:
                self._wrong(row, "Utfall", f"{self.form.year} har inte börjat", "Skriv talet som prognos")
            else:
                yield from self._figure(row, "outcome", ("Utfall", outcome), "Källa", compared)
                yield from self._figure(row, "forecast", ("Prognos för året", forecast), "Prognosens källa", None)

    def _figure(
        self, row: FilledRow, kind: str, entered: tuple[str, Value], source: str, compared: Value
    ) -> Iterator[Change]:
        title, value = entered
        touched = {title, source} | ({"Jämförelsetal"} if kind == "outcome" else set())
        # The form has one name per row: it belongs to the outcome if there is one.
        if kind == "outcome" or row.values["Utfall"] is None:
            touched.add("Ifyllt av")
        key = {"indicator_id": row.item, "year": str(self.form.year), "period": self.form.period, "kind": kind}
        if value is None:
            if row.before[title] is not None:
                told = f"{title.lower()} {number_word(row.before[title])} tas bort"
                yield RowChange(key, None), f"{row.item} {self.time}: {told}"
            return
        if not touched & row.changed:
            return
        lacking = [needed for needed in (source, "Ifyllt av") if row.values[needed] is None]
        for needed in lacking:
            self._wrong(row, needed, f"saknas för {row.item}", "Skriv varifrån talet är, och vem som fyllde i det")
        if lacking:
            return
        after: dict[str, Written] = {
            "indicator_id": row.item,
            "year": self.form.year,
            "period": self.form.period,
            "value": value,
            "comparison_value": compared,
            "kind": kind,
            "source_note": row.values[source],
            "entered_by": row.values["Ifyllt av"],
            "entered_at": self.today,
        }
        was = "" if row.before[title] is None else f" (var {number_word(row.before[title])})"
        told = f"{title.lower()} {number_word(value)}{was if title in row.changed else ''}"
        if not {title, "Jämförelsetal"} & row.changed:
            told = f"{title.lower()} {number_word(value)} står kvar, källa eller namn ändras"
        elif compared is not None:
            told += f", jämförelsetal {number_word(compared)}"
        yield RowChange(key, after), f"{row.item} {self.time}: {told}"

    def _is_compared(self, item: str) -> bool:
        """Return whether an indicator's outcome of a whole year is judged against a number entered next to it."""
        if self.form.period:
            return False
        targets = self.form.plan.tables["target"].iter_rows(named=True)
        return any(row["indicator_id"] == item and row["kind"] == "other_value" for row in targets)

    def assessments(self) -> Iterator[Change]:
        """Yield the changed assessments of goals."""
        for row in self.returned.rows(GOALS, self.form):
            if not row.changed:
                continue
            verdict, text, person, day = (
                row.values[title] for title in ("Bedömning", "Motivering", "Beslutad av", "Beslutsdag")
            )
            key = {"goal_id": row.item, "year": str(self.form.year)}
            if verdict is None and row.before["Bedömning"] is not None:
                yield RowChange(key, None), f"{row.item} {self.time}: bedömningen tas bort"
                continue
            lacking = [title for title, value in row.values.items() if value is None]
            for title in lacking:
                remedy = "En bedömning behöver ord, skäl, beslutare och dag"
                self._wrong(row, title, f"saknas för {row.item}", remedy)
            if isinstance(day, date) and not date(self.form.year, 1, 1) <= day <= self.today:
                self._wrong(row, "Beslutsdag", f"`{day}` kan inte vara dagen", "Skriv dagen då beslutet togs")
            elif not lacking:
                after: dict[str, Written] = {
                    "goal_id": row.item,
                    "year": self.form.year,
                    "verdict": verdict,
                    "text": text,
                    "decided_by": person,
                    "decided_at": day,
                }
                word = self.form.label("verdict", str(verdict)).lower()
                yield RowChange(key, after), f"{row.item} {self.time}: bedömd {word}"

    def comments(self) -> Iterator[Change]:
        """Yield the changed comments on indicators and goals."""
        for row in self.returned.rows(COMMENTS, self.form):
            if not row.changed:
                continue
            text, person = row.values["Kommentar"], row.values["Skriven av"]
            key = {"item_id": row.item, "year": str(self.form.year), "period": self.form.period}
            if text is None:
                if row.before["Kommentar"] is not None:
                    yield RowChange(key, None), f"{row.item} {self.time}: kommentaren tas bort"
            elif person is None:
                self._wrong(row, "Skriven av", f"saknas för {row.item}", "Skriv vem som kommenterar")
            elif not self.has_begun:
                self._wrong(row, "Kommentar", f"{self.form.year} har inte börjat", "Vänta med kommentaren")
            else:
                after: dict[str, Written] = {
                    "item_id": row.item,
                    "year": self.form.year,
                    "period": self.form.period,
                    "text": text,
                    "written_by": person,
                    "written_at": self.today,
                }
                yield RowChange(key, after), f"{row.item} {self.time}: kommentar ”{text}”"

    def _wrong(self, row: FilledRow, title: str, problem: str, remedy: str) -> None:
        sheet = next(each for each in (FIGURES, GOALS, COMMENTS) if title in {c.title for c in each.filled_in})
        self.returned.wrong(sheet, row.cells[title], problem, remedy)
