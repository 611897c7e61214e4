"""A page of data: every deviation is reported, and no value is lost."""

import gzip
import json
from typing import Any

import polars as pl
import pytest

from kolada_client import (
    DATA_SCHEMA,
    OU_DATA_SCHEMA,
    KoladaContractError,
    KoladaUnreadable,
    parse_data_page,
    parse_ou_data_page,
)
from tests.kolada_client.support import URL, Api


def test_a_row_becomes_one_frame_row_per_gender(api: Api) -> None:
    """Each value of a row becomes one frame row, with the declared names and types."""
    cells = [api.value("K", 7.221589), api.value("T", 6.067015), api.value("M", 4.434292)]
    page = parse_data_page(api.json([api.row("N21704", "0580", 2023, cells)]), URL)
    assert pl.Schema(DATA_SCHEMA) == page.frame.schema
    expected = [
        ("N21704", "0580", 2023, "K", 7.221589, 1, "", False),
        ("N21704", "0580", 2023, "T", 6.067015, 1, "", False),
        ("N21704", "0580", 2023, "M", 4.434292, 1, "", False),
    ]
    assert expected == page.frame.rows()
    assert (1, None, (), ()) == (page.row_count, page.next_url, page.unknown_fields, page.remarks)


def test_gender_is_told_by_its_code_not_by_its_place(api: Api) -> None:
    """A value's gender is read from its code, since the order of the genders varies within one response."""
    orders = ["TKM", "KTM", "MKT", "TMK"]
    values = {"T": 3.0, "K": 1.0, "M": 2.0}
    rows = [
        api.row(period=2000 + number, values=[api.value(code, values[code]) for code in order])
        for number, order in enumerate(orders)
    ]
    frame = parse_data_page(api.json(rows), URL).frame
    assert [3.0] * 4 == frame.filter(pl.col("gender") == "T")["value"].to_list()
    assert [1.0] * 4 == frame.filter(pl.col("gender") == "K")["value"].to_list()


def test_a_missing_total_is_not_made_up(api: Api) -> None:
    """A row with values for women and men but no total gets no total."""
    page = parse_data_page(api.json([api.row(values=[api.value("K"), api.value("M")])]), URL)
    assert ["K", "M"] == page.frame["gender"].to_list()


def test_null_stays_null_and_zero_stays_zero(api: Api) -> None:
    """A missing value stays null, and a measured zero stays zero."""
    rows = [api.row(period=2022, values=[api.value(value=None)]), api.row(values=[api.value(value=0)])]
    frame = parse_data_page(api.json(rows), URL).frame
    assert [None, 0.0] == frame["value"].to_list()
    assert [0, 1] == frame["value_count"].to_list()


@pytest.mark.parametrize("status", ["Missing", "Privacy", "Not applicable"])
def test_a_missing_value_is_told_by_the_value_not_by_its_status(api: Api, status: str) -> None:
    """A missing value is recognised by its null, not by its status; value and status are kept as received."""
    cells = [api.value("T", None), api.value("K", 5.0, status=status), api.value("M", None, status=status)]
    page = parse_data_page(api.json([api.row(values=cells)]), URL)
    assert [(None, ""), (5.0, status), (None, status)] == page.frame.select("value", "status").rows()
    assert () == page.remarks


def test_an_unknown_status_is_kept_and_remarked_on(api: Api) -> None:
    """An unknown status is kept as received and remarked, also with quotes and colons in it."""
    page = parse_data_page(api.json([api.row(values=[api.value(status='Fördröjd: "se not"')])]), URL)
    assert ['Fördröjd: "se not"'] == page.frame["status"].to_list()
    assert ('unknown status `Fördröjd: "se not"`',) == page.remarks


def test_a_null_status_is_read_as_empty(api: Api) -> None:
    """A null status is read as an empty one."""
    page = parse_data_page(api.json([api.row(values=[api.value(status=None)])]), URL)
    assert [""] == page.frame["status"].to_list()
    assert () == page.unknown_fields


def test_deleted_values_are_told_apart(api: Api) -> None:
    """A deleted value keeps its row, marked as deleted."""
    page = parse_data_page(api.json([api.row(values=[api.value(value=None, isdeleted=True)])]), URL)
    assert [(None, True)] == page.frame.select("value", "is_deleted").rows()


