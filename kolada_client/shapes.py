"""JSON read slowly and exactly: which fields an object has, of which types, and what is wrong with them.

What belongs here: the declared shapes of the API's objects and a reader that names every deviation with its
place. Catalogue pages are read this way; data pages only when the fast way (`data_page`) finds that
something is off and somebody must say what. Invariants: a wrong type, a missing field and a field twice are
faults; a field that no shape names is noted and does no harm.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeGuard

from kolada_client.errors import IF_IT_STAYS, KoladaContractError, KoladaUnreadable

Json = Any
"""What `json.loads` returns; every use below checks what it is."""

_SHOWN_FAULTS: Final = 5
_SHOWN_CHARACTERS: Final = 120


@dataclass(frozen=True, slots=True)
class Field:
    """One declared field: its test, what the test wants in words, and what may be missing."""

    fits: Callable[[Json], bool]
    wanted: str
    is_nullable: bool = False
    is_optional: bool = False


def _is_text(value: Json) -> bool:
    return isinstance(value, str)


def is_number(value: Json) -> TypeGuard[int | float]:
    """A JSON number that a double can hold: no boolean, no NaN, no infinity."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < float("inf")


def _is_whole(value: Json) -> bool:
    return is_number(value) and float(value).is_integer() and abs(value) < 2**31


TEXT: Final = Field(_is_text, "text")
NULLABLE_TEXT: Final = Field(_is_text, "text or null", is_nullable=True)
OPTIONAL_TEXT: Final = Field(_is_text, "text or null", is_nullable=True, is_optional=True)
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
    kept, names = Pairs(plain), [name for name, _ in pairs]
    kept.repeated = tuple(sorted({name for name in names if names.count(name) > 1}))
    return kept


def load(body: bytes, url: str) -> Json:
    """Read a body as JSON, or raise KoladaUnreadable; NaN and Infinity come back as floats."""
    try:
        return json.loads(body, object_pairs_hook=_object)
    except (ValueError, RecursionError) as error:
        raise unreadable(body, url) from error


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
        findings.fault(place, f"is `{brief(value)}` instead of an object")
        return None
    if isinstance(value, Pairs):
        findings.fault(place, f"has the field `{', '.join(value.repeated)}` twice")
    before = findings.fault_count
    for name, declared in shape.items():
        if name not in value:
            if not declared.is_optional:
                findings.fault(place, f"has no field `{name}`")
        elif value[name] is None:
            if not declared.is_nullable:
                findings.fault(f"{place}.{name}", f"is `null` instead of {declared.wanted}")
        elif not declared.fits(value[name]):
            findings.fault(f"{place}.{name}", f"is `{brief(value[name])}` instead of {declared.wanted}")
    if len(value) > len(shape) or not value.keys() <= shape.keys():
        findings.unknown_fields.update(f"{pattern}{name}" for name in value.keys() - shape.keys())
    return value if findings.fault_count == before else None


def check_envelope(document: Json, url: str, findings: Findings) -> dict[str, Json]:
    """Hold the outermost object to the envelope; its list must be as long as its own `count` says."""
    envelope = check(document, ENVELOPE, "the answer", "", findings)
    findings.raise_if_any(url)
    if envelope is None or len(envelope["values"]) != envelope["count"]:
        rows = "?" if envelope is None else len(envelope["values"])
        said = "?" if envelope is None else brief(envelope["count"])
        raise contract_error(url, [f"the envelope says count `{said}` and holds `{rows}` entries"], 1)
    return envelope


def brief(value: Json) -> str:
    """A value as JSON, short enough for a message."""
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _SHOWN_CHARACTERS else text[:_SHOWN_CHARACTERS] + "…"


def contract_error(url: str, faults: list[str], fault_count: int) -> KoladaContractError:
    """The error for JSON that breaks the contract, naming the first faults."""
    more = f" (and {fault_count - len(faults)} more)" if fault_count > len(faults) else ""
    return KoladaContractError(
        f"Kolada's answer breaks the contract: {'; '.join(faults)}{more}; none of its rows count. "
        f"The request was `{url}`. {IF_IT_STAYS}",
        url=url,
        status=200,
    )


def unreadable(body: bytes, url: str) -> KoladaUnreadable:
    """The error for a body that is no JSON: says whether it looks like a web page or like a cut answer."""
    start = body[:_SHOWN_CHARACTERS].decode("utf-8", errors="replace").strip()
    if not body.strip():
        what = "an empty body"
    elif start.startswith("<"):
        what = f"a web page (`{start}`)"
    else:
        what = f"`{len(body)}` bytes that are no whole JSON document (they begin `{start}`)"
    return KoladaUnreadable(
        f"Kolada answered 200 with {what}, so there are no rows to read. The request was `{url}`. "
        "Try again later, or run `kolada doctor` to see what the API answers now.",
        url=url,
        status=200,
    )
