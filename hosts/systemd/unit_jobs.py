"""Jobs of systemd: asked for, and waited for until systemd says how they ended."""

from typing import Any

from hosts.systemd.bus import Bus
from hosts.systemd.methods import (
    ADD_MATCH,
    BUS_PATH,
    GET,
    JOB_REMOVED,
    SUBSCRIBE,
    SYSTEMD,
    Method,
)

_UNIT = f"{SYSTEMD}.Unit"


async def run(bus: Bus, method: Method, name: str) -> str:
    """How it ended: done, failed, timeout, canceled, dependency, skipped. It waits as long as systemd does.

    Raises NotPermitted, CallFailed; BusInterrupted, BusMalformed: nobody knows.
    """
    await bus.call(SUBSCRIBE)
    await bus.call(ADD_MATCH, JOB_REMOVED, path=BUS_PATH)
    asked = await bus.call(method, name, "replace")
    while True:
        body = await bus.signal("JobRemoved")
        if len(body) == 4 and body[1] == asked:
            return str(body[3])


async def state(bus: Bus, path: str) -> dict[str, Any]:
    """`{"active", "sub", "run"}`: the state, and which run of the unit it is, of a unit's path."""
    values = [
        (await bus.call(GET, _UNIT, name, path=path))[1]
        for name in ("ActiveState", "SubState", "InvocationID")
    ]
    run_id = values[2].hex() if isinstance(values[2], bytes) else ""
    return {"active": str(values[0]), "sub": str(values[1]), "run": run_id}
