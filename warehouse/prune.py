"""Thinning the raw store of nights that a kept published file stands for: the base.

A prune that is killed leaves the base in place and some of the nights that it stands for: they are passed over, and the
next prune removes them.
"""

import os
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from warehouse.errors import NotPublished, PublishedDamaged
from warehouse.files import sync
from warehouse.home import Home
from warehouse.manifest import Manifest, manifests
from warehouse.publish import WRITABLE, snapshots
from warehouse.published_file import Publication, publication_of, read_whole
from warehouse.published_runs import kept_run
from warehouse.raw_store import RawStore
from warehouse.settling import base_part, settle


@dataclass(frozen=True, slots=True)
class Pruned:
    """What a prune did: runs and bodies removed, bytes freed on disk, and the run whose file stands in their place."""

    run_count: int
    body_count: int
    freed_bytes: int
    base_run_id: str


def prune(home: Home, *, keep_nights: int, now: datetime) -> Pruned:
    """Remove the oldest nights from the raw store, once the published state after them is kept as the base.

    A night whose state is kept as a snapshot can become the base; every run up to and with it is removed, and every
    body that no remaining run names. What was published is untouched. Only the holder of the home's lock may call this.

    Args:
        home: whose raw store is thinned.
        keep_nights: how many published nights must remain behind the base.
        now: the present instant, UTC.

    Raises:
        NotPublished: no snapshot is old enough to stand in the place of the nights before it.
        PublishedFileError: the published file is not what the ledger says.
    """
    settle(home, now=now)
    kept = manifests(home.manifests)
    published = [run.run_id for run in map(kept_run, kept) if run.holds]
    remaining = set(published[-keep_nights:]) if keep_nights else set()
    before = publication_of(home.base) if home.base.exists() else None
    chosen = newest_usable(home, remaining, before)
    if chosen is not None:
        place_base(home, chosen)
    base = publication_of(home.base) if chosen is not None else before
    removed = stood_for(kept, base) if base is not None else []
    if base is None or (chosen is None and not removed):
        raise NotPublished(
            f"No snapshot in `{home.snapshots}` is older than the {keep_nights} nights to keep, so nothing can stand "
            "in the place of earlier ones, and nothing was removed. Keep fewer: `kolada prune --keep-nights N`."
        )
    needed = set[str]().union(*(run.named() for run in kept[len(removed) :]))
    store = RawStore(home.bodies)
    doomed = [sha256 for sha256 in store.names() if sha256 not in needed]
    freed = sum(store.remove(sha256) for sha256 in doomed)
    for run in removed:
        freed += run.path.stat().st_size
        run.path.unlink()
    return Pruned(run_count=len(removed), body_count=len(doomed), freed_bytes=freed, base_run_id=base.run_id)


def newest_usable(home: Home, remaining: set[str], before: Publication | None) -> Path | None:
    """The newest snapshot, whole and newer than the base, whose night need not remain in raw form."""
    for snapshot in reversed(snapshots(home)):
        try:
            publication = publication_of(snapshot)
            if before is not None and publication.published_at <= before.published_at:
                return None
            if publication.run_id not in remaining:
                read_whole(snapshot)
                return snapshot
        except PublishedDamaged:
            continue
    return None


def stood_for(kept: list[Manifest], base: Publication) -> list[Manifest]:
    """The runs that the base stands for: all up to the last one that was published by its instant, from the oldest."""
    published_at = base.published_at.replace(tzinfo=UTC)
    count = 0
    for number, run in enumerate(map(kept_run, kept), start=1):
        if run.is_published and run.known_from is not None and run.known_from <= published_at:
            count = number
    return kept[:count]


def place_base(home: Home, snapshot: Path) -> None:
    """Keep a snapshot as the base, whole or not at all."""
    part = base_part(home)
    part.unlink(missing_ok=True)
    try:
        os.link(snapshot, part)
    except OSError:
        # Another file system: a copy does as well.
        shutil.copyfile(snapshot, part)
        sync(part)
    part.replace(home.base)
    sync(home.raw)


def copy_base(home: Home, to: Path) -> bool:
    """Start a replay's file from the base, if nights were pruned; says whether there was one."""
    if not home.base.exists():
        return False
    shutil.copyfile(home.base, to)
    to.chmod(WRITABLE)
    return True
