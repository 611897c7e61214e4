"""A mirror over real HTTP that is killed twice: the benchmark's proof at a size for every day."""

import pytest

from benchmarks.bench_mirror import prove

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def proof(tmp_path_factory):
    """600 KPIs with half a million values, at a rate that takes seconds."""
    return prove(kpis=600, values=500_000, rate=100, revised=1_000, folder=tmp_path_factory.mktemp("mirror"))


def test_what_a_mirror_promises(proof):
    """Every value held once, exactly the revised ones written later, few requests, none twice, the rate kept."""
    assert [] == [f"{what}: {found}" for what, found, holds in proof.findings() if not holds]


def test_it_was_killed_while_it_read(proof):
    """Both kills came on the way: each part sent requests, and the last one those that were left."""
    assert all(part.requests for part in proof.parts)
    assert proof.least_requests <= len(set(proof.urls))
