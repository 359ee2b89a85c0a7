"""Connections that become a terminal, of an attach or an exec: bytes go both ways until the host ends."""

import asyncio
from typing import Final

from hosts.gate.calls.call import Call
from hosts.gate.calls.host import HostConnection
from hosts.gate.calls.lasting import Still, first, right_ended
from hosts.gate.calls.relay import fields_of
from hosts.gate.routes.replies import Refused, head_of
from hosts.link.framing import AnswerHead

_LOOK_EVERY_S: Final = 1.0


def asked_of_host(call: Call) -> list[str]:
    """The fields of the request that is sent on. Refused for another upgrade than to a bare pipe."""
    fields = ["Content-Type: application/json"] if call.body else []
    protocols = call.head.words(b"upgrade")
    if not protocols:
        return fields
    if protocols != [b"tcp"]:
        raise Refused(400, "The only upgrade is to tcp.", ends=True)
    return [*fields, "Connection: Upgrade", "Upgrade: tcp"]


def taken(head: AnswerHead) -> bool:
    """True where the host has made a pipe of the connection, with an upgrade or without saying so."""
    bare = head.length is None and b"transfer-encoding" not in head.fields
    return head.status == 101 or (head.status == 200 and bare)


async def join(call: Call, host: HostConnection, head: AnswerHead, still: Still) -> None:
    """Carry bytes both ways until the host has no more to say, the client is gone, or may not stay."""
    fields = fields_of(head)
    if head.status == 101:
        fields += ["Connection: Upgrade", "Upgrade: tcp"]
    call.client.midway = True
    await call.client.send(head_of(head.status, fields))

    up = asyncio.ensure_future(_up(call, host))
    try:
        await first(_down(call, host), _hung_up(call), right_ended(call, still))
    except ConnectionError:
        # the client has gone, which is one way to end it
        return
    finally:
        up.cancel()
        await asyncio.gather(up, return_exceptions=True)
    call.client.shut()


async def _down(call: Call, host: HostConnection) -> None:
    async for piece in host.pieces():
        await call.client.send(piece)


async def _up(call: Call, host: HostConnection) -> None:
    while data := await call.client.raw():
        await host.say(data)
    host.shut()


async def _hung_up(call: Call) -> None:
    """Return once the client's connection is closed, and not only its side of it."""
    while not call.client.closed:  # noqa: ASYNC110 - a writer tells nobody that it closes
        await asyncio.sleep(_LOOK_EVERY_S)
