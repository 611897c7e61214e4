"""Many concurrent requests: their number is bounded, each is answered or fails, and no thread is left over."""

import threading
from collections import Counter
from typing import Any

import httpx
import pytest

from kolada_client import (
    Answer,
    DataRequest,
    Failure,
    KoladaContractError,
    KoladaRefused,
    KoladaServerError,
    KoladaUnreachable,
    ManualClock,
    Received,
    plan_requests,
)
from tests.kolada_client.support import Api, MemoryLanding

UNITS = [f"{number:04d}" for number in range(1, 313)]
MANY = plan_requests([f"N{number:05d}" for number in range(100)], UNITS)


def kolada_threads() -> list[str]:
    """Return the names of the client's live threads."""
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("kolada")]


def test_every_request_comes_back_once(api: Api) -> None:
    """52 requests give 52 answers, each with the rows that its request names."""
    results = list(api.client(api.rectangle).answers(MANY))
    assert Counter(MANY) == Counter(result.request for result in results)
    for result in results:
        assert isinstance(result, Answer)
        assert set(result.request.kpi_ids) == set(result.frame["kpi_id"])
    assert [] == kolada_threads()


def test_no_more_than_the_set_number_are_under_way(api: Api) -> None:
    """The limit on concurrent requests holds across all callers of one client."""
    lock, meeting = threading.Lock(), threading.Barrier(3)
    running, most = 0, 0

    def busy(request: httpx.Request) -> httpx.Response:
        nonlocal running, most
        with lock:
            running, most = running + 1, max(most, running + 1)
        meeting.wait(timeout=20)
        with lock:
            running -= 1
        return api.rectangle(request)

    client = api.client(busy, concurrency=3)
    consumers = [threading.Thread(target=lambda: list(client.answers(MANY[:6]))) for _ in range(2)]
    for consumer in consumers:
        consumer.start()
    for consumer in consumers:
        consumer.join()
    assert 3 == most


def test_workers_wait_for_their_reader(api: Api) -> None:
    """The client sends at most two rounds of requests ahead of its consumer."""
    script = api.script(api.rectangle)
    results = api.client(script, concurrency=2).answers(MANY)
    next(results)
    results.close()  # type: ignore[attr-defined]
    assert len(script.asked) <= 4
    assert [] == kolada_threads()


def test_nothing_is_asked_before_the_first_answer_is_wanted(api: Api) -> None:
    """Creating the iterator starts no thread and sends no request."""
    script = api.script(api.rectangle)
    api.client(script).answers(MANY)
    assert ([], []) == (script.asked, kolada_threads())


def test_a_reader_that_fails_leaves_no_thread_behind(api: Api) -> None:
    """An exception in the consumer is raised unchanged, and the worker threads end."""

    def read() -> None:
        for number, _ in enumerate(api.client(api.rectangle).answers(MANY)):
            if number == 2:
                raise LookupError

    with pytest.raises(LookupError):
        read()
    assert [] == kolada_threads()


def test_a_long_pause_ends_when_the_reader_stops(api: Api) -> None:
    """Closing the iterator wakes a worker that waits for Retry-After."""
    paused = threading.Event()

    class Patient(ManualClock):
        """A clock that really waits, until it is stopped."""

        def wait(self, seconds: float, stop: threading.Event | None = None) -> None:
            assert seconds == 110
            assert stop is not None
            paused.set()
            assert stop.wait(timeout=20)

    def busy(request: httpx.Request) -> httpx.Response:
        if "/0001" in request.url.path:
            return api.rectangle(request)
        return httpx.Response(429, headers={"Retry-After": "110"})

    results = api.client(busy, clock=Patient(), concurrency=2).answers(MANY[:2])
    next(results)
    assert paused.wait(timeout=20)
    results.close()  # type: ignore[attr-defined]
    assert [] == kolada_threads()


def test_a_request_that_fails_is_yielded_with_its_error(api: Api) -> None:
    """A failed request is yielded as a `Failure` with its error, and the other requests are answered."""

    def mixed(request: httpx.Request) -> httpx.Response:
        if "N00025" in request.url.path:
            return httpx.Response(500)
        if "N00050" in request.url.path:
            return api.page([api.row(period=None)])
        return httpx.Response(422) if "N00075" in request.url.path else api.rectangle(request)

    results = list(api.client(mixed).answers(MANY))
    assert Counter(MANY) == Counter(result.request for result in results)
    kinds = Counter(type(result.error) for result in results if isinstance(result, Failure))
    assert {KoladaServerError: 13, KoladaContractError: 13, KoladaRefused: 13} == kinds
    for result in results:
        if isinstance(result, Failure):
            assert result.request.kpi_ids[0] in str(result.error.url)


@pytest.mark.parametrize("error", [httpx.ConnectError("refused"), httpx.ConnectTimeout("nobody")])
def test_an_absent_host_ends_it_early(api: Api, error: Exception) -> None:
    """If no connection succeeds, the first request that runs out of attempts ends all of them."""
    script = api.script(error)
    with pytest.raises(KoladaUnreachable) as caught:
        list(api.client(script, max_attempts=3, concurrency=2).answers(MANY))
    assert (False, 3) == (caught.value.connected, caught.value.attempts)
    assert len(script.asked) <= 3 * 4
    assert [] == kolada_threads()


def test_a_host_that_only_stalls_ends_it_after_a_few(api: Api) -> None:
    """If several requests in a row time out, the client stops sending."""
    script = api.script(httpx.ReadTimeout("stalled"))
    client = api.client(script, max_attempts=2, concurrency=1)
    results: list[Any] = []
    with pytest.raises(KoladaUnreachable):
        results.extend(client.answers(MANY))
    assert len(script.asked) <= 2 * 4


