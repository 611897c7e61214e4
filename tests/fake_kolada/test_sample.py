"""The built-in sample: its size, its special cases, made up, and the same every time."""

import csv
from pathlib import Path

import polars as pl
import pytest

from fake_kolada import FakeKolada, sample_data

PLAN = Path(__file__).parents[2] / "goals" / "alingsas-2022-2024"
CROSS_CHECKS = {"N03102", "N03110", "N03034", "N03046"}
WITHDRAWN = {"U00413", "U00442", "U00486"}


def rows(sample, kpi_id, **named):
    """Return the observations of a KPI as text and numbers, filtered by columns."""
    frame = sample.observations.filter(pl.col("kpi_id") == kpi_id)
    for column, value in named.items():
        frame = frame.filter(pl.col(column) == value)
    return frame.with_columns(pl.col("municipality_id", "gender", "status").cast(pl.String))


def test_it_has_every_unit_and_says_that_it_is_a_sample(sample):
    """The sample has 290 municipalities, 21 regions and Riket, and its source kind is sample."""
    kinds = sample.municipalities.group_by("municipality_type").len().sort("municipality_type").rows()
    assert ("sample", [("K", 290), ("L", 22)]) == (sample.source_kind, kinds)


def test_it_is_the_same_every_time(sample, ask):
    """A sample that is built twice gives the same bytes."""
    again = sample_data()
    for path in ("/kpi", "/municipality_groups", "/ou", "/data/kpi/N15436,U28570/municipality/0000,1489,G2328"):
        assert ask(FakeKolada(sample))(path).content == ask(FakeKolada(again))(path).content


def test_it_has_the_kpis_of_the_plan(sample):
    """Every KPI of the plan and its cross-checks has values, and all but withdrawn ones are in the catalogue."""
    with (PLAN / "indicators.csv").open(encoding="utf-8") as file:
        wanted = {row["kpi_id"] for row in csv.DictReader(file) if row["kpi_id"]} | CROSS_CHECKS
    assert 25 == len(wanted)
    assert wanted == set(sample.observations["kpi_id"].cast(pl.String))
    assert wanted - WITHDRAWN == set(sample.kpis["kpi_id"])


def test_every_description_says_that_the_values_are_made_up(sample):
    """Every KPI's description says that its values are made up."""
    assert sample.kpis["description"].str.starts_with("Påhittade värden.").all()


def test_it_reaches_from_2015_to_2025(sample):
    """The years are 2015-2025, and no value is dated after the sample's day."""
    assert (2015, 2025) == (sample.observations["period"].min(), sample.observations["period"].max())
    assert sample.observations["changed_on"].max() <= sample.dated


@pytest.mark.parametrize(("kpi_id", "suffix"), [("U07451", "(-2024)"), ("U31462", "(- 2024)")])
def test_two_kpis_are_closed_after_2024(sample, kpi_id, suffix):
    """A closed KPI has the year in its title, no announced publication and no later value."""
    (kpi,) = sample.kpis.filter(pl.col("kpi_id") == kpi_id).to_dicts()
    assert kpi["title"].endswith(suffix)
    assert (None, None) == (kpi["publication_date"], kpi["publ_period"])
    assert 2024 == rows(sample, kpi_id)["period"].max()


@pytest.mark.parametrize("kpi_id", ["U21468", "U23471"])
def test_there_was_no_survey_of_the_elderly_in_2021(sample, kpi_id):
    """The survey of the elderly has no row for 2021 and has rows before and after."""
    years = set(rows(sample, kpi_id)["period"])
    assert {2020, 2022} == years & {2020, 2021, 2022}


def test_the_tests_of_2020_and_2021_are_rows_of_null(sample):
    """N15454 has null rows for every unit in 2020 and 2021."""
    for year in (2020, 2021):
        found = rows(sample, "N15454", period=year, gender="T")
        assert (291, 0) == (found.height, found["value"].count())


def test_riket_is_missing_where_it_is_missing(sample):
    """U31462 has no row for Riket, U28570, U07414 and U40455 have null rows, and U07451 a null in 2022."""
    assert 0 == rows(sample, "U31462", municipality_id="0000").height
    for kpi_id in ("U28570", "U07414", "U40455"):
        riket = rows(sample, kpi_id, municipality_id="0000")
        assert (True, 0) == (riket.height > 5, riket["value"].count()), kpi_id
    riket = rows(sample, "U07451", municipality_id="0000")
    assert [2022] == riket.filter(pl.col("value").is_null())["period"].to_list()
    for kpi_id in ("N15436", "N15485", "N17467", "U21468", "U23471"):
        riket = rows(sample, kpi_id, municipality_id="0000", gender="T")
        assert riket.height == riket["value"].count(), kpi_id


def test_gaps_come_in_every_form(sample):
    """Gaps occur as missing rows, nulls with each status and none, values with a status, and withheld genders."""
    statuses = dict(
        sample.observations.filter(pl.col("value").is_null()).group_by(pl.col("status").cast(pl.String)).len().rows()
    )
    assert {"", "Missing", "Privacy", "Not applicable"} == set(statuses)
    assert 0 < sample.observations.filter(pl.col("value").is_not_null() & (pl.col("status") == "Missing")).height
    assert rows(sample, "U00811", period=2023).height < 290
    split = rows(sample, "U31462", period=2021)
    assert 0 == split.filter(pl.col("gender") != "T")["value"].count() < split["value"].count()
    held_back = rows(sample, "N15436", period=2023)
    assert (
        held_back.filter(pl.col("gender") == "K")["value"].count()
        < held_back.filter(pl.col("gender") == "T")["value"].count()
    )


