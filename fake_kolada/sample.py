"""The built-in sample: a data set that looks like Kolada's, with every value made up.

It needs nothing but this package: the public list of municipality codes and names stands in
`municipalities.csv`, the KPIs' stories in `sample_stories`, and the rest follows from them. Built twice,
it is the same to the last byte.
"""

from collections.abc import Sequence
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
from fake_kolada.sample_stories import FIRST_YEAR, LAST_YEAR, STORIES, Story
from fake_kolada.sample_values import made_up_values, published_on

# The day that the sample shows: accounts for 2025 are out as preliminary, the autumn's figures are not.
SAMPLE_DATE = date(2026, 4, 15)
_KPI_GROUPS: Sequence[tuple[str, str, Sequence[str]]] = (
    ("G2KPI900001", "Ekonomi (påhittad grupp)", ("N03034", "N03046", "N03102", "N03110")),
    ("G2KPI900002", "Skola (påhittad grupp)", ("N15436", "N15454", "N15485", "N17467", "N18409")),
    # Two of these are in no catalogue any more: the API's groups hold such members too.
    ("G2KPI900003", "Service (påhittad grupp)", ("U00413", "U00442", "U00454", "U00811")),
)


def sample_data() -> DataSet:
    """The sample: 290 municipalities, the regions and Riket, 25 KPIs, 2015-2025, all values made up."""
    municipalities = public_municipalities()
    observations = made_up_values(STORIES, municipalities, SAMPLE_DATE)
    groups, members = made_up_groups(municipalities)
    ous = made_up_ous(municipalities)
    with_ous = [story.kpi_id for story in STORIES if story.has_ous]
    titles = {story.kpi_id: story.title for story in STORIES}
    return DataSet(
        source_kind="sample",
        dated=SAMPLE_DATE,
        observations=observations,
        kpis=_catalogue(),
        municipalities=municipalities,
        groups=groups,
        group_members=members,
        kpi_groups=pl.DataFrame(
            [(group, title) for group, title, _ in _KPI_GROUPS], schema=dict(GROUP_SCHEMA), orient="row"
        ),
        kpi_group_members=pl.DataFrame(
            [(group, kpi, titles[kpi]) for group, _, kpis in _KPI_GROUPS for kpi in kpis],
            schema=dict(MEMBER_SCHEMA),
            orient="row",
        ),
        ous=ous,
        ou_observations=made_up_ou_values(ous, observations.filter(pl.col("kpi_id").is_in(with_ous))),
    )


def public_municipalities() -> pl.DataFrame:
    """The public list of the 290 municipalities, the 21 regions and Riket."""
    return pl.read_csv(Path(__file__).with_name("municipalities.csv"), schema=dict(MUNICIPALITY_SCHEMA))


def _catalogue() -> pl.DataFrame:
    rows = [_catalogue_row(story) for story in STORIES if not story.is_withdrawn]
    return pl.DataFrame(rows, schema=dict(KPI_SCHEMA), orient="row")


def _catalogue_row(story: Story) -> dict[str, object]:
    following = _next_publication(story)
    return {
        "kpi_id": story.kpi_id,
        "title": story.title,
        "description": f"Påhittade värden. {story.about} Källa: inbyggt urval med påhittade värden.",
        "is_divided_by_gender": story.women_ahead is not None,
        "municipality_type": "A" if story.has_regions else "K",
        "auspice": story.auspice,
        "operating_area": story.area,
        "perspective": story.perspective,
        **following,
        "has_ou_data": story.has_ous,
    }


def _next_publication(story: Story) -> dict[str, str | None]:
    """The catalogue's dates: the first final publication after the sample's day, if one is announced."""
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
