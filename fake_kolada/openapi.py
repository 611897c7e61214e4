"""The stand-in's own description of its paths, in the form of OpenAPI.

The live API's description has been read by others and isn't stored anywhere: only the names of its paths
and parameters and the limits are known, and only those are here.
"""

import re
from collections.abc import Iterable
from typing import Any

_SEGMENT = re.compile(r"{(\w+)}")
_PAGING: list[dict[str, Any]] = [
    {"name": "page", "in": "query", "schema": {"type": "integer", "minimum": 1, "default": 1}},
    {
        "name": "per_page",
        "in": "query",
        "description": "Number of items per page",
        "schema": {"type": "integer", "minimum": 1, "maximum": 5000, "default": 5000},
    },
]
_FROM_DATE = {"name": "from_date", "in": "query", "schema": {"type": "string", "format": "date"}}


def description(data_paths: Iterable[str], catalogue_names: Iterable[str]) -> dict[str, Any]:
    """An OpenAPI document of these paths."""
    paths: dict[str, Any] = {}
    for path in data_paths:
        paths[f"/v3{path}"] = _get([*_lists(path), _FROM_DATE])
    for name in ("data", "oudata"):
        unit = "municipality_id" if name == "data" else "ou_id"
        kinds = [_FROM_DATE, *([_text("region_type")] if name == "data" else [])]
        paths[f"/v3/{name}/"] = _get([_list(each, "query") for each in ("kpi_id", unit, "year")] + kinds)
    for name in catalogue_names:
        own = [_text("region_type")] if name == "municipality" else []
        paths[f"/v3/{name}"] = _get([_text("title"), *own])
        paths[f"/v3/{name}/{{ids}}"] = _get(_lists("{ids}"))
    return {
        "openapi": "3.1.0",
        "info": {"title": "A stand-in for the Kolada API", "version": "3"},
        "paths": paths,
    }


def _get(parameters: list[dict[str, Any]]) -> dict[str, Any]:
    return {"get": {"parameters": [*parameters, *_PAGING], "responses": {"200": {"description": "A page"}}}}


def _lists(path: str) -> list[dict[str, Any]]:
    return [_list(name, "path") for name in _SEGMENT.findall(path)]


def _list(name: str, place: str) -> dict[str, Any]:
    schema = {"type": "array", "items": {"type": "string"}, "maxItems": 25}
    return {"name": name, "in": place, "required": place == "path", "schema": schema}


def _text(name: str) -> dict[str, Any]:
    return {"name": name, "in": "query", "schema": {"type": "string"}}
