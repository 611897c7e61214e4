"""The columns of the workbook's data: every indicator and year with its judgement.

Each cell is one cell of the published file; the source of its column is printed above the heading.
"""

from collections.abc import Callable
from dataclasses import dataclass

from reports.reading.contents import Contents, IndicatorPart
from reports.reading.sourced_rows import Row
from reports.swedish.criterion_words import PLACES, criteria_in_words, criterion
from reports.swedish.notices import source_text
from reports.swedish.numbers import decimals_in
from reports.swedish.period_sentences import period_name
from reports.swedish.reasons import short_reason
from reports.swedish.sentences import plain
from reports.swedish.verdict_sentences import decimals_of, margin_decimals, rounding_sentence
from warehouse.credits import DERIVED, PLAN, RECEIVED, source_label
from warehouse.dictionary import meaning_of

Cell = str | float | int | None
BY_ROW = "Se kolumnen Källa"


@dataclass(frozen=True, slots=True)
class SheetColumn:
    """A column of a sheet.

    Attributes:
        title: the heading.
        source: the source label above the heading.
        width: the width in characters.
        cell: returns the content for one indicator and year.
        decimals: returns the decimals of its numbers; None for texts and whole numbers.
        described: the column of the dictionary with its meaning: `relation.column`, in mart if no schema is given.
    """

    title: str
    source: str
    width: int
    cell: Callable[[Contents, IndicatorPart, Row], Cell]
    decimals: Callable[[Row], int] | None = None
    described: str = ""

    @property
    def about(self) -> str:
        """The meaning of the column, in Swedish."""
        relation, _, column = self.described.rpartition(".")
        return meaning_of(relation if "." in relation else f"mart.{relation}", column).in_swedish


def _label(kind: str, column: str) -> Callable[[Contents, IndicatorPart, Row], Cell]:
    return lambda contents, _, row: contents.label(kind, row[column]) or None


def _plain(column: str) -> Callable[[Contents, IndicatorPart, Row], Cell]:
    return lambda _contents, _part, row: row[column]


def _flag(column: str) -> Callable[[Contents, IndicatorPart, Row], Cell]:
    return lambda _contents, _part, row: None if row[column] is None else "ja" if row[column] else "nej"


def _reference(contents: Contents, _: IndicatorPart, row: Row) -> Cell:
    return contents.label("reference", str(row["reference_kind"]).split(":")[0]) if row["reference_kind"] else None


def _reason(contents: Contents, _: IndicatorPart, row: Row) -> Cell:
    return short_reason(contents, row["verdict_reason"]) if row["verdict_reason"] else None


def _bokslut(contents: Contents, part: IndicatorPart, row: Row) -> Cell:
    then = part.bokslut.get(row["year"])
    return contents.label("verdict", then["verdict"]) if then is not None else None


def _value_source(contents: Contents, _: IndicatorPart, row: Row) -> Cell:
    return source_text(contents.source, row["source_label"]) or None


def _rounding(contents: Contents, _: IndicatorPart, row: Row) -> Cell:
    return plain(rounding_sentence(contents, row)) if row["is_rounded_only"] else None


def _criterion(contents: Contents, _: IndicatorPart, row: Row) -> Cell:
    return plain(criterion(contents, row)) if row["target_kind"] else None


def _criteria(contents: Contents, part: IndicatorPart, row: Row) -> Cell:
    return plain(criteria_in_words(contents, part, row)) if row["target_kind"] else None


def _period(_contents: Contents, _part: IndicatorPart, row: Row) -> Cell:
    return period_name(row)


def _margin_unit(_contents: Contents, _part: IndicatorPart, row: Row) -> Cell:
    if row["margin"] is None:
        return None
    return "platser" if row["margin_unit"] == "places" else str(row["unit"] or "") or None


def _owner(contents: Contents, part: IndicatorPart, _: Row) -> Cell:
    return contents.owner_of(part) or None


def _comment(contents: Contents, part: IndicatorPart, row: Row) -> Cell:
    written = contents.comment(part.id, row["year"])
    return written["text"] if written is not None else None


