"""The status of a home: the last run, the age of the published data, the next run, the stored files, warnings."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

import psutil

from pipeline.jobs import BrokenPlan, command_for
from pipeline.schedule import next_scheduled_run
from pipeline.settings import Settings
from warehouse.approvals import held_runs
from warehouse.errors import WarehouseError
from warehouse.home import SAMPLE_FOLDER, Home
from warehouse.ledger_records import NAMING_BODIES
from warehouse.manifest import Manifest, manifests
from warehouse.ops import read_story
from warehouse.publish import snapshots
from warehouse.published_file import Publication, publication_of, published_file
from warehouse.published_runs import last_published, published_runs, was_published
from warehouse.raw_store import RawStore
from warehouse.settling import is_outdated, lost_message, outdated_message
from warehouse.share_note import read_share_note

NIGHTLY = "refresh"
CLOCK_SLACK_HOURS = 0.1

DUE = """
    select
        kpi_id,
        any_value(kpi_title) as kpi_title,
        any_value(next_period) as next_period,
        any_value(coalesce(prel_publication_date, publication_date)) as due_on,
        any_value(publication_state) as publication_state
    from mart.publication_calendar
    where publication_state in ('late', 'due', 'scheduled')
    group by kpi_id
    order by due_on, kpi_id
    limit 5
