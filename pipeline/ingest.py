"""Reading from Kolada: the catalogue first, then every wanted cell, each answer on the ledger before it is used."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from kolada_client import Answer, CatalogueRequest, DataRequest, Failure, KoladaClient, plan_requests, url_of
from kolada_client.models import Collection
from pipeline.empty_answers import EMPTY_ANSWER, is_explained, is_known_empty
from pipeline.jobs import NATIONAL_GROUP, RIKET, Job, Rectangle
from pipeline.progress import Reporter
from warehouse.coverage import Coverage, settle_coverage
from warehouse.database import append_frame
from warehouse.ledger_records import (
    Answered,
    Asked,
    CatalogueRead,
    CoverageSettled,
    Failed,
    Source,
    Withdrawn,
)
from warehouse.run_ledger import RunLedger
from warehouse.stage import Stage

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
        ledger.record(CatalogueRead(part=part, request_ids=request_ids(answers[part])))
        reporter.advance()
    source_kind = answers["kpi"].pages[0].received.source_kind
    ledger.record(Source(source_kind=source_kind))
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
    reporter: Reporter,
    rectangles: Sequence[Rectangle] | None = None,
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
        reporter: told of each request.
        rectangles: what a mirror chose, in place of what the job names.

    Raises:
        KoladaUnreachable: nobody answers at all.
    """
    withdrawn = sorted(set(job.kpi_ids) - catalogue.kpi_ids)
    wanted = [Rectangle(job.kpi_ids, wanted_units(job, catalogue))] if rectangles is None else rectangles
    for rectangle in wanted:
        stage.want(rectangle.kpi_ids, rectangle.unit_ids)
        ledger.record(Asked(kpi_ids=rectangle.kpi_ids, unit_ids=rectangle.unit_ids, years=job.years))
    stage.withdraw(withdrawn)
    ledger.record(Withdrawn(kpi_ids=tuple(withdrawn)))
    requests = planned_requests(job, catalogue) if rectangles is None else requests_of(rectangles)
    reporter.stage("Values", total=len(requests))
    doubted: list[Answer] = []
    for result in client.answers(requests):
        request = data_request(result)
        if isinstance(result, Failure):
            message = str(result.error)
            ledger.record(failed(request, type(result.error).__name__, message))
            stage.fail(request.kpi_ids, request.municipality_ids, message)
            reporter.say(message)
        elif result.is_empty and not is_known_empty(stage.connection, request):
            doubted.append(result)
        else:
            take(result, ledger=ledger, stage=stage)
        reporter.advance()
    if doubted:
        settle_doubted(client, doubted, job, catalogue, ledger=ledger, stage=stage, reporter=reporter)
    coverage = settle_coverage(stage)
    ledger.record(CoverageSettled(counts=tuple(coverage.counts.to_dicts()), exceptions=tuple(coverage.lost.to_dicts())))
    return coverage


def take(answer: Answer, *, ledger: RunLedger, stage: Stage) -> None:
    """Put an answer that counts on the ledger and on the stage."""
    request = data_request(answer)
    ledger.record(
        Answered(
            kpi_ids=request.kpi_ids,
            unit_ids=request.municipality_ids,
            years=request.years,
            request_ids=request_ids(answer),
        )
    )
    stage.add_scope(request.kpi_ids, request.municipality_ids, request.years)
    for page in answer.pages:
        stage.add_observations(page.frame, page.request_id)


def settle_doubted(
    client: KoladaClient,
    doubted: Sequence[Answer],
    job: Job,
    catalogue: Catalogue,
    *,
    ledger: RunLedger,
    stage: Stage,
    reporter: Reporter,
) -> None:
    """Decide on the empty answers when everything else has come: a mirror can explain some, other jobs none."""
    stage.flush()
    kinds = catalogue.municipalities.select(
        pl.col("municipality_id").alias("unit_id"), pl.col("municipality_type").alias("kind")
    ).filter(pl.col("unit_id") != RIKET)
    stage.connection.execute("create or replace temp table unit_kind (unit_id varchar, kind varchar)")
    append_frame(stage.connection, "unit_kind", kinds)
    for answer in doubted:
        request = data_request(answer)
        url = url_of(client.base_url, request)
        if job.kind == "mirror" and is_explained(stage.connection, request):
            reporter.say(
                f"{in_short(request)}: no row. No value was known there and few other units report these KPIs: it is "
                "believed."
            )
            take(answer, ledger=ledger, stage=stage)
            continue
        message = disbelieved(request, url)
        for request_id in request_ids(answer):
            ledger.reject(request_id, EMPTY_ANSWER)
        ledger.record(failed(request, EMPTY_ANSWER, message))
        stage.fail(request.kpi_ids, request.municipality_ids, message)
        reporter.say(message)


def requests_of(rectangles: Sequence[Rectangle]) -> list[DataRequest]:
    """The fewest requests that read some rectangles, all years."""
    return [request for rectangle in rectangles for request in plan_requests(rectangle.kpi_ids, rectangle.unit_ids)]


def failed(request: DataRequest, error: str, message: str) -> Failed:
    """The record of a request whose scope was not read."""
    return Failed(
        kpi_ids=request.kpi_ids,
        unit_ids=request.municipality_ids,
        years=request.years,
        error=error,
        message=message,
    )


def data_request(result: Answer | Failure) -> DataRequest:
    """The question that a result is of; the client yields results of what it was given."""
    if not isinstance(result.request, DataRequest):
        raise TypeError(f"expected a data request, got {result.request}")
    return result.request


def request_ids(answer: Answer) -> tuple[str, ...]:
    """What the ledger calls the pages of an answer."""
    return tuple(page.request_id for page in answer.pages if page.request_id is not None)


def in_short(request: DataRequest) -> str:
    """A question in a few words; the ledger has it whole."""
    kpis, units = request.kpi_ids, request.municipality_ids
    return f"{len(kpis)} KPIs ({span(kpis)}) for {len(units)} units ({span(units)})"


def span(ids: tuple[str, ...]) -> str:
    """The first and the last of some ids."""
    return ids[0] if len(ids) == 1 else f"{ids[0]} to {ids[-1]}"


def disbelieved(request: DataRequest, url: str) -> str:
    """The message about a whole request that was answered with nothing, twice."""
    return (
        f"{EMPTY_ANSWER}: Kolada answered `{url}` without a single row for {len(request.kpi_ids)} KPIs and "
        f"{len(request.municipality_ids)} units, and again when asked in halves. That is not believed: the run is held."
    )
