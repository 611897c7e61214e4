"""Whether an answer without a single row is accepted.

An empty answer proves nothing: a source that is out of order says the same. All of them wait until everything else
has been read. Then, in this order and by one rule for every kind of run:

    against what is known     a pair has known cells
    against the others        most units of that kind report one of its KPIs; or a page that another one linked to came
                              empty; or no answer of the run has a row, whatever was asked
        asked again in smaller parts, with pauses, down to one KPI for a few units; what stays empty is not accepted
    empty before              an earlier publication had each of its pairs as empty
        accepted
    some others report        asked again together with a KPI that these units report (a witness): an answer with the
                              witness's rows and no other shows that the source was listening
    nobody reports            each KPI is asked for alone a second time, for Riket, the national groups and some units

A witness is asked along in the smaller parts too: there its rows are enough where the silence of so few is credible.
A pair without rows in an answer that has some needs no such care.
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

# Of fewer others, and of fewer KPIs without a row, nobody can tell what is usual.
FEWEST_OTHERS = 3
# A silence that comes about by itself less often than this is not credible, whoever was listening.
IMPROBABLE = 0.001
# One pair alone says less about an empty answer than a few do.
FEW_UNITS = 4
TRIES = 3

DOUBTED_SCHEMA: Mapping[str, pl.DataType | type[pl.DataType]] = {
    "request_number": pl.Int32,
    "kpi_ids": pl.List(pl.String),
    "unit_ids": pl.List(pl.String),
}

# The KPI that most of some units report, in this run or as known; else one that most units of their kind report.
WITNESS = """
    with received as (
        select distinct kpi_id, unit_id from staged_observation
    ),

    own as (
        select kpi_id, unit_id from received where list_contains($units, unit_id)
        union
        select distinct kpi_id, municipality_id from core.observation where list_contains($units, municipality_id)
    ),

    of_kind as (
        select received.kpi_id, count(*) as unit_count
        from received
        inner join unit_kind on received.unit_id = unit_kind.unit_id
        where unit_kind.kind in (select kind from unit_kind where list_contains($units, unit_id))
        group by received.kpi_id
        having count(*) * 2 > (
            select count(*) from unit_kind as unit
            where unit.kind in (select kind from unit_kind where list_contains($units, unit_id))
        )
    ),

    either as (
        select kpi_id, 1 as preference, count(*) as unit_count from own group by kpi_id
        union all
        select kpi_id, 2 as preference, unit_count from of_kind
    )

    select kpi_id
    from either
    where list_contains($kpis, kpi_id)
    order by preference, unit_count desc, kpi_id
    limit 1
"""


# Whether the silence of some units about some KPIs is nothing unusual, by what was found in the last evidence.
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
    """An answer that may be without rows for no good reason.

    Attributes:
        request: what was asked.
        request_ids: what the ledger calls the answer's pages.
        is_cut_short: whether a full page came, and then one without any row that it linked to.
    """

    request: DataRequest
    request_ids: tuple[str, ...]
    is_cut_short: bool = False


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known beside one doubt.

    Attributes:
        contradicts_known: a pair has known cells.
        contradicts_others: other units report what this answer lacks.
        was_empty: an earlier publication had each of its pairs as empty.
        reported_kpis: those of its KPIs that some unit of that kind reports.
    """

    contradicts_known: bool
    contradicts_others: bool
    was_empty: bool
    reported_kpis: tuple[str, ...]


def doubt_about(answer: Answer, request: DataRequest) -> Doubt | None:
    """The doubt that an answer leaves; None where its rows speak for it."""
    if answer.is_empty or is_cut_short(answer):
        return Doubt(request, page_ids(answer), is_cut_short=not answer.is_empty)
    return None


