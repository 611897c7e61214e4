"""Unusual responses that are accepted: published as received, and reported on the run's page."""

from dataclasses import replace
from typing import Any

import httpx
import polars as pl
import pytest

from fake_kolada import apply_change
from pipeline.run_facts import RunFacts
from pipeline.run_page import run_page
from tests.conftest import Nights
from tests.pipeline.support import EditedAnswers, asked


@pytest.mark.slow
def test_an_empty_last_page_is_accepted_and_remarked(small_nights: Nights) -> None:
    """A list that ends with an empty linked page is published, and the run's page names that page."""
    small_nights.fake.faults = ["empty_last_page@every:any"]
    result = small_nights.refresh()
    assert "published" == result.state
    assert all("has `0` rows, though the page before it links to it" in remark for remark in result.remarks)
    assert any("/v3/kpi?page=2" in remark for remark in result.remarks)
    page = run_page(result, small_nights.make_settings(), RunFacts())
    assert all(remark in page for remark in result.remarks[:3])


@pytest.mark.slow
def test_a_title_that_was_encoded_twice_is_published_as_received(small_nights: Nights) -> None:
    """A title encoded twice is published as received, with one remark per run."""
    small_nights.refresh()
    ((before,),) = small_nights.query("select title from core.kpi where kpi_id = 'N15436'")
    small_nights.fake.data = apply_change(small_nights.fake.data, "kpi_title_encoded_twice:N15436")
    result = small_nights.refresh()
    assert "published" == result.state
    after = str(before).encode().decode("latin-1")
    assert [(after,)] == small_nights.query("select title from core.kpi where kpi_id = 'N15436'")
    (remark,) = result.remarks
    assert "KPI `N15436`" in remark
    assert (True, True) == (str(before)[:20] in remark, "UTF-8 was encoded twice" in remark)


@pytest.mark.slow
def test_ids_of_a_new_form_are_kept_and_not_asked_for(small_nights: Nights) -> None:
    """A KPI and a unit with unknown id forms are in the catalogue with a remark, and are never requested."""
    data = small_nights.fake.data
    kpi = data.kpis.head(1).with_columns(kpi_id=pl.lit("K15856"))
    unit = data.municipalities.tail(1).with_columns(municipality_id=pl.lit("X1"), municipality_name=pl.lit("Nyby"))
    small_nights.fake.data = replace(
        data, kpis=pl.concat([data.kpis, kpi]), municipalities=pl.concat([data.municipalities, unit])
    )
    result = small_nights.refresh()
    assert "published" == result.state
    assert {"KPI `K15856`", "municipality `X1`"} == {remark.split(" has an id")[0] for remark in result.remarks}
    assert [(1,)] == small_nights.query("select count(*) from core.kpi where kpi_id = 'K15856'")
    assert not any("X1" in entry.url or "K15856" in entry.url for entry in small_nights.fake.log)


@pytest.mark.slow
def test_a_value_beyond_all_reason_is_stored_as_it_is(small_nights: Nights) -> None:
    """Any finite number is published and judged, even 1e28 or -1.7e308."""
    small_nights.refresh()
    small_nights.fake.data = apply_change(small_nights.fake.data, "revised:N15436/1480/2023/T=1e28")
    small_nights.fake.data = apply_change(small_nights.fake.data, "revised:N15436/0114/2023/T=-1.7e308")
    result = small_nights.refresh()
    assert "published" == result.state
    where = "kpi_id = 'N15436' and period = 2023 and gender = 'T' and municipality_id in ('1480', '0114')"
    assert [(-1.7e308,), (1e28,)] == small_nights.query(f"select value from core.observation where {where} order by 1")
    infinite = small_nights.query("select count(*) from mart.reference_value where not isfinite(value)")
    assert [(0,)] == infinite


@pytest.mark.slow
def test_a_value_beyond_doubles_spoils_its_own_request(small_nights: Nights) -> None:
    """A whole number of 401 digits is refused with its KPI, and the run is held."""
    small_nights.fake.faults = ["value_beyond_doubles@every:N15436"]
    result = small_nights.refresh()
    assert "held" == result.state
    assert "N15436" in result.message


@pytest.mark.slow
def test_a_unit_that_kolada_refuses_spoils_itself_only(small_nights: Nights) -> None:
    """A unit that Kolada refuses in every request is named, and all others are read, also in later runs."""

    def edit(request: httpx.Request, page: dict[str, Any]) -> dict[str, Any] | httpx.Response:
        if request.url.path.endswith("/municipality"):
            values = [*page["values"], {"id": "9999", "title": "Nyby", "type": "K"}]
            return {**page, "values": values, "count": len(values)}
        return httpx.Response(404, json={"detail": "Not Found"}) if "9999" in asked(request, "municipality") else page

    small_nights.transport = EditedAnswers(small_nights.fake, edit)
    first = small_nights.refresh()
    assert "published" == first.state
    assert [("9999",)] == small_nights.query("select distinct unit_id from ops.coverage_pair where outcome = 'failed'")
    (told,) = [warning for warning in first.warnings if "ids_refused" in warning]
    assert "9999" in told
    later = small_nights.refresh()
    assert "published" == later.state
    assert any("pairs_still_missing" in warning for warning in later.warnings)
