"""The manifest of a run: one append-only file of JSON lines, the ledger that everything in `ops` is derived from.

A line is a record; the field `record` says which kind. Lines are only ever added. A line that was being written when
the process died has no line end: it is no record, and the next writer cuts it off. Any other line that cannot be read
is damage, and is named.

    run_started     run_id, kind, base_url, plans, parameters, software_version, flow_run_id, started_at
    run_resumed     at
    source          source_kind (live, recorded, sample), as the first answer said
    plan_files      plan_id, files (name -> body hash), files_sha256
    landed          request_id, url, status, headers of note, attempts, elapsed_seconds, fetched_at, sha256, byte_count
    accepted        request_id, row_count          the answer was used
    rejected        request_id, reason             the answer was kept but could not be used
    catalogue       part (kpi, municipality, municipality_groups), request_ids: that part was read whole
    asked           kpi_ids, unit_ids, years       the cells that the run wants accounted for
    selected        counts, kpi_count              what a mirror chose to read: KPIs by reason, of how many
    withdrawn       kpi_ids                        wanted, but not in the catalogue: not asked for
    answered        kpi_ids, unit_ids, years, from_date, request_ids: that scope was read whole
    failed          kpi_ids, unit_ids, years, error, message: that scope was not
    check           name, severity, offending_count, example, is_accepted
    loss_accepted   reason
    publishing      known_from: the instant that the facts of this run carry
    published       published_at, counts
    held            message, is_incomplete: whether only failed requests stood in the way
    stopped         error, message: the run ended with an error
    rolled_back     at, by
"""

import json
import os
import threading
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from warehouse.errors import ManifestCorrupt
from warehouse.files import sync

Record = Mapping[str, Any]


class Manifest:
    """The manifest file of one run; appending is safe from several threads."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._guard = threading.Lock()

    @property
    def run_id(self) -> str:
        """The run's id, which names the file."""
        return self.path.stem

    def append(self, record: str, **fields: object) -> None:
        """Add one record. It is in the file when the call returns."""
        line = json.dumps({"record": record, **fields}, ensure_ascii=False, default=_as_text) + "\n"
        with self._guard:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
            try:
                os.write(descriptor, line.encode())
            finally:
                os.close(descriptor)

    def records(self) -> Iterator[Record]:
        """Every finished record, oldest first.

        Raises:
            ManifestCorrupt: a finished line is not JSON.
        """
        with self.path.open("rb") as file:
            for number, line in enumerate(file, start=1):
                if not line.endswith(b"\n"):
                    return
                try:
                    yield json.loads(line)
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


def _as_text(value: object) -> str:
    if isinstance(value, datetime | date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no place in a manifest")
