"""Fixtures of the query tests: one small published home."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from fake_kolada import FakeKolada
from goals import read_plan
from tests.conftest import Nights
from tests.warehouse.first_release.make_fixture import PLAN, small_data

ODD = ["[red]", ":smile:", "[/]", "[bold", "rad ett\nrad två", "\x1b[31mröd\x07", "a\\nb", "x|y", "10 000 – à"]


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory, make_nights: Callable[..., Nights]) -> Path:
    """A home after one run of a small part of the sample, whose KPI titles end in unusual characters."""
    plan = read_plan(PLAN)
    data = small_data([*plan.kpi_ids, *plan.cross_check_kpi_ids])
    titles = [f"{title} {ODD[number % len(ODD)]}" for number, title in enumerate(data.kpis["title"])]
    data = replace(data, kpis=data.kpis.with_columns(title=pl.Series(titles)))
    nights = make_nights(home=tmp_path_factory.mktemp("query") / "home", fake=FakeKolada(data), plans=(plan,))
    assert "published" == nights.refresh().state
    return nights.home
