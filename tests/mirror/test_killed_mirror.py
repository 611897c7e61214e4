"""A mirror over real HTTP that is killed twice: the benchmark's proof at a small size."""

import pytest

from benchmarks.bench_mirror import prove

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def proof(tmp_path_factory):
    """625 KPIs with half a million values, at a rate that takes seconds.

    625 KPIs fill the lists of 25, so the requests in flight at two kills, at most 8, fit in the tenth.
    """
    return prove(kpis=625, values=500_000, rate=100, revised=1_000, folder=tmp_path_factory.mktemp("mirror"))


def test_what_a_mirror_promises(proof):
    """Every value is stored once, exactly the revised ones change, requests are few and unique, the rate is kept."""
    assert [] == [f"{what}: {found}" for what, found, holds in proof.findings() if not holds]


def test_it_was_killed_while_it_read(proof):
    """Both kills happened while reading: each part sent requests, and the last part sent the rest."""
    assert all(part.requests for part in proof.parts)
    assert proof.least_requests <= len(set(proof.urls))
