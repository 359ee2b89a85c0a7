"""Podman's events on the hosts: of the last week, and as they come."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Query, Router, Schema

from dashboard.api.bearer import person_of
from dashboard.api.follow_lists import NewEvents, follow_list
from dashboard.api.follows import FOLLOWED
from dashboard.api.lists import FollowedQuery, page_of
from dashboard.api.schemas import EndpointRef, place
from dashboard.live.spec import registered

router = Router(tags=["events"])


class EventOut(Schema):
    """An event. `at` is by the host's own clock. `count`: how often the same happened in a row."""

    id: int
    endpoint: EndpointRef
    at: datetime
    kind: str
    action: str
    podman_id: str
    name: str
    image: str
    exit_code: int | None
    count: int


class Events(Schema):
    """A page of events."""

    items: list[EventOut]
    next: str


@router.get("/events", response=Events, summary="List events of hosts", openapi_extra=FOLLOWED)
def events(request: HttpRequest, asked: Query[FollowedQuery]) -> Any:
    """`q`: the filter line of a host's Events tab, and host:. They are kept for a week. With `follow` the
    newest, then each as it comes; each line has an `op`: begin, event, whole, alive, ended.
    """
    spec = registered("events")
    if asked.follow:
        return follow_list(request, spec, asked, NewEvents(asked.limit), "event", _out)
    found = page_of(spec, person_of(request), asked)
    return {"items": [_out(row) for row in found["items"]], "next": found["next"]}


def _out(row: Any) -> dict[str, Any]:
    own = (name for name in EventOut.model_fields if name != "endpoint")
    return {name: getattr(row, name) for name in own} | {"endpoint": place(row.endpoint)}
