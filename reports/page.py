"""The report as one self-contained HTML page: no script, no network, readable on paper.

The template holds the page's structure, `sentences` its words, the chart modules its drawings. This module puts them
together and knows nothing of how anything looks.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from reports import sentences as words
from reports.changes import Changes
from reports.contents import Contents, GoalPart, IndicatorPart
from reports.distribution_chart import distribution_chart
from reports.figures import counted, figure, wording
from reports.notices import DERIVED, RECEIVED, made_up_notice, source_text
from reports.numbers import decimals_that_tell_apart, instant_text, join_years
from reports.rows import Row
from reports.rules import MEANINGS, RULES, SECTION_INTROS
from reports.sentences import WITHHELD, decimals_of, figure_of_year
from reports.signs import sign, sign_of, sign_sheet
from reports.trend_chart import trend_chart

TEMPLATES = Path(__file__).parent / "templates"
SECTION_ANCHORS = {
    "prioritized": "prioriterade",
    "operational": "verksamhetsmal",
    "financial": "finansiella",
    "follow_up": "uppfoljning",
}
TALLY_VERDICTS = ("met", "partly_met", "not_met", "not_yet_due", "no_data", "not_comparable", "not_assessable")
NONE_CELL = Markup(
    '<span class="is-missing"><span aria-hidden="true">–</span><span class="hidden">inget värde</span></span>'
)


@dataclass(frozen=True, slots=True)
class Section:
    """The goals of one kind."""

    code: str
    title: str
    goals: tuple[GoalPart, ...]

    @property
    def anchor(self) -> str:
        """The id of its place on the page."""
        return SECTION_ANCHORS.get(self.code, self.code)

    @property
    def intro(self) -> str:
        """What a reader needs to know of this kind of goal."""
        return SECTION_INTROS.get(self.code, "")


@dataclass(frozen=True, slots=True)
class TallyLine:
    """How many there are of each verdict."""

    title: str
    counts: tuple[Markup, ...]
    total: Markup


def render_page(contents: Contents, changes: Changes, *, as_of: str | None = None) -> str:
    """The report as HTML.

    Args:
        contents: what is shown.
        changes: what is told of the last report.
        as_of: the moment as the reader gave it, to be named on the page.
    """
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    view = _View(contents)
    template = environment.get_template("report.html.j2")
    return template.render(
        c=contents,
        changes=changes,
        as_of=as_of,
        made_up=made_up_notice(contents.source, contents.plan),
        style=Markup((TEMPLATES / "report.css").read_text(encoding="utf-8")),  # noqa: S704 - our own file
        sign_sheet=sign_sheet(),
        sign=sign,
        sign_of=sign_of,
        figure=figure,
        wording=wording,
        words=words,
        when=instant_text,
        year_of=figure_of_year,
        derived=DERIVED,
        received=RECEIVED,
        none_cell=NONE_CELL,
        source_text=lambda label: source_text(contents.source, label),
        trend_chart=lambda part: trend_chart(contents, part),
        distribution_chart=lambda part: distribution_chart(contents, part),
        **view.members(),
    )


def indicator_name(goal: GoalPart, part: IndicatorPart) -> Markup:
    """An indicator's title; the name of its part alone where the title is the goal's own."""
    title, named = wording(part.indicator, "title"), wording(part.indicator, "part")
    if not part.indicator["part"]:
        return title
    if part.indicator["title"] == goal.goal["title"]:
        return named
    if part.indicator["title"].rstrip().endswith(part.indicator["part"]):
        return title
    return Markup('{} <span class="quiet">({})</span>').format(title, named)


def margin_decimals(row: Row) -> int:
    """Enough decimals that a margin which is not nothing doesn't look like nothing."""
    return decimals_that_tell_apart(row["margin"], 0.0, decimals_of(row))


def plain_size(value: float) -> int:
    """Decimals of a figure that no plan says how to show: two below a hundred, none above."""
    hundred = 100
    return 1 if abs(value) < hundred else 0


