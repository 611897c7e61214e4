"""Each fault, in a first run and a later one: the same warehouse as without it, or an error naming the request.

Each fault has four ways: once or lasting, in a first run or a later one; a normal run takes a tenth of them all. What
the client makes of each fault, `tests/kolada_client/test_end_to_end.py` always tests. The table of results is printed
at the end of the module (`-s` shows it).
"""

import shutil
from dataclasses import dataclass

import pytest

from fake_kolada import FAULTS, ContractChoices, FakeKolada
from goals import read_plan
from kolada_client import KoladaError
from tests.sweeping import points_of
from tests.warehouse.first_release.make_fixture import PLAN, small_data

pytestmark = [pytest.mark.slow, pytest.mark.sweep]

CONTENTS = (
    "select * exclude (run_id, request_id, known_from, confirmed_at) from core.observation order by all",
    "select * exclude (run_id, request_id, known_from, confirmed_at) from core.group_observation order by all",
    "select * exclude (run_id, known_from) from core.kpi order by all",
    "select * exclude (known_from) from mart.goal_fulfilment order by all",
)


@dataclass
class World:
    """Source data, plans, and the results of a run without faults."""

    data: object
    plans: tuple
    contract: ContractChoices
    home: object
    contents: list


@pytest.fixture(scope="module")
def make_world(tmp_path_factory, make_nights):
    """Give a function that makes a world from one run without faults."""

    def make(data, plans, **choices):
        contract = ContractChoices(**choices)
        fake = FakeKolada(data, contract=contract)
        nights = make_nights(home=tmp_path_factory.mktemp("good") / "home", fake=fake, plans=plans)
        nights.refresh()
        return World(data, plans, contract, nights.home, [nights.query(sql) for sql in CONTENTS])

    return make


@pytest.fixture(scope="module")
def small_world(make_world):
    """The small part of the sample: every response is one page."""
    plan = read_plan(PLAN)
    return make_world(small_data([*plan.kpi_ids, *plan.cross_check_kpi_ids]), (plan,))


@pytest.fixture(scope="module")
def paged_world(make_world):
    """The same in pages of twenty entries, for the faults of next links."""
    plan = read_plan(PLAN)
    return make_world(small_data([*plan.kpi_ids, *plan.cross_check_kpi_ids]), (plan,), page_cap=20)


@pytest.fixture(scope="module")
def recorded_world(make_world, recorded, plans):
    """The recorded data: without a next link, only pages of 5,000 entries look unfinished."""
    return make_world(recorded, plans)


@pytest.fixture(scope="module")
def table():
    """The result of each fault, printed at the end of the module."""
    rows = []
    yield rows
    width = max(len(row[0]) for row in rows) + 2
    print(f"\n\n{'fault':{width}}{'night':7}ends as")
    for fault, night, end in rows:
        print(f"{fault:{width}}{night:7}{end}")


def fault_cases():
    """Return the cases: a fault, whether the run is a first or a later one, and the world."""
    ways = [way for name in sorted(FAULTS) for way in ways_of(name)]
    return [pytest.param(*way, marks=marks) for *way, marks in points_of(ways, seed=14)]


def ways_of(name):
    """Return a fault once and lasting, in both runs; faults of next links use the data with several pages."""
    if name == "missing_next_url":
        world, marks = "recorded_world", [pytest.mark.recorded]
    else:
        world, marks = "paged_world" if "next_url" in name else "small_world", []
    return [(f"{name}@{often}", night, world, marks) for often in ("first", "every") for night in ("first", "later")]


def run_with(make_nights, world, home, fault):
    """Run once with a fault; return the home, its outcome and the message."""
    fake = FakeKolada(world.data, faults=[fault], contract=world.contract, stall_seconds=0.5)
    nights = make_nights(home=home, fake=fake, plans=world.plans, settings={"timeout": 0.2})
    try:
        result = nights.refresh()
    except KoladaError as error:
        return nights, type(error).__name__, str(error)
    return nights, result.state, result.message


def assert_all_or_nothing(nights, end, message, world, before):
    """Assert the same tables as without the fault, or a message naming the request and an unchanged file."""
    if end == "published":
        assert [nights.query(sql) for sql in CONTENTS] == world.contents
    else:
        published = nights.home / "kolada.duckdb"
        assert (published.read_bytes() if published.exists() else None) == before
        assert "/v3/" in message


@pytest.mark.parametrize(("fault", "night", "world_name"), fault_cases())
def test_a_night_with(request, tmp_path, make_nights, table, fault, night, world_name):
    """With a fault, a run publishes the same as without it, or leaves the file (or its absence) as it was."""
    world = request.getfixturevalue(world_name)
    before = None
    if night == "later":
        shutil.copytree(world.home, tmp_path / "home")
        before = (tmp_path / "home" / "kolada.duckdb").read_bytes()
    nights, end, message = run_with(make_nights, world, tmp_path / "home", fault)
    table.append((fault, night, end))
    assert_all_or_nothing(nights, end, message, world, before)


def test_an_outage_of_some_requests_is_named(make_nights, small_world, tmp_path):
    """A held run names the missing KPIs, the cause and the next command."""
    _, end, message = run_with(make_nights, small_world, tmp_path / "home", "server_error_html@every")
    assert end in {"held", "KoladaServerError"}
    assert "kolada refresh" in message or "Try again" in message
