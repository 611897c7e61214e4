"""The slow and exact JSON reader: the fields of an object, their types, and the faults in them.

What belongs here: the declared shapes of the API's objects and a reader that names every deviation with its place. It
reads all catalogue pages, and data pages that the fast reader (`data_page`) does not accept. Invariants: a wrong type,
a missing field, a repeated field, and a text or a number that cannot be stored are faults; an undeclared field is noted
and is no fault. Whatever the bytes, only a KoladaError is raised.
"""

import codecs
import json
import math
import sys
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeGuard

from kolada_client.body_kinds import brief_json, brief_text, error_in, unreadable, what_came
from kolada_client.errors import IF_IT_STAYS, KoladaContractError

Json = Any
"""The result of `json.loads`; every use below checks its type."""

_SHOWN_FAULTS = 5
_NOTED = 50
"""The most unknown fields, and remarks, that are kept of a page."""

_SMALL = 4 * 1024 * 1024
_MOST_PARTS = 1_000_000
"""The most values in a body larger than 4 MB. A full page has 100,000, and so has the catalogue of KPIs."""

_MOST_DIGITS = 400


@dataclass(frozen=True, slots=True)
class Field:
    """One declared field: its test, the test in words, and whether it may be missing."""

    fits: Callable[[Json], bool]
    wanted: str
    is_nullable: bool = False
    is_optional: bool = False


def _is_text(value: Json) -> bool:
    """Return whether a value is text that can be stored: without half of a surrogate pair."""
    return isinstance(value, str) and (value.isascii() or _is_encodable(value))


def _is_encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def is_number(value: Json) -> TypeGuard[int | float]:
    """Return whether a value is a number that a double can store: no boolean, NaN, infinity or larger integer."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return abs(value) <= sys.float_info.max


def _is_whole(value: Json) -> bool:
    return is_number(value) and abs(value) < 2**31 and math.floor(value) == value


TEXT = Field(_is_text, "text")
NULLABLE_TEXT = Field(_is_text, "text or null", is_nullable=True)
OPTIONAL_TEXT = Field(lambda value: isinstance(value, str), "text or null", is_nullable=True, is_optional=True)
FLAG = Field(lambda value: isinstance(value, bool), "true or false")
WHOLE = Field(_is_whole, "a whole number")
NULLABLE_WHOLE = Field(_is_whole, "a whole number or null", is_nullable=True)
NULLABLE_NUMBER = Field(is_number, "a finite number or null", is_nullable=True)
LIST = Field(lambda value: isinstance(value, list), "a list")

Shape = Mapping[str, Field]

ENVELOPE: Shape = {
    "values": LIST,
    "count": WHOLE,
    "next_url": OPTIONAL_TEXT,
    "previous_url": OPTIONAL_TEXT,
}


@dataclass(slots=True)
class Findings:
    """The results of a reading: faults, each with its place, and undeclared fields."""

    faults: list[str] = field(default_factory=list)
    fault_count: int = 0
    unknown_fields: set[str] = field(default_factory=set)

    def fault(self, place: str, text: str) -> None:
        """Record a fault; only the first few are kept in words."""
        self.fault_count += 1
        if self.fault_count <= _SHOWN_FAULTS:
            self.faults.append(f"{place} {text}")

    def unknown(self, pattern: str, names: set[str]) -> None:
        """Record undeclared fields."""
        for name in sorted(names)[: max(0, _NOTED - len(self.unknown_fields))]:
            self.unknown_fields.add(pattern + brief_text(name))

    def raise_if_any(self, url: str) -> None:
        """Raise KoladaContractError if there is a fault."""
        if self.fault_count:
            raise contract_error(url, self.faults, self.fault_count)


class Pairs(dict[str, Json]):
    """A JSON object that remembers its repeated names."""

    repeated: tuple[str, ...] = ()


def _object(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    plain = dict(pairs)
    if len(plain) == len(pairs):
        return plain
    kept, times = Pairs(plain), Counter(name for name, _ in pairs)
    kept.repeated = tuple(sorted(name for name, count in times.items() if count > 1))
    return kept


def _whole_number(text: str) -> int:
    """Return an integer; one beyond every limit is shortened to digits that are still beyond them."""
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
    """Raise KoladaUnreadable for a body with more values than any page has: reading it would take gigabytes."""
    if len(body) > _SMALL and sum(body.count(sign) for sign in (b",", b"[", b"{")) > _MOST_PARTS:
        what = f"`{len(body)}` bytes with more than `{_MOST_PARTS}` values, which no page of the API has"
        raise unreadable(what, url)


def check(value: Json, shape: Shape, place: str, pattern: str, findings: Findings) -> dict[str, Json] | None:
    """Compare one object with a shape.

    Args:
        value: The value that should be an object.
        shape: Its declared fields.
        place: Its place, for messages: `values[3]`.
        pattern: The same without numbers, for `unknown_fields`: `values[]`.
        findings: Collects the deviations.

    Returns:
        The object if it can be read further, else None.
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
    """Compare the outermost object with the envelope; the length of its list must equal its own `count`.

    Raises:
        KoladaUnreadable: It is an error in place of a page.
        KoladaContractError: It is not an envelope.
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
    """Return the first remarks on a page, and the number of further ones."""
    more = [f"{len(remarks) - _NOTED} more remarks of this kind"] if len(remarks) > _NOTED else []
    return (*remarks[:_NOTED], *more)


def contract_error(url: str, faults: list[str], fault_count: int) -> KoladaContractError:
    """Return the error for JSON that breaks the contract; it names the first faults."""
    more = f" (and {fault_count - len(faults)} more)" if fault_count > len(faults) else ""
    return KoladaContractError(
        f"Kolada's answer breaks the contract: {'; '.join(faults)}{more}; none of its rows count. "
        f"The request was `{url}`. {IF_IT_STAYS}",
        url=url,
        status=200,
    )
