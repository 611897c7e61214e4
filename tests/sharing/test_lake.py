"""Three homes share to one lake, run after run: PostgreSQL, an S3 server, and DuckDB extensions from wheels.

`make lake` runs this with the DuckDB version that has these wheels.
"""

import importlib.util
import itertools
import os
import random
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import boto3
import duckdb
import pytest

from fake_kolada import apply_changes
from sharing import ShareError, place_named, share
from sharing.lake import load_extensions, open_lake
from sharing.lake_address import lake_address
from sharing.lake_share import share_to_lake
from sharing.withheld import write_shared_file
from tests.conftest import REPOSITORY, UNLIMITED, small_home
from tests.sharing.lake_servers import postgres_server, range_server, s3_server
from tests.sharing.support import present, wished
from tests.sharing.test_recipes import ADDRESS, code_of
from tests.sweeping import is_whole, points_of
from warehouse.database import quoted

pytestmark = [
    pytest.mark.slow,
    # Nine runs and about twenty commands: a timeout for a machine that is ten times as busy.
    pytest.mark.timeout(1800),
    pytest.mark.skipif(
        importlib.util.find_spec("duckdb_extension_ducklake") is None,
        reason="DuckDB's extension wheels are not there: `make lake` brings them",
    ),
]

HOMES = ("ale", "bjurholm", "lanet")
MIRROR = "lanet"
BUCKET = "kolada"
# A tenth of the twenty, and the first run, which only creates the tables.
NIGHTS = 20 if is_whole() else 3
CHANGES = ("revised", "share_revised:N15436=30", "new_year:N15436", "share_suppressed:N15436=10", "vanished")
# The number of new files in the bucket at which the writer is killed.
KILLED_AT = points_of(range(1, 41, 2), seed=7)
SEEN = (
    "mart_goal_fulfilment_version",
    "mart_maluppfyllelse",
    "mart_ranking_version",
    "plan_target_version",
    "ops_publication",
)


@pytest.fixture(scope="module")
def catalogue() -> Iterator[str]:
    """The address of a PostgreSQL server, with an S3 server in the environment."""
    with postgres_server() as server, s3_server(BUCKET):
        yield server


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Path]]:
    """The published files of each home and run, and their shared parts: `NIGHT.duckdb` and `NIGHT.shared.duckdb`."""
    chance = random.Random(20261127)
    found: dict[str, list[Path]] = {}
    for home in HOMES:
        folder = tmp_path_factory.mktemp(home)
        nights = small_home(folder / "home")
        nights.settings = dict(UNLIMITED)
        nights.now += timedelta(minutes=HOMES.index(home))
        for number in range(NIGHTS):
            nights.refresh()
            file = folder / f"{number}.duckdb"
            file.write_bytes((nights.home / "kolada.duckdb").read_bytes())
            write_shared_file(file, shared_of(file), is_all=False)
            found.setdefault(home, []).append(file)
            nights.fake.data = apply_changes(nights.fake.data, [chance.choice(CHANGES), "revised"])
    return found


def shared_of(file: Path) -> Path:
    """Return the path of a published file's shared part."""
    return file.with_suffix(".shared.duckdb")


@dataclass
class Lake:
    """A lake with its own database and prefix; homes share to it with the command, each in a subprocess."""

    server: str
    name: str
    folder: Path

    def where(self, home: str) -> str:
        core = "&core=yes" if home == MIRROR else ""
        return f"ducklake:{self.server}/{self.name}?data=s3://{BUCKET}/{self.name}&home={home}{core}"

    def begin(self, home: str, file: Path) -> "subprocess.Popen[str]":
        """Start sharing a published file as that of a home."""
        place = self.folder / home
        place.mkdir(exist_ok=True)
        aside = place / f"{time.monotonic_ns()}"
        aside.write_bytes(file.read_bytes())
        aside.replace(place / "kolada.duckdb")
        command = ["-c", "from kolada_pipeline import main; main()", "share", "--home", str(place)]
        return subprocess.Popen(
            [sys.executable, *command, "--to", self.where(home)],
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(["", str(REPOSITORY), *sys.path]).strip(os.pathsep)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def share(self, home: str, file: Path) -> str:
        return ended(self.begin(home, file))

    def open(self) -> duckdb.DuckDBPyConnection:
        """Open the lake as an analyst does, by the recipe in docs/sharing.md."""
        connection = duckdb.connect()
        load_extensions(connection)
        endpoint = os.environ["AWS_ENDPOINT_URL"].removeprefix("http://")
        connection.execute(
            "create secret (type s3, key_id 'testing', secret 'testing', region 'eu-north-1', "
            f"endpoint {quoted(endpoint)}, url_style 'path', use_ssl false)"
        )
        connection.execute(f"attach 'ducklake:postgres:{self.server}/{self.name}' as lake (read_only); use lake")
        return connection

    def files(self) -> int:
        """Return the number of files in the bucket."""
        pages = boto3.client("s3").get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix=f"{self.name}/")
        return sum(page.get("KeyCount", 0) for page in pages)


