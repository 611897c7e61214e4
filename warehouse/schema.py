"""The schema of a warehouse file, and the migration of an older file with all its history.

`sql/core`, `sql/plan` and `sql/ops` define the current schema and create missing relations. The changes to the tables
of an older file are in `sql/migrations/NNN_name.sql` (steps that one SQL text cannot express are in upgrade.py). Each
migration runs in one transaction with its own record in `ops.schema_version`. A new file records every migration as
applied.
"""

from datetime import UTC, datetime
from pathlib import Path

import duckdb

from warehouse.database import run_sql, sql_files, transaction
from warehouse.definition import fingerprint, read_fingerprint
from warehouse.errors import SchemaTooNew, SchemaTooOld
from warehouse.history import naive_utc
from warehouse.published_file import source_kind
from warehouse.upgrade import STEPS
from warehouse.versions import create_known_readers
from warehouse.worked_out import Told, work_out_history

SCHEMA_FOLDERS = ("core", "plan", "ops")
MARTS_WITH_A_HISTORY = "003_plain_is_current"


def ensure_schema(connection: duckdb.DuckDBPyConnection, told: Told = lambda done, total: None) -> list[str]:  # noqa: ARG005
    """Create the schema in a new file, or migrate an older file to it.

    Args:
        connection: a private working file; after an error it is unusable.
        told: called with the number of earlier publications whose marts are computed, and their total number.

    Returns:
        The names of the migrations that ran.

    Raises:
        SchemaTooNew: the file was written by a later version of this software.
    """
    applied = applied_versions(connection)
    ran = []
    if applied is not None:
        known = {version_of(path) for path in migrations()}
        if unknown := sorted(applied - known):
            raise SchemaTooNew(
                f"The warehouse file has schema version `{unknown[-1]}`, but this software knows versions only up to "
                f"`{max(known)}`. Nothing was read or changed. Upgrade the software, or put an older file back with "
                "the software that wrote it: `kolada rollback`."
            )
        for path in migrations():
            if version_of(path) not in applied:
                migrate(connection, path)
                ran.append(path.stem)
    if applied is not None and not ran and is_as_this_software_writes_it(connection):
        return ran
    for folder in SCHEMA_FOLDERS:
        run_sql(connection, folder)
    create_known_readers(connection)
    if applied is None:
        for path in migrations():
            record(connection, path)
    if MARTS_WITH_A_HISTORY in ran:
        work_out_history(connection, told)
    return ran


def require_current(connection: duckdb.DuckDBPyConnection) -> None:
    """Refuse to read a published file with an earlier schema.

    Raises:
        SchemaTooOld: a migration has not been applied to the file.
    """
    lacking = [path for path in migrations() if version_of(path) not in (applied_versions(connection) or set())]
    if lacking:
        raise SchemaTooOld(
            f"The published file was written by an earlier version of this software: the migration "
            f"`{lacking[0].stem}` has not been applied, so nothing was read from it. The next `kolada refresh` "
            "migrates the file with all its history."
        )


def migrations() -> list[Path]:
    """Return the migrations in order; the first one is the first released schema and does nothing."""
    return sql_files("migrations")


def version_of(path: Path) -> int:
    """Return the version of a migration: 2 for `002_municipality_versions.sql`."""
    return int(path.name.split("_", 1)[0])


def applied_versions(connection: duckdb.DuckDBPyConnection) -> set[int] | None:
    """Return the versions recorded in the open file; None for a new file."""
    is_there = connection.execute(
        "select exists (from duckdb_tables() where schema_name = 'ops' and table_name = 'schema_version' "
        "and database_name = current_database())"
    ).fetchone()
    if is_there != (True,):
        return None
    return {version for (version,) in connection.execute("select version from ops.schema_version").fetchall()}


def is_as_this_software_writes_it(connection: duckdb.DuckDBPyConnection) -> bool:
    """Return whether the file was published with the same texts under `sql/`, so that nothing needs to be created."""
    has_definition = connection.execute(
        "select exists (from duckdb_tables() where schema_name = 'ops' and table_name = 'mart_definition' "
        "and database_name = current_database())"
    ).fetchone()
    return has_definition == (True,) and read_fingerprint(connection) == fingerprint(source_kind(connection))


def migrate(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Run one migration, its SQL and its Python step, and record it, in one transaction."""
    with transaction(connection):
        connection.execute(path.read_text(encoding="utf-8"))
        if step := STEPS.get(version_of(path)):
            step(connection)
        record(connection, path)


def record(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Record a migration as applied."""
    connection.execute(
        "insert into ops.schema_version values (?, ?, ?)",
        [version_of(path), path.stem.split("_", 1)[1], naive_utc(datetime.now(UTC))],
    )
