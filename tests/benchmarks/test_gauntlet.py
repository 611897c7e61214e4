"""The gauntlet: how cells are counted, how silent errors are shown, and how a run's messages are collected."""

import logging
import warnings

import polars as pl
import pytest

from benchmarks.gauntlet_cases import CASES, FAULT, LIE, OWN, USUAL
from benchmarks.gauntlet_cells import SCHEMA, Count, count_cells, shown_cells
from benchmarks.gauntlet_outcome import CONTESTANTS, OURS, Outcome
from benchmarks.gauntlet_page import write_page
from benchmarks.gauntlet_worker import CELLS, HELD, SILENT, STOPPED, WARNED, Told, spend_night, write_cells
from fake_kolada import CHANGES, FAULTS

WHOLE = Count(2, 0, 0, 0, "")


def cells(*values):
    """Return a frame of cells of one KPI and unit, one a year from 2022; None leaves a year out."""
    rows = [("N00001", OWN, 2022 + place, "T", value) for place, value in enumerate(values) if value is not None]
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def test_there_are_thirty_faults_and_more_and_each_can_be_ordered():
    """There are at least thirty faults, every case exists in the stand-in, and none occurs twice."""
    by_kind = {kind: [case.words for case in CASES if case.kind == kind] for kind in (FAULT, LIE, USUAL)}
    assert len(by_kind[FAULT]) >= 30
    assert set(by_kind[FAULT]) <= set(FAULTS)
    assert {words.partition(":")[0].partition("=")[0] for words in by_kind[LIE]} <= set(CHANGES)
    assert len({(case.kind, case.name) for case in CASES}) == len(CASES)


@pytest.mark.parametrize(
    ("shown", "right", "old", "wrong", "lost", "example"),
    [
        (cells(1.0, 2.0), 2, 0, 0, 0, ""),
        (cells(1.0, 2.0 + 1e-12), 2, 0, 0, 0, ""),
        (cells(1.0, 1.5), 1, 1, 0, 0, ""),
        (cells(1.0, 50.0), 1, 0, 1, 0, f"N00001, {OWN}, 2023, T is 50.0; it is 2.0"),
        (cells(1.0, 2.0, 3.0), 2, 0, 1, 0, f"N00001, {OWN}, 2024, T is 3.0; there is none"),
        (cells(1.0), 1, 0, 0, 1, f"N00001, {OWN}, 2023, T has no value; it is 2.0"),
        (cells(), 0, 0, 0, 2, f"N00001, {OWN}, 2023, T has no value; it is 2.0"),
        (pl.concat([cells(1.0, 2.0), cells(None, 2.0)]), 1, 0, 1, 0, f"N00001, {OWN}, 2023, T counts 2 times"),
    ],
    ids=["right", "written out", "old", "wrong", "invented", "lost", "empty", "twice"],
)
def test_cells_are_right_old_wrong_or_lost(shown, right, old, wrong, lost, example):
    """Each cell is right, old, wrong or lost, and a wrong one is described."""
    counted = count_cells(shown, truth=cells(1.0, 2.0), before=cells(1.0, 1.5))
    assert counted == Count(right, old, wrong, lost, example)


def outcome(contestant, end, count, *, kind=FAULT, mode="passing", said=""):
    """Return the outcome of a case."""
    return Outcome(contestant, kind, "no rows", "empty_answer", mode, end, said, count)


def test_the_page_says_who_was_misled_in_silence():
    """The page has the sums of the cases, shows silent errors in bold, and gives examples."""
    lost = Count(1, 0, 0, 1, "N00001 has no value; it is 2.0")
    page = write_page(
        [outcome(OURS, HELD, Count(1, 1, 0, 0, "")), outcome("script", SILENT, lost)], machine="a machine", versions="v"
    )
    assert f"| {OURS} | 1 | 0 | 0 | 1 | 0 | 0 | 0 | 0 of 0 |" in page
    assert "| script | 1 | 0 | 0 | 0 | 0 | 1 | 0 | 0 of 0 |" in page
    assert "| no rows | passing | 1 old; held | **1 lost; silent** |" in page
    assert f"| script | 1 | 0 | 0 | 1 | **silent** | {lost.example} |" in page


def test_the_page_says_where_a_peer_is_better():
    """The page names peers with a better table, and runs that stopped at usual changes."""
    page = write_page(
        [
            outcome(OURS, STOPPED, Count(1, 1, 0, 0, "")),
            outcome("dlt", SILENT, WHOLE),
            outcome(OURS, HELD, WHOLE, kind=USUAL, mode="lasting"),
        ],
        machine="a machine",
        versions="v",
    )
    assert "- no rows (passing; ours 1 old; stopped): dlt." in page
    assert f"| {OURS} | 1 | 0 | 0 | 1 | 0 | 0 | 0 | 1 of 1 |" in page


def test_messages_fit_a_line_and_name_no_port():
    """A message fits a table cell and has no port."""
    page = write_page(
        [outcome(OURS, STOPPED, WHOLE, said="http://127.0.0.1:4711/v3 | gave\n`nothing`")], machine="m", versions="v"
    )
    assert f"| no rows | passing | {OURS} | `http://127.0.0.1/v3 / gave 'nothing'` |" in page


class Contestant:
    """A contestant that runs a given function."""

    FILE = "a.duckdb"
    CELLS_SQL = "select 1"

    def __init__(self, act):
        self.act = act

    def night(self, _base_url, _folder, _kpis):
        """Run the function."""
        self.act()
        return Told(SILENT)


def fail():
    """Raise an error."""
    raise ValueError("no")


@pytest.mark.parametrize(
    ("act", "told"),
    [
        (lambda: None, Told(SILENT, [])),
        (lambda: logging.getLogger("koladapy.api").error("lost"), Told(WARNED, ["koladapy.api: lost"])),
        (lambda: warnings.warn("odd", stacklevel=1), Told(WARNED, ["odd"])),
        (fail, Told(STOPPED, ["ValueError: no"])),
    ],
    ids=["silent", "logged", "warned", "stopped"],
)
def test_a_night_is_heard(tmp_path, act, told):
    """Errors, warnings and log messages of a run are collected, and nothing else."""
    assert spend_night(Contestant(act), "http://127.0.0.1/v3", tmp_path, []) == told


def test_where_there_is_no_table_nothing_is_shown(tmp_path):
    """After a failed run no cell is shown, and the previous run's table is not used."""
    (tmp_path / CELLS).write_bytes(b"old")
    write_cells(Contestant(fail), tmp_path)
    assert shown_cells(tmp_path / CELLS).is_empty()
    assert set(CONTESTANTS) == {OURS, "koladapy", "dlt", "script"}
