"""Compare the cost of nights with an older version: both run in turn, and only the ratio counts.

    python -m benchmarks.bench_versions --older FOLDER [--data sample|FOLDER] [--rounds N]

FOLDER is a checkout of the older version with its own .venv (`git worktree add ../older COMMIT`, then `make install`
in it). Writes docs/benchmarks-versions.md.
"""

import argparse
import json
import os
import statistics
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.machine import busy_share, describe_machine
from benchmarks.results_page import table

REPOSITORY = Path(__file__).resolve().parent.parent
PAGE = REPOSITORY / "docs" / "benchmarks-versions.md"
DRIVER = REPOSITORY / "benchmarks" / "nights_in_turn.py"
READING = ("Read the catalogue", "Read the values")
JUDGING = "Judge the goals"

Costs = Mapping[str, Mapping[str, float]]
# The compared costs, and the largest allowed ratio to the older version's.
GOALS: Mapping[tuple[str, str], float] = {
    ("first night", JUDGING): 1 / 3,
    ("night with news", "all but reading"): 1.2,
    ("quiet night", "all but reading"): 1.0,
}


def nights_of(checkout: Path, data: str) -> Costs:
    """Return the nights of one version."""
    ended = subprocess.run(
        [checkout / ".venv" / "bin" / "python", DRIVER, data],
        cwd=checkout,
        env=os.environ | {"PYTHONPATH": str(checkout)},
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    costs: Costs = json.loads(ended.stdout.splitlines()[-1])
    return costs


def part(costs: Costs, night: str, stage: str) -> float:
    """Return one stage's cost, or the cost of all stages except reading."""
    if stage in costs[night]:
        return costs[night][stage]
    return sum(cost for name, cost in costs[night].items() if name not in READING)


def version_of(checkout: Path) -> str:
    """Return the short commit hash."""
    command = ["git", "-C", str(checkout), "rev-parse", "--short", "HEAD"]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()


def page(rounds: Sequence[tuple[Costs, Costs]], older: str, data: str) -> str:
    """Return the text of docs/benchmarks-versions.md."""
    rows = []
    shown = [
        (night, stage)
        for night in ("first night", "night with news", "quiet night")
        for stage in (JUDGING, "all but reading")
    ]
    for night, stage in shown:
        pairs = [(part(was, night, stage), part(now, night, stage)) for was, now in rounds]
        ratio = statistics.median(now / was for was, now in pairs)
        goal = GOALS.get((night, stage))
        rows.append(
            (
                f"{night}: {stage[0].lower()}{stage[1:]}",
                f"{statistics.median(was for was, _ in pairs):.2f}",
                f"{statistics.median(now for _, now in pairs):.2f}",
                f"**{ratio:.2f}**",
                "" if goal is None else f"{goal:.2f}",
                "" if goal is None else "yes" if ratio <= goal else "no",
            )
        )
    source = "the built-in sample" if data == "sample" else "recorded data"
    size = [statistics.median(part(each[at], "size, MB", "published file") for each in rounds) for at in (0, 1)]
    rows.append(("published file, MB", f"{size[0]:.1f}", f"{size[1]:.1f}", f"**{size[1] / size[0]:.2f}**", "", ""))
    return "\n".join(
        [
            "# Nights beside those of an older version",
            "",
            f"Made by `make bench-versions OLDER=FOLDER` with {source}: {len(rounds)} rounds, the versions in turn,",
            f"each in a process of its own. The older version is commit {older}. Costs are seconds of the processor,",
            "medians; a ratio is the median of the rounds' ratios. Reading and keeping the answers is left out.",
            "",
            f"The machine: {describe_machine()}; {busy_share():.1f} processes a core ran or waited.",
            "",
            *table(("", "older", "this", "ratio", "goal, at most", "holds"), rows),
            "",
            "## What a night does more than that of 03046e7",
            "",
            "Every kind of criterion is judged. The causes of a changed verdict are found by judging again with one",
            "input put back. Each night is compared with what is known before it is published. Every mart keeps the",
            "rows of each publication. With one plan, most of a night is DuckDB's planning of this SQL, not its rows.",
            "",
        ]
    )


def main() -> None:
    """Measure, and write the page."""
    parser = argparse.ArgumentParser(description="What nights cost beside those of an older version.")
    parser.add_argument("--older", type=Path, required=True, help="a checkout of the older version with its .venv")
    parser.add_argument("--data", default="sample", help="sample, or a folder of recorded data")
    parser.add_argument("--rounds", type=int, default=5, help="how many rounds (default: 5)")
    given = parser.parse_args()
    rounds = [(nights_of(given.older, given.data), nights_of(REPOSITORY, given.data)) for _ in range(given.rounds)]
    PAGE.write_text(page(rounds, version_of(given.older), given.data), encoding="utf-8")
    print(PAGE.read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
