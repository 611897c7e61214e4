"""The manifest is append-only JSON lines: an unfinished line is no record, damage elsewhere is named."""

from datetime import UTC, datetime

import pytest

from warehouse.errors import ManifestCorrupt
from warehouse.manifest import Manifest


@pytest.fixture
def manifest(tmp_path):
    """A manifest with two records."""
    manifest = Manifest(tmp_path / "20260401T003000000Z-ab12.jsonl")
    manifest.append("run_started", run_id=manifest.run_id, started_at=datetime(2026, 4, 1, tzinfo=UTC))
    manifest.append("withdrawn", kpi_ids=["U00413"])
    return manifest


def test_records_come_back_in_order(manifest):
    """Each record is one line and keeps its fields."""
    assert [record["record"] for record in manifest.records()] == ["run_started", "withdrawn"]
    assert next(manifest.records())["started_at"] == "2026-04-01T00:00:00+00:00"


def test_an_unfinished_line_is_no_record(manifest):
    """What a killed writer left behind is passed over, and cut off before the next record."""
    with manifest.path.open("a", encoding="utf-8") as file:
        file.write('{"record": "landed", "request_id": "x')
    assert [record["record"] for record in manifest.records()] == ["run_started", "withdrawn"]
    manifest.cut_unfinished_line()
    manifest.append("held", message="x", is_incomplete=True)
    assert [record["record"] for record in manifest.records()] == ["run_started", "withdrawn", "held"]


def test_a_damaged_line_is_named(manifest):
    """A finished line that is not JSON names file, line and run."""
    text = manifest.path.read_text(encoding="utf-8").replace('"withdrawn"', '"withdra')
    manifest.path.write_text(text, encoding="utf-8")
    with pytest.raises(ManifestCorrupt, match=r"Line 2 .*ab12"):
        list(manifest.records())
