"""What the figures say, in plain Swedish sentences.

Each function gives markup in which every number is a `figure`; `plain` takes the markup away for the explanation on
the terminal and the memo. No sentence says more than the row it is made of.
"""

from collections.abc import Iterator
from html import unescape

from markupsafe import Markup, escape

from reports.contents import Contents, IndicatorPart
from reports.located_figures import figure, magnitude, percent, wording
from reports.numbers import decimals_that_tell_apart
from reports.sourced_rows import Row
from warehouse.credits import DERIVED, DERIVED_FROM_OWN

REFERENCE_KINDS = ("above_reference", "below_reference")
REASONS = {
    "manual_input_missing": "Uppgiften finns inte i Kolada och är inte inmatad i planens outcomes_manual.csv.",
    "kpi_withdrawn": "Nyckeltalet finns inte längre i Kolada, och Kolada har inget värde.",
    "kpi_closed": "Nyckeltalet stängdes före detta år. Ett nytt nyckeltal mäter något annat och får inte ersätta det.",
    "before_first_load": "Tidpunkten ligger före den första inläsningen av Kolada: vad som var känt då syns inte.",
    "not_published_yet": "Värdet är ännu inte publicerat i Kolada, för någon kommun.",
    "publication_overdue": "Värdet borde ha publicerats men finns ännu inte i Kolada, för någon kommun.",
    "not_measured": "Ingen kommun har något värde för året: mätningen gjordes inte.",
    "withheld": "Värdet är dolt av sekretesskäl.",
    "not_applicable": "Nyckeltalet är inte tillämpligt för kommunen detta år.",
    "missing_reported": "Värdet redovisas som bortfall i Kolada.",
    "value_withheld_unknown": "Värdet är tomt i Kolada utan att något skäl anges.",
    "not_participating": "Andra kommuner har värden för året, men inte den egna: kommunen deltog inte.",
    "nothing_published": "Inget värde har någonsin publicerats för nyckeltalet.",
    "reference_missing": "Värdet finns, men det saknas ett jämförelsevärde för året.",
    "comparison_value_missing": "Värdet finns, men talet som det ska jämföras med är inte inmatat.",
    "previous_year_missing": "Värdet finns, men föregående års värde saknas och målet gäller förändringen.",
    "series_break": "Nyckeltalet har ändrats mellan det att målet sattes och värdet: de kan inte jämföras.",
    "no_target": "Indikatorn har inget målvärde. Den visas men bedöms inte.",
    "no_yearly_criterion": "Målet gäller över tid och kan inte prövas för ett enskilt år.",
    "before_target_year": "Målet gäller ett senare år. Läget visas utan att bedömas.",
}
# Reasons that a plan written before them has no word for.
SHORT_REASONS = {"publication_overdue": "borde ha publicerats men finns inte ännu"}
WITHHELD = ("withheld", "value_withheld_unknown")
ORDINALS = ("", "första", "andra", "tredje", "fjärde")
PACES = {
    "ahead": "Ligger före den takt som målet kräver.",
    "on_pace": "Håller den takt som målet kräver.",
    "behind": "Ligger efter den takt som målet kräver.",
}
FAVOURS = {"women": "till kvinnors fördel", "men": "till mäns fördel"}


def plain(markup: Markup | str) -> str:
    """The words without the markup."""
    return unescape(markup.striptags()) if isinstance(markup, Markup) else markup


def derived_label(row: Row) -> str:
    """The source label of what is computed from a judgement's value."""
    return DERIVED if row["value_source"] in ("kolada", None) or row["reference_kind"] else DERIVED_FROM_OWN


def decimals_of(row: Row) -> int:
    """The decimals at which a judgement's numbers are shown: enough to see what decided it."""
    least = row["display_decimals"]
    if row["target_kind"] in REFERENCE_KINDS:
        least = max(least, 1)
    elif row["compared_at_decimals"] is not None:
        least = max(least, row["compared_at_decimals"])
    compared = row["target_value"] if row["target_value"] is not None else row["reference_value"]
    if row["verdict"] in ("met", "not_met"):
        return decimals_that_tell_apart(row["value"], compared, least)
    return int(least)