class _View:
    """What the template asks for that is more than one cell."""

    def __init__(self, contents: Contents) -> None:
        self.contents = contents
        rules = {row["rule_name"]: row["rule_value"] for row in contents.rules}
        self.ruling = rules.get("majority", "each_group")
        self.other = "together" if self.ruling == "each_group" else "each_group"
        self.rules = rules

    def members(self) -> dict[str, object]:
        """The names that the template uses."""
        functions: dict[str, Callable[..., object]] = {
            "margin_decimals": margin_decimals,
            "indicator_name": indicator_name,
            "plain_size": plain_size,
            "target_source": self.target_source,
            "reference_source": self.reference_source,
            "last_known": self.last_known,
            "similar_heading": self.similar_heading,
            "year_cell": self.year_cell,
            "has_gender": self.has_gender,
            "year_sources": self.year_sources,
            "remarks": self.remarks,
            "provenance": self.provenance,
            "change_name": self.change_name,
        }
        budget_years, budget_table = self.budget()
        tally_verdicts, tally = self.tally()
        return {
            **functions,
            "ruling_variant": self.ruling,
            "other_variant": self.other,
            "management_rule": RULES["majority"].get(self.ruling, ""),
            "sections": self.sections(),
            "tally": tally,
            "tally_verdicts": tally_verdicts,
            "cautions": list(self.cautions()),
            "legend": [
                {"sign": code, "word": self.legend_word(code), "meaning": meaning} for code, meaning in MEANINGS.items()
            ],
            "rule_lines": list(self.rule_lines()),
            "budget_years": budget_years,
            "budget_table": budget_table,
        }

    def legend_word(self, code: str) -> str:
        """The word beside a sign in the legend."""
        return "Dolt värde" if code == "withheld" else self.contents.label("verdict", code)

    def sections(self) -> list[Section]:
        """The goals by kind, in the order of the plan."""
        codes = list(dict.fromkeys(goal.goal["section"] for goal in self.contents.goals))
        return [
            Section(
                code,
                self.contents.label("section", code),
                tuple(goal for goal in self.contents.goals if goal.goal["section"] == code),
            )
            for code in codes
        ]

    def tally(self) -> tuple[list[str], list[TallyLine]]:
        """The verdicts that occur, and how often: steering indicators, then the goals of the majority."""
        groups = list(self._tally_groups())
        codes = [
            code
            for code in TALLY_VERDICTS
            if code in ("met", "not_met") or any(row["verdict"] == code for _, _, rows, _ in groups for row in rows)
        ]
        return codes, [self._line(codes, *group) for group in groups]

    def _tally_groups(self) -> Iterator[tuple[str, str, list[Row], dict[str, object]]]:
        year = self.contents.year
        steering = [part.judged[year] for part in self.contents.indicators if part.indicator["role"] == "steering"]
        if steering:
            yield "Styrande indikatorer", "mart.goal_fulfilment", steering, {"role": "steering"}
        for code, title in (("operational", "Verksamhetsmål"), ("financial", "Finansiella mål")):
            rows = [
                goal.verdicts[year]
                for goal in self.contents.goals
                if goal.goal["section"] == code and goal.goal["counts_in_majority"] and year in goal.verdicts
            ]
            if rows:
                yield title, "mart.goal_verdict", rows, {"section": code, "counts_in_majority": True}

    def _line(
        self, codes: list[str], title: str, relation: str, rows: list[Row], conditions: dict[str, object]
    ) -> TallyLine:
        where = {"plan_id": self.contents.plan["plan_id"], "year": self.contents.year, **conditions}
        verdicts = [row["verdict"] for row in rows]
        return TallyLine(
            title,
            tuple(counted(relation, verdicts.count(code), **where, verdict=code) for code in codes),
            counted(relation, len(rows), **where),
        )

    def cautions(self) -> Iterator[Markup]:
        """What the reader should know of the year in focus, each with links to the indicators it is about."""
        year = self.contents.year
        for said, is_meant in (
            ("Uppgiften är inte inmatad", lambda row: row["verdict_reason"] == "manual_input_missing"),
            ("Nyckeltalet är borttaget ur Kolada", lambda row: row["is_kpi_withdrawn"]),
            (
                "Värdet är inte publicerat",
                lambda row: row["verdict_reason"] in ("not_published_yet", "publication_overdue"),
            ),
            ("Värdet är dolt", lambda row: row["verdict_reason"] in WITHHELD),
            ("Värdet är preliminärt", lambda row: row["is_preliminary"]),
            ("Bedömningen är känslig för hur riksgenomsnittet räknas", lambda row: row["is_sensitive"]),
            ("Avrundningen avgör", lambda row: row["is_rounded_only"]),
            ("På gränsen till jämförelsevärdet", lambda row: row["is_borderline"]),
            ("Jämförelsevärdet vilar på få kommuner", lambda row: row["is_reference_weak"]),
            ("Riket saknas och det ovägda medlet används", lambda row: row["verdict_reason"] == "riket_missing"),
            ("Värdet är hämtat ur det tryckta dokumentet", lambda row: row["value_source"] == "document"),
        ):
            parts = [part for part in self.contents.indicators if is_meant(part.judged[year])]
            if parts:
                links = [Markup('<a href="#{}">{}</a>').format(part.anchor, part.id) for part in parts]
                yield Markup("{}: {}.").format(said, Markup(", ").join(links))

    def rule_lines(self) -> Iterator[Markup]:
        """The plan's rules in words."""
        for row in self.contents.rules:
            name, value = row["rule_name"], row["rule_value"]
            if name == "reference_min_n":
                yield Markup("Ett medelvärde över färre än {} kommuner märks som svagt.").format(
                    wording(row, "rule_value")
                )
            elif name in RULES:
                yield escape(RULES[name].get(value, value))

    def budget(self) -> tuple[list[str], list[dict[str, object]]]:
        """The budget's key figures, a line per row and a column per year."""
        years = sorted({row["year"] for row in self.contents.budget_lines if len(row["year"]) == len("2022")})
        lines: dict[tuple[str, str, str], dict[str, Row]] = {}
        for row in self.contents.budget_lines:
            lines.setdefault((row["table_name"], row["row_name"], row["unit"]), {})[row["year"]] = row
        return years, [
            {"name": name, "unit": unit, "cells": [cells.get(year) for year in years]}
            for (_, name, unit), cells in lines.items()
        ]

    def target_source(self, part: IndicatorPart, row: Row) -> str:
        """Where in the document the target stands."""
        lines = part.criteria[row["year"]]["target_document_lines"]
        return f"Källa: {self.contents.plan['document_title']}{f', rad {lines}' if lines else ''}"

    def reference_source(self, part: IndicatorPart, row: Row) -> str:
        """The source label of the figure that was compared with."""
        match str(row["reference_kind"]).split(":")[0]:
            case "riket":
                return RECEIVED
            case "previous_year":
                before = part.history.get((row["year"] - 1, "T"))
                return str(before["source_label"]) if before is not None else DERIVED
            case "other_value":
                return str(row["source_label"])
            case _:
                return DERIVED

    def last_known(self, part: IndicatorPart) -> Markup:
        """The last value before the year in focus: told, never put in its place."""
        earlier = [
            row for (year, gender), row in sorted(part.history.items()) if gender == "T" and year < self.contents.year
        ]
        if not earlier:
            return Markup('<span class="source">Inget tidigare värde är känt.</span>')
        row = earlier[-1]
        return Markup('<span class="source">Senast kända: {} ({}). {}. Ersätter inte {}.</span>').format(
            figure(row, "value", decimals_of(part.judged[self.contents.year])),
            figure_of_year(row, "year"),
            source_text(self.contents.source, row["source_label"]),
            self.contents.year,
        )

    def similar_heading(self, part: IndicatorPart) -> Markup:
        """The name of the similar group, with its year."""
        found = part.distribution
        if found is None or found.group is None:
            return Markup("Liknande kommuner")
        return wording(found.group, "group_name")

    def has_gender(self, part: IndicatorPart, gender: str) -> bool:
        """Whether any year tells this gender."""
        return any((year, gender) in part.history for year in self.contents.years)

    def year_cell(self, part: IndicatorPart, year: int) -> Markup:
        """One year's own value, or how it is missing."""
        row, judged = part.history.get((year, "T")), part.judged[year]
        if row is None:
            if judged["verdict_reason"] in WITHHELD:
                return Markup('<span class="is-withheld">dolt</span>')
            return NONE_CELL
        shown = figure(row, "value", decimals_of(part.judged[self.contents.year]))
        if judged["verdict"] == "not_comparable":
            return Markup('<span class="is-apart">{}</span><span class="hidden"> ej jämförbart</span>').format(shown)
        if row["value_source"] != "kolada":
            return Markup('<span class="is-own">{}</span>').format(shown)
        return shown

    def year_sources(self, part: IndicatorPart) -> Markup:
        """Where each year's value is from, and why years without one have none."""
        told: list[Markup] = []
        by_label: dict[str, list[int]] = {}
        for year in self.contents.years:
            row = part.history.get((year, "T"))
            if row is not None:
                by_label.setdefault(row["source_label"], []).append(year)
        for label, years in by_label.items():
            told.append(Markup("{} ({}).").format(source_text(self.contents.source, label), join_years(years)))
        if part.national:
            told.append(Markup("Riket: {}.").format(source_text(self.contents.source, RECEIVED)))
        elif part.average:
            told.append(Markup("Ovägt medel: {}.").format(source_text(self.contents.source, DERIVED)))
        reasons: dict[str, list[int]] = {}
        for year in self.contents.years:
            judged = part.judged[year]
            if (year, "T") not in part.history and judged["verdict"] == "no_data" and judged["verdict_reason"]:
                reasons.setdefault(judged["verdict_reason"], []).append(year)
        for reason, years in reasons.items():
            why = words.short_reason(self.contents, reason)
            told.append(Markup("{} {}: {}.").format("Dolt" if reason in WITHHELD else "Saknas", join_years(years), why))
        return Markup(" ").join(told)

    def remarks(self, part: IndicatorPart) -> Iterator[Markup]:
        """Everything that sentences say of the year in focus."""
        row = part.judged[self.contents.year]
        yield from words.warnings(self.contents, row)
        yield from words.development(self.contents, row)
        yield from words.placing(self.contents, part, row)
        genders = words.genders(self.contents, part, row)
        if genders is not None:
            yield genders
        bokslut = words.at_bokslut(self.contents, part, row)
        if bokslut is not None:
            yield bokslut
        coming = words.next_publication(part.calendar)
        if coming is not None:
            yield coming

    def provenance(self, part: IndicatorPart, row: Row) -> Markup:
        """Where in the document the indicator stands."""
        if row["document_page"] is None and row["document_lines"] is None:
            return Markup("")
        said = [Markup("I dokumentet: {}").format(wording(self.contents.plan, "document_title"))]
        if row["document_page"] is not None:
            said.append(Markup("sida {}").format(figure(row, "document_page")))
        if row["document_lines"] is not None:
            said.append(Markup("rad {}").format(wording(row, "document_lines")))
        target_lines = part.criteria[row["year"]]["target_document_lines"] if row["year"] in part.criteria else None
        if target_lines is not None and target_lines != row["document_lines"]:
            said.append(Markup("målvärdet rad {}").format(wording(part.criteria[row["year"]], "target_document_lines")))
        return Markup(", ").join(said) + "."

    def change_name(self, row: Row) -> Markup:
        """What a changed verdict is about, linked where the page shows it."""
        match row["level"]:
            case "indicator":
                return Markup('<a href="#i-{0}">{0}</a>').format(row["item_id"])
            case "goal":
                return Markup('Mål <a href="#m-{0}">{0}</a>').format(row["item_id"])
            case _:
                return Markup("God ekonomisk hushållning, {}").format(
                    self.contents.label("variant", row["variant"]).lower()
                )
