"""Helpers of the ledger tests: compare the published file with a replay."""

import re
from pathlib import Path

from pipeline.progress import Silent
from pipeline.replay import replay
from pipeline.verify import verify
from warehouse.database import connect, quoted
from warehouse.files import sha256_of
from warehouse.home import Home
from warehouse.published_runs import published_runs

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


class Replays:
    """Replays of homes, cached by what they depend on.

    A replay depends on the published runs, their manifests and the base. The manifests name the bodies by their hashes.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.made: dict[object, Path] = {}

    def of(self, home: Home) -> Path:
        """Return the replay of a home."""
        lines = [
            (run.run_id, [line for line in run.manifest.path.read_bytes().splitlines() if b'"restored"' not in line])
            for run in published_runs(home)
        ]
        base = sha256_of(home.base) if home.base.exists() else None
        key = repr((lines, base))
        if key not in self.made:
            to = self.folder / f"{len(self.made)}.duckdb"
            replay(home, to, as_of=None, reporter=Silent())
            self.made[key] = to
        return self.made[key]


def findings(home: Home) -> list[str]:
    """Return the findings of a verification of the home."""
    return verify(home, reporter=Silent()).findings


def half_written(home: Home) -> list[str]:
    """Return the files of a home that are not among those it keeps, such as temporary files."""
    files = [path.relative_to(home.root).as_posix() for path in home.root.rglob("*") if path.is_file()]
    return [file for file in files if WHOLE.fullmatch(file) is None]


def at_odds(home: Home, replays: Replays) -> list[str]:
    """Return what is wrong with a home: findings of `verify`, partial files, rows that differ from a replay."""
    return [*findings(home), *half_written(home), *differing(home.published, replays.of(home))]
