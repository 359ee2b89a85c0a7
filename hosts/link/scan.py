"""The first steps to a host, up to its host key: resolve, connect, banner, key. Never signs in."""

import asyncio
import errno
import select
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import asyncssh

from hosts.link import keys
from hosts.link.addresses import AddressPolicy, resolve
from hosts.link.errors import LinkError
from hosts.link.messages import HostKey

# Ed25519 first; other kinds that a server may have follow, newest first.
HOST_KEY_ALGORITHMS: Final = (
    "ssh-ed25519",
    "ecdsa-sha2-nistp256",
    "ecdsa-sha2-nistp384",
    "ecdsa-sha2-nistp521",
    "rsa-sha2-512",
    "rsa-sha2-256",
)
_BANNER_MAX_BYTES: Final = 8192
_BANNER_POLL_S: Final = 0.05


async def scan_socket(sock: socket.socket, *, timeout_s: float = 15.0) -> HostKey:
    """The host key at the other end; closes the socket. Raises LinkError."""
    async with closed_unless_used(sock):
        await peek_banner(sock, timeout_s=timeout_s)
    # closes the socket itself
    line = keys.canonical_line(await fetch_host_key(sock, timeout_s=timeout_s))
    return HostKey(line.split()[0], keys.fingerprint(line), line)


async def open_socket(
    address: str, port: int, policy: AddressPolicy, *, timeout_s: float = 10.0
) -> socket.socket:
    """A TCP connection to the first permitted address that answers; the name is resolved once.

    Raises what `resolve` raises, and LinkError "port-closed", "tcp-timeout" or "unreachable".
    """
    ips = await resolve(address, port, policy, timeout_s=timeout_s)
    failure: LinkError | None = None
    for ip in ips:
        try:
            return await connect_ip(ip, port, timeout_s=timeout_s / len(ips))
        except LinkError as exc:
            failure = failure or exc
    assert failure is not None
    raise failure


async def connect_ip(ip: str, port: int, *, timeout_s: float) -> socket.socket:
    """A TCP connection to exactly this address."""
    loop = asyncio.get_running_loop()
    ((family, kind, proto, _, sockaddr), *_) = await loop.getaddrinfo(
        ip, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST
    )
    sock = socket.socket(family, kind, proto)
    sock.settimeout(0)
    try:
        async with asyncio.timeout(timeout_s):
            await loop.sock_connect(sock, sockaddr)
    except TimeoutError as exc:
        sock.close()
        raise LinkError(
            "tcp-timeout",
            cause=f"{ip} port {port} did not answer within {timeout_s:g} s.",
            cure="Check that the host is up and that no firewall drops the connection.",
        ) from exc
    except OSError as exc:
        sock.close()
        raise _tcp_error(exc, ip, port) from exc
    except BaseException:
        # cancelled: nobody else has the socket yet
        sock.close()
        raise
    return sock


async def peek_banner(sock: socket.socket, *, timeout_s: float) -> str:
    """The server's SSH version line; it stays unread in the socket for the SSH client.

    Raises LinkError "not-ssh", "closed-early" or "turned-away".
    """
    seen = b""
    try:
        async with asyncio.timeout(timeout_s):
            while True:
                await _readable(sock)
                peeked = sock.recv(_BANNER_MAX_BYTES, socket.MSG_PEEK)
                for line in peeked.split(b"\n")[:-1]:
                    if line.startswith(b"SSH-"):
                        return line.decode("ascii", "replace").strip()
                # Nothing has come since the last look: the server hung up, or has sent everything.
                if not peeked or len(peeked) >= _BANNER_MAX_BYTES or _hung_up(sock, peeked, seen):
                    raise _no_banner(peeked)
                seen = peeked
                await asyncio.sleep(_BANNER_POLL_S)
    except TimeoutError as exc:
        raise _no_banner(seen or None) from exc
    except ConnectionError as exc:
        raise _no_banner(b"") from exc


