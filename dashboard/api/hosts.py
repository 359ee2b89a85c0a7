"""Hosts and their endpoints, as they are."""

from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema

from dashboard.api.bearer import person_of
from dashboard.api.inventory import Id
from dashboard.api.schemas import EndpointOut, HostOut, endpoint_out, host_out
from hosts.access import get_host, visible_endpoints, visible_hosts

router = Router(tags=["hosts"])


class Hosts(Schema):
    """A page of hosts."""

    items: list[HostOut]


@router.get("/hosts", response=Hosts, summary="List hosts")
def hosts(request: HttpRequest) -> Any:
    """All hosts that the token sees."""
    seen = _seen_endpoints(request)
    found = visible_hosts(person_of(request)).prefetch_related("groups").order_by("name")
    return {"items": [host_out(one, seen.get(one.pk, [])) for one in found]}


@router.get("/hosts/{host_id}", response=HostOut, summary="One host")
def host(request: HttpRequest, host_id: Id) -> Any:
    """By its number."""
    get_host(person_of(request), host_id, "host.view")
    found = visible_hosts(person_of(request)).prefetch_related("groups").get(pk=host_id)
    return host_out(found, _seen_endpoints(request).get(host_id, []))


def _seen_endpoints(request: HttpRequest) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    for one in visible_endpoints(person_of(request)).select_related("host"):
        found.setdefault(one.host_id, []).append(one)
    return found


class Endpoints(Schema):
    """All endpoints."""

    items: list[EndpointOut]


@router.get("/endpoints", response=Endpoints, summary="List endpoints")
def endpoints(request: HttpRequest) -> Any:
    """Addresses of objects contain an endpoint's number."""
    found = visible_endpoints(person_of(request)).select_related("host")
    return {"items": [endpoint_out(one) for one in found]}
