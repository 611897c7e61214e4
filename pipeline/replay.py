"""Replay: the warehouse built again from the raw store alone, with today's code and each night's plan files.

The network is not touched. Every published run is taken in order: its bodies are parsed, its versions opened at the
instant they had, its verdicts judged. What a run asked for plays no part, so a later version that plans its requests
otherwise replays earlier nights all the same.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import polars as pl

from goals import Plan, plan_from_files
from kolada_client import parse_page
from pipeline.ingest import Catalogue
from pipeline.loading import finish, judge, take_in
from pipeline.progress import Reporter
from warehouse.coverage import settle_coverage
from warehouse.database import working_file
from warehouse.errors import NotPublished, ReplayTargetExists
from warehouse.home import Home
from warehouse.ledger_records import (
    Answered,
    Asked,
    CatalogueRead,
    Failed,
    Landed,
    LossAccepted,
    PlanFiles,
    Published,
    Publishing,
    RolledBack,
    RunResumed,
    Source,
    Withdrawn,
)
from warehouse.manifest import Manifest, manifests
from warehouse.moment import end_of_moment
from warehouse.publish import READ_ONLY, published_at
from warehouse.raw_store import RawStore
from warehouse.rollback import base_file, copy_base
from warehouse.run_ledger import manifest_folder, raw_store
from warehouse.schema import ensure_schema
from warehouse.stage import Stage


@dataclass(slots=True)
class Night:
    """One published run, as its manifest tells of it.

    Attributes:
        manifest: of the run.
        known_from: the instant that its facts carry.
        source_kind: live, recorded or sample.
        landed: request_id -> the answer in the raw store.
        catalogue: part -> request ids.
        plan_files: plan_id -> file name -> body hash.
        scopes: the scopes that were read whole.
        wanted: the asked, withdrawn and failed records, which coverage needs.
        accepted_loss: the operator's reason, if any.
    """

    manifest: Manifest
    known_from: datetime
    source_kind: str = "live"
    landed: dict[str, Landed] = field(default_factory=dict)
    catalogue: dict[str, tuple[str, ...]] = field(default_factory=dict)
    plan_files: dict[str, dict[str, str]] = field(default_factory=dict)
    scopes: list[Answered] = field(default_factory=list)
    wanted: list[Asked | Withdrawn | Failed] = field(default_factory=list)
    accepted_loss: str | None = None


def replay(home: Home, to: Path, *, as_of: str | None, reporter: Reporter) -> int:
    """Rebuild the warehouse from the raw store into another file.

    Args:
        home: whose raw store is replayed.
        to: the file to write; must not exist.
        as_of: only runs published by then, a date or a timestamp; None for all.
        reporter: told of each night.

    Returns:
        How many nights were replayed, those that a base stands for left out.

    Raises:
        ReplayTargetExists: the file to write is there already.
        NotPublished: no run was published by then.
        RawStoreError: a body or a manifest is missing or damaged.
    """
    if to.exists():
        raise ReplayTargetExists(
            f"`{to}` is there already, and a replay overwrites nothing. Remove it, or name another file with --to."
        )
    until = end_of_moment(as_of) if as_of is not None else None
    part = to.with_name(f".{to.name}.part")
    part.unlink(missing_ok=True)
    since = published_at(base_file(home)).replace(tzinfo=UTC) if copy_base(home, part) else None
    nights = [
        night
        for night in published_nights(home)
        if (until is None or night.known_from <= until) and (since is None or night.known_from > since)
    ]
    if not nights and (since is None or (until is not None and until < since)):
        part.unlink(missing_ok=True)
        raise NotPublished(
            f"`{as_of or home.root}` is before the first load that can be replayed, so nothing was written. "
            "`kolada status` tells what there is."
        )
    reporter.stage("Replay", total=len(nights))
    with working_file(part) as connection:
        ensure_schema(connection)
        for night in nights:
            replay_night(connection, home, night)
            reporter.advance()
    part.chmod(READ_ONLY)
    part.replace(to)
    return len(nights)


def replay_night(connection: duckdb.DuckDBPyConnection, home: Home, night: Night) -> None:
    """Take one night in again, as the run did."""
    store = raw_store(home)
    stage = Stage(connection)
    restage(night, store, stage)
    run_id = night.manifest.run_id
    loaded = take_in(
        connection,
        stage,
        catalogue=catalogue_of(night, store),
        plans=plans_of(night, store),
        run_id=run_id,
        known_from=night.known_from,
    )
    judge(connection, run_id=run_id, known_from=night.known_from, source_kind=night.source_kind)
    finish(
        connection,
        [manifest for manifest in manifests(manifest_folder(home)) if manifest.run_id <= run_id],
        run_id=run_id,
        known_from=night.known_from,
        loaded=loaded,
        accepted_loss=night.accepted_loss,
    )


def published_nights(home: Home) -> Iterator[Night]:
    """Every run that was published and not rolled back, oldest first."""
    for manifest in manifests(manifest_folder(home)):
        night = read_night(manifest)
        if night is not None:
            yield night


def read_night(manifest: Manifest) -> Night | None:
    """What one manifest tells; None when its run was not published, or was rolled back.

    A resumed run told some things twice: what it said before it died is passed over, but for what had landed.
    """
    night = Night(manifest=manifest, known_from=datetime.min.replace(tzinfo=UTC))
    is_published = False
    for record in manifest.records():
        match record:
            case RunResumed():
                night.catalogue, night.plan_files, night.scopes, night.wanted = {}, {}, [], []
            case Landed():
                night.landed[record.request_id] = record
            case CatalogueRead():
                night.catalogue[record.part] = record.request_ids
            case Source():
                night.source_kind = record.source_kind
            case PlanFiles():
                night.plan_files[record.plan_id] = record.files
            case Answered():
                night.scopes.append(record)
            case Asked() | Withdrawn() | Failed():
                night.wanted.append(record)
            case LossAccepted():
                night.accepted_loss = record.reason
            case Publishing():
                night.known_from = record.known_from
            case Published():
                is_published = True
            case RolledBack():
                return None
    return night if is_published else None


def restage(night: Night, store: RawStore, stage: Stage) -> None:
    """Put a night's values and scopes on the stage again, and account for them as the run did."""
    for record in night.wanted:
        match record:
            case Asked():
                stage.want(record.kpi_ids, record.unit_ids)
            case Withdrawn():
                stage.withdraw(record.kpi_ids)
            case Failed():
                stage.fail(record.kpi_ids, record.unit_ids, record.message)
    for scope in night.scopes:
        for request_id in scope.request_ids:
            stage.add_observations(frame_of(night, store, request_id), request_id)
        stage.add_scope(scope.kpi_ids, scope.unit_ids, scope.years)
    settle_coverage(stage)


def catalogue_of(night: Night, store: RawStore) -> Catalogue:
    """The catalogue as that night read it."""
    frames = {
        part: pl.concat([frame_of(night, store, request_id) for request_id in request_ids])
        for part, request_ids in night.catalogue.items()
    }
    return Catalogue(
        kpis=frames["kpi"],
        municipalities=frames["municipality"],
        groups=frames["municipality_groups"],
        source_kind=night.source_kind,
    )


def plans_of(night: Night, store: RawStore) -> list[Plan]:
    """The plans as their files were that night."""
    return [
        plan_from_files({name: store.get(sha256) for name, sha256 in files.items()})
        for files in night.plan_files.values()
    ]


def frame_of(night: Night, store: RawStore, request_id: str) -> pl.DataFrame:
    """The rows of one kept answer."""
    answer = night.landed[request_id]
    return parse_page(store.get(answer.sha256), answer.url).frame
