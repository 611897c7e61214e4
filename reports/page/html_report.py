"""Writing a report: one HTML file from the published file."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb

from reports.page.html_page import render_page
from reports.reading.changes_since import find_changes, last_reported, within
from reports.reading.contents import Contents
from reports.reading.gathering import gather
from reports.reading.scope import Scope
from reports.reading.sourced_rows import open_source
from reports.written_files import named_file, write_whole
from warehouse.moment import swedish_day


@dataclass(frozen=True, slots=True)
class Report:
    """A report that was written.

    Attributes:
        path: the HTML file.
        byte_count: its size.
        year: the year in focus.
        known_at: the instant (UTC, naive) of the publication shown.
        is_sample: whether its values are made up.
    """

    path: Path
    byte_count: int
    year: int
    known_at: datetime
    is_sample: bool


def write_report(
    connection: duckdb.DuckDBPyConnection,
    plan_id: str,
    *,
    folder: Path,
    output: Path | None = None,
    as_of: str | None = None,
    year: int | None = None,
    since: datetime | None = None,
    is_short: bool = False,
    scope: Scope | None = None,
) -> Report:
    """Write the report of one plan.

    Args:
        connection: a connection from `published_file`.
        plan_id: the plan.
        folder: the folder for reports, which is also searched for the last one.
        output: the file, or a folder; by default a dated file in `folder`.
        as_of: show the plan as known at this moment.
        year: the year in focus.
        since: show changes since this instant (UTC, naive), independent of earlier reports.
        is_short: only the summary, on two printed pages.
        scope: a part of the plan; by default the whole.

    Raises:
        BeforeFirstLoad: nothing had been published at that moment.
        UnknownPlan: the file has no such plan.
        UnknownScope: the plan has no such goal or owner, or there is no such part of a year.
        UnknownYear: the plan does not follow that year.
        OptionRefused: the file name has the ending of another format, or `since` is after the moment shown.
        ReportError: the file cannot be written.
    """
    file = named_file(output, (".html",), "`kolada report`")
    source = open_source(connection, as_of)
    contents = gather(source, plan_id, year, scope)
    name = file_name(contents, as_of, is_short=is_short)
    path = file or (output or folder) / name
    reported_at = last_reported(path.parent, contents)
    changes = within(find_changes(source, contents.plan, reported_at=reported_at, chosen=since), contents)
    page = render_page(contents, changes, as_of=as_of, is_short=is_short).encode("utf-8")
    write_whole(path, page)
    return Report(path, len(page), contents.year, source.known_at, source.is_sample)


def file_name(contents: Contents, as_of: str | None, *, is_short: bool = False) -> str:
    """Return a file name with plan, year, part and day, so that it does not replace earlier reports."""
    kind = contents.file_part + ("-kort" if is_short else "") + ("-as-of" if as_of is not None else "")
    return f"{contents.plan['plan_id']}-{swedish_day(contents.source.known_at).isoformat()}{kind}.html"
