"""The planner: every wanted cell once, within the limits, in as few requests as possible."""

from datetime import date
from itertools import permutations, product
from math import ceil

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kolada_client import (
    LIST_LIMIT,
    DataRequest,
    InvalidIdentifier,
    InvalidRequest,
    plan_cells,
    plan_pairs,
    plan_requests,
)
from kolada_client.planner import halves

KPIS = [f"N{number:05d}" for number in range(130)]
UNITS = [f"{number:04d}" for number in range(320)]
YEARS = range(1970, 2030)

kpi_sets = st.sets(st.sampled_from(KPIS), min_size=1, max_size=60)
unit_sets = st.sets(st.sampled_from(UNITS), min_size=1, max_size=90)
year_sets = st.sets(st.sampled_from(YEARS), min_size=1, max_size=60)
pair_sets = st.sets(st.tuples(st.sampled_from(KPIS[:70]), st.sampled_from(UNITS[:70])), min_size=1, max_size=150)
cell_sets = st.sets(
    st.tuples(st.sampled_from(KPIS[:9]), st.sampled_from(UNITS[:40]), st.sampled_from(YEARS)),
    min_size=1,
    max_size=80,
)


def cells_of(request: DataRequest) -> list[tuple[str, str, int]]:
    """Return every (KPI, unit, year) that a request names; year 0 means all years."""
    return list(product(request.kpi_ids, request.municipality_ids, request.years or (0,)))


def assert_within_limits(requests: list[DataRequest]) -> None:
    """Assert that no list of any request is longer than the API allows."""
    for request in requests:
        assert max(len(request.kpi_ids), len(request.municipality_ids), len(request.years)) <= LIST_LIMIT


def requests_lower_bound(kpi_count: int, unit_count: int, year_count: int = 1) -> int:
    """Return a lower bound on the requests for such a rectangle, even if cells may be requested twice.

    If each of n ids occurs in at least r requests, there are at least n * r / 25 requests, and at least r.
    Applied to one list after the other, in the order that gives most, this is Schönheim's bound for coverings.
    `plan_requests` reaches it whenever at most one list is longer than 25.
    """

    def bound(counts: tuple[int, ...]) -> int:
        least = 1
        for count in counts:
            least = max(least, ceil(count * least / LIST_LIMIT))
        return least

    return max(bound(counts) for counts in permutations((kpi_count, unit_count, year_count)))


def test_a_plan_of_25_kpis_and_all_units_takes_13_requests() -> None:
    """25 KPIs and 312 units take 13 requests, which name no years."""
    requests = plan_requests(KPIS[:25], UNITS[:312])
    assert 13 == len(requests) == requests_lower_bound(25, 312)
    assert {()} == {request.years for request in requests}


def test_sixty_years_take_three_lists() -> None:
    """The years 1970 to 2029 take three lists of at most 25."""
    assert [25, 25, 10] == [len(request.years) for request in plan_requests(["N15436"], ["0180"], YEARS)]


@given(kpi_sets, unit_sets, st.one_of(st.none(), year_sets))
@settings(max_examples=40, deadline=None)
def test_a_rectangle_is_covered_once_and_near_the_bound(
    kpis: set[str], units: set[str], years: set[int] | None
) -> None:
    """Each cell is requested once, in the minimum number of requests if only one list exceeds the limit."""
    requests = plan_requests(kpis, units, years)
    assert_within_limits(requests)
    covered = [cell for request in requests for cell in cells_of(request)]
    assert sorted(product(kpis, units, years or {0})) == sorted(covered)
    sizes = (len(kpis), len(units), len(years or {0}))
    bound = requests_lower_bound(*sizes)
    assert bound <= len(requests)
    if sum(size > LIST_LIMIT for size in sizes) <= 1:
        assert bound == len(requests)
    assert len(requests) <= bound * 4


@given(st.permutations(KPIS[:40]), st.permutations(UNITS[:60]))
@settings(max_examples=30, deadline=None)
def test_a_plan_does_not_depend_on_the_order_of_its_ids(kpis: list[str], units: list[str]) -> None:
    """The order of the ids and duplicates among them do not change the requests."""
    assert plan_requests(KPIS[:40], UNITS[:60]) == plan_requests(kpis * 2, units)


@given(pair_sets)
@settings(max_examples=50, deadline=None)
def test_scattered_pairs_are_covered_once_within_their_rectangle(pairs: set[tuple[str, str]]) -> None:
    """Pairs are covered once and may bring others, in no more requests than their rectangle takes."""
    requests = plan_pairs(pairs)
    assert_within_limits(requests)
    covered = [cell[:2] for request in requests for cell in cells_of(request)]
    assert len(covered) == len(set(covered))
    assert pairs <= set(covered)
    kpis, units = {kpi for kpi, _ in pairs}, {unit for _, unit in pairs}
    assert ceil(len(pairs) / LIST_LIMIT**2) <= len(requests) <= len(plan_requests(kpis, units))


