"""Are the plan's ids valid, is each row unique, and does everything exist that a row refers to?

This covers the folder's name, the municipality, goals, indicators, and the lines and pages of the document.
"""

from collections.abc import Iterator, Mapping

from goals.csv_rows import Row
from goals.errors import Finding, suggestion
from goals.plan import Draft
from goals.plan_columns import FORMATS, SETTINGS_FILE, Kind
from goals.plan_settings import Settings, is_region

# The file that must contain an id to which other files refer.
_HOMES = {"goal_id": "goals.csv", "indicator_id": "indicators.csv"}


def check_identity(draft: Draft, *, name: str | None, municipalities: Mapping[str, str] | None) -> Iterator[Finding]:
    """Yield findings about the plan's id, its municipality and its lists of units."""
    settings = draft.settings
    if settings is None:
        return
    if name is not None and settings.plan_id and settings.plan_id != name:
        yield Finding(
            SETTINGS_FILE,
            f"not the name of the folder, `{name}`",
            "the plan could be found under one name and stored under another",
            f'Write `plan_id = "{name}"`, or rename the folder',
            column="plan_id",
            value=settings.plan_id,
        )
    code = settings.municipality_id
    if municipalities is not None and code and code not in municipalities:
        yield Finding(
            SETTINGS_FILE,
            "no municipality or region with this code in the list of municipalities",
            "it would have no values",
            f"Write its four digits.{suggestion(code, municipalities)}".rstrip("."),
            column="municipality_id",
            value=code,
        )
    for group, units in settings.groups.items():
        yield from _group(settings, group, units, municipalities)


def _group(
    settings: Settings, group: str, units: tuple[str, ...], municipalities: Mapping[str, str] | None
) -> Iterator[Finding]:
    kind, other = ("region", "municipality") if settings.is_region else ("municipality", "region")
    for unit in units:
        if unit == "0000" or is_region(unit) is not settings.is_region:
            problem = f"no {kind} in a list of the plan of a {kind}"
            consequence = f"a {other} has other KPIs, and its values are no comparison"
            remedy = "Write units of the same kind; Riket is the reference `riket`"
        elif municipalities is not None and unit not in municipalities:
            problem, consequence = "no unit with this code", "it would have no values"
            remedy = f"Write its four digits.{suggestion(unit, municipalities)}".rstrip(".")
        else:
            continue
        yield Finding(SETTINGS_FILE, problem, consequence, remedy, column=f"groups.{group}", value=unit)


def check_keys(draft: Draft) -> Iterator[Finding]:
    """Yield findings about repeated keys and unknown ids."""
    yield from _duplicates(draft)
    for file, form in FORMATS.items():
        for column, home in _HOMES.items():
            if file == home or column not in form.header or not draft.has(home):
                continue
            known = draft.ids(home, column)
            yield from _unknown(draft, file, column, known, home)
    if draft.has("goals.csv") and draft.has("indicators.csv"):
        known = draft.ids("goals.csv", "goal_id") | draft.ids("indicators.csv", "indicator_id")
        yield from _unknown(draft, "comments.csv", "item_id", known, "goals.csv or indicators.csv")
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


def _unknown(draft: Draft, file: str, column: str, known: frozenset[str], home: str) -> Iterator[Finding]:
    for row in draft.rows(file):
        value = row.text(column)
        if value is not None and value not in known:
            yield row.finding(
                column,
                f"not in {home}",
                "the row belongs to nothing",
                f"Write an id of {home}, or add the row there.{suggestion(value, known)}".rstrip("."),
            )


def check_document(draft: Draft) -> Iterator[Finding]:
    """Yield findings about lines and pages outside the document."""
    settings = draft.settings
    line_count = settings.document_line_count if settings is not None else None
    last_page = settings.document_last_page if settings is not None else None
    for file, form in FORMATS.items():
        for column in form.written:
            if column.kind is Kind.LINES or column.name == "document_line":
                for row in draft.rows(file):
                    yield from _lines(row, column.name, line_count)
    for row in draft.rows("indicators.csv"):
        page = row.integer("document_page")
        if page is not None and (page < 1 or (last_page is not None and page > last_page)):
            pages = f"pages 1 to {last_page}" if last_page is not None else "pages from 1 on"
            yield row.finding(
                "document_page",
                f"outside the document, which has {pages}",
                "nobody could find the place",
                "Correct the page, or `document.last_page` in plan.toml",
            )


def _duplicates(draft: Draft) -> Iterator[Finding]:
    for file, form in FORMATS.items():
        seen: dict[tuple[object, ...], int] = {}
        for row in draft.rows(file):
            if row.unread & set(form.key):
                continue
            key = tuple(row.values.get(column) for column in form.key)
            first = seen.setdefault(key, row.number)
            if first == row.number:
                continue
            shown = " ".join(
                str(part) if part is not None else "any year"
                for column, part in zip(form.key, key, strict=True)
                if part is not None or column == "year"
            )
            if file == "targets.csv":
                problem = f"a second target for `{shown}`, after row {first}"
                consequence = "it is not known which of them is judged by"
            else:
                problem = f"`{shown}` is already in row {first}"
                consequence = "one of the two would be lost"
            yield row.finding(form.key[0], problem, consequence, "Keep one of the rows, or correct the key")
    if draft.settings is not None:
        pairs: set[tuple[str, str]] = set()
        for one in draft.settings.cross_checks:
            if (one.goal_id, one.kpi_id) in pairs:
                yield Finding(
                    SETTINGS_FILE,
                    f"is repeated for goal `{one.goal_id}`",
                    "it would be shown twice",
                    "Keep one",
                    one.line,
                    "cross_check_kpis.kpi",
                    one.kpi_id,
                )
            pairs.add((one.goal_id, one.kpi_id))


def _lines(row: Row, column: str, line_count: int | None) -> Iterator[Finding]:
    text = row.text(column) or (str(row.integer(column)) if row.integer(column) is not None else None)
    if text is None:
        return
    first, _, last = text.partition("-")
    start, end = int(first), int(last or first)
    if start > end:
        yield row.finding(column, "ends before it begins", "nobody could find the place", f"Write `{end}-{start}`")
    elif start < 1 or (line_count is not None and end > line_count):
        lines = f"lines 1 to {line_count}" if line_count is not None else "lines from 1 on"
        yield row.finding(
            column,
            f"outside the document, which has {lines}",
            "nobody could find the place",
            "Correct the line, or `document.line_count` in plan.toml",
        )
