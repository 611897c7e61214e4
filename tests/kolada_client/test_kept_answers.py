"""What a response becomes: stored bytes, unpacked once, with the kind of its values; no cookie."""

import gzip
import re
import zlib
from datetime import UTC

import httpx
import pytest
import zstandard

from kolada_client import (
    KoladaContractError,
    KoladaUnreadable,
)
from tests.kolada_client.support import HTML, REQUEST, URL, Api


def test_the_landing_sees_every_whole_answer_before_it_is_parsed(api: Api) -> None:
    """The landing keeps every complete response before it is parsed and then gets one verdict for it."""
    script = api.script(
        httpx.Response(503), HTML, httpx.ReadError("reset"), api.page([api.row()], next_url=f"{URL}?page=2"),
        api.page([api.row(period=2022)]),
    )  # fmt: skip
    landing = api.landing()
    answer = api.client(script, landing=landing).answer(REQUEST)
    expected = [
        *[("keep", "r1"), ("reject", "r1"), ("keep", "r2"), ("reject", "r2")],
        *[("keep", "r3"), ("keep", "r4"), ("accept", "r3"), ("accept", "r4")],
    ]
    assert expected == landing.calls
    assert ["r3", "r4"] == [page.request_id for page in answer.pages]
    assert [503, 200, 200, 200] == [received.status for received in landing.kept.values()]
    assert HTML.content == landing.kept["r2"].body


def test_a_recalled_answer_costs_no_request(api: Api) -> None:
    """A response accepted in this run is read from the landing, with the same rows and the same id."""
    landing, script = api.landing(), api.script(api.page([api.row()]))
    client = api.client(script, landing=landing)
    first, second = client.answer(REQUEST), client.answer(REQUEST)
    assert 1 == len(script.asked)
    assert first.frame.equals(second.frame)
    assert [False, True] == [answer.pages[0].is_recalled for answer in (first, second)]
    assert first.pages[0].received is second.pages[0].received
    assert [("keep", "r1"), ("accept", "r1"), ("recall", "r1")] == landing.calls


def test_an_answer_carries_what_the_pipeline_records(api: Api) -> None:
    """A page carries status, headers, bytes, time and source kind; without a source header the kind is `live`."""
    body = api.json([api.row()])
    answers = (
        httpx.Response(200, content=body, headers={"X-Kolada-Source": "sample", "ETag": '"x"'}),
        httpx.Response(200, content=body),
    )
    sample, live = (next(api.client(api.script(each)).pages(REQUEST)).received for each in answers)
    assert ("sample", '"x"', body, URL, 200) == (
        sample.source_kind,
        sample.header("etag"),
        sample.body,
        sample.url,
        sample.status,
    )
    assert ("live", UTC) == (live.source_kind, live.fetched_at.tzinfo)


def test_compression_is_undone_before_the_bytes_are_kept(api: Api) -> None:
    """The landing keeps the decompressed body."""
    body = api.json([api.row()])

    def packed(_request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, content=gzip.compress(body), headers={"content-encoding": "gzip"})

    assert body == next(api.client(packed).pages(REQUEST)).received.body


BODY = b'{"values": [], "count": 0, "next_url": null, "previous_url": null}'
ZSTD = zstandard.ZstdCompressor().compress(BODY)


def gzipped(body: bytes) -> bytes:
    """Return gzip without a timestamp, so that parametrized test names are the same in every worker."""
    return gzip.compress(body, mtime=0)


