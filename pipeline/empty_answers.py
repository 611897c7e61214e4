"""Decides whether a response without a single row is accepted.

An empty response proves nothing: a source that is out of order sends the same. All empty responses wait until
everything else has been read. Then they are decided in this order, by the same rules for every kind of run:

    known values contradict   a pair has known cells
    others contradict         most units of that kind report one of its KPIs; or a page that another page linked to is
                              empty; or no response of the run has a row although several KPIs were requested
        -> requested again in smaller parts, with pauses, down to one KPI for a few units; a part that stays empty is
           not accepted
    empty before              an earlier publication recorded each of its pairs as empty
        -> accepted
    some others report        requested again together with a KPI that these units report (a witness)
        -> accepted if the response has rows, be it only those of the witness: the source works
    no unit reports           each KPI is requested alone a second time, for Riket, the national groups and some units
        -> accepted if it is empty again

A witness is added to the smaller parts too. There its rows are enough if it is credible that so few units report
nothing. A pair without rows in a response that has other rows needs no such check.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl

from kolada_client import Answer, DataRequest, Failure, KoladaClient
from kolada_client.identifiers import LIST_LIMIT
from pipeline.asking_again import EMPTY_ANSWER, AskingAgain, Lost, Narrowing, is_cut_short, page_ids, with_witness
from warehouse.database import append_frame, run_sql, set_variables
from warehouse.known_units import NATIONAL_GROUP, REGIONAL_GROUP, RIKET_ID
from warehouse.stage import Stage

# With fewer other units, or fewer KPIs without a row, there is no basis for what is usual.
FEWEST_OTHERS = 3
# An empty part that is less probable than this is not credible, even if the witness has rows.
IMPROBABLE = 0.001
# The smallest part has this many units: one empty pair alone is weaker evidence than a few.
FEW_UNITS = 4
TRIES = 3

DOUBTED_SCHEMA: Mapping[str, pl.DataType | type[pl.DataType]] = {
    "request_number": pl.Int32,
    "kpi_ids": pl.List(pl.String),
    "unit_ids": pl.List(pl.String),
}

# The KPI that most of the units report, in this run or before.
REPORTED_BY_UNITS = """
    with own as (
        select kpi_id, unit_id from staged_observation where unit_id in (select unnest($units))
        union
        select kpi_id, municipality_id from core.observation where municipality_id in (select unnest($units))
    )

    select kpi_id
    from own
    semi join askable_kpi on own.kpi_id = askable_kpi.kpi_id
    group by kpi_id
    order by count(*) desc, kpi_id
    limit 1
"""

# The KPI that most units of their kind report in this run, if these are more than half of the kind.
REPORTED_BY_KIND = """
    with alike as (
        select unit_id
        from unit_kind
        where kind in (select kind from unit_kind where unit_id in (select unnest($units)))
    ),

    received as (
        select distinct staged.kpi_id, staged.unit_id
        from staged_observation as staged
        semi join alike on staged.unit_id = alike.unit_id
        semi join askable_kpi on staged.kpi_id = askable_kpi.kpi_id
    )

    select kpi_id
    from received
    group by kpi_id
    having count(*) * 2 > (select count(*) from alike)
    order by count(*) desc, kpi_id
    limit 1
"""

# Whether it is credible that these units report none of these KPIs, according to the last evidence.
CREDIBLE = """
    with asked as (
        select kpi_id, coalesce(unit_kind.kind, 'G') as kind, unit.unit_id
        from unnest($kpis) as kpi (kpi_id)
        cross join unnest($units) as unit (unit_id)
        left join unit_kind on unit.unit_id = unit_kind.unit_id
    ),

    per_kind as (
        select
            asked.kpi_id,
            asked.kind,
            count(*) as unit_count,
            bool_or(known_pair.unit_id is not null) as is_known
        from asked
        left join known_pair on asked.kpi_id = known_pair.kpi_id and asked.unit_id = known_pair.unit_id
        group by asked.kpi_id, asked.kind
    )

    select
        bool_and(
            not per_kind.is_known
            and pow(1 - coalesce(reporting.reporting_count / reporting.asked_count, 0), per_kind.unit_count)
            >= $improbable
        )
    from per_kind
    left join reporting on per_kind.kpi_id = reporting.kpi_id and per_kind.kind = reporting.kind
