"""The contents of the memo "Vad har ändrats sedan sist": titles, tables and sources, for Markdown, HTML and Word."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from reports.reading.changes_since import Changes
from reports.reading.contents import Contents
from reports.reading.sourced_rows import Row, by
from reports.swedish import sentences as words
from reports.swedish.change_sentences import revised_values, value_change
from reports.swedish.notices import made_up_notice, source_text
from reports.swedish.numbers import date_text, instant_text, number_text, plain_decimals
from reports.swedish.plan_edits import edits_told
from reports.swedish.reasons import short_reason
from reports.swedish.sentences import plain
from reports.swedish.verdict_sentences import verdict_sentence
from warehouse.credits import DERIVED, PLAN, RECEIVED

MOST_COMING = 12
UNSEEN = "Inget värde har ändrats mer än i avrundningen, och ingen bedömning vilar på den skillnaden."
SOON = ("late", "due", "preliminary", "scheduled")


@dataclass(frozen=True, slots=True)
class MemoTable:
    """One chapter of the memo.

    Attributes:
        title: the heading of the chapter.
        header: the headings of the columns.
        rows: the rows, each with one text per column.
        source: the source of the figures.
        empty: the text if there are no rows; an empty text omits the chapter.
        numbers: the indexes of the columns with numbers, from 0.
    """

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    source: str
    empty: str = ""
    numbers: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Memo:
    """The whole memo.

    Attributes:
        title: the heading of the memo.
        notice: the notice about the values; empty for real values.
        lede: one sentence each on the memo's subject and on the publication that it compares with.
        tables: the chapters, except those without rows and text.
        foot: how the memo was made.
    """

    title: str
    notice: str
    lede: tuple[str, ...]
    tables: tuple[MemoTable, ...]
    foot: str


def memo_of(contents: Contents, changes: Changes) -> Memo:
    """Return the memo on the changes up to the publication that is shown."""
    known = f"{contents.plan['title']}, som läget var känt {instant_text(contents.source.known_at)}."
    scope = f": {contents.scope.text}" if contents.scope.text else ""
    if changes.since is None:
        lede: tuple[str, ...] = (known, "Detta är den första publiceringen. Det finns inget att jämföra med.")
        tables: list[MemoTable] = [_coming(contents)]
    else:
        lede = (known, f"Jämfört med läget {instant_text(changes.since)} ({changes.basis.value}).")
        tables = [
            _verdicts(contents, changes),
            _edits(contents, changes),
            _revisions(contents, changes),
            _new_values(contents, changes.since),
            _catalogue(contents, changes.since),
            _coming(contents),
        ]
    return Memo(
        title=f"Vad har ändrats sedan sist: {contents.place}{scope}",
        notice=made_up_notice(contents.source, contents.plan),
        lede=lede,
        tables=tuple(table for table in tables if table.rows or table.empty),
        foot=f"Bedömningar: {source_text(contents.source, DERIVED)}. Körning {contents.source.run_id}.",
    )


def _verdicts(contents: Contents, changes: Changes) -> MemoTable:
    return MemoTable(
        "Ändrade bedömningar",
        ("Vad", "År", "Från", "Till", "Orsak", "Värde", "Vad som avgör"),
        tuple(_verdict(contents, row) for row in changes.verdicts),
        source_text(contents.source, DERIVED),
        empty="Ingen bedömning har ändrats.",
    )


def _verdict(contents: Contents, row: Row) -> tuple[str, ...]:
    def said(verdict: str, reason: str | None) -> str:
        why = short_reason(contents, reason) if reason and verdict == "no_data" else ""
        return contents.label("verdict", verdict) + (f" ({why})" if why else "")

    return (
        item_name(contents, row),
        str(row["year"]),
        said(row["verdict_before"], row["verdict_reason_before"]),
        said(row["verdict"], row["verdict_reason"]),
        contents.label("cause", row["cause"]),
        plain(value_change(contents, row)),
        _what_decides(contents, row),
    )


def _what_decides(contents: Contents, row: Row) -> str:
    """Return the sentence on the indicator's current verdict; empty for a goal, or for an earlier verdict."""
    part = next((part for part in contents.indicators if part.id == row["item_id"]), None)
    judged = part.judged.get(row["year"]) if part is not None and row["level"] == "indicator" else None
    if part is None or judged is None or judged["verdict"] != row["verdict"]:
        return ""
    return plain(verdict_sentence(contents, part, judged))


def item_name(contents: Contents, row: Row) -> str:
    """Return the id and name of the item of a changed verdict."""
    match row["level"]:
        case "goal":
            title = next((goal.goal["title"] for goal in contents.goals if goal.id == row["item_id"]), "")
            return f"Mål {row['item_id']} {title}".strip()
        case "indicator":
            part = next((part for part in contents.indicators if part.id == row["item_id"]), None)
            kpi = f" ({part.indicator['kpi_id']})" if part is not None and part.indicator["kpi_id"] else ""
            return f"{row['item_id']} {part.indicator['title'] if part is not None else ''}{kpi}".strip()
        case _:
            return f"God ekonomisk hushållning, {contents.label('variant', row['variant']).lower()}"


