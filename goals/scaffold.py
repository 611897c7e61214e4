"""A first draft of a plan from a simple table of indicators.

`scaffold` writes a new folder with every file of a plan, or nothing. It copies what the table says and guesses
neither targets, units nor directions: what is missing stays empty, and `read_plan` then says where to fill in.
"""

import csv
import hashlib
import io
import shutil
import tempfile
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from goals.codes import LABELS, OPERATORS_OF_DIRECTION, ROLES_OF_SECTION
from goals.csv_rows import decode
from goals.errors import Finding, PlanError
from goals.plan_columns import FORMATS, SETTINGS_FILE
from goals.plan_settings import PLAN_ID_PATTERN
from goals.plan_tables import printed_decimals, printed_number
from goals.rules import RULES

NEEDED = ("title", "kpi_id", "unit", "direction", "target", "year")
OPTIONAL = (
    "goal",
    "goal_title",
    "section",
    "role",
    "source",
    "part",
    "operator",
    "display_decimals",
    "similar_group_topic",
    "document_page",
    "document_lines",
)
_YEARS_BEFORE = 5
_NATIONAL_AVERAGE = {"above": ("above_reference", ">"), "below": ("below_reference", "<")}


def scaffold(
    municipality_id: str,
    indicators_csv: Path,
    out_folder: Path,
    *,
    municipalities: Mapping[str, str] | None = None,
    plan_id: str | None = None,
    title: str | None = None,
    document: Path | None = None,
    today: date | None = None,
) -> Path:
    """Write a new plan and return its folder.

    Args:
        municipality_id: The municipality's four digits.
        indicators_csv: A table with the columns title, kpi_id, unit, direction, target and year, and any of
            those in `OPTIONAL`; commas or semicolons between cells, decimal point or comma in targets. A target
            is a number, or `above` or `below` for the national average; without one the indicator is followed
            but not judged. A target without a year stands in every year.
        out_folder: The folder that holds the plans' folders.
        municipalities: The names of all municipalities by id, for the plan's name and to check the id.
        plan_id: The new folder's name; without it, the municipality and the years.
        title: The plan's title; without it, one from the municipality and the years.
        document: The text file of the decided document, for its hash and its length.
        today: The year to follow up until when no target has a year.

    Raises:
        PlanError: When the table can't be read, or the folder is there already: nothing is overwritten.
    """
    name = _municipality_name(municipality_id, municipalities)
    rows = _read_table(indicators_csv)
    years = [int(row["year"]) for row in rows if row["year"]]
    last = max(years, default=(today or datetime.now(tz=UTC).date()).year)
    first_target = min(years, default=last)
    plan_id = plan_id or f"{_slug(name)}-{first_target}-{last}"
    if not PLAN_ID_PATTERN.fullmatch(plan_id):
        raise PlanError(plan_id, [_fault("plan_id", "not a name for a plan", "Use a-z, digits and hyphens", plan_id)])
    target = out_folder / plan_id
    if target.exists():
        raise PlanError(plan_id, [_taken(target)])
    frame = _Frame(
        plan_id=plan_id,
        municipality_id=municipality_id,
        title=title or f"Mål för {name} {first_target}-{last}",
        first_year=first_target - _YEARS_BEFORE,
        last_year=last,
        first_budget_year=first_target,
        target_year=last,
    )
    files = {SETTINGS_FILE: _settings_text(frame, document), **_tables(rows)}
    out_folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".new-plan-", dir=out_folder) as work:
        draft = Path(work) / plan_id
        draft.mkdir()
        for file, text in files.items():
            (draft / file).write_text(text, encoding="utf-8", newline="\n")
        draft.rename(target)
    return target


def copy_example(shipped: Path, out_folder: Path) -> Path:
    """Copy the plan that travels with the software into a folder of plans, and return its folder.

    Args:
        shipped: The folder that holds it.
        out_folder: The folder that holds the plans' folders.

    Raises:
        PlanError: The folder is there already: nothing is overwritten.
    """
    example = next(path.parent for path in sorted(shipped.glob(f"*/{SETTINGS_FILE}")))
    target = out_folder / example.name
    if target.exists():
        raise PlanError(example.name, [_taken(target)])
    out_folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".new-plan-", dir=out_folder) as work:
        shutil.copytree(example, Path(work) / example.name).rename(target)
    return target


