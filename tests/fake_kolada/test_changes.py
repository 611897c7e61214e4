"""Named changes of the data: each changes what it describes and nothing else."""

import polars as pl
import pytest

from fake_kolada import CHANGES, Change, ChangeError, FakeKolada, apply_change, apply_changes

KEY = ["kpi_id", "municipality_id", "period", "gender"]
CONTENTS = ["value", "status", "is_deleted"]


def difference(before, after):
    """Return the cells that differ: {key: (contents before or None, contents after or None)}."""

    def only_in(data, other):
        frames = (each.observations.select(KEY + CONTENTS) for each in (data, other))
        alone = next(frames).join(next(frames), on=KEY + CONTENTS, how="anti", nulls_equal=True)
        return {row[:4]: row[4:] for row in alone.iter_rows()}

    old, new = only_in(before, after), only_in(after, before)
    return {key: (old.get(key), new.get(key)) for key in old.keys() | new.keys()}


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("revised:N00001/0114/2020/T=9.5", {("N00001", "0114", 2020, "T"): ((10.0, "", False), (9.5, "", False))}),
        ("revised:N00001/0114/2020/T", {("N00001", "0114", 2020, "T"): ((10.0, "", False), (11.0, "", False))}),
        ("deleted:N00001/0114/2020/M", {("N00001", "0114", 2020, "M"): ((8.0, "", False), (None, "", True))}),
        ("vanished:N00001/0114/2020/M", {("N00001", "0114", 2020, "M"): ((8.0, "", False), None)}),
        (
            "vanished:N00001/0115",
            {
                ("N00001", "0115", 2020, "T"): ((20.0, "", False), None),
                ("N00001", "0115", 2020, "K"): ((22.0, "", False), None),
            },
        ),
        (
            "suppressed:N00001/0115/2020/T",
            {("N00001", "0115", 2020, "T"): ((20.0, "", False), (None, "Privacy", False))},
        ),
        (
            "suppressed:N00001/0115/2020/T=",
            {("N00001", "0115", 2020, "T"): ((20.0, "", False), (None, "", False))},
        ),
        ("restored:N00001=33.5", {("N00001", "0117", 2020, "T"): ((None, "", False), (33.5, "", False))}),
        (
            "precision:N00001/0115/2020/T",
            {("N00001", "0115", 2020, "T"): ((20.0, "", False), (20.0 + 1e-7, "", False))},
        ),
        ("rounded:N00001", {("N00001", "0114", 2021, "T"): ((11.25, "", False), (11.3, "", False))}),
        (
            "status_changed:N00001/0115/2020/T=Preliminär",
            {("N00001", "0115", 2020, "T"): ((20.0, "", False), (20.0, "Preliminär", False))},
        ),
        ("total_absent:N00001/0114/2020", {("N00001", "0114", 2020, "T"): ((10.0, "", False), None)}),
        (
            "unit_vanished:0117",
            {
                ("N00001", "0117", 2020, "T"): ((None, "", False), None),
                ("N00002", "0117", 2021, "T"): ((-3.5, "", False), None),
            },
        ),
        ("unit_vanished:0117/N00002", {("N00002", "0117", 2021, "T"): ((-3.5, "", False), None)}),
        (
            "rescaled:N00002",
            {
                ("N00002", "0001", 2021, "T"): None,
                ("N00002", "0117", 2021, "T"): ((-3.5, "", False), (-350.0, "", False)),
            },
        ),
        (
            "new_year:N00002",
            {
                ("N00002", "0001", 2022, "T"): (None, (1.0, "", False)),
                ("N00002", "0117", 2022, "T"): (None, (-2.5, "", False)),
            },
        ),
    ],
)
def test_a_change_of_values_is_exactly_this(small, words, expected):
    """The named cells differ as described, and no other cell does."""
    found = difference(small, apply_change(small, words))
    assert {key: change for key, change in expected.items() if change is not None} == found


@pytest.mark.parametrize("name", CHANGES)
def test_without_coordinates_a_place_is_chosen_and_always_the_same(sample, name):
    """Without coordinates each change picks the same place every time and leaves the old data unchanged."""
    before = sample.observations.clone()
    once, twice = apply_change(sample, name), apply_change(sample, name)
    assert before.equals(sample.observations)
    assert once.observations.equals(twice.observations)
    assert once.kpis.equals(twice.kpis)
    assert once.group_members.equals(twice.group_members)
    changed = [
        not once.observations.equals(sample.observations),
        not once.kpis.equals(sample.kpis),
        not once.group_members.equals(sample.group_members),
    ]
    assert 1 == sum(changed)
    assert once.dated > sample.dated


@pytest.mark.parametrize(
    "name", ["revised", "deleted", "vanished", "suppressed", "restored", "precision", "rounded", "status_changed"]
)
def test_a_chosen_cell_is_one_total_of_a_municipality(sample, name):
    """A cell change without coordinates changes one cell of gender T of a municipality."""
    (cell,) = difference(sample, apply_change(sample, name))
    of_type = dict(sample.municipalities.select("municipality_id", "municipality_type").iter_rows())
    assert ("T", "K") == (cell[3], of_type[cell[1]])


