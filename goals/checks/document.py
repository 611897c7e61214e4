"""Does every place in the document exist?"""

from collections.abc import Iterator

from goals.csv_rows import Row
from goals.draft import Draft
from goals.errors import Finding

_LINE_COLUMNS = (
    ("indicators.csv", "document_lines"),
    ("targets.csv", "document_lines"),
    ("outcomes_document.csv", "document_line"),
    ("budget_lines.csv", "document_line"),
)


def check_document(draft: Draft) -> Iterator[Finding]:
    """Lines and pages against the document's length."""
    settings = draft.settings
    line_count = settings.document_line_count if settings is not None else None
    last_page = settings.document_last_page if settings is not None else None
    for file, column in _LINE_COLUMNS:
        for row in draft.rows(file):
            yield from _lines(row, column, line_count)
    for row in draft.rows("indicators.csv"):
        page = row.integer("document_page")
        if page is not None and (page < 1 or (last_page is not None and page > last_page)):
            pages = f"pages 1 to {last_page}" if last_page is not None else "pages from 1 on"
            yield row.finding(
                "document_page",
                f"outside the document, which has {pages}",
                "nobody could find the place",
                "Correct the page, or `document.last_page` in plan.toml",
            )


def _lines(row: Row, column: str, line_count: int | None) -> Iterator[Finding]:
    text = row.text(column) or (str(row.integer(column)) if row.integer(column) is not None else None)
    if text is None:
        return
    first, _, last = text.partition("-")
    start, end = int(first), int(last or first)
    if start > end:
        yield row.finding(column, "ends before it begins", "nobody could find the place", f"Write `{end}-{start}`")
    elif start < 1 or (line_count is not None and end > line_count):
        lines = f"lines 1 to {line_count}" if line_count is not None else "lines from 1 on"
        yield row.finding(
            column,
            f"outside the document, which has {lines}",
            "nobody could find the place",
            "Correct the line, or `document.line_count` in plan.toml",
        )
