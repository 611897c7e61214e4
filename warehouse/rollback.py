"""Putting an earlier published file back, and thinning the raw store of nights that a kept snapshot stands for."""

import os
import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from warehouse.errors import NotPublished
from warehouse.files import sync
from warehouse.home import Home
from warehouse.ledger_records import Published, RolledBack
from warehouse.manifest import Manifest, manifests
from warehouse.publish import READ_ONLY, WRITABLE, published_run, snapshots
from warehouse.run_ledger import manifest_folder, raw_store

BASE_NAME = "base.duckdb"


@dataclass(frozen=True, slots=True)
class Rollback:
    """What a rollback did: the run that was taken back, and the one that is published again."""

    from_run_id: str
    to_run_id: str
    published: Path


@dataclass(frozen=True, slots=True)
class Pruned:
    """What a prune did: runs and bodies removed, bytes freed on disk, and the run whose file stands in their place."""

    run_count: int
    body_count: int
    freed_bytes: int
    base_run_id: str


def roll_back(home: Home, *, now: datetime) -> Rollback:
    """Publish the newest snapshot again, in the place of the file published now.

    The run that is taken back keeps its bodies and its manifest, which gets to say what happened; the next refresh
    reads Kolada anew and goes on from the older file. Only the holder of the home's lock may call this.

    Raises:
        NotPublished: there is no snapshot to go back to.
    """
    kept = snapshots(home)
    if not home.published.exists() or not kept:
        raise NotPublished(
            f"There is no earlier published file in `{home.snapshots}`, so nothing was rolled back. "
            "`kolada status` tells what is kept."
        )
    from_run_id, _ = published_run(home.published)
    to_run_id, _ = published_run(kept[-1])
    work_file = home.work / "rollback.duckdb"
    shutil.copyfile(kept[-1], work_file)
    work_file.chmod(READ_ONLY)
    sync(work_file)
    manifest = Manifest(manifest_folder(home) / f"{from_run_id}.jsonl")
    manifest.append(RolledBack(at=now, message=f"rolled back to run {to_run_id}"))
    manifest.sync()
    work_file.replace(home.published)
    kept[-1].unlink()
    sync(home.root)
    return Rollback(from_run_id=from_run_id, to_run_id=to_run_id, published=home.published)


def base_file(home: Home) -> Path:
    """The file that stands in the place of pruned nights; a replay starts from it."""
    return home.raw / BASE_NAME


def prune(home: Home, *, keep_nights: int) -> Pruned:
    """Remove the oldest nights from the raw store, once the published state after them is kept as a base.

    A night whose state is kept as a snapshot can become the base; every run up to and with it is removed, and every
    body that no remaining run names. What was published is untouched. Only the holder of the home's lock may call this.

    Args:
        home: whose raw store is thinned.
        keep_nights: how many published nights must remain behind the base.

    Raises:
        NotPublished: no snapshot is old enough to stand in the place of the nights before it.
    """
    runs = manifests(manifest_folder(home))
    published = [run for run in runs if any(isinstance(record, Published) for record in run.records())]
    remaining = {run.run_id for run in published[-keep_nights:]} if keep_nights else set()
    candidates = [(path, *published_run(path)) for path in snapshots(home)]
    usable = [(path, run_id) for path, run_id, _ in candidates if run_id not in remaining]
    if not usable:
        raise NotPublished(
            f"No snapshot in `{home.snapshots}` is older than the {keep_nights} nights to keep, so nothing can stand "
            "in the place of earlier ones, and nothing was removed. Keep fewer: `kolada prune --keep-nights N`."
        )
    snapshot, base_run_id = usable[-1]
    place_base(home, snapshot)
    removed = [run for run in runs if run.run_id <= base_run_id]
    kept_bodies = {
        sha256 for run in runs if run.run_id > base_run_id for record in run.records() for sha256 in record.bodies
    }
    store = raw_store(home)
    doomed = [sha256 for sha256 in store.names() if sha256 not in kept_bodies]
    freed = sum(store.remove(sha256) for sha256 in doomed)
    for run in removed:
        freed += run.path.stat().st_size
        run.path.unlink()
    return Pruned(run_count=len(removed), body_count=len(doomed), freed_bytes=freed, base_run_id=base_run_id)


def place_base(home: Home, snapshot: Path) -> None:
    """Keep a snapshot as the base, whole or not at all."""
    part = home.raw / f".{BASE_NAME}.part"
    part.unlink(missing_ok=True)
    try:
        os.link(snapshot, part)
    except OSError:
        # Another file system: a copy does as well.
        shutil.copyfile(snapshot, part)
    part.replace(base_file(home))
    sync(home.raw)


def copy_base(home: Home, to: Path) -> bool:
    """Start a replay's file from the base, if nights were pruned; says whether there was one."""
    base = base_file(home)
    if not base.exists():
        return False
    shutil.copyfile(base, to)
    to.chmod(WRITABLE)
    return True