def _taken(target: Path) -> Finding:
    problem = "there is such a plan already, and nothing is overwritten"
    return _fault(str(target), problem, "Choose another name, or move the folder away")


@dataclass(frozen=True, slots=True)
class _Frame:
    plan_id: str
    municipality_id: str
    title: str
    first_year: int
    last_year: int
    first_budget_year: int
    target_year: int


def _fault(file: str, problem: str, remedy: str, value: str | None = None, row: int | None = None) -> Finding:
    return Finding(file, problem, "no plan is written", remedy, row, value=value)


def _municipality_name(municipality_id: str, municipalities: Mapping[str, str] | None) -> str:
    if municipalities is None:
        return municipality_id
    if municipality_id not in municipalities:
        problem = "no municipality has this code"
        raise PlanError(municipality_id, [_fault("municipality", problem, "Write its four digits", municipality_id)])
    return municipalities[municipality_id]


def _slug(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name.lower()).encode("ascii", "ignore").decode()
    return "-".join("".join(sign if sign.isalnum() else " " for sign in plain).split()) or "plan"


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        problem = f"not readable ({error.strerror})"
        raise PlanError(path.stem, [_fault(str(path), problem, "Name a file that can be read")]) from error


def _read_table(path: Path) -> list[dict[str, str]]:
    text = decode(path.name, _content(path))
    if isinstance(text, Finding):
        raise PlanError(path.stem, [text])
    header = text.partition("\n")[0]
    delimiter = ";" if header.count(";") > header.count(",") else ","
    table = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    names = [name.strip() for name in table[0]] if table else []
    findings = [
        _fault(path.name, f"the column `{name}` is missing", f"Let the first row name {', '.join(NEEDED)}", row=1)
        for name in NEEDED
        if name not in names
    ]
    findings += [
        _fault(path.name, "an unknown column", f"Remove it, or use one of {', '.join(OPTIONAL)}", name, 1)
        for name in names
        if name not in NEEDED + OPTIONAL
    ]
    rows = []
    for number, cells in enumerate(table[1:], start=2):
        if not any(cell.strip() for cell in cells):
            continue
        row = dict.fromkeys(NEEDED + OPTIONAL, "") | {
            name: cell.strip() for name, cell in zip(names, cells, strict=False)
        }
        rows.append(row)
        findings += _row_findings(path.name, number, row, len(cells), len(names))
    if not findings and not rows:
        findings.append(_fault(path.name, "no indicators", "Write one row for each indicator"))
    if findings:
        raise PlanError(path.stem, findings)
    return rows


def _row_findings(file: str, number: int, row: Mapping[str, str], cells: int, columns: int) -> Iterable[Finding]:
    if cells != columns:
        problem = f"{cells} cells where the header has {columns}"
        yield _fault(file, problem, "Put a text that holds the separator within quotation marks", row=number)
    if not row["title"]:
        yield _fault(file, "no title", "Write the indicator as the council decided it", row=number)
    if row["year"] and not (row["year"].isascii() and row["year"].isdigit() and len(row["year"]) == len("2023")):
        yield _fault(file, "not a year", "Write four digits, or leave it empty", row["year"], number)
    if row["target"] and row["target"] not in _NATIONAL_AVERAGE and printed_number(row["target"]) is None:
        remedy = "Write a number, `above` or `below` (the national average), or leave it empty"
        yield _fault(file, "not a target", remedy, row["target"], number)


