"""The one way to an endpoint: its socket, relayed by the link. Nobody else dials a host."""

from django.conf import settings

from hosts.link.sockets import endpoint_socket
from hosts.models import Endpoint
from hosts.podman import UnixDial


def dial(endpoint: Endpoint, *, streams: bool = False) -> UnixDial:
    """How to reach `endpoint`. `streams`: the narrower socket, for web processes."""
    return UnixDial(str(endpoint_socket(settings.HAULOUT_RUN, endpoint.pk, web=streams)))
