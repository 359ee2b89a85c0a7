"""The one way to an endpoint: its socket, relayed by the link. Nobody else dials a host."""

from django.conf import settings

from hosts.link.bus import bus_place
from hosts.link.sockets import Caller, bus_socket, endpoint_socket
from hosts.models import Endpoint
from hosts.podman import UnixDial
from hosts.systemd import BusDial


def dial(endpoint: Endpoint, *, streams: bool = False, gate: bool = False) -> UnixDial:
    """How to reach `endpoint`. `streams`: the narrow socket for web processes, `gate`: the gate's."""
    caller: Caller = "gate" if gate else "web" if streams else "worker"
    return UnixDial(str(endpoint_socket(settings.HAULOUT_RUN, endpoint.pk, caller)))


def dial_bus(endpoint: Endpoint) -> BusDial:
    """How to reach the systemd beside `endpoint`: for workers. LinkError "bus-unknown"."""
    place = bus_place(endpoint.socket)
    return BusDial(str(bus_socket(settings.HAULOUT_RUN, endpoint.pk)), place.uid)