"""


@dataclass(frozen=True, slots=True)
class Doubt:
    """A response that has no rows and may be wrong.

    Attributes:
        request: the request.
        request_ids: the ids of the response pages on the ledger.
        is_cut_short: whether a full page linked to a page without rows.
    """

    request: DataRequest
    request_ids: tuple[str, ...]
    is_cut_short: bool = False


@dataclass(frozen=True, slots=True)
class Evidence:
    """The evidence about one doubt.

    Attributes:
        contradicts_known: a pair has known cells.
        contradicts_others: other units report the KPIs that this response lacks.
        was_empty: an earlier publication recorded each of its pairs as empty.
        reported_kpis: the KPIs of the request that some unit of that kind reports.
    """

    contradicts_known: bool
    contradicts_others: bool
    was_empty: bool
    reported_kpis: tuple[str, ...]


def doubt_about(answer: Answer, request: DataRequest) -> Doubt | None:
    """Return the doubt about a response; None if its rows leave none."""
    if answer.is_empty or is_cut_short(answer):
        return Doubt(request, page_ids(answer), is_cut_short=not answer.is_empty)
    return None


def reason_against(doubt: Doubt, evidence: Evidence, loud: set[str]) -> str:
    """Return why a response is not accepted, in words; empty if nothing contradicts it.

    Args:
        doubt: about the response.
        evidence: about the doubt.
        loud: KPIs that have rows when they are requested alone.
    """
    if doubt.is_cut_short:
        return "a page that a full one linked to has no rows"
    if evidence.contradicts_known:
        return "values of them are known"
    if evidence.contradicts_others or not loud.isdisjoint(doubt.request.kpi_ids):
        return "other units of their kind report them"
    return ""


@dataclass(slots=True)
class EmptyAnswers:
    """Settles the doubts of one run.

    Attributes:
        client: sends the requests.
        stage: holds the rows that the run read.
        again: requests smaller parts.
        take: uses a response; its second argument is the wanted part of the request.
        accept: accepts that the request of a doubt has no rows.
        reject: records that response pages cannot be used, and the reason.
        say: logs a message.
        unit_kinds: one row per unit: unit_id, kind.
        catalogue_kpis: the KPIs that can be requested.
    """

    client: KoladaClient
    stage: Stage
    again: AskingAgain
    take: Callable[[Answer, DataRequest], None]
    accept: Callable[[Doubt], None]
    reject: Callable[[tuple[str, ...], str], None]
    say: Callable[[str], None]
    unit_kinds: pl.DataFrame
    catalogue_kpis: Collection[str]

    def settle(self, doubts: Sequence[Doubt]) -> Iterator[Lost]:
        """Decide on every doubt; yield the parts that are not accepted and could not be read again."""
        connection = self.stage.connection
        connection.execute("create or replace temp table unit_kind (unit_id varchar, kind varchar)")
        append_frame(connection, "unit_kind", self.unit_kinds)
        connection.execute("create or replace temp table askable_kpi (kpi_id varchar)")
        append_frame(connection, "askable_kpi", pl.DataFrame({"kpi_id": list(self.catalogue_kpis)}))
        for years in sorted({doubt.request.years for doubt in doubts}):
            yield from self._settle([doubt for doubt in doubts if doubt.request.years == years])

    def _settle(self, waiting: list[Doubt]) -> Iterator[Lost]:
        """Decide on doubts about the same years."""
        loud: set[str] = set()
        while waiting:
            found = dict(zip(waiting, self._evidence(waiting), strict=True))
            against = {doubt: reason for doubt in waiting if (reason := reason_against(doubt, found[doubt], loud))}
            if not against and self._is_silent(waiting):
                against = dict.fromkeys(waiting, "no response of this run has any row")
            for doubt, reason in against.items():
                yield from self._ask_smaller(doubt, reason)
            if against:
                # The new rows may contradict the other doubts.
                waiting = [doubt for doubt in waiting if doubt not in against]
                continue
            for doubt in waiting:
                if found[doubt].was_empty:
                    self.accept(doubt)
            waiting = [doubt for doubt in waiting if not found[doubt].was_empty]
            unproven = []
            for doubt in waiting:
                witness = self._witness(doubt.request) if found[doubt].reported_kpis else None
                if witness is None:
                    unproven.append(doubt)
                else:
                    yield from self._prove(doubt, witness)
            unproven, reported = self._asked_alone(unproven)
            loud |= reported
            for doubt in unproven:
                if loud.isdisjoint(doubt.request.kpi_ids):
                    self.accept(doubt)
            waiting = [doubt for doubt in unproven if not loud.isdisjoint(doubt.request.kpi_ids)]

    def _evidence(self, doubts: Sequence[Doubt]) -> list[Evidence]:
        """Return the evidence about each doubt, in the same order."""
        self.stage.flush()
        connection = self.stage.connection
        connection.execute(
            "create or replace temp table doubted_request "
            "(request_number integer, kpi_ids varchar[], unit_ids varchar[])"
        )
        rows = [
            (number, list(doubt.request.kpi_ids), list(doubt.request.municipality_ids))
            for number, doubt in enumerate(doubts)
        ]
        append_frame(connection, "doubted_request", pl.DataFrame(rows, schema=DOUBTED_SCHEMA, orient="row"))
        years = list(doubts[0].request.years)
        set_variables(connection, {"doubted_years": years, "fewest_others": FEWEST_OTHERS, "improbable": IMPROBABLE})
        run_sql(connection, "load/doubt")
        verdicts = connection.execute(
            "select contradicts_known, contradicts_others, was_empty, reported_kpis "
            "from doubt_verdict order by request_number"
        ).fetchall()
        return [Evidence(known, others, empty, tuple(kpis)) for known, others, empty, kpis in verdicts]

    def _is_silent(self, doubts: Sequence[Doubt]) -> bool:
        """Return whether no row was received although several KPIs were requested."""
        kpis = {kpi_id for doubt in doubts for kpi_id in doubt.request.kpi_ids}
        received = self.stage.connection.execute("select exists (from staged_observation)").fetchall()
        return len(kpis) >= FEWEST_OTHERS and received == [(False,)]

    def _ask_smaller(self, doubt: Doubt, reason: str) -> Iterator[Lost]:
        self.say(f"{in_short(doubt.request)}: no row, but {reason}. Requested again in smaller parts.")
        self.reject(doubt.request_ids, f"{EMPTY_ANSWER}, but {reason}")
        lost = Lost(doubt.request, EMPTY_ANSWER, request_ids=doubt.request_ids)
        how = Narrowing(self._settle_part, first="units", few_units=FEW_UNITS, tries=TRIES, witness=self._witness)
        for each in self.again.in_smaller_parts(lost, how):
            yield replace(each, reason=f"{EMPTY_ANSWER}, but {reason}") if each.error == EMPTY_ANSWER else each

    def _settle_part(self, answer: Answer, part: DataRequest) -> bool:
        """Use the response to a part: one with rows of its own, or one with only witness rows if that is credible."""
        if doubt_about(answer, part) is None:
            has_own = any(page.frame["kpi_id"].is_in(part.kpi_ids).any() for page in answer.pages)
            if has_own or self._is_silence_credible(part):
                self.take(answer, part)
                return True
        self.reject(page_ids(answer), EMPTY_ANSWER)
        return False

    def _is_silence_credible(self, part: DataRequest) -> bool:
        parameters = {"kpis": list(part.kpi_ids), "units": list(part.municipality_ids), "improbable": IMPROBABLE}
        return self.stage.connection.execute(CREDIBLE, parameters).fetchall() == [(True,)]

    def _prove(self, doubt: Doubt, witness: str) -> Iterator[Lost]:
        """Request again together with a witness; use a response that has rows of either."""
        kpis = doubt.request.kpi_ids
        for start in range(0, len(kpis), LIST_LIMIT - 1):
            part = replace(doubt.request, kpi_ids=kpis[start : start + LIST_LIMIT - 1])
            (result,) = self.client.answers([with_witness(part, witness)], asks_again=False)
            if isinstance(result, Answer) and doubt_about(result, part) is None:
                self.take(result, part)
                continue
            ids = page_ids(result) if isinstance(result, Answer) else ()
            yield from self._ask_smaller(Doubt(part, ids), f"neither has `{witness}`, which they report")

    def _asked_alone(self, doubts: Sequence[Doubt]) -> tuple[list[Doubt], set[str]]:
        """Request each KPI alone; return the doubts as they are then, and the KPIs that have rows or failed."""
        units: dict[str, list[str]] = {}
        for doubt in doubts:
            for kpi_id in doubt.request.kpi_ids:
                units.setdefault(kpi_id, []).extend(doubt.request.municipality_ids)
        requests = [
            replace(doubts[0].request, kpi_ids=(kpi_id,), municipality_ids=spread(given))
            for kpi_id, given in sorted(units.items())
        ]
        asked_anew = frozenset(requests)
        for doubt in doubts:
            if doubt.request in asked_anew:
                # The same request was sent already: reject its response, so that it is sent again and not recalled.
                self.reject(doubt.request_ids, f"{EMPTY_ANSWER}: requested again")
        loud: set[str] = set()
        answers: dict[DataRequest, tuple[str, ...]] = {}
        for result in self.client.answers(requests, asks_again=False):
            request = data_request(result)
            if isinstance(result, Answer) and result.is_empty:
                answers[request] = page_ids(result)
            else:
                loud.update(request.kpi_ids)
        return [replace(doubt, request_ids=answers.get(doubt.request, doubt.request_ids)) for doubt in doubts], loud

    def _witness(self, request: DataRequest) -> str | None:
        """Return a KPI that should have rows for the units of a request: one of theirs, else one of their kind."""
        for reported in (REPORTED_BY_UNITS, REPORTED_BY_KIND):
            rows = self.stage.connection.execute(reported, {"units": list(request.municipality_ids)}).fetchall()
            if rows:
                return str(rows[0][0])
        return None


def data_request(result: Answer | Failure) -> DataRequest:
    """Return the request of a result; the client yields results of the requests that it was given."""
    if not isinstance(result.request, DataRequest):
        raise TypeError(f"expected a data request, got {result.request}")
    return result.request


def spread(unit_ids: Sequence[str]) -> tuple[str, ...]:
    """Return at most as many units as one request takes: Riket, the national groups, then evenly over the rest."""
    given = sorted(set(unit_ids))
    first = [unit for unit in (RIKET_ID, NATIONAL_GROUP, REGIONAL_GROUP) if unit in given]
    others = [unit for unit in given if unit not in first]
    room = LIST_LIMIT - len(first)
    step = max(1.0, len(others) / room)
    return tuple(sorted({*first, *(others[int(number * step)] for number in range(min(room, len(others))))}))


def in_short(request: DataRequest) -> str:
    """Return a request in a few words; the ledger has the whole request."""
    kpis, units = request.kpi_ids, request.municipality_ids
    return f"{len(kpis)} KPIs ({span(kpis)}) for {len(units)} units ({span(units)})"


def span(ids: tuple[str, ...]) -> str:
    """Return the first and the last of some ids."""
    return ids[0] if len(ids) == 1 else f"{ids[0]} to {ids[-1]}"
