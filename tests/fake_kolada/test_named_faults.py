"""Named faults: the effect of each, which responses it changes and how often, in process and over HTTP."""

import json
import socket
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from fake_kolada import FAULTS, SOURCE_HEADER, FakeKolada, Fault, FaultError

# Seven rows in pages of three: the first page has rows, a value, and a further page.
DATA = "/data/kpi/N00001,N00002/municipality/0000,0001,0114,0115,0117?per_page=3"
URL = f"http://kolada.test/v3{DATA}"

# Paths for faults that do not fit that response.
PLACES = {"empty_last_page": f"{DATA}&page=3", "broken_title": "/kpi", "latin1_answer": "/kpi"}


def place_of(name):
    """Return a path that a fault fits."""
    return PLACES.get(name, DATA)


def outcome(client, path, honest):
    """Return whether the response is the same as without faults, or what replaced it; nothing is decompressed."""
    try:
        with client.stream("GET", path) as response:
            body = b"".join(response.iter_raw())
    except httpx.TransportError as error:
        return type(error).__name__
    if "content-encoding" in response.headers:
        return "packed"
    is_honest = (response.status_code, body, response.headers[SOURCE_HEADER]) == (200, honest, "sample")
    return "honest" if is_honest else f"spoilt {response.status_code}"


@pytest.fixture(scope="module")
def honest(small):
    """The response to each path without faults."""
    with httpx.Client(transport=FakeKolada(small).transport(), base_url="http://kolada.test/v3") as client:
        yield {name: client.get(place_of(name)).content for name in FAULTS}


@pytest.fixture
def look(honest):
    """Give a function that returns the outcome at a fault's path, in process."""

    def open_client(fake, name):
        client = httpx.Client(transport=fake.transport(), base_url="http://kolada.test/v3")
        return lambda: outcome(client, place_of(name), honest[name])

    return open_client


NO_ANSWER = "ReadTimeout"
EXPECTED = {
    **dict.fromkeys(["retry_after_zero", "retry_after_past", "retry_after_beyond_time"], "spoilt 429"),
    **dict.fromkeys(["dripping_head", "dripping_body", "endless_hints"], NO_ANSWER),
    **dict.fromkeys(["gzip_header_alone", "gzip_bomb", "gzip_in_gzip", "zstd_bomb"], "packed"),
    "zstd_answer": "packed",
    **dict.fromkeys(["error_answer", "utf16_answer", "gzip_unannounced", "huge_answer"], "spoilt 200"),
    **dict.fromkeys(["climbing_next_url", "bad_port_next_url", "bad_host_next_url"], "spoilt 200"),
    **dict.fromkeys(["nul_next_url", "long_next_url"], "spoilt 200"),
    **dict.fromkeys(["value_beyond_doubles", "count_beyond_integers", "period_beyond_integers"], "spoilt 200"),
    **dict.fromkeys(["broken_status", "broken_title", "other_source"], "spoilt 200"),
    **dict.fromkeys(["latin1_answer", "empty_last_page"], "spoilt 200"),
    "rate_limited": "spoilt 429",
    "rate_limited_retry_after": "spoilt 429",
    "server_error_html": "spoilt 500",
    "unavailable": "spoilt 503",
    "server_error_json": "spoilt 500",
    "html_answer": "spoilt 200",
    "cut_json": "spoilt 200",
    "dropped_connection": "RemoteProtocolError",
    "stalled_answer": "ReadTimeout",
    "empty_answer": "spoilt 200",
    "missing_next_url": "spoilt 200",
    "foreign_next_url": "spoilt 200",
    "looping_next_url": "spoilt 200",
    "duplicated_row": "spoilt 200",
    "value_as_text": "spoilt 200",
    "non_finite_value": "spoilt 200",
    "unknown_gender": "spoilt 200",
    "unknown_field": "spoilt 200",
    "absent_count": "spoilt 200",
    "wrong_count": "spoilt 200",
    "null_period": "spoilt 200",
    "wrong_id": "spoilt 200",
}


def test_every_fault_has_an_expected_outcome():
    """The table of expected outcomes names every fault."""
    assert set(FAULTS) == set(EXPECTED)


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_on_the_first_try_spoils_one_answer(small, look, name):
    """With @first the first matching response is changed, the second is not, and the log names the fault."""
    fake = FakeKolada(small, faults=[name])
    see = look(fake, name)
    assert [EXPECTED[name], "honest"] == [see(), see()]
    assert [f"{name}@first", None] == [entry.fault for entry in fake.log]


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_on_every_try_spoils_all(small, look, name):
    """With @every each matching response is changed."""
    see = look(FakeKolada(small, faults=[f"{name}@every"]), name)
    assert [EXPECTED[name]] * 3 == [see() for _ in range(3)]


@pytest.fixture(scope="module")
def served(small):
    """One stand-in on a real port, and a client with a timeout of half a second."""
    fake = FakeKolada(small)
    with fake.serve() as url, httpx.Client(base_url=url, timeout=0.5) as client:
        yield fake, client


