"""Where labels stand in a chart: no label over another one, and as little line as possible through any.

Texts are measured by their number of characters: the page's font is not known here, and figures are about as wide in
all of them.
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
# From a point to the baseline of a number above it, below it, and beside it.
ABOVE, BELOW, BESIDE = -7.0, 16.0, 4.0
SIDE_GAP = 8.0
# What it costs to leave the drawing or to lie over another label, in units of line through the text.
OUTSIDE, OVER_ANOTHER = 100.0, 50.0


def width_of(text: str) -> float:
    """About how wide a text is."""
    return len(text) * CHARACTER_WIDTH


def shortened(name: str) -> str:
    """A name that leaves room for the drawing; the text alternative has it whole."""
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1].rstrip()}…"


@dataclass(frozen=True, slots=True)
class Spot:
    """A row, counted from above, and the middle of a text in it."""

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
        """Whether two rectangles share any ground."""
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )

    def holds(self, other: "Box") -> bool:
        """Whether another rectangle lies within."""
        return (
            self.left <= other.left
            and other.right <= self.right
            and self.top <= other.top
            and other.bottom <= self.bottom
        )

    def length_within(self, segment: Segment) -> float:
        """How much of a segment runs through the rectangle (Liang and Barsky's clipping)."""
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
    """The ground that a centred text covers."""
    half = width_of(text) / 2
    return Box(middle - half, baseline - ASCENT, middle + half, baseline + DESCENT)


def beside_points(points: Sequence[Point], texts: Sequence[str], lines: Sequence[Segment], bounds: Box) -> list[Point]:
    """The middle and baseline of a text for each point: of the places around it, the one least run through.

    Args:
        points: what the texts belong to.
        texts: as many.
        lines: what is drawn.
        bounds: where texts may stand.
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
    """The places around a point, best first."""
    x, y = point
    for shift in (0.0, -width / 2, width / 2):
        yield x + shift, y + ABOVE
        yield x + shift, y + BELOW
    yield x + width / 2 + SIDE_GAP, y + BESIDE
    yield x - width / 2 - SIDE_GAP, y + BESIDE


def above_rules(places: Sequence[float], texts: Sequence[str], width: float) -> list[Spot]:
    """Where texts stand above upright rules, so that no text lies over another and no rule cuts one.

    A rule begins under its own text and runs down through the rows below. Of all arrangements the one with the fewest
    conflicts is taken, then the one with the fewest rows, then the one that stands nearest to its rules. There are a
    handful of rules, so all can be tried.

    Args:
        places: where the rules stand.
        texts: one per rule.
        width: of the drawing.
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
    """The middles of a text over its rule, to the right of it and to the left, where it has room."""
    yield min(max(rule, half + 2), width - half - 2)
    for middle in (rule + half + LABEL_GAP / 2, rule - half - LABEL_GAP / 2):
        if half <= middle <= width - half:
            yield middle


def _conflict(one: Spot, other: Spot, rule: float, other_rule: float, half: float, other_half: float) -> bool:
    """Whether two texts lie over each other, or the rule of the upper one cuts the lower one."""
    if one.row == other.row:
        return abs(one.middle - other.middle) < half + other_half + LABEL_GAP
    if one.row < other.row:
        return abs(other.middle - rule) < other_half + 1
    return abs(one.middle - other_rule) < half + 1
