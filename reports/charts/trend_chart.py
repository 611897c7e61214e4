"""The trend of one indicator over the plan's years: own values, the national average, the target.

A year without a value is marked at the bottom, with different marks for hidden and missing figures; a series break
interrupts the line.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil

from markupsafe import Markup

from reports.charts.label_places import Box, Segment, beside_points, shortened, width_of
from reports.charts.svg import Scale, address, element, picture, place, scale_over, spread, tick_decimals, ticks
from reports.reading.contents import Contents, IndicatorPart
from reports.reading.sourced_rows import Row
from reports.swedish.numbers import decimals_in, join_words, number_text
from reports.swedish.reasons import WITHHELD
from reports.swedish.verdict_sentences import decimals_of

WIDTH, HEIGHT = 400.0, 214.0
LEFT, TOP, FOOT = 34.0, 20.0, 168.0
DOT = 4.0
GAPS_AT = 180.0
YEARS_AT = 204.0
# The width of a year's number and the space after it.
YEAR_WIDTH = 30.0


@dataclass(frozen=True, slots=True)
class Line:
    """A series with the name at its end."""

    kind: str
    name: str
    rows: Mapping[int, Row]


def trend_chart(contents: Contents, part: IndicatorPart) -> Markup | None:
    """Return the chart; empty if no year has a value."""
    own = {year: row for year in contents.years if (row := part.history.get((year, "T"))) is not None}
    if not own:
        return None
    lines = [Line("own", shortened(contents.place), own), *_average(contents, part)]
    target = target_row(contents, part)
    values = [row["value"] for line in lines for row in line.rows.values()]
    right = WIDTH - 8 - max(width_of(name) for name in [*(line.name for line in lines), "Mål 10,00"])
    across = Scale(contents.years[0], max(contents.years[-1], contents.years[0] + 1), LEFT + 16, right - 12)
    up = scale_over([*values, *([target["target_value"]] if target is not None else [])], FOOT, TOP)
    drawn = list(_drawn(contents, part, lines, target, across, up, right))
    marks = [
        *_axes(contents, across, up, right),
        *_gaps(contents, part, own, across),
        *_breaks(contents, part, across),
        *(_target_line(target, across, up, right) if target is not None else ()),
        *(mark for line in reversed(lines) for mark in _series(line, part, across, up)),
        *_values(part, own, drawn, across, up, right),
        *_names(lines, target, up, right),
    ]
    return picture(
        WIDTH,
        HEIGHT,
        name=f"t-{part.id}",
        title=f"{part.id}: utvecklingen {contents.years[0]}–{contents.years[-1]}",
        described=_described(contents, part, own, lines),
        marks=marks,
    )


def _average(contents: Contents, part: IndicatorPart) -> Iterator[Line]:
    """Return Riket if Kolada has it for any of the years, else the unweighted mean: never a mixture."""
    for kind, rows in (("riket", part.national), ("unweighted_mean", part.average)):
        within = {year: rows[year] for year in contents.years if year in rows}
        if within:
            yield Line("average", "Riket" if kind == "riket" else "Ovägt medel", within)
            return


def target_row(contents: Contents, part: IndicatorPart) -> Row | None:
    """Return the row with the numeric target of the total: of the report's year, else of a later or an earlier one."""
    years = sorted(part.criteria, key=lambda year: (year < contents.year, abs(year - contents.year)))
    return next((row for year in years if (row := level_in(part, year)) is not None), None)


def level_in(part: IndicatorPart, year: int) -> Row | None:
    """Return the criterion of a year if it is a number for the total; places, ranges and means are not."""
    return next((row for row in part.criteria[year] if row["target_kind"] == "number" and row["gender"] == "T"), None)


def _axes(contents: Contents, across: Scale, up: Scale, right: float) -> Iterator[Markup]:
    marks = ticks(up)
    decimals = tick_decimals(marks)
    for mark in marks:
        yield element("path", class_="grid", d=f"M{place(LEFT)} {place(up(mark))}H{place(right)}")
        yield element("text", number_text(mark, decimals), class_="scale end", x=LEFT - 5, y=up(mark) + 3.5)
    for year in labelled_years(contents.years, contents.year, across(contents.years[-1]) - across(contents.years[0])):
        focus = " focus" if year == contents.year else ""
        yield element("text", str(year), class_=f"scale mid{focus}", x=across(year), y=YEARS_AT)


def labelled_years(years: Sequence[int], focus: int, room: float) -> list[int]:
    """Return the years labelled below the axis: all, or every second, third ... that fits, with the year in focus."""
    step = max(1, ceil((len(years) - 1) * YEAR_WIDTH / max(room, YEAR_WIDTH)))
    return [year for year in years if (year - focus) % step == 0]


def _gaps(contents: Contents, part: IndicatorPart, own: Mapping[int, Row], across: Scale) -> Iterator[Markup]:
    for year in contents.years:
        if year in own:
            continue
        x = across(year)
        judged = part.judged.get(year)
        if judged is not None and judged["verdict_reason"] in WITHHELD:
            yield element("rect", class_="gap withheld", x=x - 5, y=GAPS_AT - 5, width=10, height=10)
            yield element(
                "path",
                class_="gap",
                d=f"M{place(x - 5)} {place(GAPS_AT + 5)}l10 -10M{place(x - 5)} {place(GAPS_AT)}l5 -5",
            )
        else:
            yield element("circle", class_="gap missing", cx=x, cy=GAPS_AT, r=4.5)


