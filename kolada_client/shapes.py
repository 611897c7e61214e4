"""JSON read slowly and exactly: which fields an object has, of which types, and what is wrong with them.

What belongs here: the declared shapes of the API's objects and a reader that names every deviation with its
place. Catalogue pages are read this way; data pages only when the fast way (`data_page`) doubts something.
Invariants: a wrong type, a missing field, a field twice, and a text or a number that nobody can store are faults; a
field that no shape names is noted and does no harm. Whatever the bytes, only a KoladaError comes out.
"""

import codecs
import json
import math
import sys
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeGuard

from kolada_client.body_kinds import brief_json, brief_text, error_in, unreadable, what_came
from kolada_client.errors import IF_IT_STAYS, KoladaContractError

Json = Any
"""What `json.loads` returns; every use below checks what it is."""

_SHOWN_FAULTS: Final = 5
_NOTED: Final = 50
"""Unknown fields, and remarks, that a page may have; more say nothing more."""

_SMALL: Final = 4 * 1024 * 1024
_MOST_PARTS: Final = 1_000_000
"""Values in a body that is larger than 4 MB. A full page has 100,000, the catalogue of KPIs as many."""

_MOST_DIGITS: Final = 400


@dataclass(frozen=True, slots=True)
class Field:
    """One declared field: its test, what the test wants in words, and what may be missing."""

    fits: Callable[[Json], bool]
    wanted: str
    is_nullable: bool = False
    is_optional: bool = False


