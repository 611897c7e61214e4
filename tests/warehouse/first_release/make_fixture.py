"""Makes the home for `test_upgrade.py`: two runs of a few made-up cells, published by the software of that time.

    python tests/warehouse/first_release/make_fixture.py FOLDER

The home next to this file has the first released schema and must not be made again. A later release adds its own
folder, made by its own code.
"""

import shutil
import sys
import tarfile
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import zstandard

from fake_kolada import DataSet, FakeKolada, apply_change, sample_data
from goals import read_plan
from pipeline.jobs import refresh_job
from pipeline.run_job import run_job
from pipeline.settings import Settings

PLAN = Path(__file__).resolve().parents[2] / "goals" / "plans" / "exempel-1480-2024-2026"
UNITS = ["0000", "0114", "0115", "0117", "1480", "1489"]


def small_data(kpi_ids: list[str]) -> DataSet:
    """Return a small part of the sample."""
    sample = sample_data()
    return DataSet(
        source_kind="sample",
        dated=sample.dated,
        observations=sample.observations.filter(
            pl.col("kpi_id").cast(pl.String).is_in(kpi_ids)
            & pl.col("municipality_id").cast(pl.String).is_in(UNITS)
            & (pl.col("period") >= 2021)
        ),
        kpis=sample.kpis.filter(pl.col("kpi_id").is_in(kpi_ids)),
        municipalities=sample.municipalities.filter(pl.col("municipality_id").is_in(UNITS)),
        groups=sample.groups.filter(pl.col("group_id") == "G2328"),
        group_members=sample.group_members.filter((pl.col("group_id") == "G2328") & pl.col("member_id").is_in(UNITS)),
    )


def run_twice(home: Path) -> None:
    """Run twice, with a revision between the runs."""
    plan = read_plan(PLAN)
    fake = FakeKolada(small_data([*plan.kpi_ids, *plan.cross_check_kpi_ids]))
    settings = Settings(base_url="http://kolada.test/v3", home=home, rate=1000.0)
    for day in (1, 2):
        now = datetime(2026, 4, day, 0, 30, tzinfo=UTC)
        run_job(settings, refresh_job((plan,)), transport=fake.transport(), clock=lambda now=now: now)
        fake.data = apply_change(fake.data, "revised:N15436/1480/2023/T=99.5")


def main(folder: Path) -> None:
    """Run twice and pack the home."""
    run_twice(folder / "home")
    shutil.rmtree(folder / "home" / "snapshots")
    with (
        (folder / "home.tar.zst").open("wb") as file,
        zstandard.ZstdCompressor(level=19).stream_writer(file) as packed,
        tarfile.open(fileobj=packed, mode="w|") as archive,
    ):
        archive.add(folder / "home", arcname="home")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
