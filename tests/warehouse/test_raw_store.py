"""The raw store: each body is stored once, and damage is detected and named."""

import os
import stat

import pytest

from warehouse.errors import BodyCorrupt, BodyMissing
from warehouse.ledger_records import Withdrawn
from warehouse.manifest import Manifest
from warehouse.raw_store import RawStore

BODY = b'{"values": []}' * 100


@pytest.fixture
def store(tmp_path):
    """An empty store."""
    return RawStore(tmp_path / "bodies")


def test_a_body_comes_back_as_it_was(store):
    """A body is read back unchanged by its SHA-256."""
    sha256 = store.put(BODY)
    assert store.get(sha256) == BODY
    assert len(sha256) == 64


def test_identical_bodies_are_kept_once(store):
    """The same bytes are stored as one file, which is not written again."""
    sha256 = store.put(BODY)
    before = store.path(sha256).stat().st_mtime_ns
    assert store.put(BODY) == sha256
    assert store.path(sha256).stat().st_mtime_ns == before
    assert list(store.names()) == [sha256]


def test_bodies_are_compressed(store):
    """A stored body is compressed."""
    assert store.path(store.put(BODY)).stat().st_size < len(BODY) / 5


def test_a_missing_body_is_named(store):
    """A missing body is an error that names its hash."""
    with pytest.raises(BodyMissing, match="0" * 64):
        store.get("0" * 64)


@pytest.mark.parametrize("damage", [b"", b"not zstd at all", None])
def test_damage_is_noticed_and_the_next_receipt_mends_it(store, damage):
    """An emptied, overwritten or exchanged body is refused by its hash, and storing the bytes again repairs it."""
    sha256 = store.put(BODY)
    other = store.path(store.put(b"another body")).read_bytes()
    store.path(sha256).write_bytes(other if damage is None else damage)
    with pytest.raises(BodyCorrupt, match=sha256):
        store.get(sha256)
    assert store.put(BODY) == sha256
    assert store.get(sha256) == BODY


def test_whoever_may_read_manifests_may_read_bodies(store, tmp_path):
    """Bodies and manifests get the permissions of the umask, so that a backup reads both or neither."""
    manifest = Manifest(tmp_path / "manifests" / "20260401T003000000Z-ab12.jsonl")
    before = os.umask(0o027)
    try:
        path = store.path(store.put(BODY))
        manifest.append(Withdrawn(kpi_ids=()))
    finally:
        os.umask(before)
    assert [0o640, 0o640] == [stat.S_IMODE(each.stat().st_mode) for each in (path, manifest.path)]
