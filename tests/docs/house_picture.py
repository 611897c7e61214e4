"""`python -m tests.docs.house_picture` draws the import graph into docs/images/house.svg.

A box is a room (a top-level package) with its modules, importing ones above imported ones. An arrow points to an
imported room; arrows that follow from others are left out (`cli` imports `warehouse`, too). Only the position of the
rooms is chosen here; their contents and arrows are read from the code.
"""

import ast
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from graphlib import TopologicalSorter
from html import escape
from itertools import pairwise
from math import ceil
from pathlib import Path
from textwrap import wrap

import grimp

REPOSITORY = Path(__file__).resolve().parents[2]
PICTURE = REPOSITORY / "docs" / "images" / "house.svg"
# The rooms row by row, from the top. A room that does not exist leaves its space to the others.
ROWS = (
    ("cli",),
    ("flows", "web"),
    ("pipeline", "sharing", "reports"),
    ("kolada_client", "fake_kolada", "goals", "warehouse"),
)
COLOURS = {
    "cli": "#5b4a8a",
    "flows": "#2f5f8f",
    "web": "#2f7a78",
    "pipeline": "#2f5f8f",
    "sharing": "#7a5600",
    "reports": "#2f7a78",
    "kolada_client": "#a3301f",
    "fake_kolada": "#9a5b12",
    "goals": "#0d6847",
    "warehouse": "#404a57",
    "sql": "#404a57",
}
WIDTH, MARGIN, GUTTER, BETWEEN = 1020.0, 24.0, 44.0, 20.0
PADDING, LINE, COLUMN = 14.0, 15.5, 130.0
HEAD, ABOUT_LINE = 26.0, 15.0
ABOUT_CHARACTER = 6.1
# The least number of names below each other in the widest room of a row.
SHORTEST = 4
INDENT = "  "
# The distance between two arrows at the edge of a box.
APART = 26.0
# The part of the gap above a box that an arrow's head takes.
HEAD_LENGTH = 14.0

# The folder of SQL files, which the warehouse reads.
SQL = "sql"
ABOUT_SQL = "Every table, view, mart and check as a file of its own, with the dictionary of their columns."
HEADER = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" role="img" aria-labelledby="title"
 font-family="system-ui, 'Segoe UI', 'DejaVu Sans', sans-serif">
<title id="title">The rooms of the house and who imports whom, from the command down</title>
<defs><marker id="head" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" orient="auto">
<path d="M0 0L10 5L0 10z" fill="#6b7480"/></marker></defs>
<rect width="{width:g}" height="{height:g}" rx="10" fill="#ffffff"/>"""

Graph = Mapping[str, frozenset[str]]
Point = tuple[float, float]


def rooms() -> list[str]:
    """Return the rooms of the code, as import-linter has them."""
    settings = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))
    return list(settings["tool"]["importlinter"]["root_packages"])


def module_graph() -> Graph:
    """Return each module with our modules that it imports at run time."""
    graph = grimp.build_graph(*rooms(), exclude_type_checking_imports=True)
    return {module: frozenset(graph.find_modules_directly_imported_by(module)) for module in graph.modules}


def room_of(module: str) -> str:
    """Return the room of a module."""
    return module.partition(".")[0]


def room_graph(modules: Graph) -> Graph:
    """Return each room with the rooms that it imports."""
    found: dict[str, set[str]] = {room_of(module): set() for module in modules}
    for module, imported in modules.items():
        found[room_of(module)] |= {room_of(each) for each in imported} - {room_of(module)}
    return {room: frozenset(imported) for room, imported in found.items()}


def arrows(graph: Graph) -> list[tuple[str, str]]:
    """Return the imports between rooms, without those that follow from others."""
    reached: dict[str, frozenset[str]] = {}
    for room in TopologicalSorter(graph).static_order():
        reached[room] = graph[room].union(*(reached[each] for each in graph[room]))
    return sorted(
        (room, imported)
        for room, all_imported in graph.items()
        for imported in all_imported
        if not any(imported in reached[other] for other in all_imported)
    )


def names_in(room: str, modules: Graph) -> list[str]:
    """Return the lines of a room: its folders with their modules, then its other modules.

    A folder ends in a slash and its modules are indented. Importing modules stand before imported ones, then by name.
    """
    inside = {name for name in modules if name.startswith(f"{room}.") and not name.endswith(".__init__")}
    inside = {name for name in inside if not any(other.startswith(f"{name}.") for other in inside)}
    depth: dict[str, int] = {}
    for name in TopologicalSorter({name: modules[name] & inside for name in inside}).static_order():
        depth[name] = 1 + max((depth[each] for each in modules[name] & inside), default=0)
    folders: dict[str, list[str]] = {}
    for name in sorted(inside, key=lambda name: (-depth[name], name)):
        folder, _, module = name.removeprefix(f"{room}.").rpartition(".")
        folders.setdefault(folder, []).append(module)
    others = folders.pop("", [])
    return [line for folder, names in folders.items() for line in (f"{folder}/", *map(INDENT.__add__, names))] + others


def about(package: str) -> str:
    """Return the first sentence of a package's docstring."""
    tree = ast.parse((REPOSITORY / package / "__init__.py").read_text(encoding="utf-8"))
    first = " ".join((ast.get_docstring(tree) or "").partition("\n\n")[0].split())
    return first.partition(". ")[0].rstrip(".").replace("`", "") + "."


