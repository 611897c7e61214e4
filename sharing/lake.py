"""A lake that is open for writing: DuckDB with its extensions, the catalogue attached, locks, and the lake's upkeep.

DuckLake stores the catalogue in PostgreSQL and the rows in Parquet files. A transaction is one snapshot. Two rules
prevent lost updates: only the holder of a home's lock writes that home's tables, and the writer itself merges and
removes files, after its transaction and never at the same time.
"""

import importlib.util
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import duckdb

from sharing.errors import ShareError
from sharing.lake_address import LakeAddress
from warehouse.database import connect, quoted, run_sql, transaction
from warehouse.share_note import ShareWish

# DuckDB's names of the extensions, and those of their wheels.
EXTENSIONS = {"httpfs": "httpfs", "postgres_scanner": "postgres-scanner", "ducklake": "ducklake"}
LAKE_LOCK = ":lake"
# A table's files are merged when there are more than FILES, plus one for every BYTES_A_FILE bytes.
FILES = 8
BYTES_A_FILE = 4_000_000
# Younger files that no snapshot names can belong to an open transaction.
ORPHAN_DAYS = 1.0


@contextmanager
def open_lake(address: LakeAddress, aside: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a lake for writing as the database `lake`, which is in use; the catalogue itself is attached as `catalogue`.

    Args:
        address: the address of the lake.
        aside: DuckDB's folder for temporary files.

    Raises:
        ShareError: DuckDB lacks an extension, or keys are missing.
        duckdb.Error: the catalogue or the files cannot be reached.
    """
    connection = connect({"temp_directory": str(aside)})
    try:
        load_extensions(connection)
        if address.is_in_bucket:
            create_secret(connection, address)
        connection.execute("set ducklake_max_retry_count = 40; set ducklake_retry_backoff = 1.1")
        connection.execute(f"attach {quoted(address.catalogue)} as catalogue (type postgres)")
        with lock(connection, LAKE_LOCK):
            # Rows are stored in files only: DuckLake 1.0 has lost deletes of rows that were stored in the catalogue.
            connection.execute(
                f"attach {quoted('ducklake:postgres:' + address.catalogue)} as lake "
                f"(data_path {quoted(address.data)}, data_inlining_row_limit 0)"
            )
            connection.execute("use lake")
            if ("core",) not in connection.execute(
                "select schema_name from duckdb_schemas() where database_name = 'lake'"
            ).fetchall():
                with transaction(connection):
                    connection.execute("create schema core")
                    run_sql(connection, "core/020_moment.sql")
        yield connection
    finally:
        connection.close()


def load_extensions(connection: duckdb.DuckDBPyConnection) -> None:
    """Load the extensions of a lake: from their wheels, else from DuckDB's installed ones, else from DuckDB's site.

    Raises:
        ShareError: an extension cannot be loaded; the message names the versions and what to install.
    """
    for name, wheel in EXTENSIONS.items():
        found = importlib.util.find_spec(f"duckdb_extension_{name}")
        file = (
            Path(found.origin).parent / "extensions" / f"v{duckdb.__version__}" / f"{name}.duckdb_extension"
            if found is not None and found.origin is not None
            else None
        )
        try:
            if file is not None and file.exists():
                connection.execute(f"load {quoted(str(file))}")
            else:
                connection.execute(f"install {name}; load {name}")
        except duckdb.Error as error:
            wheels = " ".join(f"duckdb-extension-{each}==1.5.5" for each in EXTENSIONS.values())
            raise ShareError(
                f"DuckDB {duckdb.__version__} could not load its extension `{name}` "
                f"({str(error).splitlines()[0]}), so nothing was shared. With access to DuckDB's site: `python -c "
                f"\"import duckdb; duckdb.connect().install_extension('{name}')\"`. Without: its wheel "
                f"`duckdb-extension-{wheel}` exists for 1.5.5: `pip install duckdb==1.5.5 {wheels}`."
            ) from error


def create_secret(connection: duckdb.DuckDBPyConnection, address: LakeAddress) -> None:
    """Give DuckDB the keys and the address of the object store, from the settings of AWS's tools.

    Raises:
        ShareError: boto3 or the keys are missing.
    """
    try:
        import boto3  # noqa: PLC0415 - an extra
    except ModuleNotFoundError as error:
        raise ShareError(
            "A lake in a bucket needs the extra `s3`, which is not installed, so nothing was shared. "
            "Install it: `pipx install --force '.[s3]'` in a checkout."
        ) from error
    session = boto3.Session()
    found = session.get_credentials()
    if found is None:
        raise ShareError(
            f"There are no keys for `{address.data}`, so nothing was shared. Set AWS_ACCESS_KEY_ID and "
            "AWS_SECRET_ACCESS_KEY, or another setting that AWS's tools read, then run `kolada share` again."
        )
    keys = found.get_frozen_credentials()
    client = session.client("s3")
    named = {"key_id": keys.access_key, "secret": keys.secret_key, "region": client.meta.region_name}
    if keys.token:
        named["session_token"] = keys.token
    store = urlsplit(client.meta.endpoint_url)
    options = [f"{name} {quoted(value)}" for name, value in named.items() if value]
    if not store.netloc.endswith("amazonaws.com"):
        options += [f"endpoint {quoted(store.netloc)}", "url_style 'path'", f"use_ssl {store.scheme == 'https'}"]
    connection.execute(f"create secret (type s3, {', '.join(options)})")


@contextmanager
def lock(connection: duckdb.DuckDBPyConnection, name: str) -> Iterator[None]:
    """Hold a lock in the catalogue while the block runs; it is released if the process dies.

    Args:
        connection: a connection with the catalogue attached.
        name: the name of a home, or LAKE_LOCK for the whole lake.
    """
    holder = connection.cursor()
    holder.execute("begin transaction")
    try:
        holder.execute(
            "call postgres_execute('catalogue', "
            + quoted(f"select pg_advisory_xact_lock(hashtext('kolada share'), hashtext({quoted(name)}))")
            + ")"
        )
        yield
    finally:
        holder.execute("rollback")
        holder.close()


def merge_files(connection: duckdb.DuckDBPyConnection, schema: str) -> int:
    """Merge the files of a schema's tables that have many, one transaction per table; return the number of tables.

    Args:
        connection: the lake.
        schema: the schema, whose lock the caller holds.
    """
    tables = connection.execute(
        "from postgres_query('catalogue', "
        + quoted(
            "select t.table_name from ducklake_data_file f join ducklake_table t using (table_id) "
            "join ducklake_schema s using (schema_id) where f.end_snapshot is null and t.end_snapshot is null "
            f"and s.end_snapshot is null and s.schema_name = {quoted(schema)} group by t.table_name "
            f"having count(*) > {FILES} + sum(f.file_size_bytes) / {BYTES_A_FILE} order by t.table_name"
        )
        + ")"
    ).fetchall()
    for (table,) in tables:
        named = f"'lake', {quoted(table)}, schema => {quoted(schema)}"
        # Files with deleted rows are merged only after they are rewritten without them.
        connection.execute(f"call ducklake_rewrite_data_files({named}, delete_threshold => 0.0)")
        connection.execute(f"call ducklake_merge_adjacent_files({named})")
    return len(tables)


def remove_old(
    connection: duckdb.DuckDBPyConnection, wish: ShareWish, now: datetime, *, is_core: bool
) -> Sequence[int]:
    """Expire old snapshots, and remove the files that only they use.

    Args:
        connection: the lake.
        wish: the number of snapshots to keep, and the age in days below which all are kept.
        now: the present instant, aware.
        is_core: also remove files that no snapshot ever used, which a killed writer leaves. This lists every file of
            the lake, so the home that writes `core` does it for all homes.

    Returns:
        The expired snapshots.
    """
    youngest_gone = now.astimezone(UTC) - timedelta(days=wish.min_days)
    with lock(connection, LAKE_LOCK):
        rows = connection.execute(
            "select snapshot_id from lake.snapshots() where snapshot_id not in "
            "(select snapshot_id from lake.snapshots() order by snapshot_id desc limit $keep) "
            "and snapshot_time < $before order by snapshot_id",
            {"keep": wish.keep, "before": youngest_gone},
        ).fetchall()
        gone = [int(snapshot) for (snapshot,) in rows]
        if gone:
            connection.execute(f"call ducklake_expire_snapshots('lake', versions => {gone})")
        before = f"timestamptz {quoted(youngest_gone.isoformat())}"
        connection.execute(f"call ducklake_cleanup_old_files('lake', older_than => {before})")
        if is_core:
            orphaned = now.astimezone(UTC) - timedelta(days=max(wish.min_days, ORPHAN_DAYS))
            before = f"timestamptz {quoted(orphaned.isoformat())}"
            connection.execute(f"call ducklake_delete_orphaned_files('lake', older_than => {before})")
    return gone
