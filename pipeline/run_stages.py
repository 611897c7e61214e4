"""The stages of a run, from the plans' files to the published file or the held run; run_job.py gives their order."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

import duckdb
import polars as pl

from kolada_client import KoladaClient
from pipeline import loading
from pipeline.holding import Gate, account, is_incomplete, message_about, verdict_changes
from pipeline.ingest import Catalogue, planned_requests, read_catalogue, read_cells
from pipeline.jobs import Job, check_wanted, command_for
from pipeline.mirror_selection import select
from pipeline.plans_to_judge import without_unknown_kpis
from pipeline.progress import Reporter
from pipeline.replay import Night, catalogue_of, restage
from pipeline.run_result import RunResult
from pipeline.settings import Settings
from warehouse.checks import prepare_checks, run_checks
from warehouse.coverage import Coverage
from warehouse.definition import marts_by
from warehouse.errors import PublishedUnrecorded, SourceMismatch
from warehouse.history import LoadCounts, naive_utc
from warehouse.home import Home
from warehouse.ledger_records import (
    Held,
    PlanBroken,
    PlanFiles,
    Published,
    Publishing,
    Selected,
)
from warehouse.mart_bodies import keep_marts
from warehouse.ops import last_published_run
from warehouse.publish import next_instant, publish
from warehouse.run_ledger import RunLedger
from warehouse.stage import Stage


@dataclass(slots=True)
class Run:
    """The state that the stages of one run share."""

    settings: Settings
    job: Job
    home: Home
    ledger: RunLedger
    client: KoladaClient
    work_file: Path
    connection: duckdb.DuckDBPyConnection
    stage: Stage
    reporter: Reporter
    clock: Callable[[], datetime]
    replaces: datetime | None
    builds_on: str | None
    gate: Gate
    night: Night | None = None
    known_from: datetime | None = field(default=None)


def keep_plan_files(job: Job, ledger: RunLedger) -> None:
    """Store the files of the plans that this run judges, so that a replay can use them; record the broken plans."""
    for plan in job.plans:
        files = {name: ledger.store.put(content) for name, content in sorted(plan.files.items())}
        ledger.record(PlanFiles(plan_id=plan.plan_id, files=files, files_sha256=plan.files_sha256))
    for broken in job.broken:
        ledger.record(PlanBroken(plan_id=broken.plan_id, problem=broken.problem, version_from=broken.version_from))


def read_and_check_catalogue(run: Run) -> Catalogue:
    """Read the catalogue; raise if the source is of another kind than the home's; replace plans with unknown KPIs."""
    if run.night is not None:
        catalogue = catalogue_of(run.night, run.ledger.store)
    else:
        catalogue = with_what_was_known(run.connection, read_catalogue(run.client, run.ledger, run.reporter))
    held = run.connection.execute(
        "select source_kind from ops.run where state = 'published' order by published_at desc limit 1"
    ).fetchone()
    if held is not None and held[0] != catalogue.source_kind:
        raise SourceMismatch(
            f"`{run.settings.base_url}` serves `{catalogue.source_kind}` data, and the home `{run.home.root}` contains "
            f"`{held[0]}` data. The two are never mixed, so nothing was loaded. "
            "Use a separate home for this source: `KOLADA_HOME=/another/folder kolada refresh`."
        )
    known = dict(run.connection.execute("select kpi_id, title from core.kpi").fetchall())
    run.job = without_unknown_kpis(run.job, run.home, catalogue.kpi_ids | known.keys())
    if run.job.kind == "backfill":
        check_wanted(
            run.job,
            kpis=known | catalogue.kpi_titles,
            units=catalogue.unit_names,
            request_count=len(planned_requests(run.job, catalogue)),
        )
    return catalogue


def with_what_was_known(connection: duckdb.DuckDBPyConnection, catalogue: Catalogue) -> Catalogue:
    """Return the catalogue with the known units and groups that its lists lack."""
    listed = catalogue.municipalities["municipality_id"]
    known = connection.execute(
        "select municipality_id, municipality_name, municipality_type from core.municipality"
    ).fetchall()
    groups = connection.execute("select group_id from core.municipality_group").fetchall()
    units = pl.DataFrame(known, schema=catalogue.municipalities.schema, orient="row")
    return replace(
        catalogue,
        absent_units=units.filter(~pl.col("municipality_id").is_in(listed.implode())),
        absent_groups=frozenset(group_id for (group_id,) in groups),
    )


