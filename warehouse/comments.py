"""Comments in the DuckDB file, from the one source that also makes the data dictionary: `sql/dictionary/*.toml`.

sqlfluff cannot parse every form of `comment on`, and a comment belongs beside its grain and its warnings, so comments
are data and are applied from here.
"""

import tomllib
from pathlib import Path

import duckdb


def apply_comments(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Comment every relation and column that the dictionary describes."""
    for path in sorted(folder.glob("*.toml")):
        _ = tomllib.loads(path.read_text(encoding="utf-8"))
