"""What was edited in a plan, in words: from what, to what, and whether the place in the document followed.

An edit is a row of mart.plan_change. A place that an edit left as it was still points at what the document printed
before it, and is shown with that.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Protocol

from reports.numbers import HARD_SPACE, full_text, instant_text
from reports.sourced_rows import Row
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
ITEMS: Mapping[str, str] = {
    "goals.csv": "Mål {}",
    "indicators.csv": "Indikator {}",
    "targets.csv": "Målvärde för {}",
    "breaks.csv": "Seriebrott för {}",
    "availability.csv": "Publiceringsdag för {}",
    "outcomes_document.csv": "Tryckt utfall för {}",
    "outcomes_manual.csv": "Inmatad uppgift för {}",
    "assessments.csv": "Bedömning av mål {}",
    "comments.csv": "Kommentar till {}",
    "budget_lines.csv": "Budgetrad i {}",
    "budget_checks.csv": "Budgetsamband {}",
    "notes.csv": "Anmärkning om {}",
    "plan.toml": "Planen",
    "plan.toml [rules]": "Regel {}",
    "plan.toml [labels]": "Benämning för {}",
    "plan.toml [groups]": "Kommungrupp {}",
    "plan.toml [bokslut_dates]": "Bokslutsdag {}",
    "plan.toml [[cross_check_kpis]]": "Jämförande nyckeltal för {}",
}
# Columns whose codes have words, with the kind of word; columns that are numbers; what the document prints.
CODES: Mapping[str, str] = {
    "kind": "target_kind",
    "operator": "operator",
    "direction": "direction",
    "role": "role",
    "section": "section",
    "reference": "reference",
    "value_route": "value_route",
    "verdict": "verdict",
    "gender": "gender",
}
# Codes of criteria that no plan has words of its own for.
CODE_WORDS: Mapping[str, Mapping[str, str]] = {
    "rank_scope": {"all": "alla", "county": "länet", "similar": "liknande"},
    "offset_unit": {"points": "i indikatorns enhet", "percent": "i procent"},
    "tolerance_unit": {"points": "i indikatorns enhet", "percent": "i procent"},
    "criteria_rule": {"all": "alla ska vara uppfyllda", "any": "ett räcker"},
}
# What holds where a cell is left empty, and need not be told of a target that came or went.
UNSAID = frozenset({("is_yearly_criterion", "true"), ("gender", "T")})
LISTS: Mapping[str, str] = {"group": "gruppen {} i Kolada", "own": "listan {}"}
NUMBERS = frozenset({"target_value", "target_high", "offset", "tolerance", "value", "comparison_value"})
PRINTED: Mapping[str, frozenset[str]] = {
    "targets.csv": NUMBERS | {"kind", "operator", "reference", "base_year", "rank_scope", "target_text"},
    "indicators.csv": frozenset({"title", "part", "unit"}),
}
WORDS: Mapping[str, str] = {"true": "ja", "false": "nej"}


class Words(Protocol):
    """Who knows the plan's words for codes."""

    def label(self, kind: str, code: str | None) -> str:
        """The word for a code."""


def edits_told(words: Words, rows: Sequence[Row]) -> Iterator[tuple[Row, str]]:
    """Each edited row of the plan with what was edited in it, in the order of `rows`.

    Args:
        words: the plan.
        rows: of mart.plan_change; those of one edited row stand together.
    """
    for _, found in groupby(rows, lambda row: (row["run_id"], row["file_name"], row["item_id"], row["row_key"])):
        edits = list(found)
        yield (
            edits[0],
            f"{item_text(edits[0])}: {'; '.join(change_text(words, row) for row in edits)}.{place_text(edits)}",
        )


