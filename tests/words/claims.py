"""Reads outputs back: each sentence about a verdict becomes numbers and claims that must hold for the verdict's row.

Sentences are recognised by their words. An unknown sentence is reported too, so that none is skipped.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from decimal import ROUND_HALF_UP, Decimal

Row = Mapping[str, object]

N = r"([−+]?\d[\d\u00a0]*(?:,\d+)?)"
OP = r"(minst|över|högst|under)"
NAME = r"([^\d]+?)"
WHOM = r"(?: mellan kvinnor och män)?(?: för (?:kvinnor|män|både kvinnor och män))?"
# Non-capturing patterns of what a criterion requires. A number follows the operator, a figure's name, or a range.
NUMBER = r"[−+]?\d[\d\u00a0]*(?:,\d+)?"
ADDED = rf"(?: (?:plus|minus) {NUMBER}(?: procentenhet(?:er)?| procent)?)?"
FIGURE_NAME = r"(?:\d{4} års värde|[^\d]+?)"
GOAL = rf"(?:{OP} (?:{N}{WHOM}|(?:\d{{4}} års värde|[^\d,.]+?){ADDED}{WHOM})|mellan {NUMBER} och {NUMBER}{WHOM})"
WHO = r"(?:Utfallet(?: för kvinnor| för män)?|Skillnaden mellan kvinnor och män)"
PLACE = r"Plats (\d+) av (\d+) [^()]*\(utfall [^)]*\)"
DECIDED = ("met", "partly_met", "not_met")
WORDS = {"minst": ">=", "över": ">", "högst": "<=", "under": "<"}


def number(text: str) -> Decimal:
    """Return a number in Swedish notation."""
    return Decimal(text.replace("\u00a0", "").replace("−", "-").replace(",", ".").removeprefix("+"))


def places(text: str) -> int:
    """Return the number of decimals shown."""
    return len(text.partition(",")[2])


def holds(one: Decimal, operator: str, other: Decimal) -> bool:
    """Return whether the comparison is true."""
    return {">=": one >= other, ">": one > other, "<=": one <= other, "<": one < other}[operator]


def exact(value: object) -> Decimal:
    """Return a stored value as its exact decimal."""
    return Decimal(repr(value))


def at_places_of(text: str, value: Decimal) -> Decimal:
    """Round a value half away from zero to the decimals of a shown number."""
    return value.quantize(Decimal(1).scaleb(-places(text)), rounding=ROUND_HALF_UP)


def is_rounding_of(text: str, value: object) -> bool:
    """Return whether a shown number is the value rounded half away from zero."""
    return number(text) == at_places_of(text, exact(value))


def held_against(row: Row) -> object:
    """Return the number that the value was compared with."""
    return row["compared_with"]


def is_met(row: Row) -> bool:
    """Return whether the verdict is met, or before the target's year whether the value is at the target."""
    return row["verdict"] == "met" if row["verdict"] in DECIDED else bool(row["is_at_target_now"])


def pair(row: Row, value: str, held: str, *, at_decimals: bool = False) -> Iterator[str]:
    """Yield what is wrong with two numbers shown side by side: their rounding, or a contradiction of the verdict.

    If the sentence compares at the plan's decimals, both ends of a range are rounded to them too.
    """
    if not is_rounding_of(value, row["value"]):
        yield f"{value} is no rounding of {row['value']}"
    if not is_rounding_of(held, held_against(row)):
        yield f"{held} is no rounding of {held_against(row)}"
    if row["target_kind"] == "range":
        low, high = exact(row["target_value"]), exact(row["target_high"])
        if at_decimals:
            low, high = at_places_of(value, low), at_places_of(value, high)
        elif row["is_rounded_only"]:
            return
        if (low <= number(value) <= high) != is_met(row):
            yield f"{value} between {low} and {high} beside {row['verdict']}"
    elif holds(number(value), str(row["operator"]), number(held)) != is_met(row):
        yield f"{value} {row['operator']} {held} beside {row['verdict']}"


