"""Helpers of the report tests: a small part of the sample, a plan with awkward texts, and a parser of pages."""

import csv
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import duckdb
import polars as pl

from fake_kolada import DataSet, sample_data
from goals import Plan, read_plan
from warehouse.published_file import published_file

REPOSITORY = Path(__file__).resolve().parents[2]
PLAN_ID = "alingsas-2022-2024"
PLAN_FOLDER = REPOSITORY / "goals" / PLAN_ID
OWN = "1489"
NEIGHBOURS = 40

# Texts with markup or formulas, which must be shown as text.
OWN_NAME = 'Alingsås <script>alert("\'&")</script>'
OTHER_NAME = "=1+1|Borås"
KPI_TITLE = '@SUM(A1) <img src=x onerror="alert(1)"> behöriga'
GOAL_TITLE = "+Mål <script>alert('mål')</script> & ”citat”"
INDICATOR_TITLE = '=HYPERLINK("http://exempel.invalid";"klicka") <b>fet</b>'
NOTE = "-anmärkning <svg onload=alert(1)> | `kod` [länk](http://exempel.invalid)"
LABEL = "Uppfyllt <u>klart</u>"
SOURCE_NOTE = "=cmd|' /C calc'!A0 <i>bokföringen</i>"
COMMENT = "=kommentar <script>alert(4)</script> | se s. 12"
GOAL_COMMENT = "-följs upp i maj & juni"
PERIOD_COMMENT = "+enligt plan efter åtta månader"
OWN_LIST = "grannar"
OWNER = "Barn- & ungdomsnämnden <b>"
ASSESSMENT = "@bedömt <script>alert(2)</script>"
VOID_TAGS = frozenset({"meta", "link", "br", "img", "input", "hr", "col"})


@cache
def whole_sample() -> DataSet:
    """Return the sample, made once."""
    return sample_data()


def corner(kpi_ids: list[str], *, source_kind: str) -> DataSet:
    """Return the data of some of the sample's municipalities and their groups, which load fast."""
    sample = whole_sample()
    owned = sample.groups.filter(pl.col("group_name").str.contains("Alingsås"))["group_id"].to_list()
    members = sample.group_members.filter(pl.col("group_id").is_in(owned))["member_id"].unique().to_list()
    first = sample.municipalities.filter(pl.col("municipality_type") == "K")["municipality_id"].head(NEIGHBOURS)
    units = sorted({"0000", OWN, *members, *first.to_list()})
    groups = [*owned, "G2328"]
    return DataSet(
        source_kind=source_kind,
        dated=sample.dated,
        observations=sample.observations.filter(
            pl.col("kpi_id").cast(pl.String).is_in(kpi_ids)
            & pl.col("municipality_id").cast(pl.String).is_in(units)
            & (pl.col("period") >= 2017)
        ),
        kpis=sample.kpis.filter(pl.col("kpi_id").is_in(kpi_ids)),
        municipalities=sample.municipalities.filter(pl.col("municipality_id").is_in(units)),
        groups=sample.groups.filter(pl.col("group_id").is_in(groups)),
        group_members=sample.group_members.filter(pl.col("group_id").is_in(groups) & pl.col("member_id").is_in(units)),
    )


def with_awkward_names(data: DataSet) -> DataSet:
    """Return the data with names and titles that contain markup and formulas."""

    def renamed(column: str) -> pl.Expr:
        return pl.col(column).str.replace_all("Alingsås", OWN_NAME, literal=True)

    other = data.municipalities.filter(pl.col("municipality_type") == "K")["municipality_name"][0]
    name = renamed("municipality_name").str.replace_all(other, OTHER_NAME, literal=True)
    return DataSet(
        source_kind=data.source_kind,
        dated=data.dated,
        observations=data.observations,
        kpis=data.kpis.with_columns(
            title=pl.when(pl.col("kpi_id") == "N15436").then(pl.lit(KPI_TITLE)).otherwise("title")
        ),
        municipalities=data.municipalities.with_columns(municipality_name=name),
        groups=data.groups.with_columns(group_name=renamed("group_name")),
        group_members=data.group_members.with_columns(member_name=renamed("member_name")),
    )


