"""The manifest of a run: one append-only file of JSON lines, from which the tables of `ops` are derived.

A line is a record; the kinds are in ledger_records.py. Lines are only appended. A line that was being written when the
process died has no line end: it is not a record, and the next writer truncates it. Any other unreadable line is damage:
code that needs the whole manifest raises an error that names the line, all other code skips it.

The id of a run, and so the name of its manifest, begins with the run's number. Runs are ordered by this number, not by
the clock. The runs of the first release have no number: they come before all others, in the order of their names.
"""

import os
import re
import secrets
import threading
from collections.abc import Collection, Iterator
from datetime import UTC, datetime
from pathlib import Path

from warehouse.errors import ManifestCorrupt
from warehouse.files import sync, write_all
from warehouse.ledger_records import SHA256, DamagedRecord, LedgerRecord, Published, read_record, written

NUMBERED = re.compile(r"(\d{6,})-\d{8}T")
KIND_OF_LINE = re.compile(rb'\{"record": "(\w+)"')


class Manifest:
    """The manifest file of one run; appending is safe from several threads."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._guard = threading.Lock()
        self._ends_whole = False

    @property
    def run_id(self) -> str:
        """The run's id, which is the name of the file."""
        return self.path.stem

    @property
    def place(self) -> tuple[int, str]:
        """The sort key that puts manifests in the order of their runs."""
        return run_number_of(self.run_id) or 0, self.run_id

    def append(self, record: LedgerRecord) -> None:
        """Append one record: completely if the call returns, not at all if it raises.

        Only the holder of the home's lock may call this: an incomplete line of a dead writer is truncated first.
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
                    # On a full disk a part of the line can have been written.
                    os.ftruncate(descriptor, end)
                    raise
                self._ends_whole = True
            finally:
                os.close(descriptor)

    def records(self) -> Iterator[LedgerRecord]:
        """Yield every record, oldest first.

        Raises:
            ManifestCorrupt: a complete line is not a record.
        """
        for record in self.readable():
            if isinstance(record, DamagedRecord):
                raise self.corrupt(record)
            yield record

    def readable(self, kinds: Collection[str] | None = None) -> Iterator[LedgerRecord]:
        """Yield every record, oldest first, with a `DamagedRecord` for each complete line that cannot be read.

        Args:
            kinds: names of kinds; lines of other kinds that look complete are skipped unread. None for all kinds.
        """
        with self.path.open("rb") as file:
            for number, line in enumerate(file, start=1):
                if not line.endswith(b"\n"):
                    return
                kind = KIND_OF_LINE.match(line)
                if kinds is not None and kind and line.endswith(b"}\n") and kind[1].decode() not in kinds:
                    continue
                try:
                    record = read_record(line)
                except ValueError:
                    record = DamagedRecord(line_number=number)
                yield record

    def corrupt(self, damaged: DamagedRecord) -> ManifestCorrupt:
        """Return the error that names a damaged line."""
        return ManifestCorrupt(
            f"Line {damaged.line_number} of the manifest `{self.path}` is damaged. The requests and responses of run "
            f"`{self.run_id}` are not known completely, so nothing is built from it. Restore the file from a backup of "
            "KOLADA_HOME; `kolada verify` reports what else is damaged."
        )

    def named(self) -> set[str]:
        """Return every string in the file that can be the name of a body, in damaged lines too."""
        return set(SHA256.findall(self.path.read_text(encoding="utf-8", errors="replace")))

    def sync(self) -> None:
        """Wait until every record is on the disk."""
        sync(self.path)
        sync(self.path.parent)

    def _whole_size(self) -> int:
        """Return the number of bytes up to the last line end, which is included."""
        return self.path.read_bytes().rfind(b"\n") + 1


def manifests(folder: Path) -> list[Manifest]:
    """Return the manifests in a folder, oldest run first."""
    return sorted((Manifest(path) for path in folder.glob("*.jsonl")), key=lambda manifest: manifest.place)


def says_published(folder: Path) -> bool:
    """Return whether any manifest in a folder has a record that its run was published."""
    start = f'{{"record": "{Published.record}"'.encode()
    return any(start in manifest.path.read_bytes() for manifest in manifests(folder))


def run_number_of(run_id: str) -> int | None:
    """Return the number at the beginning of a run's id; None for a run of the first release."""
    numbered = NUMBERED.match(run_id)
    return int(numbered[1]) if numbered is not None else None


def make_run_id(run_number: int, now: datetime) -> str:
    """Return a run's id: its number, its start in UTC and four random characters."""
    now = now.astimezone(UTC)
    return f"{run_number:06d}-{now:%Y%m%dT%H%M%S}{now.microsecond // 1000:03d}Z-{secrets.token_hex(2)}"
