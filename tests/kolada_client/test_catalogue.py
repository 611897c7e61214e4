"""The catalogues: declared types, exact ids, and which deviations are accepted."""

import json
from datetime import date
from typing import Any

import httpx
import polars as pl
import pytest

from kolada_client import (
    GROUP_SCHEMA,
    KPI_SCHEMA,
    MUNICIPALITY_SCHEMA,
    OU_SCHEMA,
    InvalidRequest,
    KoladaContractError,
    KoladaUnreadable,
    UnknownIdentifier,
    parse_group_page,
    parse_kpi_page,
    parse_municipality_page,
    parse_ou_page,
    parse_page,
)
from tests.kolada_client.support import Api

URL = "https://kolada.test/v3/kpi"
KPI: dict[str, Any] = {
    "id": "N00945",
    "title": "Påhittat nyckeltal, andel (%) (- 2022)",
    "description": "Rad ett\\nrad två. Källa: Ingen.",
    "is_divided_by_gender": True,
    "municipality_type": "A",
    "auspice": None,
    "operating_area": "Befolkning",
    "perspective": None,
    "prel_publication_date": None,
    "publication_date": "2027-01-19",
    "publ_period": "2026",
    "has_ou_data": False,
}


def test_a_kpi_has_declared_types(api: Api) -> None:
    """Dates are dates, the period is a year, and a literal backslash-n stays two characters."""
    page = parse_kpi_page(api.json([KPI]), URL)
    assert pl.Schema(KPI_SCHEMA) == page.frame.schema
    row = page.frame.row(0, named=True)
    assert (date(2027, 1, 19), None, 2026) == (
        row["publication_date"],
        row["prel_publication_date"],
        row["publ_period"],
    )
    assert ("N00945", KPI["title"], "Rad ett\\nrad två. Källa: Ingen.", None) == (
        row["kpi_id"],
        row["title"],
        row["description"],
        row["perspective"],
    )


def test_titles_may_repeat_and_ids_may_not(api: Api) -> None:
    """Two KPIs may share a title; an id that occurs twice breaks the contract."""
    twin = KPI | {"id": "N00946"}
    assert 2 == parse_kpi_page(api.json([KPI, twin]), URL).frame.height
    with pytest.raises(KoladaContractError, match="`N00945`, which came before"):
        parse_kpi_page(api.json([KPI, KPI]), URL)


def test_a_date_that_is_none_costs_no_night(api: Api) -> None:
    """A date or period that cannot be read becomes null and is remarked."""
    odd = KPI | {"publication_date": "hösten", "publ_period": "2025/26"}
    page = parse_kpi_page(api.json([odd]), URL)
    assert (None, None) == page.frame.select("publication_date", "publ_period").row(0)
    assert (True, True) == tuple("read as null" in remark for remark in page.remarks)


@pytest.mark.parametrize(
    ("title", "meant"),
    [
        ("Elever i Ã¥k 9 som Ã¤r behÃ¶riga", "Elever i åk 9 som är behöriga"),
        ("Ã…ldre, andel (%)", "Åldre, andel (%)"),
        ("Ã\x84ldre", "Äldre"),
    ],
)
def test_a_title_that_was_encoded_twice_is_kept_and_remarked(api: Api, title: str, meant: str) -> None:
    """A title that was UTF-8 encoded twice is kept as received; the remark shows the KPI, the title and its fix."""
    page = parse_kpi_page(api.json([KPI | {"title": title}]), URL)
    assert title == page.frame["title"][0]
    shown = title.replace("\x84", "\\x84")
    assert (f"KPI `N00945` has the title `{shown}`, whose UTF-8 was encoded twice: it reads `{meant}`",) == page.remarks


@pytest.mark.parametrize("title", ["Ändå, förr och åter (%)", "Ã", "São Paulo", "Ãrligt", "€ per invånare", "ﬁ"])
def test_a_title_in_order_is_not_remarked(api: Api, title: str) -> None:
    """A title with Swedish letters, letters of other languages or symbols gets no remark."""
    assert () == parse_kpi_page(api.json([KPI | {"title": title}]), URL).remarks


def test_an_id_of_a_new_form_costs_no_night(api: Api) -> None:
    """An id of an unknown form is kept and remarked; one that cannot be listed in a URL breaks the contract."""
    page = parse_kpi_page(api.json([KPI | {"id": "K15856"}]), URL)
    assert ["K15856"] == page.frame["kpi_id"].to_list()
    assert ("KPI `K15856` has an id of a form not met before, so it is not asked for",) == page.remarks
    for odd in ("", "N1,N2", "../x", "N00945 ", "N\x0000945", "x" * 65, "N?", "\ud800"):
        with pytest.raises(KoladaContractError, match=r"values\[0\]\.id"):
            parse_kpi_page(api.json([KPI | {"id": odd}]), URL)


