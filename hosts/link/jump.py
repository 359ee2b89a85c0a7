"""The route to a host: straight, or through jump hosts, each signed in to at its own pinned key."""

import asyncio
import ipaddress
import socket
from typing import Final

from hosts.link import ssh
from hosts.link.addresses import AddressPolicy
from hosts.link.channel import ReceiverFactory
from hosts.link.errors import LinkError
from hosts.link.scan import open_socket
from hosts.link.splice import Splice
from hosts.link.target import SshTarget

MOST_JUMPS: Final = 3


class Route:
    """Opens TCP connections beyond a chain of jump hosts, each dialled once and closed at the end.

    `via`: the jump host nearest to the host; None: straight from this machine.
    """

    def __init__(self, via: SshTarget | None, policy: AddressPolicy) -> None:
        self.hops = chain(via)
        self._policy = policy
        self._jumps: list[ssh.SshConnection] = []

    async def hop(self, number: int, *, timeout_s: float) -> ssh.SshConnection:
        """Sign in to the jump host of this number; the first is 0. Raises LinkError."""
        if number < len(self._jumps):
            return self._jumps[number]
        target = self.hops[number]
        sock = await self._open(number, target.address, target.port, timeout_s=timeout_s)
        self._jumps.append(await ssh.greet_and_sign_in(sock, target, timeout_s=timeout_s))
        return self._jumps[number]

    async def open_socket(self, address: str, port: int, *, timeout_s: float) -> socket.socket:
        """A connection to the host itself. Raises LinkError, which names the jump host that failed."""
        for number, target in enumerate(self.hops):
            try:
                await self.hop(number, timeout_s=timeout_s)
            except LinkError as exc:
                raise on_the_way(target, exc) from exc
        return await self._open(len(self.hops), address, port, timeout_s=timeout_s)

    async def close(self) -> None:
        """End the connections to the jump hosts."""
        while self._jumps:
            await self._jumps.pop().close()

    async def _open(
        self, number: int, address: str, port: int, *, timeout_s: float
    ) -> socket.socket:
        if number == 0:
            return await open_socket(address, port, self._policy, timeout_s=timeout_s)
        return await open_through(
            self._jumps[number - 1], address, port, self._policy, timeout_s=timeout_s
        )


def chain(via: SshTarget | None) -> list[SshTarget]:
    """The jump hosts, the one nearest to this machine first."""
    hops: list[SshTarget] = []
    while via is not None:
        hops.insert(0, via)
        via = via.via
    return hops


def on_the_way(target: SshTarget, error: LinkError) -> LinkError:
    """The error, with the jump host at which it happened."""
    return LinkError(
        error.kind,
        cause=f"At the jump host {target.user}@{target.address}: {error.cause}",
        cure=error.cure,
    )


async def open_through(
    jump: ssh.SshConnection, address: str, port: int, policy: AddressPolicy, *, timeout_s: float
) -> socket.socket:
    """A socket whose other end is a TCP connection from the jump host. Names are looked up there.

    Raises LinkError "address-forbidden", "jump-prohibited", "host-away", and the end of a connection
    ("port-closed", "does-not-resolve", …) as the jump host tells it.
    """
    _check_literal(address, policy)
    near, far = socket.socketpair()
    loop = asyncio.get_running_loop()
    opened: asyncio.Future[None] = loop.create_future()

    async def opener(receiver: ReceiverFactory) -> None:
        try:
            await jump.open_tcp(receiver, address, port, timeout_s=timeout_s)
        except LinkError as exc:
            opened.set_exception(exc)
            raise
        if not opened.done():
            opened.set_result(None)

    try:
        far.setblocking(False)
        near.setblocking(False)
        transport, _ = await loop.create_unix_connection(
            lambda: Splice(opener, web_filter=None, on_end=lambda _: None), sock=far
        )
    except BaseException:
        # also when cancelled: no transport has the sockets yet
        near.close()
        far.close()
        raise
    try:
        await opened
    except BaseException:
        # also when cancelled: the caller does not get the socket
        near.close()
        transport.abort()
        raise
    return near


def _check_literal(address: str, policy: AddressPolicy) -> None:
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return
    if reason := policy.why_refused(ip):
        raise LinkError(
            "address-forbidden",
            cause=f"{address} is not allowed from a jump host either ({reason}).",
            cure="Use an address of the host in its own network.",
        )
