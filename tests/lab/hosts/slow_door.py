"""A door to the registry that lets only so many bytes a second out, over all connections together.

Usage: python slow_door.py ADDRESS PORT TARGET_PORT BYTES_PER_S. Standard library only.
"""

import asyncio
import contextlib
import sys
import time

PIECE_BYTES = 16 * 1024


class Ration:
    """Hands out bytes at a steady rate; a quiet time saves up nothing."""

    def __init__(self, bytes_per_s: float) -> None:
        self._bytes_per_s = bytes_per_s
        self._free_at_s = 0.0

    async def take(self, size_bytes: int) -> None:
        now_s = time.monotonic()
        self._free_at_s = max(now_s, self._free_at_s) + size_bytes / self._bytes_per_s
        await asyncio.sleep(self._free_at_s - now_s)


async def carry(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, ration: Ration | None
) -> None:
    with contextlib.suppress(ConnectionError):
        while piece := await reader.read(PIECE_BYTES):
            if ration is not None:
                await ration.take(len(piece))
            writer.write(piece)
            await writer.drain()
    writer.close()


async def main(address: str, port: int, target_port: int, bytes_per_s: float) -> None:
    ration = Ration(bytes_per_s)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            far_reader, far_writer = await asyncio.open_connection(address, target_port)
        except OSError:
            writer.close()
            return
        await asyncio.gather(carry(reader, far_writer, None), carry(far_reader, writer, ration))

    server = await asyncio.start_server(serve, address, port)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4])))
