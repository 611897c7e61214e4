"""`kolada explain`: one figure with its evidence, as Swedish text for users and as data for programs."""

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import duckdb

from reports.explanation.explanation_chapters import Chapter, chapters_of
from reports.reading.evidence import Evidence, gather_evidence
from reports.reading.sourced_rows import Row, open_source
from reports.swedish.notices import made_up_notice

WIDTH = 96


@dataclass(frozen=True, slots=True)
class Explanation:
    """One figure explained.

    Attributes:
        title: the name of the figure.
        notice: the notice about made-up values; empty for real values.
        chapters: the chapters, in the order of an audit.
        data: the same evidence as JSON values.
    """

    title: str
    notice: str
    chapters: tuple[Chapter, ...]
    data: Mapping[str, object]

    def text(self) -> str:
        """Return the explanation as text for the terminal."""
        lines = [self.title, "=" * min(len(self.title), WIDTH)]
        if self.notice:
            lines += ["", self.notice.upper()]
        for chapter in self.chapters:
            lines += ["", chapter.title, "-" * len(chapter.title)]
            for line in chapter.lines:
                lines += textwrap.wrap(
                    line, WIDTH, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False
                )
        return "\n".join(lines) + "\n"


def explain_figure(
    connection: duckdb.DuckDBPyConnection,
    plan_id: str,
    indicator_id: str,
    *,
    year: int | None = None,
    as_of: str | None = None,
) -> Explanation:
    """Explain one figure of the published file.

    Args:
        connection: a connection from `published_file`.
        plan_id: the plan.
        indicator_id: as in the plan, in upper or lower case.
        year: the figure's year; by default the report's.
        as_of: explain the figure as known at this moment.

    Raises:
        BeforeFirstLoad: nothing had been published at that moment.
        UnknownPlan: the file has no such plan.
        UnknownFigure: there is no such indicator.
        UnknownYear: the plan does not follow the year.
    """
    return explained(gather_evidence(open_source(connection, as_of), plan_id, indicator_id, year))


def explained(evidence: Evidence) -> Explanation:
    """Return the explanation of the evidence."""
    contents, part = evidence.contents, evidence.part
    return Explanation(
        title=f"{part.id} {part.indicator['title']}, {contents.place} {evidence.year}",
        notice=made_up_notice(contents.source, contents.plan),
        chapters=chapters_of(evidence),
        data=_data(evidence),
    )


def _data(evidence: Evidence) -> Mapping[str, object]:
    contents = evidence.contents

    def cells(row: Row | None) -> dict[str, object] | None:
        return None if row is None else {name: _cell(value) for name, value in row.values.items()}

    def table(rows: Sequence[Row]) -> list[dict[str, object] | None]:
        return [cells(row) for row in rows]

    return {
        "plan_id": contents.plan["plan_id"],
        "indicator_id": evidence.part.id,
        "year": evidence.year,
        "as_of": _cell(contents.source.moment),
        "known_at": _cell(contents.source.known_at),
        "source_kind": contents.source.source_kind,
        "is_made_up": bool(made_up_notice(contents.source, contents.plan)),
        "plan": cells(contents.plan),
        "indicator": cells(evidence.part.indicator),
        "judgement": cells(evidence.judged),
        "judgement_at_bokslut": cells(evidence.part.bokslut.get(evidence.year)),
        "criteria": table(evidence.part.criteria[evidence.year]),
        "periods": table(evidence.part.periods[evidence.year]),
        "rules": table(contents.rules),
        "references": table(evidence.references),
        "versions": table(evidence.versions),
        "requests": table(list(evidence.requests.values())),
        "kpi": cells(evidence.kpi),
        "kpi_versions": table(evidence.kpi_versions),
        "outcome_document": cells(evidence.printed),
        "outcome_manual": table(evidence.manual),
        "comments": table(evidence.comments),
        "reconciliation": cells(evidence.reconciliation),
        "verdict_changes": table(evidence.verdict_changes),
        "plan_changes": table(evidence.plan_edits),
        "national_outcome": cells(evidence.part.outcome),
        "publication_calendar": cells(evidence.part.calendar),
        "data_issues": table(evidence.part.issues),
    }


def _cell(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime | date) else value
