"""Reading from Kolada: the catalogue first, then every wanted cell, each answer on the ledger before it is used."""

from collections.abc import Container, Iterator
from dataclasses import dataclass

import polars as pl

from flows.job import NATIONAL_GROUP, Job
from flows.progress import Reporter
from kolada_client import Answer, CatalogueRequest, DataRequest, Failure, KoladaClient, plan_requests, url_of
from kolada_client.models import Collection
from warehouse.coverage import Coverage, settle_coverage
from warehouse.run_ledger import RunLedger
from warehouse.stage import Stage

EMPTY_ANSWER = "empty answer"

CATALOGUE_PARTS: tuple[Collection, ...] = ("kpi", "municipality", "municipality_groups")


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What Kolada has: frames with the client's KPI, municipality and group schemas, each read whole."""

    kpis: pl.DataFrame
    municipalities: pl.DataFrame
    groups: pl.DataFrame
    source_kind: str

    @property
    def kpi_ids(self) -> frozenset[str]:
        """Every KPI in the catalogue."""
        return frozenset(self.kpis["kpi_id"])

    @property
    def kpi_titles(self) -> dict[str, str]:
        """The title of every KPI in the catalogue."""
        return dict(self.kpis.select("kpi_id", "title").iter_rows())

    @property
    def unit_names(self) -> dict[str, str]:
        """The name of every unit and every group."""
        return {
            **dict(self.municipalities.select("municipality_id", "municipality_name").iter_rows()),
            **dict(self.groups.select("group_id", "group_name").iter_rows()),
        }

    @property
    def unit_ids(self) -> tuple[str, ...]:
        """Every municipality, region and Riket."""
        return tuple(self.municipalities["municipality_id"].sort())


def read_catalogue(client: KoladaClient, ledger: RunLedger, reporter: Reporter) -> Catalogue:
    """Read the three parts of the catalogue whole.

    Raises:
        KoladaError: a part could not be read; nothing can be planned without it.
    """
    reporter.stage("Catalogue", total=len(CATALOGUE_PARTS))
    answers = {}
    for part in CATALOGUE_PARTS:
        answers[part] = client.answer(CatalogueRequest(part))
        ledger.record("catalogue", part=part, request_ids=request_ids(answers[part]))
        reporter.advance()
    source_kind = answers["kpi"].pages[0].received.source_kind
    ledger.record("source", source_kind=source_kind)
    return Catalogue(
        kpis=answers["kpi"].frame,
        municipalities=answers["municipality"].frame,
        groups=answers["municipality_groups"].frame,
        source_kind=source_kind,
    )


def planned_requests(job: Job, catalogue: Catalogue) -> list[DataRequest]:
    """The requests that read what the job wants, in the fewest requests that the API takes."""
    asked = sorted(set(job.kpi_ids) & catalogue.kpi_ids)
    return plan_requests(asked, wanted_units(job, catalogue), job.years) if asked else []


def wanted_units(job: Job, catalogue: Catalogue) -> tuple[str, ...]:
    """The units that the job wants: those it names, or every unit and the national group."""
    if job.unit_ids is not None:
        return job.unit_ids
    has_group = NATIONAL_GROUP in set(catalogue.groups["group_id"])
    return (*catalogue.unit_ids, NATIONAL_GROUP) if has_group else catalogue.unit_ids


def read_cells(
    client: KoladaClient,
    job: Job,
    catalogue: Catalogue,
    *,
    ledger: RunLedger,
    stage: Stage,
    known_empty: Container[tuple[str, str]],
    reporter: Reporter,
) -> Coverage:
    """Read every wanted cell into the stage and account for each wanted pair.

    A failed request does not end the reading: the rest is read, so that the next run has less to do, and the loss is
    told by the coverage.

    Args:
        client: whose landing is the ledger.
        job: what is wanted.
        catalogue: what Kolada has.
        ledger: of this run.
        stage: takes the values.
        known_empty: (KPI, unit) pairs that an earlier publication had as empty: another empty answer is believed.
        reporter: told of each request.

    Raises:
        KoladaUnreachable: nobody answers at all.
    """
    requests = planned_requests(job, catalogue)
    units = wanted_units(job, catalogue)
    withdrawn = sorted(set(job.kpi_ids) - catalogue.kpi_ids)
    stage.want(job.kpi_ids, units)
    stage.withdraw(withdrawn)
    ledger.record("asked", kpi_ids=job.kpi_ids, unit_ids=units, years=job.years)
    ledger.record("withdrawn", kpi_ids=withdrawn)
    reporter.stage("Values", total=len(requests))
    for result in client.answers(requests):
        request = data_request(result)
        scope = {"kpi_ids": request.kpi_ids, "unit_ids": request.municipality_ids, "years": request.years}
        if isinstance(result, Failure):
            message = str(result.error)
            ledger.record("failed", **scope, error=type(result.error).__name__, message=message)
            stage.fail(request.kpi_ids, request.municipality_ids, message)
            reporter.say(message)
        elif result.is_empty and not all(pair in known_empty for pair in pairs(request)):
            message = disbelieved(request, url_of(client.base_url, request))
            for request_id in request_ids(result):
                ledger.reject(request_id, EMPTY_ANSWER)
            ledger.record("failed", **scope, error=EMPTY_ANSWER, message=message)
            stage.fail(request.kpi_ids, request.municipality_ids, message)
            reporter.say(message)
        else:
            ledger.record("answered", **scope, request_ids=request_ids(result))
            stage.add_scope(request.kpi_ids, request.municipality_ids, request.years)
            for page in result.pages:
                stage.add_observations(page.frame, page.request_id)
        reporter.advance()
    coverage = settle_coverage(stage)
    ledger.record(
        "coverage",
        counts=coverage.counts.to_dicts(),
        exceptions=coverage.lost.to_dicts(),
    )
    return coverage


def data_request(result: Answer | Failure) -> DataRequest:
    """The question that a result is of; the client yields results of what it was given."""
    if not isinstance(result.request, DataRequest):
        raise TypeError(f"expected a data request, got {result.request}")
    return result.request


def pairs(request: DataRequest) -> Iterator[tuple[str, str]]:
    """Each (KPI, unit) of a request."""
    return ((kpi_id, unit_id) for kpi_id in request.kpi_ids for unit_id in request.municipality_ids)


def request_ids(answer: Answer) -> list[str]:
    """What the ledger calls the pages of an answer."""
    return [page.request_id for page in answer.pages if page.request_id is not None]


def disbelieved(request: DataRequest, url: str) -> str:
    """The message about a whole request that was answered with nothing, twice."""
    return (
        f"{EMPTY_ANSWER}: Kolada answered `{url}` without a single row for {len(request.kpi_ids)} KPIs and "
        f"{len(request.municipality_ids)} units, and again when asked in halves. That is not believed: the run is held."
    )
