"""The open points of the contract, each with both choices."""

from fake_kolada import ContractChoices, FakeKolada

TOO_MANY = "/kpi/" + ",".join(["N00001"] * 26)


def with_choice(ask, data, **choices):
    """Return a client on a stand-in with these contract choices."""
    return ask(FakeKolada(data, contract=ContractChoices(**choices)))


def test_a_refusal_is_422_or_400(small, ask):
    """A list that is too long and a year in letters are refused with the chosen status."""
    for path in (TOO_MANY, "/data/kpi/N00001/year/x"):
        assert 422 == ask(FakeKolada(small))(path).status_code
        refused = with_choice(ask, small, refusal_status=400)(path)
        assert (400, True) == (refused.status_code, isinstance(refused.json()["detail"], str))


def test_a_page_above_the_cap_is_refused_or_clamped(small, ask):
    """per_page=5001 gets 422, or is reduced to the cap."""
    assert 422 == ask(FakeKolada(small))("/kpi?per_page=5001").status_code
    clamped = with_choice(ask, small, per_page_above_cap="clamp", page_cap=2)("/municipality?per_page=4")
    assert (200, 2) == (clamped.status_code, clamped.json()["count"])


def test_data_of_unknown_kpis_is_empty_or_not_found(small, ask):
    """Data of only unknown KPIs is 200 without rows, or 404; with a known one it is 200."""
    path = "/data/kpi/N99999/year/2020"
    assert 200 == ask(FakeKolada(small))(path).status_code
    get = with_choice(ask, small, unknown_kpi_in_data="not_found")
    assert 404 == get(path).status_code
    assert 200 == get("/data/kpi/N99999,N00001/year/2020").status_code


def test_unknown_ids_in_the_catalogue_are_empty_or_not_found(small, ask):
    """/kpi/N99999 is 200 without rows, or 404."""
    assert [] == ask(FakeKolada(small))("/kpi/N99999").json()["values"]
    assert 404 == with_choice(ask, small, unknown_ids_in_catalogue="not_found")("/kpi/N99999").status_code


def test_a_page_past_the_end_is_empty_or_not_found(small, ask):
    """The page after the last is 200 without rows, or 404; an empty first page is 200."""
    get = with_choice(ask, small, page_past_end="not_found")
    assert 404 == get("/data/kpi/N00001/municipality/0114?page=2").status_code
    assert 200 == get("/data/kpi/N00001/municipality/9999").status_code


def test_deleted_values_come_always_or_with_from_date(small, ask):
    """A deleted value is returned always, or only with from_date."""
    changed = FakeKolada(small, changes=["deleted:N00001/0114/2021/T"]).data
    path = "/data/kpi/N00001/municipality/0114/year/2021"
    assert 1 == ask(FakeKolada(changed))(path).json()["count"]
    get = with_choice(ask, changed, deleted_values="with_from_date")
    assert (0, 1) == (get(path).json()["count"], get(f"{path}?from_date=2026-01-11").json()["count"])


def test_values_of_a_withdrawn_kpi_are_gone_or_kept(sample, ask):
    """Values of a KPI that is not in the catalogue are absent, or kept."""
    path = "/data/kpi/U00413/municipality/1489"
    assert 0 == ask(FakeKolada(sample))(path).json()["count"]
    assert 0 < with_choice(ask, sample, withdrawn_kpi_values="kept")(path).json()["count"]


def test_from_date_is_inclusive_or_not(small, ask):
    """A value changed on from_date itself is returned, or not."""
    path = "/data/kpi/N00001/municipality/0114?from_date=2026-01-10"
    assert 2 == ask(FakeKolada(small))(path).json()["count"]
    assert 0 == with_choice(ask, small, from_date_is_inclusive=False)(path).json()["count"]


def test_the_last_next_url_is_null_or_an_empty_text(small, ask):
    """The last next_url is null, or an empty text."""
    assert None is ask(FakeKolada(small))("/kpi").json()["next_url"]
    assert "" == with_choice(ask, small, end_of_pages="empty_text")("/kpi").json()["next_url"]


def test_statuses_may_have_other_words(small, ask):
    """A status is returned in the contract's words; other statuses are unchanged."""
    fake = FakeKolada(
        small,
        changes=["suppressed:N00001/0114/2020/T", "suppressed:N00001/0114/2020/K=Missing"],
        contract=ContractChoices(status_words={"Privacy": "P"}),
    )
    (row,) = ask(fake)("/data/kpi/N00001/municipality/0114/year/2020").json()["values"]
    assert {"T": "P", "K": "Missing", "M": ""} == {each["gender"]: each["status"] for each in row["values"]}


def test_the_list_limit_can_be_another(small, ask):
    """A contract with a limit of 2 refuses three ids."""
    get = with_choice(ask, small, list_limit=2)
    assert (200, 422) == (get("/kpi/a,b").status_code, get("/kpi/a,b,c").status_code)