def test_coordinates_may_be_left_out_one_by_one(sample):
    """A missing coordinate, an empty one and a star are chosen: the newest year, the lowest ids."""
    one = difference(sample, apply_change(sample, "revised:N15436/1489"))
    assert {("N15436", "1489", 2025, "T")} == set(one)
    assert one == difference(sample, apply_change(sample, "revised:N15436/1489/*/"))
    two = difference(sample, apply_change(sample, "revised:*/1489/2020/K"))
    assert {("N07418", "1489", 2020, "K")} == set(two)


def test_a_kpi_removed_leaves_the_catalogue_and_the_answers(small, ask):
    """A removed KPI leaves the catalogue and the responses; the data set keeps its values."""
    fake = FakeKolada(small, changes=["kpi_removed:N00001"])
    get = ask(fake)
    assert ["N00002"] == [row["id"] for row in get("/kpi").json()["values"]]
    assert 0 == get("/data/kpi/N00001/municipality/0114").json()["count"]
    assert small.observations.equals(fake.data.observations)


def test_a_kpi_retitled_is_closed(sample):
    """A retitled KPI ends in (-YEAR), announces no publication and keeps its values."""
    after = apply_change(sample, "kpi_retitled:N15436=2025")
    row = after.kpis.filter(pl.col("kpi_id") == "N15436").to_dicts()[0]
    assert row["title"].endswith("andel (%) (-2025)")
    assert [None] * 3 == [row["prel_publication_date"], row["publication_date"], row["publ_period"]]
    assert after.observations.equals(sample.observations)


def test_a_group_has_new_members_and_the_next_year(sample, ask):
    """A renewed group has two other members, the same id, the next year in its title, and new means."""
    group = sample.groups.filter(pl.col("group_name") == "Liknande kommuner grundskola, Alingsås, 2024")
    group_id = group["group_id"][0]
    fake = FakeKolada(sample)
    get = ask(fake)
    path = f"/data/kpi/N15436/municipality/{group_id}/year/2023"
    before = (get(f"/municipality_groups/{group_id}").json()["values"][0], get(path).json())
    fake.data = apply_change(fake.data, f"group_members:{group_id}")
    after = (get(f"/municipality_groups/{group_id}").json()["values"][0], get(path).json())
    old, new = ({member["member_id"] for member in row["members"]} for row in (before[0], after[0]))
    assert (7, 7, 5) == (len(old), len(new), len(old & new))
    assert "1489" not in new
    assert "Liknande kommuner grundskola, Alingsås, 2025" == after[0]["title"]
    assert before[1] != after[1]


def test_a_group_takes_the_members_it_is_given(small):
    """Members given after = become the group's members."""
    after = apply_change(small, "group_members:G3000=0114,0115")
    members = after.group_members.filter(pl.col("group_id") == "G3000")
    assert [("G3000", "0114", "Ettstad"), ("G3000", "0115", "Tvåstad")] == members.rows()


def test_changes_add_up(small):
    """Several changes are applied in order, each a day later."""
    after = apply_changes(small, ["revised:N00001/0114/2020/T=1", "revised:N00001/0114/2020/T=2"])
    cell = after.observations.filter(
        (pl.col("municipality_id") == "0114") & (pl.col("period") == 2020) & (pl.col("gender") == "T")
    )
    assert (2.0, 2) == (cell["value"][0], (after.dated - small.dated).days)
    assert after.dated == cell["changed_on"][0]


@pytest.mark.parametrize(
    ("words", "part"),
    [
        ("revise", "Did you mean `revised`?"),
        ("zzz", "There are `revised`"),
        ("revised:N99999", "matches nothing at `N99999`"),
        ("revised:N00001/0114/2020/F", "Write one of `T`, `K`, `M`"),
        ("revised:N00001/0114/ifjol", "`ifjol` is no year"),
        ("revised:N00001/0114/2020/T=mycket", "`mycket` is no number"),
        ("kpi_removed:N00001/0114", "Write at most `kpi_removed:kpi`"),
        ("kpi_removed:N99999", "matches nothing"),
        ("unit_vanished:9999", "matches nothing"),
        ("vanished:N00001/9999", "matches nothing"),
        ("group_members:G9", "matches nothing"),
        ("group_members:G3000=9999", "There is no municipality `9999`"),
        ("restored:N00002", "matches nothing"),
    ],
)
def test_a_change_that_cant_be_made_is_told_with_the_remedy(small, words, part):
    """The error names the words given, says that nothing is changed, and lists what can be written."""
    with pytest.raises(ChangeError) as caught:
        apply_change(small, words)
    assert part in str(caught.value)
    assert "nothing is" in str(caught.value)


def test_a_change_is_read_from_its_words_and_written_back():
    """A change is parsed into its parts and written back unchanged."""
    change = Change.parse("revised:N15436/1489/2020/T=91.2")
    assert {"kpi": "N15436", "unit": "1489", "year": "2020", "gender": "T"} == change.coordinates
    assert ("91.2", "revised:N15436/1489/2020/T=91.2") == (change.value, str(change))
    assert change == Change.parse(str(change))
    with pytest.raises(ChangeError, match="no coordinate `place`"):
        Change("revised", {"place": "1489"})
