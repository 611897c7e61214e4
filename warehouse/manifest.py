"""The manifest of a run: one append-only file of JSON lines, the ledger that everything in `ops` is derived from.

A line is a record; its kinds are in ledger_records.py. Lines are only ever added. A line that was being written when
the process died has no line end: it is no record, and the next writer cuts it off. Any other line that cannot be read
is damage, and is named.
"""

import os
import threading
from collections.abc import Iterator
from pathlib import Path

from warehouse.errors import ManifestCorrupt
from warehouse.files import sync
from warehouse.ledger_records import LedgerRecord, read_record, written


class Manifest:
    """The manifest file of one run; appending is safe from several threads."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._guard = threading.Lock()

    @property
    def run_id(self) -> str:
        """The run's id, which names the file."""
        return self.path.stem

    def append(self, record: LedgerRecord) -> None:
        """Add one record. It is in the file when the call returns."""
        line = written(record)
        with self._guard:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
            try:
                os.write(descriptor, line)
            finally:
                os.close(descriptor)

    def records(self) -> Iterator[LedgerRecord]:
        """Every finished record, oldest first.

        Raises:
            ManifestCorrupt: a finished line is not a record.
        """
        with self.path.open("rb") as file:
            for number, line in enumerate(file, start=1):
                if not line.endswith(b"\n"):
                    return
                try:
                    yield read_record(line)
                except ValueError as error:
                    raise ManifestCorrupt(
                        f"Line {number} of the manifest `{self.path}` is damaged. What run `{self.run_id}` asked for "
                        "and received cannot be told, so nothing is built from it. Restore the file from a backup of "
                        "KOLADA_HOME."
                    ) from error

    def cut_unfinished_line(self) -> None:
        """Remove what a killed writer left after the last line end. Only the holder of the home's lock may."""
        content = self.path.read_bytes()
        whole = content.rfind(b"\n") + 1
        if whole < len(content):
            os.truncate(self.path, whole)

    def sync(self) -> None:
        """Wait until every record is on the disk."""
        sync(self.path)
        sync(self.path.parent)


def manifests(folder: Path) -> list[Manifest]:
    """The manifests in a folder, oldest run first."""
    return [Manifest(path) for path in sorted(folder.glob("*.jsonl"))]
