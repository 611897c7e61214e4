"""The target texts that `goals new` reads, and the kinds of targets that could express the others.

A text is read as a whole or not at all: it is a number, or words for an operator with a number, with at most the
indicator's own unit; or it says above or below the national average and nothing else. "topp 25 %" is not read as 25. No
kind is proposed for a text without a number and without a comparison.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from goals.cell_values import plain_number
from goals.codes import OPERATORS_OF_DIRECTION

_OPERATORS: Mapping[str, str] = {
    "minst": ">=",
    "lägst": ">=",
    ">=": ">=",
    "≥": ">=",
    "högst": "<=",
    "<=": "<=",
    "≤": "<=",
    "över": ">",
    "mer än": ">",
    ">": ">",
    "under": "<",
    "mindre än": "<",
    "<": "<",
}
_AVERAGES: Mapping[str, str] = {
    "above": ">",
    "över riksgenomsnittet": ">",
    "below": "<",
    "under riksgenomsnittet": "<",
}
_TARGET = re.compile(
    rf"(?P<operator>{'|'.join(re.escape(word) for word in _OPERATORS)})?\s*"
    r"(?P<number>[-−]?[0-9][0-9 \u00a0\u2009\u202f]*(?:[.,][0-9]+)?)"
    r"(?P<unit>.*)",
    re.IGNORECASE | re.DOTALL,
)
_BASE = (
    r"(?:från|sedan|mot|som|än(?: utfallet| värdet| nivån)?|utfallet|nivån?(?: av)?|basår|jämför\w*(?: med)?)"
    r"(?: år)? (?:19|20)\d\d\b"
)
# A number of units, not a share of them.
_COUNT = (
    r"(?:\d+|två|tre|fyra|fem|sex|sju|åtta|nio|tio|elva|tolv|femton|tjugo|trettio|femtio|hundra)\b"
    r"(?!\s*(?:%|procent))"
)
_BEST = (
    rf"topp\b(?! {_COUNT})|bästa.*(?:%|procent|tredjedel|fjärdedel)|(?:%|procent|tredjedel|fjärdedel).*bäst"
    r"|bästa kvartil"
)
_SPAN = (
    r"±|\+\s*/\s*[-−]|mellan -?\d|(?<!\d)\d{1,3}(?:,\d+)?\s*(?:-|–|till)\s*-?\d{1,3}(?!\d)"
    r"|plus minus|intervall|avvik"
)
_OTHERS = (
    r"rike|\briks|snitt|medel|median|kvartil|liknande|jämförbar|jämförelse|kommungrupp|andra (?:kommun|region)"
    r"|\blän"
)
# Words that indicate a kind, in the order in which the kinds are proposed.
_TELLING: tuple[tuple[str, tuple[str, ...]], ...] = (
    (_BEST, ("best_share",)),
    (rf"(?:bland|av) (?:de )?{_COUNT}.*bäst|topp {_COUNT}|\bplats|plac|rank", ("rank",)),
    (_SPAN, ("range",)),
    (r"(?:lika|skillnad|gap).*(?:kvinn|flick|\bkön)|(?:kvinn|flick|\bkön).*(?:lika|skillnad|gap)", ("gender_gap",)),
    (r"^(?!.*(?:lika|skillnad|gap)).*\b(?:kvinnor|män|flickor|pojkar)\b", ("number",)),
    (_OTHERS, ("reference",)),
    (_BASE + r"|halver|dubbl", ("base_year",)),
    (r"(?:inte|ej) (?:snabbare|mer|högre) än", ("other_value",)),
    (r"mätning|undersökning", ("previous_measurement",)),
    (r"föregående år|förra året|året (?:före|innan)|varje år|årlig|år från år", ("previous_year",)),
)
# For texts without these words: a change since an earlier value, or numbers for several years.
_LIMIT = r"\bmax|\bmin(?:st|imum|imalt)\b|lägst|högst|överstig|understig|eller (?:mer|mindre|fler|färre|högre|lägre)"
_CHANGE = r"samma nivå|öka|minsk|förbättr|försämr|bättre|oförändr|höj|sänk|stärk|högre|lägre|närmast|senast"
_YEARS = r"\b(?:19|20)\d\d\b"
# Places and shares are among units, which the text names too; those units are not a reference to compare with.
_AMONG = frozenset({"rank", "best_share"})


@dataclass(frozen=True, slots=True)
class ReadTarget:
    """A target read from a text. `number` is as printed, with a decimal point; empty for the national average."""

    kind: str
    operator: str
    number: str = ""
    reference: str = ""


def read_target(text: str, *, unit: str, direction: str, operator: str = "") -> ReadTarget | None:
    """Return the target in a text; null if a person must choose its kind.

    Args:
        text: the council's decision, word for word.
        unit: the indicator's unit.
        direction: the indicator's direction, which sets the operator of a plain number.
        operator: the operator in the table, for a plain number.
    """
    words = " ".join(text.lower().split()).rstrip(".")
    if words in _AVERAGES:
        return ReadTarget("reference", operator or _AVERAGES[words], reference="national_average")
    found = _TARGET.fullmatch(words)
    number = plain_number(found["number"].strip()) if found is not None else None
    if found is None or number is None or not _is_unit(found["unit"].strip(), unit):
        return None
    if found["operator"] is not None:
        return ReadTarget("number", _OPERATORS[found["operator"]], number)
    if operator:
        return ReadTarget("number", operator, number)
    if direction == "target":
        return None
    return ReadTarget("number", OPERATORS_OF_DIRECTION.get(direction, ("",))[0], number)


def telling_kinds(text: str) -> tuple[str, ...]:
    """Return the kinds that could express a text, most likely first; none without a number or a comparison."""
    words = " ".join(text.lower().split())
    found = list(dict.fromkeys(kind for telling, kinds in _TELLING if re.search(telling, words) for kind in kinds))
    if _AMONG.intersection(found):
        found = [kind for kind in found if kind != "reference"]
    if not found and re.search(_CHANGE, words):
        found = ["previous_year", "previous_measurement"]
    if re.search(r"\d", re.sub(_YEARS, "", words)) and re.search(_YEARS, re.sub(_BASE, "", words)):
        found = ["number", *(kind for kind in found if kind != "number")]
    if not found and re.search(_LIMIT, words) and re.search(r"\d", words):
        found = ["number"]
    if not found and re.search(r"\d", words):
        found = ["number", "range", "other_value"]
    return tuple(found)


def _is_unit(written: str, unit: str) -> bool:
    own = unit.lower()
    allowed = {"", own, own.split(" ")[0], own.removeprefix("antal "), own.replace("%", "procent")}
    if own.startswith("%"):
        allowed |= {"%", "procent"}
    return written in allowed