def awkward_plan(folder: Path) -> Plan:
    """Return the plan with awkward texts, manual figures, an assessment and a break that voids a target."""
    place = folder / PLAN_ID
    shutil.copytree(PLAN_FOLDER, place)
    _edit(place / "goals.csv", lambda row: row.update(title=GOAL_TITLE) if row["goal_id"] == "P1" else None)
    _edit(
        place / "indicators.csv",
        lambda row: row.update(title=INDICATOR_TITLE) if row["indicator_id"] == "P4.3" else None,
    )
    _edit(place / "goals.csv", lambda row: row.update(owner=OWNER if row["goal_id"] in ("P4", "V1") else "Ekonomi"))
    _edit(place / "indicators.csv", lambda row: row.update(owner=OWNER if row["indicator_id"] == "P3.5" else ""))
    (place / "comments.csv").write_text("item_id,year,period,text,written_by,written_at\n", encoding="utf-8")
    for item, period, text in (("P4.2", "", COMMENT), ("P4", "", GOAL_COMMENT), ("F1", "T2", PERIOD_COMMENT)):
        written = {"written_by": "Ekonomi <i>", "written_at": "2023-09-15"}
        _append(place / "comments.csv", item_id=item, year=2023, period=period, text=text, **written)
    _append(place / "notes.csv", indicator_id="P4.3", code="awkward", severity="high", text=NOTE)
    _append(
        place / "outcomes_manual.csv",
        indicator_id="P1.3",
        year=2023,
        value=96.5,
        kind="outcome",
        source_note=SOURCE_NOTE,
        entered_by='"><script>alert(3)</script>',
        entered_at="2024-02-01",
    )
    for kind, value in (("outcome", 2.5), ("forecast", 4.25)):
        _append(
            place / "outcomes_manual.csv",
            indicator_id="F1",
            year=2023,
            period="T2",
            value=value,
            kind=kind,
            source_note="Delårsrapporten",
            entered_by="Ekonomi",
            entered_at="2023-09-15",
        )
    for year, value in ((2022, 4.4), (2023, 3.96878)):
        _append(
            place / "outcomes_manual.csv",
            indicator_id="F1",
            year=year,
            value=value,
            kind="outcome",
            source_note="Årsredovisningen",
            entered_by="Ekonomi",
            entered_at="2024-02-01",
        )
    _append(
        place / "assessments.csv",
        goal_id="P2",
        year=2023,
        verdict="partly_met",
        text=ASSESSMENT,
        decided_by="Kommunstyrelsen",
        decided_at="2024-03-01",
    )
    _append(place / "breaks.csv", kpi_id="N18409", first_year_after=2022, voids_target="true", why="Nytt mått.")
    settings = place / "plan.toml"
    written = settings.read_text(encoding="utf-8").replace('met = "Uppfyllt"', f'met = "{LABEL}"', 1)
    settings.write_text(f'{written}\n[groups]\n{OWN_LIST} = ["0114", "0115"]\n', encoding="utf-8")
    return read_plan(place)


def _edit(path: Path, change: Callable[[dict[str, str]], None]) -> None:
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        change(row)
    _write(path, list(rows[0]), rows)


def _append(path: Path, **cells: object) -> None:
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        rows, columns = list(reader), list(reader.fieldnames or ())
    columns += [column for column in cells if column not in columns]
    _write(path, columns, [*rows, {column: str(cells.get(column, "")) for column in columns}])


def _write(path: Path, columns: list[str], rows: list[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerows(rows)


@contextmanager
def opened(home: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Give a connection to the published file of a home."""
    with published_file(home / "kolada.duckdb") as connection:
        yield connection


@dataclass
class Node:
    """An element of a page."""

    tag: str
    attributes: dict[str, str]
    parent: "Node | None"
    children: list["Node | str"] = field(default_factory=list)
    index: dict[str, "Node"] = field(default_factory=dict, repr=False)

    def words(self) -> str:
        """Return all text of the element."""
        return "".join(child if isinstance(child, str) else child.words() for child in self.children)

    def every(self) -> Iterator["Node"]:
        """Yield this element and all its descendants."""
        yield self
        for child in self.children:
            if isinstance(child, Node):
                yield from child.every()

    def within(self, meant: Callable[["Node"], bool]) -> bool:
        """Return whether this element or an ancestor matches."""
        return meant(self) or (self.parent is not None and self.parent.within(meant))

    def classes(self) -> list[str]:
        """Return the element's classes."""
        return self.attributes.get("class", "").split()

    def find(self, meant: Callable[["Node"], bool]) -> list["Node"]:
        """Return the matching elements below this one."""
        return [node for node in self.every() if meant(node)]

    def by_id(self, name: str) -> "Node":
        """Return the element with an id."""
        if not self.index:
            for node in self.every():
                self.index.setdefault(node.attributes.get("id", ""), node)
        return self.index[name]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.root = Node("", {}, None)
        self.open = self.root

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = Node(tag, {name: value or "" for name, value in attrs}, self.open)
        self.open.children.append(node)
        if tag not in VOID_TAGS:
            self.open = node

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open.children.append(Node(tag, {name: value or "" for name, value in attrs}, self.open))

    def handle_endtag(self, tag: str) -> None:
        assert tag == self.open.tag, f"</{tag}> closes <{self.open.tag}>"
        assert self.open.parent is not None
        self.open = self.open.parent

    def handle_data(self, data: str) -> None:
        self.open.children.append(data)


def read_page(path: Path) -> Node:
    """Return a page as elements; every opened element must be closed."""
    reader = _Reader()
    reader.feed(path.read_text(encoding="utf-8"))
    reader.close()
    assert reader.open is reader.root
    return reader.root
