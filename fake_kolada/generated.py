"""A data set of any size for benchmarks: computed from counters, so that ten million values take seconds."""

from dataclasses import replace
from datetime import date

import polars as pl

from fake_kolada.data_set import GENDERS, KPI_SCHEMA, OBSERVATION_SCHEMA, DataSet, DataSetError
from fake_kolada.sample import public_municipalities
from fake_kolada.sample_groups import made_up_groups

_LAST_YEAR = 2025
_MOST_YEARS = 60
_MOST_KPIS = 90_000
_GENERATED_DATE = date(2026, 1, 1)
# Two primes: values that look like shares with many decimals and differ from cell to cell.
_STEP, _RANGE = 7_919, 1_000_003


def generated_data(kpis: int, values: int) -> DataSet:
    """Return exactly `values` values of `kpis` KPIs, all divided by gender, for every unit, newest year first.

    Raises:
        DataSetError: The values do not fit into the years that a series can have.
    """
    municipalities = public_municipalities()
    in_a_year = municipalities.height * len(GENDERS)
    per_kpi = -(-values // kpis) if kpis > 0 else 0
    if not (0 < kpis <= _MOST_KPIS and 0 < per_kpi <= in_a_year * _MOST_YEARS):
        raise DataSetError(
            f"`{values}` values of `{kpis}` KPIs can't be made: a KPI has 1 to {in_a_year * _MOST_YEARS} "
            f"values and there are at most {_MOST_KPIS} KPIs. Take about {values // (in_a_year * 11) + 1} KPIs."
        )
    ids = pl.Series([f"N{10_000 + number:05d}" for number in range(kpis)])
    place = pl.int_range(values, dtype=pl.Int64, eager=True)
    # If the values cannot be divided evenly, the first KPIs have one value more each.
    longer = values - kpis * (per_kpi - 1)
    in_longer = longer * per_kpi
    kpi = pl.select(
        pl.when(place < in_longer).then(place // per_kpi).otherwise(longer + (place - in_longer) // max(per_kpi - 1, 1))
    ).to_series()
    start = pl.select(
        pl.when(kpi < longer).then(kpi * per_kpi).otherwise(in_longer + (kpi - longer) * (per_kpi - 1))
    ).to_series()
    within = place - start
    units = municipalities["municipality_id"].cast(pl.Categorical())
    observations = pl.DataFrame(
        {
            "kpi_id": ids.cast(pl.Categorical()).gather(kpi),
            "municipality_id": units.gather(within // len(GENDERS) % municipalities.height),
            "period": (_LAST_YEAR - within // in_a_year).cast(pl.Int32),
            "gender": pl.Series(GENDERS).cast(OBSERVATION_SCHEMA["gender"]).gather(within % len(GENDERS)),
            "value": (place * _STEP % _RANGE).cast(pl.Float64) / (_RANGE / 100),
        }
    )
    groups, members = made_up_groups(municipalities)
    return DataSet(
        source_kind="sample",
        dated=_GENERATED_DATE,
        observations=observations,
        kpis=pl.DataFrame(
            {"kpi_id": ids, "title": [f"Påhittat nyckeltal {kpi_id}, andel (%)" for kpi_id in ids]},
            schema={name: KPI_SCHEMA[name] for name in ("kpi_id", "title")},
        ).with_columns(is_divided_by_gender=pl.lit(value=True), description=pl.lit("Påhittade värden.")),
        municipalities=municipalities,
        groups=groups,
        group_members=members,
    )


def for_their_units(data: DataSet) -> DataSet:
    """Return generated data with Kolada's types: of five KPIs, three for municipalities, one for regions, one for both.

    Only values of units of the KPI's type are kept, and those of Riket.
    """
    turn = pl.int_range(pl.len()) % 5
    typed = data.kpis.with_columns(
        municipality_type=pl.when(turn < 3).then(pl.lit("K")).when(turn == 3).then(pl.lit("L")).otherwise(pl.lit("A"))  # noqa: PLR2004 - the counts in the docstring
    )
    types = dict(typed.select("kpi_id", "municipality_type").iter_rows())
    kinds = dict(data.municipalities.select("municipality_id", "municipality_type").iter_rows())
    unit = pl.col("municipality_id").cast(pl.String)
    type_of = pl.col("kpi_id").cast(pl.String).replace_strict(types)
    fits = (type_of == "A") | (unit == "0000") | (type_of == unit.replace_strict(kinds))
    return replace(data, observations=data.observations.filter(fits), kpis=typed)


def with_revised_values(data: DataSet, count: int) -> DataSet:
    """Return the data with the number of values revised, evenly spread."""
    step = data.observations.height // count
    place = pl.int_range(pl.len())
    is_revised = (place % step == 0) & (place < step * count)
    value = pl.when(is_revised).then(pl.col("value") + 1).otherwise(pl.col("value"))
    return replace(data, observations=data.observations.with_columns(value=value))
