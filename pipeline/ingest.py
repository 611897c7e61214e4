"""Reads from Kolada: the catalogue first, then every wanted cell. Each response is on the ledger before it is used."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from kolada_client import (
    Answer,
    CatalogueRequest,
    DataRequest,
    Failure,
    KoladaClient,
    KoladaContractError,
    KoladaRefused,
    plan_requests,
    url_of,
)
from kolada_client.identifiers import KPI_PATTERN, MUNICIPALITY_PATTERN
from kolada_client.models import Collection
from pipeline.asking_again import EMPTY_ANSWER, AskingAgain, Lost, Narrowing, page_ids
from pipeline.empty_answers import Doubt, EmptyAnswers, data_request, doubt_about, in_short
from pipeline.jobs import Job, Rectangle
from pipeline.progress import Reporter
from warehouse.known_units import NATIONAL_GROUP, RIKET_ID
from warehouse.ledger_records import (
    Answered,
    Asked,
    CatalogueRead,
    Doubted,
    Failed,
    Source,
    Withdrawn,
)
from warehouse.run_ledger import RunLedger
from warehouse.stage import Stage

# If a larger share of the requests gets no response, the source is out of order, and no smaller parts are requested.
MOST_UNANSWERED = 0.2
CATALOGUE_PARTS: tuple[Collection, ...] = ("kpi", "municipality", "municipality_groups")


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Kolada's catalogue as a run read it, and the known units and groups that it lacks.

    Attributes:
        kpis: the whole list of this run, in the client's schema.
        municipalities: the whole list of this run, in the client's schema; types K and L, Riket is an L.
        groups: the whole list of this run, in the client's schema; one row per group and member.
        source_kind: live, recorded or sample.
        absent_units: known units that this run's list lacks, as rows of municipalities. They are requested too, since
            the list may be incomplete.
        absent_groups: the ids of known groups that this run's list lacks.
    """

    kpis: pl.DataFrame
    municipalities: pl.DataFrame
    groups: pl.DataFrame
    source_kind: str
    absent_units: pl.DataFrame | None = None
    absent_groups: frozenset[str] = frozenset()

    @property
    def kpi_ids(self) -> frozenset[str]:
        """The ids of the KPIs in the catalogue."""
        return frozenset(self.kpis["kpi_id"])

    @property
    def kpi_titles(self) -> dict[str, str]:
        """KPI id -> title."""
        return dict(self.kpis.select("kpi_id", "title").iter_rows())

    @property
    def unit_names(self) -> dict[str, str]:
        """Unit id or group id -> name."""
        return {
            **dict(self.municipalities.select("municipality_id", "municipality_name").iter_rows()),
            **dict(self.groups.select("group_id", "group_name").iter_rows()),
        }

    @property
    def units(self) -> pl.DataFrame:
        """The municipalities, regions and Riket that can be requested, from this run's list and those known before."""
        listed = self.municipalities
        units = listed if self.absent_units is None else pl.concat([listed, self.absent_units])
        return units.filter(pl.col("municipality_id").str.contains(MUNICIPALITY_PATTERN)).sort("municipality_id")

    @property
    def unit_ids(self) -> tuple[str, ...]:
        """The ids of `units`."""
        return tuple(self.units["municipality_id"])

    @property
    def group_ids(self) -> frozenset[str]:
        """The ids of the groups of this run's list, and of those known before."""
        return frozenset(self.groups["group_id"]) | self.absent_groups

    @property
    def askable_kpis(self) -> pl.DataFrame:
        """The KPIs with an id in a format that the API is known to accept; the client remarks on any other."""
        return self.kpis.filter(pl.col("kpi_id").str.contains(KPI_PATTERN))


