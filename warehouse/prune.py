"""Pruning the raw store: old nights are removed once a published file, the base, is kept in their place.

A killed prune can leave the base together with some of the nights that it replaces: these are ignored, and the next
prune removes them.
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
    """The result of a prune: runs and bodies removed, bytes freed on disk, and the run whose file is the base."""

    run_count: int
    body_count: int
    freed_bytes: int
    base_run_id: str


def prune(home: Home, *, keep_nights: int, now: datetime) -> Pruned:
    """Remove the oldest nights from the raw store, after keeping the published file of the last of them as the base.

    A night with a snapshot can become the base. The base's run and all earlier runs are removed, and every body that no
    remaining run names. Other homes keep the bodies that they share with this one. The published file is not changed.
    Only the holder of the home's lock may call this.

    Args:
        home: the home whose raw store is pruned.
        keep_nights: the number of published nights that must remain after the base.
        now: the present instant, UTC.

    Raises:
        NotPublished: no snapshot is old enough to become the base.
        PublishedFileError: the published file does not match the ledger.
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
            f"No snapshot in `{home.snapshots}` is older than the {keep_nights} nights to keep, so no file can replace "
            "the earlier nights, and nothing was removed. Keep fewer nights: `kolada prune --keep-nights N`."
        )
    needed = set[str]().union(*(run.named() for run in kept[len(removed) :]))
    store = RawStore(home.bodies, home.shared_bodies)
    doomed = [sha256 for sha256 in store.names() if sha256 not in needed]
    freed = sum(store.remove(sha256) for sha256 in doomed) + store.clear_shared()
    for run in removed:
        freed += run.path.stat().st_size
        run.path.unlink()
    return Pruned(run_count=len(removed), body_count=len(doomed), freed_bytes=freed, base_run_id=base.run_id)


def newest_usable(home: Home, remaining: set[str], before: Publication | None) -> Path | None:
    """Return the newest intact snapshot that is newer than the base and whose night can be pruned; None if none is."""
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
    """Return the runs that the base replaces: all up to the last one that was published by the base's instant."""
    published_at = base.published_at.replace(tzinfo=UTC)
    count = 0
    for number, run in enumerate(map(kept_run, kept), start=1):
        if run.is_published and run.known_from is not None and run.known_from <= published_at:
            count = number
    return kept[:count]


def place_base(home: Home, snapshot: Path) -> None:
    """Make a snapshot the base, atomically."""
    part = base_part(home)
    part.unlink(missing_ok=True)
    try:
        os.link(snapshot, part)
    except OSError:
        # On another file system a copy is made instead.
        shutil.copyfile(snapshot, part)
        sync(part)
    part.replace(home.base)
    sync(home.raw)


def copy_base(home: Home, to: Path) -> bool:
    """Copy the base as the start of a replay's file, if nights were pruned; return whether there was a base."""
    if not home.base.exists():
        return False
    shutil.copyfile(home.base, to)
    to.chmod(WRITABLE)
    return True
