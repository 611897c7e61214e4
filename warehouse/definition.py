"""The fingerprint of the relations in a published file: the SHA-256 of the SQL texts and of the code that runs them.

If the texts are unchanged since a file was published, its views and macros need not be created again. The fingerprint
also names the software that made the marts of a publication.
"""

import hashlib
from functools import cache
from importlib.metadata import version
from pathlib import Path

import duckdb

from warehouse.database import sql_files
from warehouse.dictionary import FOLDER as DICTIONARY

FOLDERS = ("core", "plan", "ops", "migrations", "working", "mart")
CODE = ("build.py", "comments.py", "mart_files.py", "versions.py")
SHOWN = 12


@cache
def texts_sha256() -> str:
    """Return the SHA-256 of the texts and the code."""
    digest = hashlib.sha256()
    texts = [path for folder in FOLDERS for path in sql_files(folder, "*.*")]
    for path in (*texts, *sorted(DICTIONARY.glob("*.toml")), *(Path(__file__).with_name(name) for name in CODE)):
        digest.update(path.read_bytes())
    return digest.hexdigest()


@cache
def marts_by() -> str:
    """Return this software's name in `ops.publication.marts_by`: its version and the hash of its marts' texts."""
    return f"kolada-pipeline {version('kolada-pipeline')} ({texts_sha256()[:SHOWN]})"


def fingerprint(source_kind: str) -> str:
    """Return the fingerprint of a file's relations: the hash of the texts, the source kind, the DuckDB version."""
    return f"{texts_sha256()} {source_kind} {duckdb.__version__}"


def read_fingerprint(connection: duckdb.DuckDBPyConnection) -> str | None:
    """Return the fingerprint of the relations that the file holds; None when it holds none."""
    row = connection.execute("select sha256 from ops.mart_definition").fetchone()
    return None if row is None else row[0]


def write_fingerprint(connection: duckdb.DuckDBPyConnection, source_kind: str) -> None:
    """Store the fingerprint of the file's relations."""
    connection.execute("delete from ops.mart_definition")
    connection.execute("insert into ops.mart_definition values (?)", [fingerprint(source_kind)])
