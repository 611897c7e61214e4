"""The page for controllers explains every verdict, reason and input column; the report has a text for every rule."""

import csv

import pytest

from goals.codes import LABELS
from goals.rules import RULES
from reports.swedish import rule_sentences
from reports.swedish.reasons import REASONS
from tests.reports.support import PLAN_FOLDER, REPOSITORY

PAGE = (REPOSITORY / "docs" / "controllers.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("code", [*LABELS["verdict"], *LABELS["verdict_reason"], *REASONS])
def test_every_verdict_and_reason_is_explained(code):
    """The page explains every verdict and reason code."""
    assert f"`{code}`" in PAGE


@pytest.mark.parametrize("code", LABELS["verdict"])
def test_verdicts_have_the_words_of_the_plans(code):
    """The page uses the labels that the report shows."""
    assert f"| {LABELS['verdict'][code]} | `{code}` |" in PAGE


def test_every_rule_has_its_sentences():
    """Every value of every rule has a Swedish sentence, and no other value has one."""
    allowed = {rule.name: set(rule.allowed) for rule in RULES if rule.allowed}
    assert allowed == {name: set(sentences) for name, sentences in rule_sentences.RULES.items()}


@pytest.mark.parametrize("name", ["outcomes_manual.csv", "assessments.csv"])
def test_every_column_to_fill_in_is_explained(name):
    """The page names every column of the files that users fill in."""
    with (PLAN_FOLDER / name).open(encoding="utf-8-sig", newline="") as file:
        header = next(csv.reader(file))
    assert [column for column in header if f"`{column}`" not in PAGE] == []


def test_the_example_has_the_files_header():
    """The example rows have the header of the file."""
    with (PLAN_FOLDER / "outcomes_manual.csv").open(encoding="utf-8-sig", newline="") as file:
        header = next(csv.reader(file))
    example = PAGE.partition("```csv\n")[2].partition("```")[0]
    rows = list(csv.DictReader(example.splitlines()))
    assert header == list(rows[0])
    assert [("F1", "4.2"), ("F3", "3.1")] == [(row["indicator_id"], row["value"]) for row in rows]
