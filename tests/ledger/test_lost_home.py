"""A home with missing or damaged files reports them, and goes on where it can."""

import json
import shutil

import pytest
from starlette.testclient import TestClient

from cli.exits import BAD_INPUT, OTHER, STALE
from pipeline.progress import Silent
from pipeline.replay import replay
from pipeline.restore import restore
from pipeline.status import read_status
from tests.ledger.support import contents, differing, findings, reload
from warehouse.errors import (
    BodyMissing,
    ManifestCorrupt,
    ManifestMissing,
    PublishedDamaged,
    PublishedMissing,
    PublishedOutdated,
)
from warehouse.home import Home
from warehouse.publish import snapshots
from warehouse.raw_store import RawStore
from warehouse.rollback import roll_back
from web import make_app


def overwrite(path, content):
    """Replace a file with another inode of other content."""
    path.unlink()
    path.write_bytes(content)


def warnings(nights):
    """Return the warnings of `kolada status`."""
    return "\n".join(read_status(nights.make_settings(), now=nights.now).warnings)


def test_a_missing_file_is_no_new_beginning(nights, home):
    """A home without its published file is not treated as new: nothing is fetched or changed, and restore is named."""
    home.published.unlink()
    before = contents(home)
    with pytest.raises(PublishedMissing, match="kolada restore"):
        nights.refresh()
    assert () == nights.fake.log
    assert before == contents(home)
    assert "is missing" in warnings(nights)
    assert ["is missing" in finding for finding in findings(home)] == [True]


