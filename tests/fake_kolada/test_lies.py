"""Large changes of the data: each changes what it describes and nothing else."""

import polars as pl
import pytest

from fake_kolada import ChangeError, apply_change
from tests.fake_kolada.test_changes import difference


def values_after(small, words):
    """Return the values that differ: {(kpi, unit, year, gender): value, or None if the row is absent}."""
    changed = difference(small, apply_change(small, words))
    return {key: None if after is None else after[0] for key, (_, after) in changed.items()}


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("values_null:N00002", {("N00002", "0001", 2021, "T"): None, ("N00002", "0117", 2021, "T"): None}),
        ("values_deleted:N00001/0115", {("N00001", "0115", 2020, gender): None for gender in "TK"}),
        (
            "values_same:N00001//2020",
            {
                ("N00001", "0000", 2020, "T"): 50.0,
                **{("N00001", "0114", 2020, gender): 50.0 for gender in "TKM"},
                **{("N00001", "0115", 2020, gender): 50.0 for gender in "TK"},
            },
        ),
        ("values_times:N00002/0117=-1", {("N00002", "0117", 2021, "T"): 3.5}),
        ("values_plus:N00001/0000=0.5", {("N00001", "0000", 2020, "T"): 56.0}),
        ("values_precise:N00001/0000", {("N00001", "0000", 2020, "T"): 55.5 + 1e-7}),
        ("values_rounded:N00001//2021", {("N00001", "0114", 2021, "T"): 11.3}),
        ("values_rounded:N00001/0000=-1", {("N00001", "0000", 2020, "T"): 60.0}),
        ("county_times:01/N00002", {("N00002", "0117", 2021, "T"): -35.0}),
        ("nulls_zero", {("N00001", "0117", 2020, "T"): 0.0}),
        ("units_rotated:N00002", {("N00002", "0117", 2021, "T"): 0.0}),
        ("genders_exchanged", {("N00001", "0114", 2020, "K"): 8.0, ("N00001", "0114", 2020, "M"): 12.0}),
        (
            "years_shifted:N00002/0117",
            {("N00002", "0117", 2021, "T"): None, ("N00002", "0117", 2022, "T"): -3.5},
        ),
        ("year_copied:N00001", {("N00001", "0114", 2021, "T"): 10.0}),
        ("year_halved:N00002", {("N00002", "0117", 2021, "T"): None}),
        (
            "new_years:N00002=7",
            {("N00002", "0001", 2022, "T"): 7.0, ("N00002", "0117", 2022, "T"): 7.0},
        ),
        ("year_ahead:N00002/0117", {("N00002", "0117", 2100, "T"): -3.5}),
        ("share_revised:N00002=50", {("N00002", "0117", 2021, "T"): -3.5 * 1.1 + 0.3}),
        ("share_suppressed:N00002=50", {("N00002", "0117", 2021, "T"): None}),
    ],
)
def test_a_lie_about_values_is_exactly_this(small, words, expected):
    """The named cells differ as described, and no other cell does."""
    assert expected == values_after(small, words)


def test_two_kpis_have_each_others_values(small):
    """Two exchanged KPIs have each other's values in every cell."""
    before, after = small.observations, apply_change(small, "kpis_exchanged").observations
    for one, other in (("N00001", "N00002"), ("N00002", "N00001")):
        expected = before.filter(pl.col("kpi_id") == one).drop("kpi_id")
        assert expected.equals(after.filter(pl.col("kpi_id") == other).drop("kpi_id"))


@pytest.mark.parametrize(
    ("words", "frame", "column", "expected"),
    [
        ("unlisted:municipality/0000", "municipalities", "municipality_id", ["0001", "0114", "0115", "0117"]),
        ("unlisted:municipality", "municipalities", "municipality_id", ["0000", "0114", "0117"]),
        ("unlisted:kpi=1", "kpis", "kpi_id", []),
        ("titles:group", "groups", "group_name", ["", "", ""]),
        ("titles:kpi/N00002=Ny", "kpis", "title", ["Första, andel (%)", "Ny"]),
        ("titles_exchanged:kpi", "kpis", "title", ["Andra, antal, år 2024", "Första, andel (%)"]),
        ("members_lost", "group_members", "member_id", ["0114", "0117"]),
        ("members_exchanged", "group_members", "group_id", ["G2328", "G3000", "G3000", "G3000"]),
        ("members_lost:G2328=2", "group_members", "member_id", ["0114", "0115", "0117"]),
        (
            "groups_renewed",
            "groups",
            "group_name",
            ["Alla kommuner (ovägt medel)", "Liknande kommuner skola, Ettstad, 2025", "Tom"],
        ),
    ],
)
def test_a_lie_about_a_list_is_exactly_this(small, words, frame, column, expected):
    """The list has the expected entries, and the values are unchanged."""
    after = apply_change(small, words)
    assert expected == getattr(after, frame)[column].to_list()
    assert small.observations.equals(after.observations)


def test_statuses_change_and_values_stay(small):
    """Every value is unchanged and has the given status."""
    after = apply_change(small, "statuses_same").observations
    assert ["Missing"] == after["status"].cast(pl.String).unique().to_list()
    assert small.observations["value"].equals(after["value"])


def test_a_share_of_the_sample_is_that_share(sample):
    """Five percent of a KPI's values are revised, evenly over its cells."""
    changed = difference(sample, apply_change(sample, "share_revised:N15436"))
    count = sample.observations.filter((pl.col("kpi_id") == "N15436") & pl.col("value").is_not_null()).height
    assert abs(len(changed) - count * 0.05) <= 1


def test_every_similar_group_is_renewed_in_the_sample(sample):
    """Each similar group keeps five of its seven members and excludes its owner; other groups are unchanged."""
    after = apply_change(sample, "groups_renewed")
    similar = sample.groups.filter(pl.col("group_name").str.starts_with("Liknande"))["group_id"]
    old, new = (
        dict(data.group_members.group_by("group_id").agg(pl.col("member_id").sort()).iter_rows())
        for data in (sample, after)
    )
    assert {(7, 5)} == {(len(new[each]), len(set(new[each]) & set(old[each]))) for each in similar}
    assert {each: old[each] for each in old if each not in set(similar)} == {
        each: new[each] for each in new if each not in set(similar)
    }


@pytest.mark.parametrize("words", ["unlisted:ou", "titles:kpi/N99999", "values_null:N99999", "members_lost:G9"])
def test_a_lie_that_fits_nothing_is_refused(small, words):
    """A change that fits no data is refused by its words, and nothing is changed."""
    with pytest.raises(ChangeError, match="nothing is changed"):
        apply_change(small, words)
