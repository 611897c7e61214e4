"""The limits of the checks: how much may change in one run before it is held. Each limit is a setting.

The defaults accept the changes that Kolada makes every year: a new year for all units, another rounding or precision, a
twentieth of a KPI's cells revised or suppressed, preliminary values made final, a unit that leaves a survey, one
revised series, the yearly groups, some withdrawn KPIs.
"""

from typing import Annotated

from pydantic import Field, NonNegativeInt
from pydantic_settings import BaseSettings

Share = Annotated[float, Field(ge=0, le=1)]


class Limits(BaseSettings):
    """The limits; a run that exceeds one of them is held, and its findings list the cells, units or texts."""

    max_vanished_share: Share = Field(default=0.01, description="Known cells that are absent, of all cells read.")
    max_deleted_share: Share = Field(default=0.01, description="Known cells that are deleted, of all cells read.")
    max_suppressed_share: Share = Field(default=0.07, description="Known values that are now null, of all cells read.")
    max_rewritten_share: Share = Field(default=0.07, description="Known values that have changed, of all cells read.")
    max_kpi_vanished_share: Share = Field(default=0.05, description="Known cells of a KPI that are absent.")
    max_kpi_deleted_share: Share = Field(default=0.05, description="Known cells of a KPI that are deleted.")
    max_kpi_suppressed_share: Share = Field(default=0.1, description="Known values of a KPI that are now null.")
    max_kpi_rewritten_share: Share = Field(
        default=0.1,
        description="Known values of a KPI that have changed; small changes in its newest year do not count.",
    )
    max_final_move: Share = Field(
        default=0.25,
        description="The median relative change of a KPI's newest year up to which its changes count as preliminary "
        "values made final.",
    )
    max_year_lost_share: Share = Field(
        default=0.25, description="Units of a KPI whose known cells of one year are absent or deleted."
    )
    max_unit_kpi_share: Share = Field(
        default=0.1,
        description="KPIs, at least one, in which a plan's own unit, Riket or a reference may lose values in one run; "
        "and KPIs of a plan, at least two, that may be withdrawn or retitled in one run.",
    )
    max_unit_share: Share = Field(
        default=0.5, description="KPIs of any one unit in which most of its values are lost or changed."
    )
    max_reference_share: Share = Field(
        default=0.25, description="Values of the units of a plan's reference that are lost or changed, per KPI."
    )
    max_units_gone_share: Share = Field(
        default=0.0,
        description="Known units that are absent from the list; if a plan's own unit or Riket is absent, the run is "
        "always held.",
    )
    max_groups_gone_share: Share = Field(
        default=0.1,
        description="Known groups that are absent from the list; if a group that a plan uses is absent, the run is "
        "always held.",
    )
    max_members_lost_share: Share = Field(
        default=0.25, description="Members that a group loses, minus those that it gains."
    )
    max_withdrawn_share: Share = Field(default=0.05, description="KPIs of the catalogue that are withdrawn.")
    max_texts_changed_share: Share = Field(
        default=0.1, description="Titles, names and types in a list that have changed; a year at the end is ignored."
    )
    max_zero_count_share: Share = Field(default=0.01, description="New values of a KPI with the count 0.")
    max_years_ahead: NonNegativeInt = Field(
        default=2, description="Years by which a value may be ahead of the calendar, or of the KPI's own last year."
    )
    first_plausible_year: int = Field(default=1950, description="The earliest year that a value may have.")

    def limits(self) -> dict[str, float | int]:
        """Return name -> limit."""
        return {name: getattr(self, name) for name in Limits.model_fields}