DAMAGE = {
    "emptied": lambda _: b"",
    "text": lambda _: b"not a database" * 100,
    "cut": lambda content: content[: len(content) // 2],
    "header": lambda content: bytes(4096) + content[4096:],
    "middle": lambda content: content[: len(content) // 4] + bytes(len(content) // 2) + content[-(len(content) // 4) :],
}


@pytest.mark.parametrize("kind", DAMAGE)
def test_a_damaged_file_is_named(nights, home, kind):
    """Each command names a damaged published file and the ways to repair it; rollback is one of them."""
    overwrite(home.published, DAMAGE[kind](home.published.read_bytes()))
    damaged = home.published.read_bytes()
    with pytest.raises(PublishedDamaged, match=r"kolada restore.*kolada rollback"):
        nights.refresh()
    assert damaged == home.published.read_bytes()
    assert any("is damaged" in finding for finding in findings(home))
    roll_back(home, now=nights.now)
    assert [] == findings(home)


@pytest.mark.parametrize("kind", ["missing", "emptied", "header", "cut"])
def test_the_pages_name_the_way_back(home, kind):
    """The pages of a home whose file is missing or damaged name restore and do not describe a new home."""
    if kind == "missing":
        home.published.unlink()
    else:
        overwrite(home.published, DAMAGE[kind](home.published.read_bytes()))
    pages = TestClient(make_app(home.published), base_url="http://127.0.0.1:8080", raise_server_exceptions=False)
    with pages:
        answer = pages.get("/")
    assert answer.status_code == 503
    assert "saknas eller är skadad" in answer.text
    assert "kolada restore" in answer.text


@pytest.mark.slow
def test_an_older_file_in_its_place_is_noticed(nights, home, run_ids):
    """An older file in place of the published one is refused, and restore puts the newer one back."""
    overwrite(home.published, snapshots(home)[0].read_bytes())
    before = contents(home)
    with pytest.raises(PublishedOutdated, match=rf"{run_ids[0]}.*{run_ids[2]}.*kolada restore"):
        nights.refresh()
    assert "an older file was put there" in warnings(nights)
    assert any("an older file" in finding for finding in findings(home))
    assert before == contents(home)
    restore(home, now=nights.now, reporter=Silent())
    assert run_ids[1] == roll_back(home, now=nights.now).to_run_id
    assert [] == findings(home)


@pytest.mark.slow
@pytest.mark.parametrize("lost", ["raw", "raw/manifests", "raw/bodies"])
def test_a_lost_raw_store_shows(nights, home, tmp_path, lost):
    """Without raw/ or a part of it, status and verify warn, a replay is refused, and refreshes go on."""
    shutil.rmtree(home.root / lost)
    assert "raw/" in warnings(nights)
    assert len(findings(home)) > 0
    with pytest.raises((ManifestMissing, BodyMissing), match=r"backup of KOLADA_HOME"):
        replay(home, tmp_path / "x.duckdb", as_of=None, reporter=Silent())
    assert nights.refresh().state == "published"
    assert "raw/" in warnings(nights)


def test_the_manifest_of_one_night_is_missed(nights, home, run_ids, tmp_path):
    """A replay names a missing manifest in the middle, with or without a published file."""
    (home.manifests / f"{run_ids[1]}.jsonl").unlink()
    with pytest.raises(ManifestMissing, match=run_ids[1]):
        replay(home, tmp_path / "x.duckdb", as_of=None, reporter=Silent())
    assert run_ids[1] in warnings(nights)
    home.published.unlink()
    for snapshot in snapshots(home):
        snapshot.unlink()
    with pytest.raises(ManifestMissing, match=run_ids[1]):
        replay(home, tmp_path / "x.duckdb", as_of=None, reporter=Silent())


@pytest.mark.parametrize("damage", ["gone", "emptied", "changed"])
def test_a_lost_body_is_named(nights, home, run_ids, damage):
    """A missing or empty body of a published run shows in status; verify reads all bodies and names damaged ones."""
    path = next(
        path for path in map(RawStore(home.bodies).path, RawStore(home.bodies).names()) if is_answer(home, path)
    )
    if damage == "gone":
        path.unlink()
    else:
        path.write_bytes(b"" if damage == "emptied" else path.read_bytes()[:-1])
    if damage != "changed":
        assert path.stem in warnings(nights)
    assert [True] == [path.stem in finding and "run `00000" in finding for finding in findings(home)]


def is_answer(home, path):
    """Return whether a body belongs to an HTTP response."""
    return any(f'"sha256": "{path.stem}"' in manifest.read_text() for manifest in home.manifests.iterdir())


@pytest.mark.slow
@pytest.mark.parametrize(
    "line",
    [
        "published",
        *(pytest.param(line, marks=pytest.mark.slow) for line in ("run_started", "landed", "publishing", "coverage")),
    ],
)
def test_a_damaged_manifest_of_a_published_night_stops_no_night(nights, home, run_ids, tmp_path, line):
    """After damage to a published run's manifest, refreshes go on; status, verify and replay name file and line."""
    path = home.manifests / f"{run_ids[1]}.jsonl"
    number = damage_line(path, line)
    with pytest.raises(ManifestCorrupt, match=rf"Line {number} .*{run_ids[1]}"):
        replay(home, tmp_path / "x.duckdb", as_of=None, reporter=Silent())
    assert any(f"Line {number} of" in finding for finding in findings(home))
    if line in {"publishing", "published", "run_started"}:
        assert f"Line {number} of" in warnings(nights)
    assert nights.refresh().state == "published"


def damage_line(path, kind):
    """Damage the first record of a kind in a manifest; return its line number."""
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    number = next(number for number, line in enumerate(lines) if json.loads(line)["record"] == kind)
    lines[number] = lines[number][:-9] + "\n"
    path.write_text("".join(lines), encoding="utf-8")
    return number + 1


@pytest.fixture(scope="module")
def held_night(three_nights, copy_of, tmp_path_factory):
    """A home whose last run was held, and how that run ended; tests only copy it."""
    nights = copy_of(three_nights, tmp_path_factory.mktemp("held") / "home")
    nights.fake.faults = ["server_error_html@every:1489"]
    return nights, nights.refresh()


@pytest.mark.slow
@pytest.mark.parametrize(
    "line",
    ["landed", *(pytest.param(line, marks=pytest.mark.slow) for line in ("run_started", "accepted", "held", "all"))],
)
def test_a_damaged_manifest_of_a_run_that_never_published_stops_nothing(held_night, copy_of, tmp_path, line):
    """A damaged manifest of a run that never published blocks no command; verify names the line."""
    nights, held = copy_of(held_night[0], tmp_path / "home"), held_night[1]
    home = Home(nights.home)
    path = home.manifests / f"{held.run_id}.jsonl"
    if line == "all":
        path.write_bytes(b"\x00garbage\n" * 20)
    else:
        damage_line(path, line)
    assert nights.refresh().state == "published"
    assert [True] == [held.run_id in finding for finding in findings(home)][:1]
    assert read_status(nights.make_settings(), now=nights.now).warnings == ()
    assert [] == differing(home.published, reload(home, tmp_path / "published.duckdb"))
    roll_back(home, now=nights.now)
    assert [] == differing(home.published, reload(home, tmp_path / "back.duckdb"))


@pytest.mark.parametrize(
    ("words", "lost", "code", "said"),
    [
        (["refresh", "--direct"], "kolada.duckdb", BAD_INPUT, "kolada restore"),
        (["status"], "kolada.duckdb", STALE, "kolada restore"),
        (["sql", "select 1"], "kolada.duckdb", BAD_INPUT, "kolada restore"),
        (["verify"], "kolada.duckdb", OTHER, "kolada restore"),
        (["status"], "raw", STALE, "raw/"),
        (["verify"], "raw", OTHER, "backup of KOLADA_HOME"),
    ],
)
def test_the_commands_say_so(nights, home, run_command, words, lost, code, said):
    """The command exits with the documented code and names the next step."""
    path = home.root / lost
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    ended = run_command(*words, home=home.root)
    assert code == ended.returncode, ended.stdout + ended.stderr
    assert said in ended.stdout + ended.stderr