def test_whole_numbers_may_come_as_floats_and_values_as_integers(api: Api) -> None:
    """Counts and years may arrive as floats and values as integers; negative values are accepted."""
    cells = [api.value("T", -5, count=1.0), api.value("K", 10**15), api.value("M", 1e-7, count=None)]
    frame = parse_data_page(api.json([api.row(period=2020.0, values=cells)]), URL).frame
    assert [-5.0, 1e15, 1e-7] == frame["value"].to_list()
    assert [1, 1, None] == frame["value_count"].to_list()
    assert [2020] * 3 == frame["period"].to_list()


def test_ids_keep_their_leading_zeros(api: Api) -> None:
    """Ids are text and keep their leading zeros."""
    frame = parse_data_page(api.json([api.row("N00001", "0000")]), URL).frame
    assert ("N00001", "0000") == frame.select("kpi_id", "municipality_id").row(0)


def test_group_rows_and_future_years_are_rows_like_others(api: Api) -> None:
    """Rows of groups and of future years are kept, with the number of members as the count."""
    rows = [api.row("N00904", "G2328", 2027, [api.value(count=289)])]
    assert [("G2328", 2027, 289)] == (
        parse_data_page(api.json(rows), URL).frame.select("municipality_id", "period", "value_count").rows()
    )


def test_an_empty_page_has_the_declared_columns(api: Api) -> None:
    """An empty page gives a frame with the declared columns and types."""
    page = parse_data_page(api.json([]), URL)
    assert (0, pl.Schema(DATA_SCHEMA)) == (page.row_count, page.frame.schema)


def test_the_last_page_may_say_so_with_null_or_an_empty_text(api: Api) -> None:
    """A next link that is null, empty or absent marks the last page."""
    document = api.body([api.row()])
    absent = {name: value for name, value in document.items() if not name.endswith("_url")}
    bodies = [json.dumps(document | {"next_url": link}) for link in (None, "")] + [json.dumps(absent)]
    assert [None] * 3 == [parse_data_page(body.encode(), URL).next_url for body in bodies]


def test_a_next_link_is_handed_on(api: Api) -> None:
    """`next_url` is returned; v2's `next_page` is reported as an unknown field and never followed."""
    page = parse_data_page(api.json([api.row()], next_url=f"{URL}?page=2", next_page="x"), URL)
    assert (f"{URL}?page=2", ("next_page",)) == (page.next_url, page.unknown_fields)


def test_unknown_fields_are_reported_wherever_they_stand(api: Api) -> None:
    """A field that the contract does not name is reported with its place, and no row is lost."""
    row = api.row(values=[api.value(unit="procent"), api.value("K")]) | {"revised": {"by": [1, "a:b"]}}
    page = parse_data_page(api.json([row], total=1), URL)
    assert ("total", "values[].revised", "values[].values[].unit") == page.unknown_fields
    assert 2 == page.frame.height


def test_a_row_without_values_is_remarked_on(api: Api) -> None:
    """A row with an empty list of values gives no frame row and a remark."""
    page = parse_data_page(api.json([api.row(values=[]), api.row(period=2022)]), URL)
    assert (2, 1, ("`1` rows with an empty list of values",)) == (page.row_count, page.frame.height, page.remarks)


def test_layout_and_byte_order_mark_do_not_matter(api: Api) -> None:
    """Indented JSON and a byte order mark give the same frame as compact JSON."""
    document = api.body([api.row(values=[api.value("T", None), api.value("K", status="Missing")])])
    compact = json.dumps(document, separators=(",", ":")).encode()
    spread = b"\xef\xbb\xbf" + json.dumps(document, indent=4).encode()
    assert parse_data_page(compact, URL).frame.equals(parse_data_page(spread, URL).frame)


def _without(mapping: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in mapping.items() if key != name}


