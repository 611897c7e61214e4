"""One indicator on the page: the contents of its table of years, and the texts below it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from markupsafe import Markup

from reports.reading.contents import Contents, GoalPart, IndicatorPart
from reports.reading.sourced_rows import Row
from reports.swedish import sentences as words
from reports.swedish.located_figures import figure, figure_in_full, figure_of_year, line_range, wording
from reports.swedish.notices import source_text
from reports.swedish.numbers import HARD_SPACE, join_years
from reports.swedish.period_sentences import within_year
from reports.swedish.plan_edits import printed_before
from reports.swedish.reasons import WITHHELD, short_reason
from reports.swedish.verdict_sentences import decimals_of, margin_decimals
from warehouse.credits import DERIVED, RECEIVED

NUMBERED = re.compile(r"\b(rad|sida) (?=\d)")
NO_VALUE = Markup(
    '<span class="is-missing"><span aria-hidden="true">–</span><span class="hidden">inget värde</span></span>'
)


def on_one_line(label: str) -> str:
    """Return a source label with a hard space between `rad` and its number."""
    return NUMBERED.sub(rf"\1{HARD_SPACE}", label)


@dataclass(frozen=True, slots=True)
class Card:
    """An indicator of a goal, in the year in focus."""

    contents: Contents
    goal: GoalPart
    part: IndicatorPart

    @property
    def row(self) -> Row:
        """The judgement of the year in focus."""
        return self.part.judged[self.contents.year]

    @property
    def decimals(self) -> int:
        """The decimals at which its values are shown."""
        return decimals_of(self.row)

    @property
    def margin_decimals(self) -> int:
        """The decimals of its margin."""
        return margin_decimals(self.row)

    def decimals_in(self, year: int) -> int:
        """Return the decimals at which one year's values are shown: each year has a verdict of its own."""
        return decimals_of(self.part.judged[year])

    def unrounded(self) -> Markup:
        """Return the unrounded value, if rounding decides the verdict."""
        if not self.row["is_rounded_only"]:
            return Markup("")
        return Markup('<span class="source">Orundat {}: avrundningen avgör.</span>').format(
            figure_in_full(self.row, "value")
        )

    @property
    def average(self) -> tuple[str, dict[int, Row]] | None:
        """The national average in its table, with its name: Riket, else the unweighted mean."""
        if self.part.national:
            return "Riket", dict(self.part.national)
        return ("Ovägt medel", dict(self.part.average)) if self.part.average else None

    def name(self) -> Markup:
        """Return the title; only the name of the part if the title is the goal's own."""
        indicator = self.part.indicator
        title, named = wording(indicator, "title"), wording(indicator, "part")
        if not indicator["part"]:
            return title
        if indicator["title"] == self.goal.goal["title"]:
            return named
        if indicator["title"].rstrip().endswith(indicator["part"]):
            return title
        return Markup('{} <span class="quiet">({})</span>').format(title, named)

    def source(self, label: str | None) -> str:
        """Return a source label as the page shows it."""
        return on_one_line(source_text(self.contents.source, label))

    def target_source(self) -> str:
        """Return the place of the target in the document."""
        lines = self.row["target_document_lines"]
        place = f", rad {lines.replace('-', '–')}" if lines else ""
        before = printed_before(self.contents, self.part.target_edits(self.row))
        document = self.contents.plan["document_title"] or "planens filer"
        return f"Källa: {document}{place}{f' ({before})' if before else ''}"

    def reference_source(self) -> str:
        """Return the source label of the figure that the value was compared with."""
        match str(self.row["reference_kind"]).split(":")[0]:
            case "riket":
                return RECEIVED
            case "previous_year" | "previous_measurement" | "base_year" if self.row["gender"] != "gap":
                return self._source_of_earlier(self.row["reference_kind"])
            case "other_value":
                return str(self.row["source_label"])
            case _:
                return DERIVED

    def _source_of_earlier(self, kind: str) -> str:
        """Return the source label of the earlier value that the criterion compares with."""
        own, gender = self.row["value_year"] or self.row["year"], self.row["gender"]
        wanted: dict[str, int] = {"previous_year": own - 1, "base_year": self.row["base_year"]}
        earlier = [year for year, of_gender in self.part.history if of_gender == gender and year < own]
        before = self.part.history.get((wanted.get(kind, max(earlier, default=own)), gender))
        return str(before["source_label"]) if before is not None else DERIVED

    def last_known(self) -> Markup:
        """Return the last value before the year in focus, as information that does not replace its value."""
        gender = self.row["gender"]
        if gender == "gap":
            return Markup("")
        earlier = [
            row
            for (year, of_gender), row in sorted(self.part.history.items())
            if of_gender == gender and year < self.contents.year
        ]
        if not earlier:
            return Markup('<span class="source">Inget tidigare värde är känt.</span>')
        row = earlier[-1]
        return Markup('<span class="source">Senast kända: {} ({}). {}. Ersätter inte {}.</span>').format(
            figure(row, "value", self.decimals_in(row["year"]) if row["year"] in self.part.judged else self.decimals),
            figure_of_year(row, "year"),
            self.source(row["source_label"]),
            self.contents.year,
        )

    def has_gender(self, gender: str) -> bool:
        """Return whether any year has a value of this gender."""
        return any((year, gender) in self.part.history for year in self.contents.years)

    def year_cell(self, year: int) -> Markup:
        """Return one year's own value, or a mark for a missing or hidden one."""
        row, judged = self.part.history.get((year, "T")), self.part.judged[year]
        if row is None:
            if judged["verdict_reason"] in WITHHELD:
                return Markup('<span class="is-withheld">dolt</span>')
            return NO_VALUE
        shown = figure(row, "value", decimals_of(judged))
        if judged["verdict"] == "not_comparable":
            return Markup('<span class="is-apart">{}</span><span class="hidden"> ej jämförbart</span>').format(shown)
        if row["value_source"] != "kolada":
            return Markup('<span class="is-own">{}</span>').format(shown)
        return shown

    def year_sources(self) -> list[Markup]:
        """Return the sources of the years' values, and the reasons of years without one."""
        told: list[Markup] = []
        by_origin: dict[str, dict[str, list[int]]] = {}
        for year in self.contents.years:
            row = self.part.history.get((year, "T"))
            if row is not None:
                origin, comma, line = self.source(row["source_label"]).partition(", rad")
                by_origin.setdefault(origin, {}).setdefault(comma + line, []).append(year)
        for origin, lines in by_origin.items():
            places = "".join(f"{line} ({join_years(years)})" for line, years in lines.items())
            told.append(Markup("{}{}{}.").format(origin, "" if places.startswith(",") else " ", places))
        if self.average is not None:
            name = self.average[0]
            told.append(Markup("{}: {}.").format(name, self.source(RECEIVED if name == "Riket" else DERIVED)))
        reasons: dict[str, list[int]] = {}
        for year in self.contents.years:
            judged = self.part.judged[year]
            if (year, "T") not in self.part.history and judged["verdict"] == "no_data" and judged["verdict_reason"]:
                reasons.setdefault(judged["verdict_reason"], []).append(year)
        for reason, years in reasons.items():
            why = short_reason(self.contents, reason)
            told.append(Markup("{} {}: {}.").format("Dolt" if reason in WITHHELD else "Saknas", join_years(years), why))
        return told

    def cautions(self) -> list[Markup]:
        """Return warnings about the year in focus: of the verdict, then of the indicator."""
        return [
            *words.warnings(self.contents, self.row),
            *(wording(issue, "text") for issue in self.part.issues if issue["severity"] != "low"),
        ]

    def details(self) -> Iterator[tuple[str, Markup]]:
        """Yield all other texts about the year in focus: a heading and its sentences."""
        row = self.row
        for heading, lines in (
            ("Värdets status", words.maturity(row)),
            ("Utveckling", words.development(self.contents, row)),
            ("Under året", within_year(self.part.periods[self.contents.year], self.decimals)),
            (f"Bland {self.contents.units_definite}", words.placing(self.contents, self.part, row)),
            ("Liknande kommuner", self.similar()),
            ("Kvinnor och män", [words.genders(self.contents, self.part, row)]),
            ("Bokslutet", [words.at_bokslut(self.contents, self.part, row)]),
            ("Nästa värde", [words.next_publication(self.part.calendar)]),
            ("Källor och luckor", self.year_sources()),
            ("I dokumentet", [self.provenance()]),
        ):
            told = [line for line in lines if line]
            if told:
                yield heading, Markup(" ").join(told)

    def similar(self) -> Iterator[Markup]:
        """Yield the similar municipalities' values, their mean, and the name of their group."""
        found, mean = self.part.distribution, self.part.similar_mean
        if found is None or not found.similar:
            return
        values = [
            Markup("{} {}").format(wording(other, "municipality_name"), figure(other, "value", self.decimals))
            for other in found.similar
        ]
        yield Markup("{} ({}).").format(Markup("; ").join(values), found.year)
        if mean is not None:
            value, n = figure(mean, "value", self.decimals), figure(mean, "n")
            yield Markup("Medel {} (n{}={}{}).").format(value, HARD_SPACE, HARD_SPACE, n)
        if found.group is not None:
            yield Markup("Gruppen: {}.").format(wording(found.group, "group_name"))
        added = f"; medlet: {self.source(DERIVED)}" if mean is not None else ""
        yield Markup('<span class="source">{}{}.</span>').format(self.source(RECEIVED), added)

    def provenance(self) -> Markup:
        """Return the place of the indicator in the document."""
        row = self.row
        if row["document_page"] is None and row["document_lines"] is None:
            return Markup("")
        said = [wording(self.contents.plan, "document_title")]
        if row["document_page"] is not None:
            said.append(Markup("sida{}{}").format(HARD_SPACE, figure(row, "document_page")))
        if row["document_lines"] is not None:
            said.append(Markup("rad{}{}").format(HARD_SPACE, line_range(row, "document_lines")))
        target_lines = row["target_document_lines"]
        if target_lines is not None and target_lines != row["document_lines"]:
            lines = line_range(row, "target_document_lines")
            said.append(Markup("målvärdet rad{}{}").format(HARD_SPACE, lines))
        before = printed_before(self.contents, self.part.own_edits)
        return Markup(", ").join([*said, before] if before else said) + "."
