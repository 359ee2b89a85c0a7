"""A bus and a systemd behind it, at a unix socket: as they are, or as a hostile host would send them."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

from jeepney import HeaderFields, Message, Parser, new_error, new_method_return, new_signal
from jeepney.wrappers import DBusAddress

from hosts.systemd.methods import MANAGER, MANAGER_PATH, SYSTEMD, UNIT_PATHS

# what stands in place of a member's answer: bytes to send as they are, or (signature, body)
Answer = bytes | tuple[str, tuple[Any, ...]]
QUADLET = {
    "Id": "web.service",
    "SourcePath": "/etc/containers/systemd/web.container",
    "FragmentPath": "/run/systemd/generator/web.service",
}


class FakeBus:
    """`units`: their properties. `answers`: by member, in place of what it would say."""

    def __init__(self, path: Path, units: list[dict[str, Any]] | None = None) -> None:
        self.path = path
        self.units = {one["Id"]: one for one in [QUADLET] if units is None} | {
            one["Id"]: one for one in units or ()
        }
        self.answers: dict[str, Answer | Callable[[], Answer]] = {}
        self.greeting: bytes | None = b"OK 1234deadbeef\r\n"
        self.calls: list[tuple[str, tuple[Any, ...]]] = []
        self.lines: list[bytes] = []
        self._writers: list[asyncio.StreamWriter] = []

    async def start(self) -> None:
        self._server = await asyncio.start_unix_server(self._serve, str(self.path))

    async def stop(self) -> None:
        self._server.close()
        for writer in self._writers:
            writer.transport.abort()

    def send(self, member: str, signature: str, body: tuple[Any, ...]) -> None:
        """A signal of systemd's to whoever is connected."""
        sender = DBusAddress(MANAGER_PATH, bus_name=SYSTEMD, interface=MANAGER)
        for writer in self._writers:
            writer.write(new_signal(sender, member, signature, body).serialise(serial=99))

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.append(writer)
        try:
            self.lines.append(await reader.readuntil(b"\r\n"))
            if self.greeting is None:
                await reader.read()
                return
            writer.write(self.greeting)
            self.lines.append(await reader.readuntil(b"\r\n"))
            parser = Parser()
            while data := await reader.read(65536):
                for message in parser.feed(data):
                    self._answer(message, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    def _answer(self, message: Message, writer: asyncio.StreamWriter) -> None:
        member = message.header.fields[HeaderFields.member]
        self.calls.append((member, tuple(message.body)))
        answer = self.answers.get(member, lambda: self._true_answer(member, message))
        if callable(answer):
            answer = answer()
        if isinstance(answer, bytes):
            writer.write(answer)
        elif answer[0] == "error":
            writer.write(new_error(message, answer[1][0], "s", (answer[1][1],)).serialise(serial=7))
        else:
            signature, body = answer
            reply = new_method_return(message, signature or None, body)
            writer.write(reply.serialise(serial=7))

    def _true_answer(self, member: str, message: Message) -> Answer:
        if member == "Hello":
            return "s", (":1.7",)
        if member == "ListUnitFilesByPatterns":
            return "a(ss)", ([(one["FragmentPath"], "generated") for one in self.units.values()],)
        if member == "LoadUnit":
            return "o", (UNIT_PATHS + message.body[0].encode().hex(),)
        if member == "Get":
            path = message.header.fields[HeaderFields.path]
            name = bytes.fromhex(path.removeprefix(UNIT_PATHS)).decode()
            # systemd loads any name; a unit that is not there has empty properties
            return "v", (("s", self.units.get(name, {"Id": name}).get(message.body[1], "")),)
        if member in ("StartUnit", "StopUnit", "RestartUnit"):
            return "o", (f"{MANAGER_PATH}/job/12",)
        return "", ()