def firsts_after_breaks(part: IndicatorPart) -> list[int]:
    """Return the first year after each series break."""
    return [row["first_year_after"] for row in part.breaks]


def _break_places(contents: Contents, part: IndicatorPart, across: Scale) -> list[float]:
    return [across(year - 0.5) for year in firsts_after_breaks(part) if contents.years[0] < year <= contents.years[-1]]


def _breaks(contents: Contents, part: IndicatorPart, across: Scale) -> Iterator[Markup]:
    for x in _break_places(contents, part, across):
        yield element("path", class_="break", d=f"M{place(x)} {place(TOP - 6)}V{place(FOOT + 4)}")
        yield element("text", "brott", class_="note mid", x=x, y=TOP - 9)


def _target_line(target: Row, across: Scale, up: Scale, right: float) -> Iterator[Markup]:
    y, year = up(target["target_value"]), target["target_year"] or target["year"]
    yield element("path", class_="target", d=f"M{place(LEFT)} {place(y)}H{place(right)}")
    yield element("path", class_="target-mark", d=f"M{place(across(year))} {place(y - 5)}l5 5-5 5-5-5z")


def _series(line: Line, part: IndicatorPart, across: Scale, up: Scale) -> Iterator[Markup]:
    for run in runs_without_gap(sorted(line.rows), firsts_after_breaks(part)):
        points = " ".join(f"{place(across(year))},{place(up(line.rows[year]['value']))}" for year in run)
        if len(run) > 1:
            yield element("polyline", class_=f"line {line.kind}", points=points)
    for year, row in line.rows.items():
        printed = "-printed" if row.relation == "mart.indicator_history" and row["value_source"] != "kolada" else ""
        yield element(
            "circle",
            class_=f"dot {line.kind}{printed}",
            cx=across(year),
            cy=up(row["value"]),
            r=DOT if line.kind == "own" else 2.0,
            **address(row, "value"),
        )


def runs_without_gap(years: Sequence[int], firsts: Sequence[int]) -> Iterator[list[int]]:
    """Return groups of successive years without a missing year or a break between them."""
    run: list[int] = []
    for year in years:
        if run and (year != run[-1] + 1 or year in firsts):
            yield run
            run = []
        run.append(year)
    if run:
        yield run


def _text(part: IndicatorPart, year: int, row: Row) -> str:
    """Return one year's number, at the decimals that agree with that year's verdict."""
    return number_text(row["value"], decimals_of(part.judged[year]))


def _values(
    part: IndicatorPart, own: Mapping[int, Row], lines: Sequence[Segment], across: Scale, up: Scale, right: float
) -> Iterator[Markup]:
    """Return the numbers, each next to its point at the place that lines cross least."""
    texts = [_text(part, year, row) for year, row in own.items()]
    points = [(across(year), up(row["value"])) for year, row in own.items()]
    room = Box(LEFT - 8, TOP - 16, right + 4, FOOT + 14)
    for row, text, (x, y) in zip(own.values(), texts, beside_points(points, texts, lines, room), strict=True):
        yield element("text", text, class_="value mid", x=x, y=y, **address(row, "value"))


def _drawn(
    contents: Contents,
    part: IndicatorPart,
    lines: Sequence[Line],
    target: Row | None,
    across: Scale,
    up: Scale,
    right: float,
) -> Iterator[Segment]:
    """Return all lines and points of the drawing, which labels must avoid."""
    for line in lines:
        points = {year: (across(year), up(row["value"])) for year, row in line.rows.items()}
        for run in runs_without_gap(sorted(points), firsts_after_breaks(part)):
            yield from pairwise([points[year] for year in run])
        yield from (((x - DOT, y), (x + DOT, y)) for x, y in points.values())
    if target is not None:
        y = up(target["target_value"])
        yield (LEFT, y), (right, y)
    for x in _break_places(contents, part, across):
        yield (x, TOP), (x, FOOT)


def _names(lines: Sequence[Line], target: Row | None, up: Scale, right: float) -> Iterator[Markup]:
    named = [(line.kind, line.name, line.rows[max(line.rows)]["value"]) for line in lines]
    if target is not None:
        named.append(("target", "Mål ", target["target_value"]))
    places = spread([up(value) for _, _, value in named], TOP - 6, FOOT)
    for (kind, name, _), y in zip(named, places, strict=True):
        content = Markup("{}").format(name)
        if kind == "target" and target is not None:
            value = target["target_value"]
            content += element("tspan", number_text(value, decimals_in(value)), **address(target, "target_value"))
        yield element("text", content, class_=f"name {kind}", x=right + 6, y=y + 4)


def _described(contents: Contents, part: IndicatorPart, own: Mapping[int, Row], lines: Sequence[Line]) -> str:
    """Return the chart in words: every own value, the last average, the missing years."""
    told = join_words([f"{year} {_text(part, year, row)}" for year, row in own.items()])
    said = [f"{contents.place}, {part.indicator['unit'] or 'värde'}: {told}."]
    for line in lines[1:]:
        year = max(line.rows)
        said.append(f"{line.name} {year}: {_text(part, year, line.rows[year])}.")
    missing = [str(year) for year in contents.years if year not in own]
    if missing:
        said.append(f"Inget värde {join_words(missing)}.")
    said.extend(f"Brott i serien före {row['first_year_after']}." for row in part.breaks)
    return " ".join(said)
