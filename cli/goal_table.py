"""The goal table on the terminal, in Swedish."""

from pathlib import Path

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from warehouse.credits import MADE_UP_VALUES
from warehouse.published_file import published_file, source_kind

PIPE_WIDTH = 150
# What the columns beside the indicator's title take, with the space between them.
FIXED_WIDTH = 92
COLOURS = {"met": "green", "not_met": "red", "partly_met": "yellow"}

GOAL_TABLE = """
    select
        judged.indicator_id,
        judged.indicator_title,
        judged.year,
        judged.value,
        indicator.display_decimals,
        judged.operator,
        judged.target_value,
        judged.reference_value,
        judged.verdict,
        coalesce(verdict_label.label, judged.verdict),
        coalesce(reason_label.label, judged.verdict_reason, ''),
        judged.value_source
    from mart.goal_fulfilment as judged
    inner join plan.indicator as indicator
        on judged.plan_id = indicator.plan_id and judged.indicator_id = indicator.indicator_id
    inner join plan.plan as plan_row
        on judged.plan_id = plan_row.plan_id and judged.year = plan_row.target_year
    left join plan.label as verdict_label
        on
            judged.plan_id = verdict_label.plan_id
            and verdict_label.label_kind = 'verdict'
            and verdict_label.code = judged.verdict
    left join plan.label as reason_label
        on
            judged.plan_id = reason_label.plan_id
            and reason_label.label_kind = 'verdict_reason'
            and reason_label.code = judged.verdict_reason
    where judged.plan_id = ?
    order by indicator.indicator_order
"""

SOURCE_WORDS = {"kolada": "Kolada", "manual": "Inmatad", "document": "Dokument"}


def print_goal_table(console: Console, published: Path, plan_id: str) -> None:
    """Print one plan's verdicts for its target year."""
    with published_file(published) as connection:
        rows = connection.execute(GOAL_TABLE, [plan_id]).fetchall()
        is_sample = source_kind(connection) == "sample"
    year = rows[0][2] if rows else ""
    table = Table(title=f"Måluppfyllelse {year}: {plan_id}", title_justify="left", box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("Id", no_wrap=True, min_width=5)
    table.add_column("Indikator", no_wrap=True, overflow="ellipsis", max_width=max(console.width - FIXED_WIDTH, 16))
    table.add_column("Utfall", justify="right", no_wrap=True, min_width=6)
    table.add_column("Mål", justify="right", no_wrap=True, min_width=8)
    table.add_column("Bedömning", min_width=20)
    table.add_column("Källa", no_wrap=True, min_width=8)
    for (
        indicator_id,
        title,
        _,
        value,
        decimals,
        operator,
        target,
        reference,
        verdict,
        label,
        reason,
        source,
    ) in rows:
        criterion = target if target is not None else reference
        colour = COLOURS.get(verdict, "dim")
        table.add_row(
            indicator_id,
            title,
            in_swedish(value, decimals),
            "" if criterion is None else f"{operator or ''} {in_swedish(criterion, decimals)}".strip(),
            f"[{colour}]{label}[/{colour}]" + (f" ({reason})" if reason else ""),
            "Exempel" if is_sample and source == "kolada" else SOURCE_WORDS.get(source, ""),
        )
    if is_sample:
        console.print(f"[bold yellow]{MADE_UP_VALUES}[/bold yellow]")
    console.print(table)
    if is_sample:
        console.print(f"[bold yellow]{MADE_UP_VALUES}[/bold yellow] The data is a sample: every value is made up.")


def wide_console() -> Console:
    """The terminal as wide as it is; a file or a pipe gets lines that hold the whole table."""
    console = Console()
    return console if console.is_terminal else Console(width=PIPE_WIDTH)


def in_swedish(value: float | None, decimals: int) -> str:
    """A number with a decimal comma; nothing where there is no value.

    More decimals than the indicator shows are kept where rounding would hide the difference from the target.
    """
    if value is None:
        return "–"
    text = f"{value:.{max(decimals, 1)}f}"
    return text.replace(".", ",")