@given(pair_sets)
@settings(max_examples=50, deadline=None)
def test_exact_pairs_bring_nothing_else(pairs: set[tuple[str, str]]) -> None:
    """With `is_exact` exactly the wanted pairs are requested, each once."""
    requests = plan_pairs(pairs, is_exact=True)
    assert_within_limits(requests)
    assert sorted(pairs) == sorted(cell[:2] for request in requests for cell in cells_of(request))


def test_a_rectangle_given_as_pairs_is_planned_as_one() -> None:
    """Pairs that form a rectangle take as few requests as the rectangle."""
    pairs = list(product(KPIS[:30], UNITS[:60]))
    assert len(plan_requests(KPIS[:30], UNITS[:60])) == len(plan_pairs(pairs)) == len(plan_pairs(pairs, is_exact=True))


def test_a_diagonal_is_filled_up_when_it_may_be() -> None:
    """25 KPIs with one unit each take one request, or 25 with `is_exact`."""
    pairs = list(zip(KPIS[:25], UNITS[:25], strict=True))
    assert (1, 25) == (len(plan_pairs(pairs)), len(plan_pairs(pairs, is_exact=True)))


@given(cell_sets, st.booleans())
@settings(max_examples=50, deadline=None)
def test_scattered_cells_are_covered_once(cells: set[tuple[str, str, int]], is_exact: bool) -> None:
    """Each wanted cell is requested once, and with `is_exact` no other."""
    requests = plan_cells(cells, is_exact=is_exact)
    assert_within_limits(requests)
    covered = [cell for request in requests for cell in cells_of(request)]
    assert len(covered) == len(set(covered))
    assert cells == set(covered) if is_exact else cells <= set(covered)


@pytest.mark.parametrize(
    ("request_", "name", "parts"),
    [
        (DataRequest(("N00001", "N00002"), ("0001", "0002", "0003")), "municipality_ids", [2, 1]),
        (DataRequest(("N00001", "N00002"), ("0001",)), "kpi_ids", [1, 1]),
        (DataRequest(("N00001",), ("0001",), (2020, 2021, 2022)), "years", [2, 1]),
        (DataRequest(("N00001",), ("0001",)), "kpi_ids", [1]),
    ],
)
def test_halves_split_the_longest_list_and_keep_the_rest(request_: DataRequest, name: str, parts: list[int]) -> None:
    """Halving splits the longest list, and the halves together request the same cells."""
    pieces = halves(request_)
    assert parts == [len(getattr(piece, name)) for piece in pieces]
    assert sorted(cells_of(request_)) == sorted(cell for piece in pieces for cell in cells_of(piece))


@pytest.mark.parametrize(
    "make",
    [
        lambda: plan_requests([], ["0180"]),
        lambda: plan_requests(["N15436"], []),
        lambda: plan_requests(["N15436"], ["0180"], []),
        lambda: plan_pairs([]),
        lambda: plan_cells([]),
        lambda: DataRequest(("N15436",)),
        lambda: DataRequest((), ("0180",)),
        lambda: DataRequest(tuple(KPIS[:26]), ("0180",)),
        lambda: DataRequest(("N15436", "N15436"), ("0180",)),
        lambda: DataRequest(("N15436",), ("0180",), unit_kind="school"),  # type: ignore[arg-type]
    ],
)
def test_a_question_that_has_no_route_is_not_made(make: object) -> None:
    """A request with empty lists, one list alone, more than 25 ids, a duplicate or an unknown unit kind is refused."""
    assert callable(make)
    with pytest.raises(InvalidRequest):
        make()


@pytest.mark.parametrize(
    ("kpi", "unit", "year"),
    [
        ("n15436", "0180", 2023),
        ("N1543", "0180", 2023),
        ("K15856", "0180", 2023),
        ("N15436/../kpi", "0180", 2023),
        ("N15436,N15437", "0180", 2023),
        ("N15436\n", "0180", 2023),
        ("N１5436", "0180", 2023),
        ("N15436", "180", 2023),
        ("N15436", "all", 2023),
        ("N15436", "V15E018000101", 2023),
        ("N15436", "0180", 23),
        ("N15436", "0180", 202301),
        ("N15436", "0180", True),
        ("N15436", "0180", "2023"),
        (15436, "0180", 2023),
    ],
)
def test_an_id_is_checked_before_it_enters_a_url(kpi: str, unit: str, year: int) -> None:
    """A value that has not the form of Kolada's ids is refused by name, and nothing is sent."""
    with pytest.raises(InvalidIdentifier, match="nothing was sent"):
        DataRequest((kpi,), (unit,), (year,), from_date=date(2026, 1, 1))
