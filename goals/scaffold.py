"""Write a new plan from a council's table of indicators.

`scaffold` writes a new folder that passes the check, or nothing. It copies the table and guesses no targets, units or
directions. A target text that cannot be read safely (`goals.target_texts`) is kept whole and without a kind, and the
plan is a draft until a person has filled in the kind. KPI ids are proposed, never filled in.
"""

import csv
import io
import re
import shutil
import tempfile
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

from goals.cell_values import plain_number
from goals.codes import ROLES_OF_SECTION
from goals.errors import Finding, PlanError, listed
from goals.indicator_table import TableRow, fault, read_table
from goals.new_settings import Frame, settings_text
from goals.plan import Plan
from goals.plan_columns import FORMATS, SETTINGS_FILE, Kind
from goals.plan_reading import plan_from_files
from goals.plan_settings import PLAN_ID_PATTERN
from goals.target_texts import read_target, telling_kinds

_YEARS_BEFORE = 5
_FIRST_ROW = 2
_FOUR_DIGITS = "Write four digits, or leave it empty"
_NUMBERS = tuple(column.name for column in FORMATS["targets.csv"].written if column.kind is Kind.NUMBER)
_GOTLAND = {
    "0980": "which is among municipalities; `0009` is among regions",
    "0009": "which is among regions; `0980` is among municipalities",
}

Propose = Callable[[str, str], Sequence[tuple[str, str]]]
"""Return ids and titles of KPIs for an indicator's title and unit, the most likely first."""


class NewPlanRefused(PlanError):
    """A plan cannot be made from a table; nothing is written."""

    def __str__(self) -> str:
        lines = [f"no plan `{self.plan}` is written: {len(self.findings)} thing(s) to correct in its sources."]
        lines += [f"  {number}. {finding}" for number, finding in enumerate(self.findings, start=1)]
        lines.append(
            "Correct them, then run `kolada goals new` again. docs/skriv-ett-mal.md shows every form of a target."
        )
        return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class NewPlan:
    """A plan that was written.

    Attributes:
        folder: the plan's folder.
        plan: the plan as read from the new folder.
        remarks: what a person must check or fill in, each with its row of the table.
    """

    folder: Path
    plan: Plan
    remarks: tuple[str, ...]


def scaffold(
    unit: str,
    table: Path,
    out_folder: Path,
    *,
    municipalities: Mapping[str, str] | None = None,
    plan_id: str | None = None,
    title: str | None = None,
    document: Path | None = None,
    today: date | None = None,
    propose: Propose | None = None,
    translated: Callable[[str], str] = str,
) -> NewPlan:
    """Write a new plan.

    Args:
        unit: the four digits of a municipality or a region.
        table: a CSV or xlsx with the columns title, kpi_id, unit, direction, target and year, and any of those in
            `goals.indicator_table.OPTIONAL`. Without a target the indicator is followed but not judged; a target
            without a year stands in every year.
        out_folder: the folder of the plans' folders.
        municipalities: the names of all municipalities and regions by id, for the plan's name and to check the id.
        plan_id: the new folder's name; without it, the unit and the years.
        title: the plan's title; without it, one from the unit and the years.
        document: the decided document, for its hash and, if it is a text, its length. Without it the plan is a draft.
        today: the last year of the follow-up if no target has a year.
        propose: finds KPIs by an indicator's title and unit.
        translated: translates an English comment of plan.toml into the reader's language.

    Raises:
        NewPlanRefused: the table cannot be read, its contents are not a plan, or the folder exists already.
    """
    name = _unit_name(unit, municipalities)
    rows, findings = read_table(table)
    findings += [
        fault(table.name, "not a year", _year_to_write(row["year"]), row["year"], row.number)
        for row in rows
        if not re.fullmatch(r"(?:[0-9]{4})?", row["year"])
    ]
    if findings:
        raise NewPlanRefused(plan_id or table.stem, findings)
    years = [int(row["year"]) for row in rows if row["year"]]
    last = max(years, default=(today or datetime.now(tz=UTC).date()).year)
    first_target = min(years, default=last)
    span = f"{first_target}-{last}" if first_target < last else f"{last}"
    plan_id = plan_id or f"{_slug(name)}-{span}"
    target = out_folder / plan_id
    if not PLAN_ID_PATTERN.fullmatch(plan_id):
        raise NewPlanRefused(
            plan_id, [fault("plan_id", "not a name for a plan", "Use a-z, digits and hyphens", plan_id)]
        )
    if target.exists():
        raise NewPlanRefused(plan_id, [_taken(target)])
    written = _Written(table.name, rows, propose)
    if written.findings:
        raise NewPlanRefused(plan_id, written.findings)
    frame = Frame(
        plan_id=plan_id,
        unit=unit,
        title=title or f"Mål för {name} {span}",
        first_year=first_target - _YEARS_BEFORE,
        last_year=last,
        first_budget_year=first_target,
        is_draft=document is None or written.has_text_alone,
    )
    files = {SETTINGS_FILE: _settings(frame, document, translated), **written.files()}
    try:
        plan = plan_from_files(
            {file: text.encode() for file, text in files.items()}, name=plan_id, municipalities=municipalities
        )
    except PlanError as error:
        raise NewPlanRefused(plan_id, [written.in_the_table(finding) for finding in error.findings]) from None
    _write(target, files)
    remarks = list(written.remarks)
    if unit in _GOTLAND:
        remarks.insert(0, f"Gotland has two ids in Kolada. This plan is of `{unit}`, {_GOTLAND[unit]}.")
    return NewPlan(target, plan, tuple(remarks))


