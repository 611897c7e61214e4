"""`kolada explain`: one figure with everything that it depends on."""

import json

import pytest

from reports import UnknownFigure, UnknownYear, explain_figure
from tests.reports.conftest import World
from tests.reports.support import INDICATOR_TITLE, NOTE, PLAN_ID, opened


def explained(world: World, indicator: str, year: int, **options):
    """Return the explanation of one figure."""
    with opened(world.home) as connection:
        return explain_figure(connection, PLAN_ID, indicator, year=year, **options)


def test_a_revised_figure_shows_both_versions(awkward_world: World):
    """A revised figure shows both versions, their times, the request, its hash, the definition and the target."""
    text = explained(awkward_world, "P4.2", 2023).text()
    assert "Första värdet, från 2\N{NO-BREAK SPACE}april 2026".replace("\N{NO-BREAK SPACE}", " ") in " ".join(
        text.split()
    )
    assert "Reviderat" in text
    assert "95,4" in text
    assert "http://kolada.test/v3/data/kpi/" in text
    assert "Svarets SHA-256: " in text
    assert "N15485" in text
    assert "rad 2067" in text or "rad 20" in text
    assert "minst 91" in text
    assert "Nästa publicering" in text
    assert "Hur bedömningen har ändrats" in text


def test_the_request_and_its_hash_are_the_ledgers(awkward_world: World):
    """The explanation's request and hash are those of the request that brought the value."""
    data = explained(awkward_world, "P4.2", 2023).data
    with opened(awkward_world.home) as connection:
        [(request_id, url, sha256)] = connection.execute(
            "select request_id, url, body_sha256 from core.observation as cell "
            "inner join ops.request using (request_id) where cell.kpi_id = 'N15485' "
            "and municipality_id = '1489' and period = 2023 and gender = 'T'"
        ).fetchall()
    [request] = [each for each in data["requests"] if each["request_id"] == request_id]
    assert (url, sha256) == (request["url"], request["body_sha256"])


def test_as_of_hides_what_came_later(awkward_world: World):
    """As of the first run there is one open version and no verdict change."""
    data = explained(awkward_world, "P4.2", 2023, as_of="2026-04-02").data
    totals = [row for row in data["versions"] if row["gender"] == "T"]
    assert [(row["change_kind"], row["known_to"]) for row in totals] == [("first", None)]
    assert data["verdict_changes"] == []


def test_a_hidden_figure_says_why_and_keeps_its_history(awkward_world: World):
    """A hidden figure shows its reason and its earlier version."""
    explanation = explained(awkward_world, "P4.3", 2023)
    assert explanation.data["judgement"]["verdict_reason"] == "withheld"
    assert "Värdet är dolt av sekretesskäl" in explanation.text()
    assert [row["change_kind"] for row in explanation.data["versions"] if row["gender"] == "T"] == [
        "first",
        "suppressed",
    ]


def test_a_reference_shows_its_n(sample_world: World):
    """A target against the national average names the mean that was used and its n."""
    explanation = explained(sample_world, "V3", 2022)
    used = explanation.data["judgement"]["reference_n"]
    assert f"n = {used}" in explanation.text()
    assert "Detta användes" in explanation.text()
    assert "lika är inte över" in explanation.text()


def test_manual_figures_name_who_entered_them(awkward_world: World):
    """A manual figure shows its source, author and date, and that rounding decides."""
    text = " ".join(explained(awkward_world, "F1", 2023).text().split())
    assert "Årsredovisningen. Inmatad av Ekonomi 1 februari 2024" in text
    assert "3,96878" in text
    assert "Avrundningen avgör." in text


def test_texts_stand_as_they_are(awkward_world: World):
    """Titles and notes are unchanged in text and JSON."""
    explanation = explained(awkward_world, "P4.3", 2023)
    assert INDICATOR_TITLE in explanation.title
    assert NOTE in " ".join(explanation.text().split())
    assert json.loads(json.dumps(explanation.data))["indicator"]["title"] == INDICATOR_TITLE


def test_sample_figures_are_announced(sample_world: World):
    """An explanation of a made-up figure says so."""
    explanation = explained(sample_world, "P4.2", 2023)
    assert "PÅHITTADE EXEMPELVÄRDEN" in explanation.text()
    assert explanation.data["is_made_up"]


@pytest.mark.slow
def test_every_figure_can_be_explained(awkward_world: World):
    """Every kind of indicator can be explained, with and without a KPI or a value."""
    kinds = ("P1.1", "P1.4", "P3.3", "P5.1", "P5.S2", "V5", "F3", "F5")
    for indicator, year in zip(kinds, (2018, 2019, 2023, 2023, 2023, 2018, 2023, 2023), strict=True):
        assert explained(awkward_world, indicator, year).chapters


@pytest.mark.parametrize(
    ("given", "hint"),
    [("P4.33", "`P4.3`"), ("N15436", "`P4.3`, `V1-1`"), ("n15463", "`P4.3`, `V1-1`"), ("matematik", "`P4.1`, `P4.2`")],
)
def test_an_unknown_indicator_gets_suggestions(sample_world: World, given, hint):
    """A misspelt indicator, KPI id or title word gives suggestions."""
    with pytest.raises(UnknownFigure, match=rf"no indicator `{given}`.*{hint}"):
        explained(sample_world, given, 2023)


def test_an_unknown_year_names_the_years(sample_world: World):
    """An unknown year is refused with the plan's years."""
    with pytest.raises(UnknownYear, match=r"the year `1999`.*2018 to 2024"):
        explained(sample_world, "P4.3", 1999)
