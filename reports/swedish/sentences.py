"""Plain Swedish sentences about the figures.

Each function returns markup in which every number is a `figure`; `plain` removes the markup for the terminal and the
memo. No sentence states more than the row that it is made from.
"""

import re
from collections.abc import Iterator
from html import unescape

from markupsafe import Markup, escape

from reports.reading.contents import Contents, IndicatorPart
from reports.reading.sourced_rows import Row
from reports.swedish.criterion_words import GENDERS as WHOM
from reports.swedish.located_figures import figure, figure_in_full, figure_of_year, magnitude, percent, wording
from reports.swedish.numbers import decimals_that_tell_apart, one_line, rounded
from reports.swedish.reasons import short_reason
from reports.swedish.verdict_sentences import REFERENCE_KINDS, decimals_of, meets, with_added
from warehouse.credits import DERIVED, DERIVED_FROM_OWN

ORDINALS = ("", "första", "andra", "tredje", "fjärde")
PACES = {
    "ahead": "Ligger före den takt som målet kräver.",
    "on_pace": "Håller den takt som målet kräver.",
    "behind": "Ligger efter den takt som målet kräver.",
}
TAG = re.compile(r"<[^>]*>")
GENDERS = {"value_women": "K", "value_men": "M"}
FAVOURS = {"women": "till kvinnors fördel", "men": "till mäns fördel"}


def plain(markup: Markup | str) -> str:
    """Return the text without the markup."""
    if not isinstance(markup, Markup):
        return markup
    return one_line(unescape(TAG.sub("", str(markup).replace("<br>", " "))))


def derived_label(contents: Contents, row: Row) -> str:
    """Return the source label of a figure that is computed from a judgement's value."""
    is_koladas = row["value_source"] in ("kolada", None) or row["target_kind"] in REFERENCE_KINDS
    return DERIVED if is_koladas else contents.of_own_kind(DERIVED_FROM_OWN)


def warnings(contents: Contents, row: Row) -> Iterator[Markup]:
    """Return the warnings about a verdict."""
    if row["verdict_reason"] == "riket_missing":
        n = row["reference_n"]
        units = Markup("{} {} {}").format("den" if n == 1 else "de", figure(row, "reference_n"), contents.of_units(n))
        yield Markup(
            "Riket saknas för nyckeltalet. Jämförelsen görs med det ovägda medlet av {} som har värde."
        ).format(units)
    if row["is_reference_weak"]:
        yield Markup("Jämförelsevärdet är svagt: det vilar på bara {} {}.").format(
            figure(row, "reference_n"), contents.of_units(row["reference_n"])
        )
    if row["is_sensitive"]:
        yield Markup("Bedömningen är känslig: med det andra sättet att räkna riksgenomsnittet blir den {}.").format(
            contents.label("verdict", row["verdict_alt"]).lower()
        )
    if row["is_rounded_only"]:
        what = Markup("kriteriet {}").format(wording(row, "criterion")) if (row["n_criteria"] or 1) > 1 else "målet"
        yield Markup("Avrundningen avgör: orundat är utfallet {} och når då {}{}.").format(
            figure_in_full(row, "value"), "inte " if row["verdict"] == "met" else "", what
        )
    if row["is_borderline"]:
        yield Markup(
            "På gränsen: utfall och jämförelsevärde{} är lika med det antal decimaler som brukar visas."
        ).format(with_added(row))
    if row["is_provisional"]:
        yield Markup("Värdet är från {}: planens regel låter senaste mätningen stå för året.").format(
            figure_of_year(row, "value_year")
        )
    if row["is_preliminary"]:
        yield Markup("Värdet är preliminärt och kan ändras när det slutliga publiceras.")
    if row["is_kpi_withdrawn"] and row["value"] is not None:
        yield Markup("Nyckeltalet är borttaget ur Kolada. Värdet som lästes tidigare står kvar.")
    if row["value_source"] == "document":
        yield Markup("Värdet är taget ur det tryckta dokumentet, inte ur Kolada.")
    if row["value_source"] == "manual":
        yield escape(contents.of_own_kind("Värdet är kommunens egen uppgift, inmatad för hand."))
    if row["comparability_note"]:
        yield Markup("Serien har ett brott: {}").format(wording(row, "comparability_note"))


