"""Plan the fewest requests for the wanted cells.

The limit is 25 ids in each list. A response page has at most 5,000 entries, so full lists also give the fewest pages.
What belongs here: pure functions over ids. Invariants: every wanted cell is requested exactly once; the plan depends on
the set of ids, not on their order, so that a resumed run requests the same URLs and recalls the stored responses.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from math import ceil
from typing import TypeVar

from kolada_client.errors import InvalidRequest
from kolada_client.identifiers import LIST_LIMIT
from kolada_client.models import DataRequest, UnitKind

_Value = TypeVar("_Value", str, int)


def plan_requests(
    kpi_ids: Iterable[str],
    municipality_ids: Iterable[str],
    years: Iterable[int] | None = None,
    *,
    unit_kind: UnitKind = "municipality",
) -> list[DataRequest]:
    """Plan a full rectangle: every KPI for every unit, in all years or in the years given.

    Args:
        kpi_ids: KPIs, at least one.
        municipality_ids: Units, at least one: name them all, since without names the response has thousands of group
            rows.
        years: Years; None means all years, which needs no extra request.
        unit_kind: The kind of the units.

    Returns:
        Requests in the order KPI, unit, year. 25 KPIs, 312 units and all years make 13.

    Raises:
        InvalidIdentifier: An id or a year has the wrong form.
        InvalidRequest: A list is empty.
    """
    kpis, units = _sorted_unique(kpi_ids, "KPIs"), _sorted_unique(municipality_ids, "units")
    year_chunks: list[tuple[int, ...]] = [()] if years is None else _chunks(_sorted_unique(years, "years"))
    return [
        DataRequest(kpi_chunk, unit_chunk, year_chunk, unit_kind)
        for kpi_chunk in _chunks(kpis)
        for unit_chunk in _chunks(units)
        for year_chunk in year_chunks
    ]


def plan_pairs(pairs: Iterable[tuple[str, str]], *, is_exact: bool = False) -> list[DataRequest]:
    """Plan scattered (KPI, unit) pairs, all years.

    Args:
        pairs: The wanted pairs, at least one.
        is_exact: False fills up rectangles: fewer requests, which also return pairs that were not named. True
            requests the named pairs only, which can take as many requests as there are pairs.

    Returns:
        Requests that contain every pair exactly once: never more than the rectangle of all KPIs and all units
        would need.
    """
    return [
        request
        for kpis, units in _cover(_sorted_unique_pairs(pairs), is_exact=is_exact)
        for request in plan_requests(kpis, units)
    ]


def plan_cells(cells: Iterable[tuple[str, str, int]], *, is_exact: bool = False) -> list[DataRequest]:
    """Plan scattered (KPI, unit, year) cells.

    Args:
        cells: The wanted cells, at least one.
        is_exact: As in `plan_pairs`, for years too.

    Returns:
        Requests that contain every cell exactly once.
    """
    years_of: dict[tuple[str, str], set[int]] = defaultdict(set)
    for kpi, unit, year in cells:
        years_of[kpi, unit].add(year)
    if not is_exact:
        return [
            request
            for kpis, units in _cover(_sorted_unique_pairs(years_of), is_exact=False)
            for unit_chunk in _chunks(units)
            if (years := set().union(*(years_of.get((kpi, unit), set()) for kpi in kpis for unit in unit_chunk)))
            for request in plan_requests(kpis, unit_chunk, years)
        ]
    pairs_of: dict[frozenset[int], list[tuple[str, str]]] = defaultdict(list)
    for pair in _sorted_unique_pairs(years_of):
        pairs_of[frozenset(years_of[pair])].append(pair)
    return [
        request
        for years, pairs in sorted(pairs_of.items(), key=lambda item: sorted(item[0]))
        for kpis, units in _cover(pairs, is_exact=True)
        for request in plan_requests(kpis, units, years)
    ]


def halves(request: DataRequest) -> tuple[DataRequest, ...]:
    """Split the longest list in two; return a request that cannot be split unchanged."""
    units, kpis, years = request.municipality_ids, request.kpi_ids, request.years
    longest = max(len(units), len(kpis), len(years))
    if longest == 1:
        return (request,)
    if len(units) == longest:
        return tuple(replace(request, municipality_ids=part) for part in _two(units))
    if len(kpis) == longest:
        return tuple(replace(request, kpi_ids=part) for part in _two(kpis))
    return tuple(replace(request, years=part) for part in _two(years))


def _two(values: tuple[_Value, ...]) -> tuple[tuple[_Value, ...], tuple[_Value, ...]]:
    middle = ceil(len(values) / 2)
    return values[:middle], values[middle:]


def _cover(pairs: Sequence[tuple[str, str]], *, is_exact: bool) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Return rectangles over the pairs, by KPI or by unit, whichever needs fewer requests."""
    by_kpi = _rectangles(pairs, is_exact=is_exact)
    flipped = _rectangles([(unit, kpi) for kpi, unit in pairs], is_exact=is_exact)
    by_unit = [(kpis, units) for units, kpis in flipped]
    return min(by_kpi, by_unit, key=lambda plan: sum(_request_count(*rectangle) for rectangle in plan))


def _rectangles(pairs: Sequence[tuple[str, str]], *, is_exact: bool) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Group the left ids by their sets of right ids; when not exact, neighbours fill up to 25 left ids."""
    rights_of: dict[str, set[str]] = defaultdict(set)
    for left, right in pairs:
        rights_of[left].add(right)
    lefts_of: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for left, rights in rights_of.items():
        lefts_of[tuple(sorted(rights))].append(left)
    if is_exact:
        return [(tuple(sorted(lefts)), rights) for rights, lefts in sorted(lefts_of.items())]
    order = [left for _, lefts in sorted(lefts_of.items()) for left in sorted(lefts)]
    return [
        (chunk, tuple(sorted(set().union(*(rights_of[left] for left in chunk))))) for chunk in _chunks(tuple(order))
    ]


def _request_count(kpis: Sequence[str], units: Sequence[str]) -> int:
    return ceil(len(kpis) / LIST_LIMIT) * ceil(len(units) / LIST_LIMIT)


def _chunks(values: tuple[_Value, ...]) -> list[tuple[_Value, ...]]:
    return [values[start : start + LIST_LIMIT] for start in range(0, len(values), LIST_LIMIT)]


def _sorted_unique(values: Iterable[_Value], what: str) -> tuple[_Value, ...]:
    unique = tuple(sorted(set(values)))
    if not unique:
        raise InvalidRequest(f"the list of {what} is `empty`, so nothing was sent. Name at least one.")
    return unique


def _sorted_unique_pairs(pairs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    unique = sorted(set(pairs))
    if not unique:
        raise InvalidRequest("the list of pairs is `empty`, so nothing was sent. Name at least one.")
    return unique