def criterion(contents: Contents, part: IndicatorPart, row: Row) -> Markup:
    """What the indicator has to reach: `minst 91`, `över riksgenomsnittet`."""
    word = contents.label("operator", row["operator"])
    match row["target_kind"]:
        case "number":
            decimals = part.criteria[row["year"]]["target_decimals"]
            return Markup("{} {}").format(word, figure(row, "target_value", decimals))
        case "above_reference" | "below_reference":
            reference = part.criteria[row["year"]]["target_reference"]
            return Markup("{} {}").format(word, contents.label("reference", reference).lower())
        case "previous_year":
            return Markup("{} föregående års värde").format(word)
        case "other_value":
            return Markup("{} det tal som uppgiften jämförs med").format(word)
        case _:
            return Markup("inget målvärde")


def reason(contents: Contents, row: Row) -> str:
    """Why a verdict is no answer, as a sentence; the plan's own word where this page has none."""
    code = row["verdict_reason"]
    return REASONS.get(code, contents.label("verdict_reason", code)) if code else ""


def short_reason(contents: Contents, code: str) -> str:
    """Why a verdict is no answer, in a few words: the plan's own where it has any."""
    return contents.labels.get(("verdict_reason", code)) or SHORT_REASONS.get(code, code)


def verdict_sentence(contents: Contents, part: IndicatorPart, row: Row) -> Markup:
    """The verdict and what decided it."""
    decimals = decimals_of(row)
    value = figure(row, "value", decimals)
    match row["verdict"]:
        case "met" | "not_met":
            return _decided(contents, part, row, value, decimals)
        case "not_yet_due" if row["is_at_target_now"] is not None:
            state = "når redan dit" if row["is_at_target_now"] else "når inte dit ännu"
            return Markup("Målet, {}, gäller {}. Utfallet {} {}.").format(
                criterion(contents, part, row), figure_of_year(row, "target_year"), value, state
            )
        case _:
            return escape(reason(contents, row))


def _decided(contents: Contents, part: IndicatorPart, row: Row, value: Markup, decimals: int) -> Markup:
    margin = magnitude(row, "margin", decimals_that_tell_apart(row["margin"], 0.0, decimals))
    if row["reference_value"] is None:
        goal = criterion(contents, part, row)
        if row["verdict"] == "not_met":
            return Markup("Utfallet {} uppfyller inte målet, {}. Det skiljer {}.").format(value, goal, margin)
        if row["margin"] == 0:
            return Markup("Utfallet {} når precis målet, {}.").format(value, goal)
        return Markup("Utfallet {} uppfyller målet, {}, med {} i marginal.").format(value, goal, margin)
    against = Markup("{} {}").format(_compared_name(contents, part, row), figure(row, "reference_value", decimals))
    how = contents.label("operator", row["operator"])
    verb = "ligger" if row["target_kind"] in REFERENCE_KINDS else "är"
    if row["margin"] == 0:
        return Markup("Utfallet {} är lika med {}. Målet är {}.").format(value, against, criterion(contents, part, row))
    if row["verdict"] == "not_met":
        return Markup("Utfallet {} {} inte {} {}. Det skiljer {}.").format(value, verb, how, against, margin)
    return Markup("Utfallet {} {} {} {}, med {} i marginal.").format(value, verb, how, against, margin)


def _compared_name(contents: Contents, part: IndicatorPart, row: Row) -> str:
    """What the outcome was compared with: `riksgenomsnittet (Riket)`, `föregående år`."""
    kind = contents.label("reference", str(row["reference_kind"]).split(":")[0])
    wanted = part.criteria[row["year"]]["target_reference"]
    if wanted is None:
        return kind.lower()
    name = contents.label("reference", wanted).lower()
    return name if name == kind.lower() else f"{name} ({kind.replace(' (', ', ').replace(')', '')})"