def test_remarks_and_unknown_fields_without_measure_are_counted(api: Api) -> None:
    """A page with a thousand deviations lists the first fifty and counts the rest."""
    odd = [KPI | {"id": f"N{number:05d}", "publ_period": "x" * 1000} for number in range(1000)]
    page = parse_kpi_page(api.json([odd[0] | {f"new{number}": 1 for number in range(1000)}, *odd[1:]]), URL)
    assert (51, "950 more remarks of this kind", 50) == (len(page.remarks), page.remarks[-1], len(page.unknown_fields))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"id": None}, "id is `null`"),
        ({"title": "\ud83d"}, '`"\\ud83d"` instead of text'),
        ({"description": "a\udc00"}, '`"a\\udc00"` instead of text'),
        ({"id": 15436}, "`15436` instead of text"),
        ({"is_divided_by_gender": 1}, "`1` instead of true or false"),
        ({"has_ou_data": None}, "has_ou_data is `null`"),
        ({"publ_period": 2026}, "`2026` instead of text"),
        ({"title": None}, "title is `null`"),
    ],
)
def test_a_kpi_of_other_types_breaks_the_contract(api: Api, change: dict[str, Any], said: str) -> None:
    """A field of another type, such as v2's 0 and 1 for flags, breaks the contract."""
    with pytest.raises(KoladaContractError) as caught:
        parse_kpi_page(api.json([KPI | change]), URL)
    assert said in str(caught.value)


def test_a_field_that_v2_had_is_missed_or_reported(api: Api) -> None:
    """v2's `auspices` means that `auspice` is missing; v2's `ou_publication_date` is reported as an unknown field."""
    renamed = {("auspices" if name == "auspice" else name): value for name, value in KPI.items()}
    with pytest.raises(KoladaContractError, match="has no field `auspice`"):
        parse_kpi_page(api.json([renamed]), URL)
    page = parse_kpi_page(api.json([KPI | {"ou_publication_date": None}]), URL)
    assert ("values[].ou_publication_date",) == page.unknown_fields


def test_municipalities_keep_ids_types_and_riket(api: Api) -> None:
    """Ids keep their leading zeros, and Riket (`0000`) has type L like the regions."""
    rows = [
        {"id": "0000", "title": "Riket", "type": "L"},
        {"id": "0001", "title": "Region Stockholm", "type": "L"},
        {"id": "0180", "title": "Stockholm", "type": "K"},
    ]
    page = parse_municipality_page(api.json(rows), URL)
    assert pl.Schema(MUNICIPALITY_SCHEMA) == page.frame.schema
    assert [tuple(row.values()) for row in rows] == page.frame.rows()


def test_groups_are_long_and_none_vanishes(api: Api) -> None:
    """Each member is one row, and a group without members is one row without a member."""
    rows = [
        {"id": "G2328", "title": "Alla", "members": [{"member_id": "0180", "member_title": "Stockholm"}]},
        {"id": "G2329", "title": "Ingen", "members": []},
    ]
    page = parse_group_page(api.json(rows), URL)
    assert pl.Schema(GROUP_SCHEMA) == page.frame.schema
    assert [("G2328", "Alla", "0180", "Stockholm"), ("G2329", "Ingen", None, None)] == page.frame.rows()
    assert 2 == page.row_count


def test_a_member_named_twice_is_one_member(api: Api) -> None:
    """A member listed twice becomes one row and a remark."""
    member = {"member_id": "N00945", "member_title": "x"}
    page = parse_group_page(api.json([{"id": "G2KPI1", "title": "y", "members": [member, member]}]), URL)
    assert (1, ("group `G2KPI1` names a member twice",)) == (page.frame.height, page.remarks)


@pytest.mark.parametrize(
    ("members", "said"),
    [
        ([{"id": "0180", "title": "Stockholm"}], "has no field `member_id`"),
        ([None], "instead of an object"),
        (None, "members is `null`"),
    ],
)
def test_members_of_another_shape_break_the_contract(api: Api, members: object, said: str) -> None:
    """Members with v2's field names, or of another type, break the contract."""
    with pytest.raises(KoladaContractError) as caught:
        parse_group_page(api.json([{"id": "G2328", "title": "Alla", "members": members}]), URL)
    assert said in str(caught.value)


def test_organisational_units_name_their_municipality(api: Api) -> None:
    """The municipality of an organisational unit comes from its field, not from its id."""
    rows = [{"id": "V11E0001", "municipality": "0180", "title": "Abrahamsbergsskolan"}]
    page = parse_ou_page(api.json(rows), URL)
    assert pl.Schema(OU_SCHEMA) == page.frame.schema
    assert [("V11E0001", "Abrahamsbergsskolan", "0180")] == page.frame.rows()