def ended(process: "subprocess.Popen[str]") -> str:
    """Return the output of a writer, which must succeed."""
    text, _ = process.communicate(timeout=240)
    assert process.returncode == 0, text
    return text


numbers = itertools.count(1)


@pytest.fixture
def lake(catalogue: str, tmp_path: Path) -> Lake:
    """An empty database for a lake's catalogue."""
    name = f"lake_{next(numbers)}"
    with duckdb.connect() as connection:
        load_extensions(connection)
        connection.execute(f"attach '{catalogue}/postgres' as server (type postgres)")
        connection.execute(f"call postgres_execute('server', 'create database {name}', use_transaction => false)")
    return Lake(catalogue, name, tmp_path)


def differences(connection: duckdb.DuckDBPyConnection, home: str, file: Path) -> dict[str, tuple[int, int]]:
    """Return the tables of a home that differ from the shared part of a published file -> rows missing, rows extra."""
    connection.execute(f"attach {quoted(str(shared_of(file)))} as wanted (read_only)")
    tables = connection.execute(
        "select schema_name, table_name from duckdb_tables() where database_name = 'wanted' "
        "union all values ('mart', 'maluppfyllelse'), ('mart', 'god_ekonomisk_hushallning'), ('mart', 'revision') "
        "order by all"
    ).fetchall()
    found = {}
    for schema, name in tables:
        if schema == "core" and home != MIRROR:
            continue
        columns = "*"
        if name.endswith("observation_version"):
            columns = "* exclude (confirmed_at)"
        elif name == "coverage_pair":
            columns = "* replace (case when outcome in ('failed', 'unaccounted') then run_id else '' end as run_id)"
        wanted = f"select {columns} from wanted.{schema}.{name}"
        present = f"from lake.{'core.' + name if schema == 'core' else f'{home}.{schema}_{name}'}"
        missing, surplus = (
            connection.execute(f"select count(*) from ({one} except all {other})").fetchone()[0]
            for one, other in ((wanted, present), (present, wanted))
        )
        if missing or surplus:
            found[f"{schema}.{name}"] = (missing, surplus)
    connection.execute("detach wanted")
    return found


def seen(connection: duckdb.DuckDBPyConnection, beginning: str, separator: str) -> tuple:
    """Return counts and hashes of some tables of a home, in a lake or in a shared part."""
    return tuple(
        connection.execute(
            f"select count(*), bit_xor(hash(each)) from {beginning}{table.replace('_', separator, 1)} as each"
        ).fetchone()
        for table in SEEN
    )


@dataclass
class Reader:
    """Reads every home repeatedly while runs are shared, each time in one transaction."""

    lake: Lake
    stop: threading.Event = field(default_factory=threading.Event)
    read: list[tuple[str, str, tuple]] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    def __call__(self) -> None:
        with self.lake.open() as connection:
            while not self.stop.is_set():
                connection.execute("begin transaction")
                try:
                    for home in HOMES:
                        if not connection.execute(
                            "select 1 from duckdb_tables() where database_name = 'lake' and schema_name = ?", [home]
                        ).fetchall():
                            continue
                        (run_id,) = connection.execute(f"select run_id from lake.{home}.lake_state").fetchone()
                        self.read.append((home, run_id, seen(connection, f"lake.{home}.", "_")))
                except duckdb.Error as error:
                    self.failures.append(str(error))
                connection.execute("rollback")
                self.stop.wait(0.5)


def run_of(file: Path) -> str:
    """Return the run of a published file."""
    with duckdb.connect(str(file), read_only=True) as connection:
        return connection.execute("select run_id from ops.publication order by published_at desc").fetchone()[0]


