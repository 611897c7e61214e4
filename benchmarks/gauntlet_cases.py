"""The cases of the gauntlet: faults of the transfer and of pages, lies about the data, changes of a normal year.

A fault affects one response of the night (passing) or every matching response (lasting). A lie is served for two nights
in a row, and the third night is honest: lasting is counted on the second morning, passing on the third. A usual change
is not a lie: it must arrive, without an alarm that stops the night.
"""

from dataclasses import dataclass, replace

import polars as pl

from fake_kolada import FAULTS, ContractChoices, DataSet, sample_data

FAULT, LIE, USUAL = "fault", "lie", "usual"
PASSING, LASTING = "passing", "lasting"
OWN, RIKET = "1480", "0000"
KPIS = ("N15436", "N15485", "U21468", "U23471")
# The sample's units of two counties, and Riket: a small data set, for hundreds of nights.
COUNTIES = ("00", "01", "14")
FIRST_YEAR = 2022
# Every night after the first has this change, so that an unchanged table differs from a correct one.
NEWS = f"values_times:{KPIS[1]}//2025=1.01"
# Several pages per request; koladapy requests 5,000 rows per page, and receives them on one page.
CONTRACT = ContractChoices(page_cap=200, per_page_above_cap="clamp")


@dataclass(frozen=True, slots=True)
class Case:
    """One case.

    Attributes:
        kind: fault, lie or usual.
        name: its name on the page.
        words: its name in the stand-in: a fault, or a change.
    """

    kind: str
    name: str
    words: str

    @property
    def modes(self) -> tuple[str, ...]:
        """The modes of the case; a usual change has one, since it stays."""
        return (LASTING,) if self.kind == USUAL else (PASSING, LASTING)


_FAULTS = (
    "rate_limited",
    "rate_limited_retry_after",
    "retry_after_beyond_time",
    "server_error_html",
    "server_error_json",
    "unavailable",
    "html_answer",
    "error_answer",
    "cut_json",
    "dropped_connection",
    "stalled_answer",
    "dripping_body",
    "utf16_answer",
    "gzip_header_alone",
    "gzip_bomb",
    "other_source",
    "empty_answer",
    "missing_next_url",
    "foreign_next_url",
    "looping_next_url",
    "climbing_next_url",
    "empty_last_page",
    "duplicated_row",
    "value_as_text",
    "non_finite_value",
    "value_beyond_doubles",
    "unknown_gender",
    "unknown_field",
    "absent_count",
    "wrong_count",
    "wrong_id",
    "null_period",
)

_LIES = {
    "every value is null": "values_null",
    "every value is deleted": "values_deleted",
    "every value is 50": "values_same",
    "every value is 0": "values_same=0",
    "one KPI is null": f"values_null:{KPIS[0]}",
    "one KPI has no rows": f"vanished:{KPIS[0]}",
    "one KPI is a hundred times as large": f"rescaled:{KPIS[2]}",
    "two KPIs have each other's values": f"kpis_exchanged:{KPIS[0]}",
    "Riket has no rows": f"unit_vanished:{RIKET}",
    "the plan's own unit has no rows": f"unit_vanished:{OWN}",
    "the plan's own unit is 50 everywhere": f"values_same:/{OWN}",
    "one county's values are ten times as large": "county_times:14",
    "each unit has its neighbour's values": "units_rotated",
    "women have the men's values": "genders_exchanged",
    "no totals": "vanished:///T",
    "every year is a year later": "years_shifted",
    "the newest year is a copy of the year before": "year_copied",
    "the newest year is absent for half the units": "year_halved",
    "one year has no rows": "vanished://2024",
    "what is hidden is 0": "nulls_zero",
    "a row for the year 2100": "year_ahead",
    "half of the units are not listed": "unlisted:municipality",
    "no unit is listed": "unlisted:municipality=1",
}

_USUAL = {
    "nothing but the night's news": "",
    "a new year": "new_years",
    "a KPI is more precise": f"values_precise:{KPIS[0]}",
    "a KPI is rounded": f"values_rounded:{KPIS[0]}",
    "a value is suppressed": f"suppressed:{KPIS[0]}/0180",
    "a value is deleted": f"deleted:{KPIS[0]}/0180",
    "one unit's series is revised": f"values_times:{KPIS[0]}/0180=1.3",
    "a unit left a survey": f"unit_vanished:0180/{KPIS[2]}",
}

CASES = (
    *(Case(FAULT, FAULTS[name].description, name) for name in _FAULTS),
    *(Case(LIE, name, words) for name, words in _LIES.items()),
    *(Case(USUAL, name, words) for name, words in _USUAL.items()),
)


def small_world() -> DataSet:
    """Return the sample of some units, KPIs and years; all values are made up."""
    data = sample_data()
    unit = pl.col("municipality_id").cast(pl.String)
    is_near = unit.str.slice(0, 2).is_in(COUNTIES)
    municipalities = data.municipalities.filter(is_near)
    members = data.group_members.filter(pl.col("member_id").is_in(municipalities["municipality_id"].implode()))
    return replace(
        data,
        observations=data.observations.filter(
            is_near & pl.col("kpi_id").cast(pl.String).is_in(KPIS) & (pl.col("period") >= FIRST_YEAR)
        ),
        kpis=data.kpis.filter(pl.col("kpi_id").is_in(KPIS)),
        municipalities=municipalities,
        groups=data.groups.filter(pl.col("group_id").is_in(members["group_id"].unique().implode())),
        group_members=members,
        ous=data.ous.clear(),
        ou_observations=data.ou_observations.clear(),
    )
