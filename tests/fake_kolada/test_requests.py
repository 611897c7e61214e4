"""Requests: what they may name, and which are refused."""

import pytest

from fake_kolada import SOURCE_HEADER, FakeKolada


def ids(answer):
    """Return the ids of a catalogue response."""
    return [row["id"] for row in answer.json()["values"]]


def test_the_catalogue_by_ids_gives_the_known_ones(small, ask):
    """Unknown ids among known ones are left out."""
    assert ["N00002"] == ids(ask(FakeKolada(small))("/kpi/N99999,N00002"))


def test_a_title_is_found_by_a_part_of_it(small, ask):
    """The title filter finds a part in any case, and reads no pattern."""
    get = ask(FakeKolada(small))
    assert ["N00001"] == ids(get("/kpi", params={"title": "FÖRSTA"}))
    assert ["N00001"] == ids(get("/kpi", params={"title": "(%)"}))
    assert ["0114"] == ids(get("/municipality", params={"title": "ettstad"}))
    assert ["G3000"] == ids(get("/municipality_groups", params={"title": "liknande"}))


def test_the_region_type_filter_keeps_riket_with_the_regions(small, ask):
    """Riket has type L, as in the API."""
    get = ask(FakeKolada(small))
    assert ["0000", "0001"] == ids(get("/municipality?region_type=L"))
    assert ["0114", "0115", "0117"] == ids(get("/municipality?region_type=K"))


def test_units_are_found_by_municipality(sample, ask):
    """Organisational units can be filtered by municipality."""
    rows = ask(FakeKolada(sample))("/ou?municipality=0114").json()["values"]
    assert [["id", "municipality", "title"]] * 2 == [list(row) for row in rows]
    assert {"0114"} == {row["municipality"] for row in rows}


def test_groups_carry_members_and_the_memberless_an_empty_list(small, ask):
    """A group has its members with id and title, and one without members an empty list."""
    rows = ask(FakeKolada(small))("/municipality_groups/G3000,G3001").json()["values"]
    assert [[{"member_id": "0117", "member_title": "Trestad"}], []] == [row["members"] for row in rows]


def test_kpi_groups_may_hold_members_that_are_in_no_catalogue(sample, ask):
    """A KPI group may have KPIs that are not in the catalogue."""
    get = ask(FakeKolada(sample))
    members = {member["member_id"] for row in get("/kpi_groups").json()["values"] for member in row["members"]}
    assert {"U00413", "U00442"} == members - set(ids(get("/kpi")))


def test_a_kpi_row_has_the_twelve_fields_in_order(small, ask):
    """A KPI has exactly the twelve fields of version 3, in order."""
    (row,) = ask(FakeKolada(small))("/kpi/N00001").json()["values"]
    assert [
        "id",
        "title",
        "description",
        "is_divided_by_gender",
        "municipality_type",
        "auspice",
        "operating_area",
        "perspective",
        "prel_publication_date",
        "publication_date",
        "publ_period",
        "has_ou_data",
    ] == list(row)


@pytest.mark.parametrize(
    "path",
    [
        "/data/kpi/N00001/municipality/0114/year/2020",
        "/data/kpi/N00001/municipality/0114",
        "/data/municipality/0114/year/2020",
        "/data/kpi/N00001/year/2020",
        "/data/?kpi_id=N00001&municipality_id=0114",
        "/data/?municipality_id=0114&year=2020",
        "/data/?municipality_id=0114&municipality_id=0115&kpi_id=N00001&kpi_id=N00002&year=2020",
    ],
)
def test_every_way_to_ask_for_a_cell_gives_it(small, ask, cells, path):
    """Each path and query form returns the value of N00001 in 0114 for 2020."""
    found = cells(ask(FakeKolada(small))(path).json()["values"])
    assert ("N00001", "0114", 2020, "T", 10.0) in found


@pytest.mark.parametrize(
    "path",
    [
        "/data/kpi/N00001",
        "/data/municipality/0114",
        "/data/municipality/0114/kpi/N00001",
        "/data/kpi//year/2020",
        "/oudata/kpi/N00001",
        "/kpi/N00001/N00002",
        "/nothing",
    ],
)
def test_a_path_that_names_too_little_or_nothing_known_is_404(small, ask, path):
    """A path with only one of KPI, unit and year, or an unknown path, is 404."""
    answer = ask(FakeKolada(small))(path)
    assert (404, {"detail": "Not Found"}) == (answer.status_code, answer.json())