def _year_to_write(written: str) -> str:
    several = len(re.findall(r"(?:19|20)\d\d", written)) > 1
    return "Write one row for each year, or leave it empty for a target of every year" if several else _FOUR_DIGITS


def _write(target: Path, files: Mapping[str, str]) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".new-plan-", dir=target.parent) as work:
        draft = Path(work) / target.name
        draft.mkdir()
        for file, text in files.items():
            (draft / file).write_text(text, encoding="utf-8", newline="\n")
        draft.rename(target)


def copy_example(shipped: Path, out_folder: Path) -> Path:
    """Copy the example plan of the installation into a folder of plans, and return its folder.

    Args:
        shipped: The folder of the example plan.
        out_folder: The folder of the plans' folders.

    Raises:
        NewPlanRefused: The folder exists already; nothing is overwritten.
    """
    example = next(path.parent for path in sorted(shipped.glob(f"*/{SETTINGS_FILE}")))
    target = out_folder / example.name
    if target.exists():
        raise NewPlanRefused(example.name, [_taken(target)])
    out_folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".new-plan-", dir=out_folder) as work:
        shutil.copytree(example, Path(work) / example.name).rename(target)
    return target


def _taken(target: Path) -> Finding:
    problem = "such a plan exists already, and nothing is overwritten"
    return fault(str(target), problem, "Choose another name, or move the folder away")


def _settings(frame: Frame, document: Path | None, translated: Callable[[str], str]) -> str:
    try:
        return settings_text(frame, document, translated)
    except OSError as error:
        problem = f"not readable ({error.strerror})"
        raise NewPlanRefused(frame.plan_id, [fault(str(document), problem, "Name a file that can be read")]) from error


def _unit_name(unit: str, municipalities: Mapping[str, str] | None) -> str:
    if municipalities is None:
        return unit
    if unit not in municipalities or unit == "0000":
        problem = "no municipality and no region has this code" if unit != "0000" else "Riket decides no goals"
        raise NewPlanRefused(unit, [fault("municipality", problem, "Write its four digits, such as `1480`", unit)])
    return municipalities[unit]


def _slug(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name.lower()).encode("ascii", "ignore").decode()
    return "-".join("".join(sign if sign.isalnum() else " " for sign in plain).split()) or "plan"


