"""Is every row unique, and does everything that a row refers to exist?"""

from collections.abc import Iterator

from goals.cell_values import suggestion
from goals.draft import Draft
from goals.errors import Finding
from goals.plan_columns import FORMATS, SETTINGS_FILE

# file, column, the file that must hold the id
_REFERENCES = (
    ("indicators.csv", "goal_id", "goals.csv"),
    ("targets.csv", "indicator_id", "indicators.csv"),
    ("outcomes_document.csv", "indicator_id", "indicators.csv"),
    ("outcomes_manual.csv", "indicator_id", "indicators.csv"),
    ("assessments.csv", "goal_id", "goals.csv"),
    ("notes.csv", "indicator_id", "indicators.csv"),
)


def check_keys(draft: Draft) -> Iterator[Finding]:
    """Keys that stand twice, and ids that stand nowhere."""
    yield from _duplicates(draft)
    for file, column, home in _REFERENCES:
        if not draft.has(home):
            continue
        known = draft.ids(home, column)
        for row in draft.rows(file):
            value = row.text(column)
            if value is not None and value not in known:
                yield row.finding(
                    column,
                    f"not in {home}",
                    "the row belongs to nothing",
                    f"Write an id of {home}, or add the row there.{suggestion(value, known)}".rstrip("."),
                )
    if draft.settings is not None and draft.has("goals.csv"):
        goals = draft.ids("goals.csv", "goal_id")
        for one in draft.settings.cross_checks:
            if one.goal_id not in goals:
                yield Finding(
                    SETTINGS_FILE,
                    "not in goals.csv",
                    "the KPI would be shown beside nothing",
                    f"Write a goal of the plan.{suggestion(one.goal_id, goals)}".rstrip("."),
                    one.line,
                    "cross_check_kpis.goal",
                    one.goal_id,
                )


def _duplicates(draft: Draft) -> Iterator[Finding]:
    for form in FORMATS.values():
        seen: dict[tuple[object, ...], int] = {}
        for row in draft.rows(form.name):
            if row.unread & set(form.key):
                continue
            key = tuple(row.values.get(column) for column in form.key)
            first = seen.setdefault(key, row.number)
            if first == row.number:
                continue
            shown = " ".join("any year" if part is None else str(part) for part in key)
            if form.name == "targets.csv":
                problem = f"a second target for `{shown}`, after row {first}"
                consequence = "it is not known which of them is judged by"
            else:
                problem = f"`{shown}` stands already in row {first}"
                consequence = "one of the two would be lost"
            yield row.finding(form.key[0], problem, consequence, "Keep one of the rows, or correct the key")
    if draft.settings is not None:
        pairs: dict[tuple[str, str], int | None] = {}
        for one in draft.settings.cross_checks:
            if (one.goal_id, one.kpi_id) in pairs:
                yield Finding(
                    SETTINGS_FILE,
                    f"stands twice for goal `{one.goal_id}`",
                    "it would be shown twice",
                    "Keep one",
                    one.line,
                    "cross_check_kpis.kpi",
                    one.kpi_id,
                )
            pairs[one.goal_id, one.kpi_id] = one.line
