"""What was entered for parts of a year, in Swedish: outcomes so far, forecasts of the whole year. Never a verdict."""

from collections.abc import Iterator, Sequence

from markupsafe import Markup

from reports.located_figures import figure, wording
from reports.numbers import MONTHS, decimals_in
from reports.sourced_rows import Row

ORDINALS = ("", "första", "andra", "tredje", "fjärde")


def period_name(row: Row) -> str:
    """A part of a year as people say it: `första tertialet (till och med april)`."""
    kind, number = str(row["period"])[:1], str(row["period"])[1:]
    until = f"till och med {MONTHS[int(row['last_month']) - 1]}"
    named = {"T": "tertialet", "Q": "kvartalet"}.get(kind)
    return f"{ORDINALS[int(number)]} {named} ({until})" if named else until


def within_year(rows: Sequence[Row], decimals: int) -> Iterator[Markup]:
    """Each part of the year with its figure, forecast and comment; that none of it is judged."""
    for row in rows:
        name = period_name(row)
        yield Markup("{}{}: {}.").format(name[:1].upper(), name[1:], period_figures(row, decimals) or "ingen siffra")
        if row["comment"]:
            yield wording(row, "comment")
    if rows:
        yield Markup("Siffror för en del av året och prognoser bedöms inte.")


def period_figures(row: Row, decimals: int) -> Markup:
    """The outcome so far and the forecast, where they were entered: `utfall 58, prognos för året 61`."""
    return Markup(", ").join(
        Markup("{} {}").format(said, _figure(row, column, decimals))
        for column, said in (("value", "utfall"), ("forecast_value", "prognos för året"))
        if row[column] is not None
    )


def _figure(row: Row, column: str, decimals: int) -> Markup:
    """A figure that people entered: no decimal of it is hidden."""
    return figure(row, column, max(decimals, decimals_in(row[column])))
