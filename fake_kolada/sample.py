"""The built-in sample: a data set in the form of Kolada's, with made-up values only.

It needs only this package: the public list of municipality codes and names is in `municipalities.csv`, the KPIs'
stories are in `sample_stories.toml`, and everything else is computed from them. Two builds are equal byte for byte.
"""

from collections.abc import Iterable
from datetime import date
from pathlib import Path

import polars as pl

from fake_kolada.data_set import (
    GROUP_SCHEMA,
    KPI_SCHEMA,
    MEMBER_SCHEMA,
    MUNICIPALITY_SCHEMA,
    DataSet,
)
from fake_kolada.sample_groups import made_up_groups
from fake_kolada.sample_ous import made_up_ou_values, made_up_ous
from fake_kolada.sample_stories import FIRST_YEAR, LAST_YEAR, Story, read_stories
from fake_kolada.sample_values import made_up_values, published_on

# The date of the sample: preliminary accounts for 2025 are published, the autumn's figures are not.
SAMPLE_DATE = date(2026, 4, 15)


def sample_data() -> DataSet:
    """Return the sample: 290 municipalities, the regions and Riket, 25 KPIs, 2015-2025, all values made up."""
    stories = read_stories()
    municipalities = public_municipalities()
    observations = made_up_values(stories.kpi, municipalities, SAMPLE_DATE)
    groups, members = made_up_groups(municipalities)
    ous = made_up_ous(municipalities)
    with_ous = [story.kpi_id for story in stories.kpi if story.has_ous]
    titles = {story.kpi_id: story.title for story in stories.kpi}
    return DataSet(
        source_kind="sample",
        dated=SAMPLE_DATE,
        observations=observations,
        kpis=_catalogue(stories.kpi),
        municipalities=municipalities,
        groups=groups,
        group_members=members,
        kpi_groups=pl.DataFrame(
            [(group.group_id, group.title) for group in stories.kpi_group], schema=dict(GROUP_SCHEMA), orient="row"
        ),
        kpi_group_members=pl.DataFrame(
            [(group.group_id, kpi, titles[kpi]) for group in stories.kpi_group for kpi in group.kpis],
            schema=dict(MEMBER_SCHEMA),
            orient="row",
        ),
        ous=ous,
        ou_observations=made_up_ou_values(ous, observations.filter(pl.col("kpi_id").is_in(with_ous))),
    )


def public_municipalities() -> pl.DataFrame:
    """Return the public list of the 290 municipalities, the 21 regions and Riket."""
    return pl.read_csv(Path(__file__).with_name("municipalities.csv"), schema=dict(MUNICIPALITY_SCHEMA))


def _catalogue(stories: Iterable[Story]) -> pl.DataFrame:
    rows = [_catalogue_row(story) for story in stories if not story.is_withdrawn]
    return pl.DataFrame(rows, schema=dict(KPI_SCHEMA), orient="row")


def _catalogue_row(story: Story) -> dict[str, object]:
    following = _next_publication(story)
    return {
        "kpi_id": story.kpi_id,
        "title": story.title,
        "description": f"Påhittade värden. {story.about} Källa: inbyggt urval med påhittade värden.",
        "is_divided_by_gender": story.women_ahead is not None,
        "municipality_type": "A" if story.has_regions else "K",
        "auspice": story.auspice or None,
        "operating_area": story.area,
        "perspective": story.perspective,
        **following,
        "has_ou_data": story.has_ous,
    }


def _next_publication(story: Story) -> dict[str, str | None]:
    """Return the catalogue's dates: the first final publication after the sample's date, if one is announced."""
    month, day, offset = story.published
    is_announced = story.announced and story.last_year == LAST_YEAR
    for year in range(FIRST_YEAR, SAMPLE_DATE.year + 1):
        final = date(year + offset, month, day)
        if is_announced and final > SAMPLE_DATE:
            preliminary = published_on(story, year).isoformat() if story.preliminary else None
            return {
                "prel_publication_date": preliminary,
                "publication_date": final.isoformat(),
                "publ_period": str(year),
            }
    return {"prel_publication_date": None, "publication_date": None, "publ_period": None}
