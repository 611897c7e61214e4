"""Paging: each row exactly once, absolute links, correct counts."""

import pytest

from fake_kolada import ContractChoices, FakeKolada


@pytest.mark.parametrize("size", [1, 7, 100, 4999])
def test_pages_of_any_size_sum_up_to_the_whole_exactly_once(sample, ask, all_pages, size):
    """With any page size the pages together have each row once, in one order."""
    path = "/data/kpi/N15436,U31462/municipality/0114,1489,G2328,G33623"
    get = ask(FakeKolada(sample))
    whole = get(path).json()["values"]
    pages = all_pages(get, f"{path}?per_page={size}")
    assert whole == [row for page in pages for row in page["values"]]
    assert [len(page["values"]) for page in pages] == [page["count"] for page in pages]
    assert all(page["count"] == size for page in pages[:-1])


def test_the_default_page_holds_five_thousand_rows(sample, ask, all_pages):
    """Without per_page a full page has 5,000 rows, and all cells of the request are returned."""
    kpi_ids = ",".join(sample.kpis["kpi_id"].to_list())
    units = sample.municipalities["municipality_id"].to_list()[30:55]
    pages = all_pages(ask(FakeKolada(sample)), f"/data/kpi/{kpi_ids}/municipality/{','.join(units)}")
    assert 5000 == pages[0]["count"]
    assert len(pages) > 1
    served = sample.observations["kpi_id"].is_in(sample.kpis["kpi_id"].to_list())
    wanted = sample.observations.filter(served & sample.observations["municipality_id"].is_in(units))
    assert wanted.height == sum(len(row["values"]) for page in pages for row in page["values"])


def test_all_of_a_kpi_with_every_group_pages_through(sample, ask, all_pages):
    """A request without municipalities returns all rows over its pages, group rows included."""
    pages = all_pages(ask(FakeKolada(sample)), "/data/kpi/N15436,N07418/year/2021,2022,2023")
    keys = [(row["kpi"], row["period"], row["municipality"]) for page in pages for row in page["values"]]
    assert len(pages) > 2
    assert sorted(set(keys)) == keys
    units = {unit for _, _, unit in keys}
    assert set(sample.groups["group_id"]) <= units


def test_links_are_absolute_and_null_at_the_ends(small, ask):
    """next_url and previous_url are absolute URLs on the requested host, and null without a page."""
    get = ask(FakeKolada(small))
    first = get("/municipality?per_page=2").json()
    assert None is first["previous_url"]
    assert "http://kolada.test/v3/municipality?per_page=2&page=2" == first["next_url"]
    second = get(first["next_url"]).json()
    assert "http://kolada.test/v3/municipality?per_page=2&page=1" == second["previous_url"]
    last = get(second["next_url"]).json()
    assert (1, None) == (last["count"], last["next_url"])


def test_a_page_that_ends_with_the_rows_has_no_further_one(small, ask):
    """Five rows in pages of five have no further page."""
    page = ask(FakeKolada(small))("/municipality?per_page=5").json()
    assert (5, None) == (page["count"], page["next_url"])


def test_a_page_past_the_end_is_empty(small, ask):
    """Page 9 of a one-page response is 200 without rows, for data and catalogue."""
    get = ask(FakeKolada(small))
    for path in ("/data/kpi/N00001/municipality/0114?page=9", "/kpi?page=9"):
        answer = get(path)
        assert (200, 0, None) == (answer.status_code, answer.json()["count"], answer.json()["next_url"]), path


def test_the_catalogue_pages_too(sample, ask, all_pages):
    """The groups are paged, each once, with their members."""
    pages = all_pages(ask(FakeKolada(sample)), "/municipality_groups?per_page=500")
    ids = [row["id"] for page in pages for row in page["values"]]
    assert sample.groups["group_id"].to_list() == ids


def test_a_smaller_cap_is_the_default_page(small, ask):
    """A contract with a small page cap gives small pages without per_page."""
    fake = FakeKolada(small, contract=ContractChoices(page_cap=3))
    page = ask(fake)("/municipality").json()
    assert (3, "http://kolada.test/v3/municipality?page=2") == (page["count"], page["next_url"])


@pytest.mark.parametrize("query", ["page=0", "page=x", "per_page=0", "per_page=-1", "page=99999999999999999999"])
def test_paging_that_makes_no_sense_is_refused(small, ask, query):
    """A page or page size that is not a positive number gets 422."""
    assert 422 == ask(FakeKolada(small))(f"/kpi?{query}").status_code
