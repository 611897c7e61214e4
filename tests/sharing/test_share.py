"""What a share leaves in a folder and in a bucket, however it ends."""

import hashlib
import json
import socketserver
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from http.server import SimpleHTTPRequestHandler
from pathlib import Path

import boto3
import duckdb
import httpx
import pyarrow.parquet as pq
import pytest
from moto.server import ThreadedMotoServer
from typer.testing import CliRunner

from cli.app import make_app
from fake_kolada import apply_changes
from sharing import ShareError, place_named, share
from sharing.places import Folder, Place
from sharing.withheld import BLANKED, EMPTIED, PERSONS
from tests.conftest import Nights
from warehouse.dictionary import common_columns, described_relations

NOW = datetime(2026, 5, 1, 2, 30, tzinfo=UTC)
# Columns that say by what something is done, not by whom.
NO_PERSONS = {"divided_by", "found_by", "marts_by", "partly_met_by"}
PERSON = "Karin Ekonomsson"


@pytest.fixture(scope="module")
def two_nights(tmp_path_factory: pytest.TempPathFactory, make_nights) -> list[Path]:
    """The published files of two nights, the later one with a revised value, and a person's name in each."""
    from fake_kolada import FakeKolada  # noqa: PLC0415
    from goals import read_plan  # noqa: PLC0415
    from tests.warehouse.first_release.make_fixture import PLAN, small_data  # noqa: PLC0415 - with its plan

    plan = read_plan(PLAN)
    folder = tmp_path_factory.mktemp("nights")
    fake = FakeKolada(small_data([*plan.kpi_ids, *plan.cross_check_kpi_ids]))
    nights: Nights = make_nights(home=folder / "home", fake=fake, plans=(plan,))
    files = []
    for number in (1, 2):
        nights.refresh()
        files.append(folder / f"{number}.duckdb")
        files[-1].write_bytes((nights.home / "kolada.duckdb").read_bytes())
        with duckdb.connect(str(files[-1])) as connection:
            connection.execute(f"update ops.run set message = 'Startad av {PERSON}', base_url = 'http://10.1.2.3/v3'")
        nights.fake.data = apply_changes(nights.fake.data, ["revised"])
    return files


class At:
    """A clock that is set."""

    def __init__(self, day: float = 0.0) -> None:
        self.day = day

    def __call__(self) -> datetime:
        return NOW + timedelta(days=self.day)


def latest_of(place: Place) -> dict:
    return json.loads(place.read("latest.json"))


def assert_whole(root: Path) -> dict:
    """`latest.json` names a whole version: every file is there with its size and hash."""
    latest = json.loads((root / "latest.json").read_text(encoding="utf-8"))
    for each in latest["files"]:
        content = (root / each["path"]).read_bytes()
        assert (each["bytes"], each["sha256"]) == (len(content), hashlib.sha256(content).hexdigest())
    return latest


def test_a_share_is_whole_and_says_what_it_holds(two_nights: list[Path], tmp_path: Path) -> None:
    """The database answers as the published one; each mart is a Parquet file with key and comments."""
    shared = share(two_nights[0], place_named(str(tmp_path)), now=At())
    latest = assert_whole(tmp_path)
    assert (shared.version, shared.is_new) == (latest["name"], True)
    version = tmp_path / "versions" / latest["name"]
    question = "from mart.goal_fulfilment order by all"
    with duckdb.connect(str(version / "kolada.duckdb"), read_only=True) as copy:
        rows = copy.execute(question).fetchall()
        as_of = copy.execute("select count(*) from mart.goal_fulfilment_as_of('2100-01-01')").fetchall()
    with duckdb.connect(str(two_nights[0]), read_only=True) as original:
        assert original.execute(question).fetchall() == rows
    assert as_of == [(len(rows),)]
    package = json.loads((version / "datapackage.json").read_text(encoding="utf-8"))
    by_name = {each["name"]: each for each in package["resources"]}
    goals = by_name["goal-fulfilment"]
    assert goals["schema"]["primaryKey"] == ["plan_id", "indicator_id", "year"]
    assert pq.read_table(version / goals["path"]).num_rows == len(rows)
    told = pq.read_metadata(version / goals["path"]).metadata
    assert json.loads(told[b"columns"])["margin"] != ""
    assert (
        by_name["database"]["hash"] == f"sha256:{hashlib.sha256((version / 'kolada.duckdb').read_bytes()).hexdigest()}"
    )
    assert 'href="versions/' in (tmp_path / "index.html").read_text(encoding="utf-8")


