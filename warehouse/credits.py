"""Whose figure it is: the source labels of values and columns, as `sql/dictionary/sources.toml` has them.

Values as received say "Källa: Kolada"; everything computed says that it is our own; what the council decided names the
plan. Made-up values name nobody, and every output of them says that they are made up.
"""

from typing import Final

from warehouse.dictionary import source_labels

_LABELS: Final = source_labels()
_ROOTS: Final = ("received", "derived")


def source_label(code: str) -> str:
    """The Swedish label of a source, such as `received`."""
    return _LABELS[code]["label"].format(since="{since}", **{root: _LABELS[root]["label"] for root in _ROOTS})


def as_printed(label: str, source_kind: str) -> str:
    """A label as it is printed: beside made-up values it names nobody.

    Args:
        label: one of ours, or a text that holds some.
        source_kind: live, recorded or sample.
    """
    if source_kind == "sample":
        for root in _ROOTS:
            label = label.replace(_LABELS[root]["label"], _LABELS[root]["made_up"])
    return label


RECEIVED: Final = source_label("received")
DERIVED: Final = source_label("derived")
DERIVED_FROM_OWN: Final = source_label("derived_from_own")
PLAN: Final = source_label("plan")
MADE_UP_VALUES: Final = source_label("made_up_values")
MADE_UP_PLAN: Final = source_label("made_up_plan")
DRAFT: Final = source_label("draft")
BROKEN_PLAN: Final = source_label("broken_plan")
