"""`make bench`: compare ours with the floor and the peers, on the same pages in one run; writes docs/benchmarks.md.

python -m benchmarks.bench_load --peers .venv-peers/bin/python
python -m benchmarks.bench_load --values 100000 --rounds 3 --page -     # a quick look, ours and the floor only
"""

import argparse
from pathlib import Path

from benchmarks.machine import describe_machine
from benchmarks.results_page import write_page
from benchmarks.rounds import measure

# Rounds per size: small sizes are fast, and their results vary.
SIZES = {100_000: 5, 1_000_000: 3, 10_000_000: 1}


def main() -> None:
    """Measure every size and write the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--values", type=int, nargs="+", default=list(SIZES), help="sizes, in values")
    parser.add_argument("--rounds", type=int, help="rounds of each size (default: 5, 3 and 1)")
    parser.add_argument(
        "--peers",
        help="the interpreter that has benchmarks/peers/requirements.txt; koladapy holds 8 GB at 10 million values",
    )
    parser.add_argument("--limit", type=float, default=300, help="time limit of a peer in seconds (default: 300)")
    parser.add_argument("--pages", type=Path, default=Path("benchmarks/.pages"), help="a folder to work in")
    parser.add_argument("--page", default="docs/benchmarks.md", help="the page to write; - prints it")
    given = parser.parse_args()
    before = describe_machine()
    sizes = [
        measure(
            values,
            rounds=given.rounds or SIZES.get(values, 1),
            pages=given.pages.absolute(),
            peers=given.peers,
            limit=given.limit,
        )
        for values in given.values
    ]
    page = write_page(sizes, machine=before, limit=given.limit)
    if given.page == "-":
        print(page)
    else:
        Path(given.page).write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
