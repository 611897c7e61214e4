"""The cells of a plan's files in Swedish words: a number, the meaning of a code, the name of a list of units.

The meaning of a cell depends on its file and column: `kind` is the kind of a target in one file, an outcome or a
forecast in another. `reports.swedish.plan_edits` makes sentences of edited cells.
"""

from collections.abc import Mapping
from typing import Protocol

from reports.swedish.numbers import full_text
from reports.swedish.rule_sentences import RULES
from warehouse.dictionary import meaning_of

TABLES: Mapping[str, str] = {
    "goals.csv": "plan.goal",
    "indicators.csv": "plan.indicator",
    "targets.csv": "plan.target",
    "breaks.csv": "plan.series_break",
    "availability.csv": "plan.availability",
    "outcomes_document.csv": "plan.outcome_document",
    "outcomes_manual.csv": "plan.outcome_manual",
    "assessments.csv": "plan.assessment",
    "comments.csv": "plan.comment",
    "budget_lines.csv": "plan.budget_line",
    "budget_checks.csv": "plan.budget_check",
    "notes.csv": "plan.note",
    "plan.toml": "plan.plan",
    "plan.toml [rules]": "plan.rule",
    "plan.toml [labels]": "plan.label",
    "plan.toml [groups]": "plan.unit_group",
    "plan.toml [bokslut_dates]": "plan.bokslut_date",
    "plan.toml [[cross_check_kpis]]": "plan.cross_check_kpi",
}
# The kind of label of a column whose codes can have labels in a plan: in one file, or in every file.
CODES: Mapping[tuple[str, str] | str, str] = {
    ("targets.csv", "kind"): "target_kind",
    ("outcomes_manual.csv", "kind"): "outcome_kind",
    ("budget_lines.csv", "kind"): "budget_kind",
    "level": "budget_level",
    "severity": "severity",
    "operator": "operator",
    "direction": "direction",
    "role": "role",
    "section": "section",
    "reference": "reference",
    "value_route": "value_route",
    "verdict": "verdict",
    "gender": "gender",
}
# Codes for which a plan has no labels.
CODE_WORDS: Mapping[str, Mapping[str, str]] = {
    "rank_scope": {"all": "alla", "county": "länet", "similar": "liknande"},
    "offset_unit": {"points": "i indikatorns enhet", "percent": "i procent"},
    "tolerance_unit": {"points": "i indikatorns enhet", "percent": "i procent"},
    "criteria_rule": {"all": "alla ska vara uppfyllda", "any": "ett räcker"},
    "compound_rule": RULES["compound"],
    "raw_marker": {"blank": "tom ruta"},
}
LISTS: Mapping[str, str] = {"group": "gruppen {} i Kolada", "own": "listan {}"}
NUMBERS = frozenset({"target_value", "target_high", "offset", "tolerance", "value", "comparison_value"})
WORDS: Mapping[str, str] = {"true": "ja", "false": "nej"}
# The column that describes a whole row, if it is not a text; mart.plan_change has it, or all cells if it is empty.
MAIN: Mapping[str, str] = {
    "outcomes_document.csv": "value",
    "outcomes_manual.csv": "value",
    "budget_lines.csv": "value",
    "assessments.csv": "verdict",
    "plan.toml [rules]": "rule_value",
}
# The defaults of empty cells, which are omitted for an added or removed row.
UNSAID = frozenset({("is_yearly_criterion", "true"), ("gender", "T"), ("criteria_rule", "all")})


class Words(Protocol):
    """The source of the plan's words for codes."""

    def label(self, kind: str, code: str | None) -> str:
        """Return the word for a code."""


def column_label(file: str, column: str) -> str:
    """Return the Swedish name of a column of a plan's file."""
    return meaning_of(TABLES.get(file, ""), column).label


def row_text(words: Words, file: str, item_id: str, text: str) -> str:
    """Return the text of an added or removed row: its description, or each of its cells if that is empty.

    Args:
        words: the plan's words.
        file: the file of the plan.
        item_id: the item of the row.
        text: the row's value in mart.plan_change.
    """
    cells = [cell.partition(": ") for cell in text.split("; ")]
    if all(said and column_label(file, column) != column for column, said, _ in cells):
        return ", ".join(
            f"{column_label(file, column)} {cell_text(words, file, column, cell)}"
            for column, _, cell in cells
            if (column, cell) not in UNSAID
        )
    return cell_text(words, file, MAIN[file], text, rule=item_id) if file in MAIN else text


def cell_text(words: Words, file: str, column: str, text: str | None, *, rule: str = "") -> str:
    """Return a cell of a plan's file as Swedish text.

    Args:
        words: the plan's words.
        file: the file of the plan.
        column: the column of the file.
        text: the contents of the cell; None if it is empty.
        rule: the rule whose value it is, in plan.toml.
    """
    if text is None:
        return "inget"
    if column in NUMBERS:
        return full_text(float(text))
    word = RULES[rule].get(text) if rule in RULES else _word(words, file, column, text)
    if word is not None:
        return f"”{word.rstrip('.')}”"
    return WORDS.get(text) or (text if text.replace("-", "").isdigit() else f"”{text}”")


def _word(words: Words, file: str, column: str, code: str) -> str | None:
    """Return the meaning of a code; None if the text is not a code."""
    kind, _, name = code.partition(":")
    if column in ("reference", "rank_scope") and name and kind in LISTS:
        return LISTS[kind].format(name)
    if column in CODE_WORDS:
        return CODE_WORDS[column].get(code, code)
    codes = CODES.get((file, column)) or CODES.get(column)
    return None if codes is None else words.label(codes, code)
