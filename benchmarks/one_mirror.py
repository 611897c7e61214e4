"""One mirror in a process of its own, which can be killed: `python -m benchmarks.one_mirror BASE_URL HOME RATE`.

It reads every KPI (KOLADA_MIRROR_DAYS=1) and prints the result as JSON.
"""

import json
import sys
from pathlib import Path

from benchmarks.contestant import peak_mb
from pipeline.jobs import mirror_job
from pipeline.run_job import run_job
from pipeline.settings import Settings


def main() -> None:
    """Run the mirror."""
    base_url, home, rate = sys.argv[1:]
    settings = Settings(base_url=base_url, home=Path(home), rate=float(rate), mirror_days=1)
    result = run_job(settings, mirror_job((), audit_days=settings.mirror_days))
    print(json.dumps({"state": result.state, "message": result.message, "peak_mb": peak_mb()}))


if __name__ == "__main__":
    main()