def _is_text(value: Json) -> bool:
    """Text that can be stored: half of a surrogate pair is no character."""
    if not isinstance(value, str):
        return False
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def is_number(value: Json) -> TypeGuard[int | float]:
    """A JSON number that a double can hold: no boolean, no NaN, no infinity, no integer beyond the largest."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return abs(value) <= sys.float_info.max


def _is_whole(value: Json) -> bool:
    return is_number(value) and abs(value) < 2**31 and math.floor(value) == value


TEXT: Final = Field(_is_text, "text")
NULLABLE_TEXT: Final = Field(_is_text, "text or null", is_nullable=True)
OPTIONAL_TEXT: Final = Field(lambda value: isinstance(value, str), "text or null", is_nullable=True, is_optional=True)
FLAG: Final = Field(lambda value: isinstance(value, bool), "true or false")
WHOLE: Final = Field(_is_whole, "a whole number")
NULLABLE_WHOLE: Final = Field(_is_whole, "a whole number or null", is_nullable=True)
NULLABLE_NUMBER: Final = Field(is_number, "a finite number or null", is_nullable=True)
LIST: Final = Field(lambda value: isinstance(value, list), "a list")

Shape = Mapping[str, Field]

ENVELOPE: Final[Shape] = {
    "values": LIST,
    "count": WHOLE,
    "next_url": OPTIONAL_TEXT,
    "previous_url": OPTIONAL_TEXT,
}


@dataclass(slots=True)
class Findings:
    """What a reading met: faults, each with its place, and fields that no shape names."""

    faults: list[str] = field(default_factory=list)
    fault_count: int = 0
    unknown_fields: set[str] = field(default_factory=set)

    def fault(self, place: str, text: str) -> None:
        """Note a fault; only the first few are kept in words."""
        self.fault_count += 1
        if self.fault_count <= _SHOWN_FAULTS:
            self.faults.append(f"{place} {text}")

    def unknown(self, pattern: str, names: set[str]) -> None:
        """Note fields that no shape names."""
        for name in sorted(names)[: max(0, _NOTED - len(self.unknown_fields))]:
            self.unknown_fields.add(pattern + brief_text(name))

    def raise_if_any(self, url: str) -> None:
        """Raise KoladaContractError when there is a fault."""
        if self.fault_count:
            raise contract_error(url, self.faults, self.fault_count)


class Pairs(dict[str, Json]):
    """A JSON object that remembers which of its names came more than once."""

    repeated: tuple[str, ...] = ()


def _object(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    plain = dict(pairs)
    if len(plain) == len(pairs):
        return plain
    kept, times = Pairs(plain), Counter(name for name, _ in pairs)
    kept.repeated = tuple(sorted(name for name, count in times.items() if count > 1))
    return kept


def _whole_number(text: str) -> int:
    """An integer; of one that is beyond every limit only so many digits that it stays beyond them."""
    return int(text[: _MOST_DIGITS + 1])


def load(body: bytes, url: str) -> Json:
    """Read a body as JSON in UTF-8, or raise KoladaUnreadable; NaN and Infinity come back as floats."""
    try:
        text = body.removeprefix(codecs.BOM_UTF8).decode()
        return json.loads(text, object_pairs_hook=_object, parse_int=_whole_number)
    except RecursionError as error:
        raise unreadable(f"`{len(body)}` bytes of JSON that are nested too deeply to be read", url) from error
    except ValueError as error:
        raise unreadable(what_came(body), url) from error


def check_size(body: bytes, url: str) -> None:
    """Raise KoladaUnreadable for a body of more values than any page has: reading them would take gigabytes."""
    if len(body) > _SMALL and sum(body.count(sign) for sign in (b",", b"[", b"{")) > _MOST_PARTS:
        what = f"`{len(body)}` bytes with more than `{_MOST_PARTS}` values, which no page of the API has"
        raise unreadable(what, url)


def check(value: Json, shape: Shape, place: str, pattern: str, findings: Findings) -> dict[str, Json] | None:
    """Hold one object to a shape.

    Args:
        value: What should be an object.
        shape: Its declared fields.
        place: Where it stands, for people: `values[3]`.
        pattern: The same without numbers, for `unknown_fields`: `values[]`.
        findings: Where deviations are noted.

    Returns:
        The object when it can be read on, else None.
    """
    if not isinstance(value, dict):
        findings.fault(place, f"is `{brief_json(value)}` instead of an object")
        return None
    if isinstance(value, Pairs):
        findings.fault(place, f"has the field `{brief_text(', '.join(value.repeated[:_SHOWN_FAULTS]))}` twice")
    before = findings.fault_count
    for name, declared in shape.items():
        if name not in value:
            if not declared.is_optional:
                findings.fault(place, f"has no field `{name}`")
        elif value[name] is None:
            if not declared.is_nullable:
                findings.fault(f"{place}.{name}", f"is `null` instead of {declared.wanted}")
        elif not declared.fits(value[name]):
            findings.fault(f"{place}.{name}", f"is `{brief_json(value[name])}` instead of {declared.wanted}")
    if len(value) > len(shape) or not value.keys() <= shape.keys():
        findings.unknown(pattern, value.keys() - shape.keys())
    return value if findings.fault_count == before else None


def check_envelope(document: Json, url: str, findings: Findings) -> dict[str, Json]:
    """Hold the outermost object to the envelope; its list must be as long as its own `count` says.

    Raises:
        KoladaUnreadable: It is an error in the place of a page.
        KoladaContractError: It is no envelope.
    """
    error = error_in(document)
    if error is not None:
        raise unreadable(error, url)
    envelope = check(document, ENVELOPE, "the answer", "", findings)
    findings.raise_if_any(url)
    if envelope is None or len(envelope["values"]) != envelope["count"]:
        rows = "?" if envelope is None else len(envelope["values"])
        said = "?" if envelope is None else brief_json(envelope["count"])
        raise contract_error(url, [f"the envelope says count `{said}` and holds `{rows}` entries"], 1)
    return envelope


def few(remarks: list[str]) -> tuple[str, ...]:
    """The remarks on a page: the first of them, and how many more there are."""
    more = [f"{len(remarks) - _NOTED} more remarks of this kind"] if len(remarks) > _NOTED else []
    return (*remarks[:_NOTED], *more)


def contract_error(url: str, faults: list[str], fault_count: int) -> KoladaContractError:
    """The error for JSON that breaks the contract, naming the first faults."""
    more = f" (and {fault_count - len(faults)} more)" if fault_count > len(faults) else ""
    return KoladaContractError(
        f"Kolada's answer breaks the contract: {'; '.join(faults)}{more}; none of its rows count. "
        f"The request was `{url}`. {IF_IT_STAYS}",
        url=url,
        status=200,
    )
