"""The goal table on the terminal, in Swedish: mart.maluppfyllelse of one plan in the report's year."""

from pathlib import Path

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from reports.reading.gathering import focus_year
from reports.reading.sourced_rows import open_source, readable
from reports.swedish.numbers import full_text, number_text
from warehouse.credits import MADE_UP_VALUES
from warehouse.published_file import published_file, source_kind

# The width of all columns except the indicator's title, with the space between them.
FIXED_WIDTH = 103
COLOURS = {"met": "green", "not_met": "red", "partly_met": "yellow"}

GOAL_TABLE = """
    select
        shown."Id",
        shown."Indikator",
        judged.kpi_id,
        judged.year,
        shown."Utfall",
        judged.shown_decimals,
        judged.target_kind,
        judged.operator,
        shown."Ställs mot",
        shown."Målvärde",
        shown."Målvärdets övre gräns",
        judged.verdict,
        shown."Bedömning",
        shown."Skäl",
        shown."Avrundning",
        judged.value_source,
        plan_row.is_draft
    from mart.maluppfyllelse as shown
    inner join mart.goal_fulfilment as judged
        on
            shown."Plan" = judged.plan_id
            and shown."Id" = judged.indicator_id
            and shown."År" = judged.year
    inner join plan.plan as plan_row on judged.plan_id = plan_row.plan_id
    where judged.plan_id = ? and judged.year = ?
    order by judged.indicator_order
"""

SOURCE_WORDS = {"kolada": "Kolada", "manual": "Inmatad", "document": "Dokument"}


def print_goal_table(console: Console, published: Path, plan_id: str) -> None:
    """Print one plan's verdicts for the year of its report, then notes on verdicts that depend on rounding."""
    with published_file(published) as connection:
        asked = [plan_id, focus_year(open_source(connection), plan_id)]
        rows = [tuple(map(readable, row)) for row in connection.execute(GOAL_TABLE, asked).fetchall()]
        is_sample = source_kind(connection) == "sample"
    year = rows[0][3] if rows else ""
    draft = ". Utkast: planen är inte beslutad" if rows and rows[0][-1] else ""
    title = f"Måluppfyllelse {year}: {plan_id}{draft}"
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("Id", no_wrap=True, min_width=5)
    table.add_column("Nyckeltal", no_wrap=True, min_width=9)
    table.add_column("Indikator", no_wrap=True, overflow="ellipsis", max_width=max(console.width - FIXED_WIDTH, 16))
    table.add_column("Utfall", justify="right", no_wrap=True, min_width=6)
    table.add_column("Mål", justify="right", no_wrap=True, min_width=8)
    table.add_column("Bedömning", min_width=20)
    table.add_column("Källa", no_wrap=True, min_width=8)
    notes = []
    for (
        id_,
        title,
        kpi_id,
        _,
        value,
        decimals,
        kind,
        operator,
        held,
        wanted,
        high,
        verdict,
        label,
        reason,
        rounding,
        source,
        _,
    ) in rows:
        beside = "avrundningen avgör" if rounding else reason
        table.add_row(
            Text(id_),
            kpi_id or "",
            Text(title),
            number(value, decimals),
            target(kind, operator, held, wanted, high, decimals=decimals),
            Text.assemble((label, COLOURS.get(verdict, "dim")), f" ({beside})" if beside else ""),
            "Exempel" if is_sample and source == "kolada" else SOURCE_WORDS.get(source, ""),
        )
        if rounding:
            notes.append(Text(f"{id_}: {rounding}"))
    console.print(table)
    for note in notes:
        console.print(note)
    if is_sample:
        console.print(
            Text(MADE_UP_VALUES, style="bold yellow") + Text(" The data is a sample: every value is made up.", style="")
        )


def target(
    kind: str | None,
    operator: str | None,
    held: float | None,
    wanted: float | None,
    high: float | None,
    *,
    decimals: int,
) -> str:
    """Return the target as text: a number with its operator, a range, or the lowest place that is enough."""
    if kind == "range":
        return f"{number(wanted, decimals)} till {number(high, decimals)}"
    if kind == "rank":
        return f"plats {number(wanted, 0)}"
    if kind == "best_share":
        return "" if wanted is None else f"bästa {full_text(wanted)} %"
    return "" if held is None else f"{operator or ''} {number(held, decimals)}".strip()


def number(value: float | None, decimals: int) -> str:
    """Return a number with the decimals that its verdict needs; a dash for None."""
    return "–" if value is None else number_text(value, decimals)
