"""Browsers that watch live lists, as a process of its own so that it can be big.

`python -m tests.bench.audience URL COUNT` signs in once and opens COUNT sockets, each on a view of
VIEWS. It prints `ready` when each has its first rows. It ends with its standard input, and prints
how many messages came since then.
"""

import asyncio
import json
import sys
from typing import Any

from tests.bench.client import Client

# filter line and sort, as people set them
VIEWS = (
    ("", "name"),
    ("state:running", "-changed"),
    ("image:nginx", "name"),
    ("shop", "-created"),
    ("health:healthy", "state"),
    ("-state:running", "image"),
    ("project:stack2", "name"),
    ("label:environment=staging", "name"),
    ("host:sim0007", "name"),
    ("state:exited", "-changed"),
)


async def main(url: str, count: int) -> None:
    async with Client(url) as client:
        watching: asyncio.Queue[None] = asyncio.Queue()
        tally = [0]
        tasks = [
            asyncio.create_task(_watch(client, *VIEWS[n % len(VIEWS)], watching, tally))
            for n in range(count)
        ]
        async with asyncio.timeout(60):
            for _ in range(count):
                await watching.get()
        tally[0] = 0
        print("ready", flush=True)
        await asyncio.to_thread(sys.stdin.read)
        print(tally[0], flush=True)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _watch(
    client: Client, line: str, sort: str, watching: asyncio.Queue[None], tally: list[int]
) -> None:
    first = True
    async with client.socket("/ws/live/") as socket:
        await watch_list(socket, line=line, sort=sort)
        async for message in socket:
            news = json.loads(message.data)
            if news["op"] != "rows":
                continue
            tally[0] += 1
            await socket.send_json({"op": "ack"})
            if first:
                first = False
                watching.put_nowait(None)


async def watch_list(socket: Any, *, line: str = "", sort: str = "name") -> None:
    """Subscribe as live-socket.js does."""
    await socket.send_json(
        {"op": "watch", "id": "main", "list": "containers", "q": line, "sort": sort, "page": 1}
    )


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2])))
