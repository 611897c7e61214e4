"""A chart of one KPI: the values of several units, year by year, as lines with the name at their end."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from reports.charts.label_places import shortened, width_of
from reports.charts.svg import LABEL_HEIGHT, Scale, element, picture, place, scale_over, spread, tick_decimals, ticks
from reports.page.html_page import plain_size
from reports.swedish.numbers import number_text

WIDTH = 720.0
LEAST_HEIGHT = 320.0
LEFT = 46.0
TOP = 14.0
BELOW = 30.0
LEAST_MARGIN = 150.0
GAP = 8.0
MOST_YEARS = 12


@dataclass(frozen=True, slots=True)
class Line:
    """One unit's values of a KPI, one gender, by year.

    Attributes:
        unit_id: of the unit.
        gender: T, K or M.
        name: of the unit.
        word: the gender in Swedish where several are shown, else empty.
        values: by year.
    """

    unit_id: str
    gender: str
    name: str
    word: str
    values: Mapping[int, float]

    @property
    def last(self) -> tuple[int, float]:
        """The last year with a value, and the value."""
        year = max(self.values)
        return year, self.values[year]

    @property
    def label(self) -> str:
        """The unit, and the gender where several are shown."""
        return f"{self.name}, {self.word}" if self.word else self.name

    @property
    def short_label(self) -> str:
        """The same with a name that leaves room for the drawing."""
        return f"{shortened(self.name)}, {self.word}" if self.word else shortened(self.name)


@dataclass(frozen=True, slots=True)
class Frame:
    """The ground of a chart: scales, and where it ends to the right and below."""

    across: Scale
    up: Scale
    right: float
    foot: float


def line_chart(lines: Sequence[Line], title: str) -> Markup | None:
    """Return the chart; None without lines. The first unit is marked as the own; a missing year is a gap in a line."""
    if not lines:
        return None
    years = sorted({year for line in lines for year in line.values})
    foot = max(LEAST_HEIGHT - BELOW, TOP + LABEL_HEIGHT * len(lines))
    right = WIDTH - max(LEAST_MARGIN, GAP + max(width_of(line.short_label) for line in lines))
    values = [value for line in lines for value in line.values.values()]
    across = Scale(years[0], max(years[-1], years[0] + 1), LEFT, right)
    frame = Frame(across, scale_over(values, foot, TOP), right, foot)
    names = spread([frame.up(line.last[1]) for line in lines], TOP, foot)
    marks = [*_axes(years, frame)]
    for number, line in reversed(list(enumerate(lines))):
        kind = "own" if line.unit_id == lines[0].unit_id else "average"
        marks += _line(line, kind, years, frame, names[number])
    told = "; ".join(f"{line.label} {line.last[0]}: {_shown(line.last[1])}" for line in lines)
    return picture(WIDTH, foot + BELOW, name="linjer", title=title, described=told, marks=marks)


def _shown(value: float) -> str:
    return number_text(value, plain_size(value))


def _axes(years: Sequence[int], frame: Frame) -> Iterator[Markup]:
    levels = ticks(frame.up)
    decimals = tick_decimals(levels)
    for level in levels:
        at = frame.up(level)
        yield element("path", class_="grid", d=f"M{place(LEFT)} {place(at)}H{place(frame.right)}")
        yield element("text", number_text(level, decimals), class_="scale end", x=LEFT - 6, y=at + 3.5)
    for year in years[:: max(1, len(years) // MOST_YEARS)]:
        yield element("text", str(year), class_="scale mid", x=frame.across(year), y=frame.foot + BELOW - 8)


def _line(line: Line, kind: str, years: Sequence[int], frame: Frame, name_at: float) -> Iterator[Markup]:
    run: list[int] = []
    for year in [*years, None]:
        if year is not None and year in line.values:
            run.append(year)
            continue
        if len(run) > 1:
            points = " ".join(f"{place(frame.across(at))},{place(frame.up(line.values[at]))}" for at in run)
            yield element("polyline", class_=f"line {kind}", points=points)
        run = []
    for year, value in line.values.items():
        size = 3.0 if kind == "own" else 2.0
        yield element("circle", class_=f"dot {kind}", cx=frame.across(year), cy=frame.up(value), r=size)
    yield element("text", line.short_label, class_=f"name {kind}", x=frame.right + GAP, y=name_at + 4)
