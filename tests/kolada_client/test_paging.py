"""Paging: which links are followed, and how the last page is proved."""

from typing import Any

import httpx
import pytest

from kolada_client import (
    CatalogueRequest,
    DataRequest,
    KoladaContractError,
    KoladaServerError,
    ManualClock,
)
from tests.kolada_client.support import REQUEST, URL, Api

BIG = DataRequest(tuple(f"N{kpi:05d}" for kpi in range(25)), tuple(f"{unit:04d}" for unit in range(25)))


def test_next_links_are_followed_to_the_end(api: Api) -> None:
    """Three linked pages make one answer, in order."""
    script = api.script(
        api.page([api.row(period=2021)], next_url=f"{URL}?page=2&per_page=5000"),
        api.page([api.row(period=2022)], next_url=f"{URL}?page=3&per_page=5000"),
        api.page([api.row(period=2023)]),
    )
    answer = api.client(script).answer(REQUEST)
    assert [2021, 2022, 2023] == answer.frame["period"].to_list()
    assert [URL, f"{URL}?page=2&per_page=5000", f"{URL}?page=3&per_page=5000"] == script.asked
    assert [1, 1, 1] == [page.row_count for page in answer.pages]


def test_pages_come_one_by_one_and_are_accepted_one_by_one(api: Api) -> None:
    """`pages` requests a page only when the caller wants it, and accepts each page separately."""
    landing = api.landing()
    script = api.script(api.page([api.row()], next_url=f"{URL}?page=2"), api.page([api.row(period=2022)]))
    pages = api.client(script, landing=landing).pages(REQUEST)
    next(pages)
    assert (1, {"r1": 1}) == (len(script.asked), landing.accepted)
    assert [2] == [len(script.asked) for _ in pages]


def test_a_full_page_without_a_next_link_is_no_end(api: Api) -> None:
    """After a page of exactly 5,000 entries without a link, page 2 is requested by its number."""
    script = api.script(api.page(api.full_page(1)), api.page(api.full_page(2, 10)))
    answer = api.client(script).answer(BIG)
    assert 5010 == answer.frame.height
    assert script.asked[1] == script.asked[0] + "?page=2"


def test_a_full_last_page_is_proven_by_an_empty_one(api: Api) -> None:
    """After a full last page, an empty page or a 404 proves the end."""
    for past_the_end in (api.page([]), httpx.Response(404, json={"detail": "Not found"})):
        script = api.script(api.page(api.full_page(1)), past_the_end)
        landing = api.landing()
        answer = api.client(script, landing=landing).answer(BIG)
        assert (5000, 2, set()) == (answer.frame.height, len(script.asked), landing.undecided)


def test_a_link_lost_in_the_middle_is_mended(api: Api) -> None:
    """If page 2 of 3 is full and has no link, page 3 is requested by its number."""

    def pages(request: httpx.Request) -> httpx.Response:
        number = int(request.url.params.get("page", "1"))
        link = str(request.url.copy_set_param("page", "2")) if number == 1 else None
        return api.page(api.full_page(number, 5000 if number < 3 else 7), next_url=link)

    assert 10_007 == api.client(pages).answer(BIG).frame.height


def test_a_server_that_ignores_the_page_number_is_noticed(api: Api) -> None:
    """A server that returns the same full page for every page number is detected after one more request."""
    script = api.script(api.page(api.full_page(1)))
    with pytest.raises(KoladaContractError, match="came more than once"):
        api.client(script, max_attempts=2).answer(BIG)
    assert 4 == len(script.asked)