@dataclass(frozen=True, slots=True)
class Box:
    """A room as drawn: its position, its sentence in lines, its modules in columns."""

    room: str
    left: float
    top: float
    width: float
    height: float
    sentence: Sequence[str]
    names: Sequence[str]
    lines: int

    @property
    def middle(self) -> float:
        """The horizontal centre."""
        return self.left + self.width / 2

    @property
    def right(self) -> float:
        """The right edge."""
        return self.left + self.width

    @property
    def bottom(self) -> float:
        """The bottom edge."""
        return self.top + self.height


def layout(modules: Graph) -> list[list[Box]]:
    """Return the boxes, row by row."""
    rows: list[list[Box]] = []
    top = MARGIN
    for names_of_row in ROWS:
        present = [room for room in names_of_row if room in rooms()]
        if not present:
            continue
        boxes = row_of_boxes({room: names_in(room, modules) for room in present}, top)
        rows.append(boxes)
        top = boxes[0].bottom + GUTTER
    folders = sorted(path.name for path in (REPOSITORY / SQL).iterdir() if path.is_dir() and path.name[0] not in "._")
    lines = ceil(len(folders) / (WIDTH // COLUMN - 1))
    height = HEAD + ABOUT_LINE + 10 + lines * LINE + 2 * PADDING - 6
    return [*rows, [Box(SQL, MARGIN, top, WIDTH - 2 * MARGIN, height, [ABOUT_SQL], folders, lines)]]


def row_of_boxes(names: Mapping[str, Sequence[str]], top: float) -> list[Box]:
    """Return the boxes of one row, of equal height and wide enough for their names."""
    room_for = WIDTH - 2 * MARGIN - BETWEEN * (len(names) - 1)
    lines = SHORTEST
    while sum(width_for(len(each), lines) for each in names.values()) > room_for:
        lines += 1
    spare = (room_for - sum(width_for(len(each), lines) for each in names.values())) / len(names)
    widths = {room: width_for(len(each), lines) + spare for room, each in names.items()}
    if len(names) == 1 and top > MARGIN:  # arrows to lower rows pass beside it
        widths = {room: width * 0.6 for room, width in widths.items()}
    sentences = {room: wrap(about(room), int((widths[room] - 2 * PADDING) / ABOUT_CHARACTER)) for room in names}
    height = HEAD + max(len(each) for each in sentences.values()) * ABOUT_LINE + 10 + lines * LINE + 2 * PADDING
    boxes, left = [], MARGIN
    for room, each in names.items():
        columns = max(ceil(len(each) / lines), 1)
        boxes.append(Box(room, left, top, widths[room], height, sentences[room], each, ceil(len(each) / columns)))
        left += widths[room] + BETWEEN
    return boxes


def width_for(count: int, lines: int) -> float:
    """Return the width of a box with its names in this many lines."""
    return max(ceil(count / lines), 1) * COLUMN + 2 * PADDING


def draw(modules: Graph) -> str:
    """Return the picture as SVG."""
    rows = layout(modules)
    height = rows[-1][0].bottom + MARGIN
    opening = HEADER.format(width=WIDTH, height=height)
    boxes = [line for row in rows for box in row for line in drawn_box(box)]
    pairs = [*arrows(room_graph(modules)), ("warehouse", SQL)]
    return "\n".join([opening, *drawn_arrows(rows, pairs), *boxes, "</svg>", ""])


def drawn_box(box: Box) -> Iterator[str]:
    """Yield the SVG of one room."""
    colour = COLOURS[box.room]
    yield f'<g><rect x="{box.left:.1f}" y="{box.top:.1f}" width="{box.width:.1f}" height="{box.height:.1f}" rx="8" '
    yield f'fill="{colour}" fill-opacity="0.06" stroke="{colour}" stroke-width="1.2"/>'
    x, y = box.left + PADDING, box.top + PADDING + 12
    yield f'<text x="{x:.1f}" y="{y:.1f}" font-size="16" font-weight="700" fill="{colour}">{box.room}/</text>'
    y += HEAD - 6
    for line in box.sentence:
        yield f'<text x="{x:.1f}" y="{y:.1f}" font-size="11.5" fill="#3b434d">{escape(line)}</text>'
        y += ABOUT_LINE
    top = y + LINE
    columns = max(ceil(len(box.names) / box.lines), 1)
    step = (box.width - 2 * PADDING) / columns
    for place, name in enumerate(box.names):
        left, down = x + place // box.lines * step, top + place % box.lines * LINE
        left += 10 if name.startswith(INDENT) else 0
        look = f'font-weight="600" fill="{colour}"' if name.endswith("/") else 'fill="#5d6672"'
        yield f'<text x="{left:.1f}" y="{down:.1f}" font-size="11" {look}>{name.strip()}</text>'
    yield "</g>"


@dataclass(frozen=True, slots=True)
class Arrow:
    """The path of an arrow: its start, its lanes through the rows between, and its end."""

    upper: int
    lower: int
    leave: float
    lanes: Sequence[float]
    arrive: float

    def steps(self) -> Iterator[tuple[int, float, float]]:
        """Yield the gaps between rows that it crosses: the row above, the position in and the position out."""
        ways = (self.leave, *self.lanes, self.arrive)
        for number, (into, out) in enumerate(pairwise(ways)):
            yield self.upper + number, into, out


def arrows_between(rows: Sequence[Sequence[Box]], pairs: Sequence[tuple[str, str]]) -> Iterator[Arrow]:
    """Yield the arrows, as straight as possible."""
    place = {box.room: (number, box) for number, row in enumerate(rows) for box in row}
    for of, to in pairs:
        if place[to][0] <= place[of][0]:
            raise ValueError(f"`{of}` imports `{to}`, which is in the same row of ROWS or above it.")
    above = {to: [place[of][1] for of, other in pairs if other == to] for _, to in pairs}
    arrive = {(of, to): spread(place[to][1], above[to], place[of][1]) for of, to in pairs}
    lanes = {
        (of, to): [free_lane(row, arrive[of, to]) for row in rows[place[of][0] + 1 : place[to][0]]] for of, to in pairs
    }
    leave: dict[tuple[str, str], float] = {}
    for room, (_, box) in place.items():
        mine = sorted((pair for pair in pairs if pair[0] == room), key=lambda pair: [*lanes[pair], arrive[pair]][0])
        wanted = [[*lanes[pair], arrive[pair]][0] for pair in mine]
        leave.update(zip(mine, within(wanted, box), strict=True))
    for pair in pairs:
        yield Arrow(place[pair[0]][0], place[pair[1]][0], leave[pair], lanes[pair], arrive[pair])


def within(wanted: Sequence[float], box: Box) -> list[float]:
    """Return positions on a box's lower edge, in order and apart, each close to its arrow's target."""
    low, high = box.left + PADDING, box.right - PADDING
    places = [min(max(each, low), high) for each in wanted]
    for number in range(len(places) - 2, -1, -1):
        places[number] = min(places[number], places[number + 1] - APART)
    for number in range(1, len(places)):
        places[number] = max(places[number], places[number - 1] + APART)
    return places


def spread(box: Box, above: Sequence[Box], start: Box) -> float:
    """Return the position of an arrow's end on a box's upper edge: evenly spread, or straight below a single start."""
    if len(above) == 1 and box.left < start.left and start.right <= box.right:
        return start.middle
    ordered = sorted(above, key=lambda each: each.middle)
    return box.left + box.width * (ordered.index(start) + 1) / (len(ordered) + 1)


def free_lane(row: Sequence[Box], wanted: float) -> float:
    """Return the closest gap of a row for an arrow: between two boxes, or beside them."""
    if not any(box.left - BETWEEN / 2 < wanted < box.right + BETWEEN / 2 for box in row):
        return wanted
    lanes = [row[0].left - BETWEEN / 2, *(box.right + BETWEEN / 2 for box in row)]
    return min(lanes, key=lambda lane: abs(lane - wanted))


def levels(found: Sequence[Arrow]) -> dict[tuple[int, float, float], float]:
    """Return how far below its row each arrow turns, so that arrows in one direction do not cross."""
    turns: dict[tuple[int, float, float], float] = {}
    for gap in {step[0] for arrow in found for step in arrow.steps()}:
        steps = [step for arrow in found for step in arrow.steps() if step[0] == gap and step[1] != step[2]]
        ordered = sorted(steps, key=lambda step: step[1] if step[2] < step[1] else -step[1])
        for number, step in enumerate(ordered):
            turns[step] = (GUTTER - HEAD_LENGTH) * (number + 1) / (len(ordered) + 1)
    return turns


def drawn_arrows(rows: Sequence[Sequence[Box]], pairs: Sequence[tuple[str, str]]) -> Iterator[str]:
    """Yield the arrows, each from the lower edge of a box to the upper edge of one below."""
    found = list(arrows_between(rows, pairs))
    turns = levels(found)
    for arrow in found:
        points: list[Point] = [(arrow.leave, rows[arrow.upper][0].bottom)]
        for step in arrow.steps():
            above, into, out = step
            if into != out:
                turn = rows[above][0].bottom + turns[step]
                points += [(into, turn), (out, turn)]
        points.append((arrow.arrive, rows[arrow.lower][0].top - 2))
        yield f'<path d="{rounded(points)}" fill="none" stroke="#6b7480" stroke-width="1.5" marker-end="url(#head)"/>'


def rounded(points: Sequence[Point], radius: float = 8.0) -> str:
    """Return a path along points with rounded corners."""
    kept = [points[0]]
    for point in points[1:]:
        if point != kept[-1]:
            kept.append(point)
    path = [f"M{kept[0][0]:.1f} {kept[0][1]:.1f}"]
    for before, corner, after in zip(kept, kept[1:], kept[2:], strict=False):
        into, out = towards(corner, before, radius), towards(corner, after, radius)
        path.append(f"L{into[0]:.1f} {into[1]:.1f}Q{corner[0]:.1f} {corner[1]:.1f} {out[0]:.1f} {out[1]:.1f}")
    path.append(f"L{kept[-1][0]:.1f} {kept[-1][1]:.1f}")
    return "".join(path)


def towards(start: Point, end: Point, length: float) -> Point:
    """Return the point at a distance from one point towards another, at most half-way."""
    distance = abs(end[0] - start[0]) + abs(end[1] - start[1])
    share = min(length / distance, 0.5) if distance else 0.0
    return start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share


if __name__ == "__main__":
    PICTURE.write_text(draw(module_graph()), encoding="utf-8")
