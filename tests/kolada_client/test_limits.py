"""Limits of time and size over a real connection: slow, endless and huge responses have a bounded cost."""

import json
import subprocess
import sys
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from fake_kolada import FakeKolada, sample_data
from fake_kolada.wire_faults import gzip_bomb, zstd_bomb
from kolada_client import KoladaClient, KoladaDeadlineExceeded, KoladaUnreachable
from kolada_client.fetching import MAX_BODY_BYTES
from tests.kolada_client.support import REQUEST, Api

REPOSITORY = Path(__file__).resolve().parents[2]

# Each KPI gets one of them.
LARGE = {
    "N00001": "zstd_bomb",
    "N00002": "gzip_bomb",
    "N00003": "gzip_in_gzip",
    "N00004": "huge_answer",
    "N00005": "endless_hints",
}
DRIPPING = {"N00006": "dripping_head", "N00007": "dripping_body"}
ASK_EACH = """
import json, resource, sys, time
from kolada_client import DataRequest, KoladaClient, KoladaError
told, before = {}, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
for timeout, kpis in ((60, sys.argv[2]), (0.3, sys.argv[3])):
    with KoladaClient(sys.argv[1], rate=None, timeout=timeout, max_attempts=2) as client:
        for kpi in kpis.split(","):
            try:
                told[kpi] = str(client.answer(DataRequest((kpi,), ("0180",))))
            except KoladaError as error:
                told[kpi] = f"{type(error).__name__}: {error}"
usage = resource.getrusage(resource.RUSAGE_SELF)
print(json.dumps({"told": told, "kilobytes": usage.ru_maxrss - before, "cpu_seconds": usage.ru_utime + usage.ru_stime}))
"""


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[FakeKolada, str]]:
    """Serve the stand-in on a real port."""
    fake = FakeKolada(sample_data())
    zstd_bomb(), gzip_bomb()  # made once, before a response waits for them
    with fake.serve() as url:
        yield fake, url


@pytest.mark.slow
def test_whatever_is_sent_costs_bounded_memory_and_time(served: tuple[FakeKolada, str]) -> None:
    """Bombs of 3 GB, 40 MB of nothing, endless headers and endless hints are named and take at most 200 MB."""
    fake, url = served
    faults = LARGE | DRIPPING
    fake.faults = [f"{name}@every:{kpi}" for kpi, name in faults.items()]
    asked = subprocess.run(
        [sys.executable, "-c", ASK_EACH, url, ",".join(LARGE), ",".join(DRIPPING)],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=True,
    )
    report = json.loads(asked.stdout)
    said = {
        "zstd_bomb": "KoladaUnreadable: Kolada answered 200 with a body that is packed as `zstd`",
        "gzip_bomb": "KoladaUnreadable: Kolada answered",
        "gzip_in_gzip": "KoladaUnreadable: Kolada answered 200 with a body that is packed as `gzip, gzip`",
        "huge_answer": "KoladaUnreadable: Kolada answered",
        "dripping_head": "KoladaUnreachable: the connection for",
        "dripping_body": "KoladaUnreachable: the connection for",
        "endless_hints": "KoladaUnreachable: the connection for",
    }
    told = {name: report["told"][kpi] for kpi, name in faults.items()}
    assert dict.fromkeys(said, True) == {name: told[name].startswith(words) for name, words in said.items()}, told
    assert "the headers were not there after 0.3 seconds" in told["dripping_head"]
    assert "the body, or the next 64 kB of it, was not there after 0.3 seconds" in told["dripping_body"]
    assert "bytes came before the answer began" in told["endless_hints"]
    assert f"more than {MAX_BODY_BYTES // 1024**2} MB" in told["gzip_bomb"]
    assert report["kilobytes"] < 200_000
    assert report["cpu_seconds"] < 20


@pytest.mark.parametrize("fault", [*DRIPPING.values(), "endless_hints"])
def test_the_deadline_ends_what_never_ends(served: tuple[FakeKolada, str], fault: str) -> None:
    """The deadline ends a request in every phase, even with a longer timeout."""
    fake, url = served
    fake.faults = [f"{fault}@every"]
    with (
        KoladaClient(url, rate=None, timeout=60, total_deadline=0.3) as client,
        pytest.raises((KoladaDeadlineExceeded, KoladaUnreachable)),
    ):
        client.answer(REQUEST)


@pytest.mark.parametrize("fault", [*LARGE.values(), *DRIPPING.values()])
def test_what_passes_is_waited_out(served: tuple[FakeKolada, str], fault: str) -> None:
    """After a limit was exceeded once, the retry succeeds over the same client."""
    fake, url = served
    fake.faults = []
    timeout = 1.0 if fault in DRIPPING.values() else 60
    with KoladaClient(url, rate=None, timeout=timeout) as client:
        expected = client.answer(REQUEST).frame
        fake.faults = [fault]
        answer = client.answer(REQUEST)
    assert [f"{fault}@first"] == [str(each) for each in fake.faults]
    assert answer.frame.equals(expected)
    assert answer.pages[0].received.attempts > 1


class Crumbs(httpx.SyncByteStream):
    """A body that arrives two bytes at a time."""

    def __init__(self, body: bytes) -> None:
        self.body = body

    def __iter__(self) -> Iterator[bytes]:
        """Yield the pieces."""
        return (self.body[place : place + 2] for place in range(0, len(self.body), 2))


def test_a_body_in_crumbs_takes_memory_for_its_bytes_only(api: Api) -> None:
    """A body in half a million pieces takes a few times its size, not an object for each piece."""
    body = api.json([api.row()]) + b" " * 1_000_000
    client = api.client(lambda _request: httpx.Response(200, stream=Crumbs(body)))
    tracemalloc.start()
    try:
        answer = client.answer(REQUEST)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert answer.frame.height == 1
    assert peak < 6 * len(body)
