"""Arithmetic checks of a budget: which rows the file accepts."""

from collections.abc import Callable

import pytest

from goals import PlanError, plan_from_files

HEADER = "check_id,table_name,result_row,terms,divided_by,is_same_measure,tolerance,note\n"
TABLE = "Påhittad driftbudget"


def with_checks(files: dict[str, bytes], rows: str) -> dict[str, bytes]:
    return files | {"budget_checks.csv": (HEADER + rows).encode()}


def test_a_plan_without_checks_needs_no_file(example_files: dict[str, bytes]) -> None:
    """A plan without budget_checks.csv has an empty table of checks."""
    assert plan_from_files(example_files).tables["budget_check"].height == 0


def test_a_check_is_a_row_of_its_table(example_files: dict[str, bytes]) -> None:
    """A check is read with its columns, the optional one at its default."""
    header = "check_id,table_name,result_row,terms,divided_by,tolerance,note\n"
    files = example_files | {
        "budget_checks.csv": f"{header}sum,{TABLE},Summa,*,,1,Summan av raderna\n".encode(),
    }
    assert plan_from_files(files).tables["budget_check"].rows() == [
        ("exempel-1480-2024-2026", "sum", TABLE, "Summa", "*", None, True, 1.0, "Summan av raderna")
    ]


@pytest.mark.parametrize(
    ("row", "column", "problem", "remedy"),
    [
        ("sum,Driftbudget,Summa,*,,true,1,x", "table_name", "no such table", f"Did you mean `{TABLE}`"),
        (f"sum,{TABLE},Suma,*,,true,1,x", "result_row", f"no such row in the table `{TABLE}`", "`Summa`"),
        (f"sum,{TABLE},Summa,Skolan,,true,1,x", "terms", "no row `Skolan`", "Did you mean `Skola`"),
        (f"sum,{TABLE},Summa,[Drift] Skola,,true,1,x", "terms", "no table `Drift`", "as it is in"),
        (f"sum,{TABLE},Summa,Skola | ,,true,1,x", "terms", "not a term, ``", "parted by `|`"),
        (f"sum,{TABLE},Summa,[a] [b] Skola,,true,1,x", "terms", "not a term, `[a] [b] Skola`", "[last year]"),
        (f"sum,{TABLE},Summa,Skola | Skola,,true,1,x", "terms", "`Skola` is repeated", "Keep one"),
        (f"sum,{TABLE},Summa,Skola,Summa,true,1,x", "divided_by", "a share, and the result `Summa`", "in `%`"),
        (f"sum,{TABLE},Summa,Skola,,true,-1,x", "tolerance", "below 0", "0 or more"),
        (f"Sum,{TABLE},Summa,Skola,,true,1,x", "check_id", "not a code", "small letters"),
    ],
)
def test_a_check_of_what_is_not_there_is_refused(
    row: str, column: str, problem: str, remedy: str, example_files: dict[str, bytes]
) -> None:
    """A check of an unknown table, row or column is refused with the column, the problem and a suggestion."""
    with pytest.raises(PlanError) as raised:
        plan_from_files(with_checks(example_files, row + "\n"))
    (finding,) = raised.value.findings
    assert (finding.file, finding.row, finding.column) == ("budget_checks.csv", 2, column)
    assert problem in finding.problem
    assert remedy in finding.remedy


def test_figures_in_other_units_are_not_added(edited: Callable[..., dict[str, bytes]]) -> None:
    """Figures in days and in crowns cannot be summed; tkr and mnkr can."""
    row = f"sum,{TABLE},Summa,Skola | Investeringar,,true,1,x\n"
    millions = edited(("budget_lines.csv", "300.5,tkr", "300.5,mnkr"))
    assert plan_from_files(with_checks(millions, row)).tables["budget_check"].height == 1
    days = edited(("budget_lines.csv", "300.5,tkr", "300.5,dagar"))
    with pytest.raises(PlanError, match="`Investeringar` is counted in `dagar`, not in `kr`"):
        plan_from_files(with_checks(days, row))


def test_checks_without_a_budget_are_refused(example_files: dict[str, bytes]) -> None:
    """Checks without budget_lines.csv are refused with one finding."""
    files = {name: content for name, content in example_files.items() if name != "budget_lines.csv"}
    with pytest.raises(PlanError) as raised:
        plan_from_files(with_checks(files, f"sum,{TABLE},Summa,*,,true,1,x\n"))
    assert [finding.problem for finding in raised.value.findings] == ["no budget_lines.csv beside it"]