def _tables(rows: list[dict[str, str]]) -> Mapping[str, str]:
    goals: dict[str, Mapping[str, object]] = {}
    indicators: dict[tuple[str, ...], Mapping[str, object]] = {}
    targets: list[Mapping[str, object]] = []
    counts: dict[str, int] = {}
    for row in rows:
        goal_id = row["goal"] or "G1"
        section = row["section"] or "prioritized"
        goals.setdefault(
            goal_id,
            {
                "goal_id": goal_id,
                "section": section,
                "title": row["goal_title"] or goal_id,
                "counts_in_majority": "true" if section in {"operational", "financial"} else "false",
            },
        )
        # One indicator with targets for several years stands in as many rows.
        same = (goal_id, row["title"], row["part"], row["kpi_id"])
        if same not in indicators:
            counts[goal_id] = counts.get(goal_id, 0) + 1
            indicators[same] = row | {
                "indicator_id": f"{goal_id}.{counts[goal_id]}",
                "goal_id": goal_id,
                "role": row["role"] or ROLES_OF_SECTION.get(section, ("",))[0],
                "display_decimals": row["display_decimals"] or str(_decimals(row)),
                "value_route": "kolada" if row["kpi_id"] else "manual",
            }
        if row["target"]:
            targets.append(_target(row, str(indicators[same]["indicator_id"])))
    filled: Mapping[str, Iterable[Mapping[str, object]]] = {
        "goals.csv": goals.values(),
        "indicators.csv": indicators.values(),
        "targets.csv": targets,
    }
    return {file: _csv_text(form.header, filled.get(file, ())) for file, form in FORMATS.items()}


def _decimals(row: Mapping[str, str]) -> int:
    printed = printed_number(row["target"]) if row["target"] not in _NATIONAL_AVERAGE else None
    return printed_decimals(printed) if printed else 0


def _target(row: Mapping[str, str], indicator_id: str) -> Mapping[str, object]:
    both = {"indicator_id": indicator_id, "year": row["year"], "is_yearly_criterion": "true"}
    printed = printed_number(row["target"]) if row["target"] not in _NATIONAL_AVERAGE else None
    if printed is None:
        kind, operator = _NATIONAL_AVERAGE[row["target"]]
        return both | {"kind": kind, "operator": row["operator"] or operator, "reference": "national_average"}
    at_least = OPERATORS_OF_DIRECTION.get(row["direction"], ("",))[0]
    return both | {
        "kind": "number",
        "operator": row["operator"] or at_least,
        "target_value": printed.replace(",", "."),
        "target_text": printed,
    }


def _csv_text(header: Iterable[str], rows: Iterable[Mapping[str, object]]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(header), restval="", extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def _settings_text(frame: _Frame, document: Path | None) -> str:
    sha256, lines, document_title = "", "", "Fyll i dokumentets titel"
    if document is not None:
        content = _content(document)
        sha256 = hashlib.sha256(content).hexdigest()
        count = content.count(b"\n") + (not content.endswith(b"\n"))
        lines, document_title = f"line_count = {count}\n", document.name
    parts = [
        "# goals/README.md describes every key here and every file beside this one.\n",
        f"plan_id = {_quoted(frame.plan_id)}",
        f"municipality_id = {_quoted(frame.municipality_id)}",
        f"title = {_quoted(frame.title)}",
        "is_made_up = false",
        f"target_year = {frame.target_year}\n",
        f"[years]\nfirst = {frame.first_year}\nlast = {frame.last_year}\n",
        f"[budget_years]\nfirst = {frame.first_budget_year}\nlast = {frame.last_year}\n",
        "[bokslut_dates]",
        *(f"{year} = {year + 1}-03-01" for year in range(frame.first_year, frame.last_year + 1)),
        "",
        "# The hash of the document's text file, as `sha256sum` prints it.",
        f"[document]\ntitle = {_quoted(document_title)}\nsha256 = {_quoted(sha256)}\n{lines}",
        "[rules]",
    ]
    for rule in RULES:
        is_bare = not rule.allowed or rule.default in {"true", "false"}
        parts.append(f"# {rule.meaning}: {rule.allowed_text.replace('`', '')}")
        parts.append(f"{rule.name} = {rule.default if is_bare else _quoted(rule.default)}")
    parts.append("\n[labels.verdict]")
    parts += [f"{code} = {_quoted(word)}" for code, word in LABELS["verdict"].items()]
    return "\n".join(parts) + "\n"


def _quoted(text: str) -> str:
    """A text as TOML writes it."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(sign if sign.isprintable() else f"\\u{ord(sign):04x}" for sign in escaped) + '"'
