"""Second runs by name: wrong responses of a faulty source, and the usual changes of a year.

Each is one or more change words of the stand-in (`kolada fake-api --help`), joined by `+`. `{year}` is the newest year
that all KPIs have, `{newest}` the newest of most KPIs, `{group}` a group of similar municipalities that the plan
compares with.
"""

from collections.abc import Mapping

OWN = "1489"
RIKET = "0000"
# A KPI with values by gender, one without, and one of a survey that not all units take part in.
DIVIDED, PLAIN, SURVEY = "N15436", "U40455", "U31462"

# No change of the data: the responses are edited on their way.
COUNTS_ZERO = "counts zero"

# Each of these runs is held, or a warning of the run names the change.
LIES: Mapping[str, str] = {
    "every value null": "values_null",
    "every value null and private": "values_null=Privacy",
    "every value null and missing": "values_null=Missing",
    "every cell deleted": "values_deleted",
    "every value 50": "values_same",
    "every value 0": "values_same=0",
    "every value times -1": "values_times=-1",
    "every value up by one": "values_plus",
    "every value of one KPI null": f"values_null:{DIVIDED}",
    "every value of one KPI 50": f"values_same:{DIVIDED}",
    "every cell of one KPI deleted": f"values_deleted:{DIVIDED}",
    "every cell of one KPI absent": f"vanished:{DIVIDED}",
    "one KPI times 100": f"rescaled:{PLAIN}",
    "one KPI times 1.2": f"values_times:{DIVIDED}=1.2",
    "two KPIs exchanged": f"kpis_exchanged:{DIVIDED}",
    "Riket absent": f"unit_vanished:{RIKET}",
    "Riket null": f"values_null:/{RIKET}",
    "Riket deleted": f"values_deleted:/{RIKET}",
    "Riket 50": f"values_same:/{RIKET}",
    "Riket absent from one KPI": f"unit_vanished:{RIKET}/{DIVIDED}",
    "Riket times 10 in one KPI": f"values_times:{DIVIDED}/{RIKET}=10",
    "the plan's own unit absent from every KPI": f"unit_vanished:{OWN}",
    "the plan's own unit absent from one KPI": f"unit_vanished:{OWN}/{DIVIDED}",
    "the plan's own unit absent from one year": f"vanished:/{OWN}/{{year}}",
    "the plan's own unit null": f"values_null:/{OWN}",
    "the plan's own unit deleted": f"values_deleted:/{OWN}",
    "the plan's own unit 50": f"values_same:/{OWN}",
    "the plan's own unit's newest year deleted in one KPI": f"deleted:{DIVIDED}/{OWN}",
    "the plan's own unit's value times 10": f"values_times:{DIVIDED}/{OWN}/{{year}}=10",
    "another unit absent from every KPI": "unit_vanished:0180",
    "another unit's values all 50": "values_same:/0180",
    "one county times 10": "county_times",
    "the plan's county times 10": "county_times:14",
    "one county times 10 in one KPI": f"county_times:14/{DIVIDED}",
    "each unit has its neighbour's values": "units_rotated",
    "each unit has its neighbour's values in one KPI": f"units_rotated:{DIVIDED}",
    "women and men exchanged": "genders_exchanged",
    "women and men exchanged in one KPI": f"genders_exchanged:{DIVIDED}",
    "women absent": "vanished:///K",
    "totals absent": "vanished:///T",
    "every year a year later": "years_shifted",
    "one KPI a year later": f"years_shifted:{DIVIDED}",
    "the newest year a copy of the year before": "year_copied",
    "the newest year absent for half the units": "year_halved",
    "the newest year absent for half the units in one KPI": f"year_halved:{DIVIDED}",
    "one year null": "values_null://{year}",
    "one year deleted": "values_deleted://{year}",
    "one year absent": "vanished://{year}",
    "one year times 10": "values_times://{year}=10",
    "hidden values become 0": "nulls_zero",
    "every status Missing": "statuses_same",
    "a row for the year 2100": f"year_ahead:{DIVIDED}",
    "a row for the year 1905": f"year_ahead:{DIVIDED}=1905",
    "a new year of 50 for all": "new_years=50",
    "a new year of 0 for all": "new_years=0",
    "twenty percent suppressed": "share_suppressed=20",
    "thirty percent revised": "share_revised=30",
    "every count of units 0": COUNTS_ZERO,
    "half of the municipalities listed": "unlisted:municipality",
    "one municipality of ten not listed": "unlisted:municipality=10",
    "Riket not listed": f"unlisted:municipality/{RIKET}",
    "the plan's own unit not listed": f"unlisted:municipality/{OWN}",
    "another unit not listed": "unlisted:municipality/0180",
    "no municipality listed": "unlisted:municipality=1",
    "half of the catalogue withdrawn": "unlisted:kpi",
    "a tenth of the catalogue withdrawn": "unlisted:kpi=10",
    "no KPI listed": "unlisted:kpi=1",
    "half of the groups listed": "unlisted:group",
    "a group of similar municipalities not listed": "unlisted:group/{group}",
    "no group listed": "unlisted:group=1",
    "all titles blank": "titles:kpi",
    "one title blank": f"titles:kpi/{DIVIDED}",
    "all titles the same": "titles:kpi=Nyckeltal",
    "KPIs' titles exchanged": "titles_exchanged:kpi",
    "all names of units blank": "titles:municipality",
    "units' names exchanged": "titles_exchanged:municipality",
    "the plan's own unit renamed": f"titles:municipality/{OWN}=Nyköping",
    "all titles of groups blank": "titles:group",
    "groups' titles exchanged": "titles_exchanged:group",
    "all members of every group but one": "members_lost",
    "all members of a group of similar municipalities but one": "members_lost:{group}",
    "every group has the members of another": "members_exchanged",
}

