"""Parses what a person types for a host: `web1`, `root@web1:2222`, `ssh://root@web1/run/…/podman.sock`.

Other schemes are refused with the reason. Looks nothing up.
"""

import re
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from django.utils.translation import gettext as _

from hosts.refusals import FieldRefusal

_ADDRESS = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,251}[A-Za-z0-9])?\.?|[0-9A-Fa-f:.]+(%\w+)?")
_USER = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.@\\-]{0,62}\$?")
_SOCKET_MAX_BYTES = 107


@dataclass(frozen=True, slots=True)
class HostAddress:
    """The parts of the text. `port` None and empty texts: not given."""

    address: str
    port: int | None = None
    user: str = ""
    socket: str = ""


def parse_address(text: str) -> HostAddress:
    """Parse the text. FieldRefusal("address", …)."""
    text = text.strip()
    scheme, marked, _rest = text.partition("://")
    if marked:
        return _from_url(scheme.lower(), text)
    if text.startswith("/"):
        raise FieldRefusal(
            "address",
            _(
                "%(text)s is a path on this machine. For its own Podman use “This machine”; for "
                "another host give its address."
            )
            % {"text": text[:80]},
        )
    user, _at, place = text.rpartition("@")
    address, port = _split_port(place)
    return HostAddress(check_address(address), port, check_user(user) if user else "")


def check_address(address: str) -> str:
    """The host name or IP address. FieldRefusal("address", …)."""
    address = address.strip()
    if address.startswith("[") and address.endswith("]"):
        address = address[1:-1]
    if not address:
        raise FieldRefusal("address", _("Give the host's name or IP address."))
    if len(address) > 253 or not _ADDRESS.fullmatch(address):
        raise FieldRefusal(
            "address",
            _(
                "“%(text)s” is not a host name or IP address. Examples: web1.example.org, "
                "10.0.0.7, root@web1:2222."
            )
            % {"text": address[:80]},
        )
    return address


def check_port(port: int) -> int:
    """The port. FieldRefusal("port", …)."""
    if not 1 <= port <= 65535:
        raise FieldRefusal("port", _("A port is a number from 1 to 65535; SSH's own is 22."))
    return port


def check_user(user: str) -> str:
    """The account name. FieldRefusal("user", …)."""
    user = user.strip()
    if not _USER.fullmatch(user):
        raise FieldRefusal(
            "user",
            _("“%(user)s” is not an account name. Usual ones: root, podman.") % {"user": user},
        )
    return user


def check_socket(path: str) -> str:
    """The path of a socket on a host. FieldRefusal("socket", …)."""
    path = path.strip().removeprefix("unix://")
    if not path.startswith("/") or any(not sign.isprintable() for sign in path):
        raise FieldRefusal(
            "socket", _("Give the full path of the socket, such as /run/podman/podman.sock.")
        )
    if len(path.encode()) > _SOCKET_MAX_BYTES:
        raise FieldRefusal("socket", _("The path of a socket can have at most 107 bytes."))
    return path


def _split_port(place: str) -> tuple[str, int | None]:
    bracketed = re.fullmatch(r"(\[[^\]]*\])(?::(.*))?", place)
    if bracketed:
        address, port = bracketed[1], bracketed[2]
    elif place.count(":") == 1:
        address, port = place.split(":")
    else:  # none, or an IPv6 address without brackets
        address, port = place, None
    if port is None:
        return address, None
    if not (port.isascii() and port.isdigit() and len(port) <= 6):
        raise FieldRefusal("port", _("“%(port)s” is not a port number.") % {"port": port[:20]})
    return address, check_port(int(port))


def _from_url(scheme: str, text: str) -> HostAddress:
    if scheme in ("tcp", "http", "https"):
        raise FieldRefusal(
            "address",
            _(
                "Podman's %(scheme)s:// socket has no authentication: whoever reaches the port "
                "controls the host. Haulout uses SSH instead. Give the host's SSH address, and "
                "close that port."
            )
            % {"scheme": scheme},
        )
    if scheme == "unix":
        raise FieldRefusal(
            "address",
            _(
                "unix:// is a socket of this machine: use “This machine” for it, or give the "
                "address of another host."
            ),
        )
    if scheme != "ssh":
        raise FieldRefusal(
            "address",
            _("Haulout does not support %(scheme)s://. Give ssh://USER@ADDRESS[:PORT].")
            % {"scheme": scheme[:20]},
        )
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as exc:
        raise FieldRefusal("address", _("This address cannot be read: %s.") % exc) from exc
    if parts.password is not None:
        raise FieldRefusal(
            "address",
            _("Leave the password out of the address: Haulout signs in with a key."),
        )
    if parts.query or parts.fragment:
        raise FieldRefusal("address", _("Leave out what follows “?” or “#”."))
    path = unquote(parts.path)
    return HostAddress(
        address=check_address(parts.hostname or ""),
        port=check_port(port) if port is not None else None,
        user=check_user(unquote(parts.username)) if parts.username else "",
        socket=check_socket(path) if path not in ("", "/") else "",
    )
