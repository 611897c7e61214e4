"""The report as one self-contained HTML page: no script, no network, readable on paper.

The template has the page's structure, `sentences` its texts, the chart modules its drawings. This module combines them
and contains nothing about the layout.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from reports.charts.distribution_chart import distribution_chart
from reports.charts.trend_chart import trend_chart
from reports.page.card import NO_VALUE, Card, on_one_line
from reports.page.matrix import matrix_rows
from reports.page.short_report import gaps, revised_cells
from reports.reading.changes_since import Changes
from reports.reading.contents import Contents, GoalPart
from reports.reading.sourced_rows import Row
from reports.swedish import sentences as words
from reports.swedish.change_sentences import revised_values, value_change
from reports.swedish.located_figures import counted, figure, figure_of_year, wording
from reports.swedish.notices import known_text, made_up_notice, source_text
from reports.swedish.numbers import decimals_that_tell_apart, instant_text
from reports.swedish.plan_edits import edits_told
from reports.swedish.reasons import WITHHELD
from reports.swedish.rule_sentences import MEANINGS, RULES, SECTION_INTROS
from reports.swedish.signs import sign, sign_of, sign_sheet
from reports.swedish.verdict_sentences import criterion_as_compared, verdict_sentence
from warehouse.credits import DERIVED, RECEIVED

TEMPLATES = Path(__file__).resolve().parents[1] / "templates"
SECTION_ANCHORS = {
    "prioritized": "prioriterade",
    "operational": "verksamhetsmal",
    "financial": "finansiella",
    "follow_up": "uppfoljning",
}
TALLY_VERDICTS = ("met", "partly_met", "not_met", "not_yet_due", "no_data", "not_comparable", "not_assessable")


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
        """The introduction to this kind of goal."""
        return SECTION_INTROS.get(self.code, "")


@dataclass(frozen=True, slots=True)
class TallyLine:
    """The number of each verdict in one group of goals or indicators."""

    title: str
    counts: tuple[Markup, ...]
    total: Markup


@dataclass(frozen=True, slots=True)
class Links:
    """The links of indicator and goal names: within the page, to separate pages, or none."""

    indicator: Callable[[str], str | None]
    goal: Callable[[str], str | None]


WITHIN = Links(lambda indicator_id: f"#i-{indicator_id}", lambda goal_id: f"#m-{goal_id}")
NOWHERE = Links(lambda _: None, lambda _: None)


def render_page(contents: Contents, changes: Changes, *, as_of: str | None = None, is_short: bool = False) -> str:
    """Return the report as HTML.

    Args:
        contents: the contents of the report.
        changes: the changes since the last report.
        as_of: the moment as given by the user, which the page names.
        is_short: only the summary, on two printed pages.
    """
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    template = environment.get_template("short.html.j2" if is_short else "report.html.j2")
    return template.render(
        changes=changes,
        as_of=as_of,
        is_short=is_short,
        style=Markup((TEMPLATES / "report.css").read_text(encoding="utf-8")),  # noqa: S704 - our own file
        title_word="Kortrapport" if is_short else "Måluppfyllelse",
        gaps=gaps(contents),
        revised=revised_cells(changes.revisions),
        **page_names(contents, NOWHERE if is_short else WITHIN),
    )


def page_names(contents: Contents, links: Links) -> dict[str, object]:
    """Return the names that the templates of a plan use: its contents, figures, words, signs, charts.

    Args:
        contents: the plan.
        links: the links of indicator and goal names.
    """

    def source(label: str | None) -> Markup:
        return Markup('<span class="source">{}</span>').format(on_one_line(source_text(contents.source, label)))

    def verdict(code: str, reason: str | None = None) -> Markup:
        drawn = sign_of(code, reason)
        return Markup('<span class="verdict-word v-{}">{} {}</span>').format(
            drawn, sign(drawn), contents.label("verdict", code)
        )

    return {
        "c": contents,
        "links": links,
        "made_up": made_up_notice(contents.source, contents.plan),
        "known_text": known_text,
        "sign_sheet": sign_sheet(),
        "sign": sign,
        "sign_of": sign_of,
        "figure": figure,
        "wording": wording,
        "words": words,
        "criterion_as_compared": criterion_as_compared,
        "verdict_sentence": verdict_sentence,
        "value_change": value_change,
        "revised_values": revised_values,
        "edits_told": edits_told,
        "when": instant_text,
        "year_of": figure_of_year,
        "derived": DERIVED,
        "received": RECEIVED,
        "none_cell": NO_VALUE,
        "source": source,
        "verdict": verdict,
        "matrix_rows": lambda goal: matrix_rows(contents, goal),
        "card": lambda goal, part: Card(contents, goal, part),
        "trend_chart": lambda part: trend_chart(contents, part),
        "distribution_chart": lambda part: distribution_chart(contents, part),
        **_View(contents, links).members(),
    }


def plain_size(value: float) -> int:
    """Return the decimals of a figure for which no plan gives any: one below a hundred, none above.

    A number other than 0 has enough of them not to be shown as 0.
    """
    hundred = 100
    return decimals_that_tell_apart(value, 0.0, 1 if abs(value) < hundred else 0)


class _View:
    """The values of the template that are more than one cell."""

    def __init__(self, contents: Contents, links: Links) -> None:
        self.contents = contents
        self.links = links
        rules = {row["rule_name"]: row["rule_value"] for row in contents.rules}
        self.ruling = rules.get("majority", "each_group")
        self.other = "together" if self.ruling == "each_group" else "each_group"
        self.rules = rules

    def members(self) -> dict[str, object]:
        """Return the names that the template uses."""
        functions: dict[str, Callable[..., object]] = {
            "plain_size": plain_size,
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
        """Return the word next to a sign in the legend."""
        return "Dolt värde" if code == "withheld" else self.contents.label("verdict", code)

    def sections(self) -> list[Section]:
        """Return the goals by kind, in the order of the plan."""
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
        """Return the verdicts that occur, with their number: steering indicators, then the goals of the majority."""
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
        """Return the warnings about the year in focus, each with links to its indicators."""
        year = self.contents.year
        for said, is_meant in (
            ("Uppgiften är inte inmatad", lambda row: row["verdict_reason"] == "manual_input_missing"),
            ("Nyckeltalet är borttaget ur Kolada", lambda row: row["is_kpi_withdrawn"]),
            (
                "Värdet är inte publicerat",
                lambda row: row["verdict_reason"] in ("not_published_yet", "publication_overdue"),
            ),
            ("Värdet har tagits bort ur Kolada", lambda row: row["verdict_reason"] == "value_withdrawn"),
            ("Kolada har inget totalt värde", lambda row: row["verdict_reason"] == "total_missing"),
            ("Kolada saknar värde för kvinnor eller män", lambda row: row["verdict_reason"] == "gender_missing"),
            (
                "Kolada har räknat om nyckeltalet sedan målet sattes",
                lambda row: row["verdict_reason"] == "kpi_rescaled",
            ),
            ("Värdet är dolt", lambda row: row["verdict_reason"] in WITHHELD),
            ("Värdet är preliminärt", lambda row: row["is_preliminary"]),
            ("Bedömningen är känslig för hur riksgenomsnittet räknas", lambda row: row["is_sensitive"]),
            ("Avrundningen avgör", lambda row: row["is_rounded_only"]),
            ("På gränsen till jämförelsevärdet", lambda row: row["is_borderline"]),
            (f"Jämförelsevärdet vilar på få {self.contents.units}", lambda row: row["is_reference_weak"]),
            ("Riket saknas och det ovägda medlet används", lambda row: row["verdict_reason"] == "riket_missing"),
            ("Värdet är hämtat ur det tryckta dokumentet", lambda row: row["value_source"] == "document"),
        ):
            parts = [part for part in self.contents.indicators if is_meant(part.judged[year])]
            if parts:
                named = [self.named(part.id, self.links.indicator(part.id)) for part in parts]
                yield Markup("{}: {}.").format(said, Markup(", ").join(named))

    def rule_lines(self) -> Iterator[Markup]:
        """Return the plan's rules in words."""
        for row in self.contents.rules:
            name, value = row["rule_name"], row["rule_value"]
            if name == "reference_min_n":
                yield Markup("Ett medelvärde över färre än {} {} märks som svagt.").format(
                    wording(row, "rule_value"), self.contents.units
                )
            elif name in RULES:
                yield escape(self.contents.of_own_kind(RULES[name].get(value, value)))

    def budget(self) -> tuple[list[str], list[dict[str, object]]]:
        """Return the budget's key figures, a line per row and a column per year."""
        years = sorted({row["year"] for row in self.contents.budget_lines if len(row["year"]) == len("2022")})
        lines: dict[tuple[str, str, str], dict[str, Row]] = {}
        for row in self.contents.budget_lines:
            lines.setdefault((row["table_name"], row["row_name"], row["unit"]), {})[row["year"]] = row
        return years, [
            {"name": name, "unit": unit, "cells": [cells.get(year) for year in years]}
            for (_, name, unit), cells in lines.items()
        ]

    def named(self, name: str, href: str | None) -> Markup:
        """Return a name, as a link if it has a target."""
        return escape(name) if href is None else Markup('<a href="{}">{}</a>').format(href, name)

    def change_name(self, row: Row) -> Markup:
        """Return the name of the item of a changed verdict, as a link if the page shows it."""
        match row["level"]:
            case "indicator":
                return self.named(row["item_id"], self.links.indicator(row["item_id"]))
            case "goal":
                return Markup("Mål {}").format(self.named(row["item_id"], self.links.goal(row["item_id"])))
            case _:
                return Markup("God ekonomisk hushållning, {}").format(
                    self.contents.label("variant", row["variant"]).lower()
                )
