"""The distribution chart: a dot per municipality with a value, with the own and the similar ones marked."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from reports.charts.label_places import Spot, above_rules, shortened
from reports.charts.svg import Scale, address, element, picture, place, scale_over, tick_decimals, ticks
from reports.charts.trend_chart import level_in
from reports.reading.contents import Contents, Distribution, IndicatorPart
from reports.reading.sourced_rows import Row
from reports.swedish.numbers import decimals_in, number_text
from reports.swedish.verdict_sentences import decimals_of

WIDTH = 400.0
LEFT, RIGHT = 12.0, 388.0
LABELS_TOP, LABEL_STEP = 12.0, 15.0
DOTS_HEIGHT = 108.0
STEP = 5.0


@dataclass(frozen=True, slots=True)
class Label:
    """The label of a vertical line: a word and the number of a cell."""

    kind: str
    word: str
    x: float
    row: Row
    column: str
    number: str

    @property
    def text(self) -> str:
        """The label as plain text."""
        return f"{self.word} {self.number}"


@dataclass(frozen=True, slots=True)
class Dots:
    """What has a dot each.

    Attributes:
        places: a row with a value for each unit, of one relation.
        own: the unit with a mark of its own; None for none.
        ringed: the units with a ring.
    """

    places: Sequence[Row]
    own: str | None
    ringed: frozenset[str]


def distribution_chart(contents: Contents, part: IndicatorPart) -> Markup | None:
    """Return the chart; empty if the own municipality has no value in any year up to the one in focus."""
    found = part.distribution
    if found is None or found.own is None:
        return None
    decimals = decimals_of(part.judged[found.year])
    target = level_in(part, contents.year)
    values = [row["value"] for row in found.places]
    across = scale_over([*values, *([target["target_value"]] if target is not None else [])], LEFT, RIGHT, padding=0.03)
    return _drawn(
        Dots(found.places, found.own["municipality_id"], frozenset(row["municipality_id"] for row in found.similar)),
        list(_labels(contents, found, target, across, decimals)),
        across,
        part.indicator["direction"],
        name=f"f-{part.id}",
        title=f"{part.id}: alla {contents.units} {found.year}",
        described=_described(contents, found, decimals),
    )


def dots_among_all(
    dots: Dots, named: Sequence[tuple[str, Row]], *, name: str, title: str, units: str, decimals: int
) -> Markup:
    """Return the same chart for any KPI: no direction is known, so no end is marked as the better one.

    Args:
        dots: at least one unit's value.
        named: what is named above a rule, the own unit first: a few rows with a value.
        name: unique on the page.
        title: of the chart.
        units: what the dots are, in Swedish.
        decimals: of the numbers in words.
    """
    values = [row["value"] for row in dots.places]
    across = scale_over([*values, *(row["value"] for _, row in named)], LEFT, RIGHT, padding=0.03)
    labels = [
        Label(
            "own" if row.values.get("municipality_id") == dots.own else "average",
            shortened(word),
            across(row["value"]),
            row,
            "value",
            number_text(row["value"], decimals),
        )
        for word, row in named
    ]
    lowest, highest = number_text(min(values), decimals), number_text(max(values), decimals)
    said = [f"{len(values)} {units} har värde, från {lowest} till {highest}."]
    said += [f"{word} har {number_text(row['value'], decimals)}." for word, row in named]
    return _drawn(dots, labels, across, None, name=name, title=title, described=" ".join(said))


def _drawn(
    dots: Dots,
    labels: Sequence[Label],
    across: Scale,
    direction: str | None,
    *,
    name: str,
    title: str,
    described: str,
) -> Markup:
    spots = above_rules([label.x for label in labels], [label.text for label in labels], WIDTH)
    floor = LABELS_TOP + LABEL_STEP * (max((spot.row for spot in spots), default=-1) + 1) + DOTS_HEIGHT
    marks = [
        *_axis(direction, across, floor),
        *_lines(labels, spots, floor),
        *_dots(dots, across, floor),
        *_words(labels, spots),
    ]
    return picture(WIDTH, floor + 38, name=name, title=title, described=described, marks=marks)


def _labels(
    contents: Contents, found: Distribution, target: Row | None, across: Scale, decimals: int
) -> Iterator[Label]:
    if found.own is not None:
        text = number_text(found.own["value"], decimals)
        yield Label("own", shortened(contents.place), across(found.own["value"]), found.own, "value", text)
    name, reference = next(
        (
            (word, found.references[kind])
            for kind, word in (("riket", "Riket"), ("unweighted_mean", "Ovägt medel"))
            if kind in found.references
        ),
        ("", None),
    )
    if reference is not None:
        text = number_text(reference["value"], decimals)
        yield Label("average", name, across(reference["value"]), reference, "value", text)
    if target is not None:
        value = target["target_value"]
        text = number_text(value, decimals_in(value))
        yield Label("target", "Mål", across(value), target, "target_value", text)


def _lines(labels: Sequence[Label], spots: Sequence[Spot], floor: float) -> Iterator[Markup]:
    for label, spot in zip(labels, spots, strict=True):
        top = LABELS_TOP + LABEL_STEP * spot.row + 4
        yield element("path", class_=f"rule {label.kind}", d=f"M{place(label.x)} {place(top)}V{place(floor + 3)}")


def _words(labels: Sequence[Label], spots: Sequence[Spot]) -> Iterator[Markup]:
    for label, spot in zip(labels, spots, strict=True):
        number = element("tspan", label.number, **address(label.row, label.column))
        content = Markup("{} {}").format(label.word, number)
        yield element(
            "text", content, class_=f"name mid {label.kind}", x=spot.middle, y=LABELS_TOP + LABEL_STEP * spot.row
        )


def _axis(direction: str | None, across: Scale, floor: float) -> Iterator[Markup]:
    yield element("path", class_="axis", d=f"M{place(LEFT)} {place(floor + 3)}H{place(RIGHT)}")
    marks = ticks(across, most=6)
    decimals = tick_decimals(marks)
    for mark in marks:
        yield element("path", class_="axis", d=f"M{place(across(mark))} {place(floor + 3)}v4")
        yield element("text", number_text(mark, decimals), class_="scale mid", x=across(mark), y=floor + 18)
    match direction:
        case "higher":
            yield element("text", "bättre", class_="note end", x=RIGHT - 16, y=floor + 33)
            yield element("path", class_="axis", d=f"M{place(RIGHT - 12)} {place(floor + 29)}h12m-4 -3l4 3-4 3")
        case "lower":
            yield element("text", "bättre", class_="note", x=LEFT + 16, y=floor + 33)
            yield element("path", class_="axis", d=f"M{place(LEFT + 12)} {place(floor + 29)}h-12m4 -3l-4 3 4 3")


def _dots(dots: Dots, across: Scale, floor: float) -> Iterator[Markup]:
    """Yield dots stacked at their values: one path for all unnamed units, one mark per named unit."""
    columns: dict[int, list[Row]] = {}
    for row in dots.places:
        columns.setdefault(round(across(row["value"]) / STEP), []).append(row)
    tallest = max(len(column) for column in columns.values())
    rise = min(STEP, (DOTS_HEIGHT - 8) / tallest)
    others, named = [], []
    for column, members in sorted(columns.items()):
        members.sort(key=lambda row: (row["municipality_id"] != dots.own, row["municipality_id"] not in dots.ringed))
        for level, row in enumerate(members):
            x, y = column * STEP, floor - 3 - level * rise
            if row["municipality_id"] == dots.own:
                named.append(
                    element(
                        "path", class_="own-mark", d=f"M{place(x)} {place(y - 6)}l6 6-6 6-6-6z", **address(row, "value")
                    )
                )
            elif row["municipality_id"] in dots.ringed:
                named.append(element("circle", class_="similar", cx=x, cy=y, r=2.9, **address(row, "value")))
            else:
                others.append(f"M{place(x)} {place(y)}h0")
    table, count = dots.places[0].relation, len(others)
    yield element("path", class_="others", d="".join(others), data_table=table, data_count=count)
    yield from sorted(named, key=lambda mark: "own-mark" in mark)


def _described(contents: Contents, found: Distribution, decimals: int) -> str:
    ordered: Mapping[str, Row] = found.references
    values = [row["value"] for row in found.places]
    lowest, highest = number_text(min(values), decimals), number_text(max(values), decimals)
    said = [f"{len(values)} {contents.of_units(len(values))} har värde {found.year}, från {lowest} till {highest}."]
    if found.own is not None:
        said.append(
            f"{contents.place} har {number_text(found.own['value'], decimals)}, "
            f"plats {found.own['rank']} av {found.own['rank_n']}."
        )
    if "riket" in ordered:
        said.append(f"Riket har {number_text(ordered['riket']['value'], decimals)}.")
    if found.similar:
        names = ", ".join(f"{row['municipality_name']} {number_text(row['value'], decimals)}" for row in found.similar)
        said.append(f"Liknande kommuner: {names}.")
    return " ".join(said)
