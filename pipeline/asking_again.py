"""Requests a failed request again: in smaller parts, with pauses, down to one KPI for a few units.

A part that is received is settled immediately, so one broken pair, or one lost response, affects only itself. The
search halves one list of the request: its units or its KPIs. If both halves fail, the fault does not lie along that
list, and the other list is halved. If the first half fails down to its smallest part, the other half is given up
without a request. After a number of failed attempts in a row nothing more is requested: the source is out of order,
and the next run tries again.
"""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from math import ceil
from typing import Literal

from kolada_client import Answer, DataRequest, KoladaClient, KoladaError, KoladaUnreachable
from kolada_client.identifiers import LIST_LIMIT, PAGE_SIZE

Axis = Literal["units", "kpis"]

EMPTY_ANSWER = "empty answer"
MOST_IN_VAIN = 16
LONGEST_PAUSE = 8.0


@dataclass(frozen=True, slots=True)
class Lost:
    """A part of a request that could not be read, and the reason.

    Attributes:
        request: the part.
        error: the name of the error class; EMPTY_ANSWER if a response without rows is not accepted.
        reason: the reason in words; empty if there is no more to say than `error`.
        request_ids: the response pages that were received, if any.
    """

    request: DataRequest
    error: str
    reason: str = ""
    request_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Narrowing:
    """Settings for the search in one request.

    Attributes:
        settle: uses or defers the response to a part; returns False if it cannot be used, which counts as a failure.
        first: the list that is halved first.
        few_units: the most units that a smallest part may have.
        tries: how many times a smallest part is requested.
        witness: returns a KPI that the units of a part are known to report, or None. The KPI is added to the request:
            a response with its rows shows that the source works.
    """

    settle: Callable[[Answer, DataRequest], bool]
    first: Axis
    few_units: int = 1
    tries: int = 1
    witness: Callable[[DataRequest], str | None] = lambda _request: None


class AskingAgain:
    """Requests failed requests again, one at a time.

    A run uses one object, because it learns: it counts the failed attempts in a row, and it separates a KPI or a unit
    that was found broken from the rest of later requests.
    """

    def __init__(self, client: KoladaClient) -> None:
        self._client = client
        self._in_vain = 0
        self._broken: set[str] = set()

    def in_smaller_parts(self, lost: Lost, how: Narrowing) -> Iterator[Lost]:
        """Request the parts of a failed request; yield those that fail too.

        Raises:
            KoladaUnreachable: no connection to the server is possible.
        """
        sound, *broken = parts_beside(lost.request, self._broken)
        if not broken:
            yield from self._narrow(lost, how, how.first)
            return
        told = self._try(sound, how)
        if told is not None:
            yield from self._narrow(told, how, how.first)
        for part in broken:
            told = self._try(part, how)
            if told is not None:
                yield told

    def _narrow(self, lost: Lost, how: Narrowing, first: Axis) -> Iterator[Lost]:
        if self._in_vain >= MOST_IN_VAIN:
            yield lost
            return
        in_vain: list[Lost] = []
        for axis in (first, other(first)):
            parts = halves_along(lost.request, axis, how.few_units)
            failed = [told for part in parts if (told := self._try(part, how)) is not None]
            if len(failed) < len(parts):
                for part in failed:
                    yield from self._narrow(part, how, axis)
                return
            in_vain = in_vain or failed
        if not in_vain:
            yield from self._insist(lost, how)
            return
        missing = list(self._narrow(in_vain[0], how, first))
        if sum(pair_count(each.request) for each in missing) == pair_count(in_vain[0].request):
            self._broken.update(lost.request.kpi_ids if len(lost.request.kpi_ids) == 1 else ())
            self._broken.update(lost.request.municipality_ids if len(lost.request.municipality_ids) == 1 else ())
            yield replace(lost, error=missing[0].error, reason=missing[0].reason, request_ids=missing[0].request_ids)
            return
        yield from missing
        for part in in_vain[1:]:
            yield from self._narrow(part, how, first)

    def _insist(self, lost: Lost, how: Narrowing) -> Iterator[Lost]:
        """Request a smallest part until it succeeds or its tries are used up."""
        for _ in range(how.tries - 1):
            told = self._try(lost.request, how)
            if told is None:
                return
            lost = told
        yield lost

    def _try(self, part: DataRequest, how: Narrowing) -> Lost | None:
        """Request a part; return None if its response was received and settled."""
        asked = part if len(part.kpi_ids) == LIST_LIMIT else with_witness(part, how.witness(part))
        pause = min(LONGEST_PAUSE, 2.0**self._in_vain / 2)
        self._in_vain += 1
        try:
            answer = self._client.answer(asked, asks_again=False, pause=pause)
        except KoladaUnreachable as error:
            if not error.connected:
                raise
            return Lost(part, type(error).__name__, str(error))
        except KoladaError as error:
            return Lost(part, type(error).__name__, str(error))
        if not how.settle(answer, part):
            return Lost(part, EMPTY_ANSWER, request_ids=page_ids(answer))
        self._in_vain = 0
        return None


def other(axis: Axis) -> Axis:
    """Return the other list of a request."""
    return "kpis" if axis == "units" else "units"


def halves_along(request: DataRequest, axis: Axis, few_units: int) -> tuple[DataRequest, ...]:
    """Return the two halves of a request along one of its lists; none if that list is already at its shortest."""
    ids = request.municipality_ids if axis == "units" else request.kpi_ids
    if len(ids) <= (few_units if axis == "units" else 1):
        return ()
    middle = ceil(len(ids) / 2)
    if axis == "units":
        return tuple(replace(request, municipality_ids=part) for part in (ids[:middle], ids[middle:]))
    return tuple(replace(request, kpi_ids=part) for part in (ids[:middle], ids[middle:]))


def parts_beside(request: DataRequest, broken: Collection[str]) -> list[DataRequest]:
    """Return a request without its broken KPIs and units, then requests for those; itself if none or all are broken."""
    kpis, broken_kpis = parted(request.kpi_ids, broken)
    units, broken_units = parted(request.municipality_ids, broken)
    if not (kpis and units):
        return [request]
    parts = [replace(request, kpi_ids=kpis, municipality_ids=units)]
    if broken_kpis:
        parts.append(replace(request, kpi_ids=broken_kpis))
    if broken_units:
        parts.append(replace(request, kpi_ids=kpis, municipality_ids=broken_units))
    return parts


def parted(ids: tuple[str, ...], broken: Collection[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the ids that are not broken, and those that are."""
    return tuple(each for each in ids if each not in broken), tuple(each for each in ids if each in broken)


def pair_count(request: DataRequest) -> int:
    """Return the number of pairs of KPI and unit in a request."""
    return len(request.kpi_ids) * len(request.municipality_ids)


def with_witness(request: DataRequest, witness: str | None) -> DataRequest:
    """Return the request with the witness added to its KPIs, unless it is one of them."""
    if witness is None or witness in request.kpi_ids:
        return request
    return replace(request, kpi_ids=(*request.kpi_ids, witness))


def is_cut_short(answer: Answer) -> bool:
    """Return whether a full page linked to an empty one: then rows may be missing at the end.

    After a page that is not full no row can be missing: the client requested the empty page twice, and it ends the
    list.
    """
    return any(
        page.row_count == 0 and before.next_url and before.row_count >= PAGE_SIZE
        for before, page in pairwise(answer.pages)
    )


def page_ids(answer: Answer) -> tuple[str, ...]:
    """Return the ids of an answer's pages on the ledger."""
    return tuple(page.request_id for page in answer.pages if page.request_id is not None)
