"""How much may change in a night before a run is held: the limits of the checks, each a setting.

The defaults let pass what Kolada does every year: a new year for all units, rounding and precision, a twentieth of a
KPI's cells revised or suppressed, preliminary values made final, a unit that leaves a survey, one series revised, the
yearly groups, some withdrawn KPIs.
"""

from typing import Annotated

from pydantic import Field, NonNegativeInt
from pydantic_settings import BaseSettings

Share = Annotated[float, Field(ge=0, le=1)]


class Limits(BaseSettings):
    """A run that goes beyond one of these is held, with the cells, units or texts that do."""

    max_vanished_share: Share = Field(default=0.01, description="Known cells that are absent, of all that were read.")
    max_deleted_share: Share = Field(default=0.01, description="Known cells that are deleted, of all that were read.")
    max_suppressed_share: Share = Field(default=0.07, description="Known values that are null, of all that were read.")
    max_rewritten_share: Share = Field(default=0.07, description="Known values that are others, of all that were read.")
    max_kpi_vanished_share: Share = Field(default=0.05, description="Known cells of a KPI that are absent.")
    max_kpi_deleted_share: Share = Field(default=0.05, description="Known cells of a KPI that are deleted.")
    max_kpi_suppressed_share: Share = Field(default=0.1, description="Known values of a KPI that are null.")
    max_kpi_rewritten_share: Share = Field(
        default=0.1,
        description="Known values of a KPI that are others; those of its newest year that move a little do not count.",
    )
    max_final_move: Share = Field(
        default=0.25,
        description="By how much, in the median, a KPI's newest year moves when preliminary values become final.",
    )
    max_year_lost_share: Share = Field(
        default=0.25, description="Units of a KPI whose known cells of one year are absent or deleted."
    )
    max_unit_kpi_share: Share = Field(
        default=0.1,
        description="KPIs, at least one, in which a plan's own unit, Riket or a reference may lose values at once; "
        "and KPIs of a plan, at least two, that may be withdrawn or retitled at once.",
    )
    max_unit_share: Share = Field(
        default=0.5, description="KPIs of any unit in which most of its values are lost or others."
    )
    max_reference_share: Share = Field(
        default=0.25, description="Values of the units of a plan's reference that are lost or others, in a KPI."
    )
    max_units_gone_share: Share = Field(
        default=0.0, description="Known units that are absent from the list; a plan's own unit and Riket never may be."
    )
    max_groups_gone_share: Share = Field(
        default=0.1, description="Known groups that are absent from the list; one that a plan rests on never may be."
    )
    max_members_lost_share: Share = Field(default=0.25, description="Members that a group loses beyond its new ones.")
    max_withdrawn_share: Share = Field(default=0.05, description="KPIs of the catalogue that are withdrawn.")
    max_texts_changed_share: Share = Field(
        default=0.1, description="Titles, names and kinds in a list that are others, years at their end left out."
    )
    max_zero_count_share: Share = Field(default=0.01, description="New values of a KPI that count no unit.")
    max_years_ahead: NonNegativeInt = Field(
        default=2, description="Years by which a value may be ahead of the calendar, or of the KPI's own last year."
    )
    first_plausible_year: int = Field(default=1950, description="No KPI begins before this year.")

    def limits(self) -> dict[str, float | int]:
        """The limits by their names."""
        return {name: getattr(self, name) for name in Limits.model_fields}
