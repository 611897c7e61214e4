"""The manifest of a run: one append-only file of JSON lines, the ledger that everything in `ops` is derived from.

A line is a record; its kinds are in ledger_records.py. Lines are only ever added. A line that was being written when
the process died has no line end: it is no record, and the next writer cuts it off. Any other line that cannot be read
is damage: who needs the whole manifest refuses it by name, everybody else reads around it.

Runs carry a number, the first part of their id and so of the manifest's name. It orders them, whatever the clock said
when they started. The runs of the first release have none: they come before all others, in the order of their names.
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
        """The run's id, which names the file."""
        return self.path.stem

    @property
    def place(self) -> tuple[int, str]:
        """Sorts manifests in the order of their runs."""
        return run_number_of(self.run_id) or 0, self.run_id

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
        for record in self.readable():
            if isinstance(record, DamagedRecord):
                raise self.corrupt(record)
            yield record

    def readable(self, kinds: Collection[str] | None = None) -> Iterator[LedgerRecord]:
        """Every finished record, oldest first, with a `DamagedRecord` for each line that cannot be read.

        Args:
            kinds: names of kinds; lines of other kinds that look whole are passed over unread. None for all.
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
        """The error that names a damaged line."""
        return ManifestCorrupt(
            f"Line {damaged.line_number} of the manifest `{self.path}` is damaged. What run `{self.run_id}` asked for "
            "and received cannot be told, so nothing is built from it. Restore the file from a backup of KOLADA_HOME; "
            "`kolada verify` tells what else is damaged."
        )

    def named(self) -> set[str]:
        """Whatever in the file can be the name of a body, in damaged lines too."""
        return set(SHA256.findall(self.path.read_text(encoding="utf-8", errors="replace")))

    def sync(self) -> None:
        """Wait until every record is on the disk."""
        sync(self.path)
        sync(self.path.parent)

    def _whole_size(self) -> int:
        """Bytes up to and with the last line end."""
        return self.path.read_bytes().rfind(b"\n") + 1


def manifests(folder: Path) -> list[Manifest]:
    """The manifests in a folder, oldest run first."""
    return sorted((Manifest(path) for path in folder.glob("*.jsonl")), key=lambda manifest: manifest.place)


def says_published(folder: Path) -> bool:
    """Whether any manifest in a folder has the line that says that its run was published."""
    start = f'{{"record": "{Published.record}"'.encode()
    return any(start in manifest.path.read_bytes() for manifest in manifests(folder))


def run_number_of(run_id: str) -> int | None:
    """The number that a run's id begins with; None for a run of the first release."""
    numbered = NUMBERED.match(run_id)
    return int(numbered[1]) if numbered is not None else None


def make_run_id(run_number: int, now: datetime) -> str:
    """A run's id: its number, its start in UTC and four random characters."""
    now = now.astimezone(UTC)
    return f"{run_number:06d}-{now:%Y%m%dT%H%M%S}{now.microsecond // 1000:03d}Z-{secrets.token_hex(2)}"
