"""What people look at: the goal report, the explanation of one figure, the exports.

    rows, contents, changes    the published file read, now or as of a moment
    figures, numbers           a number printed together with the cell it stands in
    sentences, rules           what figures say, in Swedish
    svg, *_chart, signs        drawings
    page, report               one HTML page
    evidence, explain          everything about one figure
    tables, *_export, workbook, memo, exporting

Nothing is judged or computed here: every number comes from the published file, with its source label. Reads through
`warehouse` only.
"""

from reports.errors import BeforeFirstLoad, ReportError, UnknownFigure, UnknownPlan, UnknownTable
from reports.explain import Explanation, explain_figure
from reports.exporting import Format, Written, write_exports
from reports.html_report import Report, write_report

__all__ = [
    "BeforeFirstLoad",
    "Explanation",
    "Format",
    "Report",
    "ReportError",
    "UnknownFigure",
    "UnknownPlan",
    "UnknownTable",
    "Written",
    "explain_figure",
    "write_exports",
    "write_report",
]