@pytest.mark.parametrize(
    "link",
    [
        "https://elsewhere.test/v3/data/kpi/N15436/municipality/0180?page=2",
        "https://kolada.test:8443/v3/data/kpi/N15436/municipality/0180?page=2",
        "https://kolada.test.evil.test/v3/data?page=2",
        "https://kolada.test@evil.test/v3/data?page=2",
        "https://user@kolada.test/v3/data?page=2",
        "ftp://kolada.test/v3/data?page=2",
        "http://kolada.test:8080/v3/data?page=2",
        "https://kolada.test/v2/data/kpi/N15436?page=2",
        "/v3/data?page=2",
        "nonsense",
        "https://kolada.test/v3/../x",
        "https://kolada.test/v3/data/../../x?page=2",
        "https://kolada.test/v3/%2e%2e/x",
        "https://kolada.test/v3/%2E./x",
        "https://kolada.test/v3/data%2f..%2f..%2fx",
        "https://kolada.test/v3/%252e%252e/x",
        "https://kolada.test/v3/..;/x",
        "https://kolada.test/v3/..\\x",
        "https://kolada.test/v3/./data?page=2",
        "https://kolada.test:99999/v3/data?page=2",
        "https://kolada.test:port/v3/data?page=2",
        "https://kolada.test:-1/v3/data?page=2",
        "https://[::1/v3/data?page=2",
        "https://[::1]/v3/data?page=2",
        "https://[kolada.test]/v3/data?page=2",
        "https://kolada.test\0.evil.test/v3/data?page=2",
        "https://kolada.test/v3/data\0?page=2",
        "https://kolada.test/v3/data?page=2\r\nHost: evil.test",
        "https://kolada.test/v3/data?page=\ud800",
        "https://kolada.test /v3/data?page=2",
        f"{URL}?page={'2' * 65_536}",
        f"{URL}?page={'2' * 70_000}",
    ],
    ids=lambda link: ascii(link)[:60],
)
def test_a_link_to_another_place_is_never_followed(api: Api, link: str) -> None:
    """A link outside the base URL, or one that is no URL, is not followed; the request is retried, then fails."""
    script, landing = api.script(api.page([api.row()], next_url=link)), api.landing()
    with pytest.raises(KoladaContractError, match="not followed") as caught:
        api.client(script, landing=landing, max_attempts=2).answer(REQUEST)
    assert len(str(caught.value).encode()) < 1000
    assert [URL, URL] == script.asked
    assert (URL, 200, "r2") == (caught.value.url, caught.value.status, caught.value.request_id)
    assert {"r1", "r2"} == set(landing.rejected)


def test_a_link_that_lost_its_encryption_is_asked_with_it(api: Api) -> None:
    """A link with http instead of https is requested over https on the same host."""
    script = api.script(
        api.page([api.row()], next_url=URL.replace("https", "http") + "?page=2"), api.page([api.row(period=2022)])
    )
    assert 2 == api.client(script).answer(REQUEST).frame.height
    assert f"{URL}?page=2" == script.asked[1]


@pytest.mark.parametrize("link", [URL, f"{URL}?page=2"])
def test_a_link_back_is_an_error_not_a_loop(api: Api, link: str) -> None:
    """A link to a URL that was already requested is an error."""
    pages = [api.page([api.row()], next_url=f"{URL}?page=2"), api.page([api.row(period=2022)], next_url=link)]
    script = api.script(*pages, *pages)
    with pytest.raises(KoladaContractError, match="was asked before"):
        api.client(script, max_attempts=2).answer(REQUEST)
    assert 4 == len(script.asked)


def test_an_empty_last_page_ends_the_list_and_is_remarked(api: Api) -> None:
    """An empty page after a link is requested twice; then the rows count, and a remark names the page."""
    script, landing = api.script(api.page([api.row()], next_url=f"{URL}?page=2"), api.page([])), api.landing()
    clock = ManualClock()
    answer = api.client(script, landing=landing, clock=clock).answer(REQUEST)
    assert (1, [URL, f"{URL}?page=2", f"{URL}?page=2"]) == (answer.frame.height, script.asked)
    assert {"r1": 1, "r2": 0, "r3": 0} == landing.accepted
    assert (f"the page `{URL}?page=2` has `0` rows, though the page before it links to it: the list ends there",) == (
        answer.remarks
    )
    assert [True] == [wait > 0 for wait in clock.waits]