def figure_of_year(row: Row, column: str) -> Markup:
    """A year, which is written without a thousands space."""
    value = row[column]
    return Markup('<span data-table="{}" data-key="{}" data-column="{}" data-value="{}">{}</span>').format(
        row.relation, row.address, column, value, value
    )


def warnings(contents: Contents, row: Row) -> Iterator[Markup]:
    """What a reader must know before using the verdict."""
    if row["verdict_reason"] == "riket_missing":
        yield Markup(
            "Riket saknas för nyckeltalet. Jämförelsen görs med det ovägda medlet av de {} kommuner som har värde."
        ).format(figure(row, "reference_n"))
    if row["is_reference_weak"]:
        yield Markup("Jämförelsevärdet är svagt: det vilar på bara {} kommuner.").format(figure(row, "reference_n"))
    if row["is_sensitive"]:
        yield Markup("Bedömningen är känslig: med det andra sättet att räkna riksgenomsnittet blir den {}.").format(
            contents.label("verdict", row["verdict_alt"]).lower()
        )
    if row["is_rounded_only"]:
        yield Markup("Avrundningen avgör: orundat är utfallet {} och bedömningen skulle bli den motsatta.").format(
            figure(row, "value", decimals_that_tell_apart(row["value"], row["target_value"], decimals_of(row)))
        )
    if row["is_borderline"]:
        yield Markup("På gränsen: utfall och jämförelsevärde är lika med det antal decimaler som brukar visas.")
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
        yield Markup("Värdet är kommunens egen uppgift, inmatad för hand.")
    if row["comparability_note"]:
        yield Markup("Serien har ett brott: {}").format(wording(row, "comparability_note"))


def maturity(row: Row) -> Iterator[Markup]:
    """How settled a value is, and since when it is known."""
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
    """Change since the baseline and since last year, and the pace towards the target."""
    if row["baseline_value"] is not None and row["baseline_year"] is not None:
        if row["baseline_year"] == row["value_year"]:
            yield Markup("Utgångsläget är detta år.")
        elif row["trend"] == "method_changed":
            yield Markup("Sedan utgångsläget {} går inte att jämföra: metoden är ändrad.").format(
                figure_of_year(row, "baseline_year")
            )
        elif row["trend"] is not None:
            yield Markup("{} sedan utgångsläget {} ({} → {}).").format(
                contents.label("trend", row["trend"]),
                figure_of_year(row, "baseline_year"),
                figure(row, "baseline_value", decimals_of(row)),
                figure(row, "value", decimals_of(row)),
            )
    if row["trend_since_last_year"] == "method_changed":
        yield Markup("Jämförelse med året före går inte att göra: metoden är ändrad.")
    elif row["trend_since_last_year"] is not None and row["change_since_last_year"] is not None:
        yield Markup("{} sedan året före ({}).").format(
            contents.label("trend", row["trend_since_last_year"]),
            figure(row, "change_since_last_year", decimals_of(row), signed=True),
        )
    if row["pace"] is not None and row["value_year"] is not None and row["value_year"] < (row["target_year"] or 0):
        yield escape(PACES.get(row["pace"], contents.label("pace", row["pace"])))
        if row["projected_value"] is not None:
            yield Markup("Fortsätter utvecklingen som hittills blir värdet {} målåret {}.").format(
                figure(row, "projected_value", decimals_of(row)), figure_of_year(row, "target_year")
            )