def test_genders_are_where_kolada_has_them(sample):
    """KPIs divided by gender have T, K and M, the others T alone, as in the catalogue."""
    divided = sample.observations.group_by(pl.col("kpi_id").cast(pl.String)).agg(
        (pl.col("gender") != "T").any().alias("is_divided")
    )
    told = dict(sample.kpis.select("kpi_id", "is_divided_by_gender").iter_rows())
    found = {kpi_id: is_divided for kpi_id, is_divided in divided.iter_rows() if kpi_id in told}
    assert told == found
    assert {
        "N07418", "N15436", "N15454", "N15485", "N17467", "N18409",
        "U09800", "U21468", "U23471", "U28570", "U31462", "U40455",
    } == {kpi_id for kpi_id, is_divided in told.items() if is_divided}  # fmt: skip


def test_a_total_lies_between_women_and_men(sample):
    """A total is between the values of women and men."""
    wide = (
        sample.observations.filter(pl.col("municipality_id") != "0000")
        .pivot("gender", index=["kpi_id", "municipality_id", "period"], values="value")
        .drop_nulls()
    )
    low, high = pl.min_horizontal("K", "M") - 1, pl.max_horizontal("K", "M") + 1
    assert wide.height > 10_000
    assert wide.filter(~pl.col("T").is_between(low, high)).is_empty()


def test_shares_are_shares(sample):
    """Every share is within 0-100."""
    shares = sample.kpis.filter(pl.col("title").str.contains("andel (%)", literal=True))["kpi_id"].to_list()
    values = sample.observations.filter(
        pl.col("kpi_id").is_in([kpi_id for kpi_id in shares if kpi_id not in CROSS_CHECKS])
    )["value"]
    assert values.is_between(0, 100).all()


def test_similar_groups_have_seven_others(sample):
    """Each municipality has a group of seven others for each of eight topics."""
    names = dict(sample.municipalities.select("municipality_name", "municipality_id").iter_rows())
    titles = dict(sample.groups.filter(pl.col("group_name").str.starts_with("Liknande")).iter_rows())
    assert 8 * 290 == len(titles)
    members = sample.group_members.group_by("group_id").agg("member_id")
    of_group = {group_id: set(ids) for group_id, ids in members.iter_rows()}
    for group_id, title in titles.items():
        *_, name, year = title.split(", ")
        assert 7 == len(of_group[group_id]), title
        assert names[name] not in of_group[group_id], title
        assert year == ("2025" if "övergripande" in title else "2024")


def test_similar_group_titles_have_the_api_form(sample):
    """The topic is before the first comma of a title, except for the overall topic."""
    titles = set(sample.groups["group_name"])
    assert {
        "Liknande kommuner grundskola, Alingsås, 2024",
        "Liknande kommuner, övergripande, Alingsås, 2025",
        "Liknande kommuner ekonomiskt bistånd, Göteborg, 2024",
    } <= titles


def test_county_groups_hold_the_countys_municipalities(sample):
    """The 21 county groups divide all 290 municipalities; Västra Götaland has 49."""
    counties = sample.groups.filter(pl.col("group_name").str.contains(" läns kommuner"))
    members = sample.group_members.filter(pl.col("group_id").is_in(counties["group_id"].implode()))
    assert (21, 290, 290) == (counties.height, members.height, members["member_id"].n_unique())
    assert 49 == members.filter(pl.col("group_id") == "G33623").height


def test_the_announced_publications_lie_ahead(sample):
    """Every announced final publication is after the sample's day and is of the next period."""
    announced = sample.kpis.filter(pl.col("publication_date").is_not_null())
    latest = dict(
        sample.observations.filter(pl.col("value").is_not_null())
        .group_by(pl.col("kpi_id").cast(pl.String))
        .agg(pl.col("period").max())
        .iter_rows()
    )
    assert 17 == announced.height
    for kpi in announced.iter_rows(named=True):
        assert kpi["publication_date"] > sample.dated.isoformat(), kpi["kpi_id"]
        ahead = 0 if kpi["prel_publication_date"] else 1
        assert int(kpi["publ_period"]) == latest[kpi["kpi_id"]] + ahead, kpi["kpi_id"]


def test_accounts_for_the_last_year_are_preliminary(sample):
    """The cross-check KPIs have preliminary values for 2025 and announce the final ones."""
    for kpi in sample.kpis.filter(pl.col("kpi_id").is_in(sorted(CROSS_CHECKS))).iter_rows(named=True):
        assert kpi["prel_publication_date"] <= sample.dated.isoformat() < kpi["publication_date"]
        assert "2025" == kpi["publ_period"]


def test_schools_have_values_near_their_municipality(sample, ask):
    """Each municipality has two made-up schools, with values of the KPIs for organisational units."""
    with_ous = sample.kpis.filter("has_ou_data")["kpi_id"].to_list()
    assert (580, with_ous) == (sample.ous.height, sample.ou_observations["kpi_id"].unique().sort().to_list())
    page = ask(FakeKolada(sample))("/oudata/municipality/1489/year/2024").json()
    assert {"V15E148900001", "V15E148900002"} == {row["ou"] for row in page["values"]}
