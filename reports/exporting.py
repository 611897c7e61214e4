"""`kolada export`: the published file as files for other programs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

import duckdb

from reports.changes_since import find_changes, last_reported
from reports.contents import gather
from reports.csv_export import export_csv
from reports.export_tables import export_tables
from reports.html_report import write_whole
from reports.memo import render_memo
from reports.numbers import in_sweden
from reports.parquet_export import export_parquet
from reports.sourced_rows import open_source
from reports.word_document import render_word
from reports.workbook import render_workbook


class Format(StrEnum):
    """What can be exported to."""

    PARQUET = "parquet"
    CSV = "csv"
    XLSX = "xlsx"
    DOCX = "docx"
    MEMO = "memo"


@dataclass(frozen=True, slots=True)
class Written:
    """Files that were written.

    Attributes:
        paths: the files.
        is_sample: whether their values are made up.
    """

    paths: tuple[Path, ...]
    is_sample: bool


def write_exports(
    connection: duckdb.DuckDBPyConnection,
    output_format: Format,
    *,
    plan_id: str,
    folder: Path,
    tables: Sequence[str] = (),
    has_decimal_comma: bool = False,
    since: datetime | None = None,
    reports: Path | None = None,
) -> Written:
    """Export the published file.

    Args:
        connection: from `published_file`.
        output_format: Parquet and CSV take tables; the workbook and the memo are of one plan.
        plan_id: that plan.
        folder: where the files go.
        tables: which tables; by default all answers.
        has_decimal_comma: CSV with a decimal comma.
        since: the memo tells what changed since this instant (UTC, naive).
        reports: where earlier reports are: without `since` the memo tells what changed since the last one.

    Raises:
        BeforeFirstLoad: nothing has been published.
        UnknownTable: there is no such table.
        UnknownPlan: the file holds no such plan.
        ReportError: a file cannot be written.
    """
    source = open_source(connection)
    day = in_sweden(source.known_at).date().isoformat()
    match output_format:
        case Format.CSV:
            paths = export_csv(source, export_tables(source, tables), folder, has_decimal_comma=has_decimal_comma)
        case Format.PARQUET:
            paths = export_parquet(source, export_tables(source, tables), folder)
        case Format.XLSX:
            path = folder / f"{plan_id}-{day}.xlsx"
            write_whole(path, render_workbook(gather(source, plan_id)))
            paths = [path]
        case Format.DOCX:
            path = folder / f"{plan_id}-{day}.docx"
            contents = gather(source, plan_id)
            write_whole(path, render_word(contents, find_changes(source, contents.plan, chosen=since)))
            paths = [path]
        case Format.MEMO:
            path = folder / f"{plan_id}-{day}.md"
            compared = since
            if compared is None and reports is not None:
                compared = last_reported(reports, plan_id, source.known_at)
            write_whole(path, render_memo(gather(source, plan_id), since=compared).encode("utf-8"))
            paths = [path]
    return Written(tuple(paths), source.is_sample)
