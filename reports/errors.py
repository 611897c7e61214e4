"""What can go wrong when the published file is shown or exported.

    ReportError            the base; a WarehouseError, so that the command answers it with exit code 2
    ├── BeforeFirstLoad    nothing had been published at the moment asked for
    ├── UnknownPlan        the file holds no such plan
    ├── UnknownFigure      explain: no such indicator, or no such year
    ├── UnknownYear        the plan does not follow that year
    ├── UnknownScope       report, export: no such goal, owner or part of a year
    ├── OptionRefused      export: an option that the format cannot follow
    └── UnknownTable       export: no such table

Each message says what happened, the value, what follows and the next command.
"""

from warehouse.errors import WarehouseError


class ReportError(WarehouseError):
    """The base of the errors of reports, explanations and exports."""


class BeforeFirstLoad(ReportError):
    """The moment asked for lies before the first publication."""


class UnknownPlan(ReportError):
    """The published file holds no such plan."""


class UnknownFigure(ReportError):
    """No such indicator, or the plan does not follow that year."""


class UnknownYear(ReportError):
    """The plan does not follow that year.

    Attributes:
        year: the one asked for.
        first, last: of the years that the plan follows.
    """

    def __init__(self, plan_id: str, year: int, first: int, last: int) -> None:
        super().__init__(plan_id, year, first, last)
        self.plan_id, self.year, self.first, self.last = plan_id, year, first, last

    def __str__(self) -> str:
        """What the user reads."""
        return (
            f"The plan `{self.plan_id}` does not follow the year `{self.year}`, so there is nothing to show. "
            f"It follows {self.first} to {self.last}: choose one of them with `--year {self.last}`."
        )


class UnknownScope(ReportError):
    """The plan has no such goal or owner, or the year no such part."""


class OptionRefused(ReportError):
    """An option that the format of an export cannot follow."""


class UnknownTable(ReportError):
    """There is no such table to export."""
