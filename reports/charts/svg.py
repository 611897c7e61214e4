"""SVG elements with escaped texts, and the scales of charts.

This module sets no colours: a class names the kind of a mark, and the page's style sheet defines its look on screen, in
the light and the dark theme, and on paper.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from reports.reading.sourced_rows import Row
from reports.swedish.located_figures import exact

LABEL_HEIGHT = 13.0
NICE_STEPS = (1, 2, 2.5, 5, 10)


@dataclass(frozen=True, slots=True)
class Scale:
    """A linear scale from values to coordinates of the drawing."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """Return the coordinate of a value."""
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)


def scale_over(values: Iterable[float], start: float, end: float, *, padding: float = 0.08) -> Scale:
    """Return a scale that covers all values, with padding at both ends."""
    known = list(values)
    low, high = min(known), max(known)
    air = (high - low) * padding or max(abs(high) * padding, 0.5)
    return Scale(low - air if low >= air or low < 0 else 0.0, high + air, start, end)


def ticks(scale: Scale, most: int = 5) -> list[float]:
    """Return round values to mark on an axis, at most `most`."""
    rough = (scale.high - scale.low) / most
    magnitude = 10 ** math.floor(math.log10(rough))
    step = next(factor * magnitude for factor in NICE_STEPS if factor * magnitude >= rough)
    first = math.ceil(scale.low / step)
    return [round(number * step, 10) for number in range(first, math.floor(scale.high / step) + 1)]


def tick_decimals(marks: Sequence[float]) -> int:
    """Return the number of decimals that distinguishes the marks of an axis."""
    return max((len(text.partition(".")[2]) for text in (f"{mark:.6f}".rstrip("0") for mark in marks)), default=0)


def place(number: float) -> str:
    """Return a coordinate as text: a tenth of a unit is finer than any screen shows."""
    return f"{number:.1f}".removesuffix(".0")


def element(name: str, content: Markup | str | None = None, /, **attributes: object) -> Markup:
    """Return an element. `class_` becomes `class`, an underscore in a name a hyphen; None is omitted."""
    written = Markup("").join(
        Markup(' {}="{}"').format(
            key.rstrip("_").replace("_", "-"), place(value) if isinstance(value, float) else value
        )
        for key, value in attributes.items()
        if value is not None
    )
    if content is None:
        return Markup("<{}{}/>").format(name, written)
    return Markup("<{0}{1}>{2}</{0}>").format(name, written, content)


def address(row: Row, column: str) -> dict[str, object]:
    """Return the attributes that trace a mark or label to its cell."""
    return {
        "data_table": row.relation,
        "data_key": row.address,
        "data_column": column,
        "data_value": exact(row[column]),
    }


def picture(
    width: float,
    height: float,
    *,
    name: str,
    title: str,
    described: str,
    marks: Iterable[Markup],
    class_: str = "chart",
) -> Markup:
    """Return a drawing with its text alternative. `name` must be unique on the page."""
    head = element("title", title, id=f"{name}-t") + element("desc", described, id=f"{name}-d")
    return element(
        "svg",
        head + Markup("").join(marks),
        class_=class_,
        viewBox=f"0 0 {place(width)} {place(height)}",
        role="img",
        aria_labelledby=f"{name}-t {name}-d",
    )


def spread(wanted: Sequence[float], low: float, high: float, apart: float = LABEL_HEIGHT) -> list[float]:
    """Return coordinates near the wanted ones, at least `apart` from each other, within bounds, in the given order."""
    order = sorted(range(len(wanted)), key=lambda index: wanted[index])
    placed = [min(max(wanted[index], low), high) for index in order]
    for index in range(1, len(placed)):
        placed[index] = max(placed[index], placed[index - 1] + apart)
    if placed and placed[-1] > high:
        placed[-1] = high
        for index in range(len(placed) - 2, -1, -1):
            placed[index] = min(placed[index], placed[index + 1] - apart)
    result = [0.0] * len(wanted)
    for index, where in zip(order, placed, strict=True):
        result[index] = where
    return result
