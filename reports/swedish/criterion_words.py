"""Criteria in Swedish words: `minst 91`, `bland de 10 bästa i länet`, `högst 2019 års värde minus 2`.

The names of the figure that a value is compared with, and of the value, belong here. `verdict_sentences` has the
sentences on whether the criterion is met.
"""

import re
from collections.abc import Callable, Mapping

from markupsafe import Markup, escape

from reports.reading.contents import Contents, IndicatorPart
from reports.reading.sourced_rows import Row
from reports.swedish.located_figures import figure, figure_of_year, magnitude
from reports.swedish.numbers import decimals_in

# What the titles of Kolada's groups end with: true of their values, not of who belongs to them.
OF_A_MEAN = " (ovägt medel)"
PLACES = ("rank", "best_share")
# The units of a share: `%`, `% av skatter`, `procent`, `andel (%)`, `Andel i procent`.
IN_PERCENT = re.compile(r"^(?:%|procent\b|andel\b)|\(%\)|, %$|i procent\b", re.IGNORECASE)
GENDERS = {"K": "för kvinnor", "M": "för män", "both": "för både kvinnor och män"}


def criteria_in_words(contents: Contents, part: IndicatorPart, row: Row) -> Markup:
    """Return all criteria of the indicator in the row's year: `minst 15 och över föregående års värde`."""
    criteria = part.criteria.get(row["year"], ())
    if len(criteria) < 2:  # noqa: PLR2004 - one criterion needs no word between
        return criterion(contents, row)
    between = Markup(" eller ") if part.indicator["criteria_rule"] == "any" else Markup(" och ")
    return between.join(criterion(contents, each) for each in criteria)


def criterion(contents: Contents, row: Row) -> Markup:
    """Return one criterion: `minst 91`, `över riksgenomsnittet`, `minst 80 för både kvinnor och män`."""
    asked = _ASKED.get(row["target_kind"])
    if asked is None:
        return Markup("”{}”").format(row["target_text"]) if row["target_text"] else Markup("inget målvärde")
    said, whom = asked(contents, row), GENDERS.get(row["target_gender"])
    return Markup("{} {}").format(said, whom) if whom else said


def _number(contents: Contents, row: Row) -> Markup:
    return Markup("{} {}").format(contents.label("operator", row["operator"]), _own_number(row, "target_value"))


def _range(_: Contents, row: Row) -> Markup:
    if row["target_value"] == row["target_high"]:
        return Markup("precis {}").format(_own_number(row, "target_value"))
    return Markup("mellan {} och {}").format(_own_number(row, "target_value"), _own_number(row, "target_high"))


def _gap(contents: Contents, row: Row) -> Markup:
    return Markup("{} mellan kvinnor och män").format(_number(contents, row))


def _rank(contents: Contents, row: Row) -> Markup:
    where = best_where(contents, row)
    if row["target_value"] == 1:
        return Markup("bäst {}").format(f"av {where}" if row["rank_scope"] == "all" else where)
    return Markup("bland de {} bästa {}").format(_own_number(row, "target_value"), where)


def _best_share(contents: Contents, row: Row) -> Markup:
    share = _own_number(row, "target_value")
    return Markup("bland de {} procent bästa {}").format(share, best_where(contents, row))


def _figure(contents: Contents, row: Row) -> Markup:
    word = contents.label("operator", row["operator"])
    return Markup("{} {}{}").format(word, wanted_name(contents, row), added(row))


def _other_value(contents: Contents, row: Row) -> Markup:
    return Markup("{} det tal som uppgiften jämförs med").format(contents.label("operator", row["operator"]))


_ASKED: Mapping[str | None, Callable[[Contents, Row], Markup]] = {
    "number": _number,
    "range": _range,
    "reference": _figure,
    "previous_year": _figure,
    "previous_measurement": _figure,
    "base_year": _figure,
    "rank": _rank,
    "best_share": _best_share,
    "other_value": _other_value,
    "gender_gap": _gap,
}


