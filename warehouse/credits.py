"""The source labels of values and columns, from `sql/dictionary/sources.toml`.

Values as received are labelled "Källa: Kolada", computed values as our own, decisions of the council with the plan.
Made-up values name no source, and every output of them says that they are made up.
"""

from warehouse.dictionary import source_labels

_LABELS = source_labels()
_ROOTS = ("received", "derived")


def source_label(code: str) -> str:
    """Return the Swedish label of a source, such as `received`."""
    return _LABELS[code]["label"].format(since="{since}", **{root: _LABELS[root]["label"] for root in _ROOTS})


def as_printed(label: str, source_kind: str) -> str:
    """Return a label as it is printed: next to made-up values it names no source.

    Args:
        label: a source label, or a text that contains some.
        source_kind: live, recorded or sample.
    """
    if source_kind == "sample":
        for root in _ROOTS:
            label = label.replace(_LABELS[root]["label"], _LABELS[root]["made_up"])
    return label


RECEIVED = source_label("received")
DERIVED = source_label("derived")
DERIVED_FROM_OWN = source_label("derived_from_own")
PLAN = source_label("plan")
MADE_UP_VALUES = source_label("made_up_values")
MADE_UP_PLAN = source_label("made_up_plan")
DRAFT = source_label("draft")
BROKEN_PLAN = source_label("broken_plan")
