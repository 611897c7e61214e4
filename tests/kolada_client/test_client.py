"""The methods that a notebook calls: frames with declared types, and requests for what the caller named."""

from datetime import date
from typing import Any

import httpx
import polars as pl
import pytest

import kolada_client
from kolada_client import (
    DATA_SCHEMA,
    KPI_SCHEMA,
    OU_DATA_SCHEMA,
    InvalidRequest,
    KoladaClient,
    KoladaNotFound,
    KoladaServerError,
    UnknownIdentifier,
)
from tests.kolada_client.support import Api

MUNICIPALITIES = [
    {"id": "0000", "title": "Riket", "type": "L"},
    {"id": "0001", "title": "Region Stockholm", "type": "L"},
    *({"id": f"{number:04d}", "title": f"Ort {number}", "type": "K"} for number in range(1000, 1030)),
]


def test_what_is_public_is_listed_and_documented() -> None:
    """`__all__` is complete and free of duplicates, and each of its classes and functions has a docstring."""
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
    """The names that the pipeline imports are public."""
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
    """The frame is sorted by its key and has the declared types, in whatever order the responses arrive."""
    units = [f"{number:04d}" for number in range(1, 61)]
    frame = api.client(api.rectangle).data(kpis=["U09800", "N15436"], municipalities=units, years=2023)
    assert pl.Schema(DATA_SCHEMA) == frame.schema
    assert frame.equals(frame.sort("kpi_id", "municipality_id", "period", "gender"))
    assert 120 == frame.height


def test_data_without_municipalities_names_them_all(api: Api) -> None:
    """Without municipalities, each request names all of them, so no group rows arrive; their catalogue is read once."""

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
    """30 years take two requests, each with `from_date`; a response without changes gives an empty frame."""
    script = api.script(known)
    frame = api.client(script).data(
        kpis=["N15436"], municipalities=["0180"], years=range(1995, 2025), from_date=date(2026, 1, 2)
    )
    assert (0, pl.Schema(DATA_SCHEMA)) == (frame.height, frame.schema)
    asked = {url for url in script.asked if "/data/" in url}
    assert {"from_date=2026-01-02"} == {url.split("?")[1] for url in asked}
    assert 2 == sum(url.count(",") == 24 or url.count(",") == 4 for url in asked)


def known(request: httpx.Request) -> httpx.Response:
    """Return the response of a Kolada that has catalogues but no values."""
    table, *ids = request.url.path.removeprefix("/v3/").split("/")
    entries = {
        "kpi": {"N15436": kpi_entry("N15436", "Elever i åk 9, andel (%)", "Källa: SCB")},
        "municipality": {"0180": {"id": "0180", "title": "Stockholm", "type": "K"}},
        "municipality_groups": {"G2328": {"id": "G2328", "title": "Alla", "members": []}},
        "ou": {"V15E018000101": {"id": "V15E018000101", "title": "En skola", "municipality": "0180"}},
    }.get(table, {})
    wanted = ids[0].split(",") if ids else list(entries)
    found = [entries[each] for each in wanted if each in entries]
    return Api().page(found)


def kpi_entry(kpi_id: str, title: str, description: str) -> dict[str, Any]:
    """Return a KPI of the catalogue."""
    absent = dict.fromkeys(["auspice", "operating_area", "perspective", "prel_publication_date", "publ_period"])
    told = {"id": kpi_id, "title": title, "description": description, "publication_date": None}
    return {**absent, **told, "is_divided_by_gender": True, "municipality_type": "K", "has_ou_data": False}


@pytest.mark.parametrize(
    ("kpis", "units", "unknown"),
    [
        ("N99999", "0180", ("N99999",)),
        (["N15436", "N99999"], ["0180", "0999"], ("N99999",)),
        ("N15436", ["0180", "0999"], ("0999",)),
        ("N15436", ["G2328", "G9999"], ("G9999",)),
    ],
)
def test_an_id_that_kolada_does_not_have_is_an_error(api: Api, kpis: Any, units: Any, unknown: tuple[str, ...]) -> None:
    """An unknown KPI or municipality raises an error that names it, instead of giving an empty frame."""
    with pytest.raises(UnknownIdentifier, match=f"no entry for `{unknown[0]}`") as caught:
        api.client(known).data(kpis=kpis, municipalities=units)
    assert unknown == caught.value.ids


