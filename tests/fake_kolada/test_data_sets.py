"""Data sets: what they take, what they refuse, the generated ones, and how a command names them."""

from dataclasses import FrozenInstanceError, replace

import polars as pl
import pytest

from fake_kolada import DataSetError, FakeKolada, data_named, generated_data


def test_a_value_twice_is_refused(small):
    """Two rows of one key can't be served: the API has one."""
    with pytest.raises(DataSetError, match=r"holds `N00001/2020/0000/T` twice"):
        replace(small, observations=pl.concat([small.observations, small.observations.head(1)]))


def test_a_frame_without_a_column_is_refused(small):
    """The error names the columns that are missing."""
    with pytest.raises(DataSetError, match="`kpis` lacks the columns `title`"):
        replace(small, kpis=small.kpis.drop("title"))


def test_a_data_set_is_never_changed_in_place(small):
    """Fields can't be set."""
    with pytest.raises(FrozenInstanceError):
        small.dated = None


@pytest.mark.parametrize(("kpis", "values"), [(1, 1), (7, 1000), (10, 100_000), (3, 936 * 3 * 4)])
def test_a_generated_data_set_has_exactly_so_many(kpis, values):
    """As many values and KPIs as were asked for, no cell twice, shared out evenly."""
    data = generated_data(kpis, values)
    lengths = data.observations.group_by("kpi_id").len()["len"]
    assert (values, kpis, "sample") == (data.observations.height, data.kpis.height, data.source_kind)
    assert lengths.max() - lengths.min() <= 1


def test_a_generated_data_set_pages_through(ask, all_pages, cells):
    """All values of some units come over the wire, none twice."""
    data = generated_data(25, 100_000)
    path = f"/data/kpi/{','.join(data.kpis['kpi_id'])}/municipality/0114,1489"
    found = [cell for page in all_pages(ask(FakeKolada(data)), path) for cell in cells(page["values"])]
    of_units = data.observations.filter(pl.col("municipality_id").is_in(["0114", "1489"]))
    assert of_units.height == len(found) == len(set(found))


@pytest.mark.parametrize(("kpis", "values"), [(0, 10), (1, 10_000_000), (10, 0), (1_000_000, 1_000_000)])
def test_a_size_that_cant_be_made_is_told(kpis, values):
    """The error says how many values fit and how many KPIs to take."""
    with pytest.raises(DataSetError, match="can't be made"):
        generated_data(kpis, values)


def test_a_command_names_its_data(sample):
    """`sample`, `generated:KPIS:VALUES` or a folder."""
    assert sample.observations.equals(data_named("sample").observations)
    assert 500 == data_named("generated:2:500").observations.height
    with pytest.raises(DataSetError, match="generated:1000:10000000"):
        data_named("generated:many")
    with pytest.raises(DataSetError, match=r"nowhere/recorded/values\.parquet"):
        data_named("nowhere")
