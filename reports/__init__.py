"""Reports: the goal report, the explanation of one figure, the exports.

    reading/       the rows of the published file for one plan, now or as of a moment
    swedish/       figures, verdicts, targets, reasons and edits in Swedish words
    charts/        drawings as SVG, and as pictures
    page/          the report as an HTML page, in full and short
    word/          the report as a Word document
    workbook/      the report as an Excel workbook
    exports/       `kolada export`: options, tables, files, the memo
    explanation/   `kolada explain`: everything about one figure

Nothing is judged or computed here: every number comes from the published file, with its source label. All reads go
through `warehouse`.
"""

from reports.errors import (
    BeforeFirstLoad,
    OptionRefused,
    ReportError,
    UnknownFigure,
    UnknownPlan,
    UnknownScope,
    UnknownTable,
    UnknownYear,
)
from reports.explanation.explain import Explanation, explain_figure
from reports.exports.export_options import Asked, Format
from reports.exports.exporting import Written, write_exports
from reports.page.html_report import Report, write_report
from reports.reading.scope import Scope

__all__ = [
    "Asked",
    "BeforeFirstLoad",
    "Explanation",
    "Format",
    "OptionRefused",
    "Report",
    "ReportError",
    "Scope",
    "UnknownFigure",
    "UnknownPlan",
    "UnknownScope",
    "UnknownTable",
    "UnknownYear",
    "Written",
    "explain_figure",
    "write_exports",
    "write_report",
]