def maturity(row: Row) -> Iterator[Markup]:
    """Return the status of a value (preliminary, final, ...), and since when it is known."""
    if row["value"] is None or row["value_source"] != "kolada":
        return
    match row["is_preliminary"]:
        case True:
            yield Markup("Preliminärt.")
        case False:
            yield Markup("Slutligt.")
        case _:
            yield Markup("Om värdet är preliminärt eller slutligt framgår inte av Kolada.")
    if row["known_from"] is not None:
        yield Markup("Känt sedan {}.").format(figure(row, "known_from"))


def development(contents: Contents, row: Row) -> Iterator[Markup]:
    """Return the change since the baseline and since last year, and the pace towards the target."""
    if row["baseline_value"] is not None and row["baseline_year"] is not None:
        if row["baseline_year"] == row["value_year"]:
            yield Markup("Utgångsläget är detta år.")
        elif row["trend"] == "method_changed":
            yield Markup("Sedan utgångsläget {} går inte att jämföra: metoden är ändrad.").format(
                figure_of_year(row, "baseline_year")
            )
        elif row["trend"] is not None:
            yield _since_baseline(contents, row)
    if row["trend_since_last_year"] == "method_changed":
        yield Markup("Jämförelse med året före går inte att göra: metoden är ändrad.")
    elif row["trend_since_last_year"] == "unchanged" and _is_plain(row, "change_since_last_year"):
        yield Markup("Lika långt från målet som året före ({}).").format(_signed(row, "change_since_last_year"))
    elif row["trend_since_last_year"] is not None and row["change_since_last_year"] is not None:
        is_small = row["trend_since_last_year"] == "unchanged" and row["change_since_last_year"] != 0
        yield Markup("{} sedan året före ({}{}).").format(
            contents.label("trend", row["trend_since_last_year"]),
            _signed(row, "change_since_last_year"),
            ", för lite för att räknas" if is_small else "",
        )
    if row["pace"] is not None and row["value_year"] is not None and row["value_year"] < (row["target_year"] or 0):
        yield escape(PACES.get(row["pace"], contents.label("pace", row["pace"])))
        if row["projected_value"] is not None:
            yield _projection(row)


def _projection(row: Row) -> Markup:
    """Return where a straight line from the baseline leads, and whether that is enough."""
    projected, target = row["projected_value"], row["target_value"]
    decimals = decimals_that_tell_apart(projected, target, decimals_of(row))
    return Markup("Fortsätter utvecklingen som hittills blir värdet {} målåret {}, vilket {} målet.").format(
        figure(row, "projected_value", decimals),
        figure_of_year(row, "target_year"),
        "når" if meets(projected, row["operator"], target) else "inte når",
    )


def _since_baseline(contents: Contents, row: Row) -> Markup:
    """Return the change since the baseline, with a note if it is smaller than the displayed decimals."""
    decimals = decimals_that_tell_apart(row["baseline_value"], row["value"], decimals_of(row))
    is_as_far = row["trend"] == "unchanged" and _is_plain(row, "change_since_baseline")
    said = Markup("{} utgångsläget {} ({} → {}").format(
        "Lika långt från målet som" if is_as_far else f"{contents.label('trend', row['trend'])} sedan",
        figure_of_year(row, "baseline_year"),
        figure(row, "baseline_value", decimals),
        figure(row, "value", decimals),
    )
    if row["trend"] == "unchanged" and row["change_since_baseline"] != 0 and not is_as_far:
        said += Markup(", en skillnad på {}, som är för liten för att räknas").format(
            magnitude(row, "change_since_baseline", _apart_from_nothing(row, "change_since_baseline"))
        )
    return said + Markup(").")


def _is_plain(row: Row, column: str) -> bool:
    """Return whether a change is not 0 at the displayed decimals: unchanged is then the distance to the target."""
    return row[column] is not None and rounded(row[column], row["display_decimals"]) != 0