def test_every_break_of_the_contract_is_named_with_its_place(api: Api) -> None:
    """Wrong types, missing fields, unknown codes and impossible numbers are errors that name their place."""
    cell, row, document = api.value(), api.row(), api.body([api.row()])

    def with_cell(**changes: object) -> dict[str, Any]:
        return api.body([api.row(values=[api.value() | changes])])

    def with_row(**changes: object) -> dict[str, Any]:
        return api.body([api.row() | changes])

    cases: dict[str, tuple[object, str]] = {
        "value as text": (with_cell(value="1.5"), '`"1.5"` instead of a finite number'),
        "value true": (with_cell(value=True), "`true` instead of a finite number"),
        "value false": (with_cell(value=False), "`false` instead of a finite number"),
        "value list": (with_cell(value=[1]), "values[0].values[0].value"),
        "value NaN": (with_cell(value=float("nan")), "`NaN` instead of a finite number"),
        "value infinite": (with_cell(value=float("inf")), "`Infinity` instead of a finite number"),
        "gender F": (with_cell(gender="F"), '`"F"`, none of T, K and M'),
        "gender null": (with_cell(gender=None), "gender is `null`"),
        "gender number": (with_cell(gender=1), "gender is `1`"),
        "count as text": (with_cell(count="1"), "values[0].values[0].count"),
        "count broken": (with_cell(count=1.5), "`1.5` instead of a whole number"),
        "count negative": (with_cell(count=-1), "less than nothing"),
        "count true": (with_cell(count=True), "`true` instead of a whole number"),
        "status number": (with_cell(status=3), "`3` instead of text"),
        "isdeleted null": (with_cell(isdeleted=None), "isdeleted is `null`"),
        "isdeleted number": (with_cell(isdeleted=0), "`0` instead of true or false"),
        "period null": (with_row(period=None), "period is `null`"),
        "period text": (with_row(period="2023"), 'period is `"2023"`'),
        "period broken": (with_row(period=2023.5), "`2023.5` instead of a whole number"),
        "period true": (with_row(period=True), "`true` instead of a whole number"),
        "period month": (with_row(period=202301), "`202301`, which is no year"),
        "kpi null": (with_row(kpi=None), "kpi is `null`"),
        "kpi odd": (with_row(kpi="n15436"), "which is no such id"),
        "unit number": (with_row(municipality=1480), "`1480` instead of text"),
        "unit without zeros": (with_row(municipality="180"), '`"180"`, which is no such id'),
        "values null": (with_row(values=None), "values is `null`"),
        "values object": (with_row(values=cell), "instead of a list"),
        "entry null": (with_row(values=[None]), "`null` instead of an object"),
        "row null": (api.body([None]), "values[0] is `null` instead of an object"),
        "row list": (api.body([[row]]), "instead of an object"),
        "list null": (document | {"values": None}, "values is `null`"),
        "list absent": (_without(document, "values"), "has no field `values`"),
        "count absent": (_without(document, "count"), "has no field `count`"),
        "count null": (document | {"count": None}, "count is `null`"),
        "count too high": (document | {"count": 2}, "says count `2"),
        "count too low": (document | {"count": 0}, "says count `0"),
        "envelope count as text": (document | {"count": "1"}, '`"1"` instead of a whole number'),
        "next link number": (document | {"next_url": 5}, "next_url is `5`"),
        "a list of pages": ([document, document], "instead of an object"),
        "null": (None, "`null` instead of an object"),
        "another document": ({"rows": []}, "has no field `values`"),
        "value beyond any double": (with_cell(value=10**400), "N15436 0180 2023: values[0].values[0].value"),
        "value of more digits than Python reads": (with_cell(value=0), "a whole number of more than 120 digits"),
        "count beyond any integer": (with_cell(count=10**400), "N15436 0180 2023: values[0].values[0].count"),
        "count beyond an integer of 32 bits": (with_cell(count=2**31), "`2147483648` instead of a whole number"),
        "period beyond any integer": (with_row(period=-(10**400)), "values[0].period is `a whole number of more"),
        "envelope count beyond any integer": (document | {"count": 10**400}, "says count `inf`"),
        "half a surrogate pair": (with_cell(status="\ud83d"), '`"\\ud83d"` instead of text'),
        "half a surrogate pair in an id": (with_row(kpi="\udc00"), '`"\\udc00"` instead of text'),
        "same cell in one row": (with_row(values=[cell, cell]), "`N15436 0180 2023 T` came more than once"),
        "same cell in two rows": (api.body([row, row]), "`N15436 0180 2023 T` came more than once"),
    }
    for name in cell:
        missing = api.body([api.row(values=[_without(cell, name)])])
        cases[f"no {name}"] = (missing, f"values[0].values[0] has no field `{name}`")
        renamed = api.body([api.row(values=[_without(cell | {"value": None}, name) | {f"{name}x": None}])])
        cases[f"{name} renamed"] = (renamed, f"has no field `{name}`")
    for name in row:
        cases[f"no {name} in row"] = (api.body([_without(row, name)]), f"values[0] has no field `{name}`")
    for what, (broken, said) in cases.items():
        text = json.dumps(broken)
        if what == "value of more digits than Python reads":
            text = text.replace('"value": 0', f'"value": {"9" * 5000}')
        with pytest.raises(KoladaContractError) as caught:
            parse_data_page(text.encode(), URL)
        assert said in str(caught.value), what
        assert (URL, 200) == (caught.value.url, caught.value.status), what


