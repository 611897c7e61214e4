"""What the relations of a published file are made of: the SHA-256 of every text and of the code that reads them.

A file that was published with the very same texts needs nothing created anew, and the software that made the marts of a
publication is named by it.
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
    """The SHA-256 of the texts and the code."""
    digest = hashlib.sha256()
    texts = [path for folder in FOLDERS for path in sql_files(folder, "*.*")]
    for path in (*texts, *sorted(DICTIONARY.glob("*.toml")), *(Path(__file__).with_name(name) for name in CODE)):
        digest.update(path.read_bytes())
    return digest.hexdigest()


@cache
def marts_by() -> str:
    """This software, as `ops.publication.marts_by` names it: its version and what its marts are made of."""
    return f"kolada-pipeline {version('kolada-pipeline')} ({texts_sha256()[:SHOWN]})"


def fingerprint(source_kind: str) -> str:
    """What a file's relations are made of: the texts, the kind of source that figures are credited to, DuckDB."""
    return f"{texts_sha256()} {source_kind} {duckdb.__version__}"


def read_fingerprint(connection: duckdb.DuckDBPyConnection) -> str | None:
    """The fingerprint of the relations that the file holds; None when it holds none."""
    row = connection.execute("select sha256 from ops.mart_definition").fetchone()
    return None if row is None else row[0]


def write_fingerprint(connection: duckdb.DuckDBPyConnection, source_kind: str) -> None:
    """Say what the file's relations are made of."""
    connection.execute("delete from ops.mart_definition")
    connection.execute("insert into ops.mart_definition values (?)", [fingerprint(source_kind)])
