"""Hosts and their endpoints, as they are."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema, Status

from dashboard.api.bearer import person_of
from dashboard.api.follows import FOLLOWED
from dashboard.api.headers import is_known
from dashboard.api.inventory import Id
from dashboard.api.schemas import EndpointOut, HostOut, endpoint_out, host_out
from dashboard.api.whole_lists import WholeQuery, answer_whole
from hosts.access import Person, get_host, visible_endpoints, visible_hosts

router = Router(tags=["hosts"])


class Hosts(Schema):
    """A page of hosts."""

    items: list[HostOut]


@router.get(
    "/hosts",
    response={200: Hosts, 304: None},
    summary="List hosts",
    openapi_extra=FOLLOWED,
)
def hosts(request: HttpRequest, response: HttpResponse, asked: Query[WholeQuery]) -> Any:
    """All hosts that the token sees. With `follow` each line has an `op`: begin, host, whole, gone,
    alive, ended.
    """
    return answer_whole(request, response, asked, "host", read_hosts)


@router.get("/hosts/{host_id}", response={200: HostOut, 304: None}, summary="One host")
def one_host(request: HttpRequest, response: HttpResponse, host_id: Id) -> Any:
    """By its number."""
    found = host(request, host_id)
    return Status(304, None) if is_known(request, response, [found]) else found


def host(request: HttpRequest, host_id: int) -> dict[str, Any]:
    """A host as HostOut. NotVisible, Denied."""
    person = person_of(request)
    get_host(person, host_id, "host.view")
    found = visible_hosts(person).prefetch_related("groups").get(pk=host_id)
    seen = visible_endpoints(person).filter(host=host_id).select_related("host")
    return host_out(found, list(seen))


def read_hosts(person: Person) -> list[dict[str, Any]]:
    """Those that a person sees, by name."""
    seen: dict[int, list[Any]] = {}
    for one in visible_endpoints(person).select_related("host"):
        seen.setdefault(one.host_id, []).append(one)
    found = visible_hosts(person).prefetch_related("groups").order_by("name")
    return [host_out(one, seen.get(one.pk, [])) for one in found]


class Endpoints(Schema):
    """All endpoints."""

    items: list[EndpointOut]


@router.get(
    "/endpoints",
    response={200: Endpoints, 304: None},
    summary="List endpoints",
    openapi_extra=FOLLOWED,
)
def endpoints(request: HttpRequest, response: HttpResponse, asked: Query[WholeQuery]) -> Any:
    """Addresses of objects contain an endpoint's number. With `follow` each line has an `op`: begin,
    endpoint, whole, gone, alive, ended.
    """
    return answer_whole(request, response, asked, "endpoint", read_endpoints)


def read_endpoints(person: Person) -> list[dict[str, Any]]:
    """Those that a person sees."""
    return [endpoint_out(one) for one in visible_endpoints(person).select_related("host")]
