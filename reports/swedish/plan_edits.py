"""The edits of a plan in Swedish words: before, after, and whether the place in the document was updated.

An edit is a row of mart.plan_change. A place that an edit did not change refers to what the document printed before the
edit, and is shown with it.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby

from reports.reading.sourced_rows import Row
from reports.swedish.numbers import HARD_SPACE, MONTHS, instant_text
from reports.swedish.period_sentences import ORDINALS
from reports.swedish.plan_cells import NUMBERS, Words, cell_text, column_label, row_text
from reports.swedish.rule_sentences import NAMES

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
    "plan.toml [rules]": "Regeln om {}",
    "plan.toml [labels]": "Benämning",
    "plan.toml [groups]": "Kommungrupp {}",
    "plan.toml [bokslut_dates]": "Bokslutsdag {}",
    "plan.toml [[cross_check_kpis]]": "Jämförande nyckeltal för {}",
}
# The parts of a row's key other than the item and the year.
KEY_WORDS: Mapping[str, str] = {
    "kind forecast": "prognos",
    **{f"period T{number}": f"{ORDINALS[number]} tertialet" for number in (1, 2)},
    **{f"period Q{number}": f"{ORDINALS[number]} kvartalet" for number in (1, 2, 3, 4)},
    **{f"period {number:02}": f"till och med {month}" for number, month in enumerate(MONTHS, start=1)},
}
# Files whose rows are described only by their edited cells.
SAID_ALONE = frozenset({"plan.toml [labels]"})
# The columns of a row that the document prints.
PRINTED: Mapping[str, frozenset[str]] = {
    "targets.csv": NUMBERS | {"kind", "operator", "reference", "base_year", "rank_scope", "target_text"},
    "indicators.csv": frozenset({"title", "part", "unit"}),
}


def edits_told(words: Words, rows: Sequence[Row]) -> Iterator[tuple[Row, str]]:
    """Return each edited row of the plan with its edits, in the order of `rows`.

    Args:
        words: the plan's words.
        rows: rows of mart.plan_change; those of one edited row are adjacent.
    """
    for _, found in groupby(rows, lambda row: (row["run_id"], row["file_name"], row["item_id"], row["row_key"])):
        edits = list(found)
        yield (
            edits[0],
            f"{item_text(edits[0])}: {'; '.join(change_text(words, row) for row in edits)}.{place_text(edits)}",
        )


def item_text(row: Row) -> str:
    """Return the name of the edited row of the plan: `Målvärde för P4.3, år 2023`."""
    named = ITEMS.get(row["file_name"], row["file_name"] + " {}").format(NAMES.get(row["item_id"], row["item_id"]))
    more = [f"år{HARD_SPACE}{row['year']}"] if row["year"] is not None and str(row["year"]) != row["item_id"] else []
    if row["criterion"] is not None:
        more.append(f"villkor {row['criterion']}")
    more += [words for said, words in KEY_WORDS.items() if re.search(rf"\b{said}(?:, |$)", row["row_key"])]
    if not more and row["row_key"] and row["file_name"] not in SAID_ALONE:
        more.append(row["row_key"].split(" ", 1)[1])
    return ", ".join([named.strip(), *more])


def change_text(words: Words, row: Row) -> str:
    """Return one cell before and after, or the text of an added or removed row."""
    file, item_id = row["file_name"], row["item_id"]
    if row["edit"] != "edited":
        told = row_text(words, file, item_id, row["value_after" if row["edit"] == "added" else "value_before"])
        return f"{words.label('plan_edit', row['edit']).lower()} ({told})"
    before, after = (edited_text(words, row, name) for name in ("value_before", "value_after"))
    label = "" if row["column_name"] == "rule_value" else f"{column_label(file, row['column_name'])} "
    return f"{label}{before} → {after}"


def edited_text(words: Words, row: Row, name: str) -> str:
    """Return an edited cell before or after the edit."""
    rule = row["item_id"] if row["column_name"] == "rule_value" else ""
    return cell_text(words, row["file_name"], row["column_name"], row[name], rule=rule)


def is_left_behind(row: Row) -> bool:
    """Return whether a printed column was edited but its place in the document was not (of a target: its lines)."""
    return bool(
        row["edit"] == "edited"
        and (row["document_lines"] or row["file_name"] != "targets.csv")
        and row["is_place_unchanged"]
        and row["column_name"] in PRINTED.get(row["file_name"], frozenset())
    )


def place_text(edits: Iterable[Row]) -> str:
    """Return the note that the place in the document was not changed with the edit; empty if it was."""
    lines = next((row["document_lines"] for row in edits if is_left_behind(row) and row["document_lines"]), None)
    return f" Platsen i dokumentet (rad{HARD_SPACE}{lines.replace('-', '–')}) ändrades inte med det." if lines else ""


def printed_before(words: Words, edits: Sequence[Row]) -> str:
    """Return what the document prints at a place that edits did not update; empty if the place is correct.

    Args:
        words: the plan's words.
        edits: the edits of one row of the plan, oldest first.
    """
    since = [number for number, row in enumerate(edits) if row["edit"] == "edited" and not row["is_place_unchanged"]]
    later = [row for row in edits[since[-1] + 1 if since else 0 :] if is_left_behind(row)]
    if not later:
        return ""
    column = next((each for each in ("target_text", "title") if any(row["column_name"] == each for row in later)), None)
    told = [row for row in later if row["column_name"] == (column or later[0]["column_name"])]
    first, last = told[0], told[-1]
    return (
        f"där står {edited_text(words, first, 'value_before')}, som gällde tidigare: planen ändrades till "
        f"{edited_text(words, last, 'value_after')} {instant_text(last['known_from'])}, "
        "och platsen i dokumentet ändrades inte med det"
    )