def item_text(row: Row) -> str:
    """Which row of the plan was edited: `Målvärde för P4.3, år 2023`."""
    named = ITEMS.get(row["file_name"], row["file_name"] + " {}").format(row["item_id"])
    more = [f"år{HARD_SPACE}{row['year']}"] if row["year"] is not None and str(row["year"]) != row["item_id"] else []
    if row["criterion"] is not None:
        more.append(f"villkor {row['criterion']}")
    if not more and row["row_key"]:
        more.append(row["row_key"].split(" ", 1)[1])
    return ", ".join([named.strip(), *more])


def change_text(words: Words, row: Row) -> str:
    """What one cell was and became, or that a row came or went."""
    if row["edit"] != "edited":
        word = words.label("plan_edit", row["edit"]).lower()
        return f"{word} ({row_text(words, row, row['value_after' if row['edit'] == 'added' else 'value_before'])})"
    label = meaning_of(TABLES.get(row["file_name"], ""), row["column_name"]).label
    before, after = (cell_text(words, row, name) for name in ("value_before", "value_after"))
    return f"{label} {before} → {after}"


def row_text(words: Words, row: Row, text: str) -> str:
    """A row that came or went: what is printed of it, or each of its cells where nothing is."""
    cells = [cell.partition(": ") for cell in text.split("; ")]
    if row["file_name"] != "targets.csv" or {"kind", "operator"}.isdisjoint(column for column, *_ in cells):
        return text
    return ", ".join(
        f"{meaning_of('plan.target', column).label} {code_text(words, column, cell)}"
        for column, _, cell in cells
        if (column, cell) not in UNSAID
    )


def cell_text(words: Words, row: Row, name: str) -> str:
    """A cell of a plan's file as a reader writes it."""
    return code_text(words, row["column_name"], row[name])


def code_text(words: Words, column: str, text: str | None) -> str:
    """What a column of a plan's files has, in words: a number, the meaning of a code, a list of units by its name."""
    if text is None:
        return "inget"
    if column in NUMBERS:
        return full_text(float(text))
    kind, _, name = text.partition(":")
    if column in ("reference", "rank_scope") and name and kind in LISTS:
        return f"”{LISTS[kind].format(name)}”"
    if column in CODE_WORDS:
        return f"”{CODE_WORDS[column].get(text, text)}”"
    if column in CODES:
        return f"”{words.label(CODES[column], text)}”"
    return WORDS.get(text) or (text if text.replace("-", "").isdigit() else f"”{text}”")


def is_left_behind(row: Row) -> bool:
    """Whether what the document prints was edited, and the place in the document was not."""
    return bool(
        row["edit"] == "edited"
        and row["is_place_unchanged"]
        and row["column_name"] in PRINTED.get(row["file_name"], frozenset())
    )


def place_text(edits: Iterable[Row]) -> str:
    """That the place in the document was not changed with what stands there; empty where it was."""
    lines = next((row["document_lines"] for row in edits if is_left_behind(row) and row["document_lines"]), None)
    return f" Platsen i dokumentet (rad{HARD_SPACE}{lines.replace('-', '–')}) ändrades inte med det." if lines else ""


def printed_before(words: Words, edits: Sequence[Row]) -> str:
    """What stands at a place in the document that edits have left behind; empty where the place is right.

    Args:
        words: the plan.
        edits: of one row of the plan, oldest first.
    """
    since = [number for number, row in enumerate(edits) if row["edit"] == "edited" and not row["is_place_unchanged"]]
    later = [row for row in edits[since[-1] + 1 if since else 0 :] if is_left_behind(row)]
    if not later:
        return ""
    column = next((each for each in ("target_text", "title") if any(row["column_name"] == each for row in later)), None)
    told = [row for row in later if row["column_name"] == (column or later[0]["column_name"])]
    first, last = told[0], told[-1]
    return (
        f"där står {cell_text(words, first, 'value_before')}, som gällde tidigare: planen ändrades till "
        f"{cell_text(words, last, 'value_after')} {instant_text(last['known_from'])}, "
        "och platsen i dokumentet ändrades inte med det"
    )
