"""What `up` does, in order: lock, socket, certificate, preparation, children, READY, the first link."""

import asyncio
import getpass
import os
import shutil
import socket
import sys
from collections.abc import Mapping

from asgiref.sync import sync_to_async
from django.conf import settings
from django.core.management import get_commands
from django.db import Error as DatabaseError
from django.db import connections
from django.urls import reverse

from accounts.invitations import first_admin_link
from dashboard import env
from dashboard.bootstrap.errors import StartError, from_oserror
from dashboard.cli import demo
from dashboard.cli.demo import Demo
from dashboard.supervisor import address, certificate, prepare, valkey
from dashboard.supervisor.answers import sign_in_page
from dashboard.supervisor.child import Spec
from dashboard.supervisor.folders import DataLock, make_run_folder
from dashboard.supervisor.supervisor import STORE, Supervisor
from dashboard.supervisor.terminal import Terminal

# web first: the page should answer before the others take the processor
FIRST = ("web", "link")
LATER = ("worker", "beat", "gate")


class Up:
    """One run of `up`. The environment holds its options by now (dashboard.cli.up_options)."""

    def __init__(self, *, demo: bool, yes: bool) -> None:
        self.demo, self.yes = demo, yes
        self.env = env.read()
        given = "" if self.env.own_certificate else self.env.url
        self.address = address.choose(self.env.bind, self.env.port, given)
        self.lock = DataLock(self.env.data)
        self.terminal = Terminal()
        self.say = self.terminal.say
        self.tls: certificate.Certificate | None = None
        self.demo_hosts: Demo | None = None  # they go when it goes

    def run(self) -> None:
        """Run until a signal. StartError when it cannot start."""
        os.umask(0o077)  # what we and our children write is nobody else's
        try:
            self.lock.take(demo=self.demo)
            make_run_folder(self.env.run)
            listening = address.listen(self.address.bind, self.address.port)
            gate = self._listen_for_gate()
            try:
                self._prepare()
                facts = {"url": self.address.url, "run": str(self.env.run), "demo": self.demo}
                self.lock.tell(pid=os.getpid(), **facts)
                asyncio.run(self._serve(listening, gate))
            finally:
                listening.close()
                if gate is not None:
                    gate.close()
            shutil.rmtree(self.env.run, ignore_errors=True)
            self.say("stopped")
        finally:
            self.lock.release()
            self.terminal.close()

    def _listen_for_gate(self) -> socket.socket | None:
        """None without a gate, or where its port is taken; the rest runs without it."""
        if not self.env.gate_port:
            return None
        try:
            return address.listen(self.address.bind, self.env.gate_port)
        except StartError as trouble:
            self.say(f"no gate for podman --remote and docker: {_of_gate(str(trouble))}")
            # for all of our processes: pages offer none
            os.environ["HAULOUT_GATE_PORT"] = "0"
            return None

    def _prepare(self) -> None:
        if os.geteuid() == 0:
            why = (
                "The demo's hosts need root; for anything else"
                if self.demo
                else "It needs no root;"
            )
            self.say(
                "running as root: a fault in Haulout would reach all of this machine. "
                f"{why} an ordinary account is safer"
            )
        if self.demo:
            demo.check(yes=self.yes)
        try:
            prepare.everything(self.say)
            if self.address.own_tls:
                self.tls = certificate.ensure(settings.HAULOUT_KEYS, self.address.names)
        except OSError as exc:
            raise from_oserror(exc, str(exc.filename or self.env.data)) from exc
        except DatabaseError as exc:
            raise StartError(self._of_database(exc)) from exc
        connections.close_all()

    def _of_database(self, exc: DatabaseError) -> str:
        words = str(exc).strip().splitlines()[0] if str(exc).strip() else type(exc).__name__
        if "disk is full" in words or "disk I/O" in words:
            return f"the disk is full at {self.env.data}: free some space, then run this again"
        where = "DATABASE_URL" if self.env.database_url else f"the database in {self.env.data}"
        return f"{where} cannot be used: {words}"

    async def _serve(self, listening: socket.socket, gate: socket.socket | None) -> None:
        supervisor = Supervisor(self.env.data / "logs", self.say, self.lock.fd)
        sockets = {"web": listening, "gate": gate}
        first = [self._spec(name, sockets) for name in FIRST if self._exists(name)]
        if not os.environ.get("REDIS_URL"):
            socket_path = self.env.run / "redis.sock"
            words = valkey.command(self.env.run, socket_path)
            first.insert(0, Spec(STORE, words, dict(os.environ)))
        wanted = [name for name in LATER if name != "gate" or gate is not None]
        later = [self._spec(name, sockets) for name in wanted if self._exists(name)]
        self.say(f"data and logs in {self.env.data}")
        await supervisor.run(
            first=first, later=later, when_started=self._when_ready, afterwards=self._afterwards
        )

    def _exists(self, name: str) -> bool:
        if name in get_commands():
            return True
        self.say(f"{name}: no such command in this version; going on without it")
        return False

    def _spec(self, name: str, sockets: Mapping[str, socket.socket | None]) -> Spec:
        environ = {
            **os.environ,
            "HAULOUT_PROCESS": name,
            "HAULOUT_RUN": str(self.env.run),
            "HAULOUT_DATA": str(self.env.data),
            "PYTHONUNBUFFERED": "1",
        }
        words = [sys.executable, str(env.CHECKOUT / "manage.py"), name]
        listening = sockets.get(name)
        if listening is None:
            return Spec(name, tuple(words), environ)
        words += ["--fd", str(listening.fileno())]
        if name == "web" and self.tls is not None:
            words += ["--tls-key", str(self.tls.key), "--tls-chain", str(self.tls.chain)]
        return Spec(name, tuple(words), environ, (listening.fileno(),))

    async def _when_ready(self) -> None:
        wrong = await sign_in_page(self.address, reverse("account_login"))
        if wrong:
            self.say(f"{wrong}: see {self.env.data}/logs/web.log")
        self.say(f"READY {self.address.url}")
        if self.tls is not None:
            self.say(f"certificate of our own, SHA-256 {self.tls.fingerprint}")
        self._say_tunnel()
        link = await sync_to_async(self._first_link)()
        if link is not None:
            self.say(f"make the first administrator (once, within 24 hours): {link}")

    async def _afterwards(self) -> None:
        if self.demo:
            self.demo_hosts = Demo(self.say)
            await self.demo_hosts.run()

    def _first_link(self) -> str | None:
        try:
            path = first_admin_link()
        finally:
            connections.close_all()
        return None if path is None else self.address.url + path

    def _say_tunnel(self) -> None:
        """Over SSH a loopback bind is reached through a tunnel: the line to type at home."""
        words = (os.environ.get("SSH_CONNECTION") or "").split()
        if len(words) != 4 or not self.address.loopback:
            return
        port = "" if words[3] == "22" else f"-p {words[3]} "
        number = self.address.port
        self.say(
            f"from your own machine: ssh {port}-L {number}:127.0.0.1:{number} "
            f"{getpass.getuser()}@{words[2]}"
        )


def _of_gate(words: str) -> str:
    """What `listen` says of a port, with the setting that names the gate's."""
    cause, _colon, _cure = words.partition(": choose")
    return f"{cause} (HAULOUT_GATE_PORT names another, 0 none)"