def test_a_name_that_comes_twice_in_an_object_is_an_error(api: Api) -> None:
    """A field that occurs twice in one object is an error."""
    text = api.json([api.row()]).decode().replace('"value": 1.5', '"value": 1.5, "value": 2.5')
    with pytest.raises(KoladaContractError, match="has the field `value` twice"):
        parse_data_page(text.encode(), URL)


def test_many_faults_are_counted_and_few_are_shown(api: Api) -> None:
    """If a whole page is wrong, the message shows a few faults and counts the rest."""
    rows = [api.row(period=None, municipality=f"{number:04d}") for number in range(100)]
    with pytest.raises(KoladaContractError, match=r"and 95 more"):
        parse_data_page(api.json(rows), URL)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "an empty body"),
        (b"  \n", "an empty body"),
        (b"<!DOCTYPE html><html><body>Underh\xc3\xa5ll</body></html>", "a web page"),
        (b'{"values": [{"values": [', "no whole JSON document"),
        (b'{"values": []} trailing', "no whole JSON document"),
        (b'{"values": []}\0', "no whole JSON document"),
        (b'{"status": "\xe5"}', "text in Latin-1 where UTF-8 was due"),
        ('{"status": "å"}'.encode("utf-16"), "text in UTF-16"),
        ('{"status": "å"}'.encode("utf-16-le"), "text in UTF-16"),
        ('{"status": "å"}'.encode("utf-32"), "text in UTF-32"),
        (b'{"status": "\xed\xa0\x80"}', "where UTF-8 was due"),
        (gzip.compress(b'{"values": []}', mtime=0), "bytes of gzip that no header announced"),
        (b"\x28\xb5\x2f\xfd\x04\x00", "bytes of zstd"),
        (b"%PDF-1.7", "bytes of PDF"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"detail": "Internal error, try again"}', "an error in the place of rows .*Internal error, try again"),
        (b'{"title": "Bad gateway", "status": 502}', "an error in the place of rows"),
        (b'{"values": [' + b"{}," * 2_000_000 + b"{}]}", "more than `1000000` values"),
    ],
    ids=lambda each: str(each[:20]),
)
def test_what_is_no_page_is_named(body: bytes, said: str) -> None:
    """A web page, a truncated body, an error, another character set, compressed bytes and an empty body are named."""
    with pytest.raises(KoladaUnreadable, match=said):
        parse_data_page(body, URL)


@pytest.mark.parametrize("behind", ["} null {", "}null", "} null null {", '} null {"page":{}', "} [] {", "} 1 {"])
def test_what_stands_behind_the_page_is_no_part_of_it(api: Api, behind: str) -> None:
    """A body with text after the end of its JSON document is refused."""
    with pytest.raises(KoladaUnreadable):
        parse_data_page(api.json([api.row()]) + behind.encode(), URL)


def test_units_of_organisations_have_their_own_column(api: Api) -> None:
    """`/oudata` names its unit `ou`, and the frame calls it `ou_id`."""
    body = api.json([api.row(municipality="V15E018000101", unit="ou")])
    page = parse_ou_data_page(body, URL)
    assert pl.Schema(OU_DATA_SCHEMA) == page.frame.schema
    assert ["V15E018000101"] == page.frame["ou_id"].to_list()
    with pytest.raises(KoladaContractError, match="has no field `municipality`"):
        parse_data_page(body, URL)
