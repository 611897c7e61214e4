"""Each named fault: what it does, to which answers, how often; in this process and over real HTTP."""

import json
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from fake_kolada import FAULTS, SOURCE_HEADER, FakeKolada, Fault, FaultError

# Seven rows in pages of three: the first page has rows, a value, and a page after it.
DATA = "/data/kpi/N00001,N00002/municipality/0000,0001,0114,0115,0117?per_page=3"
URL = f"http://kolada.test/v3{DATA}"


def looks_honest(response):
    """Whether an answer is the page as it should be."""
    if response.status_code != 200 or "json" not in response.headers["content-type"]:
        return False
    try:
        page = json.loads(response.content)
    except ValueError:
        return False
    rows = page["values"]
    keys = [(row["kpi"], row["period"], row["municipality"]) for row in rows]
    values = [value for row in rows for value in row["values"]]
    return (
        page.get("count") == len(rows) == 3
        and page["next_url"] == f"{URL}&page=2"
        and len(set(keys)) == 3
        and all(isinstance(period, int) and kpi.startswith("N") for kpi, period, _ in keys)
        and all(value["value"] is None or -1000 < value["value"] < 1000 for value in values if not_text(value))
        and all(not_text(value) and value["gender"] in "TKM" and len(value) == 5 for value in values)
        and all(value["count"] == (value["value"] is not None) for value in values)
    )


def not_text(value):
    """Whether a value is a number or null."""
    return value["value"] is None or isinstance(value["value"], float | int)


def outcome(get):
    """The page, or the error that httpx raised, as the name of what came."""
    try:
        response = get(DATA)
    except httpx.TransportError as error:
        return type(error).__name__
    return "honest" if looks_honest(response) else f"spoilt {response.status_code}"


