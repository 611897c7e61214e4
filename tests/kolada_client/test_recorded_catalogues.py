"""The recorded catalogues of the real API pass the strict parsers."""

import gzip
import json
from pathlib import Path

import pytest

from kolada_client import (
    check_kpi_id,
    check_municipality_group_id,
    check_municipality_id,
    parse_group_page,
    parse_kpi_page,
    parse_municipality_page,
)
from tests.kolada_client.support import Api

pytestmark = pytest.mark.recorded
URL = "https://kolada.test/v3/kpi"


def recorded(folder: Path, name: str) -> list[object]:
    """Return the rows of one recorded catalogue."""
    path = folder / "catalogue" / name
    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    document = json.loads(data)
    rows: list[object] = document["values"] if isinstance(document, dict) else document
    return rows


@pytest.mark.parametrize(("name", "count"), [("kpi_v3_2026-03-04.json.gz", 6205), ("kpi_v3_2026-03-23.json.gz", 6099)])
def test_the_recorded_kpis_are_read_whole(api: Api, recorded_folder: Path, name: str, count: int) -> None:
    """Every recorded KPI is parsed, without unknown fields or remarks."""
    page = parse_kpi_page(api.json(recorded(recorded_folder, name)), URL)
    assert (count, count, (), ()) == (page.row_count, page.frame.height, page.unknown_fields, page.remarks)
    assert page.frame["kpi_id"].to_list() == [check_kpi_id(kpi) for kpi in page.frame["kpi_id"]]
    assert {"K", "L", "A"} == set(page.frame["municipality_type"])


def test_the_recorded_municipalities_are_read_whole(api: Api, recorded_folder: Path) -> None:
    """The recorded catalogue has 290 municipalities, 21 regions and Riket."""
    page = parse_municipality_page(api.json(recorded(recorded_folder, "municipality_v3_2026-03-23.json")), URL)
    assert {"K": 290, "L": 22} == dict(page.frame.group_by("municipality_type").len().iter_rows())
    assert page.frame["municipality_id"].to_list() == [
        check_municipality_id(unit) for unit in page.frame["municipality_id"]
    ]


def test_the_recorded_groups_are_read_whole(api: Api, recorded_folder: Path) -> None:
    """The recorded catalogue has 3,630 groups, and the group of all municipalities has 290 members."""
    rows = recorded(recorded_folder, "municipality_groups_v3_2026-03-23.json.gz")
    page = parse_group_page(api.json(rows), URL)
    assert (3630, ()) == (page.row_count, page.unknown_fields)
    assert 290 == page.frame.filter(group_id="G2328").height
    ids = page.frame["group_id"].unique().to_list()
    assert ids == [check_municipality_group_id(group) for group in ids]
