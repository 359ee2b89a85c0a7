"""Somebody who follows a container's logs in a browser, without the screen."""

import json
from collections.abc import Callable
from typing import Any

import aiohttp


class LogViewer:
    """One socket of /ws/logs/. What came: whole lines' bytes, gap markers, states."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, *, keep: bool = True) -> None:
        self.socket = socket
        self.keep = keep
        self.lines: list[bytes] = []
        self.count = 0
        self.gaps: list[int] = []
        self.states: list[str] = []
        # lines that Podman left out when the container ended
        self.lost = 0

    @property
    def total(self) -> int:
        """Lines that came and lines said to be left out."""
        return self.count + sum(self.gaps)

    @property
    def texts(self) -> list[str]:
        """What the container wrote, without stream digit and time."""
        return [line.decode().split(" ", 1)[1] for line in self.lines]

    async def read_until(self, enough: Callable[[], bool]) -> None:
        """Read and give credit back; AssertionError when the socket closes before."""
        while not enough():
            await self.read_one()

    async def read_one(self) -> None:
        """One message, drawn at once."""
        message = await self.socket.receive()
        if message.type is aiohttp.WSMsgType.BINARY:
            data: bytes = message.data
            assert data.endswith(b"\n")
            self.count += data.count(b"\n")
            if self.keep:
                self.lines += data.splitlines()
            await self.socket.send_json({"credit": len(data)})
        elif message.type is aiohttp.WSMsgType.TEXT:
            self._heard(json.loads(message.data))
        else:
            raise AssertionError(f"closed with {self.socket.close_code}: {message}")

    def _heard(self, said: dict[str, Any]) -> None:
        if said["type"] == "gap":
            self.gaps.append(said["lines"])
        else:
            # of merged logs: which containers there are
            self.states.append(said.get("state", said["type"]))
            self.lost = said.get("lost", 0)
