"""What could not be had is asked for again: in smaller parts, with pauses, down to one KPI for a few units.

A part that comes is settled at once, so that one broken pair, or one answer that was lost on the way, spoils itself and
nothing beside it. The search halves one list of the request (its units or its KPIs); where neither half comes, the
fault does not lie along that list, and the other one is halved. Where nothing comes down to the smallest part of the
first half, the other half is given up unasked; and after a number of tries in vain in a row nothing more is asked at
all: the source is out of order, and the next run will see.
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
    """A part of a request that could not be had, and why.

    Attributes:
        request: the part.
        error: the error's name; EMPTY_ANSWER where an answer without rows is not accepted.
        reason: for people; empty where the error says it.
        request_ids: the answers that came all the same, if any.
    """

    request: DataRequest
    error: str
    reason: str = ""
    request_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Narrowing:
    """How one request is narrowed down.

    Attributes:
        settle: takes or puts aside an answer to a part; False when it cannot be used, which counts as in vain.
        first: which list is halved first.
        few_units: how many units a smallest part may have.
        tries: how often a smallest part is asked.
        witness: a KPI that the units of a part are known to report, or None. It is asked along, so that an answer with
            its rows shows that the source was listening.
    """

    settle: Callable[[Answer, DataRequest], bool]
    first: Axis
    few_units: int = 1
    tries: int = 1
    witness: Callable[[DataRequest], str | None] = lambda _request: None


class AskingAgain:
    """Asks for what could not be had, one request at a time.

    One for a whole run, since it learns: it counts the tries in vain, and a KPI or a unit that was found broken is set
    aside in the requests that come after.
    """

    def __init__(self, client: KoladaClient) -> None:
        self._client = client
        self._in_vain = 0
        self._broken: set[str] = set()

    def in_smaller_parts(self, lost: Lost, how: Narrowing) -> Iterator[Lost]:
        """Ask for the parts of a request that could not be had; yield those that cannot be had either.

        Raises:
            KoladaUnreachable: nobody is there any more.
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
        """Ask a smallest part some more times."""
        for _ in range(how.tries - 1):
            told = self._try(lost.request, how)
            if told is None:
                return
            lost = told
        yield lost

    def _try(self, part: DataRequest, how: Narrowing) -> Lost | None:
        """Ask a part; None when it came and is settled."""
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
    """The other list of a request."""
    return "kpis" if axis == "units" else "units"


def halves_along(request: DataRequest, axis: Axis, few_units: int) -> tuple[DataRequest, ...]:
    """The two halves of a request along one of its lists; none where that list is as short as it may become."""
    ids = request.municipality_ids if axis == "units" else request.kpi_ids
    if len(ids) <= (few_units if axis == "units" else 1):
        return ()
    middle = ceil(len(ids) / 2)
    if axis == "units":
        return tuple(replace(request, municipality_ids=part) for part in (ids[:middle], ids[middle:]))
    return tuple(replace(request, kpi_ids=part) for part in (ids[:middle], ids[middle:]))


def parts_beside(request: DataRequest, broken: Collection[str]) -> list[DataRequest]:
    """A request without its broken KPIs and units, and then those; the request alone where none or all are broken."""
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
    """The ids that are not broken, and those that are."""
    return tuple(each for each in ids if each not in broken), tuple(each for each in ids if each in broken)


def pair_count(request: DataRequest) -> int:
    """How many pairs of KPI and unit a request names."""
    return len(request.kpi_ids) * len(request.municipality_ids)


def with_witness(request: DataRequest, witness: str | None) -> DataRequest:
    """The request with one KPI more, if it does not name it."""
    if witness is None or witness in request.kpi_ids:
        return request
    return replace(request, kpi_ids=(*request.kpi_ids, witness))


def is_cut_short(answer: Answer) -> bool:
    """Whether a full page linked to one that came empty: then rows may be missing at the end.

    Behind a page that is not full no row can be missing: the client asked twice, and the empty page ends the list.
    """
    return any(
        page.row_count == 0 and before.next_url and before.row_count >= PAGE_SIZE
        for before, page in pairwise(answer.pages)
    )


def page_ids(answer: Answer) -> tuple[str, ...]:
    """What the ledger calls the pages of an answer."""
    return tuple(page.request_id for page in answer.pages if page.request_id is not None)
