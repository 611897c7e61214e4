"""`kolada kpi search` and `kolada kpi show`: search and show KPIs of the published catalogue."""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich import box
from rich.table import Table

from cli.consoles import ERRORS, plain_console
from cli.exits import BAD_INPUT, one_message
from cli.options import HomeOption, JsonOption, SampleOption, set_options
from pipeline.settings import Settings
from warehouse.home import Home
from warehouse.kpi_card import KpiCard, show_kpi
from warehouse.kpi_search import FoundKpi, NamedKpi, search_kpis, suggest_kpis
from warehouse.moment import swedish_day
from warehouse.published_file import published_file

TYPES = {"K": "municipalities", "L": "regions", "A": "municipalities and regions"}
IN_SHORT = TYPES | {"A": "both"}

app = typer.Typer(help="Find KPIs in the published catalogue.", no_args_is_help=True)


@app.command()
def search(
    words: Annotated[list[str], typer.Argument(help="Swedish words in any inflected form, or a KPI id.")],
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=200, help="How many to show.")] = 10,
    home: HomeOption = None,
    sample: SampleOption = False,
    as_json: JsonOption = False,
) -> None:
    """Find KPIs by words in their titles, descriptions and areas, the best match first; small misspellings are allowed.

    Exit codes: 0 found; 2 nothing matches.

    Example: `kolada kpi search "behörig yrkesprogram"`
    """
    text = " ".join(words)
    with one_message(), published_file(published(home, sample=sample)) as connection:
        by_id = show_kpi(connection, text.strip().upper())
        found = search_kpis(connection, text, limit=limit) if by_id is None else []
        near = suggest_kpis(connection, text) if by_id is None and not found else []
    if by_id is not None:
        print_card(by_id, as_json=as_json)
        return
    if as_json:
        typer.echo(json.dumps([each.fields() for each in found], ensure_ascii=False, default=str))
    elif found:
        plain_console().print(table_of(found))
    if not found:
        ERRORS.print(
            f"No KPI of the published catalogue matches `{text}`. Nothing was changed. "
            + meant(near, otherwise="Try fewer words, or the beginning of one: `kolada kpi search skola`.")
        )
        raise typer.Exit(BAD_INPUT)


@app.command()
def show(
    kpi_id: Annotated[str, typer.Argument(help="A KPI id such as N15436.")],
    home: HomeOption = None,
    sample: SampleOption = False,
    as_json: JsonOption = False,
) -> None:
    """Show one KPI: definition, dates, life cycle, known values, possible successors.

    Exit codes: 0 shown; 2 there is no such KPI.

    Example: `kolada kpi show N15436`
    """
    with one_message(), published_file(published(home, sample=sample)) as connection:
        card = show_kpi(connection, kpi_id.strip().upper())
        near = suggest_kpis(connection, kpi_id) if card is None else []
    if card is None:
        ERRORS.print(
            f"There is no KPI `{kpi_id}` in the published catalogue, now or earlier. Nothing was changed. "
            + meant(near, otherwise="Search by words: `kolada kpi search skola`.")
        )
        raise typer.Exit(BAD_INPUT)
    print_card(card, as_json=as_json)


def table_of(found: list[FoundKpi]) -> Table:
    """Return the found KPIs as a table; the title gets most of the width."""
    table = Table("KPI", box=box.SIMPLE_HEAD, expand=True)
    table.add_column("title", ratio=4)
    table.add_column("area", ratio=2)
    table.add_column("for", no_wrap=True)
    table.add_column("life", max_width=12)
    for each in found:
        table.add_row(
            each.kpi_id, each.title, each.operating_area, IN_SHORT.get(each.municipality_type, ""), each.lifecycle
        )
    return table


def meant(near: list[NamedKpi], *, otherwise: str) -> str:
    """Return a sentence with the KPIs that the user may have meant; `otherwise` if there are none."""
    if not near:
        return otherwise
    return "Did you mean one of these?" + "".join(f"\n  {each.kpi_id}  {each.title}" for each in near)


def published(home: Path | None, *, sample: bool) -> Path:
    """Return the path of the published file in the home that the options name."""
    set_options(home=home)
    settings = Settings.of(sample=sample)
    return Home(settings.home).published


def print_card(card: KpiCard, *, as_json: bool) -> None:
    """Print one KPI, as text or as a JSON document."""
    if as_json:
        typer.echo(json.dumps(card.fields(), ensure_ascii=False, default=str))
        return
    entry = card.entry
    values = (
        "none"
        if card.first_period is None
        else f"{card.first_period} to {card.last_period}, {card.unit_count} units, {card.value_count} values, "
        f"last read {card.read_at:%Y-%m-%d} UTC"
    )
    coming = (
        f"period {entry['publ_period'] or 'unknown'}, preliminary {entry['prel_publication_date'] or 'unknown'}, "
        f"final {entry['publication_date'] or 'unknown'}"
    )
    lines = [
        f"{entry['kpi_id']}  {entry['title']}",
        "",
        entry["description"].replace("\\n", "\n"),
        "",
        f"for            {TYPES.get(entry['municipality_type'], entry['municipality_type'])}",
        f"area           {entry['operating_area'] or ''} / {entry['perspective'] or ''}",
        f"by gender      {'yes' if entry['is_divided_by_gender'] else 'no'}",
        f"life cycle     {card.lifecycle}",
        f"next           {coming}",
        f"values held    {values}",
        *(f"earlier title  {title} (from {swedish_day(known_from)})" for title, known_from in card.titles),
        *(f"successor?     {each.kpi_id}  {each.title} (a guess by the title)" for each in card.successors),
        *(f"used by        {plan_id} {indicator_id}" for plan_id, indicator_id in card.used_by),
        "",
        card.source_label,
    ]
    typer.echo("\n".join(lines))