def _edits(contents: Contents, changes: Changes) -> MemoTable:
    """Return the edits of the plan: targets with their earlier values, own figures, rules."""
    return MemoTable(
        "Ändringar i planen",
        ("När", "Vad"),
        tuple((instant_text(row["known_from"]), text) for row, text in edits_told(contents, changes.edits)),
        source_text(contents.source, PLAN),
    )


def _number(value: float | None) -> str:
    return "–" if value is None else number_text(value, plain_decimals(value))


def _revisions(contents: Contents, changes: Changes) -> MemoTable:
    return MemoTable(
        contents.of_own_kind("Kommunens egna värden som ändrats i Kolada"),
        ("Nyckeltal", "År", "Kön", "Ändring", "Från", "Till"),
        tuple(_revision(contents, row) for row in changes.revisions),
        source_text(contents.source, RECEIVED),
        empty=UNSEEN if changes.unseen else "Inget värde har ändrats.",
        numbers=(4, 5),
    )


def _revision(contents: Contents, row: Row) -> tuple[str, ...]:
    old, new = revised_values(contents, row)
    return (
        f"{row['kpi_id']} {row['kpi_title'] or ''}".strip(),
        str(row["period"]),
        contents.label("gender", row["gender"]),
        contents.label("change_kind", row["change_kind"]),
        plain(old),
        plain(new),
    )


def _new_values(contents: Contents, since: datetime) -> MemoTable:
    """Return the totals that were first received since an instant, even if they were changed after that."""
    titles = {row["kpi_id"]: row["kpi_title"] for row in contents.calendar}
    versions = contents.source.rows(
        "core.observation_version",
        "municipality_id = ? and gender = 'T' and list_contains(?, kpi_id)",
        [contents.plan["municipality_id"], sorted(titles)],
        order="kpi_id, period, known_from",
    )
    cells = by(versions, "kpi_id", "period").values()
    rows = [cell[-1] for cell in cells if cell[0]["known_from"] > since and cell[-1]["value"] is not None]
    return MemoTable(
        "Nya värden",
        ("Nyckeltal", "År", "Värde"),
        tuple(
            (f"{row['kpi_id']} {titles[row['kpi_id']] or ''}".strip(), str(row["period"]), _number(row["value"]))
            for row in rows
        ),
        source_text(contents.source, RECEIVED),
        empty="Inget nytt värde har kommit.",
        numbers=(2,),
    )


def _catalogue(contents: Contents, since: datetime) -> MemoTable:
    return MemoTable(
        "Nyckeltal som Kolada har ändrat",
        ("Nyckeltal", "Titel nu", "Titel förut", "Vad"),
        tuple(_retitled(contents, since)),
        source_text(contents.source, RECEIVED),
    )


def _retitled(contents: Contents, since: datetime) -> Iterator[tuple[str, ...]]:
    """Return the KPIs of the plan that got a new title or description, or were withdrawn, since an instant."""
    for calendar in contents.calendar:
        versions = contents.source.rows("core.kpi_version", "kpi_id = ?", [calendar["kpi_id"]], order="known_from")
        for before, after in pairwise(versions):
            what = what_changed(before, after)
            if after["known_from"] > since and what:
                earlier = before["title"] if before["title"] != after["title"] else ""
                yield (after["kpi_id"], after["title"], earlier, ", ".join(what))


def what_changed(before: Row, after: Row) -> Sequence[str]:
    """Return what Kolada changed in the entry of a KPI, in a few words each; rows of core.kpi_version."""
    return [
        word
        for word, is_so in (
            ("ny titel", before["title"] != after["title"]),
            ("ny beskrivning", before["description"] != after["description"]),
            ("borttaget ur katalogen", after["is_withdrawn"] and not before["is_withdrawn"]),
            ("åter i katalogen", before["is_withdrawn"] and not after["is_withdrawn"]),
            ("stängt", after["closed_after_year"] is not None and before["closed_after_year"] is None),
        )
        if is_so
    ]


def _coming(contents: Contents) -> MemoTable:
    """Return the next publications of the plan's KPIs, soonest first."""
    coming = sorted(
        (row for row in contents.calendar if row["publication_state"] in SOON and row["next_date"] is not None),
        key=lambda row: (row["next_date"], row["kpi_id"]),
    )
    return MemoTable(
        "Vad som kommer härnäst",
        ("Dag", "Nyckeltal", "Vad"),
        tuple(
            (
                date_text(row["next_date"]),
                f"{row['kpi_id']} {row['kpi_title'] or ''}".strip(),
                plain(words.next_publication(row) or ""),
            )
            for row in coming[:MOST_COMING]
        ),
        source_text(contents.source, RECEIVED),
        empty="Kolada anger ingen nästa publicering.",
    )
