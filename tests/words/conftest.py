"""Fixtures that publish small plans with a small Kolada, for tests that read all outputs."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from fake_kolada import FakeKolada
from tests.conftest import UNLIMITED, Nights
from tests.words.small import SmallKolada, SmallPlan

Publish = Callable[..., Nights]


@pytest.fixture(scope="module")
def publish(tmp_path_factory: pytest.TempPathFactory) -> Publish:
    """Give a function that publishes one or more runs, each of one or more plans and a Kolada; none may be held."""

    def published(*nights: tuple[SmallPlan | Sequence[SmallPlan], SmallKolada]) -> Nights:
        folder = tmp_path_factory.mktemp("small")
        done = Nights(home=folder / "home", fake=FakeKolada(nights[0][1].data()), plans=())
        done.settings = dict(UNLIMITED)
        for plans, kolada in nights:
            next_night(done, folder, plans, kolada)
        return done

    return published


def next_night(nights: Nights, folder: Path, plans: SmallPlan | Sequence[SmallPlan], kolada: SmallKolada) -> None:
    """Publish one more run."""
    nights.plans = tuple(plan.write(folder) for plan in ([plans] if isinstance(plans, SmallPlan) else plans))
    nights.fake.data = kolada.data()
    result = nights.refresh()
    assert result.state == "published", result.message
