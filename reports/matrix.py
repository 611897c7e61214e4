"""The matrix: every indicator of a plan in one row, with all that a reader needs to follow the verdict.

Outcome, target, trend, place, verdict and comment of one year. The report, the short report, the Word document, the
workbook and the pages show the same rows.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from markupsafe import Markup, escape

from reports.card import Card
from reports.contents import Contents, GoalPart, IndicatorPart
from reports.located_figures import figure, wording
from reports.period_sentences import period_figures, period_name
from reports.reasons import WITHHELD, short_reason
from reports.sourced_rows import Row
from reports.sparkline import sparkline
from reports.verdict_sentences import criterion_as_compared, decimals_of

NO_PLACE = Markup('<span class="is-missing" aria-hidden="true">–</span><span class="hidden">ingen plats</span>')


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """One indicator in the year in focus, or in another one."""

    contents: Contents
    goal: GoalPart
    part: IndicatorPart
    other_year: int | None = None

    @property
    def year(self) -> int:
        """The year that is told."""
        return self.contents.year if self.other_year is None else self.other_year

    @property
    def row(self) -> Row:
        """The judgement."""
        return self.part.judged[self.year]

    @property
    def kpi_id(self) -> str:
        """Kolada's id of the KPI; nothing for a figure of the municipality's own."""
        return str(self.part.indicator["kpi_id"] or "")

    def name(self) -> Markup:
        """The indicator's title, with its part."""
        return Card(self.contents, self.goal, self.part).name()

    def outcome(self) -> Markup:
        """The year's value, or how it is missing."""
        row = self.row
        if row["value"] is not None:
            return figure(row, "value", decimals_of(row)) + self._of_period()
        missing = "dolt" if row["verdict_reason"] in WITHHELD else "saknas"
        return Markup('<span class="is-missing">{}</span>').format(missing) + self._of_period()

    def _of_period(self) -> Markup:
        """What was entered for the part of the year that the report is of: outcome until then, and forecast."""
        said = [
            Markup("{} {}").format(word, figure(entered, "value", self.row["display_decimals"]))
            for kind, word in (("outcome", self.contents.scope.period), ("forecast", "prognos"))
            if (entered := self.contents.period_figures.get((self.part.id, kind))) is not None
        ]
        return Markup('<br><span class="quiet">{}</span>').format(Markup("<br>").join(said)) if said else Markup("")

    def criterion(self) -> Markup:
        """What the indicator has to reach."""
        if not self.row["target_kind"] and not self.row["target_text"]:
            return Markup('<span class="is-missing">inget mål</span>')
        return criterion_as_compared(self.contents, self.row)

    def target(self) -> Markup:
        """The criterion, with the figure that it stands for where that is not a number of the plan."""
        said, row = self.criterion(), self.row
        if row["place"] is not None:
            return said + Markup(" (plats {} av {})").format(figure(row, "place"), figure(row, "place_n"))
        if row["reference_value"] is not None and row["compared_with"] is not None:
            column = "compared_with" if row["target_offset"] else "reference_value"
            said += Markup(" ({})").format(figure(row, column, decimals_of(row)))
        return said

    def trend(self) -> Markup:
        """The own values as a small line."""
        return sparkline(self.contents, self.part)

    def place(self) -> Markup:
        """The place among the units with a value, and how many they are."""
        row = self.row
        if row["rank"] is None:
            return NO_PLACE
        return Markup('{} <span class="quiet">av {}</span>').format(figure(row, "rank"), figure(row, "rank_n"))

    def comment(self) -> Markup:
        """What a person wrote of the year, and why there is no answer or what to know before using it."""
        written = self.contents.comment(self.part.id, self.year)
        said = "; ".join(self._remarks())
        remarks = escape(said[:1].upper() + said[1:])
        if written is not None:
            return wording(written, "text") + (Markup(' <span class="quiet">{}</span>').format(remarks) if said else "")
        row, periods = self.row, self.part.periods[self.year]
        if row["value"] is not None or not periods or self.contents.scope.period:
            return remarks
        told = Markup("{}: {}").format(period_name(periods[-1]), period_figures(periods[-1], decimals_of(row)))
        return Markup("{}; {}").format(remarks, told) if remarks else told

    def _remarks(self) -> Iterator[str]:
        row = self.row
        if row["verdict"] in ("no_data", "not_comparable", "not_assessable", "not_yet_due") and row["verdict_reason"]:
            yield short_reason(self.contents, row["verdict_reason"])
        for column, said in (
            ("is_rounded_only", "avrundningen avgör"),
            ("is_preliminary", "preliminärt värde"),
            ("is_provisional", f"värdet är från {row['value_year']}"),
            ("is_sensitive", "känsligt för hur medlet räknas"),
            ("is_reference_weak", f"jämförs med få {self.contents.units}"),
        ):
            if row[column]:
                yield said
        if row["verdict_reason"] == "riket_missing":
            yield "jämfört med ovägt medel"
        match row["value_source"]:
            case "document":
                yield "värde ur dokumentet"
            case "manual":
                yield "egen uppgift"


def matrix_rows(contents: Contents, goal: GoalPart) -> list[MatrixRow]:
    """The rows of one goal, in the order of the plan."""
    return [MatrixRow(contents, goal, part) for part in goal.indicators]
