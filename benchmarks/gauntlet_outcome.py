"""The contestants of the gauntlet, and the outcome of one case for one of them: a line of the results file."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from benchmarks.gauntlet_cells import Count

OURS = "ours"
CONTESTANTS: Mapping[str, str] = {
    OURS: "benchmarks.gauntlet_ours",
    "koladapy": "benchmarks.peers.gauntlet_koladapy",
    "dlt": "benchmarks.peers.gauntlet_dlt",
    "script": "benchmarks.peers.gauntlet_script",
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """The outcome of one case for one contestant.

    Attributes:
        contestant: a name of `CONTESTANTS`.
        kind: fault, lie or usual.
        name: the case on the page.
        words: the case in the stand-in.
        mode: passing or lasting.
        end: how it was noticed, by the most noticeable of its nights.
        said: the first message of that night; empty for a silent night.
        count: the cells of the table at the end.
    """

    contestant: str
    kind: str
    name: str
    words: str
    mode: str
    end: str
    said: str
    count: Count

    @classmethod
    def parsed(cls, line: str) -> "Outcome":
        """Parse a line of the file."""
        given = json.loads(line)
        return cls(**given | {"count": Count(**given["count"])})