def left(row: Row, words: str, shown: str) -> Iterator[str]:
    """Yield what is wrong with a shown margin: zero, the wrong sign or the wrong rounding."""
    margin = exact(row["margin"])
    if (margin < 0) != (words in ("skiljer", "saknas")):
        yield f"“{words}” beside the margin {margin}"
    if number(shown) == 0 or not is_rounding_of(shown, abs(row["margin"])):
        yield f"{shown} told of the margin {margin}"


def says(row: Row, *, met: bool) -> Iterator[str]:
    """Yield a contradiction if a sentence's verdict is not the row's."""
    if met != is_met(row):
        yield f"says {'met' if met else 'not met'}"


def operator_is(row: Row, word: str | None) -> Iterator[str]:
    """Yield a contradiction if a sentence's operator is not the row's; a range has none."""
    if (WORDS[word] if word is not None else None) != row["operator"]:
        yield f"says {word} of {row['operator']}"


def _number_met(row: Row, value: str, word: str, target: str, margin: str) -> Iterator[str]:
    yield from says(row, met=True)
    yield from operator_is(row, word)
    yield from pair(row, value, target)
    yield from left(row, "marginal", margin)


def _number_missed(row: Row, value: str, word: str, target: str, margin: str) -> Iterator[str]:
    yield from says(row, met=False)
    yield from operator_is(row, word)
    yield from pair(row, value, target)
    yield from left(row, "skiljer", margin)


def _equal(
    row: Row, value: str, held: str, word: str | None, target: str | None, negation: str | None
) -> Iterator[str]:
    yield from says(row, met=negation is None)
    yield from operator_is(row, word)
    yield from pair(row, value, held)
    if number(value) != number(held) or row["margin"] != 0:
        yield f"says {value} equals {held} with the margin {row['margin']}"
    if target is not None and number(target) != number(held):
        yield f"names {target} beside {held}"


def _mean(
    row: Row,
    value: str,
    negation: str | None,
    word: str,
    reference: str,
    side: str | None,
    added: str | None,
    sum_of_both: str | None,
    words: str,
    margin: str,
) -> Iterator[str]:
    yield from says(row, met=negation is None)
    yield from operator_is(row, word)
    yield from pair(row, value, sum_of_both or reference)
    if not is_rounding_of(reference, row["reference_value"]):
        yield f"{reference} is no rounding of {row['reference_value']}"
    if added is not None and (side == "minus", number(added)) != (
        exact(row["target_offset"]) < 0,
        abs(exact(row["target_offset"])),
    ):
        yield f"{side} {added} for {row['target_offset']}"
    yield from left(row, "skiljer" if words == "Det skiljer" else "marginal", margin)


def _range(row: Row, value: str, side: str, low: str, high: str, words: str, margin: str) -> Iterator[str]:
    yield from says(row, met=side == "inom")
    if (number(low), number(high)) != (exact(row["target_value"]), exact(row["target_high"])):
        yield f"{low} to {high} for {row['target_value']} to {row['target_high']}"
    if not is_rounding_of(value, row["value"]):
        yield f"{value} is no rounding of {row['value']}"
    if (number(low) <= number(value) <= number(high)) != (side == "inom"):
        yield f"{value} lies {side} {low} to {high}"
    yield from left(row, "skiljer" if words == "Det skiljer" else "marginal", margin)


def _place(row: Row, place: str, n: str, answer: str, margin: str | None) -> Iterator[str]:
    yield from says(row, met=answer != "uppfyller inte")
    if (int(place), int(n)) != (row["place"], row["place_n"]):
        yield f"place {place} of {n} for {row['place']} of {row['place_n']}"
    if (0 if margin is None else int(margin)) != abs(row["margin"]):
        yield f"{margin} places told of the margin {row['margin']}"


