"""The results of a share in a folder and in a bucket, whether it succeeds or is killed."""

import hashlib
import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import boto3
import duckdb
import httpx
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from cli.app import make_app
from sharing import ShareError, place_named, share
from sharing.places import Folder, Place
from sharing.withheld import BLANKED, EMPTIED, PERSONS
from tests.sharing.support import wished
from warehouse.dictionary import common_columns, described_relations
from warehouse.published_file import publication_of

NOW = datetime(2026, 5, 1, 2, 30, tzinfo=UTC)
# Columns that end with `_by` but name no person.
NO_PERSONS = {"divided_by", "found_by", "marts_by", "partly_met_by"}


class At:
    """A clock with a fixed time."""

    def __init__(self, day: float = 0.0) -> None:
        self.day = day

    def __call__(self) -> datetime:
        return NOW + timedelta(days=self.day)


def latest_of(place: Place) -> dict:
    return json.loads(place.read("latest.json"))


def assert_whole(root: Path) -> dict:
    """Assert that every file of `latest.json` has its size and hash; return its contents."""
    latest = json.loads((root / "latest.json").read_text(encoding="utf-8"))
    for each in latest["files"]:
        content = (root / each["path"]).read_bytes()
        assert (each["bytes"], each["sha256"]) == (len(content), hashlib.sha256(content).hexdigest())
    return latest


@pytest.mark.slow
def test_a_share_is_whole_and_says_what_it_holds(two_nights: list[Path], tmp_path: Path) -> None:
    """The shared database equals the published one, and each mart is a Parquet file with key and comments."""
    shared = share(two_nights[0], place_named(str(tmp_path)), wished(), now=At())
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
def test_names_of_persons_and_the_log_stay_at_home(two_nights: list[Path], person: str, tmp_path: Path) -> None:
    """Names of persons and request logs are in no shared file, unless everything is shared."""
    share(two_nights[0], place_named(str(tmp_path / "some")), wished(), now=At())
    share(two_nights[0], place_named(str(tmp_path / "all")), wished(is_all=True), now=At())

    def holds(folder: str, text: bytes) -> bool:
        return any(text in path.read_bytes() for path in (tmp_path / folder).rglob("*") if path.is_file())

    assert [holds("some", text) for text in (person.encode(), b"10.1.2.3", b"/v3/data/")] == [False] * 3
    assert [holds("all", text) for text in (person.encode(), b"10.1.2.3")] == [True] * 2


@pytest.mark.slow
def test_an_edit_stays_told_without_its_name(two_nights: list[Path], tmp_path: Path) -> None:
    """Edits are shared without cells that contain a person's name."""
    share(two_nights[0], place_named(str(tmp_path)), wished(), now=At())
    (shared,) = tmp_path.glob("versions/*/kolada.duckdb")
    with duckdb.connect(str(shared), read_only=True) as copy:
        rows = copy.execute("select edit, value_before, value_after from mart.plan_change order by edit").fetchall()
    assert rows == [("added", None, None), ("edited", None, None)]


def test_what_is_withheld_is_known_to_the_dictionary() -> None:
    """Every column that names a person is withheld, and every withheld column exists."""
    columns = {column for each in described_relations().values() for column in each.columns} | set(common_columns())
    said = {column for column in columns - NO_PERSONS if column.endswith("_by")}
    assert said <= set(PERSONS)
    assert set(EMPTIED) <= set(described_relations())
    assert set(BLANKED) <= set(described_relations())


@pytest.mark.slow
def test_the_same_state_is_shared_once(two_nights: list[Path], tmp_path: Path) -> None:
    """A repeated share of one publication changes nothing; a new publication or a rollback is a new version."""
    place = place_named(str(tmp_path))
    first = share(two_nights[0], place, wished(), now=At(0))
    assert share(two_nights[0], place, wished(), now=At(1)) == type(first)(first.version, is_new=False, size=0)
    second = share(two_nights[1], place, wished(), now=At(2))
    back = share(two_nights[0], place, wished(), now=At(3))
    assert len({first.version, second.version, back.version}) == 3
    assert (latest_of(place)["name"], latest_of(place)["run_id"]) == (back.version, back.version.partition("-")[2])


