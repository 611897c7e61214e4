"""Compute the sample's made-up values from the stories: municipalities first, then Riket and the regions.

Every number depends on (KPI, unit, year, gender) and a salt only; no value of any source is used.
"""

from collections.abc import Iterable
from datetime import date
from typing import Any

import polars as pl

from fake_kolada.data_set import GENDERS
from fake_kolada.noise import normal, uniform
from fake_kolada.sample_stories import FIRST_YEAR, Story

RIKET = "0000"
_SALT = 11_000
_CITIES = (
    *("0126", "0127", "0180", "0181", "0380", "0484", "0580", "0581", "0680", "0780", "1280", "1281", "1283"),
    *("1380", "1480", "1490", "1780", "1880", "1980", "2080", "2180", "2281", "2380", "2480", "2580"),
)
_MIDDLE_YEAR = 2020
_SMALL_FOR_GENDERS = 3.0
_ORDER = ("kpi_id", "period", "municipality_id", "gender")


def made_up_sizes(municipalities: pl.DataFrame) -> pl.DataFrame:
    """Return a made-up number of inhabitants and its rank (0 smallest, 1 largest) for each municipality of type K."""
    units = municipalities.filter(pl.col("municipality_type") == "K").select(
        "municipality_id", unit=pl.col("municipality_id").cast(pl.Int64)
    )
    scale = pl.when(pl.col("municipality_id").is_in(_CITIES)).then(11.6).otherwise(9.5)
    return (
        units.with_columns(chance=normal(units, ["unit"], _SALT))
        .with_columns(inhabitants=(scale + 0.6 * pl.col("chance")).exp().round())
        .with_columns(size_rank=(pl.col("inhabitants").rank("ordinal") - 1) / pl.len())
        .drop("chance")
    )


def published_on(story: Story, year: int) -> date:
    """Return the publication date of this KPI's values for a year, that of preliminary ones if there are any."""
    month, day, offset = story.preliminary or story.published
    return date(year + offset, month, day)


def made_up_values(stories: Iterable[Story], municipalities: pl.DataFrame, today: date) -> pl.DataFrame:
    """Return all values published by this date, in the form of observations."""
    sizes = made_up_sizes(municipalities)
    per_kpi = [_kpi_values(story, sizes, municipalities, today) for story in stories]
    return pl.concat(per_kpi).sort(_ORDER)


def _kpi_values(story: Story, sizes: pl.DataFrame, municipalities: pl.DataFrame, today: date) -> pl.DataFrame:
    years = [
        {"period": year, "changed_on": published_on(story, year)}
        for year in range(FIRST_YEAR, story.last_year + 1)
        if year not in story.skipped_years and published_on(story, year) <= today
    ]
    true = _true_values(story, sizes.join(pl.DataFrame(years), how="cross"))
    parts = [_reported(story, true), _riket(story, true)]
    if story.has_regions:
        parts.append(_regions(story, true, municipalities))
    columns = ["kpi_id", "municipality_id", "period", "gender", "value", "status", "changed_on"]
    return pl.concat([part.select(columns) for part in parts])


