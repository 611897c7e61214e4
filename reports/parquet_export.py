"""Parquet with the tables' own types; each column carries its label, meaning and source in the file itself."""

import io
from collections.abc import Callable, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from reports.csv_export import write_sources
from reports.export_tables import ExportTable
from reports.sourced_rows import Source
from reports.written_files import write_whole


def export_parquet(
    source: Source, tables: Sequence[ExportTable], path_of: Callable[[ExportTable], Path], sources: Path
) -> list[Path]:
    """Write each table, and the list of columns with their sources.

    Args:
        source: the published file at the requested moment.
        tables: the tables to write.
        path_of: returns the file of a table.
        sources: the file for the list of columns.
    """
    written = []
    for table in tables:
        path = path_of(table)
        found = source.connection.sql(table.query, params=table.parameters).to_arrow_table()
        fields = [
            field.with_metadata({"label": column.label, "about": column.about, "source": column.source})
            for field, column in zip(found.schema, table.columns, strict=True)
        ]
        told: dict[str | bytes, str | bytes] = {
            "relation": table.relation,
            "known_at": source.known_at.isoformat(),
            "run_id": source.run_id,
            "source_kind": source.source_kind,
            "notice": table.notice,
        }
        content = io.BytesIO()
        pq.write_table(found.cast(pa.schema(fields, metadata=told)), content, compression="zstd")
        write_whole(path, content.getvalue())
        written.append(path)
    write_sources(tables, sources)
    return [*written, sources]
