"""The API's description as a page, without third-party scripts."""

from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from dashboard.api.api import api
from dashboard.api.description import description, operations


@dataclass(frozen=True)
class Field:
    """A parameter, or a field of the body. `kind`: JSON type."""

    name: str
    kind: str
    needed: bool
    words: str


@dataclass(frozen=True)
class Operation:
    """One method of one path."""

    method: str
    path: str
    summary: str
    words: str
    example: str
    query: list[Field] = field(default_factory=list)
    body: list[Field] = field(default_factory=list)


@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """All operations by subject."""
    base = request.build_absolute_uri("/").rstrip("/")
    return render(request, "tokens/api.html", {"subjects": _subjects(), "base": base})


@cache
def _subjects() -> list[tuple[str, list[Operation]]]:
    told = description(api)
    found: dict[str, list[Operation]] = {}
    for path, method, one in operations(told):
        address = Operation(
            method.upper(),
            path,
            one.get("summary", ""),
            one.get("description", ""),
            one["x-codeSamples"][0]["source"],
            [
                _field(part["name"], part["schema"], told, needed=part.get("required", False))
                for part in one.get("parameters", ())
                if part["in"] == "query"
            ],
            _body(one, told),
        )
        found.setdefault(one["tags"][0], []).append(address)
    return list(found.items())


def _body(one: dict[str, Any], told: dict[str, Any]) -> list[Field]:
    content = one.get("requestBody", {}).get("content", {}).get("application/json")
    if not content:
        return []
    shape = _resolve(content["schema"], told)
    needed = shape.get("required", ())
    return [
        _field(name, inner, told, needed=name in needed)
        for name, inner in shape.get("properties", {}).items()
    ]


def _field(name: str, shape: dict[str, Any], told: dict[str, Any], *, needed: bool) -> Field:
    return Field(name, _kind(shape, told), needed, shape.get("description", ""))


def _kind(shape: dict[str, Any], told: dict[str, Any]) -> str:
    if "anyOf" in shape:
        return " | ".join(_kind(one, told) for one in shape["anyOf"])
    if "enum" in shape:
        return " | ".join(map(str, shape["enum"]))
    inner = _resolve(shape, told)
    if inner.get("type") == "array":
        return f"[{_kind(inner['items'], told)}]"
    if inner is not shape and "properties" in inner:
        return "{" + ", ".join(inner["properties"]) + "}"
    return str(shape.get("format") or inner.get("type") or "any")


def _resolve(shape: dict[str, Any], told: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in shape:
        return shape
    found: dict[str, Any] = told["components"]["schemas"][shape["$ref"].rpartition("/")[2]]
    return found
