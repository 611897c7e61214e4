"""Each fault, on a first night and a later one: the same warehouse as without it, or an error that names the request.

The table that the tests fill is printed at the end of the module's run (`-s` shows it as it comes).
"""

import shutil

import pytest

from fake_kolada import FAULTS, FakeKolada
from kolada_client import KoladaError

pytestmark = pytest.mark.recorded

CONTENTS = (
    "select * exclude (run_id, request_id, known_from, confirmed_at) from core.observation order by all",
    "select * exclude (run_id, request_id, known_from, confirmed_at) from core.group_observation order by all",
    "select * exclude (run_id, known_from) from core.kpi order by all",
    "select * exclude (known_from) from mart.goal_fulfilment order by all",
)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory, make_nights, recorded, plans):
    """What a night without faults publishes."""
    nights = make_nights(home=tmp_path_factory.mktemp("undisturbed") / "home", fake=FakeKolada(recorded), plans=plans)
    nights.refresh()
    return [nights.query(sql) for sql in CONTENTS]


@pytest.fixture(scope="module")
def table():
    """The story of each fault, printed when the module is done."""
    rows = []
    yield rows
    width = max(len(row[0]) for row in rows)
    print("\n\nfault".ljust(width + 4), "night   ends as")
    for fault, night, end in rows:
        print(fault.ljust(width + 2), night.ljust(7), end)


@pytest.fixture(scope="module")
def published_home(tmp_path_factory, make_nights, recorded, plans):
    """A home with one good night, to be copied for each later night."""
    nights = make_nights(home=tmp_path_factory.mktemp("good") / "home", fake=FakeKolada(recorded), plans=plans)
    nights.refresh()
    return nights.home


def faults():
    """Each named fault, the first time and every time."""
    return [f"{name}@{tries}" for name in sorted(FAULTS) for tries in ("first", "every")]


def run_with(nights, fault):
    """One night with a fault: how it ended, in words."""
    nights.fake = FakeKolada(nights.fake.data, faults=[fault], stall_seconds=0.5)
    nights.settings["timeout"] = 0.2
    try:
        result = nights.refresh()
    except KoladaError as error:
        return f"{type(error).__name__}", str(error)
    return result.state, result.message


@pytest.mark.parametrize("fault", faults())
def test_first_night_with(nights, undisturbed, table, fault):
    """A first night publishes all or nothing."""
    end, message = run_with(nights, fault)
    table.append((fault, "first", end))
    if end == "published":
        assert [nights.query(sql) for sql in CONTENTS] == undisturbed
    else:
        assert not (nights.home / "kolada.duckdb").exists()
        assert "/v3/" in message or "empty answer" in message


@pytest.mark.slow
@pytest.mark.parametrize("fault", faults())
def test_later_night_with(nights, undisturbed, table, published_home, fault):
    """A later night publishes the same as without the fault, or leaves the file as it was, to the byte."""
    shutil.copytree(published_home, nights.home)
    before = (nights.home / "kolada.duckdb").read_bytes()
    end, message = run_with(nights, fault)
    table.append((fault, "later", end))
    if end == "published":
        assert [nights.query(sql) for sql in CONTENTS] == undisturbed
    else:
        assert (nights.home / "kolada.duckdb").read_bytes() == before
        assert "/v3/" in message or "empty answer" in message
