"""Who takes part in the gauntlet, and what came of one case for one of them: a line of the file of results."""

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
    """What came of one case for one contestant.

    Attributes:
        contestant: a name of `CONTESTANTS`.
        kind: fault, lie or usual.
        name: the case, for readers.
        words: the case, for the stand-in.
        mode: passing or lasting.
        end: how it was noticed, by the loudest of its nights.
        said: the first thing that was said then; empty for a silent night.
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
        """From a line of the file."""
        given = json.loads(line)
        return cls(**given | {"count": Count(**given["count"])})
