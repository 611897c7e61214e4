"""The messages about a form, in English with their values apart, so that a command can show them in another language.

A cell's text is a value and never part of a message's text, so a translation cannot mistake one for the other.
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Said:
    """A message.

    Attributes:
        text: in English, with `{}` for each value.
        values: texts, or messages of their own.
    """

    text: str
    values: tuple["str | Said", ...] = ()

    def __str__(self) -> str:
        return self.text.format(*self.values)


def said(text: str, *values: object) -> Said:
    """Return a message with its values."""
    return Said(text, tuple(value if isinstance(value, Said) else str(value) for value in values))


@dataclass(frozen=True, slots=True)
class CellProblem:
    """What is wrong with a cell, or with a sheet: its place, the problem and the remedy."""

    place: str
    problem: Said
    remedy: Said

    def __str__(self) -> str:
        return f"{self.place}: {self.problem}. {self.remedy}."


class FormError(ValueError):
    """A form cannot be made or read; the message names every wrong cell, and nothing was written.

    Attributes:
        message: the whole message, or its first line if cells are wrong.
        problems: the wrong cells.
        advice: the last line if cells are wrong.
    """

    def __init__(self, message: Said, problems: Sequence[CellProblem] = (), advice: Said | None = None) -> None:
        self.message, self.problems, self.advice = message, tuple(problems), advice
        super().__init__(message, self.problems, advice)

    def __str__(self) -> str:
        listed = (f"  {number}. {problem}" for number, problem in enumerate(self.problems, start=1))
        return "\n".join([str(self.message), *listed, *([str(self.advice)] if self.advice else [])])
