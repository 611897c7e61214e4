"""Publishing small plans over a small Kolada, and reading what all outputs say of them."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from fake_kolada import FakeKolada
from tests.conftest import UNLIMITED, Nights
from tests.words.small import SmallKolada, SmallPlan

Publish = Callable[..., Nights]


@pytest.fixture(scope="module")
def publish(tmp_path_factory: pytest.TempPathFactory) -> Publish:
    """Publishes a night, or several: each a plan, or plans, and a Kolada. A night held fails the test."""

    def published(*nights: tuple[SmallPlan | Sequence[SmallPlan], SmallKolada]) -> Nights:
        folder = tmp_path_factory.mktemp("small")
        done = Nights(home=folder / "home", fake=FakeKolada(nights[0][1].data()), plans=())
        done.settings = dict(UNLIMITED)
        for plans, kolada in nights:
            next_night(done, folder, plans, kolada)
        return done

    return published


def next_night(nights: Nights, folder: Path, plans: SmallPlan | Sequence[SmallPlan], kolada: SmallKolada) -> None:
    """Publish one more night."""
    nights.plans = tuple(plan.write(folder) for plan in ([plans] if isinstance(plans, SmallPlan) else plans))
    nights.fake.data = kolada.data()
    result = nights.refresh()
    assert result.state == "published", result.message