def partly(row: Row, text: str) -> Iterator[str]:
    """Yield what is wrong with the reason for a partly met verdict; other verdicts have none."""
    tolerated = re.search(rf"Det ryms i toleransen, {N}( procent| plats(?:er)?)?: målet är delvis uppfyllt\.", text)
    better = re.search(rf"Det är bättre än (\d{{4}}) års värde, {N}: målet är delvis uppfyllt\.", text)
    if bool(tolerated or better) != (row["verdict"] == "partly_met"):
        yield f"partly met beside {row['verdict']}"
    if tolerated and number(tolerated[1]) != exact(row["tolerance"]):
        yield f"tolerance {tolerated[1]} for {row['tolerance']}"
    if tolerated and (tolerated[2] or "").startswith(" plats") != (
        row["margin_unit"] == "places" and row["tolerance_unit"] != "percent"
    ):
        yield f"tolerance{tolerated[2]} beside a margin of {row['margin_unit']}"
    if better:
        before, now = exact(row["baseline_value"]), exact(row["value"])
        moved = {"higher": now > before, "lower": now < before}.get(str(row["direction"]), True)
        if not moved or int(better[1]) != row["baseline_year"] or not is_rounding_of(better[2], row["baseline_value"]):
            yield f"better than {better[0]!r}: {before} in {row['baseline_year']}"


def _rounded(
    row: Row,
    value: str,
    held: str | None,
    word: str | None,
    target: str | None,
    answer: str,
    exact_value: str,
    exact_held: str | None,
    words: str,
    margin: str,
) -> Iterator[str]:
    yield from says(row, met=answer in ("är uppfyllt", "når redan dit"))
    yield from operator_is(row, word)
    yield from pair(row, value, held or target or "", at_decimals=True)
    yield from left(row, "saknas" if words == "det saknas" else "marginal", margin)
    if number(exact_value) != exact(row["value"]):
        yield f"{exact_value} is not the unrounded {row['value']}"
    if exact_held is not None and number(exact_held) != exact(held_against(row)):
        yield f"{exact_held} is not the unrounded {held_against(row)}"
    if row["is_rounded_only"] is False:
        yield "says that rounding decides"


def _ahead(row: Row, word: str | None, target: str | None, value: str, answer: str) -> Iterator[str]:
    yield from says(row, met=answer == "når redan dit")
    yield from operator_is(row, word)
    if target is not None:
        yield from pair(row, value, target)


