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
from warehouse.files import sync, write_all
from warehouse.ledger_records import LedgerRecord, read_record, written


class Manifest:
    """The manifest file of one run; appending is safe from several threads."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._guard = threading.Lock()
        self._ends_whole = False

    @property
    def run_id(self) -> str:
        """The run's id, which names the file."""
        return self.path.stem

    def append(self, record: LedgerRecord) -> None:
        """Add one record. It is in the file whole when the call returns, and not at all when it raises.

        Only the holder of the home's lock may: half a line that a dead writer left is cut off first.
        """
        line = written(record)
        with self._guard:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o666)
            try:
                if not self._ends_whole:
                    os.ftruncate(descriptor, self._whole_size())
                end = os.fstat(descriptor).st_size
                self._ends_whole = False
                try:
                    write_all(descriptor, line)
                except BaseException:
                    # A full disk takes some bytes and refuses the rest.
                    os.ftruncate(descriptor, end)
                    raise
                self._ends_whole = True
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

    def _whole_size(self) -> int:
        """Bytes up to and with the last line end."""
        return self.path.read_bytes().rfind(b"\n") + 1

    def sync(self) -> None:
        """Wait until every record is on the disk."""
        sync(self.path)
        sync(self.path.parent)


def manifests(folder: Path) -> list[Manifest]:
    """The manifests in a folder, oldest run first."""
    return [Manifest(path) for path in sorted(folder.glob("*.jsonl"))]
