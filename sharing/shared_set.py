"""The files of one shared version: the DuckDB file, a Parquet file per mart, and their `datapackage.json`."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from sharing.withheld import write_shared_file
from warehouse.credits import DERIVED, MADE_UP_VALUES, RECEIVED, as_printed
from warehouse.database import quoted
from warehouse.dictionary import described_relations
from warehouse.files import sha256_of
from warehouse.published_file import naming_damage, published_file, refuse_missing, source_kind

DATABASE = "kolada.duckdb"
PACKAGE = "datapackage.json"
# Frictionless names of DuckDB's types; all other types are strings.
TYPES: Mapping[str, str] = {
    "BIGINT": "integer",
    "BOOLEAN": "boolean",
    "DATE": "date",
    "DOUBLE": "number",
    "INTEGER": "integer",
    "TIMESTAMP": "datetime",
    "VARCHAR": "string",
}


@dataclass(frozen=True, slots=True)
class SharedFile:
    """One file of a version: its path within the version, its size in bytes and its hash."""

    path: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class SharedSet:
    """The files of a version in a folder.

    Attributes:
        folder: the folder.
        files: all files.
        run_id, published_at: the run and the instant of the publication (UTC, ISO 8601).
        source_kind: live, recorded or sample.
        plans: plan_id -> title.
        credits: the source labels, as printed.
    """

    folder: Path
    files: tuple[SharedFile, ...]
    run_id: str
    published_at: str
    source_kind: str
    plans: Mapping[str, str]
    credits: tuple[str, ...]

    def fields(self) -> dict[str, Any]:
        """Return the fields of `latest.json` about the version, without its paths."""
        return {
            "published_at": self.published_at,
            "run_id": self.run_id,
            "source_kind": self.source_kind,
            "plans": dict(self.plans),
            "credits": list(self.credits),
        }


def write_shared_set(published: Path, folder: Path, *, is_all: bool) -> SharedSet:
    """Write every file of a version into an empty folder.

    Args:
        published: the published file.
        folder: an empty folder.
        is_all: also share names of persons, the log of requests and the messages of runs.

    Raises:
        NotPublished: there is no published file.
        PublishedDamaged: the published file cannot be read.
    """
    refuse_missing(published)
    with naming_damage(published):
        write_shared_file(published, folder / DATABASE, is_all=is_all)
    # Everything else is read from the written file: the home can publish again at any time.
    with published_file(folder / DATABASE) as connection:
        kind = source_kind(connection)
        ((run_id, published_at),) = connection.execute(
            "select run_id, published_at from ops.publication order by published_at desc limit 1"
        ).fetchall()
        plans = dict(connection.execute("select plan_id, title from plan.plan order by plan_id").fetchall())
    labels = tuple(as_printed(label, kind) for label in (RECEIVED, DERIVED))
    if kind == "sample":
        labels = (MADE_UP_VALUES, *labels)
    moment = f"{published_at.isoformat()}Z"
    with published_file(folder / DATABASE) as connection:
        resources = list(_marts(connection, folder, {"published_at": moment, "credits": " ".join(labels)}))
    database = {
        "name": "database",
        "path": DATABASE,
        "title": "All tables with their history, as one DuckDB file (DuckDB 1.1 and later)",
        "format": "duckdb",
        "mediatype": "application/vnd.duckdb",
    }

    def described(resource: dict[str, Any]) -> dict[str, Any]:
        path = folder / resource["path"]
        return {**resource, "bytes": path.stat().st_size, "hash": f"sha256:{sha256_of(path)}"}

    package = {
        "name": "kolada-" + ("-".join(plans) or "mirror"),
        "title": "Kolada and the goals of a council: " + (", ".join(plans.values()) or "no plan"),
        "description": " ".join(labels),
        "created": moment,
        "version": run_id,
        "sources": [{"title": "Kolada, RKA", "path": "https://www.kolada.se"}],
        "resources": [described(resource) for resource in (database, *resources)],
    }
    (folder / PACKAGE).write_text(json.dumps(package, ensure_ascii=False, indent=1), encoding="utf-8")
    files = tuple(
        SharedFile(path.relative_to(folder).as_posix(), path.stat().st_size, sha256_of(path))
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    )
    return SharedSet(folder, files, run_id, moment, kind, plans, labels)


def _marts(connection: duckdb.DuckDBPyConnection, folder: Path, told: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """Write each public mart as Parquet, with its key, comments and credits as metadata; yield its description."""
    (folder / "mart").mkdir()
    present = connection.execute(
        "select table_name, column_name, data_type, comment from duckdb_columns() "
        "where database_name = current_database() and schema_name = 'mart' order by table_name, column_index"
    ).fetchall()
    columns: dict[str, list[tuple[str, str, str]]] = {}
    for name, column, kind, comment in present:
        columns.setdefault(name, []).append((column, kind, comment or ""))
    for full_name, described in sorted(described_relations().items()):
        schema, _, name = full_name.partition(".")
        if schema != "mart" or described.is_history or name not in columns:
            continue
        path = f"mart/{name}.parquet"
        key = [column for column in described.key if column in {column for column, *_ in columns[name]}]
        metadata = {
            "relation": full_name,
            "comment": described.comment,
            "key": json.dumps(key),
            "columns": json.dumps({column: comment for column, _, comment in columns[name]}, ensure_ascii=False),
            **told,
        }
        pairs = ", ".join(f"{quoted(word)}: {quoted(text)}" for word, text in metadata.items())
        order = ", ".join(f'"{column}"' for column in key) or "all"
        connection.execute(
            f"copy (from {full_name} order by {order}) to {quoted(str(folder / path))} "
            f"(format parquet, compression zstd, kv_metadata {{{pairs}}})"
        )
        yield {
            "name": name.replace("_", "-"),
            "path": path,
            "title": described.label,
            "description": described.comment,
            "format": "parquet",
            "mediatype": "application/vnd.apache.parquet",
            "schema": {
                "fields": [
                    {"name": column, "type": TYPES.get(kind, "string"), "description": comment}
                    for column, kind, comment in columns[name]
                ],
                "primaryKey": key,
            },
        }