EXPECTED = {
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
    """The table of this module names every fault of the registry."""
    assert set(FAULTS) == set(EXPECTED)


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_on_the_first_try_spoils_one_answer(small, ask, name):
    """The first fitting answer is spoilt, the second is honest, and the log names the fault."""
    fake = FakeKolada(small, faults=[name])
    get = ask(fake)
    assert [EXPECTED[name], "honest"] == [outcome(get), outcome(get)]
    assert [f"{name}@first", None] == [entry.fault for entry in fake.log]


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_on_every_try_spoils_all(small, ask, name):
    """Each fitting answer is spoilt."""
    get = ask(FakeKolada(small, faults=[f"{name}@every"]))
    assert [EXPECTED[name]] * 3 == [outcome(get) for _ in range(3)]


@pytest.fixture(scope="module")
def served(small):
    """One stand-in on a real port, and a client that gives up after half a second."""
    fake = FakeKolada(small)
    with fake.serve() as url, httpx.Client(base_url=url, timeout=0.5) as client:
        yield fake, client, url


@pytest.mark.parametrize("name", FAULTS)
def test_over_http_a_fault_is_the_same(served, name):
    """On a real connection the same happens: cut connections are cut, stalled answers stall."""
    fake, client, url = served
    fake.faults = [name]
    assert [EXPECTED[name], "honest"] == [http_outcome(client, url), http_outcome(client, url)]


def http_outcome(client, url):
    """As `outcome`, where the links lead to this server."""

    def get(path):
        response = client.get(path)
        body = response.content.replace(url.encode(), b"http://kolada.test/v3")
        return httpx.Response(response.status_code, content=body, headers=response.headers)

    return outcome(get)


def test_a_share_of_the_answers_is_drawn_from_its_seed(small, ask):
    """About so many percent are spoilt; the same seed spoils the same ones, in whatever order the others come."""

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
    """The first entry of the list that is named has an id that no id looks like; the others are as they were."""
    get = ask(FakeKolada(small, faults=["wrong_id:municipality"]))
    ids = [entry["id"] for entry in get("/municipality").json()["values"]]
    assert ["X0000", "0001", "0114", "0115", "0117"] == ids


def test_the_answers_of_faults_say_what_their_values_are(small, ask):
    """HTML pages and error envelopes carry the source header too."""
    for name in ("server_error_html", "html_answer", "rate_limited", "server_error_json"):
        assert "sample" == ask(FakeKolada(small, faults=[name]))(DATA).headers[SOURCE_HEADER]


def test_retry_after_is_settable_and_only_where_promised(small, ask):
    """One 429 has Retry-After in the words that were set, the other has none."""
    promised = FakeKolada(small, faults=["rate_limited_retry_after"], retry_after="17")
    assert "17" == ask(promised)(DATA).headers["Retry-After"]
    assert "Retry-After" not in ask(FakeKolada(small, faults=["rate_limited"]))(DATA).headers


def test_a_json_error_has_an_envelope_without_rows(small, ask):
    """500 with JSON looks like an empty page: only the status tells."""
    answer = ask(FakeKolada(small, faults=["server_error_json"]))(DATA)
    assert {"values": [], "count": 0, "next_url": None, "previous_url": None} == answer.json()


def test_cut_json_is_a_whole_http_answer(small, ask):
    """The cut is in the text, not in the connection: the length fits and the JSON doesn't parse."""
    answer = ask(FakeKolada(small, faults=["cut_json"]))(DATA)
    assert int(answer.headers["content-length"]) == len(answer.content)
    with pytest.raises(json.JSONDecodeError):
        json.loads(answer.content)


def test_the_link_faults_lead_where_they_say(small, ask):
    """Null, another host with the same path, and the page itself."""
    links = {
        name: ask(FakeKolada(small, faults=[name]))(DATA).json()["next_url"]
        for name in ("missing_next_url", "foreign_next_url", "looping_next_url")
    }
    assert {
        "missing_next_url": None,
        "foreign_next_url": f"{URL}&page=2".replace("kolada.test", "kolada.example.org"),
        "looping_next_url": URL,
    } == links


def test_link_faults_wait_for_a_page_with_a_further_one(small, ask):
    """A one-page answer doesn't spend a fault of next_url."""
    fake = FakeKolada(small, faults=["missing_next_url"])
    get = ask(fake)
    get("/data/kpi/N00001/municipality/0114/year/2020")
    assert "spoilt 200" == outcome(get)


def test_row_faults_wait_for_a_page_with_rows(small, ask):
    """An empty answer doesn't spend a fault of rows, and one without numbers none of values."""
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
    """The twin stands beside its row and the count agrees: only the key gives it away."""
    page = ask(FakeKolada(small, faults=["duplicated_row"]))(DATA).json()
    assert (4, 4) == (page["count"], len(page["values"]))
    assert page["values"][0] == page["values"][1]


def test_faults_of_data_leave_the_catalogue_alone(small, ask):
    """Without a target a fault fits data and oudata only."""
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
    """A fault with a target spoils those answers and no others."""
    get = ask(FakeKolada(small, faults=[f"unavailable@every:{target}"]))
    paths = ["/kpi", "/data/kpi/N00001/municipality/0114", "/data/kpi/N00002/year/2021"]
    assert statuses == [get(path).status_code for path in paths]


def test_several_faults_come_one_after_the_other(small, ask):
    """Each request meets one fault, in the order in which they were named."""
    get = ask(FakeKolada(small, faults=["unavailable", "rate_limited", "stalled_answer"]))
    assert ["spoilt 503", "spoilt 429", "ReadTimeout", "honest"] == [outcome(get) for _ in range(4)]


def test_setting_faults_anew_makes_them_unspent(small, ask):
    """A later night can have its own faults on the same stand-in."""
    fake = FakeKolada(small, faults=["unavailable"])
    get = ask(fake)
    outcome(get)
    fake.faults = ["unavailable", "rate_limited"]
    assert ["spoilt 503", "spoilt 429", "honest"] == [outcome(get) for _ in range(3)]
    fake.faults = []
    assert () == fake.faults


def test_first_means_one_answer_among_many_threads(small):
    """Of forty requests at four at a time, exactly one meets a fault of the first try."""
    fake = FakeKolada(small, faults=["unavailable"])
    base_url = "http://kolada.test/v3"
    with httpx.Client(transport=fake.transport(), base_url=base_url) as client, ThreadPoolExecutor(4) as pool:
        statuses = list(pool.map(lambda _: client.get(DATA).status_code, range(40)))
    assert (1, 39) == (statuses.count(503), statuses.count(200))


def test_a_stalled_answer_comes_in_the_end(small):
    """A client that waits longer than the stall gets the honest answer."""
    fake = FakeKolada(small, faults=["stalled_answer"], stall_seconds=0.05)
    with fake.serve() as url, httpx.Client(base_url=url, timeout=10) as client:
        assert 200 == client.get(DATA).status_code


def test_a_stalled_answer_has_no_status_in_the_log(small, ask):
    """The log has the request, and None for its status."""
    fake = FakeKolada(small, faults=["stalled_answer"])
    outcome(ask(fake))
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
    """NAME, NAME@first and NAME@every, each with or without a target."""
    assert fault == Fault.parse(text)
    assert fault == Fault.parse(str(fault))


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("unavailible", "Did you mean `unavailable`?"),
        ("zzz", "There are `rate_limited`"),
        ("unavailable@twice", "Write `unavailable@first`"),
        ("unavailable@20", "in a share such as `@20%`"),
    ],
)
def test_a_fault_that_isnt_there_is_told_with_the_remedy(small, text, part):
    """The error names what was written and what can be written."""
    with pytest.raises(FaultError) as caught:
        FakeKolada(small, faults=[text])
    assert part in str(caught.value)
