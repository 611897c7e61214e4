"""Serving over real HTTP and in process, with concurrent requests and replaced data."""

import asyncio
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from fake_kolada import SOURCE_HEADER, FakeKolada, ServeError, apply_change
from fake_kolada.transport import InProcessTransport

PATHS = (
    "/kpi",
    "/municipality?region_type=L",
    "/municipality_groups?title=grundskola&per_page=50&page=2",
    "/data/kpi/N15436,N07418/municipality/0000,1489,G2328",
    "/data/?kpi_id=U28570&year=2023&per_page=100",
    "/oudata/kpi/N15436/year/2023",
    "/kpi/" + ",".join(["x"] * 26),
    "/nothing",
)


def test_http_and_the_transport_answer_alike(sample):
    """Status, headers and body are the same over HTTP and in process, except for the host in links."""
    fake = FakeKolada(sample)
    with (
        fake.serve() as url,
        httpx.Client(base_url=url) as client,
        httpx.Client(transport=fake.transport(), base_url="http://kolada.test/v3") as direct,
    ):
        for path in PATHS:
            served, called = client.get(path), direct.get(path)
            assert called.status_code == served.status_code, path
            assert called.content == served.content.replace(url.encode(), b"http://kolada.test/v3"), path
            for header in ("content-type", SOURCE_HEADER):
                assert called.headers[header] == served.headers[header], path


def test_links_work_over_http(sample, all_pages):
    """Following next_url over real HTTP returns every row once."""
    with FakeKolada(sample).serve() as url, httpx.Client(base_url=url) as client:
        pages = all_pages(client.get, "/municipality_groups?per_page=1000")
    ids = [row["id"] for page in pages for row in page["values"]]
    assert sample.groups["group_id"].to_list() == ids
    assert pages[0]["next_url"].startswith(url)


def test_four_threads_get_what_one_gets(sample):
    """Concurrent requests return the same bytes as sequential ones."""
    fake = FakeKolada(sample)
    kpi_ids = sample.kpis["kpi_id"].to_list()
    paths = [f"/data/kpi/{kpi_id}/municipality/0114,1489,G2328?per_page=20&page=2" for kpi_id in kpi_ids] * 4
    with (
        httpx.Client(transport=fake.transport(), base_url="http://kolada.test/v3") as client,
        ThreadPoolExecutor(4) as pool,
    ):
        together = list(pool.map(lambda path: client.get(path).content, paths))
        alone = [client.get(path).content for path in paths]
    assert alone == together
    assert 2 * len(paths) == len(fake.log)


def test_replacing_the_data_shows_at_once_and_never_half(small):
    """If the data set is replaced during requests, each response is whole, from the old or the new one."""
    fake = FakeKolada(small)
    path = "/data/kpi/N00001/municipality/0114,0115/year/2020"
    other = apply_change(apply_change(small, "revised:N00001/0114/2020/T=1"), "revised:N00001/0115/2020/T=2")
    with (
        httpx.Client(transport=fake.transport(), base_url="http://kolada.test/v3") as client,
        ThreadPoolExecutor(4) as pool,
    ):
        old = client.get(path).content
        answers = [pool.submit(lambda: client.get(path).content) for _ in range(50)]
        fake.data = other
        answers += [pool.submit(lambda: client.get(path).content) for _ in range(50)]
        new = client.get(path).content
    assert old != new
    assert {old, new} == {answer.result() for answer in answers} | {old}
    assert new == answers[-1].result()
    assert other is fake.data


def test_the_log_tells_what_was_asked(small, ask):
    """The log has method, URL, status and time of each request, in order."""
    fake = FakeKolada(small)
    get = ask(fake)
    before = datetime.now(UTC)
    get("/kpi")
    get("/nothing?x=1")
    assert [
        ("GET", "http://kolada.test/v3/kpi", 200),
        ("GET", "http://kolada.test/v3/nothing?x=1", 404),
    ] == [(entry.method, entry.url, entry.status) for entry in fake.log]
    assert before <= fake.log[0].at <= fake.log[1].at <= datetime.now(UTC)
    fake.clear_log()
    assert () == fake.log


def test_an_answer_over_http_is_in_the_log_when_it_arrives(small):
    """A request is in the log by the time its response arrives."""
    fake = FakeKolada(small)
    with fake.serve() as url, httpx.Client(base_url=url) as client:
        for asked in range(1, 20):
            client.get("/kpi")
            assert (asked, 200) == (len(fake.log), fake.log[-1].status)


def test_the_transport_works_inside_an_event_loop(small, ask):
    """The transport works inside a running event loop, as in a notebook."""

    async def cell():
        return ask(FakeKolada(small))("/kpi").status_code

    assert 200 == asyncio.run(cell())


def test_an_application_that_waits_cant_be_run_in_process():
    """An application that really waits is refused in process, with the alternative."""

    async def waits(scope, receive, send):
        await asyncio.sleep(0)

    transport = InProcessTransport(waits)
    with pytest.raises(RuntimeError, match=r"FakeKolada\.serve"):
        transport.handle_request(httpx.Request("GET", "http://kolada.test/"))


def test_a_taken_port_is_told_with_the_remedy(small):
    """A port in use is refused with the address and the option."""
    fake = FakeKolada(small)
    with fake.serve() as url:
        port = httpx.URL(url).port
        with pytest.raises(ServeError, match=rf"127\.0\.0\.1:{port}.*--port N"), fake.serve(port):
            pass


def test_a_stand_in_can_be_served_again(small):
    """A stand-in can be served again on another port."""
    fake = FakeKolada(small)
    for _ in range(2):
        with fake.serve() as url:
            assert 200 == httpx.get(f"{url}/kpi").status_code
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{url}/kpi")


def test_the_command_serves_until_it_is_interrupted():
    """`kolada fake-api` prints its URL into a pipe, serves, and exits with 0 on an interrupt."""
    command = Path(sys.executable).with_name("kolada")
    chosen = ["--data", "generated:2:500", "--port", "0", "--fault", "unavailable:kpi", "--change", "kpi_retitled"]
    with subprocess.Popen([command, "fake-api", *chosen], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        statuses = [httpx.get(f"{url}/kpi").status_code for _ in range(2)]
        title = httpx.get(f"{url}/kpi").json()["values"][0]["title"]
        process.send_signal(signal.SIGINT)
        code = process.wait(timeout=20)
    assert ([503, 200], True, 0) == (statuses, title.endswith("(-2024)"), code)