def test_one_request_that_stalls_is_a_failure_among_answers(api: Api) -> None:
    """A request that times out is one failure as long as other requests are answered."""

    def stalls(request: httpx.Request) -> httpx.Response:
        if "N00025" in request.url.path and "/0001" in request.url.path:
            msg = "stalled"
            raise httpx.ReadTimeout(msg)
        return api.rectangle(request)

    for concurrency in (1, 4):
        results = list(api.client(stalls, concurrency=concurrency).answers(MANY))
        failures = [result for result in results if isinstance(result, Failure)]
        assert (len(MANY), 1) == (len(results), len(failures))
        assert isinstance(failures[0].error, KoladaUnreachable)


def test_a_bug_in_the_landing_is_not_taken_for_a_failed_request(api: Api) -> None:
    """An error of the landing is raised unchanged and is not reported as a failed request."""

    class Full(MemoryLanding):
        """A landing on a full disk."""

        def keep(self, received: Received) -> str:
            raise OSError(28, "No space left on device", received.url)

    with pytest.raises(OSError, match="No space left"):
        list(api.client(api.rectangle, landing=Full()).answers(MANY))
    assert [] == kolada_threads()


def test_many_threads_share_one_client(api: Api) -> None:
    """Threads that share one client each get the rows of their own request."""
    client = api.client(api.rectangle)
    found: dict[str, list[str]] = {}

    def ask(kpi: str) -> None:
        found[kpi] = client.data(kpis=[kpi], municipalities=UNITS)["kpi_id"].unique().to_list()

    threads = [threading.Thread(target=ask, args=(f"N{number:05d}",)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {f"N{number:05d}": [f"N{number:05d}"] for number in range(8)} == found


def test_an_empty_answer_that_was_a_lie_is_found_out_in_halves(api: Api) -> None:
    """If a response is empty but its halves have rows, the rows count and the empty page is rejected."""
    request = DataRequest(("N15436",), ("0001", "0002", "0003"))

    def lies(asked: httpx.Request) -> httpx.Response:
        return api.page([]) if len(api.lists(asked, "municipality")) > 2 else api.rectangle(asked)

    landing, script = api.landing(), api.script(lies)
    answer = api.client(script, landing=landing).answer(request)
    assert ["0001", "0002", "0003"] == answer.frame["municipality_id"].to_list()
    assert (3, False, {"r1"}, {"r2": 2, "r3": 1}) == (
        len(script.asked),
        answer.is_empty,
        set(landing.rejected),
        landing.accepted,
    )


def test_an_empty_half_of_an_answer_with_rows_is_asked_again(api: Api) -> None:
    """An empty half next to rows is requested again, so the rows of every unit arrive."""
    asked_before: Counter[str] = Counter()

    def lies(asked: httpx.Request) -> httpx.Response:
        units = api.lists(asked, "municipality")
        asked_before[units[-1]] += 1
        return api.page([]) if len(units) > 1 and units[-1] == "0004" else api.rectangle(asked)

    answer = api.client(api.script(lies)).answer(DataRequest(("N15436",), ("0001", "0002", "0003", "0004")))
    assert ["0001", "0002", "0003", "0004"] == sorted(answer.frame["municipality_id"])
    assert (False, 3) == (answer.is_empty, asked_before["0004"])


def test_a_caller_may_settle_empty_answers_himself(api: Api) -> None:
    """With `asks_again=False` an empty response is returned after the given pause, without another request."""
    request, clock = DataRequest(("N15436",), ("0001", "0002", "0003")), ManualClock()
    script = api.script(api.page([]))
    client = api.client(script, clock=clock)
    assert client.answer(request, asks_again=False, pause=7.0).is_empty
    assert [True] == [result.is_empty for result in client.answers([request], asks_again=False)]
    assert (2, 7.0) == (len(script.asked), clock.waits[0])


def test_an_empty_answer_that_stays_empty_says_so(api: Api) -> None:
    """A response that stays empty in both halves is returned as empty, and a restart repeats no request."""
    request = DataRequest(("N15436",), ("0001", "0002", "0003"))
    landing, script = api.landing(), api.script(api.page([]))
    client = api.client(script, landing=landing)
    answer = client.answer(request)
    assert (True, 0, 3, 3) == (answer.is_empty, answer.frame.height, len(answer.pages), len(script.asked))
    assert {"r1": 0, "r2": 0, "r3": 0} == landing.accepted
    assert client.answer(request).is_empty
    assert 3 == len(script.asked)


def test_an_empty_answer_that_can_not_be_halved_is_asked_once_more(api: Api) -> None:
    """An empty response for one KPI and one unit is requested once more from the API, not from the landing."""
    landing, script = api.landing(), api.script(api.page([]), api.page([api.row()]))
    answer = api.client(script, landing=landing).answer(DataRequest(("N15436",), ("0180",)))
    assert (1, 2, {"r1"}) == (answer.frame.height, len(script.asked), set(landing.rejected))


def test_an_empty_answer_whose_halves_fail_is_a_failure(api: Api) -> None:
    """If a half of an empty response fails, the whole request fails and nothing is accepted."""
    script = api.script(api.page([]), api.page([]), httpx.Response(500))
    landing = api.landing()
    with pytest.raises(KoladaServerError):
        api.client(script, landing=landing, max_attempts=1).answer(DataRequest(("N15436",), ("0001", "0002")))
    assert (set(), {}) == (landing.undecided, landing.accepted)