def test_a_404_for_unknown_ids_names_them(api: Api) -> None:
    """A 404 for unknown ids names them in the same message; a 404 for known ids stays `KoladaNotFound`."""

    def refuses(request: httpx.Request) -> httpx.Response:
        return httpx.Response(404, json={"detail": "x"}) if "/data/" in request.url.path else known(request)

    with pytest.raises(UnknownIdentifier, match="`N99999`"):
        api.client(refuses).data(kpis=["N15436", "N99999"], municipalities="0180")
    with pytest.raises(KoladaNotFound):
        api.client(refuses).data(kpis="N15436", municipalities="0180")


@pytest.mark.parametrize("named", [{"ous": "V15E018000999"}, {"municipalities": ["0180", "0999"]}])
def test_unknown_organisations_are_errors(api: Api, named: dict[str, Any]) -> None:
    """An unknown organisational unit or municipality raises an error; a known one without values gives no rows."""
    with pytest.raises(UnknownIdentifier, match=r"`V15E018000999`|`0999`"):
        api.client(known).ou_data(kpis="N15436", **named)
    assert 0 == api.client(known).ou_data(kpis="N15436", ous="V15E018000101").height


def test_known_ids_are_looked_up_once(api: Api) -> None:
    """An id without values is looked up in the catalogue once per client."""
    script = api.script(known)
    client = api.client(script)
    frames = [client.data(kpis="N15436", municipalities="0180", years=year) for year in (2022, 2023)]
    assert [0, 0] == [frame.height for frame in frames]
    assert 1 == sum(url.endswith("/kpi/N15436") for url in script.asked)
    assert 1 == sum(url.endswith("/municipality/0180") for url in script.asked)


def test_a_search_looks_in_titles_and_descriptions(api: Api) -> None:
    """A search matches every word in any case and order, lists title hits first, and reads the catalogue once."""
    kpis = [
        kpi_entry("N00001", "Elever i grundskola, antal", "Källa: Skolverket. Åk 9."),
        kpi_entry("N00002", "Åk 9: elever med behörighet, andel (%)", "Källa: SCB"),
        kpi_entry("N00003", "Invånare, antal", "Källa: SCB"),
    ]
    script = api.script(api.page(kpis))
    client = api.client(script)
    found = {text: client.search(text)["kpi_id"].to_list() for text in ("åk ELEVER", "antal scb", "(%)", "vård")}
    assert {"åk ELEVER": ["N00002", "N00001"], "antal scb": ["N00003"], "(%)": ["N00002"], "vård": []} == found
    assert (1, pl.Schema(KPI_SCHEMA)) == (len(script.asked), client.search("vård").schema)
    with pytest.raises(InvalidRequest, match="no word"):
        client.search(" ")


def test_a_failed_request_fails_the_frame(api: Api) -> None:
    """If one request fails, no frame is returned."""

    def half(request: httpx.Request) -> httpx.Response:
        return httpx.Response(500) if "0060" in request.url.path else api.rectangle(request)

    with pytest.raises(KoladaServerError):
        api.client(half).data(kpis="N15436", municipalities=[f"{number:04d}" for number in range(1, 61)])


def test_units_of_organisations_are_asked_for_in_three_ways(api: Api) -> None:
    """Organisational units are requested by their ids, by their municipalities, or all of them in a year."""

    def answer(request: httpx.Request) -> httpx.Response:
        if "/data" not in request.url.path and "/oudata" not in request.url.path:
            return known(request)
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
    assert expected == [url for url in script.asked if "/oudata/" in url]
    with pytest.raises(InvalidRequest, match="not both"):
        client.ou_data(kpis="N15436", ous="V15E018000101", municipalities="0180")


def test_a_closed_client_asks_nothing(api: Api) -> None:
    """A client whose `with` block has ended sends no request."""
    script = api.script(api.page([]))
    with KoladaClient("https://kolada.test/v3", transport=httpx.MockTransport(script)) as client:
        pass
    with pytest.raises(RuntimeError):
        client.municipalities()
    assert [] == script.asked
