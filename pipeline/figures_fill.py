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
from pipeline.form_reader import FilledRow, ReturnedForm, number_word, opened
from pipeline.form_words import FormError, Said, said

Change = tuple[RowChange, Said]


@dataclass(frozen=True, slots=True)
class Filled:
    """The changes that a form makes.

    Attributes:
        plan_id: the plan that the form is for.
        files: the CSV files that differ: file name -> new content.
        told: one line per change.
        unread: one line for each entry that is not read, since it belongs to nothing.
    """

    plan_id: str
    files: Mapping[str, bytes]
    told: tuple[Said, ...]
    unread: tuple[Said, ...]


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
        problem = "`{}` is a form for the plan `{}`, not for `{}`. Nothing was changed."
        raise FormError(said(problem, path, about.plan_id, plan.plan_id))
    form = FormPlan(plan, about.year, about.period)
    form.refuse_other_years()
    filler = _Filler(returned, form, today)
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
    told = tuple(line for found in changes.values() for _, line in found)
    return Filled(plan.plan_id, files, told, tuple(returned.unread))


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

    def changed(self, row: FilledRow, change: Said) -> Said:
        """Return the line of a change: the item, the time and what changes."""
        return said("{} {}: {}", row.item, self.time, change)

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
                problem = said("a comparison value without an outcome")
                self._wrong(row, "Jämförelsetal", problem, said("Fill in the outcome too"))
            elif outcome is not None and compared is None and self._is_compared(row.item):
                problem = said("the target is compared with another number")
                self._wrong(row, "Jämförelsetal", problem, said("Fill in that number too"))
            elif outcome is not None and "Utfall" in row.changed and not self.has_begun:
                problem = said("{} has not begun", self.form.year)
                self._wrong(row, "Utfall", problem, said("Write the number as a forecast"))
            else:
                yield from self._figure(row, "outcome", ("Utfall", outcome), "Källa", compared)
                yield from self._figure(row, "forecast", ("Prognos för året", forecast), "Prognosens källa", None)

    def _figure(
        self, row: FilledRow, kind: str, entered: tuple[str, Value], source: str, compared: Value
    ) -> Iterator[Change]:
        title, value = entered
        word = said("outcome") if kind == "outcome" else said("forecast")
        touched = {title, source} | ({"Jämförelsetal"} if kind == "outcome" else set())
        # The form has one name per row: it belongs to the outcome if there is one.
        if kind == "outcome" or row.values["Utfall"] is None:
            touched.add("Ifyllt av")
        key = {"indicator_id": row.item, "year": str(self.form.year), "period": self.form.period, "kind": kind}
        if value is None:
            if row.before[title] is not None:
                removed = said("{} {} is removed", word, number_word(row.before[title]))
                yield RowChange(key, None), self.changed(row, removed)
            elif source in row.changed:
                self._unread(row, said("a source without its number"))
            return
        if not touched & row.changed:
            return
        lacking = [needed for needed in (source, "Ifyllt av") if row.values[needed] is None]
        for needed in lacking:
            remedy = said("Write where the number is from, and who entered it")
            self._wrong(row, needed, said("missing for {}", row.item), remedy)
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
        told = said("{} {}", word, number_word(value))
        if not {title, "Jämförelsetal"} & row.changed:
            told = said("{} {} is kept, its source or name changes", word, number_word(value))
        elif title in row.changed and row.before[title] is not None:
            told = said("{} {} (was {})", word, number_word(value), number_word(row.before[title]))
        if compared is not None and {title, "Jämförelsetal"} & row.changed:
            told = said("{}, comparison value {}", told, number_word(compared))
        yield RowChange(key, after), self.changed(row, told)

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
                yield RowChange(key, None), self.changed(row, said("the assessment is removed"))
                continue
            lacking = [title for title, value in row.values.items() if value is None]
            for title in lacking:
                remedy = said("An assessment needs a word, reasons, who decided and the day")
                self._wrong(row, title, said("missing for {}", row.item), remedy)
            if isinstance(day, date) and not date(self.form.year, 1, 1) <= day <= self.today:
                problem = said("`{}` cannot be the day", day)
                self._wrong(row, "Beslutsdag", problem, said("Write the day of the decision"))
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
                yield RowChange(key, after), self.changed(row, said("assessed as {}", word))

    def comments(self) -> Iterator[Change]:
        """Yield the changed comments on indicators and goals."""
        for row in self.returned.rows(COMMENTS, self.form):
            if not row.changed:
                continue
            text, person = row.values["Kommentar"], row.values["Skriven av"]
            key = {"item_id": row.item, "year": str(self.form.year), "period": self.form.period}
            if text is None:
                if row.before["Kommentar"] is not None:
                    yield RowChange(key, None), self.changed(row, said("the comment is removed"))
            elif person is None:
                self._wrong(row, "Skriven av", said("missing for {}", row.item), said("Write who comments"))
            elif not self.has_begun:
                problem = said("{} has not begun", self.form.year)
                self._wrong(row, "Kommentar", problem, said("Comment when it has"))
            else:
                after: dict[str, Written] = {
                    "item_id": row.item,
                    "year": self.form.year,
                    "period": self.form.period,
                    "text": text,
                    "written_by": person,
                    "written_at": self.today,
                }
                yield RowChange(key, after), self.changed(row, said("comment ”{}”", text))

    def _wrong(self, row: FilledRow, title: str, problem: Said, remedy: Said) -> None:
        sheet = next(each for each in (FIGURES, GOALS, COMMENTS) if title in {c.title for c in each.filled_in})
        self.returned.wrong(sheet, row.cells[title], problem, remedy)

    def _unread(self, row: FilledRow, what: Said) -> None:
        self.returned.unread.append(said("{} {}: {}, which is not read.", row.item, self.time, what))
