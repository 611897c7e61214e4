"""The work of a run, from the plans to the published file, as plain functions.

    prepare     plans read and checked, the home locked, the run opened or taken up again
    catalogue   read whole; plans checked against it
    cells       every wanted cell read, each (KPI, unit) accounted for
    load        compared with what is known: versions
    judge       marts built as of this run's instant
    check       what was found and not approved holds the run; it can be reviewed then (review.py)
    publish     one atomic rename
    share       where the settings name a place; what fails there leaves the publication as it is

A held run whose findings were approved is taken up: catalogue and cells come from its ledger, and nothing is fetched.

`run_job` takes `call`, which runs each stage: directly, or as a Prefect task (refresh.py). Everything that a stage
decides is on the ledger before the next one starts.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from itertools import groupby
from pathlib import Path
from typing import Any, ParamSpec, Protocol, TypeVar

import duckdb
import httpx
import polars as pl

from kolada_client import Clock, KoladaClient
from pipeline import loading
from pipeline.holding import Gate, account, in_short, is_incomplete, message_about, verdict_changes
from pipeline.ingest import Catalogue, planned_requests, read_catalogue, read_cells
from pipeline.jobs import BrokenPlan, Job, check_wanted, command_for
from pipeline.mirror_selection import select
from pipeline.plans_to_judge import without_unknown_kpis
from pipeline.progress import Reporter, Silent
from pipeline.replay import Night, catalogue_of, read_night, restage
from pipeline.settings import Settings
from pipeline.source import open_client
from warehouse.approvals import Approvals, approvals_in_force, held_runs
from warehouse.checks import CheckResult, prepare_checks, run_checks
from warehouse.coverage import Coverage
from warehouse.database import working_file
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
    Stopped,
)
from warehouse.manifest import manifests
from warehouse.mart_bodies import keep_marts
from warehouse.ops import last_publication, last_published_run
from warehouse.publish import clear_work, next_instant, publish, start_work
from warehouse.published_file import naming_damage
from warehouse.run_ledger import RunIdentity, RunLedger, open_run, take_up_held
from warehouse.schema import ensure_schema
from warehouse.settling import settle
from warehouse.share_note import ShareNote, ShareWish, is_shared
from warehouse.stage import Stage

SOFTWARE_VERSION = version("kolada-pipeline")

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


class Call(Protocol):
    """Runs one stage of a run under a name."""

    def __call__(
        self,
        name: str,
        function: Callable[Parameters, Result],
        *args: Parameters.args,
        **kwargs: Parameters.kwargs,
    ) -> Result:
        """Run the stage and return what it returns."""
        ...


def call_directly(
    name: str,  # noqa: ARG001 - a stage's name is for those who show stages
    function: Callable[Parameters, Result],
    *args: Parameters.args,
    **kwargs: Parameters.kwargs,
) -> Result:
    """Run a stage as the plain function that it is."""
    return function(*args, **kwargs)


class Share(Protocol):
    """Shares what a home has published, and returns how that ended; a failure is in the note."""

    def __call__(self, home: Home, wish: ShareWish, *, now: Callable[[], datetime]) -> ShareNote:
        """Share, and note in the home how it ended."""
        ...


@dataclass(frozen=True, slots=True)
class RunResult:
    """How a run ended that came to an end.

    Attributes:
        run_id: of the ledger.
        state: published or held.
        message: one sentence for people.
        published: the file that analysts open; in a held run the one from before, if any.
        source_kind: live, recorded or sample.
        coverage: pairs per outcome.
        loaded: what the history took up, or would.
        checks: what the checks found, scope by scope.
        request_count: HTTP requests of this run, those before a resumption included.
        verdict_changes: how many verdicts differ from the last publication.
        is_incomplete: whether a held run was held for what could not be read, and nothing else.
        broken_plans: the plans whose files were wrong.
        remarks: what was odd about answers that count all the same.
        flips: the verdicts that a held run would change: rows of mart.verdict_change.
        shared: how sharing what is published ended; None where it was not to be shared, or is shared already.
    """

    run_id: str
    state: str
    message: str
    published: Path
    source_kind: str
    coverage: dict[str, int]
    loaded: LoadCounts | None = None
    checks: tuple[CheckResult, ...] = ()
    request_count: int = 0
    verdict_changes: int = 0
    is_incomplete: bool = False
    broken_plans: tuple[BrokenPlan, ...] = ()
    remarks: tuple[str, ...] = ()
    flips: tuple[dict[str, Any], ...] = ()
    shared: ShareNote | None = None

    @property
    def warnings(self) -> tuple[str, ...]:
        """What does not hold a run but is named wherever it is told of: broken plans, checks, a share that failed."""
        told = [result for result in self.checks if result.offending_count and not result.is_blocking]
        return (
            *(str(broken) for broken in self.broken_plans),
            *(in_short(name, list(results)) for name, results in groupby(told, key=lambda result: result.name)),
            *((self.shared.message,) if self.shared is not None and self.shared.is_failed else ()),
        )

    @property
    def figures(self) -> str:
        """The run in one line of figures."""
        opened = self.loaded.opened if self.loaded is not None else {}
        new = ", ".join(f"{count} {kind}" for kind, count in opened.items()) or "none"
        received = self.loaded.received if self.loaded is not None else 0
        return (
            f"{self.request_count} requests, {received} cells received, new versions: {new}, "
            f"changed verdicts: {self.verdict_changes}."
        )


@dataclass(slots=True)
class Run:
    """What the stages of one run share."""

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


def run_job(
    settings: Settings,
    job: Job,
    *,
    call: Call = call_directly,
    share: Share | None = None,
    reporter: Reporter | None = None,
    flow_run_id: str | None = None,
    transport: httpx.BaseTransport | None = None,
    client_clock: Clock | None = None,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> RunResult:
    """Do a job: read, load, judge, check, publish and share; or hold, and say why.

    Args:
        settings: where from and where to.
        job: what is wanted.
        call: runs each stage.
        share: shares what is published, where the settings ask for it; without it nothing is shared.
        reporter: told of the progress.
        flow_run_id: Prefect's id of the run.
        transport: stands in for the network; the built-in sample brings its own.
        client_clock: paces the client's waits; tests give one that never really waits.
        clock: tells the present instant, aware.

    Raises:
        HomeError: the home cannot be written, or another run is writing.
        PlanError: no plan is left: each names a KPI that Kolada never had, and none was ever published.
        SourceMismatch: the source is of another kind than what the home holds.
        KoladaError: the catalogue could not be read, or nobody answers.
        PublishedFileError: the published file is missing, damaged, or older than the ledger says; or it is published
            and could not be put on record.
        RawStoreError: the raw store is damaged.
    """
    reporter = reporter or Silent()
    home = Home(settings.home)
    home.prepare()
    with home.writer(f"kolada {job.kind}", wait_seconds=settings.wait, on_wait=reporter.say):
        settled = settle(home, now=clock())
        published = settled.file.run_id if settled.file is not None else None
        identity = identity_of(settings, job)
        held = next(
            (run for run in held_runs(home, published) if identity.reads_as(run.start) and run.is_approved), None
        )
        if held is not None:
            ledger = take_up_held(home, held, software_version=SOFTWARE_VERSION, flow_run_id=flow_run_id, now=clock())
            reporter.say(f"Taking up run {ledger.run_id}, which was held and approved: nothing is fetched")
        else:
            ledger = open_run(
                home,
                identity,
                software_version=SOFTWARE_VERSION,
                flow_run_id=flow_run_id,
                now=clock(),
                resume_within=timedelta(hours=settings.resume_hours),
                published=published,
            )
            if ledger.is_resumed:
                reporter.say(f"Taking up run {ledger.run_id}: what already landed is not fetched again")
        with (
            stop_on_record(home, ledger, clock),
            open_client(settings, ledger, transport, client_clock) as client,
        ):
            result = carry_out(
                settings,
                job,
                home,
                ledger,
                file_sha256=settled.file_sha256,
                approvals=approvals_in_force(home, published),
                night=read_night(held.manifest) if held is not None else None,
                client=client,
                call=call,
                reporter=reporter,
                clock=clock,
            )
            if result.state == "held":
                # What is held is read back from the ledger: nobody needs the copy that it was loaded into.
                clear_work(home)
    # The home's lock is given back: a slow place keeps nobody from writing.
    return replace(result, shared=share_result(settings, home, share, call=call, reporter=reporter, clock=clock))


def share_result(
    settings: Settings,
    home: Home,
    share: Share | None,
    *,
    call: Call,
    reporter: Reporter,
    clock: Callable[[], datetime],
) -> ShareNote | None:
    """Share what is published, unless the place has it; a held run so makes up for a share that failed before."""
    wish = settings.share_wish
    if share is None or wish is None or not home.published.exists():
        return None
    if is_shared(home, wish):
        return None
    reporter.stage("Sharing")
    note = call("Share", share, home, wish, now=clock)
    reporter.say(note.message)
    return note


def carry_out(
    settings: Settings,
    job: Job,
    home: Home,
    ledger: RunLedger,
    *,
    file_sha256: frozenset[str],
    approvals: Approvals,
    night: Night | None,
    client: KoladaClient,
    call: Call,
    reporter: Reporter,
    clock: Callable[[], datetime],
) -> RunResult:
    """The stages of an opened run, in order, on a copy of the published file, whose SHA-256 may be known.

    Args:
        settings: where from and where to.
        job: what is wanted.
        home: whose lock is held.
        ledger: of the run.
        file_sha256: of the published file; empty where the ledger does not know it.
        approvals: what was approved since the last publication.
        night: what the run had read when it was held; None for one that reads.
        client: who is asked.
        call: runs each stage.
        reporter: told of the progress.
        clock: tells the present instant, aware.
    """
    work_file = start_work(home, ledger.run_id, sha256=file_sha256)
    with naming_damage(home.published), working_file(work_file) as connection:
        migrated = ensure_schema(connection, upgrade_progress(reporter))
        run = Run(
            settings=settings,
            job=job,
            home=home,
            ledger=ledger,
            client=client,
            work_file=work_file,
            connection=connection,
            stage=Stage(connection),
            reporter=reporter,
            clock=clock,
            replaces=last_publication(connection),
            builds_on=last_published_run(connection),
            gate=Gate(ledger, approvals),
            night=night,
        )
        catalogue = call("Read the catalogue", read_and_check_catalogue, run)
        keep_plan_files(run.job, ledger)
        coverage = call("Read the values", read_wanted_cells, run, catalogue)
        loaded = call("Load the history", load, run, catalogue)
        call("Judge the goals", judge, run, catalogue)
        call("Check", check, run)
        if run.gate.holding:
            return hold(run, catalogue, coverage, loaded)
        verdict_changes = loading.finish(
            connection,
            manifests(home.manifests),
            run_id=ledger.run_id,
            known_from=instant_of(run),
            loaded=loaded,
        )
        keep_what_is_published(run, is_whole=bool(migrated) or run.replaces is None)
    call("Publish", put_in_place, run, loaded, verdict_changes)
    return RunResult(
        run_id=ledger.run_id,
        state="published",
        message=" ".join([f"Published {home.published}", *(f"{broken}" for broken in run.job.broken)]),
        published=home.published,
        source_kind=catalogue.source_kind,
        coverage=coverage.totals(),
        loaded=loaded,
        checks=tuple(run.gate.results),
        request_count=ledger.request_count,
        verdict_changes=verdict_changes,
        broken_plans=run.job.broken,
        remarks=ledger.remarks,
    )


def upgrade_progress(reporter: Reporter) -> Callable[[int, int], None]:
    """Tells a reporter how far the upgrade of an older file has come."""

    def told(done: int, total: int) -> None:
        if done == 0:
            reporter.stage("Upgrade", total=total)
        else:
            reporter.advance()

    return told


def identity_of(settings: Settings, job: Job) -> RunIdentity:
    """What makes this the same work as a run that died."""
    return RunIdentity(
        kind=job.kind,
        base_url=settings.base_url,
        plans={plan.plan_id: plan.files_sha256 for plan in job.plans},
        parameters=job.parameters,
    )


@contextmanager
def stop_on_record(home: Home, ledger: RunLedger, clock: Callable[[], datetime]) -> Iterator[None]:
    """Record a fatal error in the manifest, make room, then re-raise it.

    A disk that is full takes no record either: then the run's manifest ends without one, which says that it died.
    """
    try:
        yield
    except PublishedUnrecorded:
        clear_work(home)
        raise
    except Exception as error:
        clear_work(home)
        with suppress(OSError):
            ledger.record(Stopped(error=type(error).__name__, message=str(error), at=clock()))
        raise


def keep_plan_files(job: Job, ledger: RunLedger) -> None:
    """The plans that this night judges go into the raw store, for a replay to judge by; broken ones are named."""
    for plan in job.plans:
        files = {name: ledger.store.put(content) for name, content in sorted(plan.files.items())}
        ledger.record(PlanFiles(plan_id=plan.plan_id, files=files, files_sha256=plan.files_sha256))
    for broken in job.broken:
        ledger.record(PlanBroken(plan_id=broken.plan_id, problem=broken.problem, version_from=broken.version_from))


def read_and_check_catalogue(run: Run) -> Catalogue:
    """Read the catalogue; refuse a source of another kind than the home's, and plans that name unknown KPIs."""
    if run.night is not None:
        catalogue = catalogue_of(run.night, run.ledger.store)
    else:
        catalogue = with_what_was_known(run.connection, read_catalogue(run.client, run.ledger, run.reporter))
    held = run.connection.execute(
        "select source_kind from ops.run where state = 'published' order by published_at desc limit 1"
    ).fetchone()
    if held is not None and held[0] != catalogue.source_kind:
        raise SourceMismatch(
            f"`{run.settings.base_url}` serves `{catalogue.source_kind}` data, and the home `{run.home.root}` holds "
            f"`{held[0]}` data. The two are never mixed, so nothing was loaded. "
            "Give this source a home of its own: `KOLADA_HOME=/another/folder kolada refresh`."
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
    """The catalogue with the units and groups that are known and absent from its lists."""
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
        # The day on which the run began, so that a run that is taken up again chooses the same.
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
    """Bring what was read into the history, all of it at one instant."""
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
    """Run the checks, and take what they found to the gate."""
    run.reporter.stage("Checks")
    plans = prepare_checks(run.connection, run.settings.limits())
    for found in run_checks(run.connection):
        run.gate.take(found, plans)


def keep_what_is_published(run: Run, *, is_whole: bool) -> None:
    """Keep what this publication does to the marts in the raw store, or the marts whole, and name it on the ledger."""
    for kept in keep_marts(run.connection, run.ledger.store, instant=naive_utc(instant_of(run)), is_whole=is_whole):
        run.ledger.record(kept)


def put_in_place(run: Run, loaded: LoadCounts, verdict_changes: int) -> None:
    """Publish the finished file, then say so on the ledger."""
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
            f"Run `{run.ledger.run_id}` is published as `{run.home.published}`, and then writing failed: {error}. "
            "Nothing is lost, and the next run puts this one on record. Look at the disk (`df -h`), then run "
            "`kolada verify`."
        ) from error


def hold(run: Run, catalogue: Catalogue, coverage: Coverage, loaded: LoadCounts) -> RunResult:
    """End a run without publishing: yesterday's file stays, and the ledger says why and what would have changed."""
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
    """The one instant that the run's facts carry; set when the load begins."""
    if run.known_from is None:
        raise RuntimeError("a run has no instant before its load")
    return run.known_from
