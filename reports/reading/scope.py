"""The scope of a report: one goal, the goals of one nämnd or company, a part of the year."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from reports.errors import UnknownScope
from reports.reading.sourced_rows import Row

PERIODS = ("T1", "T2", "Q1", "Q2", "Q3", "Q4", *(f"{month:02}" for month in range(1, 13)))


@dataclass(frozen=True, slots=True)
class Scope:
    """A part of a plan; without any attribute it is the whole plan.

    Attributes:
        goal: only this goal.
        owner: only the goals and indicators of this nämnd or company.
        period: the year up to the end of T1, Q2, 06 ...: its figures, forecasts and comments are shown.
    """

    goal: str | None = None
    owner: str | None = None
    period: str | None = None

    @property
    def is_partial(self) -> bool:
        """Whether some of the plan's goals are left out."""
        return self.goal is not None or self.owner is not None

    @property
    def part(self) -> str:
        """The goals in a few Swedish words; empty for all of them."""
        named = ((f"mål {self.goal}", self.goal), (self.owner, self.owner))
        return ", ".join(str(words) for words, given in named if given is not None)

    @property
    def text(self) -> str:
        """The scope in a few Swedish words; empty for the whole plan."""
        return ", ".join(filter(None, (self.part, "" if self.period is None else f"delår {self.period}")))

    @property
    def file_part(self) -> str:
        """The scope's part of a file name: `-P4-T2`; empty for the whole plan."""
        words = [each for each in (self.goal, self.owner, self.period) if each]
        return "".join(
            "-" + "".join(sign if sign.isalnum() or sign in ".-" else "_" for sign in word) for word in words
        )

    def checked(self, plan_id: str, goals: Sequence[Row], indicators: Iterable[Row]) -> "Scope":
        """Return the scope with the goal and the period as written in the plan.

        Args:
            plan_id: the plan.
            goals: the goals of the plan.
            indicators: the indicators of the plan.

        Raises:
            UnknownScope: the plan has no such goal or owner, or there is no such part of a year.
        """
        goal, owner, period = self.goal, self.owner, self.period
        if goal is not None:
            found = [row["goal_id"] for row in goals if str(row["goal_id"]).casefold() == goal.strip().casefold()]
            if not found:
                there = ", ".join(f"`{row['goal_id']}`" for row in goals)
                raise UnknownScope(
                    f"The plan `{plan_id}` has no goal `{goal}`, so nothing was written. Its goals: {there}."
                )
            goal = found[0]
        if owner is not None:
            known = sorted({str(row["owner"]) for row in (*goals, *indicators) if row["owner"]})
            found = [each for each in known if each.casefold() == owner.strip().casefold()]
            if not found:
                there = ", ".join(f"`{each}`" for each in known) or "`owner` is empty in goals.csv and indicators.csv"
                raise UnknownScope(
                    f"`{owner}` is not an owner of a goal or indicator in the plan `{plan_id}`, so nothing was "
                    f"written. The owners: {there}."
                )
            owner = found[0]
        if period is not None:
            period = period.strip().upper()
            if period not in PERIODS:
                raise UnknownScope(
                    f"`{period}` is not a part of a year, so nothing was written. Write T1, T2, Q1 to Q4 or 01 to 12."
                )
        return Scope(goal, owner, period)

    def holds(self, goal: Row, indicator: Row | None = None) -> bool:
        """Return whether an indicator of a goal, or the goal as a whole, is in the scope."""
        if self.goal is not None and goal["goal_id"] != self.goal:
            return False
        owner = (indicator["owner"] if indicator is not None else None) or goal["owner"]
        return self.owner is None or owner == self.owner
