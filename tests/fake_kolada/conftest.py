"""Fixtures of the stand-in's tests: data sets and clients."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import httpx
import polars as pl
import pytest

from fake_kolada import DataSet, FakeKolada, sample_data

Ask = Callable[..., httpx.Response]


@pytest.fixture(scope="session")
def sample() -> DataSet:
    """The built-in sample, built once."""
    return sample_data()


@pytest.fixture(scope="session")
def small() -> DataSet:
    """Two KPIs, three municipalities, a region, Riket and two groups, with few known values."""
    values: list[tuple[str, str, int, str, float | None]] = [
        ("N00001", "0000", 2020, "T", 55.5),
        ("N00001", "0114", 2020, "T", 10.0),
        ("N00001", "0114", 2020, "K", 12.0),
        ("N00001", "0114", 2020, "M", 8.0),
        ("N00001", "0114", 2021, "T", 11.25),
        ("N00001", "0115", 2020, "T", 20.0),
        ("N00001", "0115", 2020, "K", 22.0),
        ("N00001", "0117", 2020, "T", None),
        ("N00002", "0001", 2021, "T", 0.0),
        ("N00002", "0117", 2021, "T", -3.5),
    ]
    return DataSet(
        source_kind="sample",
        dated=date(2026, 1, 10),
        observations=pl.DataFrame(
            values, schema=["kpi_id", "municipality_id", "period", "gender", "value"], orient="row"
        ),
        kpis=pl.DataFrame({"kpi_id": ["N00001", "N00002"], "title": ["Första, andel (%)", "Andra, antal, år 2024"]}),
        municipalities=pl.DataFrame(
            {
                "municipality_id": ["0000", "0001", "0114", "0115", "0117"],
                "municipality_name": ["Riket", "Region Ett", "Ettstad", "Tvåstad", "Trestad"],
                "municipality_type": ["L", "L", "K", "K", "K"],
            }
        ),
        groups=pl.DataFrame(
            {
                "group_id": ["G2328", "G3000", "G3001"],
                "group_name": ["Alla kommuner (ovägt medel)", "Liknande kommuner skola, Ettstad, 2024", "Tom"],
            }
        ),
        group_members=pl.DataFrame(
            {
                "group_id": ["G2328", "G2328", "G2328", "G3000"],
                "member_id": ["0114", "0115", "0117", "0117"],
                "member_name": ["Ettstad", "Tvåstad", "Trestad", "Trestad"],
            }
        ),
        ous=pl.DataFrame(
            {"ou_id": ["V15E011400101"], "municipality_id": ["0114"], "title": ["En skola"]},
        ),
        ou_observations=pl.DataFrame(
            {
                "kpi_id": ["N00001"],
                "ou_id": ["V15E011400101"],
                "period": [2020],
                "gender": ["T"],
                "value": [77.0],
            }
        ),
    )


@pytest.fixture
def ask() -> Iterator[Callable[..., Ask]]:
    """Give a function that opens a client on an in-process stand-in; its paths are below /v3."""
    clients: list[httpx.Client] = []

    def open_client(fake: FakeKolada) -> Ask:
        client = httpx.Client(transport=fake.transport(), base_url="http://kolada.test/v3")
        clients.append(client)
        return client.get

    yield open_client
    for client in clients:
        client.close()


@pytest.fixture
def all_pages() -> Callable[[Ask, str], list[dict[str, Any]]]:
    """Give a function that follows next_url to the end and returns all pages."""

    def follow(get: Ask, path: str) -> list[dict[str, Any]]:
        pages = []
        url: str | None = path
        while url is not None:
            page = get(url).raise_for_status().json()
            pages.append(page)
            url = page["next_url"]
        return pages

    return follow


@pytest.fixture
def cells() -> Callable[[list[dict[str, Any]]], list[tuple[Any, ...]]]:
    """Give a function that returns values as flat tuples (kpi, unit, period, gender, value), in order."""

    def flatten(rows: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
        return [
            (row["kpi"], row["municipality"], row["period"], value["gender"], value["value"])
            for row in rows
            for value in row["values"]
        ]

    return flatten