@pytest.mark.slow
def test_older_versions_are_pruned_and_young_ones_stay(two_nights: list[Path], tmp_path: Path) -> None:
    """Versions beyond `keep` are pruned if they are older than `min_days`; the latest one always stays."""
    place = place_named(str(tmp_path))
    for day in range(6):
        share(two_nights[day % 2], place, wished(keep=2, min_days=3), now=At(day))
    assert [name[:8] for name in place.versions()] == ["20260503", "20260504", "20260505", "20260506"]
    share(two_nights[0], place, wished(keep=2, min_days=0), now=At(6))
    assert [name[:8] for name in place.versions()] == ["20260506", "20260507"]
    assert_whole(tmp_path)


@pytest.mark.slow
def test_a_reader_has_time_after_the_version_was_replaced(two_nights: list[Path], tmp_path: Path) -> None:
    """A replaced version stays for `min_days` after its replacement, even after a killed share."""
    place = place_named(str(tmp_path))
    first = share(two_nights[0], place, wished(keep=1, min_days=2), now=At(0))
    with pytest.raises(KeyboardInterrupt):
        share(two_nights[1], Stopping(tmp_path, 2), wished(keep=1, min_days=2), now=At(6))
    left = [name for name in place.versions() if name != first.version]
    second = share(two_nights[1], place, wished(keep=1, min_days=2), now=At(7))
    assert [first.version, *left, second.version] == place.versions()
    share(two_nights[1], place, wished(keep=1, min_days=2), now=At(8.5))
    assert [first.version, second.version] == place.versions()
    assert share(two_nights[1], place, wished(keep=1, min_days=2), now=At(9)).pruned == (first.version,)


class Stopping(Folder):
    """A folder where a share is killed before one of its steps or while copying."""

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
    """After a kill at any step `latest.json` names a whole version, and the next share works."""
    share(two_nights[0], place_named(str(tmp_path)), wished(), now=At(0))
    with pytest.raises(KeyboardInterrupt):
        share(two_nights[1], Stopping(tmp_path, stops_at), wished(keep=1, min_days=0), now=At(1))
    assert_whole(tmp_path)
    share(two_nights[1], place_named(str(tmp_path)), wished(keep=1, min_days=0), now=At(2))
    latest = assert_whole(tmp_path)
    assert place_named(str(tmp_path)).versions() == [latest["name"]]


@pytest.mark.slow
def test_what_is_published_meanwhile_makes_no_mixture(two_nights: list[Path], tmp_path: Path) -> None:
    """If a publication replaces the file during a share, the new one is shared whole."""
    published, aside = tmp_path / "kolada.duckdb", tmp_path / "aside"
    published.write_bytes(two_nights[0].read_bytes())
    aside.mkdir()
    later = [two_nights[1]]

    def publish_once(event: str, given: tuple) -> None:
        if later and event == "os.mkdir" and str(given[0]).startswith(str(aside)) and str(given[0]).endswith("/mart"):
            published.write_bytes(later.pop().read_bytes())

    sys.addaudithook(publish_once)
    shared = share(published, place_named(str(tmp_path / "www")), wished(), now=At(), aside=aside)
    assert later == []
    latest = assert_whole(tmp_path / "www")
    assert (latest["name"], latest["run_id"]) == (shared.version, publication_of(two_nights[1]).run_id)
    assert latest["home_sha256"] == hashlib.sha256(two_nights[1].read_bytes()).hexdigest()


