"""What the tests of the ledger share: comparing what is published with what the raw store gives."""

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
    """The relations of core and plan whose rows a replay of the home gives otherwise than they are published."""
    replay(home, to, as_of=None, reporter=Silent())
    try:
        return differing(home.published, to)
    finally:
        to.unlink()


def differing(one: Path, other: Path) -> list[str]:
    """The relations of core and plan whose rows are others in two files."""
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
    """Replays of homes; one is made once for the same ledger, since nothing else enters it.

    What enters it: the runs that count as published, their manifests, the base. The bodies are those that the manifests
    name by their hashes.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.made: dict[object, Path] = {}

    def of(self, home: Home) -> Path:
        """The replay of a home."""
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
    """What a verification of the home finds."""
    return verify(home, reporter=Silent()).findings


def half_written(home: Home) -> list[str]:
    """The files of a home that are none of those that it keeps."""
    files = [path.relative_to(home.root).as_posix() for path in home.root.rglob("*") if path.is_file()]
    return [file for file in files if WHOLE.fullmatch(file) is None]


def at_odds(home: Home, replays: Replays) -> list[str]:
    """What is wrong with a home: findings of a verification, files left half written, rows that a replay gives not."""
    return [*findings(home), *half_written(home), *differing(home.published, replays.of(home))]