def read_wanted_cells(run: Run, catalogue: Catalogue) -> Coverage:
    """Read every wanted cell into the stage, and account for each (KPI, unit)."""
    if run.night is not None:
        restage(run.night, run.ledger.store, run.stage)
        return account(run.stage, run.gate, run.ledger, run.job.plans)
    rectangles = None
    if run.job.audit_days is not None:
        # The day on which the run started, so that a resumed run selects the same.
        selection = select(run.connection, catalogue, today=run.ledger.started_at.date(), days=run.job.audit_days)
        run.ledger.record(Selected(counts=selection.counts(), kpi_count=selection.kpi_count))
        rectangles = selection.rectangles
    read_cells(
        run.client,
        run.job,
        catalogue,
        ledger=run.ledger,
        stage=run.stage,
        reporter=run.reporter,
        rectangles=rectangles,
    )
    return account(run.stage, run.gate, run.ledger, run.job.plans)


def load(run: Run, catalogue: Catalogue) -> LoadCounts:
    """Load the staged data into the history, all at one instant."""
    run.reporter.stage("History")
    run.known_from = next_instant(run.replaces, run.clock())
    run.ledger.record(
        Publishing(known_from=run.known_from, builds_on=last_published_run(run.connection), marts_by=marts_by())
    )
    return loading.take_in(
        run.connection,
        run.stage,
        catalogue=catalogue,
        plans=run.job.plans,
        run_id=run.ledger.run_id,
        known_from=run.known_from,
    )


def judge(run: Run, catalogue: Catalogue) -> None:
    """Build the marts for this run's publication."""
    run.reporter.stage("Judgement")
    loading.judge(
        run.connection,
        run_id=run.ledger.run_id,
        known_from=instant_of(run),
        source_kind=catalogue.source_kind,
    )


def check(run: Run) -> None:
    """Run the checks and pass their findings to the gate."""
    run.reporter.stage("Checks")
    plans = prepare_checks(run.connection, run.settings.limits())
    for found in run_checks(run.connection):
        run.gate.take(found, plans)


def keep_what_is_published(run: Run, *, is_whole: bool) -> None:
    """Store the changes of this publication in the marts, or the complete marts, in the raw store; record it."""
    for kept in keep_marts(run.connection, run.ledger.store, instant=naive_utc(instant_of(run)), is_whole=is_whole):
        run.ledger.record(kept)


def put_in_place(run: Run, loaded: LoadCounts, verdict_changes: int) -> None:
    """Publish the finished file, then record it on the ledger."""
    run.reporter.stage("Publication")
    run.ledger.sync()
    try:
        file_sha256 = publish(run.home, run.work_file, replaces=run.replaces, keep=run.settings.keep)
        run.ledger.record(
            Published(
                published_at=instant_of(run),
                at=run.clock(),
                received=loaded.received,
                opened=dict(loaded.opened),
                verdict_changes=verdict_changes,
                file_sha256=file_sha256,
            )
        )
    except OSError as error:
        if run.work_file.exists():
            raise
        raise PublishedUnrecorded(
            f"Run `{run.ledger.run_id}` is published as `{run.home.published}`, but its ledger could not be written: "
            f"{error}. Nothing is lost, and the next run records this one. Check the disk (`df -h`), then run "
            "`kolada verify`."
        ) from error


def hold(run: Run, catalogue: Catalogue, coverage: Coverage, loaded: LoadCounts) -> RunResult:
    """End a run without publishing: record on the ledger why, and which verdicts would have changed."""
    holding = run.gate.holding
    message = message_about(
        holding,
        command=command_for(run.job.kind, run.job.parameters, is_sample=run.settings.is_sample),
        is_sample=run.settings.is_sample,
    )
    changes = verdict_changes(run.connection, instant_of(run))
    run.ledger.record(
        Held(
            at=run.clock(),
            message=message,
            is_incomplete=is_incomplete(holding),
            builds_on=run.builds_on,
            verdict_changes=run.ledger.store.put(changes.write_json().encode()),
            is_reviewable=True,
        )
    )
    run.ledger.sync()
    return RunResult(
        run_id=run.ledger.run_id,
        state="held",
        message=message,
        published=run.home.published,
        source_kind=catalogue.source_kind,
        coverage=coverage.totals(),
        loaded=loaded,
        checks=tuple(run.gate.results),
        request_count=run.ledger.request_count,
        verdict_changes=changes.height,
        is_incomplete=is_incomplete(holding),
        broken_plans=run.job.broken,
        remarks=run.ledger.remarks,
        flips=tuple(changes.to_dicts()),
    )


def instant_of(run: Run) -> datetime:
    """Return the instant of the run's facts; it is set when the load begins."""
    if run.known_from is None:
        raise RuntimeError("a run has no instant before its load")
    return run.known_from