@asynccontextmanager
async def closed_unless_used(sock: socket.socket) -> AsyncIterator[None]:
    """Close the socket when the block fails.

    asyncssh does so too, unless it is cancelled before it has taken the socket. It happens in a later
    turn of the loop: a transport first closes its own.
    """
    try:
        yield
    except BaseException:
        # whatever the error is, it goes on to the caller
        asyncio.get_running_loop().call_soon(sock.close)
        raise


async def fetch_host_key(sock: socket.socket, *, timeout_s: float) -> asyncssh.SSHKey:
    """The host key of the SSH server at the other end, without signing in."""
    try:
        async with asyncio.timeout(timeout_s), closed_unless_used(sock):
            key = await asyncssh.get_server_host_key(
                # any name: the end of a jump's channel has none
                "host",
                sock=sock,
                config=None,
                server_host_key_algs=list(HOST_KEY_ALGORITHMS),
            )
    except TimeoutError as exc:
        raise LinkError(
            "login-timeout",
            cause=f"The SSH server did not finish its greeting within {timeout_s:g} s.",
            cure="Look at the load of the host: uptime",
        ) from exc
    except asyncssh.KeyExchangeFailed as exc:
        raise no_common_cipher(exc) from exc
    except (asyncssh.Error, OSError) as exc:
        raise closed_early(str(exc)) from exc
    if key is None:
        raise closed_early("no host key was shown")
    return key


def no_common_cipher(exc: Exception) -> LinkError:
    """The error: the server's algorithms and ours have nothing in common."""
    return LinkError(
        "no-common-cipher",
        cause=f"The SSH server offers no algorithm that Haulout accepts ({exc}).",
        cure="Update OpenSSH on the host; Haulout accepts what OpenSSH 7.2 and later offer.",
    )


def closed_early(detail: str) -> LinkError:
    """The error: the server hung up before any sign-in."""
    return LinkError(
        "closed-early",
        cause=f"The SSH server closed the connection before the login ({detail}).",
        cure="Look at its log: journalctl -u ssh -u sshd -n 50",
    )


async def _readable(sock: socket.socket) -> None:
    loop = asyncio.get_running_loop()
    ready: asyncio.Future[None] = loop.create_future()

    def wake() -> None:
        if not ready.done():
            ready.set_result(None)

    loop.add_reader(sock, wake)
    try:
        await ready
    finally:
        loop.remove_reader(sock)


def _hung_up(sock: socket.socket, peeked: bytes, seen: bytes) -> bool:
    # TCP_INFO's first byte is the state; 8 is CLOSE_WAIT: the server has sent all it will send.
    if peeked != seen:
        return False
    if sock.family == socket.AF_UNIX:
        poll = select.poll()
        poll.register(sock.fileno(), select.POLLRDHUP)
        return bool(poll.poll(0))
    return sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0] == 8


def _no_banner(peeked: bytes | None) -> LinkError:
    if peeked is None:
        return LinkError(
            "not-ssh",
            cause="The port is open, but nothing greets there as an SSH server does.",
            cure="Check the port number; on the host: ss -tlnp",
        )
    text = peeked.decode("ascii", "replace").strip()
    if not text:
        return closed_early("without a greeting; too many connections or penalties may be why")
    if text.startswith(("Not allowed at this time", "Exceeded MaxStartups")):
        return LinkError(
            "turned-away",
            cause=f"The SSH server turns this machine away for now: {text[:80]}",
            cure="Wait a few minutes; then see MaxStartups and PerSourcePenalties in sshd_config.",
        )
    return LinkError(
        "not-ssh",
        cause=f"This is not an SSH server; it says: {text[:80]!r}",
        cure="Check the port number; on the host: ss -tlnp",
    )


def _tcp_error(exc: OSError, ip: str, port: int) -> LinkError:
    if exc.errno == errno.ECONNREFUSED:
        return LinkError(
            "port-closed",
            cause=f"Nothing listens on {ip} port {port}.",
            cure="Start the SSH server: systemctl enable --now ssh (on some systems: sshd)",
        )
    return LinkError(
        "unreachable",
        cause=f"There is no route to {ip}: {exc.strerror or exc}.",
        cure=f"Look at the route from Haulout's machine: ip route get {ip}",
    )
