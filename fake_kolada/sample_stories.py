"""The KPIs of the built-in sample and their groups, read from `sample_stories.toml`.

This module defines the keys of that file; the file has the story of each KPI.
"""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import ConfigDict, TypeAdapter

# The form of a missing value: no row, or a row with null and this status.
Gap = Literal["no row", "", "Missing", "Privacy", "Not applicable"]

FIRST_YEAR, LAST_YEAR = 2015, 2025
# A misspelt key is an error.
_STRICT = ConfigDict(extra="forbid")


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One KPI of the sample.

    Attributes:
        level: The middle of all municipalities in 2020; `drift` is its change per year.
        spread: The spread of the municipalities; a share of the level if the KPI `is_skewed`.
        wobble: The year-to-year movement of one municipality's value, in the same measure.
        step: The first year and the size of a shift of the whole level (a changed definition).
        bounds: The least and the largest possible value.
        auspice: Kolada's code; empty if the catalogue has none.
        women_ahead: Women's value minus men's; None for a KPI that is not divided by gender.
        published: Month, day and year offset of the publication of a year's values.
        preliminary: The same for preliminary values, if there are any.
        announced: Whether the catalogue announces a next publication.
        riket: The national value: weighted, a row with null, or no row.
        takes_part: Share of municipalities with a value in a year; the others have `otherwise`.
        small_share: Share of municipalities, the smallest, whose value is suppressed; they have
            `held_back`. The share is three times as large for women and men.
        null_years: Years in which every unit has a row but no value.
        skipped_years: Years without any row.
        total_only_years: Years in which women's and men's values are null.
        stray_share: Share of values with the status Missing although there is a value.
    """

    __pydantic_config__ = _STRICT

    kpi_id: str
    title: str
    about: str
    level: float
    spread: float
    wobble: float
    drift: float = 0.0
    step: tuple[int, float] | None = None
    bounds: tuple[float, float] = (0.0, 100.0)
    decimals: int = 1
    is_skewed: bool = False
    women_ahead: float | None = None
    has_regions: bool = False
    area: str = "Kommunen, övergripande"
    perspective: str = "Kvalitet och resultat"
    auspice: str = "X"
    published: tuple[int, int, int] = (10, 1, 0)
    preliminary: tuple[int, int, int] | None = None
    announced: bool = True
    last_year: int = LAST_YEAR
    is_withdrawn: bool = False
    riket: Literal["weighted", "null", "no row"] = "weighted"
    riket_null_years: tuple[int, ...] = ()
    takes_part: float = 1.0
    otherwise: Gap = "no row"
    small_share: float = 0.0
    held_back: Gap = "Privacy"
    null_years: tuple[int, ...] = ()
    skipped_years: tuple[int, ...] = ()
    total_only_years: tuple[int, ...] = ()
    stray_share: float = 0.0
    has_ous: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class KpiGroup:
    """One group of KPIs of the sample."""

    __pydantic_config__ = _STRICT

    group_id: str
    title: str
    kpis: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Stories:
    """The contents of the file.

    Attributes:
        kpi: the KPIs, by id.
        kpi_group: their groups.
    """

    __pydantic_config__ = _STRICT

    kpi: tuple[Story, ...]
    kpi_group: tuple[KpiGroup, ...]


def read_stories() -> Stories:
    """Return the stories in the file."""
    text = Path(__file__).with_suffix(".toml").read_text(encoding="utf-8")
    return TypeAdapter(Stories).validate_python(tomllib.loads(text))
