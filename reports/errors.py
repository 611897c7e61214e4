"""Errors of reports, explanations and exports.

    ReportError            the base; a WarehouseError, so that the command ends with exit code 2
    ├── BeforeFirstLoad    nothing had been published at the requested moment
    ├── UnknownPlan        the file has no such plan
    ├── UnknownFigure      explain: no such indicator, or no such year
    ├── UnknownYear        the plan does not follow that year
    ├── UnknownScope       report, export: no such goal, owner or part of a year
    ├── OptionRefused      export: an option that the format does not support
    └── UnknownTable       export: no such table

Each message says what happened, the value, the consequence and the next command.
"""

from warehouse.errors import WarehouseError


class ReportError(WarehouseError):
    """The base of the errors of reports, explanations and exports."""


class BeforeFirstLoad(ReportError):
    """The requested moment is before the first publication."""


class UnknownPlan(ReportError):
    """The published file has no such plan."""


class UnknownFigure(ReportError):
    """The plan has no such indicator, or does not follow that year."""


class UnknownYear(ReportError):
    """The plan does not follow that year.

    Attributes:
        year: the requested year.
        first, last: the first and the last year that the plan follows.
    """

    def __init__(self, plan_id: str, year: int, first: int, last: int) -> None:
        super().__init__(plan_id, year, first, last)
        self.plan_id, self.year, self.first, self.last = plan_id, year, first, last

    def __str__(self) -> str:
        """Return the message for the user."""
        return (
            f"The plan `{self.plan_id}` does not follow the year `{self.year}`, so there is nothing to show. "
            f"It follows {self.first} to {self.last}: choose one of them with `--year {self.last}`."
        )


class UnknownScope(ReportError):
    """The plan has no such goal or owner, or there is no such part of a year."""


class OptionRefused(ReportError):
    """An option that the format of an export does not support."""


class UnknownTable(ReportError):
    """There is no such table to export."""
