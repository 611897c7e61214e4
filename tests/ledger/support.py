"""Helpers of the ledger tests: compare the published file with the raw store."""

import re
import zlib
from pathlib import Path

from pipeline.progress import Silent
from pipeline.replay import published_nights, replay, take_in_again
from pipeline.verify import verify
from warehouse.database import connect, quoted, working_file
from warehouse.files import sha256_of
from warehouse.home import Home
from warehouse.manifest import manifests
from warehouse.ops import merge_ops
from warehouse.prune import copy_base
from warehouse.published_runs import published_runs
from warehouse.schema import ensure_schema

WHOLE = re.compile(
    r"kolada(\.damaged)?\.duckdb|\.lock|snapshots/\w+\.duckdb|raw/base\.duckdb|raw/manifests/[\w-]+\.jsonl"
    r"|raw/bodies/(..)/\2\w{62}\.zst"
)


def replay_differs(home: Home, to: Path) -> list[str]:
    """Return the relations of core and plan whose rows differ between a replay and the published file."""
    replay(home, to, as_of=None, reporter=Silent())
    try:
        return differing(home.published, to)
    finally:
        to.unlink()


def differing(one: Path, other: Path) -> list[str]:
    """Return the relations of core and plan whose rows differ between two files."""
    connection = connect()
    try:
        connection.execute(f"attach {quoted(str(one))} as one (read_only)")
        connection.execute(f"attach {quoted(str(other))} as other (read_only)")
        tables = connection.execute(
            "select schema_name, table_name from duckdb_tables() where database_name = 'one' "
            "and schema_name in ('core', 'plan') order by all"
        ).fetchall()
        assert len(tables) > 10
        return [
            f"{schema}.{table}"
            for schema, table in tables
            if connection.execute(f"from one.{schema}.{table} order by all").fetchall()
            != connection.execute(f"from other.{schema}.{table} order by all").fetchall()
        ]
    finally:
        connection.close()


class Reloads:
    """Files with the nights of homes, loaded again from the raw store as a replay does, but not judged.

    They are cached by what they depend on: the published runs, their manifests and the base. The manifests name the
    bodies by their hashes.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.made: dict[object, Path] = {}

    def of(self, home: Home) -> Path:
        """Return the file for a home."""
        lines = [
            (run.run_id, [line for line in run.manifest.path.read_bytes().splitlines() if b'"restored"' not in line])
            for run in published_runs(home)
        ]
        base = sha256_of(home.base) if home.base.exists() else None
        key = repr((lines, base))
        if key not in self.made:
            self.made[key] = reload(home, self.folder / f"{len(self.made)}.duckdb")
        return self.made[key]


def reload(home: Home, to: Path) -> Path:
    """Load core and plan of a home's nights from its raw store into a new file, and read all its manifests."""
    copy_base(home, to)
    with working_file(to) as connection:
        ensure_schema(connection)
        for night in published_nights(home):
            take_in_again(connection, home, night)
            merge_ops(connection, manifests(home.manifests), current_run_id=night.manifest.run_id)
    return to


def findings(home: Home) -> list[str]:
    """Return the findings of a verification of the home."""
    return verify(home, reporter=Silent()).findings


def half_written(home: Home) -> list[str]:
    """Return the files of a home that are not among those it keeps, such as temporary files."""
    files = [path.relative_to(home.root).as_posix() for path in home.root.rglob("*") if path.is_file()]
    return [file for file in files if WHOLE.fullmatch(file) is None]


def at_odds(home: Home, reloads: Reloads) -> list[str]:
    """Return what is wrong with a home: findings of `verify`, partial files, rows that differ from the raw store."""
    return [*findings(home), *half_written(home), *differing(home.published, reloads.of(home))]


def contents(home: Home) -> dict[str, int]:
    """Return every file of a home except the lock, with a checksum of its content."""
    return {
        str(path.relative_to(home.root)): zlib.crc32(path.read_bytes())
        for path in home.root.rglob("*")
        if path.is_file() and path.name != ".lock"
    }


def left_behind(home: Home) -> dict[str, int]:
    """Return what the next command finds in a home: its files with checksums, and the names in `work/`.

    The next command removes what is in `work/` unread, except for the note of a rollback.
    """
    files = {name: checksum for name, checksum in contents(home).items() if Path(name).parts[0] != home.work.name}
    for path in home.work.iterdir():
        files[str(path)] = zlib.crc32(path.read_bytes()) if path.suffix == ".json" else 0
    return files