def _true_values(story: Story, units: pl.DataFrame) -> pl.DataFrame:
    """Return each municipality's value, known or not, one row per gender; `takes_part` is true if known."""
    kpi = int(story.kpi_id[1:]) + (0 if story.kpi_id.startswith("N") else 100_000)
    since = pl.col("period") - _MIDDLE_YEAR
    keyed = units.with_columns(kpi=pl.lit(kpi, dtype=pl.Int64))
    yearly = ["kpi", "unit", "period"]
    drawn = keyed.with_columns(
        own=normal(keyed, ["kpi", "unit"], _SALT + 1),
        trend=normal(keyed, ["kpi", "unit"], _SALT + 2),
        moved=normal(keyed, yearly, _SALT + 3),
        reluctance=uniform(keyed, ["kpi", "unit"], _SALT + 4),
        leaving_out=uniform(keyed, yearly, _SALT + 5),
        share_of_women=0.47 + 0.06 * uniform(keyed, yearly, _SALT + 6),
        ahead=normal(keyed, yearly, _SALT + 7),
        stray=uniform(keyed, yearly, _SALT + 8),
    )
    own = 0.9 * pl.col("own") + 0.05 * since * pl.col("trend")
    moved = story.spread * own + story.wobble * pl.col("moved")
    level = pl.lit(story.level) + story.drift * since
    if story.step is not None:
        first, change = story.step
        level += pl.when(pl.col("period") >= first).then(change).otherwise(0.0)
    # Larger municipalities take part more often; some leave out a year.
    reluctance = pl.col("reluctance") * 0.8 + (1 - pl.col("size_rank")) * 0.2
    leaves_out = pl.col("leaving_out") < (0.05 if story.takes_part < 1 else 0.0)
    rows = drawn.with_columns(
        kpi_id=pl.lit(story.kpi_id),
        total=level * moved.exp() if story.is_skewed else level + moved,
        takes_part=(reluctance < story.takes_part) & leaves_out.not_(),
        women_ahead=(story.women_ahead or 0.0) + 0.35 * story.wobble * pl.col("ahead"),
    )
    women = pl.col("total") + pl.col("women_ahead") * (1 - pl.col("share_of_women"))
    men = pl.col("total") - pl.col("women_ahead") * pl.col("share_of_women")
    by_gender: dict[str, pl.Expr] = {"T": pl.col("total"), "K": women, "M": men}
    genders = GENDERS if story.women_ahead is not None else GENDERS[:1]
    return pl.concat(
        [
            rows.with_columns(gender=pl.lit(gender), value=by_gender[gender].clip(*story.bounds).round(story.decimals))
            for gender in genders
        ]
    )


def _reported(story: Story, true: pl.DataFrame) -> pl.DataFrame:
    """Return each municipality as the API shows it: its value, a null with or without a reason, or no row."""
    is_single_gender = pl.col("gender") != "T"
    too_small = pl.col("size_rank") < pl.when(is_single_gender).then(story.small_share * _SMALL_FOR_GENDERS).otherwise(
        story.small_share
    )
    not_split = pl.col("period").is_in(story.total_only_years) & is_single_gender
    is_stray = pl.col("stray") < story.stray_share
    shown = true.with_columns(
        status=pl.when(pl.col("takes_part").not_())
        .then(pl.lit(story.otherwise))
        .when(pl.col("period").is_in(story.null_years) | not_split)
        .then(pl.lit(""))
        .when(too_small)
        .then(pl.lit(story.held_back))
        .when(is_stray)
        .then(pl.lit("Missing")),
        is_unknown=pl.col("takes_part").not_() | pl.col("period").is_in(story.null_years) | not_split | too_small,
    )
    return shown.filter(pl.col("status").ne_missing("no row")).with_columns(
        pl.col("status").fill_null(""),
        value=pl.when(pl.col("is_unknown")).then(None).otherwise(pl.col("value")),
    )


def _weighted(story: Story, true: pl.DataFrame, *by: str) -> pl.DataFrame:
    """Return means weighted by inhabitants over the participating municipalities, suppressed or not."""
    weight = pl.col("inhabitants")
    known = pl.col("takes_part") & pl.col("period").is_in(story.null_years).not_()
    return (
        true.sort(*by, "period", "gender", "municipality_id")
        .group_by("kpi_id", *by, "period", "gender", "changed_on", maintain_order=True)
        .agg(value=((pl.col("value") * weight).filter(known).sum() / weight.filter(known).sum()).round(story.decimals))
        .with_columns(pl.col("value").fill_nan(None), status=pl.lit(""))
    )


def _riket(story: Story, true: pl.DataFrame) -> pl.DataFrame:
    found = _weighted(story, true).with_columns(municipality_id=pl.lit(RIKET))
    if story.riket == "no row":
        return found.clear()
    is_null = pl.lit(value=True) if story.riket == "null" else pl.col("period").is_in(story.riket_null_years)
    return found.with_columns(value=pl.when(is_null).then(None).otherwise(pl.col("value")))


def _regions(story: Story, true: pl.DataFrame, municipalities: pl.DataFrame) -> pl.DataFrame:
    """Return the regions' values, those of their counties: `00` and the first two digits of the municipalities' ids."""
    county = pl.lit("00") + pl.col("municipality_id").str.slice(0, 2)
    known: dict[str, Any] = {"municipality_id": municipalities["municipality_id"]}
    found = _weighted(story, true.with_columns(region_id=county), "region_id")
    return found.rename({"region_id": "municipality_id"}).join(pl.DataFrame(known), on="municipality_id", how="semi")
