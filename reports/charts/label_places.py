"""The placement of labels in a chart: labels do not overlap, and lines cross them as little as possible.

The width of a text is estimated from its number of characters: the page's font is not known here, and digits have about
the same width in all fonts.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, product

Point = tuple[float, float]
Segment = tuple[Point, Point]

CHARACTER_WIDTH = 6.4
LONGEST_NAME = 18
ASCENT, DESCENT = 9.0, 2.0
LABEL_GAP = 8.0
# The distance from a point to the baseline of a number above it, below it, and next to it.
ABOVE, BELOW, BESIDE = -7.0, 16.0, 4.0
SIDE_GAP = 8.0
# The cost of leaving the drawing or overlapping another label, in units of line length through the text.
OUTSIDE, OVER_ANOTHER = 100.0, 50.0


def width_of(text: str) -> float:
    """Return the estimated width of a text."""
    return len(text) * CHARACTER_WIDTH


def shortened(name: str) -> str:
    """Return a name shortened to leave room for the drawing; the text alternative has the full name."""
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1].rstrip()}…"


@dataclass(frozen=True, slots=True)
class Spot:
    """The place of a text: its row, counted from the top, and its middle."""

    row: int
    middle: float


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle of the drawing; y grows downwards."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: "Box") -> bool:
        """Return whether two rectangles overlap."""
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )

    def holds(self, other: "Box") -> bool:
        """Return whether this rectangle contains another one."""
        return (
            self.left <= other.left
            and other.right <= self.right
            and self.top <= other.top
            and other.bottom <= self.bottom
        )

    def length_within(self, segment: Segment) -> float:
        """Return the length of a segment within the rectangle (Liang and Barsky's clipping)."""
        (x, y), (end_x, end_y) = segment
        across, down = end_x - x, end_y - y
        enters, leaves = 0.0, 1.0
        for step, room in (
            (-across, x - self.left),
            (across, self.right - x),
            (-down, y - self.top),
            (down, self.bottom - y),
        ):
            if step == 0 and room < 0:
                return 0.0
            if step < 0:
                enters = max(enters, room / step)
            elif step > 0:
                leaves = min(leaves, room / step)
        return max(leaves - enters, 0.0) * float((across**2 + down**2) ** 0.5)


def text_box(middle: float, baseline: float, text: str) -> Box:
    """Return the rectangle that a centred text covers."""
    half = width_of(text) / 2
    return Box(middle - half, baseline - ASCENT, middle + half, baseline + DESCENT)


def beside_points(points: Sequence[Point], texts: Sequence[str], lines: Sequence[Segment], bounds: Box) -> list[Point]:
    """Return the middle and baseline of a text for each point: the place next to it that lines cross least.

    Args:
        points: the points of the texts.
        texts: one text per point.
        lines: the drawn lines.
        bounds: the area for texts.
    """
    chosen: list[Point] = []
    taken: list[Box] = []
    for point, text in zip(points, texts, strict=True):

        def cost(place: Point, text: str = text) -> float:
            box = text_box(*place, text)
            return (
                sum(box.length_within(line) for line in lines)
                + OVER_ANOTHER * sum(box.meets(other) for other in taken)
                + OUTSIDE * (not bounds.holds(box))
            )

        best = min(_around(point, width_of(text)), key=cost)
        chosen.append(best)
        taken.append(text_box(*best, text))
    return chosen


def _around(point: Point, width: float) -> Iterator[Point]:
    """Return the places around a point, best first."""
    x, y = point
    for shift in (0.0, -width / 2, width / 2):
        yield x + shift, y + ABOVE
        yield x + shift, y + BELOW
    yield x + width / 2 + SIDE_GAP, y + BESIDE
    yield x - width / 2 - SIDE_GAP, y + BESIDE


def above_rules(places: Sequence[float], texts: Sequence[str], width: float) -> list[Spot]:
    """Return places for texts above vertical lines, so that texts do not overlap and no line crosses a text.

    A line begins below its own text and continues through the lower rows. The arrangement with the fewest conflicts is
    chosen, then the one with the fewest rows, then the one closest to its lines. There are only a few lines, so all
    arrangements are tried.

    Args:
        places: the places of the lines.
        texts: one text per line.
        width: the width of the drawing.
    """
    halves = [width_of(text) / 2 for text in texts]
    wanted = [
        [Spot(row, middle) for row in range(len(places)) for middle in _middles(rule, half, width)]
        for rule, half in zip(places, halves, strict=True)
    ]

    def cost(arrangement: Iterable[Spot]) -> tuple[int, int, float]:
        spots = tuple(arrangement)
        conflicts = sum(
            _conflict(spots[one], spots[other], places[one], places[other], halves[one], halves[other])
            for one, other in combinations(range(len(spots)), 2)
        )
        away = sum(abs(spot.middle - rule) + spot.row for spot, rule in zip(spots, places, strict=True))
        return conflicts, max(spot.row for spot in spots), away

    return list(min(product(*wanted), key=cost))


def _middles(rule: float, half: float, width: float) -> Iterator[float]:
    """Return the possible middles of a text: above its line, to its right and to its left, where there is room."""
    yield min(max(rule, half + 2), width - half - 2)
    for middle in (rule + half + LABEL_GAP / 2, rule - half - LABEL_GAP / 2):
        if half <= middle <= width - half:
            yield middle


def _conflict(one: Spot, other: Spot, rule: float, other_rule: float, half: float, other_half: float) -> bool:
    """Return whether two texts overlap, or the line of the upper one crosses the lower one."""
    if one.row == other.row:
        return abs(one.middle - other.middle) < half + other_half + LABEL_GAP
    if one.row < other.row:
        return abs(other.middle - rule) < other_half + 1
    return abs(one.middle - other_rule) < half + 1