def placing(contents: Contents, part: IndicatorPart, row: Row) -> Iterator[Markup]:
    """Place among the municipalities, distance to others, and how many would meet the same criterion."""
    if row["rank"] is not None:
        yield Markup("Plats {} av {} kommuner med värde, {} kvartilen ({} i Koladas färgskala).").format(
            figure(row, "rank"),
            figure(row, "rank_n"),
            ORDINALS[row["quartile"]],
            contents.label("colour", row["colour"]).lower(),
        )
    distances = [
        Markup("{} mot {}").format(figure(row, column, decimals_of(row), signed=True), name)
        for column, name in (
            ("difference_riket", "Riket"),
            ("difference_unweighted", "alla kommuners ovägda medel"),
            ("difference_similar", "liknande kommuner"),
        )
        if row[column] is not None
    ]
    if distances:
        yield Markup("Skillnad (plus är bättre): {}.").format(Markup("; ").join(distances))
    if part.outcome is not None and part.outcome["n"]:
        yield Markup("{} av {} kommuner ({}) skulle klara samma kriterium.").format(
            figure(part.outcome, "n_meeting"), figure(part.outcome, "n"), percent(part.outcome, "share_meeting")
        )


def genders(contents: Contents, part: IndicatorPart, row: Row) -> Markup | None:
    """Women and men, where Kolada tells them apart."""
    if row["value_women"] is None or row["value_men"] is None:
        return None
    decimals = decimals_of(row)
    women, men = contents.label("gender", "K"), contents.label("gender", "M")
    if row["gender_gap"] == 0:
        return Markup("{} och {} har samma värde, {}.").format(women, men.lower(), figure(row, "value_women", decimals))
    said = Markup("{} {}, {} {}, skillnad {}").format(
        women,
        figure(row, "value_women", decimals),
        men.lower(),
        figure(row, "value_men", decimals),
        magnitude(row, "gender_gap", decimals_that_tell_apart(row["gender_gap"], 0.0, decimals)),
    )
    favour = FAVOURS.get(part.gap["in_favour_of"]) if part.gap is not None else None
    return Markup("{} {}.").format(said, favour) if favour else said + "."


def at_bokslut(contents: Contents, part: IndicatorPart, row: Row) -> Markup | None:
    """What could be said at the year's bokslut, where it differs from what can be said now."""
    then = part.bokslut.get(row["year"])
    if then is None or (then["verdict"], then["value"]) == (row["verdict"], row["value"]):
        return None
    basis = "uppskattat efter när värdet brukar publiceras" if then["is_estimated"] else "enligt egen historik"
    why = short_reason(contents, then["verdict_reason"]) if then["verdict_reason"] else ""
    value = Markup(", utfall {}").format(figure(then, "value", decimals_of(then))) if then["value"] is not None else ""
    return Markup("Vid bokslutet {}: {}{}{} ({}).").format(
        figure(then, "bokslut_date"),
        contents.label("verdict", then["verdict"]).lower(),
        value,
        f", {why}" if why and then["verdict"] == "no_data" else "",
        basis,
    )


def next_publication(row: Row | None) -> Markup | None:
    """When Kolada gives the KPI's next value."""
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
        return Markup("Värdet för {} skulle ha kommit {} och är försenat.").format(period, when)
    if state == "preliminary":
        return Markup("Värdet för {} är preliminärt, {}.").format(period, when)
    return Markup("Nästa publicering avser {}: {}.").format(period, when)


def goal_counts(goal_row: Row) -> Markup:
    """How the goal's indicators came out, as the goal's own row counts them."""
    parts = [
        Markup("{} {}").format(figure(goal_row, column), word)
        for column, word in (
            ("n_met", "uppfylld" if goal_row["n_met"] == 1 else "uppfyllda"),
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
    """God ekonomisk hushållning of one year and variant, with the counts that decide it."""
    financial = Markup("{} av {} finansiella mål").format(figure(row, "financial_met"), figure(row, "financial_n"))
    operational = Markup("{} av {} verksamhetsmål").format(figure(row, "operational_met"), figure(row, "operational_n"))
    unknown = [
        Markup("{} {}").format(figure(row, column), word)
        for column, word in (("financial_unknown", "finansiella"), ("operational_unknown", "verksamhetsmål"))
        if row[column]
    ]
    tail = Markup(" Utan svar: {}.").format(Markup(" och ").join(unknown)) if unknown else Markup("")
    return Markup("{} och {} är uppfyllda.{}").format(financial, operational, tail)
