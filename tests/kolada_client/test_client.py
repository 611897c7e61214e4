"""The notebook's surface: frames with declared types, and questions that bring what was meant."""

from datetime import date

import httpx
import polars as pl
import pytest

import kolada_client
from kolada_client import (
    DATA_SCHEMA,
    OU_DATA_SCHEMA,
    InvalidRequest,
    KoladaClient,
    KoladaServerError,
)
from tests.kolada_client.support import Api

MUNICIPALITIES = [
    {"id": "0000", "title": "Riket", "type": "L"},
    {"id": "0001", "title": "Region Stockholm", "type": "L"},
    *({"id": f"{number:04d}", "title": f"Ort {number}", "type": "K"} for number in range(1000, 1030)),
]


def test_what_is_public_is_listed_and_documented() -> None:
    """`__all__` is sorted by kind, complete, and each of its classes and functions has a docstring."""
    modules = {"errors", "models", "client", "clock", "doctor", "doctor_report", "planner", "parsing", "urls"}
    assert len(set(kolada_client.__all__)) == len(kolada_client.__all__)
    public = {name: getattr(kolada_client, name) for name in kolada_client.__all__}
    assert [] == [name for name, thing in public.items() if callable(thing) and not thing.__doc__]
    imported = {
        name
        for name, thing in vars(kolada_client).items()
        if not name.startswith("_") and getattr(thing, "__module__", "").startswith("kolada_client")
    }
    assert imported <= set(kolada_client.__all__)
    assert modules <= set(dir(kolada_client))


def test_the_seam_has_its_names() -> None:
    """What the pipeline is built on stays where it is."""
    seam = {
        *("KoladaClient", "DataRequest", "Received", "Page", "Answer", "Failure", "Landing", "ParsedPage"),
        *("parse_data_page", "parse_kpi_page", "parse_municipality_page", "parse_group_page"),
        *("DATA_SCHEMA", "KPI_SCHEMA", "MUNICIPALITY_SCHEMA", "GROUP_SCHEMA", "plan_requests", "plan_pairs"),
        *("plan_cells", "check_kpi_id", "check_municipality_id", "InvalidIdentifier", "KoladaError"),
        *("KoladaUnreachable", "KoladaRefused", "KoladaServerError", "KoladaContractError"),
        *("KoladaDeadlineExceeded", "ManualClock", "SystemClock", "examine"),
    }
    assert seam <= set(kolada_client.__all__)


def test_data_is_one_sorted_frame(api: Api) -> None:
    """However the requests come back, the frame is sorted by its key and has the declared types."""
    units = [f"{number:04d}" for number in range(1, 61)]
    frame = api.client(api.rectangle).data(kpis=["U09800", "N15436"], municipalities=units, years=2023)
    assert pl.Schema(DATA_SCHEMA) == frame.schema
    assert frame.equals(frame.sort("kpi_id", "municipality_id", "period", "gender"))
    assert 120 == frame.height


def test_data_without_municipalities_names_them_all(api: Api) -> None:
    """So that no group rows flood the answer; the catalogue is asked for once."""

    def both(request: httpx.Request) -> httpx.Response:
        return api.page(MUNICIPALITIES) if request.url.path == "/v3/municipality" else api.rectangle(request)

    script = api.script(both)
    client = api.client(script)
    first, second = client.data(kpis="N15436"), client.data(kpis="U09800", years=range(2020, 2024))
    assert (32, 32) == (first.height, second["municipality_id"].n_unique())
    assert 1 == sum(url.endswith("/v3/municipality") for url in script.asked)
    assert all("/municipality" in url for url in script.asked)
    assert 1 + 2 + 2 == len(script.asked)


def test_years_beyond_25_and_a_date_are_put_into_each_request(api: Api) -> None:
    """30 years are two lists; from_date stands in the query of each."""
    script = api.script(api.page([]))
    frame = api.client(script).data(
        kpis=["N15436"], municipalities=["0180"], years=range(1995, 2025), from_date=date(2026, 1, 2)
    )
    assert (0, pl.Schema(DATA_SCHEMA)) == (frame.height, frame.schema)
    assert {"from_date=2026-01-02"} == {url.split("?")[1] for url in script.asked}
    assert 2 == sum(url.count(",") == 24 or url.count(",") == 4 for url in set(script.asked))


def test_a_failed_request_fails_the_frame(api: Api) -> None:
    """A frame is whole or it is not there."""

    def half(request: httpx.Request) -> httpx.Response:
        return httpx.Response(500) if "0060" in request.url.path else api.rectangle(request)

    with pytest.raises(KoladaServerError):
        api.client(half).data(kpis="N15436", municipalities=[f"{number:04d}" for number in range(1, 61)])


def test_units_of_organisations_are_asked_for_in_three_ways(api: Api) -> None:
    """By their ids, by their municipalities, or all of them in a year."""

    def answer(request: httpx.Request) -> httpx.Response:
        year = int(request.url.path.split("/year/")[1]) if "/year/" in request.url.path else 2023
        return api.page([api.row(municipality="V15E018000101", period=year, unit="ou")])

    script = api.script(answer)
    client = api.client(script)
    frames = [
        client.ou_data(kpis="N15436", ous="V15E018000101"),
        client.ou_data(kpis="N15436", municipalities=["0180"], years=2022),
        client.ou_data(kpis="N15436", years=[2021]),
    ]
    assert [pl.Schema(OU_DATA_SCHEMA)] * 3 == [frame.schema for frame in frames]
    base = "https://kolada.test/v3/oudata"
    expected = [
        f"{base}/kpi/N15436/ou/V15E018000101",
        f"{base}/kpi/N15436/municipality/0180/year/2022",
        f"{base}/kpi/N15436/year/2021",
    ]
    assert expected == script.asked
    with pytest.raises(InvalidRequest, match="not both"):
        client.ou_data(kpis="N15436", ous="V15E018000101", municipalities="0180")


def test_a_closed_client_asks_nothing(api: Api) -> None:
    """Leaving the `with` block closes the connections."""
    script = api.script(api.page([]))
    with KoladaClient("https://kolada.test/v3", transport=httpx.MockTransport(script)) as client:
        pass
    with pytest.raises(RuntimeError):
        client.municipalities()
    assert [] == script.asked