@pytest.mark.slow
def test_a_place_of_other_contents_is_left_alone(two_nights: list[Path], tmp_path: Path) -> None:
    """A place with values of another source kind, or with another program's `latest.json`, is refused."""
    other = tmp_path / "other.duckdb"
    other.write_bytes(two_nights[0].read_bytes())
    with duckdb.connect(str(other)) as connection:
        connection.execute("update ops.run set source_kind = 'recorded'")
    place = place_named(str(tmp_path / "www"))
    share(other, place, wished(), now=At())
    before = place.read("latest.json")
    with pytest.raises(ShareError, match=r"www` has `recorded` data, but these are `\w+`"):
        share(two_nights[0], place, wished(), now=At(1))
    assert before == place.read("latest.json")
    for content in (b"{", b"[]", b'{"version": 3}'):
        place.put("latest.json", content)
        with pytest.raises(ShareError, match=r"`latest.json` of `.*www` was not written"):
            share(other, place, wished(), now=At(1))
        assert content == place.read("latest.json")
    foreign = tmp_path / "foreign"
    foreign.mkdir()
    (foreign / "latest.json").write_text("{}")
    with pytest.raises(ShareError, match=r"`latest.json` of `.*foreign` was not written"):
        share(other, place_named(str(foreign)), wished(), now=At(1))
    assert [each.name for each in foreign.iterdir()] == ["latest.json"]


@pytest.mark.parametrize("where", ["ftp://x/y", "s3:///prefix", "file:///srv/www", "ducklake:lake"])
def test_a_text_that_names_no_place_is_bad_input(where: str, tmp_path: Path) -> None:
    """The command refuses an invalid place by name, with the exit code of bad input."""
    (tmp_path / "kolada.duckdb").touch()
    told = CliRunner().invoke(make_app(["share", "sql"]), ["share", "--home", str(tmp_path), "--to", where])
    assert (told.exit_code, f"`{where}`" in told.output) == (2, True)


@pytest.mark.slow
def test_a_folder_that_cannot_be_is_told(two_nights: list[Path], tmp_path: Path) -> None:
    """A place below a file is refused with the name of the file."""
    (tmp_path / "file").write_text("x")
    with pytest.raises(ShareError, match=rf"`{tmp_path}/file/www` cannot be a folder, because `{tmp_path}/file"):
        share(two_nights[0], place_named(f"{tmp_path}/file/www"), wished(), now=At())


@pytest.mark.slow
def test_a_bucket_holds_whole_versions(two_nights: list[Path], bucket: str) -> None:
    """In a bucket the latest version has its hashes, older ones are pruned, and an unknown bucket is named."""
    place = place_named(bucket)
    for day in range(5):
        share(two_nights[day % 2], place, wished(keep=2, min_days=0), now=At(day))
    latest = latest_of(place)
    client = boto3.client("s3")
    for each in latest["files"]:
        content = client.get_object(Bucket="kolada", Key=f"goals/{each['path']}")["Body"].read()
        assert each["sha256"] == hashlib.sha256(content).hexdigest()
    assert [name[:8] for name in place.versions()] == ["20260504", "20260505"]
    with pytest.raises(ShareError, match="s3://no-such-bucket"):
        share(two_nights[0], place_named("s3://no-such-bucket"), wished(), now=At())


@pytest.mark.slow
def test_a_web_server_serves_what_latest_names(two_nights: list[Path], tmp_path: Path, serve_folder) -> None:
    """The relative paths in latest.json work behind a plain web server."""
    share(two_nights[0], place_named(str(tmp_path)), wished(), now=At())
    base = serve_folder(tmp_path)
    latest = httpx.get(f"{base}latest.json").json()
    for each in latest["files"]:
        assert each["sha256"] == hashlib.sha256(httpx.get(base + each["path"]).content).hexdigest()


@pytest.mark.slow
def test_the_command_shares_and_says_where(two_nights: list[Path], tmp_path: Path) -> None:
    """A new share, a repeated one, a missing place and a missing publication each have their message and exit code."""
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
    assert "already has this publication" in told("--to", str(tmp_path / "www"))[1]
    code, text = told()
    assert (code, "No place is named" in text) == (2, True)
