"""Many readers while the file is replaced, and random URLs."""

import re
import shutil
import threading
from html import unescape
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from fake_kolada import FakeKolada, apply_changes
from tests.reports.conftest import World, ids
from tests.reports.support import PLAN_ID, corner
from tests.sweeping import is_whole
from web import make_app

GOALS = f"/mal/{PLAN_ID}?year=2023"
READERS, PUBLICATIONS = (50, 20) if is_whole() else (5, 4)
EXAMPLES = 3000 if is_whole() else 300
PATHS = (
    "/",
    f"/mal/{PLAN_ID}",
    f"/mal/{PLAN_ID}/P4.3",
    f"/mal/{PLAN_ID}/P4.3/forklara",
    "/nyckeltal",
    "/nyckeltal/N15436",
    "/nyckeltal/N15436/kommuner",
    "/jamfor",
    "/andringar",
    f"/andringar/{PLAN_ID}.atom",
    "/drift",
    "/hamta",
    f"/hamta/{PLAN_ID}",
    "/static/web.css",
)
NAMES = (
    *("year", "as_of", "period", "goal", "owner", "verdict", "section", "q", "sort"),
    *("kpi", "units", "gender", "since", "until", "add", "format"),
)
MARKUP = '"><script>alert(1)</script>'
words = st.one_of(
    st.text(max_size=30),
    st.sampled_from(
        [
            "2023",
            "-1",
            "9" * 30,
            "1489,0000",
            "N15436",
            "\x00",
            "../../etc/passwd",
            "%s%n",
            "' or 1=1 --",
            MARKUP,
            "{{7*7}}",
        ]
    ),
    st.dates().map(str),
)


@pytest.fixture(scope="module")
def pages(awkward_world: World) -> TestClient:
    """A client of the pages that returns errors as responses."""
    app = make_app(awkward_world.home / "kolada.duckdb")
    return TestClient(app, base_url="http://127.0.0.1:8080", raise_server_exceptions=False)


@pytest.mark.sweep
@pytest.mark.timeout(3600)
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
@given(
    path=st.one_of(
        st.sampled_from(PATHS), st.lists(words, max_size=4).map(lambda parts: "/" + "/".join(map(quote, parts)))
    ),
    parameters=st.lists(st.tuples(st.one_of(st.sampled_from(NAMES), words), words), max_size=4),
)
@example(path="//", parameters=[])
def test_no_address_breaks_the_pages(pages: TestClient, path: str, parameters: list[tuple[str, str]]) -> None:
    """Any URL gets a response below 500, without a traceback or unescaped markup."""
    query = "&".join(f"{quote(name)}={quote(value)}" for name, value in parameters)
    address = f"{pages.base_url}{path}"
    answer = pages.get(f"{address}?{query}" if query else address, follow_redirects=False)
    assert answer.status_code < 500
    if "html" in answer.headers.get("content-type", ""):
        assert "Traceback" not in answer.text
        assert MARKUP not in answer.text


@pytest.mark.sweep
@pytest.mark.timeout(3600)
@pytest.mark.slow
def test_readers_never_see_two_publications_on_a_page(make_nights, plans, tmp_path: Path) -> None:
    """While the file is replaced repeatedly, readers get no error, and each page shows one publication."""
    [plan] = [each for each in plans if each.plan_id == PLAN_ID]
    fake = FakeKolada(corner(ids(plan), source_kind="sample"))
    nights = make_nights(home=tmp_path / "home", fake=fake, plans=(plan,))
    files: list[Path] = []
    shown: dict[str, str] = {}
    for value in ("91.4", "95.4"):
        nights.fake.data = apply_changes(nights.fake.data, [f"revised:N15485/1489/2023/T={value}"])
        nights.refresh()
        files.append(tmp_path / f"{value}.duckdb")
        shutil.copyfile(nights.home / "kolada.duckdb", files[-1])
        with TestClient(make_app(files[-1]), base_url="http://127.0.0.1:8080") as client:
            shown[_moment(client.get(GOALS).text)] = value.replace(".", ",")
    assert len(shown) == len(files)

    published = tmp_path / "published.duckdb"
    shutil.copyfile(files[0], published)
    app = make_app(published)
    ended = threading.Event()
    faults: list[str] = []

    def read() -> None:
        with TestClient(app, base_url="http://127.0.0.1:8080", raise_server_exceptions=False) as client:
            while not ended.is_set():
                answer = client.get(GOALS)
                figure = shown.get(_moment(answer.text))
                if answer.status_code != 200 or figure is None or figure not in unescape(answer.text):
                    faults.append(answer.text[:300])
                    return

    readers = [threading.Thread(target=read) for _ in range(READERS)]
    for reader in readers:
        reader.start()
    with TestClient(app, base_url="http://127.0.0.1:8080", raise_server_exceptions=False) as client:
        for number in range(1, PUBLICATIONS + 1):
            shutil.copyfile(files[number % 2], tmp_path / "next.duckdb")
            (tmp_path / "next.duckdb").replace(published)
            answer = client.get(GOALS)
            assert shown[_moment(answer.text)] in answer.text
    ended.set()
    for reader in readers:
        reader.join()
    assert faults == []


def _moment(text: str) -> str:
    """Return the publication that a page names."""
    found = re.search(r"som läget var känt ([^<.]*)", text, re.IGNORECASE)
    return "" if found is None else found[1].strip()
