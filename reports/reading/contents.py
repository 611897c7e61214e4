"""The contents of a report: the rows of one plan, in the order of the plan; gathering.py reads them.

Every printed number is a cell of a `Row`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from reports.reading.scope import Scope
from reports.reading.sourced_rows import Row, Source
from warehouse.known_units import RIKET_ID

RIKET, UNWEIGHTED = "riket", "unweighted_mean"


@dataclass(frozen=True, slots=True)
class Distribution:
    """All municipalities' values of one KPI and year.

    Attributes:
        year: the year of the values.
        places: one row of mart.ranking per municipality with a value.
        own: the row of the plan's own municipality; None if it has no value that year.
        similar: the rows of its similar municipalities with a value.
        group: a row of mart.similar_group, with the name of the group; None without a group.
        references: rows of mart.reference_value by name: Riket, the unweighted mean and the similar mean.
    """

    year: int
    places: tuple[Row, ...]
    own: Row | None
    similar: tuple[Row, ...]
    group: Row | None
    references: Mapping[str, Row]


@dataclass(frozen=True, slots=True)
class IndicatorPart:
    """One indicator of a goal, with all rows about it."""

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
        """The edits of the indicator itself, oldest first."""
        return [row for row in self.edits if row["file_name"] == "indicators.csv"]

    def target_edits(self, criterion: Row) -> list[Row]:
        """Return the edits of the target of a criterion, oldest first.

        Args:
            criterion: a row of mart.criterion_outcome, or the judgement that shows the criterion.
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
    """A KPI that is shown next to an entered figure and never used for its verdict."""

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
        """Whether the goal has one indicator with the same title: then the title is shown once."""
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
        """The municipality's name, or its code if Kolada's list does not contain it."""
        name = self.municipality["municipality_name"] if self.municipality else self.plan["municipality_id"]
        return str(name)

    @property
    def is_region(self) -> bool:
        """Whether the plan is a region's: it is compared with regions."""
        return is_region(self.plan)

    @property
    def units(self) -> str:
        """The Swedish name of the units that it is compared with: `kommuner` or `regioner`."""
        return self.of_own_kind("kommuner")

    @property
    def units_definite(self) -> str:
        """The same in the definite form: `kommunerna` or `regionerna`."""
        return self.of_own_kind("kommunerna")

    @property
    def units_genitive(self) -> str:
        """The same in the genitive: `kommuners` or `regioners`."""
        return f"{self.units}s"

    def of_units(self, count: int) -> str:
        """Return the noun after a number of units: `kommun` after 1, else `kommuner`; the same of regions."""
        return self.of_own_kind("kommun" if count == 1 else "kommuner")

    def of_own_kind(self, text: str) -> str:
        """Return a text on municipalities, on regions in the plan of a region: Swedish inflects both words alike."""
        return text.replace("kommun", "region").replace("Kommun", "Region") if self.is_region else text

    @property
    def subject(self) -> str:
        """The subject of the report: whose goals, the year, and the part of the plan."""
        return f"{self.year}, {self.place}" + (f": {self.scope.text}" if self.scope.text else "")

    @property
    def file_part(self) -> str:
        """The part of a file name for the year and the scope; empty for the whole plan in the target year."""
        year = "" if self.year == self.plan["target_year"] else f"-{self.year}"
        return f"{year}{self.scope.file_part}"

    def comment(self, item_id: str, year: int | None = None) -> Row | None:
        """Return the comment on an indicator or a goal, in the year in focus or another one."""
        return self.comments.get((item_id, self.year if year is None else year))

    def owner_of(self, part: IndicatorPart) -> str:
        """Return the owner of an indicator: its own, else its goal's; empty if the plan names none."""
        goal = next((each.goal for each in self.goals if each.id == part.indicator["goal_id"]), None)
        return str(part.indicator["owner"] or (goal["owner"] if goal is not None else None) or "")

    def label(self, kind: str, code: str | None) -> str:
        """Return the plan's Swedish word for a code; the code itself if the plan has none."""
        return "" if code is None else self.labels.get((kind, code), code)

    @property
    def indicators(self) -> tuple[IndicatorPart, ...]:
        """All indicators, in the order of the plan."""
        return tuple(part for goal in self.goals for part in goal.indicators)


def is_region(row: Row) -> bool:
    """Return whether a row is about a region, whose id is 00 and the code of its county; 0000 is Riket."""
    unit = str(row["municipality_id"])
    return unit.startswith("00") and unit != RIKET_ID
