"""Data that is not shared by default: names of persons, the log of requests, and the messages of runs.

Each column is listed here once; a test compares the list with the dictionary.
"""

import shutil
from collections.abc import Mapping
from pathlib import Path

import duckdb

from warehouse.database import BLOCK_SIZE, STORAGE_VERSION, connect, quoted

# Columns with the name of a person, in any relation.
PERSONS = ("approved_by", "assessment_decided_by", "decided_by", "entered_by", "written_by")
# The relation of edited cells, including cells of those columns; an added or removed row is stored as one text.
EDITS = "mart.plan_change"
# Tables that are shared empty.
EMPTIED = ("ops.request",)
# Columns with free text of a run or a person, or with the address that a home reads from.
BLANKED: Mapping[str, tuple[str, ...]] = {
    "ops.run": ("base_url", "flow_run_id", "message"),
    "ops.publication": ("accepted_loss",),
    "ops.coverage_pair": ("reason",),
    "ops.broken_plan": ("problem",),
    "ops.check_result": ("reason",),
}


def write_shared_file(published: Path, target: Path, *, is_all: bool) -> None:
    """Write the shared DuckDB file: the published file without the withheld data.

    The rows are copied to a new file, so that its blocks contain nothing of the withheld data.

    Args:
        published: the published file.
        target: the path to write; no file must exist there.
        is_all: withhold nothing.
    """
    between = target.with_suffix(".between")
    try:
        write_working_copy(published, between, is_all=is_all)
        with connect() as connection:
            connection.execute(f"set temp_directory = {quoted(str(target.with_suffix('.tmp')))}")
            connection.execute(f"attach {quoted(str(between))} as working_copy (read_only)")
            connection.execute(
                f"attach {quoted(str(target))} as target (storage_version '{STORAGE_VERSION}', "
                f"block_size {BLOCK_SIZE}); copy from database working_copy to target; checkpoint target; "
                "detach target"
            )
    finally:
        between.unlink(missing_ok=True)


def write_working_copy(published: Path, target: Path, *, is_all: bool) -> None:
    """Copy the published file and remove the withheld data from its rows; free blocks of the copy may contain it.

    Args:
        published: the published file.
        target: the path to write.
        is_all: withhold nothing.
    """
    shutil.copyfile(published, target)
    if is_all:
        return
    with connect() as connection:
        connection.execute(f"set temp_directory = {quoted(str(target.with_suffix('.tmp')))}")
        connection.execute(f"attach {quoted(str(target))} as working_copy")
        present = connection.execute(
            "select schema_name || '.' || table_name, column_name, is_nullable from duckdb_columns() "
            "inner join duckdb_tables() using (database_name, schema_name, table_name) "
            "where database_name = 'working_copy'"
        ).fetchall()
        for relation, column, is_nullable in present:
            if column in PERSONS or column in BLANKED.get(relation, ()):
                nothing = "null" if is_nullable else "''"
                connection.execute(f'update working_copy.{relation} set "{column}" = {nothing}')
        relations = {relation for relation, *_ in present}
        if EDITS in relations:
            _blank_edits(connection)
        for relation in sorted(relations & set(EMPTIED)):
            connection.execute(f"delete from working_copy.{relation}")


def _blank_edits(connection: duckdb.DuckDBPyConnection) -> None:
    """Remove the names of persons from the relation of edited cells."""
    named = ", ".join(map(quoted, PERSONS))
    in_a_text = quoted(f"(^|; )({'|'.join(PERSONS)}): ")
    connection.execute(
        f"update working_copy.{EDITS} set value_before = null, value_after = null where column_name in ({named}) "
        f"or regexp_matches(concat_ws('; ', value_before, value_after), {in_a_text})"
    )