# Too small to be suspicious, or no contradiction of known values: published, with a warning that names it.
NAMED = frozenset(
    {
        "Riket absent from one KPI",
        "Riket times 10 in one KPI",
        "the plan's own unit absent from one KPI",
        "the plan's own unit's newest year deleted in one KPI",
        "the plan's own unit's value times 10",
        "every status Missing",
        "a new year of 50 for all",
        "a new year of 0 for all",
    }
)

# Each of these runs is published, at most with a warning.
YEARLY: Mapping[str, str] = {
    "nothing": "",
    "a new year for all units": "new_years",
    "a new year for one KPI": f"new_year:{DIVIDED}",
    "a whole KPI more precise": f"values_precise:{DIVIDED}",
    "every KPI more precise": "values_precise",
    "a whole KPI rounded": f"values_rounded:{DIVIDED}",
    "every KPI rounded": "values_rounded",
    "5 % of a KPI revised": f"share_revised:{DIVIDED}",
    "5 % of a KPI suppressed": f"share_suppressed:{DIVIDED}",
    "5 % of every KPI revised": "share_revised",
    "5 % of every KPI suppressed": "share_suppressed",
    "the newest year made final": "+".join(
        f"values_times:{kpi_id}//{{newest}}=1.01" for kpi_id in (DIVIDED, PLAIN, "N15485", "N17467")
    ),
    "another municipality left a survey": f"unit_vanished:0180/{SURVEY}",
    "the plan's own unit left a survey": f"unit_vanished:{OWN}/{SURVEY}",
    "one unit's series revised": f"values_times:{DIVIDED}/0180=1.3",
    "the plan's own unit's series revised": f"values_times:{DIVIDED}/{OWN}=1.3",
    "Riket's series revised": f"values_times:{DIVIDED}/{RIKET}=1.1",
    "the groups of the new year": "groups_renewed",
    "one group of the new year": "groups_renewed:{group}",
    "a KPI of the plan withdrawn": f"kpi_removed:{DIVIDED}",
    "a KPI of the plan closed": f"kpi_retitled:{DIVIDED}",
    "2 % of the catalogue withdrawn": "unlisted:kpi=50",
    "one value revised": f"revised:{DIVIDED}/{OWN}/{{year}}/T=91.2",
    "one value suppressed": f"suppressed:{DIVIDED}/0180",
    "one value deleted": f"deleted:{DIVIDED}/0180",
    "a hidden value shown": "restored",
    "a value two years ahead": f"year_ahead:{DIVIDED}=2028",
    "a total absent": "total_absent",
    "a status changed": "status_changed",
}
