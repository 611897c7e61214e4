"""The memo "Vad har ändrats sedan sist": Markdown to paste into an e-mail or a case file."""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import pairwise

from reports.change_sentences import revised_values, value_change
from reports.changes_since import Changes, find_changes
from reports.contents import Contents
from reports.notices import made_up_notice, source_text
from reports.numbers import instant_text, number_text, plain_decimals
from reports.plan_edits import edits_told
from reports.reasons import short_reason
from reports.sentences import plain
from reports.sourced_rows import Row
from warehouse.credits import DERIVED, RECEIVED

MARKED = re.compile(r"([\\`*_\[\]#|~])")
UNSEEN = "Inget värde har ändrats mer än i avrundningen, och ingen bedömning vilar på den skillnaden."
LEVELS = {"indicator": "Indikator", "goal": "Mål", "sound_economic_management": "God ekonomisk hushållning"}


def render_memo(contents: Contents, *, since: datetime | None) -> str:
    """The memo.

    Args:
        contents: the plan, as of the publication that is shown.
        since: the instant (UTC, naive) to compare with; None compares with the publication before.
    """
    changes = find_changes(contents.source, contents.plan, reported_at=since)
    notice = made_up_notice(contents.source, contents.plan)
    lines = [
        f"# Vad har ändrats sedan sist: {escaped(contents.place)}",
        "",
        *([f"> **{notice}**", ""] if notice else []),
        f"{escaped(contents.plan['title'])}, som läget var känt {instant_text(contents.source.known_at)}.",
        "",
    ]
    if changes.since is None:
        lines += ["Detta är den första publiceringen. Det finns inget att jämföra med.", ""]
    else:
        lines += [f"Jämfört med läget {instant_text(changes.since)}.", "", *_body(contents, changes)]
    lines += [
        f"Bedömningar: {source_text(contents.source, DERIVED)}. Körning `{contents.source.run_id}`.",
        *(["", f"> **{notice}**"] if notice else []),
    ]
    return "\n".join(lines) + "\n"


def escaped(text: object) -> str:
    """Any text as Markdown that shows it as it is, also where Markdown lets HTML through."""
    flat = " ".join(str(text).split())
    return MARKED.sub(r"\\\1", flat).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    return [
        f"| {' | '.join(header)} |",
        f"|{'---|' * len(header)}",
        *(f"| {' | '.join(row)} |" for row in rows),
        "",
    ]


def _number(value: float | None) -> str:
    return "–" if value is None else number_text(value, plain_decimals(value))


def _body(contents: Contents, changes: Changes) -> Iterator[str]:
    source = contents.source
    yield from ("## Ändrade bedömningar", "")
    if changes.verdicts:
        yield from _table(
            ("Vad", "År", "Från", "Till", "Orsak", "Värde"), [_verdict(contents, row) for row in changes.verdicts]
        )
        yield from (f"{source_text(source, DERIVED)}.", "")
    else:
        yield from ("Ingen bedömning har ändrats.", "")
    yield from ("## Kommunens egna värden som ändrats i Kolada", "")
    if changes.revisions:
        yield from _table(
            ("Nyckeltal", "År", "Kön", "Ändring", "Från", "Till"),
            [_revision(contents, row) for row in changes.revisions],
        )
        yield from (f"{source_text(source, RECEIVED)}.", "")
    else:
        yield from ("Inget värde har ändrats.", "") if not changes.unseen else (UNSEEN, "")
    new = _new_values(contents, changes)
    yield from ("## Nya värden", "")
    if new:
        yield from _table(("Nyckeltal", "År", "Värde"), new)
        yield from (f"{source_text(source, RECEIVED)}.", "")
    else:
        yield from ("Inget nytt värde har kommit.", "")
    catalogue = _catalogue(contents, changes)
    if catalogue:
        yield from ("## Nyckeltal som Kolada har ändrat", "")
        yield from _table(("Nyckeltal", "Titel nu", "Vad"), catalogue)
        yield from (f"{source_text(source, RECEIVED)}.", "")
    if changes.edits:
        yield from ("## Ändringar i planen", "")
        yield from _table(
            ("När", "Vad"),
            [[instant_text(row["known_from"]), escaped(text)] for row, text in edits_told(contents, changes.edits)],
        )


def _verdict(contents: Contents, row: Row) -> list[str]:
    def said(verdict: str, reason: str | None) -> str:
        why = short_reason(contents, reason) if reason and verdict == "no_data" else ""
        return escaped(contents.label("verdict", verdict) + (f" ({why})" if why else ""))

    what = LEVELS[row["level"]]
    name = contents.label("variant", row["variant"]).lower() if row["variant"] else row["item_id"]
    return [
        escaped(f"{what} {name}" if not row["variant"] else f"{what}, {name}"),
        str(row["year"]),
        said(row["verdict_before"], row["verdict_reason_before"]),
        said(row["verdict"], row["verdict_reason"]),
        escaped(contents.label("cause", row["cause"])),
        plain(value_change(contents, row)),
    ]


def _revision(contents: Contents, row: Row) -> list[str]:
    old, new = revised_values(contents, row)
    return [
        escaped(f"{row['kpi_id']} {row['kpi_title'] or ''}"),
        str(row["period"]),
        escaped(contents.label("gender", row["gender"])),
        escaped(contents.label("change_kind", row["change_kind"])),
        plain(old),
        plain(new),
    ]


def _new_values(contents: Contents, changes: Changes) -> list[list[str]]:
    """Totals that were read for the first time since then."""
    titles = {row["kpi_id"]: row["kpi_title"] for row in contents.calendar}
    rows = contents.source.rows(
        "core.observation",
        "municipality_id = ? and gender = 'T' and change_kind = 'first' and value is not null and known_from > ? "
        "and list_contains(?, kpi_id)",
        [contents.plan["municipality_id"], changes.since, sorted(titles)],
        order="kpi_id, period",
    )
    return [
        [escaped(f"{row['kpi_id']} {titles[row['kpi_id']] or ''}"), str(row["period"]), _number(row["value"])]
        for row in rows
    ]


def _catalogue(contents: Contents, changes: Changes) -> list[list[str]]:
    """KPIs of the plan that got a new title or description, or were withdrawn, since then."""
    told = []
    for calendar in contents.calendar:
        versions = contents.source.rows("core.kpi_version", "kpi_id = ?", [calendar["kpi_id"]], order="known_from")
        for before, after in pairwise(versions):
            if after["known_from"] <= changes.since:
                continue
            what = [
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
            if what:
                told.append([escaped(after["kpi_id"]), escaped(after["title"]), ", ".join(what)])
    return told