def test_kept_bytes_are_read_again_by_their_url(api: Api) -> None:
    """Stored bytes are parsed without a client: the URL's path names the table."""
    base, kpi = "https://kolada.test/v3", api.json([KPI])
    assert parse_kpi_page(kpi, URL).frame.equals(parse_page(kpi, f"{base}/kpi/N00945?page=2").frame)
    data = api.json([api.row()])
    assert 1 == parse_page(data, f"{base}/data/kpi/N15436/municipality/0180").frame.height
    ou = api.json([api.row(municipality="V15E018000101", unit="ou")])
    assert "ou_id" in parse_page(ou, "http://127.0.0.1:8000/v3/oudata/kpi/N15436/year/2023").frame.columns
    for table in ("kpi_groups", "municipality_groups", "municipality", "ou"):
        assert 0 == parse_page(api.json([]), f"{base}/{table}").row_count
    with pytest.raises(InvalidRequest, match="names no table"):
        parse_page(data, "https://kolada.test/v3/")


def test_more_than_25_ids_are_asked_for_in_lists(api: Api) -> None:
    """60 ids take three requests, and an id that is given twice is requested once."""

    def kpis(request: httpx.Request) -> httpx.Response:
        return api.page([KPI | {"id": kpi} for kpi in request.url.path.split("/")[-1].split(",")])

    script = api.script(kpis)
    wanted = [f"N{number:05d}" for number in range(60)]
    frame = api.client(script).kpis([*wanted, wanted[0]])
    assert (60, 3) == (frame.height, len(script.asked))


def test_unknown_ids_are_errors(api: Api) -> None:
    """An id that the catalogue lacks is named in the error, whether the API returns 200 or 404."""

    def refuses(request: httpx.Request) -> httpx.Response:
        ids = request.url.path.split("/")[-1].split(",")
        if "N00002" in ids:
            return httpx.Response(404, json={"detail": "Not found"})
        return api.page([KPI | {"id": kpi} for kpi in ids])

    for handler, ids in ((refuses, ["N00001", "N00002", "N00003"]), (api.script(api.page([])), "N00002")):
        with pytest.raises(UnknownIdentifier, match="no entry for `N00002`") as caught:
            api.client(handler).kpis(ids)
        assert ("N00002",) == caught.value.ids


def test_searches_say_what_they_mean_in_the_query(api: Api) -> None:
    """Search texts are percent-encoded, and the query parameters have v3's names."""
    script = api.script(api.page([]))
    client = api.client(script)
    client.kpis(title="Andel & å")
    client.municipalities(region_type="L")
    client.ous(title="skola", municipality="0180")
    with pytest.raises(UnknownIdentifier):
        client.kpi_groups(["G2KPI150159"])
    client.municipality_groups(title="x")
    base = "https://kolada.test/v3"
    expected = [
        f"{base}/kpi?title=Andel%20%26%20%C3%A5",
        f"{base}/municipality?region_type=L",
        f"{base}/ou?title=skola&municipality=0180",
        f"{base}/kpi_groups/G2KPI150159",
        f"{base}/municipality_groups?title=x",
    ]
    assert expected == list(dict.fromkeys(script.asked))


@pytest.mark.parametrize(
    "search", [{"region_type": "R"}, {"region_type": "alla"}], ids=lambda search: str(search["region_type"])
)
def test_a_region_type_that_kolada_does_not_have_is_refused(api: Api, search: dict[str, Any]) -> None:
    """A region type other than K or L is refused, because the API would return an empty list."""
    with pytest.raises(InvalidRequest):
        api.client(api.script(api.page([]))).municipalities(**search)


def test_an_id_on_two_pages_of_a_catalogue_is_an_error(api: Api) -> None:
    """If an id occurs on two pages of a catalogue, the catalogue is requested again and the second reading counts."""
    first = api.page([KPI], next_url=f"{URL}?page=2")
    second = KPI | {"id": "N00946"}
    script = api.script(first, api.page([KPI, second]), first, api.page([second]))
    assert ["N00945", "N00946"] == api.client(script).kpis()["kpi_id"].to_list()


def test_an_error_envelope_is_no_empty_catalogue(api: Api) -> None:
    """An error document is never read as an empty catalogue, whatever its status."""
    with pytest.raises(KoladaUnreadable, match="an error in the place of rows"):
        parse_kpi_page(json.dumps({"detail": "x"}).encode(), URL)
    with pytest.raises(KoladaContractError, match="has no field `values`"):
        parse_kpi_page(json.dumps({"rows": []}).encode(), URL)
    assert 0 == parse_kpi_page(api.json([]), URL).row_count
