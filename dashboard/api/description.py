"""The API's OpenAPI description, with the problems that every address can answer."""

from collections.abc import Iterator
from functools import cache
from typing import Any

from ninja import NinjaAPI

from dashboard.api.examples import add_examples
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
_OF_UPLOADS = {
    "413": "The body is larger than is allowed",
    "507": "The disk of the host is full",
}
_HEADERS = {
    "RateLimit": "`r`: requests that the token has left, for the next `t` seconds",
    "RateLimit-Policy": "How many (`q`) in so many seconds (`w`)",
}
_OWN_HEADERS = {
    "201": {"Location": "Its address"},
    "202": {"Location": "The job’s address, or the list of the jobs"},
}
_TAG = {"ETag": "Send it as If-None-Match: while nothing has changed, the answer is 304"}
_SCHEMA = {"$ref": "#/components/schemas/ProblemOut"}


@cache
def description(api: NinjaAPI) -> dict[str, Any]:
    """As JSON can hold it."""
    told: dict[str, Any] = dict(api.get_openapi_schema())
    shape = ProblemOut.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas = told["components"]["schemas"]
    schemas.update(shape.pop("$defs", {}))
    schemas["ProblemOut"] = shape
    for path, method, operation in operations(told):
        # JSON of Django Ninja's own has numbers for keys
        responses = {str(code): one for code, one in operation["responses"].items()}
        for code, one in responses.items():
            headers = _HEADERS | _OWN_HEADERS.get(code, {}) | (_TAG if "304" in responses else {})
            one["headers"] = {
                name: {"description": words, "schema": {"type": "string"}}
                for name, words in headers.items()
            }
        problems = _PROBLEMS | (_OF_UPLOADS if method == "put" else {})
        for code, words in problems.items():
            content = {"application/problem+json": {"schema": _SCHEMA}}
            responses[code] = {"description": words, "content": content}
        operation["responses"] = responses
        operation.setdefault("x-verb", "")
        add_examples(told, path, method, operation)
    return told


def operations(told: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """(path, method, what it is) of each."""
    for path, methods in told["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation
