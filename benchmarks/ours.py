"""Ours: a mirror into a home, from the first request to the published file; `python -m benchmarks.ours URL HOME`."""

import json
import sys
import time
from pathlib import Path

from flows.job import mirror_job
from flows.pipeline import call_directly, run_job
from flows.settings import Settings


def main() -> None:
    """Run one mirror and print what each stage took."""
    settings = Settings(base_url=sys.argv[1], home=Path(sys.argv[2]), rate=1000.0, mirror_days=1)
    stages: dict[str, float] = {}

    def call(name, function, *args, **kwargs):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN002, ANN003, ANN202
        begun = time.perf_counter()
        result = call_directly(name, function, *args, **kwargs)
        stages[name] = round(time.perf_counter() - begun, 2)
        return result

    begun = time.perf_counter()
    result = run_job(settings, mirror_job((), audit_days=1), call=call)
    print(
        json.dumps(
            {
                "seconds": time.perf_counter() - begun,
                "values": result.loaded.received if result.loaded else 0,
                "state": result.state,
                "opened": dict(result.loaded.opened) if result.loaded else {},
                "file_bytes": result.published.stat().st_size,
                "stages": stages,
            }
        )
    )


if __name__ == "__main__":
    main()
