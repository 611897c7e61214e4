"""One share to a lake: the published state of a home in one transaction, then the upkeep of the home's tables.

The author of the transaction's snapshot is the home, and its commit message the run. The table `lake_state` of a schema
has one row with its publication; `core` has its own row, with the home that writes it.
"""

import json
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import astuple, dataclass, replace
from datetime import datetime
from pathlib import Path

import duckdb

from sharing.errors import ShareError
from sharing.lake import lock, merge_files, open_lake, remove_old
from sharing.lake_address import LakeAddress
from sharing.lake_tables import (
    Columns,
    LakeTable,
    comment_on,
    follow,
    make_table,
    present_columns,
    tables_of_home,
)
from sharing.withheld import write_working_copy
from warehouse.database import quoted, transaction
from warehouse.files import sha256_of
from warehouse.published_file import publication_of
from warehouse.share_note import ShareWish

STATE = "lake_state"
STATE_COLUMNS = (
    "home varchar, run_id varchar, published_at timestamp, home_sha256 varchar, is_all boolean, "
    "table_count integer, row_count bigint"
)


@dataclass(frozen=True, slots=True)
class LakeState:
    """The publication in a schema of a lake, and its home."""

    home: str
    run_id: str
    published_at: datetime
    home_sha256: str
    is_all: bool


@dataclass(frozen=True, slots=True)
class LakeShared:
    """The result of a share to a lake.

    Attributes:
        snapshot: the lake's snapshot with the publication.
        run_id: the run of the publication.
        is_new: whether the snapshot is new; otherwise the lake already had the publication.
        table_count, row_count: the number of tables and rows of the home in the lake.
        changed: the number of rows added or removed.
        merged: the number of tables whose files were merged.
        forgotten: the number of old snapshots that were expired.
    """

    snapshot: int
    run_id: str
    is_new: bool
    table_count: int = 0
    row_count: int = 0
    changed: int = 0
    merged: int = 0
    forgotten: int = 0

    def __str__(self) -> str:
        if not self.is_new:
            return f"snapshot {self.snapshot}"
        return (
            f"snapshot {self.snapshot}, {self.changed} rows added or removed; "
            f"{self.row_count} rows in {self.table_count} tables"
        )


def share_to_lake(
    published: Path,
    address: LakeAddress,
    wish: ShareWish,
    *,
    now: Callable[[], datetime],
    aside: Path | None = None,
) -> LakeShared:
    """Share the published state to a lake. After a failure the lake is unchanged.

    Args:
        published: the published file.
        address: the address of the lake.
        wish: what to share, and which snapshots of the lake to keep.
        now: the clock, which decides which snapshots are old.
        aside: an existing folder for working files; the system's temporary folder if None.

    Raises:
        ShareError: the lake cannot be reached or written, or the schema belongs to another home.
        NotPublished: there is no published file.
        PublishedDamaged: the published file cannot be read.
    """
    publication = publication_of(published)
    state = LakeState(address.home, publication.run_id, publication.published_at, sha256_of(published), wish.is_all)
    schemas = (address.home, *(["core"] if address.is_core else []))
    with tempfile.TemporaryDirectory(prefix="kolada-share-", dir=aside) as folder:
        try:
            with open_lake(address, Path(folder)) as connection, lock(connection, address.home):
                present = present_columns(connection)
                before = {schema: state_of(connection, schema, present.get(schema, {})) for schema in schemas}
                if all(before[schema] == state for schema in schemas):
                    shared = LakeShared(snapshot_of(connection, state), state.run_id, is_new=False)
                else:
                    attach_home(connection, published, Path(folder, "home.duckdb"), state)
                    refuse_other_home(connection, address, before)
                    shared = carry_over(connection, address, present, before, state)
                return keep_up(connection, address, shared, wish, now())
        except duckdb.Error as error:
            raise ShareError(
                f"Sharing to `{address.where}` stopped: {str(error).splitlines()[0]} Earlier shares and the published "
                "file are unchanged. Remove the cause, then run `kolada share` again."
            ) from error


def attach_home(connection: duckdb.DuckDBPyConnection, published: Path, file: Path, state: LakeState) -> None:
    """Attach the shared part of the published file as `home`.

    Raises:
        ShareError: another run was published at the same time.
    """
    write_working_copy(published, file, is_all=state.is_all)
    if sha256_of(published) != state.home_sha256:
        raise ShareError(
            f"The published file `{published}` was replaced while it was being shared, so nothing was shared. "
            "Run `kolada share` again."
        )
    connection.execute(f"attach {quoted(str(file))} as home")
    # Of the pairs of the last run only its id differs from the run before.
    connection.execute("update home.ops.coverage_pair set run_id = '' where outcome not in ('failed', 'unaccounted')")


