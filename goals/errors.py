"""What is wrong with a plan, said so that the person who wrote it can correct it.

    PlanError        a plan, or a set of plans, is refused; carries every finding, not the first one only

A finding names the file, the row as a spreadsheet shows it, the column and the value; says what follows
from it; and says what to write instead. Nothing here decides what is right: the checks do.
"""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to correct.

    `row` counts as a spreadsheet does: the header is row 1. In a TOML file it is the line.
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
