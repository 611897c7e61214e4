"""Which runs were published, as the ledger says: the order in which a replay takes them.

A run counts when its manifest says `published` and not `rolled_back`, or when it died between the two steps that make
it so and the published file is its own. Each run says which file it continued (`builds_on`), so that a manifest that is
missing or damaged is noticed by the run that came after it. Nights that were pruned are in the base.
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
    """What a manifest says of its run's fate.

    Attributes:
        manifest: of the run.
        known_from: the instant that the run's facts carry; None for a run that did not come so far.
        builds_on: the run whose published file it continued; None where it is not known.
        is_published: its file was published.
        is_rolled_back: and an earlier one has taken its place.
        file_sha256: of its published file, as it was published or restored; empty where it is not known.
        damage: the first line that cannot be read.
        is_uncertain: a line that cannot be read may have said that the run was published.
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
        """Whether the run was published and not taken back."""
        return self.is_published and not self.is_rolled_back


def kept_run(manifest: Manifest) -> KeptRun:
    """Read what a manifest says of its run's fate, around what is damaged."""
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
    """The run that was published last and not taken back, by the manifests alone; None when they name none."""
    return next((run for run in map(kept_run, reversed(manifests(home.manifests))) if run.holds), None)


def was_published(home: Home) -> bool:
    """Whether anything in the home says that a file was published."""
    return home.base.exists() or any(home.snapshots.glob("*.duckdb")) or says_published(home.manifests)


def published_runs(home: Home) -> list[KeptRun]:
    """The runs that were published and not taken back, oldest first, but those that the base stands for.

    Raises:
        ManifestCorrupt: the manifest of one of them is damaged, so that it may have said otherwise.
        ManifestMissing: the manifest of one of them is not there.
        PublishedDamaged: the base cannot be read.
    """
    base = publications(home.base) if home.base.exists() else []
    # What a damaged manifest does not tell, the published file does, if it can be read.
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
    """Whether a run is one of the pruned nights, though its manifest is still there or was put back."""
    return bool(base) and run.known_from is not None and run.known_from <= base[-1].published_at.replace(tzinfo=UTC)


def go_back_to_what_it_builds_on(run: KeptRun, runs: list[KeptRun], base: list[Publication]) -> None:
    """Take the runs off the end that this run's file does not hold: they were taken back, though they do not say so.

    Raises:
        ManifestMissing: the run that it builds on is not there.
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
    """Refuse when the published file holds a run that neither the manifests nor the base have.

    Raises:
        ManifestMissing: the manifest of such a run is not there.
    """
    there = {publication.run_id for publication in base} | {run.run_id for run in runs}
    for publication in in_file:
        if publication.run_id not in there:
            raise missing(publication.run_id, f"the published file `{published}` holds it")


def publications_if_any(path: Path) -> list[Publication] | None:
    """The publications that led to a file; None when it is not there or cannot be read."""
    try:
        return publications(path)
    except WarehouseError:
        return None


def missing(run_id: str, because: str) -> ManifestMissing:
    """The error that names a run whose manifest is gone."""
    return ManifestMissing(
        f"The manifest of run `{run_id}` is not in the raw store, though the run was published: {because}. Without it "
        "nothing can be rebuilt from that night on. Restore `raw/` from a backup of KOLADA_HOME; or let a kept "
        "snapshot stand in the place of that night and those before it: `kolada prune --keep-nights N`."
    )