ROUNDING = (
    rf"Avrundningen avgör: orundat är [^\d]+? {N}(?: och {FIGURE_NAME}(?: med (?:avdraget|tillägget))? {N})?, (?:och )?"
    rf"(det saknas|med) {N}(?: i marginal)?\."
)
DECIMALS = r"(?:utan decimaler|med en decimal|med \d decimaler)"
COMPARED = (
    rf"Planen jämför {DECIMALS}\. Då är [^\d]+? {N}(?: och {FIGURE_NAME}(?: med (?:avdraget|tillägget))? {N})?\. "
)
MEAN = (
    rf"{WHO} {N} (?:ligger|är) (inte )?{OP} {FIGURE_NAME} {N}"
    rf"(?: (plus|minus) {N}(?: procentenhet(?:er)?| procent)?, alltså {N})?[,.] (med|Det skiljer) {N}(?: i marginal)?\."
)
SENTENCES: tuple[tuple[re.Pattern[str], Callable[..., Iterator[str]]], ...] = (
    (
        re.compile(rf"{PLACE} är (den sista plats) som uppfyller målet, [^.]*?()\."),
        lambda row, place, n, said, _: _place(row, place, n, said, None),
    ),
    (re.compile(rf"{PLACE} (uppfyller) målet, .*?, med (\d+) plats(?:er)? i marginal\."), _place),
    (re.compile(rf"{PLACE} (uppfyller inte) målet, .*?\. Det skiljer (\d+) plats(?:er)?\."), _place),
    (
        re.compile(
            rf"{WHO} {N} ligger (inom|utanför) målet, mellan {N} och {N}{WHOM}[,.] (med|Det skiljer) {N}"
            r"(?: till närmaste gräns)?\."
        ),
        _range,
    ),
    (re.compile(rf"{WHO} {N} uppfyller målet, {OP} {N}{WHOM}, med {N} i marginal\."), _number_met),
    (re.compile(rf"{WHO} {N} uppfyller inte målet, {OP} {N}{WHOM}\. Det skiljer {N}\."), _number_missed),
    (
        re.compile(
            rf"{WHO} {N} är lika med {FIGURE_NAME}(?: med (?:avdraget|tillägget))? {N}\. "
            rf"Målet, {GOAL}, är (inte |inte helt )?uppfyllt\."
        ),
        _equal,
    ),
    (re.compile(MEAN), _mean),
    (
        re.compile(rf"{COMPARED}Målet, {GOAL}, (är uppfyllt|är inte uppfyllt|är inte helt uppfyllt)\. {ROUNDING}"),
        _rounded,
    ),
)
AHEAD = re.compile(rf"Målet, {GOAL}, gäller \d{{4}}\. {WHO} {N} (når redan dit|når inte dit ännu)\.")
AHEAD_PLACE = re.compile(rf"Målet, (?:bäst|bland) .*?, gäller \d{{4}}\. {PLACE} (når redan dit|når inte dit ännu)\.")
AHEAD_ROUNDED = re.compile(
    rf"Målet, {GOAL}, gäller \d{{4}}\. {COMPARED}Det (når redan dit|når inte dit ännu)\. {ROUNDING}"
)
SEVERAL = re.compile(r"Indikatorn har (\d+) kriterier, och (alla ska vara uppfyllda|ett räcker)\. ")


def decision(row: Row, text: str) -> Iterator[str]:
    """Yield what is wrong with a verdict's sentence; with several criteria, with each sentence and its own row."""
    criteria = row.get("criteria") or ()
    found = SEVERAL.search(text)
    if (len(criteria) > 1) != bool(found):
        yield f"tells {found and found[1]} criteria of {len(criteria)}"
        return
    if not found:
        yield from one_decision(row, text)
        return
    if int(found[1]) != len(criteria):
        yield f"tells {found[1]} criteria of {len(criteria)}"
    starts = [text.index(f"{each['criterion']}: ") for each in criteria]
    for each, start, end in zip(criteria, starts, [*starts[1:], len(text)], strict=True):
        yield from one_decision(each, text[start:end])


def one_decision(row: Row, text: str) -> Iterator[str]:
    """Yield what is wrong with one criterion's sentence, or that the sentence is unknown."""
    yield from partly(row, text)
    if row["verdict"] not in (*DECIDED, "not_yet_due"):
        for pattern, _ in SENTENCES:
            if pattern.search(text):
                yield f"decides on {row['verdict']}"
        return
    for pattern, claims in SENTENCES:
        if found := pattern.search(text):
            yield from claims(row, *found.groups())
            return
    if row["verdict"] == "not_yet_due" and row["is_at_target_now"] is None:
        return
    if found := AHEAD.search(text):
        yield from _ahead(row, *found.groups())
    elif found := AHEAD_PLACE.search(text):
        place, n, answer = found.groups()
        yield from says(row, met=answer == "når redan dit")
        if (int(place), int(n)) != (row["place"], row["place_n"]):
            yield f"place {place} of {n} for {row['place']} of {row['place_n']}"
    elif found := AHEAD_ROUNDED.search(text):
        word, target, value, held, *rest = found.groups()
        yield from _rounded(row, value, held, word, target, *rest)
    else:
        yield "is not understood"


