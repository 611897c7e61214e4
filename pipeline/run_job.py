"""The work of a run, from the plans to the published file, as plain functions.

    prepare     lock the home, open a run or resume one that died
    catalogue   read the catalogue; check the plans against it
    cells       read every wanted cell; account for each (KPI, unit)
    load        compare with the known cells; open versions
    judge       build the marts as of this run's instant
    check       hold the run if a check found something that is not approved (review.py)
    publish     one atomic rename
    share       if the settings name a place; a failure leaves the publication unchanged

A held run whose findings were approved is resumed: its catalogue and cells come from its ledger, and nothing is
fetched.

`run_job` takes `call`, which runs each stage: directly, or as a Prefect task (flow_run.py). Everything that a stage
decides is on the ledger before the next stage starts.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from typing import ParamSpec, Protocol, TypeVar

import httpx

from kolada_client import Clock, KoladaClient
from pipeline import loading
from pipeline.holding import Gate
from pipeline.jobs import Job
from pipeline.progress import Reporter, Silent
from pipeline.replay import Night, read_night
from pipeline.run_result import RunResult
from pipeline.run_stages import (
    Run,
    check,
    hold,
    instant_of,
    judge,
    keep_plan_files,
    keep_what_is_published,
    load,
    put_in_place,
    read_and_check_catalogue,
    read_wanted_cells,
)
from pipeline.settings import Settings
from pipeline.source import open_client
from warehouse.approvals import Approvals, approvals_in_force, held_runs
from warehouse.database import working_file
from warehouse.errors import PublishedUnrecorded
from warehouse.home import Home
from warehouse.ledger_records import (
    Stopped,
)
from warehouse.manifest import manifests
from warehouse.ops import last_publication, last_published_run
from warehouse.publish import clear_work, start_work
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
    """The function that runs one stage of a run under a name."""

    def __call__(
        self,
        name: str,
        function: Callable[Parameters, Result],
        *args: Parameters.args,
        **kwargs: Parameters.kwargs,
    ) -> Result:
        """Run the stage and return its result."""
        ...


def call_directly(
    name: str,  # noqa: ARG001 - only a call that shows the stages uses their names
    function: Callable[Parameters, Result],
    *args: Parameters.args,
    **kwargs: Parameters.kwargs,
) -> Result:
    """Run a stage as a plain function and return its result."""
    return function(*args, **kwargs)


class Share(Protocol):
    """The function that shares the published file of a home and returns a note; a failure is in the note."""

    def __call__(self, home: Home, wish: ShareWish, *, now: Callable[[], datetime]) -> ShareNote:
        """Share, and write the outcome into the home."""
        ...


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
    """Run a job: read, load, judge, check, publish and share; or hold the run and report why.

    Args:
        settings: name the source, the home and the limits.
        job: the wanted cells.
        call: runs each stage.
        share: shares the publication if the settings name a place; None to share nothing.
        reporter: receives the progress.
        flow_run_id: Prefect's id of the run.
        transport: replaces the network; the built-in sample has its own.
        client_clock: for the waits of the client; tests pass one that never really waits.
        clock: returns the present instant, with a time zone.

    Raises:
        HomeError: the home cannot be written, or another run is writing.
        PlanError: no plan is left: each names a KPI unknown to Kolada, and none was ever published.
        SourceMismatch: the source is of another kind than the data in the home.
        KoladaError: the catalogue could not be read, or no connection to the server is possible.
        PublishedFileError: the published file is missing, damaged, or older than the ledger says; or it was published
            but could not be recorded.
        RawStoreError: the raw store is damaged.
    """
    reporter = reporter or Silent()
    home = Home(settings.home, shared_bodies=settings.bodies)
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
            reporter.say(f"Resuming run {ledger.run_id}, which was held and approved: nothing is fetched")
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
                reporter.say(f"Resuming run {ledger.run_id}: responses already received are not fetched again")
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
                # A review reads the ledger: the working file is no longer needed.
                clear_work(home)
    # The home's lock is released: a slow place does not block other runs.
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
    """Share the published file unless the place has it; so a held run repeats an earlier share that failed."""
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
    """Run the stages of an opened run, in order, on a copy of the published file.

    Args:
        settings: name the source, the home and the limits.
        job: the wanted cells.
        home: of the run; its lock is held.
        ledger: of the run.
        file_sha256: of the published file; empty if the ledger does not have it.
        approvals: the approvals since the last publication.
        night: the records of the held run that is resumed; None for a run that reads.
        client: sends the requests.
        call: runs each stage.
        reporter: receives the progress.
        clock: returns the present instant, with a time zone.
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
    """Return a function that reports the progress of the upgrade of an older file."""

    def told(done: int, total: int) -> None:
        if done == 0:
            reporter.stage("Upgrade", total=total)
        else:
            reporter.advance()

    return told


def identity_of(settings: Settings, job: Job) -> RunIdentity:
    """Return the identity of a run: a run that died is resumed only by one with the same identity."""
    return RunIdentity(
        kind=job.kind,
        base_url=settings.base_url,
        plans={plan.plan_id: plan.files_sha256 for plan in job.plans},
        parameters=job.parameters,
    )


@contextmanager
def stop_on_record(home: Home, ledger: RunLedger, clock: Callable[[], datetime]) -> Iterator[None]:
    """Record a fatal error in the manifest, delete the working files, then re-raise it.

    If the disk is full, the record cannot be written: then the manifest ends without one, like that of a killed run.
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
