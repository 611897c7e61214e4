"""The symbols of the verdicts: each verdict has its own shape, so that none is shown by colour alone."""

from collections.abc import Mapping

from markupsafe import Markup

from reports.swedish.reasons import WITHHELD

# Drawn on a square of 20 units: met, partly met and not met are filled, all others are outlined or dashed.
SIGNS: Mapping[str, Markup] = {
    "met": Markup('<circle class="s-fill" cx="10" cy="10" r="9"/><path class="s-cut" d="M5.5 10.5l3 3 6-7"/>'),
    "not_met": Markup(
        '<rect class="s-fill" x="1.5" y="1.5" width="17" height="17" rx="2"/>'
        '<path class="s-cut" d="M6 6l8 8M14 6l-8 8"/>'
    ),
    "partly_met": Markup(
        '<circle class="s-line" cx="10" cy="10" r="8.2"/><path class="s-fill" d="M10 1.8a8.2 8.2 0 0 0 0 16.4z"/>'
    ),
    "not_yet_due": Markup('<circle class="s-line" cx="10" cy="10" r="8.2"/><path class="s-line" d="M10 5v5l3.5 2"/>'),
    "no_data": Markup('<circle class="s-line s-dash" cx="10" cy="10" r="8.2"/><path class="s-line" d="M6.5 10h7"/>'),
    "withheld": Markup(
        '<rect class="s-line" x="2" y="2" width="16" height="16" rx="2"/>'
        '<path class="s-line s-thin" d="M2 10l8-8M2 18L18 2M10 18l8-8"/>'
    ),
    "not_comparable": Markup(
        '<path class="s-line" d="M10 1.5L18.5 10 10 18.5 1.5 10z"/>'
        '<path class="s-line" d="M6.5 8h7M6.5 12h7M12 6l-4 8"/>'
    ),
    "not_assessable": Markup(
        '<path class="s-line" d="M10 1.5L18.5 10 10 18.5 1.5 10z"/><path class="s-line" d="M6.5 10h7"/>'
    ),
    "assessment_required": Markup(
        '<rect class="s-line" x="2" y="2" width="16" height="16" rx="5"/>'
        '<path class="s-line" d="M6 13.5l.6-2.6 5.6-5.6 2 2-5.6 5.6z"/>'
    ),
    "undetermined": Markup(
        '<circle class="s-line" cx="10" cy="10" r="8.2"/>'
        '<path class="s-line" d="M7.3 8a2.7 2.7 0 1 1 4 2.3c-.9.5-1.3 1-1.3 1.9M10 14.6v.2"/>'
    ),
}


# For documents without drawings: a character, the text colour and the background colour.
LOOKS: Mapping[str, tuple[str, str, str]] = {
    "met": ("✓", "#0d6847", "#e3f1ea"),
    "not_met": ("✗", "#a3301f", "#fae6e2"),
    "partly_met": ("◐", "#7a5600", "#fdf1d4"),
    "not_yet_due": ("○", "#3d4a57", "#eef1f4"),
    "not_comparable": ("≠", "#3d4a57", "#eef1f4"),
}


def sign_of(verdict: str, reason: str | None = None) -> str:
    """Return the name of a verdict's symbol: a hidden figure looks different from a missing one."""
    return "withheld" if verdict == "no_data" and reason in WITHHELD else verdict


def sign(name: str) -> Markup:
    """Return a symbol without text: the word must be shown next to it."""
    return Markup('<svg class="sign v-{0}" aria-hidden="true" focusable="false"><use href="#s-{0}"/></svg>').format(
        name
    )


def sign_sheet() -> Markup:
    """Return the definitions of all symbols, once per page."""
    symbols = Markup("").join(
        Markup('<symbol id="s-{}" viewBox="0 0 20 20">{}</symbol>').format(name, drawing)
        for name, drawing in SIGNS.items()
    )
    return Markup('<svg width="0" height="0" class="sheet" aria-hidden="true" focusable="false">{}</svg>').format(
        symbols
    )
