"""The job of a run: the cells that it must account for. Refresh, backfill and mirror each have one kind of job.

The ids of a backfill are checked twice: their format immediately (`backfill_job`), their existence when a catalogue is
available (`check_wanted`). Otherwise a mistyped id would count as a withdrawn KPI.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from goals import Plan
from goals.errors import near_words
from kolada_client import InvalidRequest
from kolada_client.identifiers import FIRST_YEAR, LAST_YEAR, check_kpi_id, check_unit_id
from warehouse.moment import swedish_day

# The limit of a backfill: a larger one is no longer a repair but a mirror of Kolada.
MOST_REQUESTS = 1000
SUGGESTIONS = 3


@dataclass(frozen=True, slots=True)
class Rectangle:
    """All pairs of some KPIs and some units."""

    kpi_ids: tuple[str, ...]
    unit_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BrokenPlan:
    """A plan whose files are wrong.

    Attributes:
        plan_id: the name of its folder.
        problem: the number of errors, and the first error.
        version_from: from when the version is valid that is judged instead; None if there is none and the plan is
            left out.
    """

    plan_id: str
    problem: str
    version_from: datetime | None

    def __str__(self) -> str:
        judged = (
            "it is left out, since no version of it was ever published"
            if self.version_from is None
            else f"it is judged by its version of {swedish_day(self.version_from)}"
        )
        return f"Plan `{self.plan_id}` is broken and {judged}: {self.problem} Run `kolada goals check`."


@dataclass(frozen=True, slots=True)
class Job:
    """One piece of work for the pipeline.

    Attributes:
        kind: refresh, backfill or mirror.
        plans: every plan under KOLADA_GOALS; all of them are judged, independent of what the job reads.
        kpi_ids: the wanted KPIs; those that have left the catalogue are accounted for but not requested.
        unit_ids: the wanted units; None means every unit of the catalogue and the national group.
        years: the wanted years; None means all of them.
        audit_days: of a mirror, which chooses its KPIs when the catalogue is known: every cell is read again within
            this number of days.
        broken: the plans whose files are wrong; `plans` has the last good version of each.
    """

    kind: str
    plans: tuple[Plan, ...]
    kpi_ids: tuple[str, ...]
    unit_ids: tuple[str, ...] | None = None
    years: tuple[int, ...] | None = None
    audit_days: int | None = None
    broken: tuple[BrokenPlan, ...] = ()

    @property
    def parameters(self) -> Mapping[str, object]:
        """The parameters of the job; two jobs of a kind with equal parameters are the same work."""
        if self.audit_days is not None:
            return {"audit_days": self.audit_days}
        return {
            "kpi_ids": list(self.kpi_ids),
            "unit_ids": list(self.unit_ids) if self.unit_ids is not None else None,
            "years": list(self.years) if self.years is not None else None,
        }


def command_for(kind: str, parameters: Mapping[str, object], *, is_sample: bool) -> str:
    """Return the command that starts such a job: `kolada refresh`, or `kolada backfill` with its options.

    Args:
        kind: refresh, backfill or mirror.
        parameters: of the job, from the job itself or from a ledger.
        is_sample: whether the built-in sample is the source.
    """
    words = [f"kolada {kind}"]
    if kind == "backfill":
        words += [f"--kpi {each}" for each in listed(parameters, "kpi_ids")]
        words += [f"--unit {each}" for each in listed(parameters, "unit_ids")]
        years = ",".join(map(str, listed(parameters, "years")))
        words += [f"--years {years}"] if years else []
    return " ".join([*words, *(["--sample"] if is_sample else [])])


def listed(parameters: Mapping[str, object], name: str) -> list[object]:
    """Return a list from the parameters; empty if it is missing."""
    given = parameters.get(name)
    return list(given) if isinstance(given, list | tuple) else []


def refresh_job(plans: tuple[Plan, ...], *, broken: tuple[BrokenPlan, ...] = ()) -> Job:
    """Return the job of a refresh: every KPI of every plan for all units and years, independent of earlier runs."""
    return Job(kind="refresh", plans=plans, kpi_ids=planned_kpis(plans), broken=broken)


def planned_kpis(plans: tuple[Plan, ...]) -> tuple[str, ...]:
    """Return the KPIs of all plans, including those for cross-checks."""
    return tuple(sorted({kpi_id for plan in plans for kpi_id in (*plan.kpi_ids, *plan.cross_check_kpi_ids)}))


def mirror_job(plans: tuple[Plan, ...], *, audit_days: int, broken: tuple[BrokenPlan, ...] = ()) -> Job:
    """Return the job of a mirror: all of Kolada, or the part of it that is due."""
    return Job(kind="mirror", plans=plans, kpi_ids=(), audit_days=audit_days, broken=broken)


def backfill_job(
    plans: tuple[Plan, ...],
    *,
    plan_id: str | None = None,
    kpi_ids: Iterable[str] = (),
    unit_ids: Iterable[str] = (),
    years: Iterable[int] = (),
    broken: tuple[BrokenPlan, ...] = (),
) -> Job:
    """Return the job of a backfill.

    Args:
        plans: every plan under KOLADA_GOALS.
        plan_id: the plan whose KPIs are wanted, in addition to `kpi_ids`.
        kpi_ids: KPIs by id.
        unit_ids: units by id; none means all of them.
        years: years; none means all of them.
        broken: the plans whose files are wrong.

    Raises:
        InvalidIdentifier: an id has the wrong format.
        InvalidRequest: no KPI is wanted, the plan does not exist, or a year is out of range.
    """
    wanted = {check_kpi_id(kpi_id) for kpi_id in kpi_ids}
    if plan_id is not None:
        wanted |= set(kpis_of_plan(plans, plan_id))
    if not wanted:
        raise InvalidRequest(
            "`no KPI` was given for the backfill. Nothing was started. Name KPIs or a plan: "
            "`kolada backfill --kpi N15436 --years 2015-2016`, or `kolada backfill --plan PLAN`."
        )
    wrong_years = [year for year in years if not FIRST_YEAR <= year <= LAST_YEAR]
    if wrong_years:
        raise InvalidRequest(
            f"The year `{wrong_years[0]}` is out of range (Kolada has {FIRST_YEAR} to {LAST_YEAR}). Nothing was "
            "started. Give a year or a span: `--years 2015` or `--years 2015-2020`."
        )
    units = tuple(sorted({check_unit_id(unit_id) for unit_id in unit_ids}))
    chosen_years = tuple(sorted(set(years)))
    return Job(
        kind="backfill",
        plans=plans,
        kpi_ids=tuple(sorted(wanted)),
        unit_ids=units or None,
        years=chosen_years or None,
        broken=broken,
    )


def kpis_of_plan(plans: tuple[Plan, ...], plan_id: str) -> tuple[str, ...]:
    """Return the KPIs of one plan, including those for cross-checks."""
    for plan in plans:
        if plan.plan_id == plan_id:
            return (*plan.kpi_ids, *plan.cross_check_kpi_ids)
    known = ", ".join(f"`{plan.plan_id}`" for plan in plans)
    raise InvalidRequest(
        f"There is no plan `{plan_id}`. Nothing was started. The plans are {known}: "
        f"`kolada backfill --plan {plans[0].plan_id if plans else 'PLAN'}`."
    )


def check_wanted(job: Job, *, kpis: Mapping[str, str], units: Mapping[str, str], request_count: int) -> None:
    """Raise if a backfill names an unknown id or is too large.

    Args:
        job: the backfill.
        kpis: KPI id -> title, of the catalogue and of the KPIs known before.
        units: municipality id or group id -> name.
        request_count: the number of requests that the job takes.

    Raises:
        InvalidRequest: an id is unknown (the message has suggestions), or the job is too large.
    """
    unknown_kpis = sorted(set(job.kpi_ids) - set(planned_kpis(job.plans)) - set(kpis))
    unknown_units = sorted(set(job.unit_ids or ()) - set(units))
    problems = [
        *(unknown("KPI", kpi_id, kpis) for kpi_id in unknown_kpis),
        *(unknown("unit", unit_id, units) for unit_id in unknown_units),
    ]
    if problems:
        raise InvalidRequest(
            "\n".join(problems)
            + "\nNothing was read and nothing was changed. Correct the id, and run `kolada backfill` again."
        )
    if request_count > MOST_REQUESTS:
        raise InvalidRequest(
            f"This backfill would take `{request_count}` requests, and at most {MOST_REQUESTS} are allowed in one. "
            "Nothing was read. Name fewer KPIs or units; `kolada backfill --dry-run` shows the number of requests."
        )


def unknown(what: str, given: str, names: Mapping[str, str]) -> str:
    """Return the sentence about an unknown id, with suggestions."""
    found = suggestions(given, names)
    told = "; ".join(f"`{each}` {names[each]}" for each in found)
    return f"Kolada has no {what} `{given}`." + (f" Did you mean {told}?" if found else "")


def suggestions(given: str, names: Mapping[str, str]) -> list[str]:
    """Return ids that the user may have meant: with similar characters, or with a name that contains the word."""
    near = near_words(given.upper(), names, most=SUGGESTIONS, cutoff=0.8)
    word = given.casefold()
    named = [each for each, name in names.items() if word in name.casefold()]
    return list(dict.fromkeys([*near, *named]))[:SUGGESTIONS]


def parse_years(text: str) -> tuple[int, ...]:
    """Return the years in a text such as `2015`, `2015-2018` or `2015,2018`.

    Raises:
        InvalidRequest: the text has another format.
    """
    years: set[int] = set()
    for part in text.split(","):
        first, dash, last = part.strip().partition("-")
        if not first.isdecimal() or (dash and not last.isdecimal()):
            raise no_years(text)
        begin, end = int(first), int(last or first)
        if end < begin or end - begin > LAST_YEAR - FIRST_YEAR:
            raise no_years(text)
        years.update(range(begin, end + 1))
    return tuple(sorted(years))


def no_years(text: str) -> InvalidRequest:
    """Return the error about a text that is not a list of years."""
    return InvalidRequest(
        f"`{text}` is not a list of years. Nothing was started. "
        "Write a year, a span or a list: `--years 2015`, `--years 2015-2018`, `--years 2015,2018`."
    )


def checked_ids(given: Collection[str]) -> tuple[str, ...]:
    """Return ids without surrounding blanks, each once, sorted."""
    return tuple(sorted({each.strip() for each in given}))
