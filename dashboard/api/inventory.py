"""What there is: who one is, hosts, endpoints, groups, objects of each kind, logs and statistics."""

from contextlib import aclosing
from datetime import datetime
from functools import partial
from types import GenericAlias
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Path, Query, Router, Schema, Status
from pydantic import Field, create_model

from dashboard.api.bearer import person_of
from dashboard.api.follow_lists import ObjectChanges, follow_list
from dashboard.api.follows import FOLLOWED
from dashboard.api.headers import is_known, versions
from dashboard.api.lists import FollowedQuery, page_of
from dashboard.api.problems import Problem
from dashboard.api.recheck import person_now
from dashboard.api.schemas import (
    OBJECTS,
    PLURALS,
    UpdateOut,
    object_out,
)
from dashboard.furniture.host_calls import ask_host
from dashboard.furniture.image_updates import facts_of
from dashboard.furniture.inspect_tree import fetch
from dashboard.furniture.readers import READERS
from dashboard.live.spec import registered
from dashboard.live.visibility import verbs_for
from dashboard.streams.log_access import write_log_access
from hosts.access import (
    get_object,
    verbs_at,
)
from hosts.access.readable_inspect import hide_unseen, mask_environment
from hosts.models import Container
from hosts.podman import Podman, logs, stats

router = Router()

Id = Annotated[int, Path(ge=1, le=2**63 - 1)]
ObjectId = Annotated[str, Path(min_length=1, max_length=255)]
MOST_LINES = 10_000
MOST_BYTES = 8 * 2**20


class TokenOut(Schema):
    """The token of this request."""

    name: str
    prefix: str
    read_only: bool
    expires_at: datetime


class Me(Schema):
    """The token's owner, and the verbs that it permits at some place."""

    name: str
    kind: str
    token: TokenOut
    verbs: list[str]


@router.get("/me", response=Me, tags=["me"], summary="The token's owner and rights")
def me(request: HttpRequest) -> Any:
    """`verbs` are permitted somewhere; GET of an object lists those permitted on it (`can`)."""
    person = person_of(request)
    token = request.token  # type: ignore[attr-defined]
    verbs = sorted(verbs_at(person))
    return {"name": str(person.user), "kind": person.user.kind, "token": token, "verbs": verbs}


class LogsQuery(Schema):
    """Which lines."""

    tail: int = Field(1000, ge=1, le=MOST_LINES)
    since: datetime | None = None
    timestamps: bool = False


@router.get(
    "/containers/{endpoint_id}/{podman_id}/logs",
    tags=["containers"],
    summary="Logs of a container",
    openapi_extra={
        "responses": {200: {"description": "Lines", "content": {"text/plain": {"schema": {}}}}}
    },
)
def read_logs(
    request: HttpRequest, endpoint_id: Id, podman_id: ObjectId, asked: Query[LogsQuery]
) -> HttpResponse:
    """The last lines as text, at most 8 MiB. Reading them is an audit entry."""
    person = person_of(request)
    row = get_object(person, "container", endpoint_id, podman_id, verb="container.logs")
    write_log_access(person.who.token, person, [row])

    async def read(podman: Podman) -> bytes:
        pieces: list[bytes] = []
        length = 0
        batches = logs.batches(
            podman,
            podman_id,
            tail=asked.tail,
            since=asked.since,
            timestamps=asked.timestamps,
        )
        async with aclosing(batches) as parts:
            async for frames in parts:
                pieces += [piece for _stream, piece in frames]
                length += sum(len(piece) for _stream, piece in frames)
                if length > MOST_BYTES:
                    break
        return b"".join(pieces)[:MOST_BYTES]

    text = ask_host(row.endpoint, read, timeout_s=30.0)
    # it may have taken long, and what was read is told only to whoever may still read it
    get_object(person_now(request), "container", endpoint_id, podman_id, verb="container.logs")
    return HttpResponse(text, content_type="text/plain; charset=utf-8")


class UsageOut(Schema):
    """Current statistics of a container. Counters start at its start."""

    cpu_ns: int
    system_ns: int
    memory_bytes: int
    limit_bytes: int
    received: int
    sent: int
    read: int
    written: int
    pids: int


