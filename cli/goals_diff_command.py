"""`kolada goals diff`: the targets and verdicts that the plans' files, as they are now, would change."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Annotated

import typer
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from cli.exits import one_message
from cli.language import is_swedish, told
from cli.options import GoalsOption, HomeOption, JsonOption, SampleOption, set_options
from pipeline.plans_tried import TargetDifference, Tried, VerdictDifference, try_plans
from pipeline.settings import Settings
from reports.swedish.plan_cells import cell_text, column_label

TARGETS_FILE = "targets.csv"
TARGETS = ("Plan", "Indicator", "Criterion", "Year", "What", "Before", "Now")
VERDICTS = ("Plan", "What", "Year", "Before", "Now", "Cause")
MarkdownOption = Annotated[bool, typer.Option("--markdown", help="Print Markdown tables, for a code review.")]


def diff(
    goals: GoalsOption = None,
    home: HomeOption = None,
    sample: SampleOption = False,
    as_json: JsonOption = False,
    markdown: MarkdownOption = False,
) -> None:
    """Judge the plans as their files are now on the published data, and print the differences. Publishes nothing.

    Use it to review a change of a plan before it is merged: it prints targets that differ, and verdicts with the cause.

    Exit codes: 0 judged, with differences or without; 2 nothing is published or no plan can be judged.

    Example: `kolada goals diff --markdown`
    """
    set_options(goals=goals, home=home)
    with one_message():
        tried = try_plans(Settings.of(sample=sample))
    if as_json:
        typer.echo(as_document(tried))
    elif markdown:
        typer.echo(in_markdown(tried), nl=False)
    else:
        show(tried)


def as_document(tried: Tried) -> str:
    """Return the differences as one JSON document, with codes instead of words."""
    found = asdict(tried)
    del found["labels"]
    return json.dumps(found, ensure_ascii=False, indent=2)


def remarks(tried: Tried) -> list[str]:
    """Return the remarks that limit the result: broken plans, and KPIs that were never read."""
    said = []
    for plan, why in tried.broken:
        # What is wrong is told in English here, and in Swedish by the check.
        what = "" if is_swedish() else f" {why}"
        if plan in tried.left_out:
            said.append(
                f"{told(f'The plan `{plan}` is broken and was not tried, since it was never published.')}{what}"
            )
        else:
            said.append(f"{told(f'The plan `{plan}` is broken, and its last good version was tried.')}{what}")
    if tried.broken and is_swedish():
        said.append(told("What to correct: `kolada goals check`."))
    said += [
        told(f"The plan `{plan}` asks for `{kpi}`, which the published file does not have: `kolada refresh` reads it.")
        for plan, kpi in tried.unread
    ]
    return said


@dataclass(frozen=True, slots=True)
class PlanWords:
    """One plan's words for codes."""

    plan_id: str
    labels: Mapping[tuple[str, str, str], str]

    def label(self, kind: str, code: str | None) -> str:
        """Return the word for a code; in English, or if the plan has no word, the code itself."""
        return self.labels.get((self.plan_id, kind, code or ""), code or "") if is_swedish() else code or ""


def target_cells(tried: Tried, row: TargetDifference) -> list[str]:
    """Return a differing target as the cells of a row."""
    words = PlanWords(row.plan_id, tried.labels)
    before, after, what = row.before or "", row.after or "", row.column
    if not row.column:
        what = told("new target") if row.before is None else told("removed target")
    elif is_swedish():
        before, after = (cell_text(words, TARGETS_FILE, row.column, each) for each in (row.before, row.after))
        what = column_label(TARGETS_FILE, row.column)
    year = "" if row.year is None else str(row.year)
    return [row.plan_id, named(row.indicator_id, row.title), row.criterion or "", year, what, before, after]


def verdict_cells(tried: Tried, row: VerdictDifference) -> list[str]:
    """Return a differing verdict as the cells of a row."""
    words = PlanWords(row.plan_id, tried.labels)
    if row.level == "sound_economic_management":
        what = f"{told(row.level)} ({words.label('variant', row.variant)})"
    else:
        what = f"{told(row.level)} {named(row.item_id, row.title)}"
    before, after = (words.label("verdict", each) for each in (row.before, row.after))
    return [row.plan_id, what, str(row.year), before, after, words.label("cause", row.cause)]


def named(item_id: str, title: str) -> str:
    """Return an item's id and title."""
    return f"{item_id} {title}".strip()


def show(tried: Tried) -> None:
    """Print the differences as tables; a sentence instead of an empty table."""
    console = Console()
    for said in remarks(tried):
        console.print(Text(said, style="yellow"))
    for title, columns, rows in tables(tried):
        if not rows:
            console.print(f"{title}: {told('none')}.")
            continue
        table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
        for column in columns:
            table.add_column(column, overflow="fold")
        for row in rows:
            table.add_row(*map(Text, row))
        console.print(table)


def tables(tried: Tried) -> list[tuple[str, list[str], list[list[str]]]]:
    """Return the two tables: title, headings and rows."""
    targets, verdicts = ([told(name) for name in names] for names in (TARGETS, VERDICTS))
    return [
        (told("Targets that differ"), targets, [target_cells(tried, row) for row in tried.targets]),
        (told("Verdicts that would differ"), verdicts, [verdict_cells(tried, row) for row in tried.verdicts]),
    ]


def in_markdown(tried: Tried) -> str:
    """Return the differences as Markdown."""
    lines = [f"> {said}\n" for said in remarks(tried)]
    for title, columns, rows in tables(tried):
        lines.append(f"## {title}\n")
        if rows:
            written = [columns, ["---"] * len(columns), *rows]
            lines.append("\n".join(f"| {' | '.join(map(_escaped, row))} |" for row in written) + "\n")
        else:
            lines.append(f"{told('None.')}\n")
    return "\n".join(lines)


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("\n", " ")