def test_three_homes_share_through_nights(
    lake: Lake, published: dict[str, list[Path]], capsys: pytest.CaptureFixture[str]
) -> None:
    """No row is lost, duplicated or mixed by concurrent shares, readers or killed writers."""
    reader = Reader(lake)
    thread = threading.Thread(target=reader)
    ended(lake.begin(MIRROR, published[MIRROR][0]))
    thread.start()
    kills = dict(zip(range(NIGHTS), KILLED_AT, strict=False))
    killed = 0
    for night in range(NIGHTS):
        if night in kills:
            victim, before = lake.begin("ale", published["ale"][night]), lake.files()
            while victim.poll() is None and lake.files() < before + kills[night]:
                threading.Event().wait(0.01)
            victim.kill()
            killed += victim.wait() != 0
            victim.communicate()
        writers = [lake.begin(home, published[home][night]) for home in (*HOMES, "bjurholm")]
        for writer in writers:
            ended(writer)
    reader.stop.set()
    thread.join()

    expected = {}
    for home in HOMES:
        for file in published[home]:
            with duckdb.connect() as connection:
                connection.execute(f"attach {quoted(str(shared_of(file)))} as wanted (read_only)")
                expected[home, run_of(file)] = seen(connection, "wanted.", ".")
    assert reader.failures == []
    mixed = [(home, run_id) for home, run_id, what in reader.read if what != expected[home, run_id]]
    assert mixed == []
    with lake.open() as connection:
        assert {home: differences(connection, home, published[home][-1]) for home in HOMES} == {
            home: {} for home in HOMES
        }
        carried = dict(
            connection.execute(
                "select commit_message, count(*) from lake.snapshots() where author is not null group by all"
            ).fetchall()
        )
        assert carried == {run_of(file): 1 for home in HOMES for file in published[home]}
        snapshots = connection.execute("select count(*) from lake.snapshots()").fetchone()[0]
        earlier_states(connection, published["ale"])
    with capsys.disabled():
        print(
            f"\n{len(HOMES)} homes, {NIGHTS} nights, {killed} writers killed, {len(carried)} publications each in "
            f"one of {snapshots} snapshots; {len(reader.read)} readings of a home, "
            f"{len({each[1] for each in reader.read})} publications seen, 0 mixed; {lake.files()} files in the bucket"
        )


def earlier_states(connection: duckdb.DuckDBPyConnection, files: list[Path]) -> None:
    """Assert that each run is read back as published, as of its instant and at its snapshot."""
    for file in files:
        connection.execute(f"attach {quoted(str(shared_of(file)))} as then_published (read_only)")
        (instant,) = connection.execute("select max(published_at) from then_published.ops.publication").fetchone()
        (snapshot,) = connection.execute(
            "select snapshot_id from lake.snapshots() where author = 'ale' and commit_message = ?", [run_of(file)]
        ).fetchone()
        wanted = connection.execute("from then_published.mart.goal_fulfilment order by all").fetchall()
        as_of = f"ale.mart_goal_fulfilment_as_of(timestamp '{instant}')"
        assert connection.execute(f"from {as_of} order by all").fetchall() == wanted
        at_snapshot = (
            "select * exclude (published_from, published_to) from ale.mart_goal_fulfilment_version "
            f"at (version => {snapshot}) where published_to is null order by all"
        )
        assert connection.execute(at_snapshot).fetchall() == wanted
        connection.execute("detach then_published")


def test_upkeep_removes_what_is_old_and_no_row(lake: Lake, published: dict[str, list[Path]]) -> None:
    """A rollback is shared, then old snapshots and files of a killed writer are removed, and no row is lost."""
    address = lake_address(lake.where(MIRROR))
    first, last = published[MIRROR][0], published[MIRROR][-1]
    for file in (last, first, last):
        shared = share_to_lake(file, address, wished(), now=present)
        assert shared.is_new
        with lake.open() as connection:
            assert differences(connection, MIRROR, file) == {}
    boto3.client("s3").put_object(Bucket=BUCKET, Key=f"{lake.name}/core/observation_version/left.parquet", Body=b"half")
    before = lake.files()
    later = datetime.now(UTC) + timedelta(days=10)
    again = share_to_lake(last, address, wished(keep=1), now=lambda: later)
    assert (again.is_new, again.forgotten > 0, lake.files() < before) == (False, True, True)
    left = boto3.client("s3").list_objects_v2(Bucket=BUCKET, Prefix=f"{lake.name}/core/observation_version/left")
    assert left["KeyCount"] == 0
    with lake.open() as connection:
        assert connection.execute("select count(*) from lake.snapshots()").fetchone() == (1,)
        assert differences(connection, MIRROR, last) == {}


