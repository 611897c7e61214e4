"""Several units' values of one KPI, year by year, as lines named at their ends."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from reports.html_page import plain_size
from reports.numbers import number_text
from reports.svg import Scale, element, picture, place, scale_over, spread, tick_decimals, ticks

WIDTH, HEIGHT = 720.0, 320.0
LEFT, RIGHT, TOP, FOOT = 46.0, WIDTH - 150, 14.0, HEIGHT - 30
MOST_YEARS = 12


@dataclass(frozen=True, slots=True)
class Line:
    """One unit's values of a KPI, by year."""

    unit_id: str
    name: str
    values: Mapping[int, float]

    @property
    def last(self) -> tuple[int, float]:
        """The last year with a value, and the value."""
        year = max(self.values)
        return year, self.values[year]


def line_chart(lines: Sequence[Line], title: str) -> Markup | None:
    """The chart, the first line marked as the own; nothing without a line. A year without a value cuts a line."""
    if not lines:
        return None
    years = sorted({year for line in lines for year in line.values})
    across = Scale(years[0], max(years[-1], years[0] + 1), LEFT, RIGHT)
    up = scale_over([value for line in lines for value in line.values.values()], FOOT, TOP)
    names = spread([up(line.last[1]) for line in lines], TOP, FOOT)
    marks = [*_axes(years, across, up)]
    for number, line in reversed(list(enumerate(lines))):
        marks += _line(line, "own" if number == 0 else "average", years, across, up, names[number])
    told = "; ".join(f"{line.name} {line.last[0]}: {_shown(line.last[1])}" for line in lines)
    return picture(WIDTH, HEIGHT, name="linjer", title=title, described=told, marks=marks)


def _shown(value: float) -> str:
    return number_text(value, plain_size(value))


def _axes(years: Sequence[int], across: Scale, up: Scale) -> Iterator[Markup]:
    levels = ticks(up)
    decimals = tick_decimals(levels)
    for level in levels:
        yield element("path", class_="grid", d=f"M{place(LEFT)} {place(up(level))}H{place(RIGHT)}")
        yield element("text", number_text(level, decimals), class_="scale end", x=LEFT - 6, y=up(level) + 3.5)
    for year in years[:: max(1, len(years) // MOST_YEARS)]:
        yield element("text", str(year), class_="scale mid", x=across(year), y=HEIGHT - 8)


def _line(line: Line, kind: str, years: Sequence[int], across: Scale, up: Scale, name_at: float) -> Iterator[Markup]:
    run: list[int] = []
    for year in [*years, None]:
        if year is not None and year in line.values:
            run.append(year)
            continue
        if len(run) > 1:
            points = " ".join(f"{place(across(at))},{place(up(line.values[at]))}" for at in run)
            yield element("polyline", class_=f"line {kind}", points=points)
        run = []
    for year, value in line.values.items():
        yield element("circle", class_=f"dot {kind}", cx=across(year), cy=up(value), r=3.0 if kind == "own" else 2.0)
    yield element("text", line.name, class_=f"name {kind}", x=RIGHT + 8, y=name_at + 4)
