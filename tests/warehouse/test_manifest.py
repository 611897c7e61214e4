"""The manifest is append-only JSON lines: an unfinished line is ignored, other damage is named."""

import json
import resource
import tarfile
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
import zstandard

from warehouse.errors import ManifestCorrupt
from warehouse.ledger_records import (
    KINDS,
    DamagedRecord,
    Held,
    LedgerRecord,
    RunStarted,
    Stopped,
    UnknownRecord,
    Withdrawn,
    read_record,
    written,
)
from warehouse.manifest import Manifest

MIDNIGHT = datetime(2026, 4, 1, tzinfo=UTC)
FIRST_RELEASE = Path(__file__).parent / "first_release" / "home.tar.zst"


@pytest.fixture
def manifest(tmp_path):
    """A manifest with two records."""
    manifest = Manifest(tmp_path / "20260401T003000000Z-ab12.jsonl")
    manifest.append(
        RunStarted(
            run_id=manifest.run_id,
            kind="refresh",
            base_url="http://kolada.test/v3",
            plans={},
            parameters={},
            software_version="1.0",
            started_at=MIDNIGHT,
        )
    )
    manifest.append(Withdrawn(kpi_ids=("U00413",)))
    return manifest


def kinds(manifest):
    """Return the kinds of a manifest's records, in order."""
    return [record.record for record in manifest.records()]


def test_records_come_back_as_they_were(manifest):
    """A record is read back with all its fields, and its instants keep their zone."""
    started, withdrawn = manifest.records()
    assert (manifest.run_id, MIDNIGHT) == (started.run_id, started.started_at)
    assert withdrawn == Withdrawn(kpi_ids=("U00413",))


def test_an_unfinished_line_is_no_record(manifest):
    """An unfinished line of a killed writer is ignored, and cut off before the next record."""
    with manifest.path.open("a", encoding="utf-8") as file:
        file.write('{"record": "landed", "request_id": "x')
    assert kinds(manifest) == ["run_started", "withdrawn"]
    Manifest(manifest.path).append(Held(at=MIDNIGHT, message="x", is_incomplete=True))
    assert kinds(manifest) == ["run_started", "withdrawn", "held"]


@contextmanager
def room_for(byte_count):
    """Limit the size of files to some bytes in this block: the write that exceeds it is partial, the next one fails."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (byte_count, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("room", [0, 1, 20, 50])
def test_a_record_that_finds_no_room_leaves_nothing(manifest, room):
    """A partial write is truncated immediately: the file is unchanged and accepts records again."""
    before = manifest.path.read_bytes()
    held = Held(at=MIDNIGHT, message="x" * 50, is_incomplete=True)
    with room_for(len(before) + room), pytest.raises(OSError, match="File too large"):
        manifest.append(held)
    assert manifest.path.read_bytes() == before
    manifest.append(held)
    assert list(manifest.records())[-1] == held


@pytest.mark.parametrize(
    "line", ['{"record": "withdra', "[]", "{}", '{"record": 7}', '{"record": "withdrawn", "kpi_ids": "U00413"}', "\x00"]
)
def test_a_damaged_line_is_named(manifest, line):
    """A complete line that is no valid record is an error with the file, the line and the run."""
    whole = manifest.path.read_text(encoding="utf-8").splitlines()
    manifest.path.write_text(f"{whole[0]}\n{line}\n", encoding="utf-8")
    with pytest.raises(ManifestCorrupt, match=r"Line 2 .*ab12"):
        list(manifest.records())


def test_the_manifests_of_the_first_release_are_readable(tmp_path):
    """Every manifest line of the first release is read as a known record and keeps its contents."""
    with (
        FIRST_RELEASE.open("rb") as file,
        zstandard.ZstdDecompressor().stream_reader(file) as unpacked,
        tarfile.open(fileobj=unpacked, mode="r|") as archive,
    ):
        archive.extractall(tmp_path, filter="data")
    paths = sorted((tmp_path / "home" / "raw" / "manifests").iterdir())
    assert len(paths) == 2
    for path in paths:
        before = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        records = list(Manifest(path).records())
        assert [line["record"] for line in before] == [record.record for record in records]
        assert all(type(record) is not UnknownRecord for record in records)
        assert records == [read_record(written(record)) for record in records]


def test_a_line_of_a_later_software_is_passed_over():
    """A record of an unknown kind is kept, with the bodies that it names; unknown fields are ignored."""
    record = read_record(b'{"record": "weighed", "tons": 3, "by": ["' + b"ab" * 32 + b'"]}')
    assert isinstance(record, UnknownRecord)
    assert record.bodies == ("ab" * 32,)
    assert read_record(b'{"record": "withdrawn", "kpi_ids": [], "colour": "red"}') == Withdrawn(kpi_ids=())


def test_half_a_character_does_not_stop_a_record():
    """An unpaired surrogate in a record is stored as an escape, at any depth."""
    stopped = read_record(written(Stopped(at=MIDNIGHT, error="KoladaError", message="title `\ud800`")))
    assert stopped.message == "title `\\ud800`"
    started = {"run_id": "x", "kind": "refresh", "base_url": "", "plans": {}, "software_version": ""}
    line = written(RunStarted(**started, parameters={"why": ["\udcff"]}, started_at=MIDNIGHT))
    assert "\\udcff" in line.decode()


def test_every_kind_has_a_name_of_its_own():
    """Every kind of record has its own name."""
    assert set(KINDS.values()) == set(LedgerRecord.__subclasses__()) - {DamagedRecord, UnknownRecord}
