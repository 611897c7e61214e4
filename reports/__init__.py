"""Reports: the goal report, the explanation of one figure, the exports.

    sourced_rows, contents, gathering, changes_since    the published file read, now or as of a moment
    located_figures, numbers                    a number printed together with the address of its cell
    *_sentences, sentences, *_words, reasons    Swedish sentences about figures
    svg, *_chart, sparkline, signs              drawings
    html_page, html_report, short_report, word_*    the report as an HTML page, in short, as a Word document
    evidence, explain, explanation_chapters     everything about one figure
    export_*, *_export, workbook*, memo, exporting

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
from reports.explain import Explanation, explain_figure
from reports.export_options import Asked, Format
from reports.exporting import Written, write_exports
from reports.html_report import Report, write_report
from reports.scope import Scope

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
