"""The errors of a plan, in words with which its author can correct it.

    PlanError        a plan, or a set of plans, is refused; contains every finding, not only the first
    └── NoPlans      there is no folder of plans, or no plan in it; says how to begin

A finding names the file, the row as a spreadsheet shows it, the column, the value, the consequence, and what to write
instead. The checks themselves are in other modules.
"""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to correct.

    `row` is the row in a spreadsheet: the header is row 1. In a TOML file it is the line.
    """

    file: str
    problem: str
    consequence: str
    remedy: str
    row: int | None = None
    column: str | None = None
    value: str | None = None

    @property
    def place(self) -> str:
        """File, row and column in words."""
        parts = [self.file]
        if self.row is not None:
            parts.append(f"{'line' if self.file.endswith('.toml') else 'row'} {self.row}")
        if self.column is not None:
            parts.append(f"{'key' if self.file.endswith('.toml') else 'column'} {self.column}")
        return ", ".join(parts)

    def __str__(self) -> str:
        value = "" if self.value is None else f": `{self.value}`"
        end = "" if self.remedy.endswith("?") else "."
        return f"{self.place}: {self.problem}{value}; {self.consequence}. {self.remedy}{end}"


class PlanError(ValueError):
    """A plan is refused: it is not loaded and no request is sent for it."""

    def __init__(self, plan: str, findings: Iterable[Finding]) -> None:
        self.plan = plan
        self.findings = tuple(findings)
        super().__init__(plan, self.findings)

    def __reduce__(self) -> tuple[type["PlanError"], tuple[str, tuple[Finding, ...]]]:
        return type(self), (self.plan, self.findings)

    def __str__(self) -> str:
        count = len(self.findings)
        lines = [f"plan `{self.plan}` is refused, and no request is sent for it: {count} thing(s) to correct."]
        lines += [f"  {number}. {finding}" for number, finding in enumerate(self.findings, start=1)]
        lines.append("Correct the files (goals/README.md describes each column), then run `kolada goals check`.")
        return "\n".join(lines)


def near_words(word: str, known: Iterable[str], *, most: int = 3, cutoff: float = 0.5) -> list[str]:
    """Return the known words nearest to a word: those with two adjacent characters swapped first.

    A swap is the most common typing error in an id, and a plain similarity ratio ranks it behind others.
    """
    options = sorted(set(known))
    swapped = [word[:place] + word[place + 1] + word[place] + word[place + 2 :] for place in range(len(word) - 1)]
    slips = [each for each in swapped if each in options and each != word]
    close = difflib.get_close_matches(word, options, n=most, cutoff=cutoff)
    return list(dict.fromkeys([*slips, *close]))[:most]


def suggestion(value: str, known: Iterable[str]) -> str:
    """Return a question that names the closest known words, or an empty text."""
    close = near_words(value, known)
    return f" Did you mean {', '.join(f'`{word}`' for word in close)}?" if close else ""


def listed(words: Iterable[str]) -> str:
    """Return words in backticks, separated by commas."""
    return ", ".join(f"`{word}`" for word in words)


class NoPlans(PlanError):
    """There is nothing to judge yet; the message says how to begin."""

    def __init__(self, folder: str, problem: str) -> None:
        self.folder = folder
        self.problem = problem
        super().__init__(folder, [Finding(folder, problem, "there is nothing to judge", "Write a plan")])

    def __reduce__(self) -> tuple[type["NoPlans"], tuple[str, str]]:  # type: ignore[override]
        return type(self), (self.folder, self.problem)

    def __str__(self) -> str:
        return (
            f"`{self.folder}`: {self.problem}, so there is nothing to judge, and no request is sent. "
            "Begin with one of:\n"
            "  kolada refresh --sample       look around: made-up values, and the plan that comes with the software\n"
            "                                (unless KOLADA_GOALS or `--goals` names a folder)\n"
            "  kolada goals new --example    a copy of that plan, to see how one is written\n"
            "  kolada goals new --municipality 1480 --from indicators.csv    a plan of your own from a table\n"
            "or name the folder that holds your plans: `--goals FOLDER`, KOLADA_GOALS."
        )
