"""Replay: builds the warehouse again from the raw store alone, with today's code and each night's plan files.

No network is used. The published runs are replayed in order: their bodies are parsed, their versions are opened at the
original instant, their verdicts are judged. The requests of a run are not planned again, so software that plans
requests differently can replay earlier nights too.
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
    """One published run, as read from its manifest.

    Attributes:
        manifest: of the run.
        known_from: the instant of its facts.
        source_kind: live, recorded or sample.
        landed: request id -> the record of the response page in the raw store.
        catalogue: list of the catalogue -> request ids.
        plan_files: plan_id -> file name -> SHA-256 of the body.
        scopes: the scopes that were read completely.
        told: the other records that coverage needs: the wanted, withdrawn, failed and doubted parts.
        accepted_loss: the operator's reason, if any.
        marts_by: the software that judged the night; None for a night before marts had a history.
        marts: the changes that the publication made in the marts.
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
        as_of: replay only runs published until then, a date or a timestamp; None for all.
        reporter: receives the progress, one step per night.

    Returns:
        The number of replayed nights, without those that a base replaces.

    Raises:
        ReplayTargetExists: the file to write exists already.
        NotPublished: no run was published until `as_of`.
        RawStoreError: a body or a manifest is missing or damaged.
    """
    if to.exists():
        raise ReplayTargetExists(
            f"`{to}` exists already, and a replay never overwrites a file, so nothing was written. Remove it, or name "
            "another file: `kolada replay --to FILE`."
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
            "See `kolada status`."
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
    """Log from which night on the marts of a replay are as they were published."""
    others = [number for number, night in enumerate(nights) if night.marts_by != marts_by()]
    if not others:
        return
    since = nights[others[-1] + 1].known_from if others[-1] + 1 < len(nights) else None
    reporter.say(
        "Another software version judged "
        + ("every night" if since is None else f"the nights before {since:%Y-%m-%d %H:%M} (UTC)")
        + f": the replay judges all nights with this version ({marts_by()}), so the marts may differ from what was "
        "published then. `kolada restore` puts back what was published."
    )


def replay_night(connection: duckdb.DuckDBPyConnection, home: Home, night: Night) -> None:
    """Load one night again, as the run did, and judge it with this software."""
    run_id = night.manifest.run_id
    loaded = take_in_again(connection, home, night)
    judge(
        connection,
        run_id=run_id,
        known_from=night.known_from,
        source_kind=night.source_kind,
        is_later=night.marts_by != marts_by(),
    )
    finish_again(connection, home, night, loaded)


def take_in_again(connection: duckdb.DuckDBPyConnection, home: Home, night: Night) -> LoadCounts:
    """Load one night's values, catalogue and plans into the history again, as the run did."""
    store = RawStore(home.bodies)
    stage = Stage(connection)
    restage(night, store, stage)
    # A doubted part of a published run was approved.
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


def finish_again(connection: duckdb.DuckDBPyConnection, home: Home, night: Night, loaded: LoadCounts) -> None:
    """Write the ops tables of one night again, from the manifests that existed when it was published."""
    known = [manifest for manifest in manifests(home.manifests) if manifest.place <= night.manifest.place]
    finish(
        connection,
        known,
        run_id=night.manifest.run_id,
        known_from=night.known_from,
        loaded=loaded,
        accepted_loss=night.accepted_loss,
    )


def published_nights(home: Home) -> Iterator[Night]:
    """Yield the runs that were published and not rolled back, oldest first, without those that the base replaces.

    Raises:
        RawStoreError: the manifest of one of them is missing or damaged.
    """
    for run in published_runs(home):
        yield read_night(run.manifest)


def read_night(manifest: Manifest) -> Night:
    """Read the manifest of a published run.

    A resumed run has written some records twice: those from before it died are ignored, except for landed pages.
    """
    night = Night(manifest=manifest, known_from=datetime.min.replace(tzinfo=UTC))
    for record in manifest.records():
        match record:
            case RunResumed():
                night.catalogue, night.plan_files, night.scopes, night.told = {}, {}, [], []
                night.marts, night.accepted_loss = [], None
            case TakenUp():
                # The data that was read is kept; the plans of the resumption follow.
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
    """Put the rows and records of a night on the stage again."""
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
    """Return the catalogue as that night read it."""
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
    """Return the plans as their files were that night."""
    return [
        plan_from_files({name: store.get(sha256) for name, sha256 in files.items()})
        for files in night.plan_files.values()
    ]


def frame_of(night: Night, store: RawStore, request_id: str) -> pl.DataFrame:
    """Return the rows of one stored response page."""
    answer = night.landed[request_id]
    return parse_page(store.get(answer.sha256), answer.url).frame
