"""Group rows: unweighted means of members with a value, computed independently of the stand-in."""

import math
from statistics import fmean

from fake_kolada import ContractChoices, FakeKolada


def test_a_group_value_is_the_mean_of_members_with_a_value(small, ask):
    """A group's value is the unweighted mean per gender, and its count is the number of members with a value."""
    (row,) = ask(FakeKolada(small))("/data/kpi/N00001/municipality/G2328/year/2020").json()["values"]
    by_gender = {value["gender"]: (value["value"], value["count"]) for value in row["values"]}
    assert {"T": (15.0, 2), "K": (17.0, 2), "M": (8.0, 1)} == by_gender


def test_a_group_whose_members_have_no_value_is_null(small, ask):
    """A group whose members have no value is null with count 0; Riket is no member."""
    (row,) = ask(FakeKolada(small))("/data/kpi/N00001/municipality/G3000/year/2020").json()["values"]
    assert [{"gender": "T", "count": 0, "status": "", "value": None, "isdeleted": False}] == row["values"]


def test_groups_come_when_no_unit_is_named(small, ask):
    """A request by KPI and year returns group rows; a request by unit returns only the named units."""
    get = ask(FakeKolada(small))
    unnamed = [row["municipality"] for row in get("/data/kpi/N00001/year/2020").json()["values"]]
    assert ["0000", "0114", "0115", "0117", "G2328", "G3000"] == unnamed
    named = [row["municipality"] for row in get("/data/kpi/N00001/municipality/0114/year/2020").json()["values"]]
    assert ["0114"] == named


def test_groups_can_be_left_out_when_no_unit_is_named(small, ask):
    """With the other contract choice, groups are returned only if they are named."""
    fake = FakeKolada(small, contract=ContractChoices(groups_when_no_unit_is_named=False))
    units = [row["municipality"] for row in ask(fake)("/data/kpi/N00001/year/2020").json()["values"]]
    assert ["0000", "0114", "0115", "0117"] == units


def test_a_deleted_value_doesnt_count_in_a_mean(small, ask):
    """A deleted value is not part of the group's mean and count."""
    fake = FakeKolada(small, changes=["deleted:N00001/0115/2020/T"])
    (row,) = ask(fake)("/data/kpi/N00001/municipality/G2328/year/2020").json()["values"]
    total = next(value for value in row["values"] if value["gender"] == "T")
    assert (10.0, 1) == (total["value"], total["count"])


def test_the_sample_groups_agree_with_plain_python(sample, ask):
    """For some groups every KPI and year equals the mean computed with statistics.fmean."""
    members: dict[str, set[str]] = {}
    for group_id, member_id, _ in sample.group_members.iter_rows():
        members.setdefault(group_id, set()).add(member_id)
    values: dict[tuple[str, int, str], dict[str, float]] = {}
    for kpi_id, unit, period, gender, value, *_ in sample.observations.iter_rows():
        if kpi_id in ("N15436", "U28570", "N07418") and value is not None:
            values.setdefault((kpi_id, period, gender), {})[unit] = value
    groups = (
        "G2328",
        "G2329",
        "G33623",
        sample.groups.filter(sample.groups["group_name"] == "Liknande kommuner grundskola, Alingsås, 2024")["group_id"][
            0
        ],
    )
    rows = ask(FakeKolada(sample))(f"/data/kpi/N15436,U28570,N07418/municipality/{','.join(groups)}").json()["values"]
    checked = 0
    for row in rows:
        for value in row["values"]:
            known = values.get((row["kpi"], row["period"], value["gender"]), {})
            of_members = [known[unit] for unit in members[row["municipality"]] if unit in known]
            assert len(of_members) == value["count"]
            if of_members:
                assert math.isclose(fmean(of_members), value["value"], rel_tol=1e-12)
                checked += 1
    assert checked > 200


def test_the_national_group_is_the_municipalities(sample):
    """G2328 has the 290 municipalities without regions and Riket; G2329 has the 21 regions."""
    members = sample.group_members
    of_type = dict(sample.municipalities.select("municipality_id", "municipality_type").iter_rows())
    national = members.filter(members["group_id"] == "G2328")["member_id"].to_list()
    regional = members.filter(members["group_id"] == "G2329")["member_id"].to_list()
    assert (290, {"K"}) == (len(national), {of_type[unit] for unit in national})
    assert (21, {"L"}, False) == (len(regional), {of_type[unit] for unit in regional}, "0000" in regional)
