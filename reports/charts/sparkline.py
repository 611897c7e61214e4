"""The trend of one indicator as a sparkline: own values over the plan's years, the target as a dashed line."""

from markupsafe import Markup

from reports.charts.svg import Scale, address, element, picture, place, scale_over
from reports.charts.trend_chart import firsts_after_breaks, runs_without_gap, target_row
from reports.reading.contents import Contents, IndicatorPart
from reports.swedish.numbers import number_text
from reports.swedish.verdict_sentences import decimals_of

WIDTH, HEIGHT = 84.0, 22.0
EDGE = 3.5


def sparkline(contents: Contents, part: IndicatorPart) -> Markup:
    """Return the sparkline with its text alternative; a dash if no year has a value.

    The last value is marked with a dot. A year without a value, or a series break, interrupts the line.
    """
    own = {year: row for year in contents.years if (row := part.history.get((year, "T"))) is not None}
    if not own:
        return Markup('<span class="is-missing" aria-hidden="true">–</span><span class="hidden">inget värde</span>')
    target = target_row(contents, part)
    levels = [row["value"] for row in own.values()]
    across = Scale(contents.years[0], max(contents.years[-1], contents.years[0] + 1), EDGE, WIDTH - EDGE)
    up = scale_over([*levels, *([target["target_value"]] if target is not None else [])], HEIGHT - EDGE, EDGE)
    marks = []
    if target is not None:
        level = place(up(target["target_value"]))
        marks.append(element("path", class_="target", d=f"M0 {level}H{place(WIDTH)}"))
    for run in runs_without_gap(sorted(own), firsts_after_breaks(part)):
        points = [(across(year), up(own[year]["value"])) for year in run]
        if len(run) > 1:
            marks.append(
                element("polyline", class_="line own", points=" ".join(f"{place(x)},{place(y)}" for x, y in points))
            )
        else:
            ((x, y),) = points
            marks.append(element("circle", class_="dot own", cx=x, cy=y, r=1.4))
    last = max(own)
    marks.append(
        element(
            "circle",
            class_="dot own",
            cx=across(last),
            cy=up(own[last]["value"]),
            r=2.6,
            **address(own[last], "value"),
        )
    )
    told = ", ".join(f"{year} {number_text(row['value'], decimals_of(part.judged[year]))}" for year, row in own.items())
    return picture(
        WIDTH,
        HEIGHT,
        name=f"s-{part.id}",
        title=f"{part.id}: trend",
        described=told,
        marks=marks,
        class_="chart spark",
    )
