"""The matrix: one row per indicator of a plan, with everything that explains its verdict.

A row has outcome, target, trend, place, verdict and comment of one year. The report, the short report, the Word
document, the workbook and the web pages show the same rows.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from markupsafe import Markup, escape

from reports.charts.sparkline import sparkline
from reports.page.card import Card
from reports.reading.contents import Contents, GoalPart, IndicatorPart
from reports.reading.sourced_rows import Row
from reports.swedish.located_figures import figure, wording
from reports.swedish.period_sentences import period_figures, period_name
from reports.swedish.reasons import WITHHELD, short_reason
from reports.swedish.verdict_sentences import criterion_as_compared, decimals_of

# Letters of a comment that the matrix shows in its own column; a longer one is below the indicator's name.
LONGEST_BESIDE = 60
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
        """The year of the row."""
        return self.contents.year if self.other_year is None else self.other_year

    @property
    def row(self) -> Row:
        """The judgement."""
        return self.part.judged[self.year]

    @property
    def kpi_id(self) -> str:
        """Kolada's id of the KPI; empty for a figure that the municipality enters."""
        return str(self.part.indicator["kpi_id"] or "")

    def name(self) -> Markup:
        """Return the indicator's title, with its part."""
        return Card(self.contents, self.goal, self.part).name()

    def outcome(self) -> Markup:
        """Return the year's value, or a mark for a missing one."""
        row = self.row
        if row["value"] is not None:
            return figure(row, "value", decimals_of(row)) + self._of_period()
        missing = "dolt" if row["verdict_reason"] in WITHHELD else "saknas"
        return Markup('<span class="is-missing">{}</span>').format(missing) + self._of_period()

    def _of_period(self) -> Markup:
        """Return the entered figures of the report's part of the year: the outcome until then, and the forecast."""
        said = [
            Markup("{} {}").format(word, figure(entered, "value", self.row["display_decimals"]))
            for kind, word in (("outcome", self.contents.scope.period), ("forecast", "prognos"))
            if (entered := self.contents.period_figures.get((self.part.id, kind))) is not None
        ]
        return Markup('<br><span class="quiet">{}</span>').format(Markup("<br>").join(said)) if said else Markup("")

    def criterion(self) -> Markup:
        """Return the criterion in words."""
        if not self.row["target_kind"] and not self.row["target_text"]:
            return Markup('<span class="is-missing">inget mål</span>')
        return criterion_as_compared(self.contents, self.row)

    def target(self) -> Markup:
        """Return the criterion, with the figure that it refers to unless that is a number of the plan."""
        said, row = self.criterion(), self.row
        if row["place"] is not None:
            return said + Markup(" (plats {} av {})").format(figure(row, "place"), figure(row, "place_n"))
        if row["reference_value"] is not None and row["compared_with"] is not None:
            column = "compared_with" if row["target_offset"] else "reference_value"
            said += Markup(" ({})").format(figure(row, column, decimals_of(row)))
        return said

    def trend(self) -> Markup:
        """Return the own values as a sparkline."""
        return sparkline(self.contents, self.part)

    def place(self) -> Markup:
        """Return the place among the units with a value, and their number."""
        row = self.row
        if row["rank"] is None:
            return NO_PLACE
        return Markup('{} <span class="quiet">av {}</span>').format(figure(row, "rank"), figure(row, "rank_n"))

    @property
    def written(self) -> Row | None:
        """The comment that people wrote on the year."""
        return self.contents.comment(self.part.id, self.year)

    @property
    def is_long(self) -> bool:
        """Whether that comment is too long for a narrow column."""
        return self.written is not None and len(str(self.written["text"])) > LONGEST_BESIDE

    def comment(self) -> Markup:
        """Return the comment on the year, and the remarks."""
        if self.written is None:
            return self.remarks()
        said = self.remarks()
        return wording(self.written, "text") + (Markup(' <span class="quiet">{}</span>').format(said) if said else "")

    def remarks(self) -> Markup:
        """Return the reason for a missing verdict, the warnings, and the latest figure of a part of the year."""
        said = "; ".join(self._remarks())
        remarks = escape(said[:1].upper() + said[1:])
        row, periods = self.row, self.part.periods[self.year]
        if self.written is not None or row["value"] is not None or not periods or self.contents.scope.period:
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
    """Return the rows of one goal, in the order of the plan."""
    return [MatrixRow(contents, goal, part) for part in goal.indicators]