def reason_against(doubt: Doubt, evidence: Evidence, loud: set[str]) -> str:
    """What speaks against an answer, in words; empty when nothing does. `loud` are KPIs that have rows when alone."""
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
        client: who is asked again.
        stage: what the run read.
        again: asks in smaller parts.
        take: takes an answer for the part of it that was wanted.
        accept: takes a doubt for what it says: nothing.
        reject: told the answers that cannot be used, with the reason.
        say: told in words.
        unit_kinds: a row per unit: unit_id, kind.
        catalogue_kpis: what may be asked for.
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
        """Decide on every doubt; yield what is not accepted and could not be had otherwise."""
        connection = self.stage.connection
        connection.execute("create or replace temp table unit_kind (unit_id varchar, kind varchar)")
        append_frame(connection, "unit_kind", self.unit_kinds)
        for years in sorted({doubt.request.years for doubt in doubts}):
            yield from self._settle([doubt for doubt in doubts if doubt.request.years == years])

    def _settle(self, waiting: list[Doubt]) -> Iterator[Lost]:
        """Decide on doubts about the same years."""
        loud: set[str] = set()
        while waiting:
            found = dict(zip(waiting, self._evidence(waiting), strict=True))
            against = {doubt: reason for doubt in waiting if (reason := reason_against(doubt, found[doubt], loud))}
            if not against and self._is_silent(waiting):
                against = dict.fromkeys(waiting, "no answer of this run has any")
            for doubt, reason in against.items():
                yield from self._ask_smaller(doubt, reason)
            if against:
                # What came may speak against the others.
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
        """What is known beside each doubt, in their order."""
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
        """Whether nothing at all was received, though several KPIs were asked for."""
        kpis = {kpi_id for doubt in doubts for kpi_id in doubt.request.kpi_ids}
        received = self.stage.connection.execute("select exists (from staged_observation)").fetchall()
        return len(kpis) >= FEWEST_OTHERS and received == [(False,)]

    def _ask_smaller(self, doubt: Doubt, reason: str) -> Iterator[Lost]:
        self.say(f"{in_short(doubt.request)}: no row, but {reason}. Asked again in smaller parts.")
        self.reject(doubt.request_ids, f"{EMPTY_ANSWER}, but {reason}")
        lost = Lost(doubt.request, EMPTY_ANSWER, request_ids=doubt.request_ids)
        how = Narrowing(self._settle_part, first="units", few_units=FEW_UNITS, tries=TRIES, witness=self._witness)
        for each in self.again.in_smaller_parts(lost, how):
            yield replace(each, reason=f"{EMPTY_ANSWER}, but {reason}") if each.error == EMPTY_ANSWER else each

    def _settle_part(self, answer: Answer, part: DataRequest) -> bool:
        """Take a part's answer that has rows of its own, or none where that is credible and its witness has some."""
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
        """Ask again together with a witness; what comes then is taken, rows or none."""
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
        """Ask for each KPI alone; the doubts as they are then, and the KPIs that have rows or could not be asked."""
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
                # It was asked alone already: what came is asked for anew, and not recalled.
                self.reject(doubt.request_ids, f"{EMPTY_ANSWER}: asked for again")
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
        parameters = {"units": list(request.municipality_ids), "kpis": list(self.catalogue_kpis)}
        rows = self.stage.connection.execute(WITNESS, parameters).fetchall()
        return rows[0][0] if rows else None


def data_request(result: Answer | Failure) -> DataRequest:
    """The question that a result is of; the client yields results of what it was given."""
    if not isinstance(result.request, DataRequest):
        raise TypeError(f"expected a data request, got {result.request}")
    return result.request


def spread(unit_ids: Sequence[str]) -> tuple[str, ...]:
    """At most as many units as one request takes: Riket and the national groups first, then evenly over the rest."""
    given = sorted(set(unit_ids))
    first = [unit for unit in (RIKET_ID, NATIONAL_GROUP, REGIONAL_GROUP) if unit in given]
    others = [unit for unit in given if unit not in first]
    room = LIST_LIMIT - len(first)
    step = max(1.0, len(others) / room)
    return tuple(sorted({*first, *(others[int(number * step)] for number in range(min(room, len(others))))}))


def in_short(request: DataRequest) -> str:
    """A question in a few words; the ledger has it whole."""
    kpis, units = request.kpi_ids, request.municipality_ids
    return f"{len(kpis)} KPIs ({span(kpis)}) for {len(units)} units ({span(units)})"


def span(ids: tuple[str, ...]) -> str:
    """The first and the last of some ids."""
    return ids[0] if len(ids) == 1 else f"{ids[0]} to {ids[-1]}"
