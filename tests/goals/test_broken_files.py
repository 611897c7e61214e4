"""Files that are not CSV in UTF-8, missing files and unknown files."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from goals import PlanError, plan_from_files, read_plan

FileChange = Callable[[dict[str, bytes]], dict[str, bytes]]


def replaced(name: str, change: Callable[[bytes], bytes]) -> FileChange:
    return lambda files: files | {name: change(files[name])}


def without(name: str) -> FileChange:
    return lambda files: {file: content for file, content in files.items() if file != name}


@pytest.mark.parametrize(
    ("change", "place", "problem", "remedy"),
    [
        (
            replaced("goals.csv", lambda content: content.decode().encode("cp1252")),
            "goals.csv, row 2",
            "not UTF-8",
            "CSV UTF-8",
        ),
        (
            replaced("goals.csv", lambda content: content.decode().encode("utf-16")),
            "goals.csv",
            "encoded as UTF-16",
            "CSV UTF-8",
        ),
        (
            replaced("notes.csv", lambda content: content.replace(b"made_up", b"made\x00up")),
            "notes.csv, row 2",
            "a NUL character",
            "plain text",
        ),
        (
            replaced("targets.csv", lambda content: content.replace(b",", b"\t")),
            "targets.csv, row 1",
            "separated by tabs",
            "commas or semicolons between the cells",
        ),
        (replaced("breaks.csv", lambda _: b""), "breaks.csv, row 1", "no header", "kpi_id,first_year_after"),
        (without("goals.csv"), "goals.csv", "the file is missing", "goal_id,section"),
        (without("plan.toml"), "plan.toml", "the file is missing", "kolada goals new"),
        (lambda files: files | {"target.csv": b""}, "target.csv", "an unknown file", "`targets.csv`"),
        (
            replaced("plan.toml", lambda content: content.decode().encode("cp1252")),
            "plan.toml, line 5",
            "not UTF-8",
            "UTF-8",
        ),
    ],
    ids=lambda one: one if isinstance(one, str) else "",
)
def test_an_unreadable_file_is_one_finding_with_its_remedy(
    change: FileChange, place: str, problem: str, remedy: str, example_files: dict[str, bytes]
) -> None:
    """A file that cannot be read gives one finding, without further findings for references to it."""
    with pytest.raises(PlanError) as raised:
        plan_from_files(change(example_files))
    found = [(finding.place, finding.problem) for finding in raised.value.findings]
    assert [(place, problem)] == found
    assert remedy in raised.value.findings[0].remedy


def test_a_byte_order_mark_and_windows_line_ends_are_read(example_files: dict[str, bytes]) -> None:
    """A CSV file with a byte order mark and Windows line ends gives the same tables."""
    expected = plan_from_files(example_files)
    as_excel = {
        name: b"\xef\xbb\xbf" + content.replace(b"\n", b"\r\n") if name.endswith(".csv") else content
        for name, content in example_files.items()
    }
    actual = plan_from_files(as_excel)
    for table, frame in expected.tables.items():
        assert frame.equals(actual.tables[table]), table


def test_blank_rows_are_passed_over_and_counted(edited: Callable[..., dict[str, bytes]]) -> None:
    """Blank rows are skipped, and row numbers stay those of the spreadsheet."""
    files = edited(
        ("goals.csv", "B2,operational", ",,,,,\nB2,operational"), ("goals.csv", "U1,follow_up", "U1,uppföljning")
    )
    with pytest.raises(PlanError) as raised:
        plan_from_files(files)
    assert [finding.place for finding in raised.value.findings] == ["goals.csv, row 9, column section"]


def test_the_columns_may_stand_in_any_order(example_files: dict[str, bytes]) -> None:
    """Columns are recognised by name, in any order."""
    lines = example_files["breaks.csv"].decode().splitlines()
    assert lines == ["kpi_id,first_year_after,voids_target,why", "N15485,2024,true,Påhittat brott."]
    turned = "why,voids_target,first_year_after,kpi_id\nPåhittat brott.,true,2024,N15485\n"
    plan = plan_from_files(example_files | {"breaks.csv": turned.encode()})
    assert plan.tables["series_break"].drop("plan_id").rows() == [("N15485", 2024, True, None, "Påhittat brott.")]


def test_columns_beyond_the_basic_ones_may_be_left_out(example_files: dict[str, bytes]) -> None:
    """Severity, yearly criterion and a target's lines have defaults if their columns are missing."""
    notes = b"indicator_id,code,text\nA1.1,remark,Text\n"
    targets = b"indicator_id,year,kind,operator,target_value,target_text,reference\nA1.1,2024,number,>=,85,85,\n"
    plan = plan_from_files(example_files | {"notes.csv": notes, "targets.csv": targets, "outcomes_manual.csv":
        b"indicator_id,year,value,comparison_value,kind,source_note,entered_by,entered_at\n"})  # fmt: skip
    assert plan.tables["note"]["severity"].to_list() == ["medium"]
    assert plan.tables["target"].select("is_yearly_criterion", "document_lines").rows() == [(True, None)]


