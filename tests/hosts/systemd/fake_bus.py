"""A bus and a systemd behind it, at a unix socket: as they are, or as a hostile host would send them."""

import asyncio
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from jeepney import HeaderFields, Message, Parser, new_error, new_method_return, new_signal
from jeepney.wrappers import DBusAddress

from hosts.systemd.methods import MANAGER, MANAGER_PATH, SYSTEMD, UNIT_PATHS

# what stands in place of a member's answer: bytes to send as they are, or (signature, body)
Answer = bytes | tuple[str, tuple[Any, ...]]


def quadlet(name: str, **more: Any) -> dict[str, Any]:
    """A unit that NAME.container makes, which runs."""
    run = ["/usr/bin/podman", "run", "--name", f"systemd-{name}", "--env", "KEY=canary", "image"]
    return {
        "Id": f"{name}.service",
        "SourcePath": f"/etc/containers/systemd/{name}.container",
        "FragmentPath": f"/run/systemd/generator/{name}.service",
        "ActiveState": "active",
        "SubState": "running",
        "InvocationID": b"1",
        "StateChangeTimestamp": 1_796_000_000_000_000,
        "Result": "success",
        "ExecMainCode": 0,
        "ExecMainStatus": 0,
        "NRestarts": 0,
        "Description": name,
        "WantedBy": ["multi-user.target"],
        "ExecStart": [("/usr/bin/podman", run, False, 0, 0, 0, 0, 0, 0, 0)],
        **more,
    }


QUADLET = quadlet("web")
_SIGNATURES = {
    "InvocationID": "ay",
    "StateChangeTimestamp": "t",
    "ExecMainCode": "i",
    "ExecMainStatus": "i",
    "NRestarts": "u",
    "WantedBy": "as",
    "ExecStart": "a(sasbttttuii)",
}
JOB = f"{MANAGER_PATH}/job/12"


class FakeBus:
    """`units`: their properties. `answers`: by member, in place of what it would say."""

    def __init__(self, path: Path, units: list[dict[str, Any]] | None = None) -> None:
        self.path = path
        self.units = {one["Id"]: dict(one) for one in ([QUADLET] if units is None else units)}
        self.answers: dict[str, Answer | Callable[[], Answer]] = {}
        # how systemd's jobs end
        self.ends = "done"
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
        if member == "ListUnitsByNames":
            listed = [self._listed(one) for one in message.body[0]]
            return "a(ssssssouso)", (listed,)
        if member == "LoadUnit":
            return "o", (UNIT_PATHS + message.body[0].encode().hex(),)
        if member == "Get":
            path = message.header.fields[HeaderFields.path]
            name = bytes.fromhex(path.removeprefix(UNIT_PATHS)).decode()
            # systemd loads any name; a unit that is not there has empty properties
            return "v", (_typed(message.body[1], self.units.get(name, {"Id": name})),)
        if member == "GetAll":
            path = message.header.fields[HeaderFields.path]
            unit = self.units[bytes.fromhex(path.removeprefix(UNIT_PATHS)).decode()]
            return "a{sv}", ({one: _typed(one, unit) for one in unit},)
        if member in ("StartUnit", "StopUnit", "RestartUnit"):
            self._act(member, self.units[message.body[0]])
            self.send(
                "JobRemoved", "uoss", (11, f"{MANAGER_PATH}/job/11", "other.service", "failed")
            )
            self.send("JobRemoved", "uoss", (12, JOB, message.body[0], self.ends))
            return "o", (JOB,)
        if member == "ResetFailedUnit":
            self.units[message.body[0]] |= {"ActiveState": "inactive", "SubState": "dead"}
        return "", ()

    def _act(self, member: str, unit: dict[str, Any]) -> None:
        if self.ends != "done":
            unit |= {"ActiveState": "failed", "SubState": "failed"}
        elif member == "StopUnit":
            unit |= {"ActiveState": "inactive", "SubState": "dead"}
        else:
            run = bytes([unit["InvocationID"][0] + 1])
            unit |= {"ActiveState": "active", "SubState": "running", "InvocationID": run}

    def _listed(self, name: str) -> tuple[Any, ...]:
        unit = self.units.get(name, {"ActiveState": "inactive", "SubState": "dead"})
        load = "loaded" if name in self.units else "not-found"
        path = UNIT_PATHS + name.encode().hex()
        return (name, name, load, unit["ActiveState"], unit["SubState"], "", path, 0, "", "/")


def _typed(name: str, unit: dict[str, Any]) -> tuple[str, Any]:
    return _SIGNATURES.get(name, "s"), unit.get(name, "")


class ThreadedBus(FakeBus):
    """The same, in a thread of its own, for tests of a worker or a link."""

    def begin(self) -> "ThreadedBus":
        ready = threading.Event()

        async def run() -> None:
            self._loop, self._over = asyncio.get_running_loop(), asyncio.Event()
            await self.start()
            ready.set()
            await self._over.wait()
            await self.stop()

        self._thread = threading.Thread(target=lambda: asyncio.run(run()), daemon=True)
        self._thread.start()
        assert ready.wait(10)
        return self

    def end(self) -> None:
        self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join(10)
        assert not self._thread.is_alive()

    @property
    def members(self) -> list[str]:
        """What was called, in order, without the sign-in."""
        return [member for member, _body in list(self.calls) if member != "Hello"]
