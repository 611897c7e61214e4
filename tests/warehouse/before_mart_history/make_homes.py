"""Makes the homes for `test_mart_history_upgrade.py`: three runs published before marts had a history.

    python -m tests.warehouse.before_mart_history.make_homes FOLDER

Each archive holds a home and, in `said.json`, the contents of its published file after each run. One home is pruned.
They were made by the software of 2026-11-25 and must not be made again, since the tests need files of that age.
"""

import json
import shutil
import sys
import tarfile
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import zstandard

from fake_kolada import FakeKolada, apply_change
from goals import read_plan
from pipeline.jobs import refresh_job
from pipeline.run_job import run_job
from pipeline.settings import Settings
from tests.warehouse.first_release.make_fixture import PLAN, small_data
from warehouse.home import Home
from warehouse.prune import prune

CHANGES = (
    "revised:N15436/1480/2023/T=99.5",
    "suppressed:N15436/1480/2022/T",
    "revised:N15436/1480/2023/T=98.5",
)


def main(folder: Path) -> None:
    """Make both homes."""
    for name in ("whole", "pruned"):
        home = folder / name / "home"
        said = three_nights(home)
        if name == "pruned":
            prune(Home(home), keep_nights=1, now=datetime.now(UTC))
        shutil.rmtree(home / "snapshots")
        (home / "said.json").write_text(json.dumps(said), encoding="utf-8")
        with (
            (folder / f"{name}.tar.zst").open("wb") as file,
            zstandard.ZstdCompressor(level=19).stream_writer(file) as packed,
            tarfile.open(fileobj=packed, mode="w|") as archive,
        ):
            archive.add(home, arcname="home")


def three_nights(home: Path) -> list[dict[str, object]]:
    """Publish three runs, with a change after each; return the contents after each run."""
    plan = read_plan(PLAN)
    fake = FakeKolada(small_data([*plan.kpi_ids, *plan.cross_check_kpi_ids]))
    settings = Settings(base_url="http://kolada.test/v3", home=home, rate=1000.0)
    said = []
    for day, change in enumerate(CHANGES, start=1):
        now = datetime(2026, 4, day, 0, 30, tzinfo=UTC)
        run_job(settings, refresh_job((plan,)), transport=fake.transport(), clock=lambda now=now: now)
        said.append(what_is_said(home / "kolada.duckdb"))
        fake.data = apply_change(fake.data, change)
    return said


def what_is_said(published: Path) -> dict[str, object]:
    """Return the publication, the judgements and the ranks of a published file."""
    with duckdb.connect(str(published), read_only=True) as connection:
        ((at,),) = connection.execute("select max(published_at) from ops.publication").fetchall()
        return {
            "published_at": str(at),
            "judged": connection.execute(
                "select indicator_id, year, value, verdict, verdict_reason, margin from mart.goal_fulfilment "
                "order by all"
            ).fetchall(),
            "ranked": connection.execute(
                "select kpi_id, period, municipality_id, value, rank, rank_n from mart.ranking order by all"
            ).fetchall(),
        }


if __name__ == "__main__":
    main(Path(sys.argv[1]))