def _apart_from_nothing(row: Row, column: str) -> int:
    """Return enough decimals for a difference other than 0 not to be shown as 0."""
    return decimals_that_tell_apart(row[column], 0.0, decimals_of(row))


def _signed(row: Row, column: str) -> Markup:
    """Return a difference with its sign."""
    return figure(row, column, _apart_from_nothing(row, column), signed=True)


def placing(contents: Contents, part: IndicatorPart, row: Row) -> Iterator[Markup]:
    """Return the place among the municipalities, the distance to others, and how many would meet the same criterion."""
    if row["rank"] is not None:
        yield Markup("Plats {} av {} {} med värde, {} kvartilen ({} i Koladas färgskala).").format(
            figure(row, "rank"),
            figure(row, "rank_n"),
            contents.of_units(row["rank_n"]),
            ORDINALS[row["quartile"]],
            contents.label("colour", row["colour"]).lower(),
        )
    distances = [
        Markup("{} mot {}").format(_signed(row, column), name)
        for column, name in (
            ("difference_riket", "Riket"),
            ("difference_unweighted", f"alla {contents.units_genitive} ovägda medel"),
            ("difference_similar", "liknande kommuner"),
        )
        if row[column] is not None
    ]
    if distances:
        whom = f" {WHOM[row['gender']]}" if row["gender"] in WHOM else ""
        sign = "" if row["direction"] == "target" else " (plus är bättre)"
        yield Markup("Skillnad{}{}: {}.").format(whom, sign, Markup("; ").join(distances))
    if part.outcome is not None and part.outcome["n"]:
        yield Markup("{} av {} {} ({}) skulle klara samma kriterium.").format(
            figure(part.outcome, "n_meeting"),
            figure(part.outcome, "n"),
            contents.of_units(part.outcome["n"]),
            percent(part.outcome, "share_meeting"),
        )


def genders(contents: Contents, part: IndicatorPart, row: Row) -> Markup | None:
    """Return the values of women and men if Kolada has them; only one if Kolada has only one."""
    there = [column for column in GENDERS if row[column] is not None]
    if not there:
        return None
    if len(there) == 1:
        [column] = there
        [other] = set(GENDERS) - {column}
        return Markup("{} {}. För {} finns inget värde.").format(
            contents.label("gender", GENDERS[column]),
            figure(row, column, decimals_of(row)),
            contents.label("gender", GENDERS[other]).lower(),
        )
    decimals = decimals_that_tell_apart(row["value_women"], row["value_men"], decimals_of(row))
    women, men = contents.label("gender", "K"), contents.label("gender", "M")
    if row["gender_gap"] == 0:
        return Markup("{} och {} har samma värde, {}.").format(women, men.lower(), figure(row, "value_women", decimals))
    said = Markup("{} {}, {} {}, skillnad {}").format(
        women,
        figure(row, "value_women", decimals),
        men.lower(),
        figure(row, "value_men", decimals),
        magnitude(row, "gender_gap", _apart_from_nothing(row, "gender_gap")),
    )
    favour = FAVOURS.get(part.gap["in_favour_of"]) if part.gap is not None else None
    return Markup("{} {}.").format(said, favour) if favour else said + "."


def at_bokslut(contents: Contents, part: IndicatorPart, row: Row) -> Markup | None:
    """Return the verdict at the year's bokslut, if it differs from the current one."""
    then = part.bokslut.get(row["year"])
    if then is None or (then["verdict"], then["value"]) == (row["verdict"], row["value"]):
        return None
    basis = "uppskattat efter när värdet brukar publiceras" if then["is_estimated"] else "enligt egen historik"
    why = short_reason(contents, then["verdict_reason"]) if then["verdict_reason"] else ""
    value = Markup(", utfall {}").format(figure(then, "value", decimals_of(then))) if then["value"] is not None else ""
    if then["is_rounded_only"]:
        value += Markup(" efter avrundning, som avgör (orundat {})").format(figure_in_full(then, "value"))
    return Markup("Vid bokslutet {}: {}{}{} ({}).").format(
        figure(then, "bokslut_date"),
        contents.label("verdict", then["verdict"]).lower(),
        value,
        f", {why}" if why and then["verdict"] == "no_data" else "",
        basis,
    )


