"""What a report holds: the rows of one plan in the order of the plan, part by part; gathering.py reads them.

Every number that is printed is a cell of a `Row`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from reports.scope import Scope
from reports.sourced_rows import Row, Source
from warehouse.known_units import RIKET_ID

RIKET, UNWEIGHTED = "riket", "unweighted_mean"


@dataclass(frozen=True, slots=True)
class Distribution:
    """All municipalities' values of one KPI and year.

    Attributes:
        year: of the values.
        places: one row of mart.ranking per municipality with a value.
        own: the plan's own municipality among them; None when it has no value that year.
        similar: its similar municipalities that have a value.
        group: a row of mart.similar_group, which names the group; None without one.
        references: Riket, unweighted mean and similar mean as mart.reference_value has them, by name.
    """

    year: int
    places: tuple[Row, ...]
    own: Row | None
    similar: tuple[Row, ...]
    group: Row | None
    references: Mapping[str, Row]


@dataclass(frozen=True, slots=True)
class IndicatorPart:
    """One indicator of a goal, with all that is said of it."""

    indicator: Row
    judged: Mapping[int, Row]
    bokslut: Mapping[int, Row]
    criteria: Mapping[int, tuple[Row, ...]]
    periods: Mapping[int, tuple[Row, ...]]
    history: Mapping[tuple[int, str], Row]
    national: Mapping[int, Row]
    average: Mapping[int, Row]
    distribution: Distribution | None
    similar_mean: Row | None
    outcome: Row | None
    gap: Row | None
    calendar: Row | None
    issues: tuple[Row, ...]
    breaks: tuple[Row, ...]
    edits: tuple[Row, ...]

    @property
    def id(self) -> str:
        """The indicator's id in the plan."""
        return str(self.indicator["indicator_id"])

    @property
    def anchor(self) -> str:
        """The id of its place on the page."""
        return f"i-{self.id}"

    @property
    def own_edits(self) -> list[Row]:
        """What was edited of the indicator itself, oldest first."""
        return [row for row in self.edits if row["file_name"] == "indicators.csv"]

    def target_edits(self, criterion: Row) -> list[Row]:
        """What was edited of the target that a criterion comes from, oldest first.

        Args:
            criterion: of mart.criterion_outcome, or the judgement that shows it.
        """
        return [
            row
            for row in self.edits
            if row["file_name"] == "targets.csv"
            and row["year"] == criterion["target_year"]
            and row["criterion"] == criterion.values.get("criterion")
        ]


@dataclass(frozen=True, slots=True)
class CrossCheck:
    """A KPI that is shown beside a manual figure and never judges it."""

    check: Row
    kpi: Row | None
    observations: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class GoalPart:
    """One goal with its indicators."""

    goal: Row
    verdicts: Mapping[int, Row]
    indicators: tuple[IndicatorPart, ...]
    cross_checks: tuple[CrossCheck, ...]

    @property
    def id(self) -> str:
        """The goal's id in the plan."""
        return str(self.goal["goal_id"])

    @property
    def anchor(self) -> str:
        """The id of its place on the page."""
        return f"m-{self.id}"

    @property
    def is_its_indicator(self) -> bool:
        """Whether the goal has one indicator, of the same title: then it is told once."""
        return len(self.indicators) == 1 and self.indicators[0].indicator["title"] == self.goal["title"]


@dataclass(frozen=True, slots=True)
class Contents:
    """Everything that a report of one plan shows for one year."""

    source: Source
    run: Row
    plan: Row
    municipality: Row | None
    year: int
    years: tuple[int, ...]
    labels: Mapping[tuple[str, str], str]
    bokslut_dates: Mapping[int, Row]
    management: Mapping[tuple[int, str], Row]
    goals: tuple[GoalPart, ...]
    rules: tuple[Row, ...]
    plan_notes: tuple[Row, ...]
    calendar: tuple[Row, ...]
    budget_lines: tuple[Row, ...]
    reconciliation: tuple[Row, ...]
    groups: tuple[Row, ...] = field(default=())
    group_names: Mapping[str, str] = field(default_factory=dict)
    scope: Scope = field(default=Scope())
    comments: Mapping[tuple[str, int], Row] = field(default_factory=dict)
    period_figures: Mapping[tuple[str, str], Row] = field(default_factory=dict)

    @property
    def place(self) -> str:
        """The municipality's name, or its code where Kolada's list doesn't have it."""
        name = self.municipality["municipality_name"] if self.municipality else self.plan["municipality_id"]
        return str(name)

    @property
    def is_region(self) -> bool:
        """Whether the plan is a region's: it is compared with regions."""
        return is_region(self.plan)

    @property
    def units(self) -> str:
        """What it is compared with: `kommuner` or `regioner`."""
        return "regioner" if self.is_region else "kommuner"

    @property
    def units_definite(self) -> str:
        """Those: `kommunerna` or `regionerna`."""
        return "regionerna" if self.is_region else "kommunerna"

    @property
    def units_genitive(self) -> str:
        """Theirs: `kommuners` or `regioners`."""
        return f"{self.units}s"

    @property
    def subject(self) -> str:
        """Whose goals, of which year, and which part of them."""
        return f"{self.year}, {self.place}" + (f": {self.scope.text}" if self.scope.text else "")

    @property
    def file_part(self) -> str:
        """What a file's name gets of the year and the part; nothing for the whole in the target year."""
        year = "" if self.year == self.plan["target_year"] else f"-{self.year}"
        return f"{year}{self.scope.file_part}"

    def comment(self, item_id: str, year: int | None = None) -> Row | None:
        """What a person wrote of an indicator or a goal, in the year in focus or another one."""
        return self.comments.get((item_id, self.year if year is None else year))

    def owner_of(self, part: IndicatorPart) -> str:
        """Who is responsible for an indicator: its own owner, else its goal's; nothing where the plan names nobody."""
        goal = next((each.goal for each in self.goals if each.id == part.indicator["goal_id"]), None)
        return str(part.indicator["owner"] or (goal["owner"] if goal is not None else None) or "")

    def label(self, kind: str, code: str | None) -> str:
        """The plan's Swedish word for a code; the code itself where the plan has none."""
        return "" if code is None else self.labels.get((kind, code), code)

    @property
    def indicators(self) -> tuple[IndicatorPart, ...]:
        """All indicators, in the order of the plan."""
        return tuple(part for goal in self.goals for part in goal.indicators)


def is_region(row: Row) -> bool:
    """Whether a row is of a region: 00 and the code of its county. 0000 is Riket."""
    unit = str(row["municipality_id"])
    return unit.startswith("00") and unit != RIKET_ID
