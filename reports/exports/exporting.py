"""`kolada export`: the published file as files for other programs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import duckdb

from reports.errors import OptionRefused
from reports.exports.csv_export import write_csv_table, write_sources
from reports.exports.export_options import Asked, Format
from reports.exports.export_selection import select
from reports.exports.export_tables import ExportTable, export_tables
from reports.exports.memo import render_memo_html, render_memo_markdown, render_memo_word
from reports.exports.parquet_export import write_parquet_table
from reports.reading.changes_since import Changes, find_changes, last_reported, within
from reports.reading.contents import Contents
from reports.reading.gathering import gather
from reports.reading.sourced_rows import Source, open_source
from reports.word.word_document import render_word
from reports.workbook.workbook import render_workbook
from reports.written_files import write_whole
from warehouse.moment import swedish_day

WriteTable = Callable[[Source, ExportTable, Path], None]
Render = Callable[[Contents, Changes], bytes]
DOCUMENTS: Mapping[Format, Mapping[str, Render]] = {
    Format.XLSX: {".xlsx": lambda contents, _: render_workbook(contents)},
    Format.DOCX: {".docx": render_word},
    Format.MEMO: {".docx": render_memo_word, ".html": render_memo_html, ".md": render_memo_markdown},
}


@dataclass(frozen=True, slots=True)
class Written:
    """The result of an export.

    Attributes:
        paths: the written files.
        is_sample: whether their values are made up.
    """

    paths: tuple[Path, ...]
    is_sample: bool


def write_exports(
    connection: duckdb.DuckDBPyConnection,
    output_format: Format,
    asked: Asked,
    *,
    folder: Path,
    reports: Path | None = None,
) -> Written:
    """Export the published file.

    Args:
        connection: a connection from `published_file`.
        output_format: Parquet and CSV export tables; the workbook, the text and the memo export one plan.
        asked: the options of the export.
        folder: the folder for the files, unless `asked` names a place.
        reports: the folder of earlier reports: without `since` a memo shows the changes since the last one.

    Raises:
        BeforeFirstLoad: nothing had been published by then.
        UnknownTable: there is no such table.
        UnknownPlan: the file has no such plan.
        UnknownYear: the plan does not follow that year.
        UnknownScope: the plan has no such goal or owner, or there is no such part of a year.
        OptionRefused: the format does not support an option.
        ReportError: a file cannot be written.
    """
    asked.refuse_what_cannot_hold(output_format)
    file = asked.file(output_format)
    source = open_source(connection, asked.as_of)
    place = asked.output if asked.output is not None and file is None else folder
    if output_format in DOCUMENTS:
        paths = _documents(source, output_format, asked, file, place, reports)
    else:
        paths = _tables(source, output_format, asked, file, place)
    return Written(tuple(paths), source.is_sample)


def _tables(source: Source, output_format: Format, asked: Asked, file: Path | None, folder: Path) -> list[Path]:
    plan_id = asked.plan_id if asked.is_plan_named or asked.scope.is_partial else None
    tables = export_tables(source, asked.tables, select(source, plan_id, asked.scope, asked.year))
    if file is not None and len(tables) != 1:
        raise OptionRefused(
            f"`{file}` is one file, and {len(tables)} tables are to be exported, so nothing was written. "
            "Name the one with `--table`, or a folder with `--output`."
        )
    if asked.year is not None and not any(_has_rows(source, table) for table in tables):
        names = ", ".join(f"`{table.relation}`" for table in tables)
        raise OptionRefused(
            f"There are no rows for the year `{asked.year}` in {names}, so nothing was written. "
            "Leave out `--year`, or choose another year."
        )

    sources = file.with_name(f"{file.stem}-kallor.csv") if file is not None else folder / "kallor.csv"
    if output_format is Format.CSV:
        write: WriteTable = partial(write_csv_table, has_decimal_comma=asked.has_decimal_comma)
    else:
        write = write_parquet_table
    files = {file or folder / f"{table.name}.{output_format}": table for table in tables}
    return write_tables(source, files, sources, write)


def write_tables(source: Source, tables: Mapping[Path, ExportTable], sources: Path, write: WriteTable) -> list[Path]:
    """Write each table into its file, and the list of columns with their meanings and sources.

    Args:
        source: the published file at the requested moment.
        tables: file -> table.
        sources: the file for the list of columns.
        write: writes one table.

    Returns:
        All files.
    """
    for path, table in tables.items():
        write(source, table, path)
    write_sources([*tables.values()], sources)
    return [*tables, sources]


def _has_rows(source: Source, table: ExportTable) -> bool:
    return bool(source.connection.execute(f"from ({table.query}) limit 1", table.parameters).fetchall())


def _documents(
    source: Source, output_format: Format, asked: Asked, file: Path | None, folder: Path, reports: Path | None
) -> list[Path]:
    contents = gather(source, asked.plan_id, asked.year, asked.scope)
    is_memo = output_format is Format.MEMO
    compared = last_reported(reports, contents) if is_memo and reports is not None else None
    changes = within(find_changes(source, contents.plan, reported_at=compared, chosen=asked.since), contents)
    if is_memo and asked.year is not None:
        changes = changes.of_year(asked.year)
    renders = DOCUMENTS[output_format]
    if file is not None:
        paths = [file]
    else:
        day = swedish_day(source.known_at).isoformat()
        kind = "-andrat" if is_memo else ""
        stem = f"{asked.plan_id}-{day}{contents.file_part}{kind}{'-as-of' if asked.as_of else ''}"
        paths = [folder / f"{stem}{ending}" for ending in renders]
    for path in paths:
        write_whole(path, renders[path.suffix.lower()](contents, changes))
    return paths
