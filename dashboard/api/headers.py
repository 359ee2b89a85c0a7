"""Headers of answers: how many requests a token has left, and whether a program's copy still holds."""

import hashlib
from collections.abc import Callable, Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.http import parse_etags

from hosts.access import limits

# kept by the program that asked, which asks again each time whether it still holds
KEPT = "private, no-cache"


class RateLimits:
    """Middleware: the fields of draft-ietf-httpapi-ratelimit-headers-10 on each answer to a token."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        quota: limits.Quota | None = getattr(request, "quota", None)
        if quota is not None:
            response["RateLimit-Policy"] = f'"token";q={quota.most};w={quota.window_s}'
            response["RateLimit"] = f'"token";r={quota.left};t={quota.reset_s}'
        return response


def is_known(request: HttpRequest, response: HttpResponse, seen: Iterable[Any]) -> bool:
    """Sets the ETag of what was `seen` (revisions, names). True where the program has just that, so
    304 is the answer.
    """
    digest = hashlib.sha256(repr((request.get_full_path(), *seen)).encode()).hexdigest()[:32]
    # weak: when an object was last seen changes without a revision
    response["ETag"] = f'W/"{digest}"'
    response["Cache-Control"] = KEPT
    known = parse_etags(request.headers.get("If-None-Match", ""))
    return "*" in known or f'"{digest}"' in {one.removeprefix("W/") for one in known}


def versions(rows: Iterable[Any]) -> list[tuple[Any, ...]]:
    """What tells rows of the inventory from what they were: their revisions, and where they are."""
    return [(row.pk, row.revision, str(row.endpoint), row.endpoint.host.name) for row in rows]