def held_against(_contents: Contents, _part: IndicatorPart, row: Row) -> Cell:
    """Return the figure that the outcome is compared with: a mean, an earlier value, a number; empty for places."""
    held: Cell = row["compared_with"] if row["margin_unit"] == "points" else None
    return held


def _entered_decimals(row: Row) -> int:
    """Return the indicator's own decimals, for the entered figures of a part of a year."""
    return int(row["display_decimals"])


def _target_decimals(row: Row) -> int:
    """Return the decimals of a target: all that it has; none for a place."""
    if row["target_kind"] in PLACES:
        return decimals_in(row["target_value"])
    return max(decimals_of(row), decimals_in(row["target_value"]) if row["target_value"] is not None else 0)


COLUMNS = (
    SheetColumn(
        "Målets id", PLAN, 9, lambda _contents, _part, row: row["goal_id"], described="goal_fulfilment.goal_id"
    ),
    SheetColumn("Id", PLAN, 7, _plain("indicator_id"), described="goal_fulfilment.indicator_id"),
    SheetColumn("Indikator", PLAN, 48, _plain("indicator_title"), described="goal_fulfilment.indicator_title"),
    SheetColumn("Roll", PLAN, 18, _label("role", "role"), described="goal_fulfilment.role"),
    SheetColumn("Nyckeltal", RECEIVED, 10, _plain("kpi_id"), described="goal_fulfilment.kpi_id"),
    SheetColumn("År", PLAN, 7, _plain("year"), described="goal_fulfilment.year"),
    SheetColumn("Enhet", PLAN, 14, _plain("unit"), described="goal_fulfilment.unit"),
    SheetColumn("Utfall", BY_ROW, 10, _plain("value"), decimals_of, described="goal_fulfilment.value"),
    SheetColumn("Källa", BY_ROW, 26, _value_source, described="goal_fulfilment.source_label"),
    SheetColumn("Preliminärt", DERIVED, 11, _flag("is_preliminary"), described="goal_fulfilment.is_preliminary"),
    SheetColumn("Mål", PLAN, 30, _criteria, described="goal_fulfilment.target_kind"),
    SheetColumn("Villkor", PLAN, 9, _label("operator", "operator"), described="goal_fulfilment.operator"),
    SheetColumn(
        "Målvärde", PLAN, 10, _plain("target_value"), _target_decimals, described="goal_fulfilment.target_value"
    ),
    SheetColumn("Jämförs med", DERIVED, 24, _reference, described="goal_fulfilment.reference_kind"),
    SheetColumn(
        "Jämförelsevärde",
        source_label("reference_in_swedish"),
        15,
        _plain("reference_value"),
        decimals_of,
        described="goal_fulfilment.reference_value",
    ),
    SheetColumn("Antal kommuner", DERIVED, 10, _plain("reference_n"), described="goal_fulfilment.reference_n"),
    SheetColumn("Ställs mot", DERIVED, 10, held_against, decimals_of, described="goal_fulfilment.compared_with"),
    SheetColumn("Plats i jämförelsen", DERIVED, 10, _plain("place"), described="goal_fulfilment.place"),
    SheetColumn("Bedömning", DERIVED, 18, _label("verdict", "verdict"), described="goal_fulfilment.verdict"),
    SheetColumn("Skäl", DERIVED, 30, _reason, described="goal_fulfilment.verdict_reason"),
    SheetColumn("Avrundning", DERIVED, 30, _rounding, described="goal_fulfilment.is_rounded_only"),
    SheetColumn("Marginal", DERIVED, 10, _plain("margin"), margin_decimals, described="goal_fulfilment.margin"),
    SheetColumn("Marginalens enhet", DERIVED, 12, _margin_unit, described="goal_fulfilment.margin_unit"),
    SheetColumn("Känslig", DERIVED, 8, _flag("is_sensitive"), described="goal_fulfilment.is_sensitive"),
    SheetColumn("Trend sedan baslinjen", DERIVED, 16, _label("trend", "trend"), described="goal_fulfilment.trend"),
    SheetColumn("Takt", DERIVED, 14, _label("pace", "pace"), described="goal_fulfilment.pace"),
    SheetColumn("Plats", DERIVED, 7, _plain("rank"), described="goal_fulfilment.rank"),
    SheetColumn("Av antal kommuner", DERIVED, 10, _plain("rank_n"), described="goal_fulfilment.rank_n"),
    SheetColumn("Färg bland kommunerna", DERIVED, 12, _label("colour", "colour"), described="goal_fulfilment.colour"),
    SheetColumn("Kvinnor", RECEIVED, 9, _plain("value_women"), decimals_of, described="goal_fulfilment.value_women"),
    SheetColumn("Män", RECEIVED, 9, _plain("value_men"), decimals_of, described="goal_fulfilment.value_men"),
    SheetColumn("Prognos", PLAN, 9, _plain("forecast_value"), decimals_of, described="goal_fulfilment.forecast_value"),
    SheetColumn("Bedömning vid bokslutet", DERIVED, 18, _bokslut, described="goal_fulfilment_bokslut.verdict"),
    SheetColumn("Ansvarig", PLAN, 18, _owner, described="plan.indicator.owner"),
    SheetColumn("Kommentar", PLAN, 40, _comment, described="plan.comment.text"),
    SheetColumn("Sida", PLAN, 6, _plain("document_page"), described="goal_fulfilment.document_page"),
    SheetColumn("Rader", PLAN, 11, _plain("document_lines"), described="goal_fulfilment.document_lines"),
)
CRITERIA = (
    SheetColumn("Id", PLAN, 7, _plain("indicator_id"), described="criterion_outcome.indicator_id"),
    SheetColumn("Kriterium", PLAN, 12, _plain("criterion"), described="criterion_outcome.criterion"),
    SheetColumn("Indikator", PLAN, 48, _plain("indicator_title"), described="criterion_outcome.indicator_title"),
    SheetColumn("Ansvarig", PLAN, 22, _plain("owner"), described="criterion_outcome.owner"),
    SheetColumn("År", PLAN, 7, _plain("year"), described="criterion_outcome.year"),
    SheetColumn("Mål", PLAN, 36, _criterion, described="criterion_outcome.target_kind"),
    SheetColumn("Utfall", BY_ROW, 10, _plain("value"), decimals_of, described="criterion_outcome.value"),
    SheetColumn("Källa", BY_ROW, 26, _value_source, described="criterion_outcome.source_label"),
    SheetColumn("Ställs mot", DERIVED, 10, held_against, decimals_of, described="criterion_outcome.compared_with"),
    SheetColumn("Plats i jämförelsen", DERIVED, 10, _plain("place"), described="criterion_outcome.place"),
    SheetColumn("Bedömning", DERIVED, 18, _label("verdict", "verdict"), described="criterion_outcome.verdict"),
    SheetColumn("Skäl", DERIVED, 30, _reason, described="criterion_outcome.verdict_reason"),
    SheetColumn("Avrundning", DERIVED, 30, _rounding, described="criterion_outcome.is_rounded_only"),
    SheetColumn("Marginal", DERIVED, 10, _plain("margin"), margin_decimals, described="criterion_outcome.margin"),
    SheetColumn("Marginalens enhet", DERIVED, 12, _margin_unit, described="criterion_outcome.margin_unit"),
)
PERIODS = (
    SheetColumn("Id", PLAN, 7, _plain("indicator_id"), described="period_outcome.indicator_id"),
    SheetColumn("Indikator", PLAN, 48, _plain("indicator_title"), described="period_outcome.indicator_title"),
    SheetColumn("Ansvarig", PLAN, 22, _plain("owner"), described="period_outcome.owner"),
    SheetColumn("År", PLAN, 7, _plain("year"), described="period_outcome.year"),
    SheetColumn("Period", PLAN, 24, _period, described="period_outcome.period"),
    SheetColumn("Enhet", PLAN, 14, _plain("unit"), described="period_outcome.unit"),
    SheetColumn("Utfall", PLAN, 10, _plain("value"), _entered_decimals, described="period_outcome.value"),
    SheetColumn("Källa", PLAN, 26, _value_source, described="period_outcome.source_label"),
    SheetColumn(
        "Prognos för hela året",
        PLAN,
        12,
        _plain("forecast_value"),
        _entered_decimals,
        described="period_outcome.forecast_value",
    ),
    SheetColumn("Kommentar", PLAN, 48, _plain("comment"), described="period_outcome.comment"),
)
