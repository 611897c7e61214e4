"""The page Drift: the last runs in Swedish, and a held run with the changes that it would publish."""

from html import unescape

import pytest
from starlette.testclient import TestClient

from fake_kolada import apply_changes
from tests.conftest import Nights
from web import make_app


@pytest.mark.slow
def test_a_held_run_shows_what_it_would_change(small_nights: Nights) -> None:
    """A held run shows its check and its rows before and after, and the pages keep the published values."""
    small_nights.refresh()
    small_nights.fake.data = apply_changes(small_nights.fake.data, ["values_null:N15436"])
    assert small_nights.refresh().state == "held"
    app = make_app(small_nights.home / "kolada.duckdb", settings=small_nights.make_settings())
    with TestClient(app, base_url="http://127.0.0.1:8080") as client:
        text = unescape(client.get("/drift").text)
    assert "En körning är hållen" in text
    assert "Är fler av nyckeltalets kända värden dolda än Kolada brukar dölja på en natt? N15436" in text
    assert '<td data-label="Läge">publicerad</td>' in text
    assert '<td data-label="Efter" lang="en">no value</td>' in text
    assert "Bedömningar som skulle ändras" in text