@pytest.mark.parametrize(
    ("sent", "encoding", "said"),
    [
        (b"no gzip", "gzip", "says that it is packed with gzip, and its bytes are not"),
        (BODY, "gzip", "says that it is packed with gzip, and its bytes are not"),
        (gzipped(BODY)[:-12], "gzip", "is packed with gzip and ends in the middle"),
        (gzipped(BODY) + b"more", "gzip", "says that it is packed with gzip, and its bytes are not"),
        (gzipped(b"") * 17, "gzip", "is packed with gzip in more than 16 parts"),
        (gzipped(gzipped(BODY)), "gzip, gzip", "is packed as `gzip, gzip`, and only `gzip` was offered"),
        (ZSTD, "zstd", "is packed as `zstd`, and only `gzip` was offered"),
        (BODY, "br", "is packed as `br`"),
        (zlib.compress(BODY), "deflate", "is packed as `deflate`"),
        (gzipped(BODY), "", "bytes of gzip that no header announced"),
    ],
)
def test_a_body_that_stays_packed_is_named_kept_and_asked_for_again(
    api: Api, sent: bytes, encoding: str, said: str
) -> None:
    """A body that cannot be decompressed is kept as received, named in the error, and requested again."""

    def packed(_request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, stream=httpx.ByteStream(sent), headers={"content-encoding": encoding})

    landing = api.landing()
    script = api.script(packed, api.page([api.row()]))
    assert 1 == api.client(script, landing=landing).answer(REQUEST).frame.height
    assert (sent, True) == (landing.kept["r1"].body, said in landing.rejected["r1"])
    with pytest.raises(KoladaUnreadable, match=re.escape(said)):
        api.client(api.script(packed)).answer(REQUEST)


@pytest.mark.parametrize("encoding", ["gzip", "x-gzip", "GZIP", " gzip ", "identity, gzip"])
def test_one_packing_is_undone_however_it_is_written(api: Api, encoding: str) -> None:
    """Gzip in two members, under any spelling of the header, is read as one body."""
    body = api.json([api.row()])
    packed = gzip.compress(body[:50]) + gzip.compress(body[50:])
    headers = {"content-encoding": encoding}
    client = api.client(lambda _: httpx.Response(200, stream=httpx.ByteStream(packed), headers=headers))
    assert body == next(client.pages(REQUEST)).received.body


def test_only_gzip_is_offered(api: Api) -> None:
    """Requests accept only gzip, since gzip is decompressed in bounded pieces."""
    script = api.script(api.page([api.row()]))
    api.client(script).answer(REQUEST)
    assert "gzip" == script.requests[0].headers["accept-encoding"]


def test_no_cookie_is_taken(api: Api) -> None:
    """The client stores no cookies and sends none."""
    headers = {"Set-Cookie": f"id={'x' * 4000}; expires=Thu, 99 Jan 99999 00:00:00 GMT"}
    script = api.script(httpx.Response(200, content=api.json([api.row()]), headers=headers))
    client = api.client(script)
    for _ in range(3):
        client.answer(REQUEST)
    assert [False] * 3 == ["cookie" in request.headers for request in script.requests]


@pytest.mark.parametrize(
    ("first", "later"), [(None, "sample"), ("sample", None), ("recorded", "sample"), (None, "live, sample")]
)
def test_every_page_says_what_its_values_are(api: Api, first: str | None, later: str | None) -> None:
    """A page whose source kind differs from that of the first page is rejected, on any page or request."""

    def headers(said: str | None) -> dict[str, str]:
        return {} if said is None else {"X-Kolada-Source": said}

    def pages(request: httpx.Request) -> httpx.Response:
        is_second = bool(request.url.query)
        row = api.row(period=2022 if is_second else 2023)
        body = api.json([row], next_url=None if is_second else f"{URL}?page=2")
        return httpx.Response(200, content=body, headers=headers(later if is_second else first))

    landing = api.landing()
    with pytest.raises(KoladaContractError, match=r"source|never mixed"):
        api.client(pages, landing=landing, max_attempts=2).answer(REQUEST)
    assert {} == landing.accepted


@pytest.mark.parametrize("said", ["", "Sample", "made up", "live sample", "\xff", "x" * 9000])
def test_a_source_of_no_known_kind_is_never_taken_for_live(api: Api, said: str) -> None:
    """An unknown source kind breaks the contract and is never read as `live`."""
    body = api.json([api.row()])
    answer = httpx.Response(200, content=body, headers={"X-Kolada-Source": said.encode("latin-1")})
    with pytest.raises(KoladaContractError, match="none of live, recorded, sample"):
        api.client(api.script(answer), max_attempts=1).answer(REQUEST)
