"""The columns of a target, by its kind: which are required, which are optional, and which are refused."""

import csv
import io
from collections.abc import Callable

import pytest

from goals import PlanError, plan_from_files

HEADER = [
    "indicator_id", "criterion", "year", "kind", "operator", "target_value", "target_high", "offset", "offset_unit",
    "reference", "base_year", "rank_scope", "gender", "tolerance", "tolerance_unit", "target_text",
    "is_yearly_criterion", "document_lines",
]  # fmt: skip
KOLADA, LOWER, MANUAL = "A1.1", "B2", "E3"
Write = Callable[..., dict[str, bytes]]


@pytest.fixture
def with_targets(edited: Callable[..., dict[str, bytes]]) -> Write:
    """Give a function that returns the made-up plan with only these targets; `toml` is added to its plan.toml."""

    def write(
        *rows: dict[str, object], toml: str = "", edits: tuple[tuple[str, str, str], ...] = ()
    ) -> dict[str, bytes]:
        out = io.StringIO()
        writer = csv.DictWriter(out, HEADER, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        manual = ("outcomes_manual.csv", ",3.1,3.6,", ",3.1,,")
        rule = ("plan.toml", 'majority = "together"', f'majority = "together"\n{toml}')
        return edited(manual, rule, *edits) | {"targets.csv": out.getvalue().encode()}

    return write


def target(kind: str, **cells: object) -> dict[str, object]:
    """Return a target of the indicator with a KPI."""
    return {"indicator_id": KOLADA, "kind": kind, **cells}


GROUPS = '[groups]\nstorstad = ["0180", "1280", "1480"]\n'
ACCEPTED = {
    "number": target("number", operator=">=", target_value=85, target_text="minst 85"),
    "number for one gender": target("number", operator=">=", target_value=85, gender="K"),
    "number for both genders": target("number", operator=">=", target_value=80, gender="both"),
    "range": target("range", target_value=80, target_high=90, target_text="80 till 90"),
    "range of a manual figure": {
        "indicator_id": MANUAL,
        "kind": "range",
        "target_value": -1,
        "target_high": 1,
        "target_text": "±1",
    },
    "reference": target("reference", operator=">", reference="national_average"),
    "reference with an offset": target("reference", operator=">=", reference="riket", offset=-2),
    "reference in percent": target("reference", operator=">=", reference="p75", offset=5, offset_unit="percent"),
    "median": target("reference", operator=">=", reference="median"),
    "county": target("reference", operator=">=", reference="county"),
    "similar": target("reference", operator=">=", reference="similar"),
    "a group of Kolada": target("reference", operator=">=", reference="group:G2328"),
    "an own list": target("reference", operator=">=", reference="own:storstad"),
    "previous year": target("previous_year", operator=">", offset=1),
    "previous measurement": target("previous_measurement", operator=">"),
    "base year": target("base_year", operator=">=", base_year=2019, offset=10, offset_unit="percent"),
    "rank": target("rank", target_value=10, rank_scope="county"),
    "rank in an own list": target("rank", target_value=2, rank_scope="own:storstad"),
    "best share": target("best_share", target_value=33.3, rank_scope="all", gender="M"),
    "gender gap": target("gender_gap", operator="<=", target_value=2),
    "other value": {"indicator_id": "E1", "kind": "other_value", "operator": ">="},
    "tolerance": target("number", operator=">=", target_value=85, tolerance=2, tolerance_unit="percent"),
}


@pytest.mark.parametrize("row", ACCEPTED.values(), ids=ACCEPTED.keys())
def test_each_kind_is_read_with_what_it_uses(row: dict[str, object], with_targets: Write) -> None:
    """Each kind of target is read with its cells, and an empty unit or gender gets its default."""
    toml = f'partly_met_by = "tolerance"\n{GROUPS}' if "tolerance" in row else GROUPS
    manual = (("outcomes_manual.csv", "E1,2024,2.4,", "E1,2024,2.4,2"),) if row["kind"] == "other_value" else ()
    (read,) = plan_from_files(with_targets(row, toml=toml, edits=manual)).tables["target"].to_dicts()
    assert {column: read[column] for column in row} == row
    assert read["gender"] == row.get("gender", "T")
    assert read["offset_unit"] == (row.get("offset_unit", "points") if "offset" in row else None)
    assert read["tolerance_unit"] == (row.get("tolerance_unit", "points") if "tolerance" in row else None)


NUMBER = ACCEPTED["number"]
REFUSED = {
    "number without operator": (NUMBER | {"operator": ""}, "operator", "empty on a target of kind `number`"),
    "number with reference": (NUMBER | {"reference": "riket"}, "reference", "a reference on a target of kind `number`"),
    "number with offset": (NUMBER | {"offset": 1}, "offset", "an offset on a target of kind `number`"),
    "number with base year": (NUMBER | {"base_year": 2020}, "base_year", "a base year on a target of kind `number`"),
    "number with scope": (NUMBER | {"rank_scope": "all"}, "rank_scope", "a scope of places on a target of kind"),
    "number with upper end": (NUMBER | {"target_high": 90}, "target_high", "an upper end on a target of kind `number`"),
    "range with operator": (
        ACCEPTED["range"] | {"operator": ">="},
        "operator",
        "an operator on a target of kind `range`",
    ),
    "range without an end": (
        ACCEPTED["range"] | {"target_high": ""},
        "target_high",
        "empty on a target of kind `range`",
    ),
    "range upside down": (target("range", target_value=90, target_high=80), "target_high", "below target_value `90`"),
    "range outside its unit": (
        target("range", target_value=90, target_high=110),
        "target_high",
        "outside what the unit",
    ),
    "text of another range": (ACCEPTED["range"] | {"target_text": "3 till 6"}, "target_text", "not the target_value"),
    "reference without one": (target("reference", operator=">"), "reference", "empty on a target of kind `reference`"),
    "reference with a number": (ACCEPTED["reference"] | {"target_value": 3}, "target_value", "a number on a target of"),
    "unknown reference": (target("reference", operator=">", reference="rike"), "reference", "an unknown reference"),
    "unknown list": (target("reference", operator=">", reference="own:småstad"), "reference", "no such list under"),
    "unknown form of group": (target("reference", operator=">", reference="group:2328"), "reference", "an unknown ref"),
    "offset unit alone": (
        ACCEPTED["reference"] | {"offset_unit": "percent"},
        "offset_unit",
        "a unit without its offset",
    ),
    "base year missing": (target("base_year", operator=">"), "base_year", "empty on a target of kind `base_year`"),
    "base year not before": (
        target("base_year", operator=">", base_year=2024, year=2024),
        "base_year",
        "not before the year",
    ),
    "standing base year after all": (
        target("base_year", operator=">", base_year=2026),
        "base_year",
        "not before the year",
    ),
    "rank without scope": (target("rank", target_value=10), "rank_scope", "empty on a target of kind `rank`"),
    "rank of half a place": (target("rank", target_value=1.5, rank_scope="all"), "target_value", "not a place"),
    "rank of no place": (target("rank", target_value=0, rank_scope="all"), "target_value", "not a place"),
    "rank beyond the list": (
        target("rank", target_value=3, rank_scope="own:storstad"),
        "target_value",
        "a place among 3",
    ),
    "rank with operator": (ACCEPTED["rank"] | {"operator": "<="}, "operator", "an operator on a target of kind `rank`"),
    "share of all": (
        target("best_share", target_value=100, rank_scope="all"),
        "target_value",
        "not a share of the units",
    ),
    "share of none": (
        target("best_share", target_value=0, rank_scope="all"),
        "target_value",
        "not a share of the units",
    ),
    "unknown scope": (target("rank", target_value=3, rank_scope="landet"), "rank_scope", "an unknown scope"),
    "place of a manual figure": (ACCEPTED["rank"] | {"indicator_id": MANUAL}, "kind", "a place among other units for"),
    "mean of a manual figure": (ACCEPTED["median"] | {"indicator_id": MANUAL}, "kind", "a mean of other units for"),
    "gap of a manual figure": (ACCEPTED["gender gap"] | {"indicator_id": MANUAL}, "kind", "women and men for `E3`"),
    "gender of a manual figure": (NUMBER | {"indicator_id": MANUAL, "gender": "K"}, "gender", "women and men for `E3`"),
    "gap with a gender": (
        ACCEPTED["gender gap"] | {"gender": "K"},
        "gender",
        "a gender on a target of kind `gender_gap`",
    ),
    "gap to be wide": (target("gender_gap", operator=">=", target_value=2), "operator", "asks for a gap"),
    "gap below nothing": (target("gender_gap", operator="<=", target_value=-2), "target_value", "a gap below 0"),
    "unknown gender": (NUMBER | {"gender": "kvinnor"}, "gender", "an unknown code"),
    "tolerance under another rule": (
        NUMBER | {"tolerance": 2},
        "tolerance",
        "the plan's rule `partly_met_by` is `none`",
    ),
    "direction against it": (target("previous_year", operator="<"), "operator", "contradicts the direction `higher`"),
    "no kind": ({"indicator_id": KOLADA, "target_text": "topp 25 %"}, "kind", "empty"),
}


@pytest.mark.parametrize(("row", "column", "problem"), REFUSED.values(), ids=REFUSED.keys())
def test_every_other_combination_is_refused(
    row: dict[str, object], column: str, problem: str, with_targets: Write
) -> None:
    """Every other combination gives one finding, at the wrong cell, with what to write."""
    with pytest.raises(PlanError) as raised:
        plan_from_files(with_targets(row, toml=GROUPS))
    (finding,) = raised.value.findings
    assert (finding.file, finding.row, finding.column) == ("targets.csv", 2, column)
    assert problem in finding.problem
    assert finding.remedy


def test_a_tolerance_above_nothing_and_no_percent_of_places(with_targets: Write) -> None:
    """A tolerance must be above 0, and a place has no tolerance in percent."""
    rule = f'partly_met_by = "tolerance"\n{GROUPS}'
    with pytest.raises(PlanError, match="not above 0"):
        plan_from_files(with_targets(NUMBER | {"tolerance": 0}, toml=rule))
    row = ACCEPTED["rank"] | {"tolerance": 2, "tolerance_unit": "percent"}
    with pytest.raises(PlanError, match="percent of a place"):
        plan_from_files(with_targets(row, toml=rule))


def test_direction_target_takes_any_operator_and_no_place(with_targets: Write) -> None:
    """A direction of `target` allows any operator for a number, a range or a reference, but no place."""
    nearer = (("indicators.csv", "N15436,Kolada (N15436),%,higher", "N15436,Kolada (N15436),%,target"),)
    for name in ("number", "range", "reference", "previous year"):
        plan_from_files(with_targets(ACCEPTED[name], edits=nearer))
    plan_from_files(with_targets(NUMBER | {"operator": "<="}, edits=nearer))
    with pytest.raises(PlanError, match=r"a place for `A1\.1`, whose direction is `target`"):
        plan_from_files(with_targets(ACCEPTED["rank"], edits=nearer))


def test_several_criteria_have_ids_and_a_rule(with_targets: Write) -> None:
    """Several criteria have ids and one rule on the indicator; with one criterion a rule is refused."""
    rule = (
        ("indicators.csv", "document_page,document_lines", "document_page,document_lines,criteria_rule"),
        ("indicators.csv", "grundskola,1,10-12", "grundskola,1,10-12,any"),
        *(("indicators.csv", line, f"{line},") for line in (
            ",1,14", ",1,16", "hemtjänst,U21468,Kolada (U21468),%,higher,0,kolada,äldreomsorg,2,30-31",
            "särskilt boende,U23471,Kolada (U23471),%,higher,0,kolada,äldreomsorg,2,30-31", ",2,34", ",3,50", ",3,52",
            ",3,54", ",3,56")),
    )  # fmt: skip
    level = [NUMBER | {"criterion": "level", "year": year, "target_value": 85} for year in (2024, 2026)]
    growth = ACCEPTED["previous measurement"] | {"criterion": "growth"}
    plan = plan_from_files(with_targets(*level, growth, edits=rule))
    assert plan.tables["target"].select("target_order", "criterion", "year").rows() == [
        (1, "level", 2024),
        (2, "level", 2026),
        (3, "growth", None),
    ]
    assert plan.tables["indicator"]["criteria_rule"].to_list()[:2] == ["any", None]
    with pytest.raises(PlanError, match=r"a rule for several criteria, and `A1\.1` has one or none"):
        plan_from_files(with_targets(*level, edits=rule))
    with pytest.raises(PlanError, match=r"a second target for `A1\.1 growth any year`"):
        plan_from_files(with_targets(growth, growth))


def test_older_kinds_are_read_as_references(with_targets: Write) -> None:
    """The older kinds `above_reference` and `below_reference` are read as references, with or without an operator."""
    older = {"indicator_id": KOLADA, "reference": "national_average"}
    below = {"indicator_id": LOWER, "reference": "similar"}
    plan = plan_from_files(
        with_targets(
            older | {"kind": "above_reference", "year": 2024},
            older | {"kind": "above_reference", "operator": ">=", "year": 2025},
            below | {"kind": "below_reference"},
        )
    )
    assert plan.tables["target"].select("kind", "operator", "reference").rows() == [
        ("reference", ">", "national_average"),
        ("reference", ">=", "national_average"),
        ("reference", "<", "similar"),
    ]


@pytest.mark.parametrize(
    ("text", "value", "decimals"),
    [
        ("3,5", "3.5", 1),
        ("minst 4,0 procent", "4", 1),
        ("minst 80 % år 2026", "80", 0),
        ("minst 80 % år 2026", "80.0", 0),
        ("alla", "90.50", 2),
        ("", "90.5", 1),
        ("mellan 4 och 4,0", "4", 0),
    ],
)
def test_printed_decimals_are_those_of_the_targets_own_number(
    text: str, value: str, decimals: int, with_targets: Write
) -> None:
    """Printed decimals come from the target's number in the text, or from the cell if the text has none."""
    plan = plan_from_files(with_targets(NUMBER | {"target_value": value, "target_text": text}))
    assert plan.tables["target"]["target_decimals"].to_list() == [decimals]


def test_thousands_in_a_printed_text_are_one_number(with_targets: Write) -> None:
    """A printed number with a space, no-break or not, between its thousands is one number."""
    for space in (" ", "\u00a0", "\u202f"):
        row = {"indicator_id": "E1", "kind": "number", "operator": ">=", "target_value": 35500}
        plan = plan_from_files(with_targets(row | {"target_text": f"35{space}500 invånare"}))
        assert plan.tables["target"]["target_value"].to_list() == [35500.0]
