"""Fixtures: plans of municipalities and regions with made-up values, all judged in one run."""

import csv
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import polars as pl
import pytest

from fake_kolada import DataSet, FakeKolada, public_municipalities
from goals import Plan, read_plan
from tests.conftest import MakeOnce, Nights

FOLDER = Path(__file__).parent
SIMILAR = ("0114", "0115", "0117")


def rows(name: str) -> list[dict[str, str]]:
    """Return the rows of a table in this folder."""
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def council_plans() -> tuple[Plan, ...]:
    """Return the plans in the order of their names."""
    return tuple(read_plan(folder) for folder in sorted((FOLDER / "plans").iterdir()))


def council_data() -> DataSet:
    """Return the made-up values, with all municipalities and regions."""
    values = rows("values.csv")
    members = [{"group_id": "G35001", "member_id": unit, "member_name": unit} for unit in SIMILAR]
    kpi_ids = sorted({row["kpi_id"] for row in values})
    return DataSet(
        source_kind="recorded",
        dated=date(2026, 4, 1),
        observations=pl.DataFrame(values).with_columns(
            pl.col("period").cast(pl.Int32), pl.col("value").cast(pl.Float64)
        ),
        kpis=pl.DataFrame([{"kpi_id": each, "title": f"Nyckeltal {each}"} for each in kpi_ids]),
        municipalities=public_municipalities(),
        groups=pl.DataFrame({"group_id": ["G35001"], "group_name": ["Liknande kommuner, grundskola, Göteborg, 2024"]}),
        group_members=pl.DataFrame(members),
    )


@pytest.fixture(scope="package")
def councils(make_nights: Callable[..., Nights], made_once: MakeOnce) -> Nights:
    """One published run of all plans."""

    def make(folder: Path) -> datetime:
        nights = make_nights(home=folder / "home", fake=FakeKolada(council_data()), plans=council_plans())
        assert nights.refresh().state == "published"
        return nights.now

    folder, now = made_once("councils", make)
    return make_nights(home=folder / "home", fake=FakeKolada(council_data()), plans=council_plans(), now=now)
