"""A refresh in a subprocess that kills itself with SIGKILL at a point given on the command line.

    python run_and_die.py HOME RECORDED POINT NUMBER

RECORDED is the folder of recorded data, or `small` for the small part of the sample. POINT is `request` (before the
response to request NUMBER reaches the client), `step` (after result NUMBER was handled), `stage:NAME` (as that stage
begins) or `clock` (at reading NUMBER of the clock; the last one is after the rename and before the ledger's last
line). The points use only the public seams.
"""

import os
import signal
import sys
from datetime import datetime
from pathlib import Path

import httpx

from fake_kolada import FakeKolada, recorded_data
from goals import read_plan, read_plans
from pipeline.jobs import refresh_job
from pipeline.progress import Silent
from pipeline.run_job import run_job
from pipeline.settings import Settings
from tests.warehouse.first_release.make_fixture import PLAN, small_data

GOALS = Path(__file__).resolve().parents[2] / "goals"


class Death:
    """Counts events and kills the process at the given one."""

    def __init__(self, point: str, number: int) -> None:
        self.point, self.number, self.seen = point, number, 0

    def pass_by(self, point: str) -> None:
        if point == self.point:
            self.seen += 1
            if self.seen == self.number:
                os.kill(os.getpid(), signal.SIGKILL)


class DyingTransport(httpx.BaseTransport):
    """The stand-in, until the request at which the process dies."""

    def __init__(self, inner: httpx.BaseTransport, death: Death) -> None:
        self.inner, self.death = inner, death

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        response = self.inner.handle_request(request)
        self.death.pass_by("request")
        return response


class DyingReporter(Silent):
    """A reporter that kills the process as a stage begins, or at a step."""

    def __init__(self, death: Death) -> None:
        self.death = death

    def stage(self, name: str, total: int | None = None) -> None:
        self.death.pass_by(f"stage:{name}")

    def advance(self, steps: int = 1) -> None:
        self.death.pass_by("step")


def main() -> None:
    home, recorded, point, number = sys.argv[1:]
    death = Death(point, int(number))
    # The tests set the dates of the runs: this one is the day before the next refresh.
    instant = datetime.fromisoformat(os.environ["RUN_INSTANT"])

    def clock() -> datetime:
        death.pass_by("clock")
        return instant

    if recorded == "small":
        plans = (read_plan(PLAN),)
        data = small_data([*plans[0].kpi_ids, *plans[0].cross_check_kpi_ids])
    else:
        plans, data = read_plans(GOALS), recorded_data(Path(recorded))
    settings = Settings(base_url="http://kolada.test/v3", home=Path(home), goals=GOALS, wait=0.0, rate=1000.0)
    run_job(
        settings,
        refresh_job(plans),
        transport=DyingTransport(FakeKolada(data).transport(), death),
        reporter=DyingReporter(death),
        clock=clock,
    )


if __name__ == "__main__":
    main()