@router.get(
    "/containers/{endpoint_id}/{podman_id}/stats",
    response=UsageOut,
    tags=["containers"],
    summary="Statistics of a running container",
)
def usage(request: HttpRequest, endpoint_id: Id, podman_id: ObjectId) -> Any:
    """Two readings give a rate: (cpu_ns later - earlier) / (system_ns later - earlier)."""
    person = person_of(request)
    row = get_object(person, "container", endpoint_id, podman_id, verb="container.stats")

    async def read(podman: Podman) -> list[stats.Usage]:
        async with aclosing(stats.follow(podman, interval_s=1)) as readings:
            return await anext(readings, [])

    found = ask_host(row.endpoint, read)
    get_object(person_now(request), "container", endpoint_id, podman_id, verb="container.stats")
    for one in found:
        if one.podman_id == podman_id:
            return one._asdict()
    raise Problem(409, "host", _("The container does not run, so it has no statistics."))


def _lists(kind: str, plural: str) -> None:
    shape = OBJECTS[kind]
    items: Any = GenericAlias(list, (shape,))
    page = create_model(f"{kind.capitalize()}Page", __base__=Schema, items=items, next=str)
    # null: the image is in no registry, or named by digest
    more: dict[str, Any] = {"update": UpdateOut | None} if kind == "container" else {}
    one = create_model(f"One{kind.capitalize()}", __base__=shape, can=list[str], **more)
    where = f"/{plural}/{{endpoint_id}}/{{podman_id}}"

    @router.get(
        f"/{plural}",
        response={200: page, 304: None},
        tags=[plural],
        operation_id=f"list_{plural}",
        summary=f"List {plural}",
        openapi_extra=FOLLOWED,
    )
    def listed(request: HttpRequest, response: HttpResponse, asked: Query[FollowedQuery]) -> Any:
        """`q`: the filter line of the page. `next`: the cursor of the next page. With `follow` each line
        has an `op`: begin, object, whole, gone, alive, ended.
        """
        if asked.follow:
            out = partial(object_out, kind)
            changes = ObjectChanges(kind)
            return follow_list(request, registered(plural), asked, changes, "object", out)
        found = page_of(registered(plural), person_of(request), asked)
        if is_known(request, response, [*versions(found["items"]), found["next"]]):
            return Status(304, None)
        return {"items": [object_out(kind, row) for row in found["items"]], "next": found["next"]}

    @router.get(
        where,
        response={200: one, 304: None},
        tags=[plural],
        operation_id=f"get_{kind}",
        summary=f"One {kind}",
    )
    def got(
        request: HttpRequest, response: HttpResponse, endpoint_id: Id, podman_id: ObjectId
    ) -> Any:
        """From the inventory. `can` lists the verbs that this token may use on it."""
        person = person_of(request)
        row = get_object(person, kind, endpoint_id, podman_id, verb=f"{kind}.view")
        can = sorted(verbs_for(person, row))
        more = {"update": facts_of(row)} if isinstance(row, Container) else {}
        if is_known(request, response, [*versions([row]), *can, *more.values()]):
            return Status(304, None)
        return object_out(kind, row) | {"can": can} | more

    if kind not in READERS:
        # what systemd says of it stands in the inventory
        return

    @router.get(
        f"{where}/inspect",
        response=dict[str, Any],
        tags=[plural],
        operation_id=f"inspect_{kind}",
        summary=f"Inspect one {kind}",
    )
    def inspected(request: HttpRequest, endpoint_id: Id, podman_id: ObjectId) -> Any:
        """Podman's inspect, fetched now. Values of environment variables are hidden."""
        person = person_of(request)
        row = get_object(person, kind, endpoint_id, podman_id, verb=f"{kind}.inspect")
        found = fetch(row.endpoint, podman_id, READERS[kind])
        found = mask_environment(hide_unseen(person, row.endpoint, kind, found))
        get_object(person_now(request), kind, endpoint_id, podman_id, verb=f"{kind}.inspect")
        return found


for _kind, _plural in PLURALS.items():
    _lists(_kind, _plural)
