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
# of `manage.py gate`, by its option: the setting of a port, and whom it is for
GATE_DOORS = {
    "--fd": ("HAULOUT_GATE_PORT", "podman --remote and docker by SSH"),
    "--http-fd": ("HAULOUT_GATE_HTTP_PORT", "docker and curl by HTTP"),
}
# listening sockets by the options that hand them over
Sockets = Mapping[str, socket.socket]


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
                self._prepare(with_http="--http-fd" in gate)
                facts = {"url": self.address.url, "run": str(self.env.run), "demo": self.demo}
                self.lock.tell(pid=os.getpid(), **facts)
                asyncio.run(self._serve({"web": {"--fd": listening}, "gate": gate}))
            finally:
                for one in (listening, *gate.values()):
                    one.close()
            shutil.rmtree(self.env.run, ignore_errors=True)
            self.say("stopped")
        finally:
            self.lock.release()
            self.terminal.close()

    def _listen_for_gate(self) -> Sockets:
        """Without those of its ports that are 0 or taken; the rest runs without them."""
        ports = {"--fd": self.env.gate_port, "--http-fd": self.env.gate_http_port}
        found: dict[str, socket.socket] = {}
        for option, (setting, clients) in GATE_DOORS.items():
            if not ports[option]:
                continue
            try:
                found[option] = address.listen(self.address.bind, ports[option])
            except StartError as trouble:
                cause, _colon, _cure = str(trouble).partition(": choose")
                words = f"{cause} ({setting} names another, 0 none)"
                self.say(f"no gate for {clients}: {words}")
                # for all of our processes: pages offer none
                os.environ[setting] = "0"
        return found

    def _prepare(self, *, with_http: bool) -> None:
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
            if self.address.own_tls or (with_http and not self.address.loopback):
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

    async def _serve(self, sockets: Mapping[str, Sockets]) -> None:
        supervisor = Supervisor(self.env.data / "logs", self.say, self.lock.fd)
        first = [self._spec(name, sockets) for name in FIRST if self._exists(name)]
        if not os.environ.get("REDIS_URL"):
            socket_path = self.env.run / "redis.sock"
            words = valkey.command(self.env.run, socket_path)
            first.insert(0, Spec(STORE, words, dict(os.environ)))
        wanted = [name for name in LATER if name != "gate" or sockets["gate"]]
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

    def _spec(self, name: str, sockets: Mapping[str, Sockets]) -> Spec:
        environ = {
            **os.environ,
            "HAULOUT_PROCESS": name,
            "HAULOUT_RUN": str(self.env.run),
            "HAULOUT_DATA": str(self.env.data),
            "PYTHONUNBUFFERED": "1",
        }
        words = [sys.executable, str(env.CHECKOUT / "manage.py"), name]
        handed = {option: one.fileno() for option, one in sockets.get(name, {}).items()}
        for option, descriptor in handed.items():
            words += [option, str(descriptor)]
        # behind a proxy pages come without TLS of ours; tokens never do, but on this machine
        by_tls = self.address.own_tls if name == "web" else "--http-fd" in handed
        if by_tls and self.tls is not None:
            words += ["--tls-key", str(self.tls.key), "--tls-chain", str(self.tls.chain)]
        return Spec(name, tuple(words), environ, tuple(handed.values()))

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
