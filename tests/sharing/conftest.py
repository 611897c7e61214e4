"""Fixtures of the sharing tests: two published runs, a bucket, a web server."""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import boto3
import duckdb
import httpx
import pytest
from moto.server import ThreadedMotoServer

from fake_kolada import FakeKolada, apply_changes
from goals import read_plan
from tests.conftest import Nights
from tests.warehouse.first_release.make_fixture import PLAN, small_data

PERSON = "Karin Ekonomsson"
# An edited author of a figure, and an added row that has no main text and is described whole.
EDITS = """
    insert into mart.plan_change by name
    select
        ops.publication.run_id,
        ops.publication.published_at as known_from,
        'small' as plan_id,
        unnest(['outcomes_manual.csv', 'comments.csv']) as file_name,
        'V1' as item_id,
        '' as row_key,
        unnest(['edited', 'added']) as edit,
        unnest(['entered_by', null]) as column_name,
        unnest(['Nils', null]) as value_before,
        unnest([$person, 'period: T1; written_by: ' || $person]) as value_after
    from ops.publication
    order by known_from desc
    limit 2
"""


@pytest.fixture(scope="session")
def person() -> str:
    """The name that the published files of the two runs contain."""
    return PERSON


@pytest.fixture(scope="session")
def two_nights(tmp_path_factory: pytest.TempPathFactory, make_nights: Callable[..., Nights]) -> list[Path]:
    """The published files of two runs, the later one with a revised value, each with a person's name."""
    plan = read_plan(PLAN)
    folder = tmp_path_factory.mktemp("nights")
    fake = FakeKolada(small_data([*plan.kpi_ids, *plan.cross_check_kpi_ids]))
    nights = make_nights(home=folder / "home", fake=fake, plans=(plan,))
    files = []
    for number in (1, 2):
        nights.refresh()
        files.append(folder / f"{number}.duckdb")
        files[-1].write_bytes((nights.home / "kolada.duckdb").read_bytes())
        with duckdb.connect(str(files[-1])) as connection:
            connection.execute(f"update ops.run set message = 'Startad av {PERSON}', base_url = 'http://10.1.2.3/v3'")
            connection.execute(EDITS, {"person": PERSON})
        nights.fake.data = apply_changes(nights.fake.data, ["revised"])
    return files


class QuietHandler(SimpleHTTPRequestHandler):
    """A request handler that serves files and logs nothing."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - named so by what it stands for
        """Log nothing."""


@pytest.fixture
def serve_folder() -> Iterator[Callable[[Path], str]]:
    """Give a function that serves a folder over HTTP and returns its URL."""
    with ExitStack() as stack:

        def serve(folder: Path) -> str:
            handler = partial(QuietHandler, directory=str(folder))
            server = stack.enter_context(ThreadingHTTPServer(("127.0.0.1", 0), handler))
            threading.Thread(target=server.serve_forever, daemon=True).start()
            stack.callback(server.shutdown)
            return f"http://127.0.0.1:{server.server_address[1]}/"

        yield serve


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A public bucket on an S3 server."""
    server = ThreadedMotoServer(port=0)
    server.start()
    host, port = server.get_host_and_port()
    for name, value in {
        "AWS_ENDPOINT_URL": f"http://{host}:{port}",
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_DEFAULT_REGION": "eu-north-1",
    }.items():
        monkeypatch.setenv(name, value)
    # Servers in one process share their contents.
    httpx.post(f"http://{host}:{port}/moto-api/reset").raise_for_status()
    boto3.client("s3").create_bucket(
        Bucket="kolada", ACL="public-read", CreateBucketConfiguration={"LocationConstraint": "eu-north-1"}
    )
    yield "s3://kolada/goals"
    server.stop()
