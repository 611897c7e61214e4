"""The rows of a data response: shape, order and missing values."""

import itertools
import json

from fake_kolada import FakeKolada


def test_a_row_has_the_recorded_keys_in_the_recorded_order(small, ask):
    """A row has values, kpi, period, municipality; a value has gender, count, status, value, isdeleted, in order."""
    body = ask(FakeKolada(small))("/data/kpi/N00002/municipality/0117/year/2021").text
    assert (
        '{"values":[{"values":[{"gender":"T","count":1,"status":"","value":-3.5,"isdeleted":false}],'
        '"kpi":"N00002","period":2021,"municipality":"0117"}],"count":1,"next_url":null,"previous_url":null}'
    ) == body


def test_rows_come_sorted_by_kpi_period_and_unit(sample, ask):
    """Rows are sorted by (kpi, period, municipality), groups after single units."""
    rows = ask(FakeKolada(sample))("/data/kpi/U31462,N15436/municipality/G2328,1489,0000,0114/year/2023,2022").json()[
        "values"
    ]
    keys = [(row["kpi"], row["period"], row["municipality"]) for row in rows]
    assert sorted(keys) == keys
    assert ("N15436", 2022, "G2328") in keys


def test_the_order_of_genders_differs_from_row_to_row(sample, ask):
    """All six orders of three genders occur in one response."""
    rows = ask(FakeKolada(sample))("/data/kpi/N07418/year/2022").json()["values"]
    seen = {"".join(value["gender"] for value in row["values"]) for row in rows}
    assert {"".join(order) for order in itertools.permutations("TKM")} == seen


def test_the_same_question_has_the_same_bytes(sample, ask):
    """Two stand-ins of the same data return the same bytes."""
    path = "/data/kpi/N15436,N15485/year/2022,2023"
    assert ask(FakeKolada(sample))(path).content == ask(FakeKolada(sample))(path).content


def test_a_null_has_count_zero_and_its_status(small, ask):
    """A missing value is null with count 0 and its status."""
    (row,) = ask(FakeKolada(small))("/data/kpi/N00001/municipality/0117/year/2020").json()["values"]
    assert [{"gender": "T", "count": 0, "status": "", "value": None, "isdeleted": False}] == row["values"]


def test_zero_and_negative_values_are_values(small, ask):
    """0.0 and -3.5 are values with count 1."""
    rows = ask(FakeKolada(small))("/data/kpi/N00002/municipality/0001,0117").json()["values"]
    assert [(0.0, 1), (-3.5, 1)] == [(row["values"][0]["value"], row["values"][0]["count"]) for row in rows]


def test_an_unmeasured_year_and_unknown_ids_are_empty(small, ask):
    """A year, unit or KPI without values is 200 without rows."""
    get = ask(FakeKolada(small))
    for path in (
        "/data/kpi/N00001/municipality/0114/year/1999",
        "/data/kpi/N00001/municipality/9999/year/2020",
        "/data/kpi/N99999/municipality/0114/year/2020",
        "/data/kpi/N00001/municipality/all/year/2020",
    ):
        answer = get(path)
        assert (200, []) == (answer.status_code, answer.json()["values"]), path


def test_a_deleted_value_is_flagged_and_null(small, ask):
    """A deleted value has isdeleted true, null and count 0."""
    fake = FakeKolada(small, changes=["deleted:N00001/0114/2020/K"])
    (row,) = ask(fake)("/data/kpi/N00001/municipality/0114/year/2020").json()["values"]
    women = next(value for value in row["values"] if value["gender"] == "K")
    assert {"gender": "K", "count": 0, "status": "", "value": None, "isdeleted": True} == women


def test_ou_rows_carry_ou_for_municipality(small, ask):
    """Rows of organisational units have the key ou, by every path and query."""
    get = ask(FakeKolada(small))
    for path in (
        "/oudata/kpi/N00001/ou/V15E011400101/year/2020",
        "/oudata/kpi/N00001/ou/V15E011400101",
        "/oudata/kpi/N00001/year/2020",
        "/oudata/ou/V15E011400101/year/2020",
        "/oudata/municipality/0114/year/2020",
        "/oudata/?kpi_id=N00001&ou_id=V15E011400101",
    ):
        (row,) = get(path).json()["values"]
        assert ("V15E011400101", 77.0) == (row["ou"], row["values"][0]["value"]), path
        assert "municipality" not in row


def test_values_survive_the_wire_to_the_last_bit(sample, ask, cells):
    """Every double of the data set is the same double after JSON."""
    rows = ask(FakeKolada(sample))("/data/kpi/N07905/municipality/0114,1489,2584").json()["values"]
    observations = sample.observations.filter(
        (sample.observations["kpi_id"] == "N07905")
        & sample.observations["municipality_id"].is_in(["0114", "1489", "2584"])
    )
    expected = sorted(observations["value"].to_list())
    assert expected == sorted(value for *_, value in cells(rows))
    assert json.dumps(expected)