def development(row: Row, text: str) -> Iterator[str]:
    """Yield contradictions between trend and pace and the numbers shown."""
    sign = {"higher": 1, "lower": -1}.get("lower" if row["gender"] == "gap" else str(row["direction"]))
    if sign is None:
        return
    for word, before, after, note in re.findall(
        rf"(Förbättrad|Försämrad|Oförändrad) sedan utgångsläget \d{{4}} \({N} → {N}(, en skillnad[^)]*)?\)", text
    ):
        moved = sign * (number(after) - number(before))
        if {"Förbättrad": moved <= 0, "Försämrad": moved >= 0, "Oförändrad": moved != 0 and not note}[word]:
            yield f"{word} from {before} to {after}"
    for word, change, note in re.findall(
        rf"(Förbättrad|Försämrad|Oförändrad) sedan året före \({N}(, för lite[^)]*)?\)", text
    ):
        moved = sign * number(change)
        if {"Förbättrad": moved <= 0, "Försämrad": moved >= 0, "Oförändrad": moved != 0 and not note}[word]:
            yield f"{word} by {change}"
    for projected, answer in re.findall(
        rf"Fortsätter utvecklingen som hittills blir värdet {N} målåret \d{{4}}, vilket (når|inte når) målet", text
    ):
        if holds(number(projected), str(row["operator"]), exact(row["target_value"])) != (answer == "når"):
            yield f"projects {projected}, which {answer}"
    if "blir värdet" in text and "når målet" not in text:
        yield "projects without saying whether it is enough"


def standing(row: Row, text: str) -> Iterator[str]:
    """Yield contradictions in rank, differences and the share of others that meet the criterion."""
    for rank, n in re.findall(r"Plats (\d+) av (\d+) kommuner", text):
        if int(rank) > int(n):
            yield f"place {rank} of {n}"
    for shown, name in re.findall(rf"{N} mot ([^;.]+)", text):
        column = {"Riket": "difference_riket", "alla kommuners ovägda medel": "difference_unweighted"}.get(
            name, "difference_similar"
        )
        difference = exact(row[column])
        if (number(shown) > 0) != (difference > 0) or (number(shown) < 0) != (difference < 0):
            yield f"{shown} against {name} of {difference}"
        if number(shown) and ("+" in shown) != (difference > 0):
            yield f"sign of {shown}"
    for meeting, n, share in re.findall(rf"(\d+) av (\d+) kommuner \({N}\u00a0%\) skulle klara", text):
        percent = number(share)
        if (percent == 100) != (meeting == n) or (percent == 0) != (meeting == "0"):
            yield f"{meeting} of {n} are {share} %"
        if row["is_at_target_now"] and row["value_source"] == "kolada" and meeting == "0":
            yield "nobody would, although the own municipality does"


def genders(row: Row, text: str) -> Iterator[str]:
    """Yield contradictions in the values of women and men and their difference."""
    found = re.search(rf"Kvinnor {N}, män {N}, skillnad {N}(?: till (kvinnors|mäns) fördel)?", text)
    if not found:
        return
    women, men, gap, favour = found.groups()
    if number(women) == number(men) or number(gap) == 0:
        yield f"{women} and {men} differ by {gap}"
    if favour is not None:
        sign = {"higher": 1, "lower": -1}.get(str(row["direction"]), 0)
        if sign == 0:
            yield f"{found[0]!r} where the nearer is the better"
        elif (sign * (number(women) - number(men)) > 0) != (favour == "kvinnors"):
            yield f"{women} and {men} in favour of {favour}"


def shown_pair(row: Row, value: str, held: str, rounding: str, margin: str = "") -> Iterator[str]:
    """Yield what is wrong with a table's two numbers, its margin and its remark on rounding."""
    if row["verdict"] not in DECIDED:
        return
    if row["margin_unit"] == "points":
        yield from pair(row, value, held)
    if bool(row["is_rounded_only"]) != ("vrundningen avgör" in rounding):
        yield f"rounding: {rounding!r} beside {row['is_rounded_only']}"
    if margin:
        signs = (number(margin) > 0, number(margin) < 0)
        if signs != (row["margin"] > 0, row["margin"] < 0):
            yield f"{margin} for the margin {row['margin']}"