@pytest.mark.slow
def test_names_of_persons_and_the_log_stay_at_home(two_nights: list[Path], tmp_path: Path) -> None:
    """Not a byte of them is in any file, unless all is asked for."""
    share(two_nights[0], place_named(str(tmp_path / "some")), now=At())
    share(two_nights[0], place_named(str(tmp_path / "all")), is_all=True, now=At())

    def holds(folder: str, text: bytes) -> bool:
        return any(text in path.read_bytes() for path in (tmp_path / folder).rglob("*") if path.is_file())

    assert [holds("some", text) for text in (PERSON.encode(), b"10.1.2.3", b"/v3/data/")] == [False] * 3
    assert [holds("all", text) for text in (PERSON.encode(), b"10.1.2.3")] == [True] * 2


def test_what_is_withheld_is_known_to_the_dictionary() -> None:
    """Every column whose name says who did something is on the list, and nothing on it is unknown."""
    columns = {column for each in described_relations().values() for column in each.columns} | set(common_columns())
    said = {column for column in columns - NO_PERSONS if column.endswith("_by")}
    assert said <= set(PERSONS)
    assert set(EMPTIED) <= set(described_relations())
    assert set(BLANKED) <= set(described_relations())


@pytest.mark.slow
def test_the_same_state_is_shared_once(two_nights: list[Path], tmp_path: Path) -> None:
    """A second share of one publication changes nothing; the next publication is a version; a rollback is one, too."""
    place = place_named(str(tmp_path))
    first = share(two_nights[0], place, now=At(0))
    assert share(two_nights[0], place, now=At(1)) == type(first)(first.version, is_new=False, size=0)
    second = share(two_nights[1], place, now=At(2))
    back = share(two_nights[0], place, now=At(3))
    assert len({first.version, second.version, back.version}) == 3
    assert (latest_of(place)["name"], latest_of(place)["run_id"]) == (back.version, back.version.partition("-")[2])


@pytest.mark.slow
def test_older_versions_are_pruned_and_young_ones_stay(two_nights: list[Path], tmp_path: Path) -> None:
    """Beyond the count the oldest go, unless they are too young; what `latest.json` names always stays."""
    place = place_named(str(tmp_path))
    for day in range(6):
        share(two_nights[day % 2], place, keep=2, min_days=3, now=At(day))
    assert [name[:8] for name in place.versions()] == ["20260503", "20260504", "20260505", "20260506"]
    share(two_nights[0], place, keep=2, min_days=0, now=At(6))
    assert [name[:8] for name in place.versions()] == ["20260506", "20260507"]
    assert_whole(tmp_path)


