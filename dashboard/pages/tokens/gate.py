"""How Podman's and Docker's own clients reach the gate, for the page of tokens and keys."""

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest
from django.http.request import split_domain_port

from hosts.gate import host_key


@dataclass(frozen=True, slots=True)
class GateFacts:
    """`address`: what clients dial, `known_hosts`: the line by which they know it."""

    address: str
    fingerprint: str
    known_hosts: str


def gate_facts(request: HttpRequest) -> GateFacts | None:
    """None where there is no gate. It has the name by which Haulout itself was reached."""
    port, fingerprint = settings.HAULOUT_GATE_PORT, host_key.fingerprint()
    if not port or not fingerprint:
        return None
    name, _port = split_domain_port(request.get_host())
    line = host_key.known_hosts_line(name.strip("[]"), port)
    return GateFacts(f"{name}:{port}", fingerprint, line)