def test_text_that_looks_like_a_formula_is_kept_as_it_is(example_files: dict[str, bytes]) -> None:
    """A text that starts with an equals sign is read as text; the outputs escape it."""
    notes = plan_from_files(example_files).tables["note"]
    assert "=1+1 är en text och ingen formel." in notes["text"].to_list()


def test_a_folder_named_otherwise_is_refused(
    edited: Callable[..., dict[str, bytes]], write_plan: Callable[[dict[str, bytes]], Path]
) -> None:
    """A folder whose name differs from the plan's id is refused."""
    folder = write_plan(edited(("plan.toml", '"exempel-1480-2024-2026"', '"ett-annat-namn"')))
    with pytest.raises(PlanError, match=r"not the name of the folder, `exempel-1480-2024-2026`: `ett-annat-namn`"):
        read_plan(folder)


def test_a_municipality_outside_the_list_is_refused(example_files: dict[str, bytes]) -> None:
    """A plan of a municipality that is not in the list of municipalities is refused."""
    plan_from_files(example_files, municipalities={"1480": "Göteborg"})
    with pytest.raises(PlanError, match="with this code in the list of municipalities: `1480`"):
        plan_from_files(example_files, municipalities={"1481": "Mölndal"})


def test_a_readme_and_hidden_files_may_stand_in_the_folder(
    example_files: dict[str, bytes], write_plan: Callable[[dict[str, bytes]], Path]
) -> None:
    """A README and hidden files in the folder are ignored."""
    folder = write_plan(example_files | {"README.md": b"# About", ".~lock.goals.csv#": b"spreadsheet"})
    plan = read_plan(folder)
    assert sorted(example_files) == sorted(plan.files)
    assert plan_from_files(example_files).files_sha256 == plan.files_sha256


def test_a_folder_within_the_plan_is_refused(
    example_files: dict[str, bytes], write_plan: Callable[[dict[str, bytes]], Path]
) -> None:
    """A folder within the plan is refused, since its files would not be read."""
    folder = write_plan(example_files)
    (folder / "gammalt").mkdir()
    with pytest.raises(PlanError, match="gammalt/: a folder within the plan"):
        read_plan(folder)


@pytest.mark.parametrize("name", ["goals.csv", "extra.csv"])
def test_what_is_no_file_is_refused(
    name: str, example_files: dict[str, bytes], write_plan: Callable[[dict[str, bytes]], Path]
) -> None:
    """A pipe or device in a plan's folder is refused, since reading it would never end."""
    folder = write_plan(example_files)
    for make in (os.mkfifo, lambda path: path.symlink_to("/dev/zero")):
        (folder / name).unlink(missing_ok=True)
        make(folder / name)
        with pytest.raises(PlanError, match=f"{name}: a pipe, socket or device"):
            read_plan(folder)