def carry_over(
    connection: duckdb.DuckDBPyConnection,
    address: LakeAddress,
    present: Mapping[str, Columns],
    before: Mapping[str, LakeState | None],
    state: LakeState,
) -> LakeShared:
    """Bring the schemas that a home writes up to date with its published file, in one snapshot."""
    found = tables_of_home(connection, address.home)
    tables = {schema: [each for each in found if each.schema == schema] for schema in before}
    changed = 0
    rows = {}
    with transaction(connection):
        connection.execute(f"create schema if not exists lake.{address.home}")
        for schema, wanted in tables.items():
            since = last_in_common(connection, schema, before[schema], state)
            more, rows[schema] = bring_up(connection, schema, wanted, present.get(schema, {}), since)
            changed += more
        for schema, wanted in tables.items():
            connection.execute(f"create table if not exists lake.{schema}.{STATE} ({STATE_COLUMNS})")
            connection.execute(f"delete from lake.{schema}.{STATE}")
            connection.execute(
                f"insert into lake.{schema}.{STATE} values (?, ?, ?, ?, ?, ?, ?)",
                [*astuple(state), len(wanted), rows[schema]],
            )
        told = {"run_id": state.run_id, "published_at": f"{state.published_at.isoformat()}Z", "rows": rows}
        connection.execute(
            f"call lake.set_commit_message({quoted(address.home)}, {quoted(state.run_id)}, "
            f"extra_info => {quoted(json.dumps(told))})"
        )
    snapshot = connection.execute("from lake.last_committed_snapshot()").fetchone()
    return LakeShared(
        int(snapshot[0]) if snapshot is not None else 0,
        state.run_id,
        is_new=True,
        table_count=sum(map(len, tables.values())),
        row_count=sum(rows.values()),
        changed=changed,
    )


def bring_up(
    connection: duckdb.DuckDBPyConnection,
    schema: str,
    tables: list[LakeTable],
    present: Columns,
    since: datetime | None,
) -> tuple[int, int]:
    """Bring a schema's tables up to date; return the number of rows added or removed, and that of all rows."""
    changed = row_count = 0
    for table in tables:
        is_made = present.get(table.name) != table.columns
        if is_made:
            make_table(connection, table)
            comment_on(connection, table)
        more, rows = follow(connection, table, since if table.only_grows and not is_made else None)
        changed += rows if is_made else more
        row_count += rows
    for name in present.keys() - {table.name for table in tables} - {STATE}:
        connection.execute(f"drop table lake.{schema}.{name}")
    return changed, row_count


def last_in_common(
    connection: duckdb.DuckDBPyConnection, schema: str, before: LakeState | None, state: LakeState
) -> datetime | None:
    """Return the instant of the lake's publication if the home's history contains it; None to compare every row.

    An upgrade can make the marts of earlier publications again: then the home's history does not contain them.
    """
    if before is None or before.is_all != state.is_all:
        return None
    known = connection.execute(
        "select count(*) from home.ops.publication where run_id = ? and published_at = ?",
        [before.run_id, before.published_at],
    ).fetchone()
    if known != (1,):
        return None
    if schema != "core":
        row = "run_id, published_at, marts_by, is_worked_out_later"
        other = connection.execute(
            f"select count(*) from (select {row} from lake.{schema}.ops_publication "
            f"except select {row} from home.ops.publication)"
        ).fetchone()
        if other != (0,):
            return None
    return before.published_at


def refuse_other_home(
    connection: duckdb.DuckDBPyConnection, address: LakeAddress, before: Mapping[str, LakeState | None]
) -> None:
    """Refuse to overwrite the rows of another home.

    Raises:
        ShareError: the schema has another home's publications, or another home writes `core`.
    """
    core = before.get("core")
    if core is not None and core.home != address.home:
        raise ShareError(
            f"`core` of the lake is written by the home `{core.home}`, so nothing was shared. Remove `core=yes` from "
            f"`{address.where}`; or, if this home is to write it from now on, drop the tables of `core` in the lake."
        )
    if before[address.home] is None:
        return
    is_known = connection.execute(
        f"select count(*) > 0 from lake.{address.home}.ops_publication as shared "
        "inner join home.ops.publication as own on shared.run_id = own.run_id"
    ).fetchone() == (True,)
    if not is_known:
        raise ShareError(
            f"The schema `{address.home}` of the lake has publications that this home does not know, so it belongs to "
            f"another home and nothing was shared. Give this home another name in `{address.where}`; or, if this home "
            f"has begun a new history, drop the schema in the lake: `drop schema {address.home} cascade`."
        )


def keep_up(
    connection: duckdb.DuckDBPyConnection, address: LakeAddress, shared: LakeShared, wish: ShareWish, now: datetime
) -> LakeShared:
    """Merge the files of the home's tables and remove old snapshots, after the share.

    Raises:
        ShareError: the upkeep failed; the publication is shared nevertheless.
    """
    schemas = (address.home, *(["core"] if address.is_core else []))
    try:
        merged = sum(merge_files(connection, schema) for schema in schemas)
        forgotten = remove_old(connection, wish, now, is_core=address.is_core)
    except duckdb.Error as error:
        raise ShareError(
            f"The publication is shared as snapshot {shared.snapshot} of `{address.where}`, but the upkeep of the lake "
            f"stopped: {str(error).splitlines()[0]} No row is lost; the next `kolada share` repeats the upkeep."
        ) from error
    return replace(shared, merged=merged, forgotten=len(forgotten))


def state_of(connection: duckdb.DuckDBPyConnection, schema: str, present: Columns) -> LakeState | None:
    """Return the publication in a schema of the lake; None if it has none."""
    if STATE not in present:
        return None
    row = connection.execute(
        f"select home, run_id, published_at, home_sha256, is_all from lake.{schema}.{STATE}"
    ).fetchone()
    return LakeState(*row) if row is not None else None


def snapshot_of(connection: duckdb.DuckDBPyConnection, state: LakeState) -> int:
    """Return the newest snapshot with a publication of a home; 0 if it has expired."""
    row = connection.execute(
        "select max(snapshot_id) from lake.snapshots() where author = ? and commit_message = ?",
        [state.home, state.run_id],
    ).fetchone()
    return int(row[0]) if row is not None and row[0] is not None else 0
