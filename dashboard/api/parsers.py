"""Bodies of requests: JSON whose texts every database keeps, without doubled or unknown keys."""

import json
from typing import Any

from django.http import HttpRequest
from ninja.parser import Parser

from hosts.guardrails.reader import refuse_duplicate_keys

# mappings whose keys are data: Podman tells them apart by their case
_DATA = ("labels", "environment", "options", "arguments")


class StrictJson(Parser):
    """As Ninja's. Text with a zero byte or half a surrogate pair is refused: PostgreSQL stores
    neither.
    """

    def parse_body(self, request: HttpRequest) -> Any:
        """The body. ValueError."""
        body = json.loads(request.body, object_pairs_hook=refuse_duplicate_keys)
        _refuse_two_spellings(body)
        left: list[Any] = [body]
        while left:
            one = left.pop()
            if isinstance(one, str):
                one.encode()
                if "\0" in one:
                    raise ValueError("a zero byte")
            elif isinstance(one, dict):
                left += [*one, *one.values()]
            elif isinstance(one, list):
                left += one
        return body


def _refuse_two_spellings(body: Any) -> None:
    """ValueError where a field stands in two spellings at any depth: which of them counts?"""
    left: list[tuple[str, Any]] = [("", body)]
    while left:
        name, one = left.pop()
        if isinstance(one, dict):
            if name not in _DATA and len({key.casefold() for key in one}) < len(one):
                raise ValueError(f"a field of {name or 'the body'} stands there in two spellings")
            left += one.items()
        elif isinstance(one, list):
            left += [(name, inner) for inner in one]
