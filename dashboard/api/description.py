"""The API's OpenAPI description, with the problems that every address can answer."""

from collections.abc import Iterator
from functools import cache
from typing import Any

from ninja import NinjaAPI

from dashboard.api.problems import ProblemOut

_PROBLEMS = {
    "400": "The request cannot be read",
    "401": "No valid token",
    "403": "Not permitted; `verb` is the missing right",
    "404": "It does not exist, or the token may not see it",
    "409": "Not possible now: an approval is needed, the container does not run, or an "
    "Idempotency-Key is still in use",
    "422": "Not valid; `errors` says why, by field",
    "429": "Too many requests; wait as long as Retry-After says",
    "502": "The host failed",
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
