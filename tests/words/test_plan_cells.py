"""Cells of a plan's files in words: no output shows a raw code of the files."""

from datetime import UTC, datetime

import pytest

from goals.codes import LABELS
from goals.plan_columns import FORMATS
from goals.rules import RULES
from reports.reading.sourced_rows import Row
from reports.swedish.criterion_words import added
from reports.swedish.plan_cells import TABLES, cell_text, row_text
from reports.swedish.plan_edits import edits_told, printed_before

INSTANT = datetime(2026, 4, 1, tzinfo=UTC).replace(tzinfo=None)
CODES = [
    (file, column.name, code)
    for file, form in FORMATS.items()
    for column in form.columns
    for code in column.codes
    if column.name != "document_lines"
]


class DefaultWords:
    """The labels of a plan without labels of its own."""

    def label(self, kind: str, code: str | None) -> str:
        """Return the default label, or the code itself if there is none."""
        return LABELS.get(kind, {}).get(code or "", code or "")


def edit(**told: object) -> dict[str, object]:
    """Return one row of mart.plan_change, by default an edited rule."""
    usual = {"run_id": "1", "file_name": "plan.toml [rules]", "item_id": "majority", "row_key": "", "edit": "edited"}
    usual |= {"criterion": None, "year": None, "column_name": "rule_value", "document_lines": None}
    return {**usual, "value_before": None, "value_after": None, "is_place_unchanged": False, **told}


def sentence(**told: object) -> str:
    """Return the sentence for one edit."""
    ((_, text),) = edits_told(DefaultWords(), [edit(**told)])
    return text.replace("\u00a0", " ")


@pytest.mark.parametrize(("file", "column", "code"), CODES)
def test_every_code_of_a_plan_has_words(file: str, column: str, code: str) -> None:
    """Every code has words, in each file and column."""
    assert cell_text(DefaultWords(), file, column, code).strip("”") != code


def test_every_rule_and_each_of_its_values_has_words() -> None:
    """Every rule and each of its values has words."""
    for rule in RULES:
        for value in rule.allowed:
            told = sentence(item_id=rule.name, value_before=value, value_after=value)
            assert f"Regeln om {rule.name}:" not in told
            assert f"”{value}”" not in told
    assert sentence(item_id="fixed_target_precision", value_before="exact", value_after="target") == (
        "Regeln om avrundning mot målvärden: ”Utfall och målvärde jämförs orundade” → ”Utfall och målvärde avrundas "
        "till så många decimaler som målet är tryckt med och jämförs sedan”."
    )
    assert sentence(item_id="reference_min_n", value_before="100", value_after="50") == (
        "Regeln om hur många värden ett jämförelsevärde minst ska vila på: 100 → 50."
    )


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (
            {"file_name": "outcomes_manual.csv", "item_id": "F1", "year": 2026, "value_after": "62.5"},
            "Inmatad uppgift för F1, år 2026: tillagt (62,5).",
        ),
        (
            {
                "file_name": "outcomes_manual.csv",
                "item_id": "F1",
                "year": 2026,
                "row_key": "year 2026, period T1, kind forecast",
                "value_after": "59",
            },
            "Inmatad uppgift för F1, år 2026, prognos, första tertialet: tillagt (59).",
        ),
        (
            {"file_name": "assessments.csv", "item_id": "P4", "year": 2026, "value_after": "partly_met"},
            "Bedömning av mål P4, år 2026: tillagt (”Delvis uppfyllt”).",
        ),
        (
            {
                "file_name": "comments.csv",
                "item_id": "P4",
                "year": 2026,
                "row_key": "year 2026, period 10",
                "value_after": "Dyrt.",
            },
            "Kommentar till P4, år 2026, till och med oktober: tillagt (Dyrt.).",
        ),
        (
            {
                "file_name": "plan.toml [labels]",
                "item_id": "verdict",
                "row_key": "code met",
                "edit": "edited",
                "column_name": "label",
                "value_before": "Uppfyllt",
                "value_after": "Uppnått",
            },
            "Benämning: Svenskt ord ”Uppfyllt” → ”Uppnått”.",
        ),
        (
            {
                "file_name": "outcomes_document.csv",
                "item_id": "P4.3",
                "year": 2021,
                "row_key": "year 2021",
                "value_after": "raw_marker: blank",
            },
            "Tryckt utfall för P4.3, år 2021: tillagt (Markör i dokumentet ”tom ruta”).",
        ),
    ],
)
def test_a_row_that_came_is_told_in_words(told: dict[str, object], expected: str) -> None:
    """An added row is described with a decimal comma, the code's word, the part of the year and its kind."""
    assert sentence(**{"edit": "added", "column_name": None, **told}) == expected


def test_a_text_with_a_colon_is_no_list_of_cells() -> None:
    """A free text with colons is shown unchanged."""
    assert row_text(DefaultWords(), "comments.csv", "P4", "Obs: dyrt; se bilaga") == "Obs: dyrt; se bilaga"
    assert set(FORMATS) < set(TABLES)


@pytest.mark.parametrize(("lines", "is_told"), [("8", True), (None, False)])
def test_a_target_without_a_place_has_nothing_left_behind(lines: str | None, is_told: bool) -> None:
    """What a document prints is told where the target has lines in it; a plan without a document prints nothing."""
    told = {"file_name": "targets.csv", "column_name": "target_text", "value_before": "90", "value_after": "80"}
    row = edit(**told, is_place_unchanged=True, document_lines=lines) | {"known_from": INSTANT}
    assert printed_before(DefaultWords(), [row]).startswith("där står 90, som gällde tidigare") is is_told


@pytest.mark.parametrize(
    ("offset", "unit", "expected"),
    [
        (1.0, "%", " plus 1 procentenhet"),
        (-1.0, "% av budgeten", " minus 1 procentenhet"),
        (2.0, "%", " plus 2 procentenheter"),
        (0.5, "%", " plus 0,5 procentenheter"),
        (1.0, "dagar", " plus 1"),
    ],
)
def test_what_is_added_is_in_the_number_that_it_has(offset: float, unit: str, expected: str) -> None:
    """One percentage point in the singular, all others in the plural, and other units without a word."""
    row = Row("mart.goal_fulfilment", {"plan_id": "p", "target_offset": offset, "offset_unit": "points", "unit": unit})
    assert added(row).striptags() == expected.strip()
