"""What can go wrong when the published file is shown or exported.

    ReportError            the base; a WarehouseError, so that the command answers it with exit code 2
    ├── BeforeFirstLoad    nothing had been published at the moment asked for
    ├── UnknownPlan        the file holds no such plan
    ├── UnknownFigure      explain: no such indicator, or no such year
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


class UnknownTable(ReportError):
    """There is no such table to export."""
