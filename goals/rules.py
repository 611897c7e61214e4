"""The rules of judgement that a plan may set: their names, values and defaults.

A rule sets how a criterion is interpreted, never the criterion itself. A plan that leaves a rule out gets the default,
and the loaded plan always has all rules, so that every judgement can be traced to a stated rule.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. `allowed` is empty for a whole number, whose limits are `low` and `high`."""

    name: str
    default: str
    meaning: str
    allowed: tuple[str, ...] = ()
    low: int = 0
    high: int = 0
    regions_default: str = ""

    def default_of(self, *, is_region: bool) -> str:
        """Return the value of a rule that a plan does not set."""
        return self.regions_default if is_region and self.regions_default else self.default

    @property
    def default_text(self) -> str:
        """Return the default in words, for the README."""
        return f"{self.default} (regions: {self.regions_default})" if self.regions_default else self.default

    @property
    def allowed_text(self) -> str:
        """The allowed values, in words."""
        if self.allowed:
            return ", ".join(f"`{value}`" for value in self.allowed)
        return f"a whole number from {self.low} to {self.high}"

    @property
    def others_text(self) -> str:
        """The allowed values other than the default, for the README."""
        others = ", ".join(value for value in self.allowed if value != self.default)
        return others or f"{self.low} to {self.high}"

    def accepts(self, value: str) -> bool:
        """Return whether a value is allowed."""
        if self.allowed:
            return value in self.allowed
        return value.isascii() and value.isdigit() and self.low <= int(value) <= self.high


RULES: tuple[Rule, ...] = (
    Rule(
        "national_average",
        "riket_else_unweighted",
        "which mean is used as riksgenomsnittet",
        ("riket_else_unweighted", "unweighted_else_riket", "riket", "unweighted"),
    ),
    Rule(
        "reference_min_n",
        "100",
        "a mean over fewer units than this is marked as weak",
        low=1,
        high=290,
        regions_default="10",
    ),
    Rule(
        "fixed_target_precision",
        "exact",
        "the decimals at which an outcome is compared with a number or an earlier value",
        ("exact", "finer_of_target_and_display", "target", "display"),
    ),
    Rule(
        "average_precision",
        "exact",
        "the decimals at which an outcome is compared with a reference",
        ("exact", "display"),
    ),
    Rule(
        "compound",
        "all_parts",
        "when a goal of several parts is met, unless the goal has its own compound_rule",
        ("all_parts", "any_part"),
    ),
    Rule(
        "partly_met_by",
        "none",
        "what makes a missed criterion partly met: a miss within its tolerance, or a value better than the baseline",
        ("none", "tolerance", "improving"),
    ),
    Rule(
        "majority",
        "each_group",
        "which reading of the majority is the official one; the other is shown next to it",
        ("each_group", "together"),
    ),
    Rule(
        "bokslut",
        "history_else_availability",
        "how to determine which values were published at a year's bokslut date",
        ("history_else_availability", "history", "availability"),
    ),
    Rule(
        "latest_measurement",
        "false",
        "whether the value of an earlier year may be used, marked as provisional, when the year has no value",
        ("false", "true"),
    ),
)

RULES_BY_NAME = {rule.name: rule for rule in RULES}
