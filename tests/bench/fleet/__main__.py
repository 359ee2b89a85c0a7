"""`python -m tests.bench.fleet HOSTS CONTAINERS`: the simulator as a process of its own.

Prints how each host is registered, as one line of JSON. Reads lines: `churn N`
restarts N containers a second. Ends with its standard input.
"""

import asyncio
import itertools
import json
import resource
import sys
from dataclasses import asdict

from hosts.link import keys
from tests.bench.fleet.server import SOCKET, SimulatedFleet


async def main(hosts: int, containers: int) -> None:
    key = keys.generate()
    private = key.export_private_key("openssh").decode()
    async with SimulatedFleet(key, hosts=hosts, containers=containers) as fleet:
        rows = [asdict(where) | {"socket": SOCKET, "private_key": private} for where in fleet.where]
        print(json.dumps(rows), flush=True)
        await _obey(fleet)


async def _obey(fleet: SimulatedFleet) -> None:
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    churning: asyncio.Task[None] | None = None
    while line := await reader.readline():
        words = line.split()
        if words[:1] == [b"churn"]:
            if churning is not None:
                churning.cancel()
            churning = asyncio.create_task(_churn(fleet, float(words[1])))
    if churning is not None:
        churning.cancel()


async def _churn(fleet: SimulatedFleet, per_s: float) -> None:
    """Restart running containers all over the fleet, evenly, always in the same order."""
    if not per_s:
        return
    for turn in itertools.count():
        host = fleet.hosts[turn * 37 % len(fleet.hosts)]
        host.change(turn * 7 % host.count, "restart")
        await asyncio.sleep(1 / per_s)


if __name__ == "__main__":
    # a socket for each host and each connection to it
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    asyncio.run(main(int(sys.argv[1]), int(sys.argv[2])))
