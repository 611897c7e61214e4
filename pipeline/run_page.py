"""The page of a finished run, in Swedish Markdown: its source, its figures and its changes.

This module returns text only and does not import Prefect, so the commands that never start Prefect can use its words.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from goals.codes import LABELS
from pipeline.jobs import BrokenPlan
from pipeline.run_facts import PlanEdit, RunFacts, VerdictChange
from pipeline.run_result import RunResult
from pipeline.settings import Settings
from warehouse.checks import CheckResult
from warehouse.credits import DERIVED, MADE_UP_VALUES, RECEIVED, as_printed
from warehouse.moment import swedish_day

LISTED = 20

COVERAGE_WORDS = {
    "values": "har värden",
    "nothing_published": "inget publicerat",
    "withdrawn": "nyckeltalet har utgått",
    "failed": "kunde inte läsas",
    "unaccounted": "utan besked",
}
FAILURE_WORDS = {
    "Failed: source": "Kolada svarar inte, eller inte som det ska",
    "Failed: input": "en uppgift, en inställning eller en plan kan inte användas",
    "Failed: home": "hemmet är låst, fullt eller skadat",
}
CHECK_WORDS = {"fault": "stoppar, fel i programmet", "blocking": "stoppar", "warning": "varnar"}
WHAT_TO_DO = (
    "`kolada review` visar vad körningen skulle ändra och godkänner det del för del, med skäl; nästa körning "
    "publicerar det sedan utan att hämta något. Görs ingenting läses allt om nästa gång."
)


def headline(result: RunResult) -> str:
    """Return the outcome of a run in a few Swedish words."""
    if result.state == "published":
        return "Publicerad"
    return "Hållen: ofullständig" if result.is_incomplete else "Hållen: kontroll"


def failure_page(state: str, message: str) -> str:
    """Return the page of a run that an error ended before it could publish or be held.

    Args:
        state: the name of the state in Prefect, such as `Failed: source`.
        message: the error message, as the command prints it.
    """
    kind = FAILURE_WORDS.get(state)
    kept = "Den publicerade filen är som den var." if kind else "Vad som är publicerat: `kolada status`."
    return f"# Misslyckad: {kind or 'okänt fel'}\n\n{message}\n\n{kept}\n"


def run_page(result: RunResult, settings: Settings, facts: RunFacts) -> str:
    """Return the page of a published or held run."""
    found = [each for each in result.checks if each.offending_count]
    return "\n".join(
        [
            f"# {headline(result)}",
            "",
            *([f"> **{MADE_UP_VALUES}**", ""] if result.source_kind == "sample" else []),
            *([result.message, "", WHAT_TO_DO, ""] if result.state == "held" else []),
            *table(("Körning", result.run_id), summary(result, settings, facts)),
            *(
                listing("Planer med fel i filerna", (broken_plan(each) for each in result.broken_plans))
                if result.broken_plans
                else []
            ),
            *section("Täckning: par av nyckeltal och enhet", ("utfall", "par"), coverage(result)),
            *section("Nya versioner av celler", ("slag", "antal"), versions(result)),
            *section(
                "Ändrade bedömningar",
                ("plan", "mål eller indikator", "år", "före", "efter", "orsak"),
                (verdict_change(change) for change in facts.verdict_changes),
            ),
            *(
                section(
                    "Bedömningar som skulle ändras",
                    ("plan", "mål eller indikator", "år", "före", "efter", "orsak"),
                    (flip(row) for row in result.flips),
                )
                if result.state == "held"
                else []
            ),
            *section(
                "Ändringar i planer",
                ("plan", "fil", "vad", "ändring", "före", "efter"),
                (plan_edit(edit) for edit in facts.plan_edits),
            ),
            *section(
                "Nyckeltal som fått andra ord sedan förra publiceringen",
                ("nyckeltal", "titel före", "titel efter", "beskrivning före", "beskrivning efter"),
                (
                    (kpi.kpi_id, kpi.title_before, kpi.title, kpi.description_before, kpi.description)
                    for kpi in facts.retitled_kpis
                ),
            ),
            *section(
                "Nyckeltal som utgått sedan förra publiceringen",
                ("nyckeltal", "namn"),
                ((kpi.kpi_id, kpi.title) for kpi in facts.withdrawn_kpis),
            ),
            *section(
                "Anmärkningar på data",
                ("allvar", "ur data", "ur planen"),
                ((label("severity", code), found, noted) for code, found, noted in facts.issue_counts),
            ),
            *listing(
                "Allvarliga anmärkningar ur data",
                (f"**{' '.join(part for part in about if part)}**: {text}" for *about, text in facts.grave_issues),
            ),
            *listing("Anmärkningar på svaren från API:et", result.remarks),
            *listing(
                "Kontroller som fann något",
                (check(each) for each in sorted(found, key=lambda each: not each.is_blocking)),
            ),
            "",
            as_printed(f"Värden: {RECEIVED}. Bedömningar: {DERIVED}.", result.source_kind),
        ]
    )


def broken_plan(broken: BrokenPlan) -> str:
    """Return the sentence about a broken plan and the version that is judged instead."""
    judged = (
        "Planen är utelämnad, eftersom ingen version av den har publicerats"
        if broken.version_from is None
        else f"Planen bedöms enligt versionen från {swedish_day(broken.version_from)}"
    )
    return f"**{broken.plan_id}** {judged}. Fel: {broken.problem}"


def summary(result: RunResult, settings: Settings, facts: RunFacts) -> Iterator[tuple[object, ...]]:
    """Yield the rows of the table of figures: label, value."""
    yield "Läst från", f"{settings.base_url} ({result.source_kind})"
    yield "Svar från API:et", result.request_count
    yield "Mottagna celler", result.loaded.received if result.loaded is not None else "-"
    yield "Nya eller ändrade celler", sum(result.loaded.opened.values()) if result.loaded is not None else "-"
    yield "Reviderade celler", facts.revision_count
    yield "Ändrade bedömningar", len(facts.verdict_changes)
    yield "Publicerad fil", result.published
    if result.shared is not None:
        yield "Delning misslyckades" if result.shared.is_failed else "Delad", result.shared.message


def verdict_change(change: VerdictChange) -> tuple[object, ...]:
    """Return the cells of a changed verdict, in Swedish."""
    return (
        change.plan_id,
        item_name(change.item_id, change.variant),
        change.year,
        label("verdict", change.before),
        label("verdict", change.after),
        label("cause", change.cause),
    )


def plan_edit(edit: PlanEdit) -> tuple[object, ...]:
    """Return the cells of an edit of a plan, in Swedish."""
    return (
        edit.plan_id,
        edit.file_name,
        " ".join(part for part in (edit.item_id, edit.row_key) if part),
        edit.column_name or label("plan_edit", edit.edit),
        edit.before or "-",
        edit.after or "-",
    )


def flip(row: Mapping[str, Any]) -> tuple[object, ...]:
    """Return the cells of a verdict that a held run would change, in Swedish."""
    before, after = (label("verdict", row[name]) for name in ("verdict_before", "verdict"))
    item = item_name(row["item_id"], row["variant"])
    return row["plan_id"], item, row["year"], before, after, label("cause", row["cause"])


def item_name(item_id: str, variant: str) -> str:
    """Return the name of a judged item: its id, or god ekonomisk hushållning with its reading of the majority."""
    return f"God ekonomisk hushållning, {label('variant', variant).lower()}" if variant else item_id


def check(result: CheckResult) -> str:
    """Return the finding of a check in one scope: the question, its address for `kolada review`, plans, first rows."""
    plans = f"; {', '.join(result.plan_ids)}" if result.plan_ids else ""
    what = CHECK_WORDS[result.severity]
    if result.approved_by is not None:
        what = f"godkänt av {result.approved_by}: {result.reason}"
    return (
        f"**{result.question_sv}** `{result.address}`{plans}: {result.offending_count} fynd ({what}): {result.example}"
    )


def label(kind: str, code: str | None) -> str:
    """Return the Swedish word for a code of this software; `-` for None."""
    return LABELS[kind].get(code, code) if code is not None else "-"


def coverage(result: RunResult) -> Iterator[tuple[object, ...]]:
    """Yield the rows of the coverage table: outcome, number of pairs."""
    return ((COVERAGE_WORDS.get(outcome, outcome), count) for outcome, count in result.coverage.items())


def versions(result: RunResult) -> Iterator[tuple[object, ...]]:
    """Yield the rows of the table of new versions: kind, number."""
    opened = result.loaded.opened if result.loaded is not None else {}
    return ((label("change_kind", kind), count) for kind, count in opened.items())


def listing(title: str, sentences: Iterable[str]) -> list[str]:
    """Return the lines of a list with a title: at most LISTED entries; one word if there are none."""
    given = list(sentences)
    lines = ["", f"## {title}", "", *(f"- {' '.join(sentence.split())}" for sentence in given[:LISTED])]
    if not given:
        return [*lines, "Inga."]
    return [*lines, "", f"... och {len(given) - LISTED} till."] if len(given) > LISTED else lines


def section(title: str, header: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> list[str]:
    """Return the lines of a table with a title: at most LISTED rows; one word if there are none."""
    given = list(rows)
    lines = ["", f"## {title}", ""]
    if not given:
        return [*lines, "Inga."]
    lines += table(header, given[:LISTED])
    return [*lines, "", f"... och {len(given) - LISTED} till."] if len(given) > LISTED else lines


def table(header: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> list[str]:
    """Return the lines of a Markdown table."""
    return [
        row(header),
        "|" + "---|" * len(header),
        *(row(cells) for cells in rows),
    ]


def row(cells: Iterable[object]) -> str:
    """Return a row of a Markdown table; a `|` in a text is escaped."""
    return "| " + " | ".join(cell_text(cell) for cell in cells) + " |"


def cell_text(cell: object) -> str:
    """Return a cell's text: counts from 10 000 on have spaces between thousands, as in Swedish; years have none."""
    if isinstance(cell, int) and abs(cell) >= 10_000:  # noqa: PLR2004 - from five digits on, as Swedish writes it
        return f"{cell:,}".replace(",", "\u00a0")
    return str(cell).replace("|", "\\|").replace("\n", " ")