@pytest.mark.parametrize("name", [name for name, kind in FAULTS.items() if not kind.is_endless])
def test_over_http_a_fault_is_the_same(served, name):
    """Over a real connection each fault has the same effect, including cut and stalled responses."""
    fake, client = served
    honest = client.get(place_of(name)).content
    fake.faults = [name]
    assert [EXPECTED[name], "honest"] == [outcome(client, place_of(name), honest) for _ in range(2)]


@pytest.mark.parametrize(
    ("name", "begins"),
    [
        ("dripping_head", b"HTTP/1.1 200 OK\r\nX-Slow: xxx"),
        ("dripping_body", b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000000\r\n\r\n   "),
        ("endless_hints", b"HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 103 Early Hints\r\n\r\n"),
    ],
)
def test_over_http_an_endless_fault_goes_on_until_the_client_leaves(served, name, begins):
    """An endless fault ends when the client disconnects, and the next response is normal."""
    fake, client = served
    honest = client.get(DATA).content
    fake.faults = [name]
    with socket.create_connection((client.base_url.host, client.base_url.port)) as connection:
        connection.sendall(f"GET /v3{DATA} HTTP/1.1\r\nHost: kolada.test\r\n\r\n".encode())
        came = b""
        while len(came) < len(begins):
            came += connection.recv(4096)
    assert came.startswith(begins)
    assert "honest" == outcome(client, DATA, honest)


def test_the_answers_of_faults_say_what_their_values_are(small, ask):
    """HTML pages and error envelopes of faults have the source header too."""
    for name in ("server_error_html", "html_answer", "rate_limited", "server_error_json"):
        assert "sample" == ask(FakeKolada(small, faults=[name]))(DATA).headers[SOURCE_HEADER]


def test_retry_after_is_settable_and_only_where_promised(small, ask):
    """rate_limited_retry_after sends the configured Retry-After, and rate_limited sends none."""
    promised = FakeKolada(small, faults=["rate_limited_retry_after"], retry_after="17")
    assert "17" == ask(promised)(DATA).headers["Retry-After"]
    assert "Retry-After" not in ask(FakeKolada(small, faults=["rate_limited"]))(DATA).headers


def test_a_json_error_has_an_envelope_without_rows(small, ask):
    """server_error_json sends an empty envelope with status 500."""
    answer = ask(FakeKolada(small, faults=["server_error_json"]))(DATA)
    assert {"values": [], "count": 0, "next_url": None, "previous_url": None} == answer.json()


def test_cut_json_is_a_whole_http_answer(small, ask):
    """cut_json sends truncated JSON with a matching content length."""
    answer = ask(FakeKolada(small, faults=["cut_json"]))(DATA)
    assert int(answer.headers["content-length"]) == len(answer.content)
    with pytest.raises(json.JSONDecodeError):
        json.loads(answer.content)


def test_the_link_faults_lead_where_they_say(small, ask):
    """The link faults send null, the same path on another host, and the page's own link."""
    links = {
        name: ask(FakeKolada(small, faults=[name]))(DATA).json()["next_url"]
        for name in ("missing_next_url", "foreign_next_url", "looping_next_url")
    }
    assert {
        "missing_next_url": None,
        "foreign_next_url": f"{URL}&page=2".replace("kolada.test", "kolada.example.org"),
        "looping_next_url": URL,
    } == links


def test_link_faults_wait_for_a_page_with_a_further_one(small, ask, look):
    """A fault of next_url waits for a response with a further page."""
    fake = FakeKolada(small, faults=["missing_next_url"])
    get = ask(fake)
    get("/data/kpi/N00001/municipality/0114/year/2020")
    assert "spoilt 200" == look(fake, "missing_next_url")()


def test_row_faults_wait_for_a_page_with_rows(small, ask):
    """A fault of rows waits for a page with rows, and one of values for a page with a value."""
    fake = FakeKolada(small, faults=["empty_answer", "value_as_text"])
    get = ask(fake)
    get("/data/kpi/N00001/municipality/0114/year/1999")
    assert (None,) == tuple(entry.fault for entry in fake.log)
    get("/data/kpi/N00001/municipality/0117/year/2020")
    assert (
        0
        == ask(FakeKolada(small, faults=["value_as_text"]))("/data/kpi/N00001/municipality/0117/year/2020").json()[
            "values"
        ][0]["values"][0]["count"]
    )
    assert "empty_answer@first" == fake.log[-1].fault
    assert isinstance(get(DATA).json()["values"][0]["values"][0]["value"], str)


def test_a_duplicated_row_is_counted(small, ask):
    """A duplicated row is included in the count."""
    page = ask(FakeKolada(small, faults=["duplicated_row"]))(DATA).json()
    assert (4, 4) == (page["count"], len(page["values"]))
    assert page["values"][0] == page["values"][1]


def test_faults_of_data_leave_the_catalogue_alone(small, ask):
    """Without a target a fault affects only data and oudata."""
    fake = FakeKolada(small, faults=["unavailable@every"])
    get = ask(fake)
    assert 200 == get("/kpi").status_code
    assert 503 == get(DATA).status_code
    assert 503 == get("/oudata/kpi/N00001/year/2020").status_code


@pytest.mark.parametrize(
    ("target", "statuses"),
    [("kpi", [503, 200, 200]), ("any", [503, 503, 503]), ("N00002", [200, 200, 503]), ("0114", [200, 503, 200])],
)
def test_a_target_is_an_endpoint_or_a_part_of_the_url(small, ask, target, statuses):
    """A fault with a target, an endpoint or a part of the URL, affects only matching responses."""
    get = ask(FakeKolada(small, faults=[f"unavailable@every:{target}"]))
    paths = ["/kpi", "/data/kpi/N00001/municipality/0114", "/data/kpi/N00002/year/2021"]
    assert statuses == [get(path).status_code for path in paths]


def test_several_faults_come_one_after_the_other(small, look):
    """Several faults are used in order, one per request."""
    see = look(FakeKolada(small, faults=["unavailable", "rate_limited", "stalled_answer"]), "unavailable")
    assert ["spoilt 503", "spoilt 429", "ReadTimeout", "honest"] == [see() for _ in range(4)]


def test_a_share_of_the_answers_is_drawn_from_its_seed(small, ask):
    """A percentage of responses is changed, chosen by the seed and independent of the order of other requests."""

    def spoilt(fault, order):
        get = ask(FakeKolada(small, faults=[fault]))
        found = {}
        for number in order:
            found.setdefault(number, []).append(get(f"{DATA}&number={number}").json()["count"] == 0)
        return found

    order = [number for number in range(200) for _ in range(2)]
    drawn = spoilt("empty_answer@20%7", order)
    assert drawn == spoilt("empty_answer@20%7", reversed(order))
    assert drawn != spoilt("empty_answer@20%8", order)
    assert 50 <= sum(sum(each) for each in drawn.values()) <= 110
    assert {(False, False), (True, False), (False, True), (True, True)} == {tuple(each) for each in drawn.values()}
    assert 400 == sum(sum(each) for each in spoilt("empty_answer@100%", order).values())


def test_an_entry_of_a_list_has_a_wrong_id(small, ask):
    """wrong_id changes the first entry of the named list to an invalid id and leaves the others."""
    get = ask(FakeKolada(small, faults=["wrong_id:municipality"]))
    ids = [entry["id"] for entry in get("/municipality").json()["values"]]
    assert ["X0000", "0001", "0114", "0115", "0117"] == ids


def test_setting_faults_anew_makes_them_unspent(small, look):
    """Setting faults again resets them."""
    fake = FakeKolada(small, faults=["unavailable"])
    see = look(fake, "unavailable")
    see()
    fake.faults = ["unavailable", "rate_limited"]
    assert ["spoilt 503", "spoilt 429", "honest"] == [see() for _ in range(3)]
    fake.faults = []
    assert () == fake.faults


def test_first_means_one_answer_among_many_threads(small):
    """With concurrent requests, a fault with @first changes exactly one response."""
    fake = FakeKolada(small, faults=["unavailable"])
    base_url = "http://kolada.test/v3"
    with httpx.Client(transport=fake.transport(), base_url=base_url) as client, ThreadPoolExecutor(4) as pool:
        statuses = list(pool.map(lambda _: client.get(DATA).status_code, range(40)))
    assert (1, 39) == (statuses.count(503), statuses.count(200))


def test_a_stalled_answer_comes_in_the_end(small):
    """A client that waits longer than the stall gets the normal response."""
    fake = FakeKolada(small, faults=["stalled_answer"], stall_seconds=0.05)
    with fake.serve() as url, httpx.Client(base_url=url, timeout=10) as client:
        assert 200 == client.get(DATA).status_code


def test_a_stalled_answer_has_no_status_in_the_log(small, look):
    """The log entry of a stalled response has no status."""
    fake = FakeKolada(small, faults=["stalled_answer"])
    look(fake, "stalled_answer")()
    (entry,) = fake.log
    assert (None, "stalled_answer@first") == (entry.status, entry.fault)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("unavailable", Fault("unavailable", "first", None)),
        ("unavailable@first", Fault("unavailable", "first", None)),
        ("unavailable@every:kpi", Fault("unavailable", "every", "kpi")),
        ("cut_json:N15436", Fault("cut_json", "first", "N15436")),
        ("empty_answer@12.5%7:data", Fault("empty_answer", "12.5%7", "data")),
    ],
)
def test_a_fault_is_read_from_its_words(text, fault):
    """A fault is written as NAME, NAME@first or NAME@every, with or without a target."""
    assert fault == Fault.parse(text)
    assert fault == Fault.parse(str(fault))


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("unavailible", "Did you mean `unavailable`?"),
        ("zzz", "There are `rate_limited`"),
        ("unavailable@twice", "Write `unavailable@first`"),
        ("unavailable@20", "a share such as `@20%`"),
    ],
)
def test_a_fault_that_isnt_there_is_told_with_the_remedy(small, text, part):
    """An unknown fault is refused with the words given and what can be written."""
    with pytest.raises(FaultError) as caught:
        FakeKolada(small, faults=[text])
    assert part in str(caught.value)