@pytest.mark.parametrize(
    "query", ["kpi_id=N00001&municipality=0114", "municipality=0114", "kpi_id=N00001", "kpi=N00001&years=2020", ""]
)
def test_a_misspelt_parameter_is_an_empty_success(small, ask, query):
    """An unknown query parameter is ignored, so the response is 200 without rows."""
    answer = ask(FakeKolada(small))(f"/data/?{query}")
    assert (200, []) == (answer.status_code, answer.json()["values"])


def test_a_comma_is_no_separator_in_a_query(small, ask):
    """In the query style a list is a repeated parameter; a comma list is one unknown id."""
    assert [] == ask(FakeKolada(small))("/data/?kpi_id=N00001,N00002&year=2020").json()["values"]


def test_the_query_style_takes_a_region_type(small, ask):
    """region_type keeps units of that type and leaves out groups."""
    rows = ask(FakeKolada(small))("/data/?kpi_id=N00001&year=2020&region_type=K").json()["values"]
    assert ["0114", "0115", "0117"] == [row["municipality"] for row in rows]


@pytest.mark.parametrize(
    "path",
    [
        "/kpi/{}",
        "/municipality/{}",
        "/municipality_groups/{}",
        "/kpi_groups/{}",
        "/ou/{}",
        "/data/kpi/{}/year/2020",
        "/data/kpi/N00001/municipality/{}",
        "/oudata/ou/{}/year/2020",
    ],
)
def test_twenty_five_are_taken_and_twenty_six_refused(small, ask, path):
    """Every list accepts 25 items and refuses 26 with FastAPI's 422."""
    get = ask(FakeKolada(small))
    assert 200 == get(path.format(",".join(["N00001"] * 25))).status_code
    refused = get(path.format(",".join(["N00001"] * 26)))
    (detail,) = refused.json()["detail"]
    assert (422, "too_long", 25, 26) == (
        refused.status_code,
        detail["type"],
        detail["ctx"]["max_length"],
        detail["ctx"]["actual_length"],
    )


def test_years_are_limited_too(small, ask):
    """26 years are refused, in the path and in the query."""
    get = ask(FakeKolada(small))
    years = [str(year) for year in range(2000, 2026)]
    assert 422 == get(f"/data/kpi/N00001/year/{','.join(years)}").status_code
    assert 422 == get("/data/", params={"kpi_id": "N00001", "year": years}).status_code


@pytest.mark.parametrize("path", ["/data/kpi/N00001/year/tjugo", "/data/kpi/N00001/year/2020?from_date=igår"])
def test_a_year_or_date_that_is_none_is_refused(small, ask, path):
    """Letters for a year and words for a date get 422."""
    assert 422 == ask(FakeKolada(small))(path).status_code


def test_from_date_gives_what_changed_since(small, ask, cells):
    """from_date keeps rows with a value changed on that day or later, group rows included."""
    fake = FakeKolada(small, changes=["revised:N00001/0115/2020/T=21"])
    get = ask(fake)
    path = "/data/kpi/N00001/municipality/0114,0115,0117/year/2020"
    assert 3 == get(f"{path}?from_date=2026-01-10").json()["count"]
    (row,) = get(f"{path}?from_date=2026-01-11").json()["values"]
    assert {("N00001", "0115", 2020, "T", 21.0), ("N00001", "0115", 2020, "K", 22.0)} == set(cells([row]))
    assert 0 == get(f"{path}?from_date=2026-01-12").json()["count"]


@pytest.mark.parametrize("path", ["/v2", "/v2/kpi", "/v2/data/kpi/N00001/year/2020"])
def test_version_two_is_gone(small, ask, path):
    """Every path of version 2 is 410."""
    assert 410 == ask(FakeKolada(small))(f"http://kolada.test{path}").status_code


def test_a_slash_too_many_or_too_few_is_redirected(small, ask):
    """/data without a slash and /kpi/ with one are redirected with their query."""
    get = ask(FakeKolada(small))
    assert "http://kolada.test/v3/data/?kpi_id=N00001" == get("/data?kpi_id=N00001").headers["location"]
    assert 307 == get("/kpi/?title=x").status_code


def test_the_description_names_every_path(small, ask):
    """The OpenAPI document has all paths and their list limit."""
    paths = ask(FakeKolada(small))("/openapi.json").json()["paths"]
    assert 10 + 9 + 2 == len(paths)
    listed = paths["/v3/data/kpi/{kpi}/year/{year}"]["get"]["parameters"][0]
    assert ("kpi", 25) == (listed["name"], listed["schema"]["maxItems"])


@pytest.mark.parametrize("path", ["/kpi", "/nothing", "/data/kpi/N00001/year/x", "http://kolada.test/v2/kpi"])
def test_every_answer_says_what_its_values_are(small, ask, path):
    """Responses of every status have the source header."""
    assert "sample" == ask(FakeKolada(small))(path).headers[SOURCE_HEADER]
