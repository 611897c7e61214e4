"""What a home does with its bodies in a process that is killed at one of its steps.

    python -m tests.ledger.one_store OWN SHARED STEP [+BODY | -BODY ...]

Keeps (`+`) and removes (`-`) bodies, then clears the shared folder as a prune does. A step is a change of a file or a
folder; the process is killed before the step of the given number, if it comes so far, and prints how many there were.
"""

import hashlib
import os
import signal
import sys
from pathlib import Path

from warehouse.raw_store import RawStore

CHANGES = {"os.rename", "os.mkdir", "os.remove", "os.link"}


def main() -> None:
    """Keep and remove."""
    own, shared, stops_at, *acts = sys.argv[1:]
    steps = 0

    def count(event: str, given: tuple) -> None:
        nonlocal steps
        if event in CHANGES or (event == "open" and str(given[1]).startswith("w")):
            if steps == int(stops_at):
                os.kill(os.getpid(), signal.SIGKILL)
            steps += 1

    store = RawStore(Path(own), Path(shared))
    sys.addaudithook(count)
    for act in acts:
        body = act[1:].encode()
        if act[0] == "+":
            store.put(body)
            store.sync()
        else:
            store.remove(hashlib.sha256(body).hexdigest())
    if any(act[0] == "-" for act in acts):
        store.clear_shared()
    print(steps)


if __name__ == "__main__":
    main()