def test_a_table_that_differs_is_made_whole(lake: Lake, published: dict[str, list[Path]]) -> None:
    """Missing rows, duplicate rows, a changed cell and a missing column are repaired by the next share."""
    address = lake_address(lake.where(MIRROR))
    share_to_lake(published[MIRROR][0], address, wished(), now=present)
    with open_lake(address, lake.folder) as connection:
        connection.execute("delete from lake.core.observation_version where period = 2022")
        connection.execute("insert into lake.lanet.plan_target_version from lake.lanet.plan_target_version")
        connection.execute("update lake.lanet.plan_goal_version set title = 'another'")
        connection.execute("alter table lake.lanet.mart_ranking_version drop column rank_n")
    share_to_lake(published[MIRROR][1], address, wished(), now=present)
    with lake.open() as connection:
        assert differences(connection, MIRROR, published[MIRROR][1]) == {}


def test_no_home_writes_over_another(lake: Lake, published: dict[str, list[Path]]) -> None:
    """A used name and a `core` of another home are refused, and nothing changes."""
    share_to_lake(published[MIRROR][0], lake_address(lake.where(MIRROR)), wished(), now=present)
    with pytest.raises(ShareError, match="belongs to another home"):
        share_to_lake(published["ale"][0], lake_address(lake.where(MIRROR)), wished(), now=present)
    with pytest.raises(ShareError, match="written by the home `lanet`"):
        share_to_lake(published["ale"][0], lake_address(lake.where("ale") + "&core=yes"), wished(), now=present)
    with lake.open() as connection:
        assert differences(connection, MIRROR, published[MIRROR][0]) == {}
        schemas = connection.execute("select schema_name from duckdb_schemas() where database_name = 'lake'").fetchall()
        assert ("ale",) not in schemas


def rows_of(recipe: str, latest: str) -> list[list[tuple]]:
    """What each query of a recipe of docs/sharing.md answers; the extension comes from its wheel."""
    with duckdb.connect() as connection:
        load_extensions(connection)
        text = recipe.replace("install httpfs; load httpfs;", "").replace("NAME", latest)
        statements = [each.strip() for each in re.sub(r"--.*", "", text).split(";")]
        answers = [(each, connection.execute(each).fetchall()) for each in statements if each]
    return [rows for statement, rows in answers if statement.startswith("from ")]


def test_the_recipes_in_duckdb_read_by_address(
    catalogue: str, two_nights: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """From a web server that answers ranges, and from a bucket, each gives the rows of the published file."""
    assert catalogue
    marts = ("goal_fulfilment", "maluppfyllelse")
    with duckdb.connect(str(two_nights[0]), read_only=True) as connection:
        wanted = [connection.execute(f"select count(*) from mart.{mart}").fetchone()[0] for mart in marts]
    version = share(two_nights[0], place_named(str(tmp_path)), wished(), now=present).version
    with range_server(tmp_path) as (base, asked):
        rows = rows_of(code_of("DuckDB by address").replace(ADDRESS, base), version)
    assert ([len(each) for each in rows], min(wanted) > 0) == (wanted, True)
    assert len(asked) > 1, "the file is read by its ranges"
    share(two_nights[0], place_named(f"s3://{BUCKET}/shared"), wished(), now=present)
    endpoint = os.environ["AWS_ENDPOINT_URL"].removeprefix("http://")
    own = f"key_id 'testing', secret 'testing', endpoint {quoted(endpoint)}, url_style 'path', use_ssl false"
    recipe = code_of("DuckDB in a bucket").replace("bucket/prefix", f"{BUCKET}/shared")
    (rows,) = rows_of(recipe.replace("key_id 'KEY', secret 'SECRET'", own), version)
    assert len(rows) == wanted[0]
    with capsys.disabled():
        print(f"\nread by address: {wanted} rows by {len(asked)} ranges of bytes")
