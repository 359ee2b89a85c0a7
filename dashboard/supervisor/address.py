"""Where Haulout listens and under which address people reach it: the listening socket, URL, TLS or not."""

import errno
import ipaddress
import os
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

from dashboard.bootstrap.errors import StartError
from dashboard.env import local_addresses

BACKLOG = 1024


@dataclass(frozen=True)
class Address:
    """`url` is what people type, without a trailing slash; `own_tls` when we serve TLS ourselves."""

    bind: str
    port: int
    url: str
    own_tls: bool

    @property
    def loopback(self) -> bool:
        """True when only this machine can reach it."""
        return is_loopback(self.bind)

    @property
    def names(self) -> list[str]:
        """Names and addresses that the certificate stands for."""
        found = ["localhost", "127.0.0.1", urlsplit(self.url).hostname or self.bind]
        if is_wildcard(self.bind):
            # where there is a URL people type that, and our addresses may be those of a container
            local = local_addresses() if self.own_tls else []
            found += [name.strip("[]") for name in local]
        else:
            found.append(self.bind)
        return list(dict.fromkeys(found))


def is_wildcard(bind: str) -> bool:
    """True for "every address of this machine"."""
    return bind in ("0.0.0.0", "::")  # noqa: S104 - asked about, not bound


def is_loopback(bind: str) -> bool:
    """True for localhost, 127.0.0.0/8 and ::1."""
    try:
        return ipaddress.ip_address(bind).is_loopback
    except ValueError:
        return bind == "localhost"


def choose(bind: str, port: int, url: str) -> Address:
    """The address for these options. StartError when the URL cannot be one."""
    bind = bind.strip("[]")
    if url:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise StartError(
                f"--url {url} is not an address: give it like https://haulout.example.org"
            )
        if parts.path.strip("/") or parts.query or parts.fragment:
            raise StartError(
                f"--url {url} has a path: Haulout needs a host name of its own, "
                f"{parts.scheme}://{parts.netloc}"
            )
        return Address(bind, port, f"{parts.scheme}://{parts.netloc}", own_tls=False)
    if is_loopback(bind):
        return Address(bind, port, f"http://{_bracketed(bind)}:{port}", own_tls=False)
    shown = bind
    if is_wildcard(bind):
        shown = _outgoing(local_addresses(), six=bind == "::")
    return Address(bind, port, f"https://{_bracketed(shown)}:{port}", own_tls=True)


def _outgoing(addresses: list[str], *, six: bool) -> str:
    """The first of our addresses that others can reach; the first of all is the host name."""
    numbers = [address.strip("[]") for address in addresses[1:]]
    for number in numbers:
        try:
            found = ipaddress.ip_address(number)
        except ValueError:
            continue
        if not found.is_loopback and not found.is_link_local and (six or found.version == 4):
            return number
    return addresses[0] if addresses else "localhost"


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def listen(bind: str, port: int) -> socket.socket:
    """The listening socket, which outlives a restarted web process. StartError when it cannot be had."""
    family = socket.AF_INET6 if ":" in bind else socket.AF_INET
    try:
        return socket.create_server(
            (bind, port), family=family, backlog=BACKLOG, dualstack_ipv6=bind == "::"
        )
    except OSError as exc:
        raise _refused(exc, bind, port) from exc


def _refused(exc: OSError, bind: str, port: int) -> StartError:
    if exc.errno == errno.EADDRINUSE:
        return StartError(
            f"port {port} is in use by another program on {bind}: "
            f"choose another one, --port {port + 1 if port < 65535 else 8000}"
        )
    if exc.errno in (errno.EACCES, errno.EPERM):
        return StartError(
            f"port {port} may only be used by root: choose one above 1023, --port 8000"
        )
    if exc.errno == errno.EADDRNOTAVAIL:
        return StartError(f"{bind} is no address of this machine: `ip address` lists them")
    if isinstance(exc, socket.gaierror):
        return StartError(f"--bind {bind} is no address: give one like 127.0.0.1 or 0.0.0.0")
    return StartError(f"cannot listen on {bind} port {port}: {os.strerror(exc.errno or 0)}")