"""

LAST_REFRESH = "select max(published_at) from ops.run where kind = $kind and state = 'published'"


@dataclass(frozen=True, slots=True)
class DueKpi:
    """A KPI that Kolada will publish next: the period, the day, and whether it is late, due or scheduled."""

    kpi_id: str
    title: str
    period: int | None
    due_on: str
    publication_state: str


@dataclass(frozen=True, slots=True)
class Status:
    """The status that `kolada status` prints; instants in UTC unless they name their zone, sizes in bytes.

    Attributes:
        home: the home folder.
        published_at: when the published file was published; None if there is none.
        age_hours: since the last refresh; a backfill does not change it.
        last_run: run_id, kind, state, started_at and message of the newest run; None before the first.
        is_running: whether a run is writing at this moment.
        next_run: the deployment that runs next according to prefect.yaml, and when; None if nothing is scheduled.
        due: the KPIs that Kolada publishes next.
        raw_bytes: the size of the raw store on disk.
        run_count: the number of manifests.
        snapshot_count: the number of earlier published files.
        warnings: the problems; empty if the home is healthy.
    """

    home: str
    published_at: datetime | None
    age_hours: float | None
    last_run: dict[str, Any] | None
    is_running: bool
    next_run: tuple[str, datetime] | None
    due: tuple[DueKpi, ...]
    raw_bytes: int
    run_count: int
    snapshot_count: int
    warnings: tuple[str, ...]

    @property
    def is_healthy(self) -> bool:
        """Whether there are no warnings."""
        return not self.warnings

    def fields(self) -> dict[str, Any]:
        """Return the status as a mapping for JSON."""
        next_run = None if self.next_run is None else {"deployment": self.next_run[0], "at": iso(self.next_run[1])}
        last_run = None if self.last_run is None else {name: iso(value) for name, value in self.last_run.items()}
        return asdict(self) | {
            "published_at": iso(self.published_at),
            "last_run": last_run,
            "next_run": next_run,
            "is_healthy": self.is_healthy,
        }

    def text(self) -> str:
        """Return the status as text for the terminal."""
        published = "nothing yet" if self.published_at is None else f"{self.published_at:%Y-%m-%d %H:%M} UTC"
        age = "" if self.age_hours is None else f", read {self.age_hours:.1f} h ago"
        next_run = (
            "none by schedule"
            if self.next_run is None
            else f"{self.next_run[0]} at {self.next_run[1]:%Y-%m-%d %H:%M %Z}"
        )
        lines = [
            f"home         {self.home}",
            f"published    {published}{age}",
            f"last run     {self._last_run_text()}",
            f"next run     {next_run}",
            *(
                f"{'due next' if not number else '':<12} {kpi.due_on} {kpi.kpi_id} {kpi.title}, {kpi.period or ''} "
                f"({kpi.publication_state})"
                for number, kpi in enumerate(self.due)
            ),
            f"raw store    {self.raw_bytes / 1e6:.1f} MB; runs: {self.run_count}",
            f"snapshots    {self.snapshot_count}",
            *(f"warning      {warning}" for warning in self.warnings),
        ]
        return "\n".join(lines)

    def _last_run_text(self) -> str:
        if self.last_run is None:
            return "none yet"
        state = "running now" if self.is_running else self.last_run["state"]
        return f"{self.last_run['kind']} of {self.last_run['started_at']:%Y-%m-%d %H:%M} UTC: {state}"


def iso(value: object) -> object:
    """Return an instant as ISO 8601 with its UTC offset; return any other value unchanged."""
    if not isinstance(value, datetime):
        return value
    return (value if value.tzinfo else value.replace(tzinfo=UTC)).isoformat(timespec="seconds")


def read_status(settings: Settings, *, now: datetime | None = None) -> Status:
    """Read the status of a home; write nothing."""
    home = Home(settings.home)
    now = now or datetime.now(UTC)
    file, refreshed_at, due, lost = look_at_published(home)
    age_hours = (now - refreshed_at).total_seconds() / 3600 if refreshed_at is not None else None
    kept = manifests(home.manifests)
    runs = tuple(newest_runs(kept))
    is_running = is_being_written(home)
    return Status(
        home=str(home.root),
        published_at=file.published_at.replace(tzinfo=UTC) if file is not None else None,
        age_hours=age_hours,
        last_run=runs[0] if runs else None,
        is_running=is_running,
        # Nothing reads the sample on a schedule.
        next_run=None if settings.is_sample else next_scheduled_run(now),
        due=due,
        raw_bytes=sum(path.stat().st_size for path in home.raw.rglob("*") if path.is_file()),
        run_count=len(kept),
        snapshot_count=len(snapshots(home)),
        warnings=(
            *((lost,) if lost is not None else warnings_about_age(age_hours, settings, home)),
            *warnings_about_raw(home),
            *warnings_about_runs(runs, is_running=is_running),
            *warnings_about_review(
                home, file.run_id if file is not None else None, told=runs, is_sample=settings.is_sample
            ),
            *warnings_about_plans(kept),
            *warnings_about_share(settings, home, file),
        ),
    )


def look_at_published(
    home: Home,
) -> tuple[Publication | None, datetime | None, tuple[DueKpi, ...], str | None]:
    """Return the publication, the instant of the last refresh, the KPIs due next, and the problem of the file.

    Each part is None or empty if it is unknown.
    """
    if not home.published.exists():
        return None, None, (), lost_message(home) if was_published(home) else None
    try:
        file = publication_of(home.published)
        with published_file(home.published) as connection:
            (refreshed_at,) = connection.execute(LAST_REFRESH, {"kind": NIGHTLY}).fetchone() or (None,)
            rows = connection.execute(DUE).fetchall()
    except WarehouseError as error:
        return None, None, (), str(error)
    due = tuple(DueKpi(kpi_id, title, period, str(due_on), state) for kpi_id, title, period, due_on, state in rows)
    last = last_published(home)
    outdated = outdated_message(home, file, last) if last is not None and is_outdated(file, last) else None
    return file, refreshed_at.replace(tzinfo=UTC) if refreshed_at is not None else None, due, outdated


def warnings_about_raw(home: Home) -> Iterator[str]:
    """Yield warnings about missing bodies of published runs, by name and size; `kolada verify` reads their content."""
    try:
        runs = published_runs(home)
    except WarehouseError as error:
        yield str(error)
        return
    store = RawStore(home.bodies)
    lacking: dict[str, str] = {}
    for run in runs:
        if run.damage is not None:
            yield str(run.damage)
        for record in run.manifest.readable(NAMING_BODIES):
            lacking |= {sha256: run.run_id for sha256 in record.bodies if not store.has(sha256)}
    if lacking:
        first = min(lacking)
        yield (
            f"{len(lacking)} bodies are missing in `{home.bodies}`, such as `{first}` of run `{lacking[first]}`: "
            "nights that need them cannot be rebuilt. Restore `raw/` from a backup of KOLADA_HOME; `kolada verify` "
            "lists all"
        )


def newest_runs(kept: list[Manifest]) -> Iterator[dict[str, Any]]:
    """Yield the newest run and, if that is not a refresh, the newest refresh."""
    for number, manifest in enumerate(reversed(kept)):
        run = read_story(manifest).run
        if not run:
            continue
        if number == 0 or run["kind"] == NIGHTLY:
            yield run
        if run["kind"] == NIGHTLY:
            return


def is_being_written(home: Home) -> bool:
    """Return whether the process named in the home's lock file is alive; the lock itself is not taken."""
    try:
        return psutil.pid_exists(int(json.loads((home.root / ".lock").read_text(encoding="utf-8"))["pid"]))
    except (FileNotFoundError, ValueError):
        return False


