"""The published runs according to the ledger, in the order of a replay.

A run counts as published if its manifest has the record `published` and no record `rolled_back`, or if the process died
between renaming the file and writing the record, and the published file is the run's. Each run names the run whose file
it continued (`builds_on`), so that a missing or damaged manifest is detected. Pruned nights are in the base.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from warehouse.errors import ManifestCorrupt, ManifestMissing, WarehouseError
from warehouse.home import Home
from warehouse.ledger_records import (
    DamagedRecord,
    Held,
    LedgerRecord,
    Published,
    Publishing,
    Restored,
    RolledBack,
    RunResumed,
    RunStarted,
    Stopped,
)
from warehouse.manifest import Manifest, manifests, says_published
from warehouse.published_file import Publication, publications

FATEFUL = frozenset(
    kind.record for kind in (RunStarted, RunResumed, Publishing, Published, Held, Stopped, RolledBack, Restored)
)


@dataclass(frozen=True, slots=True)
class KeptRun:
    """The outcome of a run according to its manifest.

    Attributes:
        manifest: the manifest of the run.
        known_from: the instant of the run's facts; None for a run that ended before it was set.
        builds_on: the run whose published file it continued; None if unknown.
        is_published: whether its file was published.
        is_rolled_back: whether an earlier file has replaced it.
        file_sha256: the SHA-256 values of its published file, as published and as restored; empty if unknown.
        damage: the error about the first line that cannot be read.
        is_uncertain: whether an unreadable line can have been the record of the publication.
    """

    manifest: Manifest
    known_from: datetime | None = None
    builds_on: str | None = None
    is_published: bool = False
    is_rolled_back: bool = False
    file_sha256: frozenset[str] = frozenset()
    damage: ManifestCorrupt | None = None
    is_uncertain: bool = False

    @property
    def run_id(self) -> str:
        """The run's id."""
        return self.manifest.run_id

    @property
    def holds(self) -> bool:
        """Whether the run was published and not rolled back."""
        return self.is_published and not self.is_rolled_back


def kept_run(manifest: Manifest) -> KeptRun:
    """Read the outcome of a run from its manifest; damaged lines are skipped."""
    known_from: datetime | None = None
    builds_on: str | None = None
    file_sha256: set[str] = set()
    damage: ManifestCorrupt | None = None
    seen: set[type[LedgerRecord]] = set()
    is_uncertain = False
    for record in manifest.readable(FATEFUL):
        seen.add(type(record))
        match record:
            case Publishing():
                known_from, builds_on = record.known_from, record.builds_on
                is_uncertain = False
            case Published():
                known_from = record.published_at
                file_sha256 |= {record.file_sha256} if record.file_sha256 is not None else set()
                is_uncertain = False
            case Restored():
                file_sha256 |= {record.file_sha256}
            case Held() | Stopped() | RunResumed():
                is_uncertain = False
            case DamagedRecord():
                damage = damage or manifest.corrupt(record)
                is_uncertain = Published not in seen
    return KeptRun(
        manifest=manifest,
        known_from=known_from,
        builds_on=builds_on,
        is_published=Published in seen,
        is_rolled_back=RolledBack in seen,
        file_sha256=frozenset(file_sha256),
        damage=damage,
        is_uncertain=is_uncertain,
    )


def last_published(home: Home) -> KeptRun | None:
    """Return the last run that was published and not rolled back, from the manifests alone; None if there is none."""
    return next((run for run in map(kept_run, reversed(manifests(home.manifests))) if run.holds), None)


def was_published(home: Home) -> bool:
    """Return whether a snapshot, the base or a manifest shows that a file was published."""
    return home.base.exists() or any(home.snapshots.glob("*.duckdb")) or says_published(home.manifests)


def published_runs(home: Home) -> list[KeptRun]:
    """Return the runs that were published and not rolled back, oldest first, without those that the base replaces.

    Raises:
        ManifestCorrupt: the manifest of a run is damaged, so that it is unknown whether the run was published.
        ManifestMissing: the manifest of one of the runs is missing.
        PublishedDamaged: the base cannot be read.
    """
    base = publications(home.base) if home.base.exists() else []
    # If a manifest is damaged, the published file shows whether the run was published, if it can be read.
    in_file = publications_if_any(home.published)
    runs: list[KeptRun] = []
    for run in map(kept_run, manifests(home.manifests)):
        if is_in_base(run, base) or run.is_rolled_back:
            continue
        is_in_file = any(run.run_id == publication.run_id for publication in in_file or ())
        if (
            run.damage is not None
            and not run.is_published
            and (is_in_file if in_file is not None else run.is_uncertain)
        ):
            raise run.damage
        if run.is_published or is_in_file:
            go_back_to_what_it_builds_on(run, runs, base)
            runs.append(run)
    require_all(in_file or (), base, runs, home.published)
    return runs


def is_in_base(run: KeptRun, base: list[Publication]) -> bool:
    """Return whether a run is one of the pruned nights, although its manifest exists."""
    return bool(base) and run.known_from is not None and run.known_from <= base[-1].published_at.replace(tzinfo=UTC)


def go_back_to_what_it_builds_on(run: KeptRun, runs: list[KeptRun], base: list[Publication]) -> None:
    """Remove the runs at the end that this run's file does not contain: they were rolled back without a record of it.

    Raises:
        ManifestMissing: the manifest of the run that it builds on is missing.
    """
    if run.builds_on is None:
        return
    earlier = [each.run_id for each in runs]
    if run.builds_on in earlier:
        del runs[earlier.index(run.builds_on) + 1 :]
    elif base and run.builds_on == base[-1].run_id:
        runs.clear()
    else:
        raise missing(run.builds_on, f"run `{run.run_id}` builds on it")


def require_all(in_file: Iterable[Publication], base: list[Publication], runs: list[KeptRun], published: Path) -> None:
    """Check that the manifests and the base contain every run of the published file.

    Raises:
        ManifestMissing: the manifest of a run is missing.
    """
    there = {publication.run_id for publication in base} | {run.run_id for run in runs}
    for publication in in_file:
        if publication.run_id not in there:
            raise missing(publication.run_id, f"the published file `{published}` contains it")


def publications_if_any(path: Path) -> list[Publication] | None:
    """Return the publications up to that of a file; None when the file is missing or cannot be read."""
    try:
        return publications(path)
    except WarehouseError:
        return None


def missing(run_id: str, because: str) -> ManifestMissing:
    """Return the error that names a run whose manifest is missing."""
    return ManifestMissing(
        f"The manifest of run `{run_id}` is not in the raw store, although the run was published: {because}. Without "
        "it that night and all later ones cannot be rebuilt. Restore `raw/` from a backup of KOLADA_HOME; or replace "
        "that night and all earlier ones by a snapshot: `kolada prune --keep-nights N`."
    )