class Stopping(Folder):
    """A folder at which a share is killed before one of its steps, or within the copying."""

    def __init__(self, root: Path, stops_at: int) -> None:
        super().__init__(root)
        self.left = stops_at

    def _step(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise KeyboardInterrupt

    def put_version(self, name: str, folder: Path, files: list[str]) -> None:
        self._step()
        half = files[: len(files) // 2]
        if self.left == 0:
            for each in half:
                (self.root / ".parts" / name / each).parent.mkdir(parents=True, exist_ok=True)
                (self.root / ".parts" / name / each).write_bytes(b"half")
        self._step()
        super().put_version(name, folder, files)

    def put(self, name: str, content: bytes) -> None:
        self._step()
        super().put(name, content)

    def remove_version(self, name: str) -> None:
        self._step()
        super().remove_version(name)


@pytest.mark.slow
@pytest.mark.parametrize("stops_at", range(5))
def test_a_share_that_is_killed_leaves_a_whole_one(two_nights: list[Path], tmp_path: Path, stops_at: int) -> None:
    """Killed before any step, `latest.json` names a whole version, the earlier or the later; the next share goes on."""
    share(two_nights[0], place_named(str(tmp_path)), now=At(0))
    with pytest.raises(KeyboardInterrupt):
        share(two_nights[1], Stopping(tmp_path, stops_at), keep=1, min_days=0, now=At(1))
    assert_whole(tmp_path)
    share(two_nights[1], place_named(str(tmp_path)), keep=1, min_days=0, now=At(2))
    latest = assert_whole(tmp_path)
    assert place_named(str(tmp_path)).versions() == [latest["name"]]


@pytest.mark.parametrize(
    ("where", "named"), [("ftp://x/y", "ftp://x/y"), ("s3:///prefix", "s3:///prefix"), ("/dev/null/x", "/dev/null/x")]
)
def test_a_place_that_is_none_is_named(where: str, named: str) -> None:
    """The message names the place and what to do."""
    with pytest.raises(ShareError, match=named):
        place_named(where)


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A bucket of a server that speaks S3, over HTTP."""
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
    boto3.client("s3").create_bucket(Bucket="kolada", CreateBucketConfiguration={"LocationConstraint": "eu-north-1"})
    yield "s3://kolada/goals"
    server.stop()


@pytest.mark.slow
def test_a_bucket_holds_whole_versions(two_nights: list[Path], bucket: str) -> None:
    """Five nights: the latest one's hashes hold, older ones are pruned, and an unknown bucket is named."""
    place = place_named(bucket)
    for day in range(5):
        share(two_nights[day % 2], place, keep=2, min_days=0, now=At(day))
    latest = latest_of(place)
    client = boto3.client("s3")
    for each in latest["files"]:
        content = client.get_object(Bucket="kolada", Key=f"goals/{each['path']}")["Body"].read()
        assert each["sha256"] == hashlib.sha256(content).hexdigest()
    assert [name[:8] for name in place.versions()] == ["20260504", "20260505"]
    with pytest.raises(ShareError, match="s3://no-such-bucket"):
        share(two_nights[0], place_named("s3://no-such-bucket"), now=At())


@pytest.mark.slow
def test_a_web_server_serves_what_latest_names(two_nights: list[Path], tmp_path: Path) -> None:
    """Behind a plain web server, the paths of latest.json are found relative to it."""
    share(two_nights[0], place_named(str(tmp_path)), now=At())
    handler = partial(SimpleHTTPRequestHandler, directory=str(tmp_path))
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        base = f"http://127.0.0.1:{server.server_address[1]}/"
        latest = httpx.get(f"{base}latest.json").json()
        for each in latest["files"]:
            assert each["sha256"] == hashlib.sha256(httpx.get(base + each["path"]).content).hexdigest()
        server.shutdown()


def test_the_command_shares_and_says_where(two_nights: list[Path], tmp_path: Path) -> None:
    """Shared, shared already, no place, nothing published: each with its message and exit code."""
    home = tmp_path / "home"
    home.mkdir()
    run = CliRunner().invoke
    app = make_app(["share", "sql"])

    def told(*arguments: str) -> tuple[int, str]:
        ended = run(app, ["share", "--home", str(home), *arguments])
        return ended.exit_code, ended.output

    assert told("--to", str(tmp_path / "www"))[0] != 0
    (home / "kolada.duckdb").write_bytes(two_nights[0].read_bytes())
    code, text = told("--to", str(tmp_path / "www"))
    assert (code, f"Shared to {tmp_path / 'www'}" in text.replace("\n", "")) == (0, True)
    assert "has this publication already" in told("--to", str(tmp_path / "www"))[1]
    code, text = told()
    assert (code, "No place is named" in text) == (2, True)
