"""The API's OpenAPI description, with the problems that every address can answer."""

from collections.abc import Iterator
from functools import cache
from typing import Any

from ninja import NinjaAPI

from dashboard.api.problems import ProblemOut

_PROBLEMS = {
    "400": "The request cannot be read",
    "401": "No token that is in force",
    "403": "Not permitted; `verb` says what is missing",
    "404": "It does not exist, or the token may not see it",
    "409": "Not now: an approval is needed, it does not run, or a key is still in use",
    "422": "Something in it is wrong; `errors` says what, by field",
    "429": "Too many requests; wait as long as Retry-After says",
    "502": "The host did not do it",
    "503": "The host is away",
}
_SCHEMA = {"$ref": "#/components/schemas/ProblemOut"}


@cache
def description(api: NinjaAPI) -> dict[str, Any]:
    """As JSON can hold it."""
    told: dict[str, Any] = dict(api.get_openapi_schema())
    shape = ProblemOut.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas = told["components"]["schemas"]
    schemas.update(shape.pop("$defs", {}))
    schemas["ProblemOut"] = shape
    for _path, _method, operation in operations(told):
        # JSON of Django Ninja's own has numbers for keys
        responses = {str(code): one for code, one in operation["responses"].items()}
        for code, words in _PROBLEMS.items():
            content = {"application/problem+json": {"schema": _SCHEMA}}
            responses[code] = {"description": words, "content": content}
        operation["responses"] = responses
        operation.setdefault("x-verb", "")
    return told


def operations(told: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """(path, method, what it is) of each."""
    for path, methods in told["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation
