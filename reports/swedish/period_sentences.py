"""Entered figures for parts of a year, in Swedish: outcomes so far and forecasts of the whole year, never verdicts."""

from collections.abc import Iterator, Sequence

from markupsafe import Markup

from reports.reading.sourced_rows import Row
from reports.swedish.located_figures import figure, wording
from reports.swedish.numbers import MONTHS, decimals_in

ORDINALS = ("", "första", "andra", "tredje", "fjärde")


def period_name(row: Row) -> str:
    """Return the Swedish name of a part of a year: `första tertialet (till och med april)`."""
    kind, number = str(row["period"])[:1], str(row["period"])[1:]
    until = f"till och med {MONTHS[int(row['last_month']) - 1]}"
    named = {"T": "tertialet", "Q": "kvartalet"}.get(kind)
    return f"{ORDINALS[int(number)]} {named} ({until})" if named else until


def within_year(rows: Sequence[Row], decimals: int) -> Iterator[Markup]:
    """Return each part of the year with its figure, forecast and comment, and a note that none of it is judged."""
    for row in rows:
        name = period_name(row)
        yield Markup("{}{}: {}.").format(name[:1].upper(), name[1:], period_figures(row, decimals) or "ingen siffra")
        if row["comment"]:
            yield wording(row, "comment")
    if rows:
        yield Markup("Siffror för en del av året och prognoser bedöms inte.")


def period_figures(row: Row, decimals: int) -> Markup:
    """Return the outcome so far and the forecast, if entered: `utfall 58, prognos för året 61`."""
    return Markup(", ").join(
        Markup("{} {}").format(said, _figure(row, column, decimals))
        for column, said in (("value", "utfall"), ("forecast_value", "prognos för året"))
        if row[column] is not None
    )


def _figure(row: Row, column: str, decimals: int) -> Markup:
    """Return an entered figure with all its decimals."""
    return figure(row, column, max(decimals, decimals_in(row[column])))
