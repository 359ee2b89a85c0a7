"""Requests that carry bytes or last: handed over to the event loop, their token asked about again."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from ninja.errors import AuthenticationError

from dashboard.api.bearer import person_of
from dashboard.api.problems import answer
from dashboard.api.recheck import person_now
from dashboard.streams.transfer.handover import Carry, Handover
from hosts.access import NotVisible, Person

# what an error of a transfer is called (dashboard.api.problems)
_KINDS = {403: "denied", 404: "not-found", 409: "taken", 413: "too-large", 422: "invalid"}


def failed(status: int, words: str) -> Any:
    """The problem of this status."""
    return answer(status, _KINDS.get(status, "host"), words)


def hand_over(
    request: HttpRequest,
    carry: Carry,
    recheck: Callable[[Person], Any],
    *,
    limit_bytes: int | None = None,
) -> Handover:
    """It ends within 2 s of the token's end, or once `recheck(person)` raises NotVisible or Denied."""

    def look(_person: Person) -> None:
        try:
            now = person_now(request)
        except AuthenticationError:
            raise NotVisible from None
        recheck(now)

    return Handover(
        request,
        carry,
        person=person_of(request),
        recheck=look,
        until=request.token.expires_at,  # type: ignore[attr-defined]
        limit_bytes=limit_bytes,
        failed=failed,
    )
