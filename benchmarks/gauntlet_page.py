"""docs/gauntlet.md: the results of each contestant, in sum and case by case, and the misleading cells."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from benchmarks.gauntlet_cases import CASES, FAULT, KPIS, LIE, PASSING, USUAL
from benchmarks.gauntlet_outcome import CONTESTANTS, OURS, Outcome
from benchmarks.gauntlet_worker import HELD, HUNG, SILENT, STOPPED
from benchmarks.results_page import table

SILENTLY = "misled, silent"
PORT = re.compile(r"127\.0\.0\.1:\d+")

HEAD = f"""# The gauntlet

Made by `make gauntlet`. Four ways to load Kolada's values into DuckDB every night get the same faults and lies, from
the same stand-in ([fake-kolada.md](fake-kolada.md)), and their tables are compared with the true values.

- **ours**: `kolada refresh` of a small plan, with the default limits.
- **koladapy**: Kolada's client on PyPI, as its tutorial shows it; the frame into DuckDB.
- **dlt**: the `rest_api` source as its documents show it, with their measures against faults: its own client, which
  tries five times, the `json_link` paginator, a schema contract that freezes types, rows merged by their key.
  By its documents `replace`, in place of `merge`, removes rows that a response does not have; that was not run.
- **script**: httpx and pandas as usually written: `next_url` followed, the status checked, the table replaced.

All read the KPIs {", ".join(KPIS)} of the sample's units of two counties, the regions and Riket;
all its values are made up. Each case begins with a table that an honest night filled. The next night has one true
change, so that an unchanged table differs from a correct one. The timeout of a try is the same for all, and all waits
between tries are shortened to a few hundredths of a second.

- A **fault** affects one response of the night (*passing*), or every matching response (*lasting*).
- A **lie** is served two nights in a row, and the third night is honest: *lasting* is the second morning, *passing* the
  third. So a lie that the table shows under *lasting* and not under *passing* was accepted while it was served.
- **What a year brings** is not a lie: it must arrive, and no night may stop because of it.

A cell is a number of one KPI, unit, year and gender. It is *right*; *old*, if it is the true number of the night
before; *wrong*, if it is another number, is repeated, or has no true number; *lost*, if there is a number and the table
has none. Old cells do not mislead a user who sees that the night failed.

How a night was noticed: *held* (the table is unchanged, with the reason), *stopped* (an error), *warned* (a message of
level warning or above that an honest night does not have, or a check that found something), *hung* (it had not ended
when it was killed), *silent*.
"""

FOOT = """## What it leaves out

- The cases come from the stand-in that tests ours, and ours was corrected until it passed. The peers ran them here for
  the first time, and their authors do not promise to detect most of them.
- koladapy and dlt have features that ours has not: koladapy needs no plan and returns a frame in one line; dlt loads
  any API into any of its destinations, and with its `scd2` strategy keeps versions.
- This is one run. Results that depend on the order of concurrent requests can differ in the next.
"""


def write_page(outcomes: Sequence[Outcome], *, machine: str, versions: str) -> str:
    """Return the whole page."""
    cases = {(each.kind, each.name) for each in outcomes}
    names = [name for name in CONTESTANTS if any(each.contestant == name for each in outcomes)]
    return "\n".join(
        [
            HEAD,
            f"Versions of the peers: {versions}. The machine: {machine}.",
            "",
            f"On this page: {len(cases)} of {len(CASES)} cases, those that all contestants ran.",
            "",
            "## In sum",
            "",
            *table(
                (
                    "",
                    "cases",
                    "right",
                    "right, and said so",
                    "old, and said so",
                    "wrong or lost, and said so",
                    "**old, wrong or lost, silent**",
                    "hung",
                    "usual nights stopped",
                ),
                (_sum(name, [each for each in outcomes if each.contestant == name]) for name in names),
            ),
            "",
            *_better(outcomes),
            "",
            *_section("Faults", FAULT, outcomes, names),
            *_section("Lies", LIE, outcomes, names),
            *_section("What a year brings", USUAL, outcomes, names),
            "## What would have been believed",
            "",
            "Every case in which a table had cells that are wrong or lost, with one of them (the plan's own unit",
            "before others), or old ones with no word of it. **Bold**: nothing was said.",
            "",
            *table(
                ("case", "", "who", "right", "old", "wrong", "lost", "noticed", "what its users would have believed"),
                (_believed(each) for each in outcomes if not each.count.is_whole or _class(each) == SILENTLY),
            ),
            "",
            "## What was said",
            "",
            "The first thing that each said of a case; of ours too where a peer's table stayed right in silence.",
            "",
            *table(
                ("case", "", "who", "said"),
                ([each.name, each.mode, each.contestant, _quoted(each.said)] for each in outcomes if each.said),
            ),
            "",
            FOOT,
        ]
    )


def _sum(name: str, outcomes: Sequence[Outcome]) -> list[str]:
    """Return a contestant's row: its faults and lies in classes that add up, and its false alarms."""
    classes = Counter(_class(each) for each in outcomes if each.kind != USUAL)
    alarms = sum(_is_alarm(each) or not _is_right(each) for each in outcomes if each.kind == USUAL)
    usual = sum(each.kind == USUAL for each in outcomes)
    parts = ("right", "right, said", "old, said", "misled, said", SILENTLY, HUNG)
    return [name, str(classes.total()), *(str(classes[part]) for part in parts), f"{alarms} of {usual}"]


