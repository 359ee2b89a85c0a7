"""The bus of an endpoint's systemd, relayed as Podman's socket is. It needs no more of the key.

Podman's socket tells where the bus is: root's systemd has the system bus, a user's has their own.
"""

import json
import re
from typing import Final, NamedTuple

from hosts.link.channel import Connection, ReceiverFactory
from hosts.link.errors import LinkError
from hosts.link.splice import Splice

_USERS: Final = re.compile(r"/run/user/(\d{1,10})/podman/podman\.sock")
_ROOTS: Final = frozenset({"/run/podman/podman.sock", "/var/run/podman/podman.sock"})
# the host's side is not there, in the words of an SSH server and of this machine
_NOT_THERE: Final = frozenset({"channel-refused", "socket-missing", "service-not-answering"})


class BusPlace(NamedTuple):
    """A bus on a host, and the account that signs in there."""

    path: str
    uid: int


def bus_place(podman_socket: str) -> BusPlace:
    """Where the bus beside a Podman socket is. Raises LinkError "bus-unknown"."""
    if podman_socket in _ROOTS:
        return BusPlace("/run/dbus/system_bus_socket", 0)
    if users := _USERS.fullmatch(podman_socket):
        return BusPlace(f"/run/user/{users[1]}/bus", int(users[1]))
    raise LinkError(
        "bus-unknown",
        cause=f"Haulout does not know whose systemd goes with the socket {podman_socket}.",
        cure="Register the endpoint by Podman's usual socket, which systemd makes.",
    )


async def open_bus(connection: Connection, receiver: ReceiverFactory, podman_socket: str) -> None:
    """Connect a new receiver to the bus. Raises LinkError."""
    place = bus_place(podman_socket)
    if not connection.forwards:
        raise LinkError(
            "bus-needs-forwarding",
            cause="This login forwards no sockets, and systemd's bus is one.",
            cure=(
                "Give its key the form restrict,port-forwarding, and allow AllowStreamLocalForwarding"
                " in /etc/ssh/sshd_config."
            ),
        )
    try:
        await connection.open_channel(receiver, place.path)
    except LinkError as error:
        if error.kind not in _NOT_THERE:
            raise
        raise _missing(place) from error


def _missing(place: BusPlace) -> LinkError:
    return LinkError(
        "bus-missing",
        cause=f"The host has no systemd bus at {place.path}.",
        cure=(
            f'As root: loginctl enable-linger "$(id -un {place.uid})"; on Debian and Ubuntu also:'
            " apt install dbus-user-session"
            if place.uid
            else "As root: systemctl start dbus.socket"
        ),
    )


class BusSplice(Splice):
    """Answers in the words of D-Bus' sign-in, where it has to answer itself."""

    def _answer_when_read(self, error: LinkError) -> None:
        # the caller speaks first, and a line is enough
        if self._early:
            self._answer(503, error)

    def _answer_bytes(self, _status: int, error: LinkError) -> bytes:
        reason = {"kind": error.kind, "cause": error.cause, "cure": error.cure}
        return b"ERROR " + json.dumps(reason).encode() + b"\r\n"