def added(row: Row) -> Markup:
    """Return the criterion's offset, ` plus 2` or ` minus 10 procent`; empty without an offset."""
    if not row["target_offset"]:
        return Markup("")
    sign = "minus" if row["target_offset"] < 0 else "plus"
    number = magnitude(row, "target_offset", decimals_in(row["target_offset"]))
    return Markup(" {} {}{}").format(sign, number, _offset_unit(row))


def _offset_unit(row: Row) -> str:
    if row["offset_unit"] == "percent":
        return " procent"
    if not IN_PERCENT.search(str(row["unit"])):
        return ""
    return " procentenhet" if abs(row["target_offset"]) == 1 else " procentenheter"


def wanted_name(contents: Contents, row: Row) -> Markup:
    """Return the figure that the criterion names: `riksgenomsnittet`, `länets kommuners medel`, `2019 års värde`."""
    kind, wanted = row["target_kind"], str(row["target_reference"])
    if kind == "base_year":
        return Markup("{} års värde").format(figure_of_year(row, "base_year"))
    if kind in _EARLIER:
        return escape(_EARLIER[kind])
    if wanted in _OF_UNITS:
        return Markup("{} {} {}").format(_OF_UNITS[wanted][0], contents.units_genitive, _OF_UNITS[wanted][1])
    if ":" in wanted:
        return Markup("medlet för {}").format(list_name(contents, wanted))
    return escape(contents.label("reference", wanted).lower())


_EARLIER = {"previous_year": "föregående års värde", "previous_measurement": "den föregående mätningens värde"}
_OF_UNITS = {
    "unweighted_mean": ("alla", "ovägda medel"),
    "median": ("alla", "median"),
    "p25": ("alla", "undre kvartil"),
    "p75": ("alla", "övre kvartil"),
    "county": ("länets", "medel"),
    "similar": ("liknande", "medel"),
}


def compared_name(contents: Contents, row: Row) -> Markup:
    """Return the figure that the outcome was compared with: `målvärdet`, `riksgenomsnittet (Riket)`."""
    match row["target_kind"]:
        case "previous_year":
            return Markup("föregående år")
        case "previous_measurement":
            return Markup("den föregående mätningen")
        case "other_value":
            return Markup("jämförelsetalet")
        case "reference" if row["target_reference"] == "national_average":
            return _national_average(contents, row)
        case "reference" | "base_year":
            return wanted_name(contents, row)
        case _:
            return Markup("målvärdet")


def _national_average(contents: Contents, row: Row) -> Markup:
    name = contents.label("reference", "national_average").lower()
    used = contents.label("reference", row["reference_kind"])
    return escape(name if name == used.lower() else f"{name} ({used.replace(' (', ', ').replace(')', '')})")


def outcome_name(row: Row) -> str:
    """Return the compared value: `Utfallet`, `Utfallet för kvinnor`, `Skillnaden mellan kvinnor och män`."""
    match row["gender"]:
        case "gap":
            return "Skillnaden mellan kvinnor och män"
        case "K" | "M":
            return f"Utfallet {GENDERS[row['gender']]}"
        case _:
            return "Utfallet"


def best_where(contents: Contents, row: Row) -> str:
    """Return the units of a ranking: `kommunerna`, `i länet`, `i Jämförelsekommuner`."""
    match str(row["rank_scope"]):
        case "all":
            return contents.units_definite
        case "county":
            return "i länet"
        case "similar":
            return f"av liknande {contents.units}"
        case scope:
            return f"i {list_name(contents, scope)}"


def list_name(contents: Contents, code: str) -> str:
    """Return the name of a list of units: Kolada's for its groups, without its words on their mean, or the plan's."""
    kind, _, name = code.partition(":")
    return contents.group_names.get(name, name).removesuffix(OF_A_MEAN) if kind == "group" else f"”{name}”"


def _own_number(row: Row, column: str) -> Markup:
    """Return a number of the criterion with the decimals of the printed target, and at least as many as it has."""
    return figure(row, column, max(row["target_decimals"] or 0, decimals_in(row[column])))
