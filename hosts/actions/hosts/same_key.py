"""Tells machines with the same SSH host key apart, such as cloned virtual machines.

Registered hosts with that key are examined at the same time as the new one.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hosts import control
from hosts.actions.hosts.examine_host import found_sockets
from hosts.actions.hosts.register_host import SameKeyHost, SocketInfo
from hosts.control import ControlError
from hosts.link.machine import differences
from hosts.models import Endpoint, Host

# more clones are not examined: the person is asked
_MOST: Final = 30
_AT_ONCE: Final = 8
_ASK_S: Final = 25.0
_WORDS: Final = {
    "hostname": gettext_lazy("another host name"),
    "machine-id": gettext_lazy("another machine id"),
    "boot": gettext_lazy("another boot time"),
    "store": gettext_lazy("other containers and volumes"),
}


@dataclass(frozen=True)
class _KeyHolder:
    """A registered login with that key, and the store to compare."""

    host_id: int
    name: str
    login_id: int
    graph_root: str
    # the last known host name, for a host that does not answer
    hostname: str


def hosts_with_key(fingerprint: str) -> list[_KeyHolder]:
    """The first login of each SSH host with this key."""
    rows = Endpoint.objects.filter(
        host__kind=Host.Kind.SSH, host__fingerprint=fingerprint, host__enabled=True
    ).exclude(host__fingerprint="")
    found: dict[int, _KeyHolder] = {}
    for one in rows.select_related("host").order_by("rootless", "pk"):
        host = one.info.get("host") if isinstance(one.info, dict) else None
        found.setdefault(
            one.host_id,
            _KeyHolder(
                host_id=one.host_id,
                name=one.host.name,
                login_id=one.login_id,
                graph_root=one.graph_root,
                hostname=str((host or {}).get("hostname", "")),
            ),
        )
    return list(found.values())


async def compare(found: Sequence[SocketInfo], those: Sequence[_KeyHolder]) -> list[SameKeyHost]:
    """Each of `those`, compared with the machine whose sockets the doctor `found`."""
    few = asyncio.Semaphore(_AT_ONCE)

    async def each(one: _KeyHolder) -> SameKeyHost:
        async with few:
            return await _compare_one(found, one)

    compared = await asyncio.gather(*(each(one) for one in those[:_MOST]))
    unasked = [SameKeyHost(one.host_id, one.name, why=[], answered=False) for one in those[_MOST:]]
    return [*compared, *unasked]


async def _compare_one(found: Sequence[SocketInfo], one: _KeyHolder) -> SameKeyHost:
    ours = next((it for it in found if it.machine), None)
    if ours is None:
        return SameKeyHost(one.host_id, one.name, why=[], answered=False)
    theirs = await _examine(one)
    if theirs is None:
        last = {"hostname": one.hostname}
        return SameKeyHost(one.host_id, one.name, why=_words(ours.machine, last), answered=False)
    same_place = next(
        (it for it in found if it.machine and it.graph_root == theirs.graph_root), None
    )
    new = dict((same_place or ours).machine)
    if same_place is None:
        # another account's store does not identify the machine
        new.pop("store", None)
    return SameKeyHost(one.host_id, one.name, why=_words(new, theirs.machine), answered=True)


async def _examine(one: _KeyHolder) -> SocketInfo | None:
    try:
        async with asyncio.timeout(_ASK_S):
            steps = [step async for step in control.examine({"login_id": one.login_id})]
    except (ControlError, TimeoutError):
        return None
    known = [it for it in found_sockets(steps) if it.machine]
    return next((it for it in known if it.graph_root == one.graph_root), next(iter(known), None))


def _words(new: dict[str, Any], theirs: dict[str, Any]) -> list[str]:
    return [str(_WORDS[name]) for name in differences(new, theirs)]


def warning(twins: Sequence[SameKeyHost]) -> str:
    """What a person should know before they agree. "" where there is nothing to ask."""
    apart = [one for one in twins if one.apart]
    if not apart:
        return ""
    names = ", ".join(one.name for one in apart)
    message = _("This machine shows the same SSH host key as %(names)s.") % {"names": names}
    for one in apart:
        if one.why:
            message += " " + _("It is not %(name)s: it has %(what)s.") % {
                "name": one.name,
                "what": ", ".join(one.why),
            }
        else:
            message += " " + _(
                "%(name)s does not answer now, so Haulout cannot tell whether they are two "
                "machines. If it has moved, change its address instead."
            ) % {"name": one.name}
    return (
        message
        + " "
        + _(
            "Whoever has this key can pretend to be either of them. Better give this machine its "
            "own key first: rm /etc/ssh/ssh_host_*; ssh-keygen -A; systemctl restart ssh"
        )
    )
