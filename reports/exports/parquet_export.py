"""Parquet with the tables' own types; each column carries its label, meaning and source in the file itself."""

import io
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from reports.exports.export_tables import ExportTable
from reports.reading.sourced_rows import Source
from reports.written_files import write_whole


def write_parquet_table(source: Source, table: ExportTable, path: Path) -> None:
    """Write a table of the published file.

    Raises:
        ReportError: the file cannot be written.
    """
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
