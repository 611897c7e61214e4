"""A full disk at any stage, and a partial write: no data is lost, and the error names the next step."""

import errno
import os
import random
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest

from tests.ledger.one_act import act
from tests.ledger.support import at_odds, findings, half_written, left_behind
from tests.sweeping import points_of
from warehouse.errors import NotPublished, PublishedUnrecorded, WarehouseError
from warehouse.published_file import read_whole

pytestmark = [pytest.mark.sweep, pytest.mark.timeout(3600)]

SIZE = 64 * 1024 * 1024
# Room in bytes: in steps of a disk page for manifests and bodies, then as the private copy grows.
ROOMS = [*range(0, 24 * 4096, 4096), *range(128 * 1024, 8 * 1024 * 1024, 128 * 1024)]
WRITING = [
    "rollback",
    *(pytest.param(name, marks=pytest.mark.slow) for name in ("refresh", "restore", "restore a lost file")),
]


@pytest.fixture(scope="module")
def disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A small disk: the folder KOLADA_SMALL_DISK, or a tmpfs mounted for the tests."""
    given = os.environ.get("KOLADA_SMALL_DISK")
    if given is not None:
        yield Path(given)
        return
    folder = tmp_path_factory.mktemp("disk")
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(folder)], check=False, capture_output=True
    )
    if mounted.returncode != 0:
        pytest.skip("needs permission to mount, or KOLADA_SMALL_DISK: a folder on a disk of 64 MB")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def fill(disk: Path, room: int) -> Path:
    """Fill a disk except for `room` bytes; return the file that fills it."""
    ballast = disk / "ballast"
    space = os.statvfs(disk)
    assert space.f_blocks * space.f_frsize <= 2 * SIZE, "not a small disk"
    with ballast.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, space.f_bavail * space.f_frsize - room)
    return ballast


@pytest.mark.slow
@pytest.mark.parametrize("name", ["refresh", "rollback", "prune", "restore"])
def test_full_at_every_stage(name, source, make_home, three_nights, reloads, disk):
    """A command on a full disk reports it in one line and keeps the published file; with space the work goes on.

    Several full disks leave the same home: from this one the work goes on once.
    """
    now = three_nights.now + timedelta(days=1)
    failed = 0
    left = []
    rooms = points_of(ROOMS, seed=14)
    for room in rooms:
        home = make_home(name, disk / "home")
        ballast = fill(disk, room)
        try:
            act(name, home, source, now)
        except (OSError, duckdb.Error, WarehouseError):
            failed += 1
        read_whole(home.published)
        ballast.unlink()
        if (files := left_behind(home)) not in left:
            left.append(files)
            go_on(name, home, source, now, reloads, f"{name} with room for {room} bytes")
        shutil.rmtree(home.root)
    print(f"{name}: {failed} of {len(rooms)} full disks stopped it and left {len(left)} different homes")
    assert failed or name != "refresh"


def go_on(name, home, source, now, reloads, told):
    """Give the command again, then the next refresh; assert that each leaves the home consistent."""
    with suppress(NotPublished):  # no snapshot can serve as the base or be rolled back to
        act(name, home, source, now + timedelta(hours=1))
    assert at_odds(home, reloads) == [], told
    act("refresh", home, source, now + timedelta(hours=25))
    assert [*findings(home), *half_written(home)] == [], told


class ShortWrites:
    """A replacement of `os.write`: the disk takes a part of one record, then nothing more of any.

    Args:
        at: the record whose write is cut, from 0; None for none.
        most: the most bytes that a call writes.
    """

    def __init__(self, at: int | None, most: int | None = None) -> None:
        self.at, self.most = at, most
        self.count = 0
        self.is_full = False
        self.write = os.write

    def __call__(self, descriptor: int, content: memoryview) -> int:
        """Write to a manifest as far as the disk allows, and to other files without a limit."""
        if not Path(f"/proc/self/fd/{descriptor}").readlink().name.endswith(".jsonl"):
            return self.write(descriptor, content)
        if self.is_full:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        if self.count == self.at:
            self.is_full = True
            taken = random.Random(self.count).randrange(1, len(content))
            return self.write(descriptor, content[:taken])
        self.count += 1
        return self.write(descriptor, content[: self.most])


@pytest.mark.slow
@pytest.mark.parametrize("name", WRITING)
def test_short_at_each_append(name, source, make_home, three_nights, reloads, tmp_path, monkeypatch):
    """A record is in the ledger whole or not at all; afterwards ledger, file and raw store agree."""
    now = three_nights.now + timedelta(days=1)
    undisturbed = ShortWrites(None)
    with monkeypatch.context() as patched:
        patched.setattr(os, "write", undisturbed)
        act(name, make_home(name, tmp_path / "undisturbed"), source, now)
    points = points_of(range(undisturbed.count), seed=14)
    for at in points:
        home = make_home(name, tmp_path / "home")
        with monkeypatch.context() as patched, suppress(PublishedUnrecorded):
            patched.setattr(os, "write", ShortWrites(at))
            with pytest.raises(OSError, match="No space left"):
                act(name, home, source, now)
        assert [path.name for path in home.manifests.iterdir() if not whole(path)] == []
        if home.published.exists():
            read_whole(home.published)
            act("verify", home, source, now)
            assert at_odds(home, reloads) == [], f"{name}, record {at}"
        go_on(name, home, source, now, reloads, f"{name}, record {at}")
        shutil.rmtree(home.root)
    print(f"{name}: short at {len(points)} of {undisturbed.count} records")


def whole(manifest: Path) -> bool:
    """Return whether a manifest is empty or ends with a newline."""
    return manifest.read_bytes()[-1:] in (b"", b"\n")


@pytest.mark.slow
def test_a_disk_that_takes_seven_bytes_at_a_time(source, make_home, three_nights, tmp_path, monkeypatch):
    """A partial write on a disk with space is continued."""
    home = make_home("refresh", tmp_path / "home")
    writes = ShortWrites(None, most=7)
    monkeypatch.setattr(os, "write", writes)
    act("refresh", home, source, three_nights.now + timedelta(days=1))
    assert writes.count > 100
    assert [*findings(home), *half_written(home)] == []
