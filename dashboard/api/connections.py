"""Connections for Podman's and Docker's clients, through the gate."""

from typing import Any, Literal

from django.http import HttpRequest, HttpResponse
from django.http.request import split_domain_port
from django.utils.translation import gettext as _
from ninja import Query, Router, Schema
from pydantic import Field

from dashboard.api.bearer import person_of
from dashboard.api.problems import Problem
from hosts.gate.sessions.connections import (
    FILES,
    GateFacts,
    check_identity,
    connections_of,
    gate_facts,
)

router = Router(tags=["hosts"])


class ConnectionOut(Schema):
    """A connection to one endpoint."""

    name: str
    uri: str
    endpoint_id: int


class Connections(Schema):
    """The gate, and the connections through it. `known_hosts`: the line with the gate's key."""

    address: str
    fingerprint: str
    known_hosts: str
    items: list[ConnectionOut]


class FileQuery(Schema):
    """Which file, and where the private key is on the client's machine."""

    file: Literal["podman", "containers", "docker"] = Field(
        "podman",
        description="podman-connections.json, a part of containers.conf, or Docker contexts",
    )
    identity: str = Field("", max_length=400, description="Absolute path of the private key")


@router.get("/connections", response=Connections, summary="Connections through the gate")
def connections(request: HttpRequest) -> Any:
    """One for each endpoint that the token sees. An SSH key of the token's owner signs in."""
    gate = _gate(request)
    items = [
        {"name": one.name, "uri": one.uri, "endpoint_id": one.endpoint.pk}
        for one in connections_of(person_of(request), gate.address)
    ]
    return {
        "address": gate.address,
        "fingerprint": gate.fingerprint,
        "known_hosts": gate.known_hosts,
        "items": items,
    }


@router.get(
    "/connections/file",
    summary="Connections as a file for podman or docker",
    openapi_extra={
        "responses": {
            200: {
                "description": "The file",
                "content": {one.content_type: {"schema": {}} for one in FILES.values()},
            }
        }
    },
)
def connections_file(request: HttpRequest, asked: Query[FileQuery]) -> HttpResponse:
    """The same connections, as the clients read them."""
    gate, wanted = _gate(request), FILES[asked.file]
    identity = check_identity(asked.identity)
    content = wanted.write(connections_of(person_of(request), gate.address), identity)
    return HttpResponse(content, content_type=wanted.content_type)


def _gate(request: HttpRequest) -> GateFacts:
    name, _port = split_domain_port(request.get_host())
    gate = gate_facts(name)
    if gate is None:
        raise Problem(409, "gate", _("There is no gate here: HAULOUT_GATE_PORT names no port."))
    return gate
