"""Bodies of requests: JSON whose texts every database keeps."""

from typing import Any

from django.http import HttpRequest
from ninja.parser import Parser


class KeepableJson(Parser):
    """As Ninja's. A zero byte or half a surrogate pair anywhere is refused as no JSON is: they are
    names of nothing, and PostgreSQL takes neither.
    """

    def parse_body(self, request: HttpRequest) -> Any:
        """The body. ValueError."""
        body = super().parse_body(request)
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
