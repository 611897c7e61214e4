"""The recorded folder as a data set."""

import gzip
import json

import polars as pl
import pytest

from fake_kolada import DataSetError, FakeKolada, recorded_data

RECORDED = pytest.mark.recorded


@RECORDED
def test_the_recorded_values_come_out_whole(recorded, recorded_folder, ask, all_pages, cells):
    """Every recorded cell of some KPIs is returned once, null as null."""
    values = pl.read_parquet(recorded_folder / "recorded" / "values.parquet")
    kpi_ids = sorted(set(values["kpi"]))[:3]
    units = recorded.municipalities["municipality_id"].to_list()
    get = ask(FakeKolada(recorded))
    found = []
    for start in range(0, len(units), 25):
        path = f"/data/kpi/{','.join(kpi_ids)}/municipality/{','.join(units[start : start + 25])}"
        found += [cell for page in all_pages(get, path) for cell in cells(page["values"])]
    columns = ["kpi", "municipality", "period", "gender", "value"]
    expected = values.filter(pl.col("kpi").is_in(kpi_ids)).select(columns).rows()
    assert len(expected) == len(found)
    assert set(expected) == set(found)


@RECORDED
def test_known_numbers_come_out(recorded, ask):
    """Known values are returned: N15436 in 1489 for 2020 is 90.5, and U31462 for 2022 has a mean of 79.58 over 213."""
    rows = ask(FakeKolada(recorded))("/data/kpi/N15436,U31462/municipality/0000,1489,G2328/year/2020,2022").json()[
        "values"
    ]
    totals = {
        (row["kpi"], row["municipality"], row["period"]): (value["value"], value["count"])
        for row in rows
        for value in row["values"]
        if value["gender"] == "T"
    }
    assert (90.5, 1) == totals["N15436", "1489", 2020]
    assert (83.3, 1) == totals["N15436", "0000", 2022]
    assert ("U31462", "0000", 2022) not in totals
    mean, count = totals["U31462", "G2328", 2022]
    assert (79.58, 213) == (round(mean, 2), count)


@RECORDED
def test_the_newest_catalogue_is_taken(recorded):
    """Of two recorded catalogues the later one is used, with its date."""
    assert (6099, "2026-03-23") == (recorded.kpis.height, recorded.dated.isoformat())
    assert ("recorded", 3630, 312) == (
        recorded.source_kind,
        recorded.groups.height,
        recorded.municipalities.height,
    )


@RECORDED
def test_the_catalogue_comes_out_as_it_was_recorded(recorded, recorded_folder, ask, all_pages):
    """The catalogue is returned as recorded, field by field, on two pages."""
    with gzip.open(recorded_folder / "catalogue" / "kpi_v3_2026-03-23.json.gz") as file:
        expected = json.load(file)
    pages = all_pages(ask(FakeKolada(recorded)), "/kpi")
    assert [5000, 1099] == [page["count"] for page in pages]
    assert expected == [row for page in pages for row in page["values"]]


def write(folder, *, catalogue=True, values=True):
    """Write a folder of recorded data with one value, or an incomplete one."""
    (folder / "recorded").mkdir()
    (folder / "catalogue").mkdir()
    if values:
        pl.DataFrame(
            {
                "kpi": ["N00001"],
                "municipality": ["0114"],
                "period": [2020],
                "gender": ["T"],
                "value": [None],
                "status": [None],
            },
            schema_overrides={"value": pl.Float64, "status": pl.String},
        ).write_parquet(folder / "recorded" / "values.parquet")
    if catalogue:
        for date, title in (("2026-01-02", "ny"), ("2025-12-31", "gammal")):
            rows = {
                "kpi": [{"id": "N00001", "title": title}],
                "municipality": [{"id": "0114", "title": "Ettstad", "type": "K"}],
                "municipality_groups": [{"id": "G1000", "title": "Tom", "members": []}],
                "kpi_groups": [{"id": "G1", "title": "Alla", "members": [{"member_id": "N1", "member_title": "x"}]}],
                "ou": [{"id": "V1", "municipality": "0114", "title": "En skola"}],
            }
            for name, content in rows.items():
                file = folder / "catalogue" / f"{name}_v3_{date}.json"
                file.write_text(json.dumps({"values": content}), encoding="utf-8")
    return folder


def test_a_folder_may_hold_whole_answers(tmp_path, ask):
    """Catalogues saved with their envelope are read, and a null status is read as empty."""
    get = ask(FakeKolada(recorded_data(write(tmp_path))))
    assert "ny" == get("/kpi").json()["values"][0]["title"]
    assert 1 == get("/ou").json()["count"] == get("/kpi_groups").json()["count"]
    (row,) = get("/data/kpi/N00001/municipality/0114").json()["values"]
    assert [{"gender": "T", "count": 0, "status": "", "value": None, "isdeleted": False}] == row["values"]


def test_a_folder_without_values_is_told(tmp_path):
    """A folder without values is refused with the missing file and the alternative."""
    with pytest.raises(DataSetError, match=r"values\.parquet.*--data sample"):
        recorded_data(write(tmp_path, values=False))


def test_a_folder_without_a_catalogue_is_told(tmp_path):
    """A folder without a catalogue is refused with the missing file."""
    with pytest.raises(DataSetError, match=r"no catalogue `kpi_v3_DATE\.json`"):
        recorded_data(write(tmp_path, catalogue=False))


def test_a_catalogue_that_is_no_list_is_told(tmp_path):
    """A catalogue that is no list is refused with its file."""
    folder = write(tmp_path)
    (folder / "catalogue" / "kpi_v3_2026-02-01.json").write_text('{"values": 1}', encoding="utf-8")
    with pytest.raises(DataSetError, match=r"kpi_v3_2026-02-01\.json` holds `int`"):
        recorded_data(folder)
