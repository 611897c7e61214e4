"""Where one municipality stands among all: a dot per municipality with a value, the own and the similar ones marked."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from reports.contents import Contents, Distribution, IndicatorPart
from reports.labels import Spot, above_rules, shortened
from reports.numbers import decimals_in, number_text
from reports.sourced_rows import Row
from reports.svg import Scale, address, element, picture, place, scale_over, tick_decimals, ticks
from reports.trend_chart import level_in
from reports.verdict_sentences import decimals_of

WIDTH = 400.0
LEFT, RIGHT = 12.0, 388.0
LABELS_TOP, LABEL_STEP = 12.0, 15.0
DOTS_HEIGHT = 108.0
STEP = 5.0


@dataclass(frozen=True, slots=True)
class Label:
    """What is marked by an upright rule: a word and a cell's number above it."""

    kind: str
    word: str
    x: float
    row: Row
    column: str
    number: str

    @property
    def text(self) -> str:
        """The words as they are read."""
        return f"{self.word} {self.number}"


def distribution_chart(contents: Contents, part: IndicatorPart) -> Markup | None:
    """The chart, or nothing where the own municipality has no value in any year up to the one in focus."""
    found = part.distribution
    if found is None or found.own is None:
        return None
    decimals = decimals_of(part.judged[found.year])
    target = level_in(part, contents.year)
    values = [row["value"] for row in found.places]
    across = scale_over([*values, *([target["target_value"]] if target is not None else [])], LEFT, RIGHT, padding=0.03)
    labels = list(_labels(contents, found, target, across, decimals))
    spots = above_rules([label.x for label in labels], [label.text for label in labels], WIDTH)
    floor = LABELS_TOP + LABEL_STEP * (max(spot.row for spot in spots) + 1) + DOTS_HEIGHT
    marks = [
        *_axis(part, across, floor),
        *_lines(labels, spots, floor),
        *_dots(found, across, floor),
        *_words(labels, spots),
    ]
    return picture(
        WIDTH,
        floor + 38,
        name=f"f-{part.id}",
        title=f"{part.id}: alla {contents.units} {found.year}",
        described=_described(contents, found, decimals),
        marks=marks,
    )


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


def _axis(part: IndicatorPart, across: Scale, floor: float) -> Iterator[Markup]:
    yield element("path", class_="axis", d=f"M{place(LEFT)} {place(floor + 3)}H{place(RIGHT)}")
    marks = ticks(across, most=6)
    decimals = tick_decimals(marks)
    for mark in marks:
        yield element("path", class_="axis", d=f"M{place(across(mark))} {place(floor + 3)}v4")
        yield element("text", number_text(mark, decimals), class_="scale mid", x=across(mark), y=floor + 18)
    match part.indicator["direction"]:
        case "higher":
            yield element("text", "bättre", class_="note end", x=RIGHT - 16, y=floor + 33)
            yield element("path", class_="axis", d=f"M{place(RIGHT - 12)} {place(floor + 29)}h12m-4 -3l4 3-4 3")
        case "lower":
            yield element("text", "bättre", class_="note", x=LEFT + 16, y=floor + 33)
            yield element("path", class_="axis", d=f"M{place(LEFT + 12)} {place(floor + 29)}h-12m4 -3l-4 3 4 3")


def _dots(found: Distribution, across: Scale, floor: float) -> Iterator[Markup]:
    """Dots stacked where their values lie: one path for all the others, marks of their own for the named ones."""
    similar = {row["municipality_id"] for row in found.similar}
    own_id = found.own["municipality_id"] if found.own is not None else None
    columns: dict[int, list[Row]] = {}
    for row in found.places:
        columns.setdefault(round(across(row["value"]) / STEP), []).append(row)
    tallest = max(len(column) for column in columns.values())
    rise = min(STEP, (DOTS_HEIGHT - 8) / tallest)
    others, named = [], []
    for column, members in sorted(columns.items()):
        members.sort(key=lambda row: (row["municipality_id"] != own_id, row["municipality_id"] not in similar))
        for level, row in enumerate(members):
            x, y = column * STEP, floor - 3 - level * rise
            if row["municipality_id"] == own_id:
                named.append(
                    element(
                        "path", class_="own-mark", d=f"M{place(x)} {place(y - 6)}l6 6-6 6-6-6z", **address(row, "value")
                    )
                )
            elif row["municipality_id"] in similar:
                named.append(element("circle", class_="similar", cx=x, cy=y, r=2.9, **address(row, "value")))
            else:
                others.append(f"M{place(x)} {place(y)}h0")
    yield element("path", class_="others", d="".join(others), data_table="mart.ranking", data_count=len(others))
    yield from sorted(named, key=lambda mark: "own-mark" in mark)


def _described(contents: Contents, found: Distribution, decimals: int) -> str:
    ordered: Mapping[str, Row] = found.references
    values = [row["value"] for row in found.places]
    lowest, highest = number_text(min(values), decimals), number_text(max(values), decimals)
    said = [f"{len(values)} {contents.units} har värde {found.year}, från {lowest} till {highest}."]
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
