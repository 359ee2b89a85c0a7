"""The floor beneath the link: the same connections by asyncssh alone, without Haulout.

`python -m tests.bench.fleet.bare LISTEN_S` reads the fleet's rows, connects to all hosts, lists
each one's containers once and prints how long that took. Then it holds an event stream on each for
LISTEN_S, and prints the processor time.
"""

import asyncio
import json
import sys
import time
from typing import Any

import asyncssh

PORTION = 50
LIST = b"GET /v5.0.0/libpod/containers/json?all=true HTTP/1.1\r\nHost: podman\r\n\r\n"
EVENTS = b"GET /v5.0.0/libpod/events?stream=true HTTP/1.1\r\nHost: podman\r\n\r\n"


async def main(listen_s: float) -> None:
    rows = json.load(sys.stdin)
    began = time.monotonic()
    at_once = asyncio.Semaphore(PORTION)
    connections = await asyncio.gather(*(_connect(row, at_once) for row in rows))
    took_s = time.monotonic() - began
    streams = []
    for connection, row in zip(connections, rows, strict=True):
        reader, writer = await connection.open_unix_connection(row["socket"])
        writer.write(EVENTS)
        streams.append((reader, writer))
    before_s = time.process_time()
    await asyncio.sleep(listen_s)
    cpu_s = time.process_time() - before_s
    print(json.dumps({"took_s": took_s, "cpu_share": cpu_s / listen_s if listen_s else 0.0}))
    for connection in connections:
        connection.abort()


async def _connect(row: dict[str, Any], at_once: asyncio.Semaphore) -> asyncssh.SSHClientConnection:
    async with at_once:
        connection = await asyncssh.connect(
            row["address"],
            row["port"],
            username="root",
            client_keys=[asyncssh.import_private_key(row["private_key"])],
            known_hosts=([asyncssh.import_public_key(row["host_key_line"])], [], []),
            config=None,
            agent_path=None,
            encryption_algs=["aes256-gcm@openssh.com"],
            compression_algs=None,
            keepalive_interval=5,
        )
        reader, writer = await connection.open_unix_connection(row["socket"])
        writer.write(LIST)
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(
            int(line.split(b":")[1]) for line in head.split(b"\r\n") if b"ontent-" in line[:8]
            and line.lower().startswith(b"content-length")
        )  # fmt: skip
        json.loads(await reader.readexactly(length))
        writer.close()
        return connection


if __name__ == "__main__":
    asyncio.run(main(float(sys.argv[1])))
