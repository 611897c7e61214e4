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
from pipeline.ingest import Catalogue, within
from pipeline.loading import finish, judge, take_in
from pipeline.progress import Reporter
from warehouse.coverage import settle_coverage
from warehouse.database import working_file
from warehouse.definition import marts_by
from warehouse.errors import NotPublished, ReplayTargetExists
from warehouse.files import sync
from warehouse.history import LoadCounts
from warehouse.home import Home
from warehouse.ledger_records import (
    Answered,
    Asked,
    CatalogueRead,
    Doubted,
    Failed,
    Landed,
    LossAccepted,
    MartRows,
    PlanFiles,
    Publishing,
    RunResumed,
    Source,
    TakenUp,
    Withdrawn,
)
from warehouse.manifest import Manifest, manifests
from warehouse.moment import end_of_moment
from warehouse.prune import copy_base
from warehouse.publish import READ_ONLY
from warehouse.published_file import publication_of
from warehouse.published_runs import published_runs
from warehouse.raw_store import RawStore
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
        told: what was wanted, withdrawn and not had, and what was doubted: all else that coverage needs.
        accepted_loss: the operator's reason, if any.
        marts_by: the software that judged the night; None from before marts had a history.
        marts: what the publication did to the marts.
    """

    manifest: Manifest
    known_from: datetime
    source_kind: str = "live"
    landed: dict[str, Landed] = field(default_factory=dict)
    catalogue: dict[str, tuple[str, ...]] = field(default_factory=dict)
    plan_files: dict[str, dict[str, str]] = field(default_factory=dict)
    scopes: list[Answered] = field(default_factory=list)
    told: list[Asked | Withdrawn | Failed | Doubted] = field(default_factory=list)
    accepted_loss: str | None = None
    marts_by: str | None = None
    marts: list[MartRows] = field(default_factory=list)


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
    since = publication_of(home.base).published_at.replace(tzinfo=UTC) if copy_base(home, part) else None
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
    try:
        with working_file(part) as connection:
            ensure_schema(connection)
            for night in nights:
                replay_night(connection, home, night)
                reporter.advance()
        part.chmod(READ_ONLY)
        sync(part)
        part.replace(to)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    tell_where_it_differs(nights, reporter)
    return len(nights)


def tell_where_it_differs(nights: list[Night], reporter: Reporter) -> None:
    """Say from which night on the marts of a replay are those that were published."""
    others = [number for number, night in enumerate(nights) if night.marts_by != marts_by()]
    if not others:
        return
    since = nights[others[-1] + 1].known_from if others[-1] + 1 < len(nights) else None
    reporter.say(
        "Other software judged "
        + ("every night" if since is None else f"nights before {since:%Y-%m-%d %H:%M} (UTC)")
        + f": in the replay all nights are judged by this one ({marts_by()}), so the marts may differ from what was "
        "published then. `kolada restore` puts back what was published."
    )


def replay_night(connection: duckdb.DuckDBPyConnection, home: Home, night: Night) -> None:
    """Take one night in again, as the run did, and judge it by this software."""
    run_id = night.manifest.run_id
    loaded = take_in_again(connection, home, night)
    judge(
        connection,
        run_id=run_id,
        known_from=night.known_from,
        source_kind=night.source_kind,
        is_later=night.marts_by != marts_by(),
    )
    finish(
        connection,
        manifests_up_to(home, night),
        run_id=run_id,
        known_from=night.known_from,
        loaded=loaded,
        accepted_loss=night.accepted_loss,
    )


def take_in_again(connection: duckdb.DuckDBPyConnection, home: Home, night: Night) -> LoadCounts:
    """Bring one night's values, catalogue and plans into the history again, as the run did."""
    store = RawStore(home.bodies)
    stage = Stage(connection)
    restage(night, store, stage)
    # What was doubted and published all the same was approved.
    approved = {kpi_id for record in night.told if isinstance(record, Doubted) for kpi_id in record.kpi_ids}
    settle_coverage(stage, approved_empty_kpis=sorted(approved))
    return take_in(
        connection,
        stage,
        catalogue=catalogue_of(night, store),
        plans=plans_of(night, store),
        run_id=night.manifest.run_id,
        known_from=night.known_from,
    )


def manifests_up_to(home: Home, night: Night) -> list[Manifest]:
    """The manifests that were there when a night was published."""
    return [manifest for manifest in manifests(home.manifests) if manifest.place <= night.manifest.place]


def published_nights(home: Home) -> Iterator[Night]:
    """Every run that was published and not rolled back, oldest first, but those that the base stands for.

    Raises:
        RawStoreError: the manifest of one of them is missing or damaged.
    """
    for run in published_runs(home):
        yield read_night(run.manifest)


def read_night(manifest: Manifest) -> Night:
    """What the manifest of a published run tells.

    A resumed run told some things twice: what it said before it died is passed over, but for what had landed.
    """
    night = Night(manifest=manifest, known_from=datetime.min.replace(tzinfo=UTC))
    for record in manifest.records():
        match record:
            case RunResumed():
                night.catalogue, night.plan_files, night.scopes, night.told = {}, {}, [], []
                night.marts, night.accepted_loss = [], None
            case TakenUp():
                # What was read stands; the plans as they were when it was taken up follow.
                night.plan_files, night.marts = {}, []
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
            case Asked() | Withdrawn() | Failed() | Doubted():
                night.told.append(record)
            case LossAccepted():
                night.accepted_loss = record.reason
            case Publishing():
                night.known_from = record.known_from
                night.marts_by = record.marts_by
            case MartRows():
                night.marts.append(record)
    return night


def restage(night: Night, store: RawStore, stage: Stage) -> None:
    """Put what a night read on the stage again."""
    for record in night.told:
        match record:
            case Asked():
                stage.want(record.kpi_ids, record.unit_ids)
            case Withdrawn():
                stage.withdraw(record.kpi_ids)
            case Failed():
                stage.fail(record.kpi_ids, record.unit_ids, record.message, record.error)
            case Doubted():
                stage.doubt(record.kpi_ids, record.unit_ids, record.years, record.message)
    for scope in night.scopes:
        for request_id in scope.request_ids:
            stage.add_observations(within(frame_of(night, store, request_id), scope.kpi_ids), request_id)
        stage.add_scope(scope.kpi_ids, scope.unit_ids, scope.years)


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