def test_an_empty_last_page_is_not_asked_for_again_after_a_restart(api: Api) -> None:
    """After a restart an empty last page is recalled from the landing, with the same remark."""
    script, landing = api.script(api.page([api.row()], next_url=f"{URL}?page=2"), api.page([])), api.landing()
    client = api.client(script, landing=landing)
    first, second = client.answer(REQUEST), client.answer(REQUEST)
    assert (3, first.remarks) == (len(script.asked), second.remarks)


@pytest.mark.parametrize("link", [URL, f"{URL}?page=2", "https://elsewhere.test/v3/x", f"{URL}?page=3", "http://[::1"])
def test_what_an_empty_last_page_links_to_holds_nothing(api: Api, link: str) -> None:
    """An empty last page ends the list, whatever it links to."""
    pages = [api.page([api.row()], next_url=f"{URL}?page=2"), api.page([], next_url=link)]
    answer = api.client(api.script(*pages)).answer(REQUEST)
    assert (1, False) == (answer.frame.height, answer.is_empty)


def test_an_empty_page_that_was_a_lie_is_found_out(api: Api) -> None:
    """If an empty page has rows when requested again, the rows count and the empty response is rejected."""
    good = [api.page([api.row()], next_url=f"{URL}?page=2"), api.page([api.row(period=2022)])]
    script, landing = api.script(good[0], api.page([]), good[1]), api.landing()
    answer = api.client(script, landing=landing).answer(REQUEST)
    assert ([2023, 2022], ()) == (answer.frame["period"].to_list(), answer.remarks)
    assert ({"r2"}, {"r1": 1, "r3": 1}) == (set(landing.rejected), landing.accepted)


def test_an_empty_page_in_the_middle_is_a_short_answer(api: Api) -> None:
    """If a page is empty twice but the page after it has rows, nothing of the request counts."""

    def pages(request: httpx.Request) -> httpx.Response:
        number = int(request.url.params.get("page", "1"))
        rows = [] if number == 2 else [api.row(period=2000 + number)]
        return api.page(rows, next_url=f"{URL}?page={number + 1}" if number < 3 else None)

    landing = api.landing()
    with pytest.raises(KoladaContractError, match=r"`0` rows though .*page=3` after it has some"):
        api.client(pages, landing=landing, max_attempts=2).answer(REQUEST)
    assert set() == landing.undecided


def test_an_empty_first_page_that_links_on_is_a_short_answer(api: Api) -> None:
    """An empty first page that links to a page with rows breaks the contract."""

    def pages(request: httpx.Request) -> httpx.Response:
        return api.page([api.row()]) if request.url.query else api.page([], next_url=f"{URL}?page=2")

    with pytest.raises(KoladaContractError, match="is short and does not count"):
        api.client(pages, max_attempts=2).answer(REQUEST)


@pytest.mark.parametrize(
    "fault", ["cell twice on a page", "cell on two pages", "count", "text", "not asked for", "null period"]
)
def test_a_passing_break_of_the_contract_is_asked_again_whole(api: Api, fault: str) -> None:
    """After a break of the contract the whole request is repeated after a pause; the broken response is rejected."""
    row, second = api.row(), api.row(period=2022)
    bad: Any = {
        "cell twice on a page": [api.page([row, row])],
        "cell on two pages": [api.page([row], next_url=f"{URL}?page=2"), api.page([second, row])],
        "count": [api.page([row], count=2)],
        "text": [api.page([api.row(values=[api.value(value="1,5")])])],
        "not asked for": [api.page([row, api.row(kpi="N00001")])],
        "null period": [api.page([api.row(period=None)])],
    }[fault]
    script, landing, clock = api.script(*bad, api.page([row, second])), api.landing(), ManualClock()
    answer = api.client(script, landing=landing, clock=clock).answer(REQUEST)
    assert [True] == [0.25 <= wait <= 0.5 for wait in clock.waits]
    assert [2023, 2022] == answer.frame["period"].to_list()
    assert (len(bad), 1, set()) == (len(landing.rejected), len(landing.accepted), landing.undecided)

    lasting = api.script(*bad, *bad, *bad)
    with pytest.raises(KoladaContractError) as caught:
        api.client(lasting, max_attempts=3).answer(REQUEST)
    assert (3 * len(bad), 3) == (len(lasting.asked), caught.value.attempts)


