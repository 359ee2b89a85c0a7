"""What a machine says about itself, to tell it from another that shows the same SSH host key.

Virtual machines cloned from one image share that key, and often machine id and host name. A
difference proves that there are two machines. The lack of one proves little: much may be unsaid.
"""

import json
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, Final

from hosts.link.errors import LinkError
from hosts.link.http_get import HttpAnswer
from hosts.link.podman_steps import PodmanInfo, date_of
from hosts.link.shell_facts import ShellFacts

# two looks at one machine are within seconds of each other
_BOOT_APART_S: Final = 5.0
_SETTLED_S: Final = 120.0
_MOST: Final = 2_000
_LISTS: Final = (
    ("container", "/v5.0.0/libpod/containers/json?all=true", "Id", "Created"),
    ("volume", "/v5.0.0/libpod/volumes/json", "Name", "CreatedAt"),
)


async def identity(
    get: Callable[[str], Awaitable[HttpAnswer]],
    *,
    info: HttpAnswer,
    podman: PodmanInfo,
    facts: ShellFacts | None,
) -> dict[str, Any]:
    """`{"hostname", "machine_id", "boot_id", "booted_at", "store", "settled"}`.

    What this key or Podman does not tell is left out. `booted_at`: seconds by the host's clock.
    `store`: ids of what is in its store; `settled`: those of them older than two minutes.
    """
    now = date_of(info)
    result: dict[str, Any] = {"hostname": podman.hostname}
    if facts is not None:
        result |= {"machine_id": facts.machine_id, "boot_id": facts.boot_id}
    if now is not None and podman.uptime_s is not None:
        result["booted_at"] = round(now - podman.uptime_s, 1)
    if now is not None and (found := await _store(get)) is not None:
        old = [one for one, created in found.items() if created and created < now - _SETTLED_S]
        result |= {"store": sorted(found), "settled": sorted(old)}
    return {name: value for name, value in result.items() if value not in ("", None)}


async def _store(get: Callable[[str], Awaitable[HttpAnswer]]) -> dict[str, float] | None:
    found: dict[str, float] = {}
    for kind, path, name, created in _LISTS:
        try:
            rows = json.loads((await get(path)).body)
        except (LinkError, ValueError, RecursionError):
            return None
        if not isinstance(rows, list) or len(rows) > _MOST:
            return None
        for row in rows:
            if isinstance(row, dict) and isinstance(row.get(name), str):
                when = _seconds(row.get(created))
                # a volume's name alone says nothing: each host may have its "data"
                found[f"{kind} {row[name][:255]} {round(when)}"] = when
    return found


def _seconds(value: Any) -> float:
    if isinstance(value, int | float):
        return float(value)
    try:
        return datetime.fromisoformat(str(value)).timestamp()
    except (ValueError, OverflowError):
        return 0.0


def differences(one: dict[str, Any], other: dict[str, Any]) -> list[str]:
    """What proves two machines: of "hostname", "machine-id", "boot", "store".

    Both were asked within seconds (`identity`). Compare only stores that lie at the same path.
    """
    found = []
    if _differ(one, other, "hostname"):
        found.append("hostname")
    if _differ(one, other, "machine_id"):
        found.append("machine-id")
    boots = [it["booted_at"] for it in (one, other) if "booted_at" in it]
    if max(boots, default=0.0) - min(boots, default=0.0) > _BOOT_APART_S or _differ(
        one, other, "boot_id"
    ):
        found.append("boot")
    if "store" in one and "store" in other:
        alone = set(one["settled"]) - set(other["store"]) | set(other["settled"]) - set(
            one["store"]
        )
        if alone:
            found.append("store")
    return found


def _differ(one: dict[str, Any], other: dict[str, Any], name: str) -> bool:
    return bool(one.get(name) and other.get(name) and one[name] != other[name])
