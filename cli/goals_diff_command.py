"""`kolada goals diff`: what the plans' files, as they are now, would change."""

import json
from dataclasses import asdict
from typing import Annotated

import typer
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from cli.exits import one_message
from cli.options import GoalsOption, HomeOption, JsonOption, set_options
from pipeline.plans_tried import TargetDifference, Tried, VerdictDifference, try_plans
from pipeline.settings import Settings

TARGETS = ("Plan", "Indicator", "Criterion", "Year", "What", "Before", "Now")
VERDICTS = ("Plan", "What", "Year", "Before", "Now", "Cause")
MarkdownOption = Annotated[bool, typer.Option("--markdown", help="Markdown tables, to paste into a review.")]


def diff(
    goals: GoalsOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
    markdown: MarkdownOption = False,
) -> None:
    """Judge the plans as their files are now on the published file, and print what would differ. Publishes nothing.

    What a council's office looks at before it merges a change: targets that differ, and verdicts with their cause.

    Exits with 0 tried, whether anything differs or not; 2 when nothing is published or no plan can be judged.

    Example: `kolada goals diff --markdown`
    """
    set_options(goals=goals, home=home)
    with one_message():
        tried = try_plans(Settings())
    if as_json:
        typer.echo(json.dumps(asdict(tried), ensure_ascii=False, indent=2))
    elif markdown:
        typer.echo(in_markdown(tried), nl=False)
    else:
        show(tried)


def remarks(tried: Tried) -> list[str]:
    """What to know before the differences are believed."""
    said = [f"The plan `{plan}` is broken, and its last good version was tried: {why}" for plan, why in tried.broken]
    said += [
        f"The plan `{plan}` asks for `{kpi}`, which the published file does not have: `kolada refresh` reads it"
        for plan, kpi in tried.unread
    ]
    return said


def target_cells(row: TargetDifference) -> list[str]:
    """A differing target as a row of a table."""
    what = row.column or ("new target" if row.before is None else "removed target")
    return [
        row.plan_id,
        row.indicator_id,
        row.criterion or "",
        "" if row.year is None else str(row.year),
        what,
        row.before or "",
        row.after or "",
    ]


def verdict_cells(row: VerdictDifference) -> list[str]:
    """A differing verdict as a row of a table."""
    what = f"{row.level} {row.item_id}" if row.level != "sound_economic_management" else f"{row.level} {row.variant}"
    return [row.plan_id, what, str(row.year), row.before or "", row.after or "", row.cause or ""]


def show(tried: Tried) -> None:
    """Tables on the terminal; a sentence where nothing differs."""
    console = Console()
    for said in remarks(tried):
        console.print(Text(said, style="yellow"))
    for title, columns, rows in tables(tried):
        if not rows:
            console.print(f"{title}: none.")
            continue
        table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
        for column in columns:
            table.add_column(column, overflow="fold")
        for row in rows:
            table.add_row(*map(Text, row))
        console.print(table)


def tables(tried: Tried) -> list[tuple[str, tuple[str, ...], list[list[str]]]]:
    """The two tables: title, headings and rows."""
    return [
        ("Targets that differ", TARGETS, [target_cells(row) for row in tried.targets]),
        ("Verdicts that would differ", VERDICTS, [verdict_cells(row) for row in tried.verdicts]),
    ]


def in_markdown(tried: Tried) -> str:
    """The same as Markdown."""
    lines = [f"> {said}\n" for said in remarks(tried)]
    for title, columns, rows in tables(tried):
        lines.append(f"## {title}\n")
        if rows:
            written = [columns, ["---"] * len(columns), *rows]
            lines.append("\n".join(f"| {' | '.join(map(_escaped, row))} |" for row in written) + "\n")
        else:
            lines.append("None.\n")
    return "\n".join(lines)


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("\n", " ")