def read_catalogue(client: KoladaClient, ledger: RunLedger, reporter: Reporter) -> Catalogue:
    """Read the three lists of the catalogue.

    Raises:
        KoladaError: a list could not be read; no request can be planned without it.
    """
    reporter.stage("Catalogue", total=len(CATALOGUE_PARTS))
    answers = {}
    for part in CATALOGUE_PARTS:
        answers[part] = client.answer(CatalogueRequest(part))
        ledger.record(CatalogueRead(part=part, request_ids=page_ids(answers[part])))
        remark(answers[part], ledger, reporter)
        reporter.advance()
    source_kind = answers["kpi"].pages[0].received.source_kind
    ledger.record(Source(source_kind=source_kind))
    return Catalogue(
        kpis=answers["kpi"].frame,
        municipalities=answers["municipality"].frame,
        groups=answers["municipality_groups"].frame,
        source_kind=source_kind,
    )


def remark(answer: Answer, ledger: RunLedger, reporter: Reporter) -> None:
    """Log the remarks on an accepted response, each text once per run."""
    for text in answer.remarks:
        if ledger.remark(text, page_ids(answer)):
            reporter.say(text)


def planned_requests(job: Job, catalogue: Catalogue) -> list[DataRequest]:
    """Return the fewest requests that read the job's cells."""
    asked = sorted(set(job.kpi_ids) & set(catalogue.askable_kpis["kpi_id"]))
    return plan_requests(asked, wanted_units(job, catalogue), job.years) if asked else []


