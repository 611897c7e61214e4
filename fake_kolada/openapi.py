"""The stand-in's own OpenAPI description of its paths and responses.

The live API's description is not available. Known are the names of its paths and parameters, its limits and the shapes
of its responses, and only these are described here. A test compares the responses with the description.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

import polars as pl

from fake_kolada.contract import ContractChoices
from fake_kolada.data_set import GENDERS, KPI_SCHEMA
from fake_kolada.parameters import LARGEST_NUMBER

Schema = dict[str, Any]

_SEGMENT = re.compile(r"{(\w+)}")
_FROM_DATE = {"name": "from_date", "in": "query", "schema": {"type": "string", "format": "date"}}
# The region types: municipality, region.
_REGION_TYPE = {"name": "region_type", "in": "query", "schema": {"type": "string", "enum": ["K", "L"]}}
_TYPES: Mapping[type[pl.DataType], str] = {pl.String: "string", pl.Boolean: "boolean"}
_TEXT: Schema = {"type": "string"}
_TEXT_OR_NULL: Schema = {"type": ["string", "null"]}


def description(
    data_paths: Iterable[str], catalogue_names: Iterable[str], contract: ContractChoices | None = None
) -> Schema:
    """Return an OpenAPI document of these paths.

    Args:
        data_paths: Paths of data and oudata, with their segments in braces.
        catalogue_names: Names of the catalogue's tables.
        contract: The stand-in's choices, for its limits.
    """
    writer = _Writer(contract or ContractChoices())
    paths: Schema = {}
    for path in data_paths:
        row = "OuDataRow" if path.startswith("/oudata") else "DataRow"
        paths[f"/v3{path}"] = writer.get(row, [*writer.segments(path), _FROM_DATE])
    for name, unit, row, own in (
        ("data", "municipality_id", "DataRow", [_REGION_TYPE]),
        ("oudata", "ou_id", "OuDataRow", []),
    ):
        named = [writer.list_of(each, "query") for each in ("kpi_id", unit, "year")]
        paths[f"/v3/{name}/"] = writer.get(row, [*named, _FROM_DATE, *own])
    for name in catalogue_names:
        row = "Group" if name.endswith("groups") else name.title()
        filters = {"municipality": [_REGION_TYPE], "ou": [writer.list_of("municipality", "query")]}.get(name, [])
        title = {"name": "title", "in": "query", "schema": _TEXT, "description": "A part of the title"}
        paths[f"/v3/{name}"] = writer.get(row, [title, *filters])
        paths[f"/v3/{name}/{{ids}}"] = writer.get(row, writer.segments("{ids}"))
    return {
        "openapi": "3.1.0",
        "info": {"title": "A stand-in for the Kolada API", "version": "3"},
        "paths": paths,
        "components": {"schemas": _schemas()},
    }


class _Writer:
    """Writes operations with the limits of a contract."""

    def __init__(self, contract: ContractChoices) -> None:
        self._contract = contract

    def get(self, row: str, parameters: list[Schema]) -> Schema:
        """Return a GET operation whose response is a page of these rows."""
        refused = str(self._contract.refusal_status)
        responses = {
            "200": _answer("A page of rows", f"{row}Page"),
            "404": _answer("Nothing is there", "NotFound"),
            refused: _answer("A parameter can't be read, or a list is too long", "Refusal"),
        }
        return {"get": {"parameters": [*parameters, *self._paging()], "responses": responses}}

    def segments(self, path: str) -> list[Schema]:
        """Return the lists in a path: ids or years separated by commas."""
        return [self.list_of(name, "path") for name in _SEGMENT.findall(path)]

    def list_of(self, name: str, place: str) -> Schema:
        """Return a list of ids or years: separated by commas in a path, repeated in a query."""
        items: Schema = {"type": "integer", "minimum": 0, "maximum": 9999} if name == "year" else {"type": "string"}
        if place == "path" and name != "year":
            items |= {"pattern": "^[0-9A-Za-z]+$"}
        schema = {"type": "array", "items": items, "minItems": 1, "maxItems": self._contract.list_limit}
        return {"name": name, "in": place, "required": place == "path", "schema": schema}

    def _paging(self) -> list[Schema]:
        cap = self._contract.page_cap
        number = {"type": "integer", "minimum": 1, "maximum": LARGEST_NUMBER, "default": 1}
        largest = cap if self._contract.per_page_above_cap == "refuse" else LARGEST_NUMBER
        size = {"type": "integer", "minimum": 1, "maximum": largest, "default": cap}
        return [
            {"name": "page", "in": "query", "schema": number},
            {"name": "per_page", "in": "query", "description": "Number of items per page", "schema": size},
        ]


def _answer(about: str, schema: str) -> Schema:
    content = {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}}
    return {"description": about, "content": content}


def _schemas() -> Schema:
    """Return the schemas of the rows, of a page of each, and of the refusals."""
    value = _object(
        gender={"type": "string", "enum": list(GENDERS)},
        count={"type": "integer", "minimum": 0},
        status=_TEXT,
        value={"type": ["number", "null"]},
        isdeleted={"type": "boolean"},
    )
    values = {"type": "array", "items": value, "minItems": 1, "maxItems": len(GENDERS)}
    member = _object(member_id=_TEXT, member_title=_TEXT)
    rows = {
        "DataRow": _object(values=values, kpi=_TEXT, period={"type": "integer"}, municipality=_TEXT),
        "OuDataRow": _object(values=values, kpi=_TEXT, period={"type": "integer"}, ou=_TEXT),
        "Kpi": _object(**{name.removeprefix("kpi_"): _field(name, dtype) for name, dtype in KPI_SCHEMA.items()}),
        "Municipality": _object(id=_TEXT, title=_TEXT, type={"type": "string", "enum": ["K", "L"]}),
        "Group": _object(id=_TEXT, title=_TEXT, members={"type": "array", "items": member}),
        "Ou": _object(id=_TEXT, municipality=_TEXT, title=_TEXT),
    }
    pages = {f"{name}Page": _page(name) for name in rows}
    return rows | pages | {"NotFound": _object(detail=_TEXT), "Refusal": _object(detail={})}


def _field(name: str, dtype: pl.DataType) -> Schema:
    """Return a field of a KPI; dates, the code of the auspice and the perspective may be null."""
    kind = _TYPES[type(dtype)]
    may_be_null = name in ("auspice", "perspective") or name.startswith(("prel_", "publ"))
    return {"type": [kind, "null"] if may_be_null else kind}


def _page(row: str) -> Schema:
    values = {"type": "array", "items": {"$ref": f"#/components/schemas/{row}"}}
    return _object(values=values, count={"type": "integer"}, next_url=_TEXT_OR_NULL, previous_url=_TEXT_OR_NULL)


def _object(**properties: Schema) -> Schema:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }
