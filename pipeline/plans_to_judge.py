"""The plans that a run judges: those of the folder of plans, and instead of a broken plan its last good version.

A broken plan does not stop the others. The version of the last publication, from the raw store, is judged instead. If
no version was ever published, the plan is left out and named.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime

from goals import Plan, PlanError, check_against_catalogue, one_error, plan_from_files, read_each_plan
from pipeline.jobs import BrokenPlan, Job, planned_kpis
from pipeline.settings import Settings
from warehouse.home import Home
from warehouse.ledger_records import PlanFiles
from warehouse.manifest import Manifest, manifests
from warehouse.published_runs import kept_run
from warehouse.raw_store import RawStore


@dataclass(frozen=True, slots=True)
class PlansToJudge:
    """The plans to judge, including last good versions of broken plans; and the broken plans."""

    plans: tuple[Plan, ...]
    broken: tuple[BrokenPlan, ...]


@dataclass(frozen=True, slots=True)
class _Version:
    plan: Plan
    since: datetime


def plans_to_judge(settings: Settings) -> PlansToJudge:
    """Return the plans of the folder that the settings name.

    Raises:
        PlanError: the folder has no plan, or none that can be judged.
    """
    plans, errors = read_each_plan(settings.goals)
    return _with_stand_ins(Home(settings.home), plans, errors)


def without_unknown_kpis(job: Job, home: Home, known_kpi_ids: Collection[str]) -> Job:
    """Return the job, with the last good version instead of each plan that names a KPI unknown to Kolada.

    Raises:
        PlanError: no plan is left.
    """
    plans, errors = [], []
    for plan in job.plans:
        try:
            check_against_catalogue(plan, known_kpi_ids)
            plans.append(plan)
        except PlanError as error:
            errors.append(error)
    if not errors:
        return job
    judged = _with_stand_ins(home, tuple(plans), tuple(errors))
    kpi_ids = planned_kpis(judged.plans) if job.kind == "refresh" else job.kpi_ids
    return replace(job, plans=judged.plans, broken=(*job.broken, *judged.broken), kpi_ids=kpi_ids)


def _with_stand_ins(home: Home, plans: tuple[Plan, ...], errors: tuple[PlanError, ...]) -> PlansToJudge:
    judged, broken = list(plans), []
    for error in errors:
        version = _last_good_version(home, error.plan)
        if version is not None:
            judged.append(version.plan)
        broken.append(BrokenPlan(error.plan, _in_short(error), version.since if version is not None else None))
    if not judged:
        raise one_error(errors)
    return PlansToJudge(tuple(sorted(judged, key=lambda plan: plan.plan_id)), tuple(broken))


def _in_short(error: PlanError) -> str:
    count = len(error.findings)
    return f"{error.findings[0]}" if count == 1 else f"{count} things to correct, first {error.findings[0]}"


def _last_good_version(home: Home, plan_id: str) -> _Version | None:
    """Return the plan as of the last publication that judged it, and from when that version is valid."""
    files: dict[str, str] | None = None
    since: datetime | None = None
    for run in map(kept_run, reversed(manifests(home.manifests))):
        stored = _plan_files(run.manifest, plan_id) if run.holds else None
        if stored is None:
            continue
        if files is not None and stored.files != files:
            break
        files, since = stored.files, run.known_from
    if files is None or since is None:
        return None
    store = RawStore(home.bodies)
    try:
        return _Version(plan_from_files({name: store.get(sha256) for name, sha256 in files.items()}), since)
    except PlanError:
        # The files are valid only for another software version: this one must not judge them.
        return None


def _plan_files(manifest: Manifest, plan_id: str) -> PlanFiles | None:
    found = None
    for record in manifest.readable():
        if isinstance(record, PlanFiles) and record.plan_id == plan_id:
            found = record
    return found
