"""Data sets: valid and invalid ones, generated ones, and their names on the command line."""

from dataclasses import FrozenInstanceError, replace

import polars as pl
import pytest

from fake_kolada import DataSetError, FakeKolada, data_named, generated_data


def test_a_value_twice_is_refused(small):
    """A data set with two values of one key is refused."""
    with pytest.raises(DataSetError, match=r"holds `N00001/2020/0000/T` twice"):
        replace(small, observations=pl.concat([small.observations, small.observations.head(1)]))


def test_a_frame_without_a_column_is_refused(small):
    """A frame without a required column is refused by the column's name."""
    with pytest.raises(DataSetError, match="`kpis` lacks the columns `title`"):
        replace(small, kpis=small.kpis.drop("title"))


def test_a_data_set_is_never_changed_in_place(small):
    """A data set is immutable."""
    with pytest.raises(FrozenInstanceError):
        small.dated = None


@pytest.mark.parametrize(("kpis", "values"), [(1, 1), (7, 1000), (10, 100_000), (3, 936 * 3 * 4)])
def test_a_generated_data_set_has_exactly_so_many(kpis, values):
    """A generated data set has the requested numbers of values and KPIs, evenly distributed."""
    data = generated_data(kpis, values)
    lengths = data.observations.group_by("kpi_id").len()["len"]
    assert (values, kpis, "sample") == (data.observations.height, data.kpis.height, data.source_kind)
    assert lengths.max() - lengths.min() <= 1


def test_a_generated_data_set_pages_through(ask, all_pages, cells):
    """Paging through some units returns each of their values once."""
    data = generated_data(25, 100_000)
    path = f"/data/kpi/{','.join(data.kpis['kpi_id'])}/municipality/0114,1489"
    found = [cell for page in all_pages(ask(FakeKolada(data)), path) for cell in cells(page["values"])]
    of_units = data.observations.filter(pl.col("municipality_id").is_in(["0114", "1489"]))
    assert of_units.height == len(found) == len(set(found))


@pytest.mark.parametrize(("kpis", "values"), [(0, 10), (1, 10_000_000), (10, 0), (1_000_000, 1_000_000)])
def test_a_size_that_cant_be_made_is_told(kpis, values):
    """An impossible size is refused with the numbers that fit."""
    with pytest.raises(DataSetError, match="can't be made"):
        generated_data(kpis, values)


def test_a_command_names_its_data(sample):
    """A data set is named by `sample`, `generated:KPIS:VALUES` or a folder."""
    assert sample.observations.equals(data_named("sample").observations)
    assert 500 == data_named("generated:2:500").observations.height
    with pytest.raises(DataSetError, match="generated:1000:10000000"):
        data_named("generated:many")
    with pytest.raises(DataSetError, match=r"nowhere/recorded/values\.parquet"):
        data_named("nowhere")