def wanted_units(job: Job, catalogue: Catalogue) -> tuple[str, ...]:
    """Return the units of the job: those that it names, or every unit and the national group."""
    if job.unit_ids is not None:
        return job.unit_ids
    has_group = NATIONAL_GROUP in catalogue.group_ids
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
) -> None:
    """Read every wanted cell into the stage.

    A failed request does not end the reading: the rest is read, so that the next run has less to do, and the coverage
    reports the loss.

    Args:
        client: keeps its responses on the ledger.
        job: the wanted cells.
        catalogue: Kolada's catalogue.
        ledger: of this run.
        stage: receives the values.
        reporter: receives the progress, one step per request.
        rectangles: the choice of a mirror, instead of the KPIs and units of the job.

    Raises:
        KoladaUnreachable: no connection to the server is possible.
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
    reading = Reading(client, catalogue, ledger=ledger, stage=stage, reporter=reporter)
    reading.read(requests)


class Reading:
    """Reads the values of one run: puts each response on the ledger and the stage, and accounts for each request.

    A failed request is requested again in smaller parts, so that one broken pair affects only itself; unless many
    requests get no response, since then the source is out of order.
    """

    def __init__(
        self,
        client: KoladaClient,
        catalogue: Catalogue,
        *,
        ledger: RunLedger,
        stage: Stage,
        reporter: Reporter,
    ) -> None:
        self.client = client
        self.catalogue = catalogue
        self.ledger = ledger
        self.stage = stage
        self.reporter = reporter

    def read(self, requests: Sequence[DataRequest]) -> None:
        """Send every request and settle its result.

        Raises:
            KoladaUnreachable: no connection to the server is possible.
        """
        doubts: list[Doubt] = []
        failures: list[Failure] = []
        for result in self.client.answers(requests, asks_again=False):
            request = data_request(result)
            if isinstance(result, Failure):
                self.reporter.say(str(result.error))
                failures.append(result)
            elif (doubt := doubt_about(result, request)) is not None:
                doubts.append(doubt)
            else:
                self.take(result, request)
            self.reporter.advance()
        again = AskingAgain(self.client)
        missing = list(self._after_failures(failures, len(requests), again, doubts))
        missing += self._empty_answers(again).settle(doubts)
        for lost in missing:
            self._lose(lost)

    def take(self, answer: Answer, wanted: DataRequest) -> None:
        """Put the wanted part of an accepted response on the ledger and the stage."""
        self.ledger.record(answered(wanted, page_ids(answer)))
        remark(answer, self.ledger, self.reporter)
        self.stage.add_scope(wanted.kpi_ids, wanted.municipality_ids, wanted.years)
        has_witness = data_request(answer).kpi_ids != wanted.kpi_ids
        for page in answer.pages:
            frame = within(page.frame, wanted.kpi_ids) if has_witness else page.frame
            self.stage.add_observations(frame, page.request_id)

    def reject(self, request_ids: Sequence[str], reason: str) -> None:
        """Record on the ledger that response pages cannot be used."""
        for request_id in request_ids:
            self.ledger.reject(request_id, reason)

    def _accept(self, doubt: Doubt) -> None:
        self.reporter.say(f"{in_short(doubt.request)}: no row. Nothing known speaks against it: accepted.")
        self.ledger.record(answered(doubt.request, doubt.request_ids))
        self.stage.add_scope(doubt.request.kpi_ids, doubt.request.municipality_ids, doubt.request.years)

    def _after_failures(
        self, failures: Sequence[Failure], request_count: int, again: AskingAgain, doubts: list[Doubt]
    ) -> Iterator[Lost]:
        """Request failed requests again in parts; yield the parts that fail too, and add empty ones to the doubts."""

        def settle(answer: Answer, part: DataRequest) -> bool:
            doubt = doubt_about(answer, part)
            if doubt is None:
                self.take(answer, part)
            else:
                doubts.append(doubt)
            return True

        unanswered = [each for each in failures if not isinstance(each.error, KoladaContractError | KoladaRefused)]
        is_out_of_order = len(unanswered) > min(request_count - 1, max(1, MOST_UNANSWERED * request_count))
        for each in failures:
            lost = Lost(data_request(each), type(each.error).__name__, str(each.error))
            if is_out_of_order and each in unanswered:
                yield lost
            else:
                yield from again.in_smaller_parts(lost, Narrowing(settle, first="kpis"))

    def _empty_answers(self, again: AskingAgain) -> EmptyAnswers:
        kinds = self.catalogue.units.select(
            pl.col("municipality_id").alias("unit_id"),
            # Riket is a kind of its own: no other unit is evidence of what it should report.
            kind=pl.when(pl.col("municipality_id") == RIKET_ID).then(pl.lit(RIKET_ID)).otherwise("municipality_type"),
        )
        return EmptyAnswers(
            client=self.client,
            stage=self.stage,
            again=again,
            take=self.take,
            accept=self._accept,
            reject=self.reject,
            say=self.reporter.say,
            unit_kinds=kinds,
            catalogue_kpis=self.catalogue.askable_kpis["kpi_id"].to_list(),
        )

    def _lose(self, lost: Lost) -> None:
        """Put a part that could not be read on the ledger and the stage."""
        request = lost.request
        kpi_ids, unit_ids, years = request.kpi_ids, request.municipality_ids, request.years
        if lost.error == EMPTY_ANSWER:
            message = (
                f"{lost.reason}: each response to `{url_of(self.client.base_url, request)}` was without a single row "
                f"for {len(request.kpi_ids)} KPIs and {len(request.municipality_ids)} units. That is not accepted: "
                "the run is held."
            )
            self.ledger.record(
                Doubted(kpi_ids=kpi_ids, unit_ids=unit_ids, years=years, request_ids=lost.request_ids, message=message)
            )
            self.stage.doubt(kpi_ids, unit_ids, years, message)
        else:
            message = lost.reason
            self.ledger.record(
                Failed(kpi_ids=kpi_ids, unit_ids=unit_ids, years=years, error=lost.error, message=message)
            )
            self.stage.fail(kpi_ids, unit_ids, message, lost.error)
        self.reporter.say(message)


def within(frame: pl.DataFrame, kpi_ids: Sequence[str]) -> pl.DataFrame:
    """Return the rows of some KPIs; this leaves out the rows of a witness."""
    return frame.filter(pl.col("kpi_id").is_in(kpi_ids))


def requests_of(rectangles: Sequence[Rectangle]) -> list[DataRequest]:
    """Return the fewest requests that read all years of some rectangles."""
    return [request for rectangle in rectangles for request in plan_requests(rectangle.kpi_ids, rectangle.unit_ids)]


def answered(request: DataRequest, request_ids: tuple[str, ...]) -> Answered:
    """Return the ledger record of a scope that was read completely."""
    return Answered(
        kpi_ids=request.kpi_ids, unit_ids=request.municipality_ids, years=request.years, request_ids=request_ids
    )