def next_publication(row: Row | None) -> Markup | None:
    """Return when Kolada publishes the KPI's next value."""
    if row is None:
        return None
    match row["publication_state"]:
        case "withdrawn":
            return Markup("Nyckeltalet är borttaget ur Koladas katalog. Ingen ny publicering väntas.")
        case "closed":
            return Markup("Nyckeltalet är stängt efter {}. Ingen ny publicering väntas.").format(
                figure_of_year(row, "closed_after_year")
            )
        case "unscheduled":
            return Markup("Kolada anger ingen nästa publicering.")
        case "published":
            return Markup("Värdet för {} är slutligt publicerat ({}).").format(
                figure_of_year(row, "next_period"), figure(row, "publication_date")
            )
        case state:
            return _coming(row, state)


def _coming(row: Row, state: str) -> Markup:
    dates = [
        Markup("{} {}").format(word, figure(row, column))
        for word, column in (("preliminärt", "prel_publication_date"), ("slutligt", "publication_date"))
        if row[column] is not None
    ]
    period = figure_of_year(row, "next_period") if row["next_period"] is not None else Markup("nästa år")
    when = Markup(", ").join(dates)
    if state == "late":
        later = Markup(" ({})").format(dates[1]) if len(dates) > 1 else ""
        return Markup("Värdet för {} skulle ha kommit {} och är försenat{}.").format(period, dates[0], later)
    if state == "preliminary":
        return Markup("Värdet för {} är preliminärt. Det slutliga väntas {}.").format(
            period, figure(row, "publication_date")
        )
    return Markup("Nästa publicering avser {}: {}.").format(period, when)


def goal_counts(goal_row: Row) -> Markup:
    """Return the verdicts of the goal's indicators, as counted in the goal's own row."""
    parts = [
        Markup("{} {}").format(figure(goal_row, column), word)
        for column, word in (
            ("n_met", "uppfylld" if goal_row["n_met"] == 1 else "uppfyllda"),
            ("n_partly_met", "delvis uppfylld" if goal_row["n_partly_met"] == 1 else "delvis uppfyllda"),
            ("n_not_met", "ej uppfylld" if goal_row["n_not_met"] == 1 else "ej uppfyllda"),
            ("n_not_yet_due", "där målåret ej nåtts"),
            ("n_no_data", "utan data"),
            ("n_not_comparable", "ej jämförbar" if goal_row["n_not_comparable"] == 1 else "ej jämförbara"),
            ("n_not_assessable", "ej bedömbar" if goal_row["n_not_assessable"] == 1 else "ej bedömbara"),
        )
        if goal_row[column]
    ]
    noun = "indikator" if goal_row["n_indicators"] == 1 else "indikatorer"
    which = "styrande " if goal_row["section"] == "prioritized" else ""
    return Markup("{} {}{}: {}.").format(figure(goal_row, "n_indicators"), which, noun, Markup(", ").join(parts))


def management_sentence(row: Row) -> Markup:
    """Return god ekonomisk hushållning of one year and variant, with the counts of each group that has goals."""
    met = [
        Markup("{} av {} {}").format(
            figure(row, f"{group}_met"), figure(row, f"{group}_n"), _goals(group, row[f"{group}_n"])
        )
        for group in ("financial", "operational")
        if row[f"{group}_n"]
    ]
    unknown = [
        Markup("{} {}").format(figure(row, f"{group}_unknown"), _goals(group, row[f"{group}_unknown"]))
        for group in ("financial", "operational")
        if row[f"{group}_unknown"]
    ]
    tail = Markup(" Utan svar: {}.").format(Markup(" och ").join(unknown)) if unknown else Markup("")
    is_one = row["financial_n"] + row["operational_n"] == 1
    return Markup("{} är {}.{}").format(Markup(" och ").join(met), "uppfyllt" if is_one else "uppfyllda", tail)


def _goals(group: str, count: int) -> str:
    """Return the number of a group's goals in words: `1 finansiellt mål`, `2 finansiella mål`."""
    if group == "financial":
        return "finansiellt mål" if count == 1 else "finansiella mål"
    return "verksamhetsmål"
