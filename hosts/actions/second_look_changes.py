"""The second look at a changed container: what breaks a rule now is changed back.

What broke a rule before the change does not count.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from hosts.actions.second_look import inspect_or_trouble, judge_identity
from hosts.guardrails import Proposal, from_inspect
from hosts.jobs.errand import Errand
from hosts.podman import Podman, containers
from hosts.podman.errors import PodmanError

# limits in inspect, and their place in Podman's update
_LIMITS: dict[str, tuple[str, str]] = {
    "Memory": ("memory", "limit"),
    "MemorySwap": ("memory", "swap"),
    "MemoryReservation": ("memory", "reservation"),
    "MemorySwappiness": ("memory", "swappiness"),
    "CpuShares": ("cpu", "shares"),
    "CpuQuota": ("cpu", "quota"),
    "CpuPeriod": ("cpu", "period"),
    "CpusetCpus": ("cpu", "cpus"),
    "CpusetMems": ("cpu", "mems"),
    "PidsLimit": ("pids", "limit"),
    "BlkioWeight": ("blockIO", "weight"),
}
# cores, which Podman computes from quota and period
_COUNTED = ("NanoCpus",)
# the values that remove a limit. Other limits can be changed, not removed.
_NONE = {"Memory": -1, "MemorySwap": -1, "CpuQuota": -1, "PidsLimit": -1, "MemoryReservation": 0}
_NO_LIMIT = (None, 0, -1, "")


async def at_change(
    errand: Errand,
    container_id: str,
    before: Mapping[str, Any] | None = None,
    *,
    undo: Callable[[], Awaitable[str]],
    removed: Mapping[str, float] | None = None,
) -> dict[str, Any]:
    """Its inspect after the change, judged. NotAllowed, HeldForApproval, ActionFailed. `before`: the
    inspect before, if not all of it was judged. `removed`: limits that were to be removed, by their names
    in rules.
    """
    found = await inspect_or_trouble(containers.inspect(errand.podman, container_id))
    judge_identity(found, container_id, "")
    after = changed(errand.verb, found, removed or {})
    was = from_inspect.container(errand.verb, before) if before is not None else None
    await errand.confirm(after, ids=(), undo=undo, before=was)
    return found


def changed(verb: str, found: Mapping[str, Any], removed: Mapping[str, float]) -> Proposal:
    """The container as inspect tells of it. `removed`: as in at_change."""
    after = from_inspect.container(verb, found)
    for name, none in removed.items():
        # by the names that the request was judged with
        if after.parts[0].limits.get(name, 0) <= 0:
            after.parts[0].limits[name] = none
    return after


def limits_of(inspected: Mapping[str, Any]) -> dict[str, Any]:
    """Its limits and restart policy from inspect."""
    host = _host(inspected)
    found = {name: host[name] for name in (*_LIMITS, *_COUNTED) if host.get(name) is not None}
    return found | {"RestartPolicy": host.get("RestartPolicy") or {}}


def reach_of(inspected: Mapping[str, Any]) -> dict[str, Any]:
    """Its network settings from inspect: what a network can change."""
    host = _host(inspected)
    return {name: host.get(name) for name in ("NetworkMode", "PortBindings")}


def with_former(inspected: Mapping[str, Any], former: Mapping[str, Any]) -> dict[str, Any]:
    """The inspect with these former values."""
    return {**inspected, "HostConfig": {**_host(inspected), **former}}


async def change_back(podman: Podman, container_id: str, former: Mapping[str, Any]) -> str:
    """Restore the container's former limits. Returns a sentence."""
    try:
        now = limits_of(await containers.inspect(podman, container_id))
        policy = former["RestartPolicy"] if former["RestartPolicy"] != now["RestartPolicy"] else {}
        await containers.update(
            podman,
            container_id,
            _resources(former, now),
            restart=str(policy.get("Name") or ""),
            tries=int(policy.get("MaximumRetryCount") or 0),
        )
        now = limits_of(await containers.inspect(podman, container_id))
    except PodmanError as failed:
        return _("The change could not be undone: %s") % failed.message
    left = [name for name in _LIMITS if not _same(former.get(name), now.get(name))]
    if former.get("CpuQuota") in _NO_LIMIT:
        # the period then has no meaning
        left = [name for name in left if name != "CpuPeriod"]
    if left:
        return _("Not all changes could be undone: %s.") % ", ".join(left)
    return _("The change was undone.")


def _resources(former: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, Any]:
    """The limits that differ, as Podman's update takes them."""
    body: dict[str, Any] = {}
    for name, (section, field) in _LIMITS.items():
        if not _same(former.get(name), now.get(name)):
            value = former.get(name) or _NONE.get(name)
            if value is not None:
                body.setdefault(section, {})[field] = value
    return body


def _same(one: Any, other: Any) -> bool:
    """No limit can be 0, -1, "" or absent."""
    return one == other or (one in _NO_LIMIT and other in _NO_LIMIT)


def _host(inspected: Mapping[str, Any]) -> dict[str, Any]:
    host = inspected.get("HostConfig")
    return host if isinstance(host, dict) else {}