@pytest.mark.parametrize(
    ("row", "named"),
    [
        ({"kpi": "N00001"}, "kpi_id `N00001`"),
        ({"municipality": "G2328"}, "municipality_id `G2328`"),
        ({"period": 1999}, "period `1999`"),
    ],
)
def test_rows_that_nobody_asked_for_are_the_answer_to_another_question(
    api: Api, row: dict[str, Any], named: str
) -> None:
    """A response with KPIs, units or years that the request did not name breaks the contract."""
    script = api.script(api.page([api.row(**row)]))
    with pytest.raises(KoladaContractError, match="nobody asked for") as caught:
        api.client(script).answer(DataRequest(("N15436",), ("0180",), (2023,)))
    assert named in str(caught.value)


def test_group_rows_come_when_no_municipality_is_named(api: Api) -> None:
    """If a request names no municipality, group rows are kept next to municipality rows."""
    script = api.script(api.page([api.row(), api.row(municipality="G2328")]))
    answer = api.client(script).answer(DataRequest(("N15436",), years=(2023,)))
    assert ["0180", "G2328"] == answer.frame["municipality_id"].to_list()


def test_a_group_that_is_named_comes(api: Api) -> None:
    """A group id is requested in the municipality list of the URL."""
    script = api.script(api.page([api.row(municipality="G2328", values=[api.value(count=290)])]))
    assert [290] == api.client(script).answer(DataRequest(("N15436",), ("G2328",))).frame["value_count"].to_list()


def test_an_endless_catalogue_meets_the_cap(api: Api) -> None:
    """A catalogue that always links to one more page is stopped at the limit."""

    def endless(request: httpx.Request) -> httpx.Response:
        number = int(request.url.params.get("page", "1"))
        entry = {"id": f"{number:04d}", "title": "x", "type": "K"}
        return api.page([entry], next_url=f"https://kolada.test/v3/municipality?page={number + 1}")

    with pytest.raises(KoladaContractError, match="is page `2000` of one request"):
        list(api.client(endless).pages(CatalogueRequest("municipality")))


def test_what_had_come_before_a_failure_is_kept_for_the_next_start(api: Api) -> None:
    """Pages accepted before a failure are recalled when the request is repeated."""
    first, last = api.page([api.row()], next_url=f"{URL}?page=2"), api.page([api.row(period=2022)])
    script, landing = api.script(first, httpx.Response(500), httpx.Response(500), last), api.landing()
    client = api.client(script, landing=landing, max_attempts=2)
    with pytest.raises(KoladaServerError):
        client.answer(REQUEST)
    assert 2 == client.answer(REQUEST).frame.height
    assert 4 == len(script.asked)
    assert set() == landing.undecided


def test_a_page_recalled_beside_a_fresh_one_that_contradicts_it_is_asked_again(api: Api) -> None:
    """If a recalled page contradicts a fresh one, all pages of the request are fetched again."""
    first, last = api.page([api.row()], next_url=f"{URL}?page=2"), api.page([api.row(period=2022)])
    landing = api.landing()
    client = api.client(
        api.script(first, httpx.Response(500), api.page([api.row()]), first, last), landing=landing, max_attempts=1
    )
    with pytest.raises(KoladaServerError):
        client.answer(REQUEST)
    answer = client.answer(REQUEST)
    assert (2, [False, False]) == (answer.frame.height, [page.is_recalled for page in answer.pages])