def _class(outcome: Outcome) -> str:
    """Return the column of the sum."""
    if outcome.end == HUNG:
        return HUNG
    if _is_right(outcome):
        return "right" if outcome.end == SILENT else "right, said"
    if outcome.end == SILENT:
        return SILENTLY
    return "old, said" if outcome.count.is_whole else "misled, said"


def _is_right(outcome: Outcome) -> bool:
    return outcome.count.is_whole and not outcome.count.old


def _is_alarm(outcome: Outcome) -> bool:
    return outcome.end in (HELD, STOPPED, HUNG)


def _better(outcomes: Sequence[Outcome]) -> Iterable[str]:
    """Return the cases in which a peer's table was right and ours was not, or ours stopped without a fault."""
    ours = {(each.kind, each.name, each.mode): each for each in outcomes if each.contestant == OURS}
    better: dict[str, list[str]] = {}
    for each in outcomes:
        own = ours.get((each.kind, each.name, each.mode))
        if own is not None and each.contestant != OURS and _is_right(each) and not _is_right(own):
            better.setdefault(f"{own.name} ({own.mode}; ours {_cell(own)})", []).append(each.contestant)
    yield "Where a peer's table was right and ours was not:"
    yield ""
    if not better:
        yield "- nowhere."
    for case, peers in better.items():
        yield f"- {case}: {', '.join(peers)}."


def _section(title: str, kind: str, outcomes: Sequence[Outcome], names: Sequence[str]) -> Iterable[str]:
    """Return the matrix of one kind of case."""
    cases: dict[tuple[str, str], dict[str, Outcome]] = {}
    for each in sorted(outcomes, key=lambda each: each.mode != PASSING):
        if each.kind == kind:
            cases.setdefault((each.name, each.mode), {})[each.contestant] = each
    order = {name: number for number, name in enumerate(dict.fromkeys(each.name for each in outcomes))}
    yield f"## {title}"
    yield ""
    yield from table(
        ("case", "", *names),
        (
            [name, mode, *(_cell(by_name[each]) if each in by_name else "" for each in names)]
            for (name, mode), by_name in sorted(
                cases.items(), key=lambda case: (order[case[0][0]], case[0][1] != PASSING)
            )
        ),
    )
    yield ""


def _cell(outcome: Outcome) -> str:
    """Return the classes of cells and how the case was noticed; bold if the table misleads and nothing was said."""
    count = outcome.count
    shown = [
        f"{number:,} {word}" for word, number in (("old", count.old), ("wrong", count.wrong), ("lost", count.lost))
    ]
    told = [each for each in shown if not each.startswith("0 ")]
    text = f"{', '.join(told) or 'right'}; {outcome.end}"
    return f"**{text}**" if _class(outcome) == SILENTLY else text


def _believed(outcome: Outcome) -> list[str]:
    """Return the row of a table that misleads."""
    count = outcome.count
    end = f"**{outcome.end}**" if outcome.end == SILENT else outcome.end
    counts = (f"{number:,}" for number in (count.right, count.old, count.wrong, count.lost))
    return [outcome.name, outcome.mode, outcome.contestant, *counts, end, count.example or "nothing new was published"]


def _quoted(said: str, length: int = 140) -> str:
    """Return a message on one line of a table, without port numbers and folders."""
    text = PORT.sub("127.0.0.1", " ".join(said.split()))
    return f"`{text[:length].replace('|', '/').replace('`', chr(39))}`"
