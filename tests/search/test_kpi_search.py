"""The search for KPIs by words in any form and by partial or misspelt ids."""

from datetime import UTC, datetime

import duckdb
import pytest

from cli.goals_commands import proposals
from fake_kolada import FakeKolada
from kolada_client import KoladaClient
from warehouse.history import load_catalogue
from warehouse.kpi_card import show_kpi
from warehouse.kpi_search import search_kpis, suggest_kpis
from warehouse.schema import ensure_schema
from warehouse.stage import Stage

pytestmark = pytest.mark.recorded


@pytest.fixture(scope="module")
def catalogue(recorded):
    """A warehouse with the recorded catalogue and no values."""
    with KoladaClient("http://kolada.test/v3", rate=None, transport=FakeKolada(recorded).transport()) as kolada:
        kpis, units = kolada.kpis(), kolada.municipalities()
    with duckdb.connect() as connection:
        ensure_schema(connection)
        stage = Stage(connection)
        stage.set_kpis(kpis)
        stage.set_municipalities(units)
        load_catalogue(connection, run_id="run", known_from=datetime(2026, 4, 1, tzinfo=UTC))
        yield connection


def found(catalogue, words, limit=10):
    """Return the ids that a search finds."""
    return [each.kpi_id for each in search_kpis(catalogue, words, limit=limit)]


@pytest.mark.parametrize(("unit", "telling"), [("%", "%"), ("kr/invånare", "kr"), ("dagar", "dag")])
def test_a_proposal_prefers_the_indicators_unit(catalogue, unit, telling):
    """Of KPIs nearly as likely for a title, those counted in its unit come first; none is left out for it."""
    words = "väntetid ekonomiskt bistånd" if unit == "dagar" else "ekonomiskt bistånd"
    titles = [title for _, title in proposals(catalogue, words, unit)]
    assert len(titles) == 3
    assert telling in titles[0]
    assert proposals(catalogue, words, "okänd enhet")[0][0] == found(catalogue, words, 1)[0]


@pytest.mark.parametrize(
    ("words", "kpi_id"),
    [
        pytest.param("solidtet kommun", "N03106", id="misspelt"),
        pytest.param("skattesatsen", "N00900", id="definite"),
        pytest.param("behorigheten till yrkesprogrammen", "N15428", id="definite plural, no dots"),
        pytest.param("sjukfrånvaro", "N00090", id="the whole before a part, municipalities before regions"),
        pytest.param("region sjukfrånvaro", "N60030", id="regions for who asks for them"),
        pytest.param("medelmeritvärde", "N15507", id="the last part of a compound"),
        pytest.param("meritvärdet i årskurs 9", "N15507", id="Kolada says åk"),
        pytest.param("gymnasieexamen inom fyra år", "N17461", id="a number in letters"),
        pytest.param("gymnasiexamen 4 år", "N17461", id="misspelt, and one figure"),
        pytest.param("folkmängd", "N01951", id="another word for it"),
        pytest.param("koldioxidutsläpp", "N07702", id="a compound that no title has"),
        pytest.param("avfall hushåll", "N00632", id="not how uncertain it is"),
        pytest.param("elbilar laddpunkt", "N07713", id="two words that Kolada writes as one"),
        pytest.param("valdeltagande", "N05402", id="as the title says"),
    ],
)
def test_the_first_hit(catalogue, words, kpi_id):
    """The best match is the first hit."""
    assert kpi_id == found(catalogue, words, 1)[0]


@pytest.mark.parametrize(
    ("words", "kpi_id"),
    [
        pytest.param("behörig yrkesprogram", "N15436", id="as a controller says it"),
        pytest.param("behoriga yrkesprogrammen", "N15436", id="other forms, no dots"),
        pytest.param("bygglovens handläggningstider", "U00811", id="plural and genitive"),
        pytest.param("andel elever som når målen", "N15419", id="a whole sentence"),
        pytest.param("hemtjänst kundnöjdhet", "U21468", id="another word for the measure"),
        pytest.param("kostnad äldreboende", "N23001", id="another word for the place"),
        pytest.param("självfinansiering investeringar", "N03103", id="a beginning"),
        pytest.param("Ej återaktualiserade försörjningsstöd", "U31462", id="closed, with a sign in its title"),
    ],
)
def test_among_the_first_ten(catalogue, words, kpi_id):
    """If several KPIs match, the expected one is among the first ten."""
    assert kpi_id in found(catalogue, words)


def test_small_words_find_nothing_by_themselves(catalogue):
    """Small words such as "vad" do not change the result of other words."""
    assert found(catalogue, "vad är en soliditet för en kommun") == found(catalogue, "soliditet kommun")


def test_an_id_or_its_beginning(catalogue):
    """An id finds its KPI, and a prefix the KPIs that start with it, in any case."""
    assert found(catalogue, " n15436 ") == ["N15436"]
    assert found(catalogue, "N1543", 4) == ["N15430", "N15431", "N15432", "N15433"]


def test_nothing_fits(catalogue):
    """Words without a match find nothing."""
    assert search_kpis(catalogue, "qqqxxxzzz") == []


@pytest.mark.parametrize("given", ["n15463", "15436", "N154366"])
def test_a_wrong_id_has_suggestions(catalogue, given):
    """A misspelt id suggests similar ids, with the intended one among them."""
    assert "N15436" in [each.kpi_id for each in suggest_kpis(catalogue, given)]


def test_swapped_figures_come_first(catalogue):
    """An id with two digits swapped is suggested first."""
    assert suggest_kpis(catalogue, "N15463")[0].kpi_id == "N15436"


def test_a_closed_kpi_has_a_possible_successor(catalogue):
    """A closed KPI is shown as closed, with an active KPI of a similar title as possible successor."""
    card = show_kpi(catalogue, "U07451")
    assert card.lifecycle == "closed after 2024"
    assert "U07453" in [each.kpi_id for each in card.successors]


def test_a_living_kpi_has_none(catalogue):
    """An active KPI has no successors."""
    card = show_kpi(catalogue, "N15436")
    assert card.lifecycle == "active"
    assert card.successors == ()


def test_an_unknown_kpi_has_no_card(catalogue):
    """An unknown KPI has no card."""
    assert show_kpi(catalogue, "N99999") is None
