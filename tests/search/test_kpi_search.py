"""KPIs are found by words in any form and by ids that are not quite right."""

from datetime import UTC, datetime

import duckdb
import pytest

from fake_kolada import FakeKolada
from kolada_client import KoladaClient
from warehouse.history import load_catalogue
from warehouse.kpi_search import search_kpis, show_kpi, suggest_kpis
from warehouse.schema import ensure_schema
from warehouse.stage import Stage

pytestmark = pytest.mark.recorded


@pytest.fixture(scope="module")
def catalogue(recorded):
    """A warehouse that holds the recorded catalogue and no value."""
    with KoladaClient("http://kolada.test/v3", rate=None, transport=FakeKolada(recorded).transport()) as kolada:
        kpis, units = kolada.kpis(), kolada.municipalities()
    with duckdb.connect() as connection:
        ensure_schema(connection)
        stage = Stage(connection)
        stage.set_kpis(kpis)
        stage.set_municipalities(units)
        load_catalogue(connection, run_id="run", known_from=datetime(2026, 4, 1, tzinfo=UTC))
        yield connection


@pytest.mark.parametrize(
    ("words", "kpi_id"),
    [
        pytest.param("behörig yrkesprogram", "N15436", id="as a controller says it"),
        pytest.param("behoriga yrkesprogrammen", "N15436", id="other forms, no dots"),
        pytest.param("solidtet kommun", "N03106", id="misspelt"),
        pytest.param("bygglovens handläggningstider", "U00811", id="plural and genitive"),
    ],
)
def test_words_in_any_form(catalogue, words, kpi_id):
    """What is meant is among the first ten."""
    assert kpi_id in [each.kpi_id for each in search_kpis(catalogue, words)]


def test_nothing_fits(catalogue):
    """Letters that mean nothing find nothing."""
    assert search_kpis(catalogue, "qqqxxxzzz") == []


def test_a_wrong_id_has_suggestions(catalogue):
    """An id with one slip is met by its neighbours, the nearest first."""
    assert "N15436" in [each.kpi_id for each in suggest_kpis(catalogue, "n15463", limit=20)]


def test_a_closed_kpi_has_a_possible_successor(catalogue):
    """A closed KPI is told as closed, and a living one with nearly its title is named as a guess."""
    card = show_kpi(catalogue, "U07451")
    assert card.lifecycle == "closed after 2024"
    assert "U07453" in [each.kpi_id for each in card.successors]


def test_a_living_kpi_has_none(catalogue):
    """Successors are guessed for what is over only."""
    card = show_kpi(catalogue, "N15436")
    assert card.lifecycle == "active"
    assert card.successors == ()


def test_an_unknown_kpi_has_no_card(catalogue):
    """None is not an empty card."""
    assert show_kpi(catalogue, "N99999") is None