class _Written:
    """The rows of the plan's files, each with its row of the table."""

    def __init__(self, source: str, rows: Iterable[TableRow], propose: Propose | None) -> None:
        self._source = source
        self._propose = propose
        self._rows: dict[str, list[tuple[int, Mapping[str, str]]]] = {}
        self._goals: dict[str, str] = {}
        self._ids: dict[str, str] = {}
        self._indicators: dict[tuple[str, ...], str] = {}
        self._first_rows: dict[str, TableRow] = {}
        self.findings: list[Finding] = []
        self._counts: dict[str, int] = {}
        self.remarks: list[str] = []
        self.has_text_alone = False
        for row in rows:
            self._add(row)

    def files(self) -> Mapping[str, str]:
        """Return the text of each file with rows, and of the files that every plan has."""
        return {
            file: _csv_text(form.header, (row for _, row in self._rows.get(file, ())))
            for file, form in FORMATS.items()
            if form.is_needed or file in {*self._rows, "outcomes_manual.csv"}
        }

    def in_the_table(self, finding: Finding) -> Finding:
        """Return a finding about a written row as one about its row of the table."""

        def origin(file: str, row: int) -> int:
            return self._rows[file][row - 2][0]

        other = re.compile(r"indicators\.csv row (\d+)")
        remedy = other.sub(lambda at: f"row {origin('indicators.csv', int(at[1]))}", finding.remedy)
        if finding.file not in self._rows or finding.row is None or finding.row < _FIRST_ROW:
            return replace(finding, remedy=remedy)
        return replace(finding, file=self._source, row=origin(finding.file, finding.row), remedy=remedy)

    def _put(self, file: str, row: TableRow, cells: Mapping[str, str]) -> None:
        self._rows.setdefault(file, []).append((row.number, cells))

    def _add(self, row: TableRow) -> None:
        goal_id, section = self._goal_id(row), row["section"] or "prioritized"
        if goal_id not in self._goals:
            self._goals[goal_id] = row["goal_title"]
            counted = "true" if section in {"operational", "financial"} else "false"
            goal = {
                "goal_id": goal_id,
                "section": section,
                "title": row["goal_title"] or goal_id,
                "counts_in_majority": counted,
                "focus_area": row["focus_area"],
                "compound_rule": row["compound_rule"],
            }
            self._put("goals.csv", row, goal)
        elif row["goal_title"] and row["goal_title"] != self._goals[goal_id]:
            problem = f"another title of the goal `{goal_id}`, which is `{self._goals[goal_id]}` above"
            remedy = "Write the same title on each of its rows, or another id in `goal`"
            self.findings.append(fault(self._source, problem, remedy, row["goal_title"], row.number))
        # An indicator with several targets has as many rows.
        same = (goal_id, row["title"], row["part"], row["kpi_id"])
        if same not in self._indicators:
            self._counts[goal_id] = self._counts.get(goal_id, 0) + 1
            self._indicators[same] = f"{goal_id}.{self._counts[goal_id]}"
            self._put("indicators.csv", row, self._indicator(row, goal_id, section, self._indicators[same]))
            self._first_rows[self._indicators[same]] = row
            if not any(row[column] for column in ("kpi_id", "unit", "direction", "target", "kind")):
                self.remarks.append(
                    f"{self._source}, row {row.number}: `{row['title']}` has a title only, so it is an indicator that "
                    "is shown and not judged. If it is a heading or a sum, remove it from goals.csv and indicators.csv."
                )
            elif not row["kpi_id"]:
                self._propose_kpis(row, self._indicators[same])
        self._say_the_same(row, self._first_rows[self._indicators[same]])
        if row["target"] or row["kind"]:
            self._put("targets.csv", row, self._target(row, self._indicators[same]))

    def _say_the_same(self, row: TableRow, first: TableRow) -> None:
        """Check that a later row of an indicator agrees with its first row or is empty."""
        for column in FORMATS["indicators.csv"].header:
            if row[column] and row[column] != first[column]:
                problem = f"another {column} of `{row['title']}` than in row {first.number}, `{first[column]}`"
                remedy = "Write the same in both, or tell the two indicators apart in `part`"
                self.findings.append(fault(self._source, problem, remedy, row[column], row.number))

    def _goal_id(self, row: TableRow) -> str:
        """Return the goal of a row: the id in the table, else an id made for each goal title."""
        if row["goal"]:
            return row["goal"]
        return self._ids.setdefault(row["goal_title"], f"G{len(self._ids) + 1}")

    def _indicator(self, row: TableRow, goal_id: str, section: str, indicator_id: str) -> Mapping[str, str]:
        return {
            **row.cells,
            "indicator_id": indicator_id,
            "goal_id": goal_id,
            "role": row["role"] or ROLES_OF_SECTION.get(section, ("",))[0],
            "value_route": "kolada" if row["kpi_id"] else "manual",
        }

    def _target(self, row: TableRow, indicator_id: str) -> Mapping[str, str]:
        text = row["target_text"] or row["target"]
        cells = {**row.cells, "indicator_id": indicator_id, "target_text": text}
        cells |= {column: plain_number(row[column]) or row[column] for column in _NUMBERS}
        if row["kind"]:
            return {**cells, "target_value": cells["target_value"] or plain_number(row["target"]) or ""}
        read = read_target(row["target"], unit=row["unit"], direction=row["direction"], operator=row["operator"])
        if read is not None:
            said = {"operator": read.operator, "target_value": read.number, "reference": read.reference}
            return {**cells, "kind": read.kind, **said}
        self.has_text_alone = True
        kinds = telling_kinds(row["target"])
        if kinds:
            self.remarks.append(
                f"{self._source}, row {row.number}: the target `{row['target']}` of `{row['title']}` says more than a "
                "number, so it is kept as it is and not judged. Fill in `kind` and what belongs to it on the row of "
                f"`{indicator_id}` in targets.csv; what could say it: {listed(kinds)}."
            )
        else:
            self.remarks.append(
                f"{self._source}, row {row.number}: the target `{row['target']}` of `{row['title']}` has no number and "
                "nothing to compare with, so it is kept as it is and not judged. Decide a level and fill in `kind` on "
                f"the row of `{indicator_id}` in targets.csv; or remove that row, and let people judge the goal in "
                "assessments.csv."
            )
        return {column: cells.get(column, "") for column in ("indicator_id", "criterion", "year", "target_text")}

    def _propose_kpis(self, row: TableRow, indicator_id: str) -> None:
        found = list(self._propose(row["title"], row["unit"])) if self._propose is not None else []
        if not found:
            return
        proposals = "; ".join(f"{kpi_id} {title}" for kpi_id, title in found)
        note = {"indicator_id": indicator_id, "code": "candidate_kpi", "severity": "low"}
        text = f"Förslag på nyckeltal, att bekräfta av en person: {proposals}"
        self._put("notes.csv", row, {**note, "text": text})
        self.remarks.append(
            f"{self._source}, row {row.number}: `{row['title']}` has no KPI. Kolada has {proposals}. If one of them is "
            f"the same measure, write its id and `kolada` as value_route of `{indicator_id}` in indicators.csv."
        )


def _csv_text(header: Iterable[str], rows: Iterable[Mapping[str, object]]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(header), restval="", extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()