def warnings_about_age(age_hours: float | None, settings: Settings, home: Home) -> Iterator[str]:
    """Yield a warning if nothing is published, or the published data is too old or from the future."""
    if age_hours is None:
        sample = Home(home.root / SAMPLE_FOLDER).published
        known = " (the sample is published: `kolada status --sample`)" if sample.exists() else ""
        yield f"nothing is published: run `{settings.refresh_command}`{known}"
    elif age_hours < -CLOCK_SLACK_HOURS:
        yield f"the data was published {-age_hours:.0f} hours in the future by this machine's clock: set the clock"
    elif age_hours > settings.stale_hours:
        yield f"the published data is {age_hours:.0f} hours old: run `{settings.refresh_command}`"


def warnings_about_plans(kept: list[Manifest]) -> Iterator[str]:
    """Yield a warning per plan that the newest publication judged by an older version or left out."""
    for manifest in reversed(kept):
        story = read_story(manifest)
        if story.run.get("state") == "published":
            for row in story.broken_plans:
                yield str(BrokenPlan(row["plan_id"], row["problem"], row["version_from"]))
            return


def warnings_about_share(settings: Settings, home: Home, file: Publication | None) -> Iterator[str]:
    """Yield a warning if the place of sharing lacks this publication, or if the last share failed."""
    note, wish = read_share_note(home), settings.share_wish
    if file is None:
        return
    if note is not None and note.is_failed and wish is None:
        yield f"the publication could not be shared: {note.message}"
    elif wish is not None and not (note is not None and note.holds(wish, file.run_id)):
        is_told = note is not None and note.is_failed and note.place == wish.place
        why = f": {note.message}" if note is not None and is_told else ""
        yield f"run `{file.run_id}` is published but not shared to `{wish.place}`: run `kolada share`{why}"


def warnings_about_review(
    home: Home, published: str | None, *, told: tuple[dict[str, Any], ...], is_sample: bool
) -> Iterator[str]:
    """Yield a warning if a held run waits for a review or for its publication; `told` are the runs reported already."""
    waiting = tuple(held_runs(home, published))
    approved = next((run for run in waiting if run.is_approved), None)
    if approved is not None:
        command = command_for(approved.start.kind, approved.start.parameters, is_sample=is_sample)
        yield f"run `{approved.run_id}` was held and is approved: `{command}` publishes it without fetching again"
    elif waiting and waiting[0].run_id not in {run["run_id"] for run in told}:
        yield f"run `{waiting[0].run_id}` is held: `kolada review` shows what it would change"


def warnings_about_runs(runs: tuple[dict[str, Any], ...], *, is_running: bool) -> Iterator[str]:
    """Yield a warning if the newest run, or the newest refresh, is not published."""
    for number, run in enumerate(runs):
        if run["state"] == "published" or (number == 0 and is_running):
            continue
        which = "the last run" if number == 0 else "the last refresh"
        yield f"{which} is {run['state']}: {run.get('message') or 'it did not finish'}"
