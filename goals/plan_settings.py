"""What a plan.toml says, as typed values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, slots=True)
class CrossCheck:
    """A KPI that is shown beside a goal's manual figure and never stands in for it."""

    goal_id: str
    kpi_id: str
    why: str
    line: int | None


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of a plan, rules and labels complete.

    What could not be read holds the empty value of its type ("" or 0) and has a finding; a plan with findings
    is never built, so that no such value gets out.
    """

    plan_id: str = ""
    municipality_id: str = ""
    title: str = ""
    is_made_up: bool = False
    first_year: int = 0
    last_year: int = 0
    first_budget_year: int = 0
    last_budget_year: int = 0
    target_year: int = 0
    bokslut_dates: Mapping[int, date] = field(default_factory=dict)
    document_title: str = ""
    document_sha256: str = ""
    document_line_count: int | None = None
    document_last_page: int | None = None
    rules: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[tuple[str, str], str] = field(default_factory=dict)
    cross_checks: tuple[CrossCheck, ...] = ()

    @property
    def years(self) -> range:
        """The years that the plan is followed up for; empty when they couldn't be read."""
        return range(self.first_year, self.last_year + 1) if self.first_year else range(0)
