"""Examines the route to a host's Podman step by step: where it ends, why, and what mends it.

Changes nothing on the host. What this key cannot find out is "unknown", not a failure.
"""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final, Literal

from hosts.link import keys, machine, podman_steps
from hosts.link.addresses import AddressPolicy, resolve
from hosts.link.certificates import check_expiry, expiry_warning
from hosts.link.channel import Connection
from hosts.link.errors import LinkError
from hosts.link.http_get import get
from hosts.link.jump import Route
from hosts.link.local import LocalConnection
from hosts.link.messages import DoctorStep
from hosts.link.podman_steps import PodmanInfo
from hosts.link.scan import connect_ip, fetch_host_key, peek_banner
from hosts.link.shell_facts import ShellFacts, install_podman
from hosts.link.socket_search import Advice, CannotTell, FoundSocket, SocketSearch
from hosts.link.ssh import SshConnection, sign_in
from hosts.link.ssh_errors import host_key_changed
from hosts.link.target import SshTarget, Transport

StepName = Literal[
    "jump-1",
    "jump-2",
    "jump-3",
    "resolve",
    "tcp",
    "banner",
    "host-key",
    "login",
    "transport",
    "sockets",
    "podman",
    "api",
    "events",
    "cgroups",
    "clock",
]
# After a failure here, nothing further can be examined.
_JUMPS: Final[tuple[StepName, ...]] = ("jump-1", "jump-2", "jump-3")
_ENDS = frozenset({*_JUMPS, "resolve", "tcp", "banner", "host-key", "login", "podman", "api"})


@dataclass(slots=True)
class DoctorReport:
    """What is known after the walk; unknown parts are empty. `sockets`: all that were found."""

    banner: str = ""
    transport: Transport | None = None
    user: str = ""
    uid: int | None = None
    sockets: list[FoundSocket] = field(default_factory=list)
    socket_path: str = ""
    podman_version: str = ""
    rootless: bool | None = None
    graph_root: str = ""
    # tells this machine from another with the same host key (`machine.py`)
    machine: dict[str, Any] = field(default_factory=dict)


class Doctor:
    """One walk to one login; `target` None: to this machine's own Podman.

    `socket_path`: the socket to use; without it the account's own is looked for.
    """

    def __init__(
        self,
        target: SshTarget | None,
        policy: AddressPolicy,
        *,
        socket_path: str = "",
        timeout_s: float = 15.0,
    ) -> None:
        self.result = DoctorReport(socket_path=socket_path)
        self._target = target
        self._policy = policy
        self._wanted = socket_path
        self._timeout_s = timeout_s
        self._route = Route(target.via if target else None, policy)
        self._ips: list[str] = []
        self._sock: socket.socket | None = None
        self._connection: Connection | None = None
        self._search: SocketSearch | None = None
        self._info: PodmanInfo | None = None

    async def steps(self) -> AsyncIterator[DoctorStep]:
        """Each step twice: when it begins and when it ended. A failed step may be the last one."""
        walk: list[tuple[StepName, Callable[[], Awaitable[str]]]] = [
            ("sockets", self._sockets),
            ("podman", self._podman),
            ("api", self._api),
            ("events", self._events),
            ("cgroups", self._cgroups),
            ("clock", self._clock),
        ]
        if self._target is not None:
            walk[:0] = [
                ("resolve", self._resolve),
                ("tcp", self._tcp),
                ("banner", self._banner),
                ("host-key", self._host_key),
                ("login", self._login),
                ("transport", self._transport),
            ]
            walk[:0] = [
                (name, partial(self._jump, number))
                for number, (name, _) in enumerate(zip(_JUMPS, self._route.hops, strict=False))
            ]
        try:
            for name, look in walk:
                yield DoctorStep(name, "running")
                step = await self._look(name, look)
                yield step
                if step.state == "failed" and name in _ENDS:
                    return
                if name == "podman" and not self.result.socket_path:
                    return
        finally:
            await self._leave()

    async def _look(self, name: StepName, look: Callable[[], Awaitable[str]]) -> DoctorStep:
        try:
            detail = await look()
        except CannotTell as exc:
            return DoctorStep(name, "unknown", detail=str(exc))
        except Advice as hint:
            error = hint.error
            return DoctorStep(
                name,
                "passed",
                detail=hint.detail,
                cause=error.cause,
                cure=error.cure,
                kind=error.kind,
            )
        except LinkError as exc:
            return DoctorStep(name, "failed", cause=exc.cause, cure=exc.cure, kind=exc.kind)
        return DoctorStep(name, "passed", detail=detail)

    async def _leave(self) -> None:
        if self._sock is not None:
            self._sock.close()
        if isinstance(self._connection, SshConnection):
            await self._connection.close()
        await self._route.close()

    @property
    def _login_target(self) -> SshTarget:
        assert self._target is not None
        return self._target

    async def _jump(self, number: int) -> str:
        await self._route.hop(number, timeout_s=self._timeout_s)
        hop = self._route.hops[number]
        return f"{hop.user}@{hop.address}, {keys.fingerprint(hop.host_key_line)}"

    async def _resolve(self) -> str:
        target = self._login_target
        if self._route.hops:
            raise CannotTell("The jump host looks the name up.")
        self._ips = await resolve(
            target.address, target.port, self._policy, timeout_s=self._timeout_s
        )
        return ", ".join(self._ips)

    async def _tcp(self) -> str:
        if self._route.hops:
            self._sock = await self._open()
            return f"{self._login_target.address} port {self._login_target.port}"
        failure: LinkError | None = None
        for ip in self._ips:
            try:
                self._sock = await connect_ip(
                    ip, self._login_target.port, timeout_s=self._timeout_s / len(self._ips)
                )
            except LinkError as exc:
                failure = failure or exc
            else:
                self._ips = [ip]
                return f"{ip} port {self._login_target.port}"
        assert failure is not None
        raise failure

    async def _banner(self) -> str:
        assert self._sock is not None
        self.result.banner = await peek_banner(self._sock, timeout_s=self._timeout_s)
        return self.result.banner

    async def _host_key(self) -> str:
        assert self._sock is not None
        line = self._login_target.host_key_line
        sock, self._sock = self._sock, None
        shown = keys.canonical_line(await fetch_host_key(sock, timeout_s=self._timeout_s))
        fingerprint = keys.fingerprint(shown)
        if not line:
            raise LinkError(
                "host-key-unconfirmed",
                cause=f"The host's key has not been confirmed yet: {fingerprint}",
                cure=(
                    "Compare it on the host's console: "
                    "ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub, then accept it."
                ),
            )
        if self._login_target.host_ca:
            return f"{fingerprint}; the sign-in checks whether an authority vouches for it"
        pinned = keys.canonical_line(keys.parse_public(line))
        # A host has a key of each kind, so another kind than the pinned one proves nothing. The
        # login decides: it asks for the pinned kind first.
        if shown != pinned and shown.split()[0] == pinned.split()[0]:
            raise host_key_changed(
                f"The host shows another key than the accepted one: {fingerprint}"
            )
        return keys.fingerprint(pinned)

    async def _login(self) -> str:
        target = self._login_target
        sock = await self._open()
        self._connection = await sign_in(sock, target, timeout_s=self._timeout_s)
        if target.certificate:
            found = check_expiry(target.certificate)
            words = f"{target.user}, with the certificate {found.key_id}"
            if found.expires_soon:
                raise Advice(words, expiry_warning(found))
            return words
        return target.user

    async def _open(self) -> socket.socket:
        target = self._login_target
        if self._route.hops:
            return await self._route.open_socket(
                target.address, target.port, timeout_s=self._timeout_s
            )
        return await connect_ip(self._ips[0], target.port, timeout_s=self._timeout_s)

    async def _transport(self) -> str:
        return await self._searching().transport()

    async def _sockets(self) -> str:
        search = self._searching()
        try:
            self.result.socket_path = ""
            self.result.socket_path = await search.choose(self._wanted)
        finally:
            self.result.sockets = search.found
            self.result.transport = search.works
            if search.facts is not None:
                self.result.user, self.result.uid = search.facts.user, search.facts.uid
        return ", ".join(found.path for found in search.found if found.usable)

    async def _podman(self) -> str:
        facts = self._searching().facts
        version = facts.podman_version if facts is not None else ""
        if self.result.socket_path:
            # The service's own version; until its restart it may be older than the program.
            answer = await self._get("/version")
            said = answer.json().get("Version")
            version = said[:64] if isinstance(said, str) else version
        if not version and facts is not None:
            raise podman_missing(facts)
        if not version:
            raise CannotTell("The version cannot be known with this key.")
        self.result.podman_version = version
        return podman_steps.check_version(version, update=install_podman(facts.os if facts else ""))

    async def _api(self) -> str:
        answer = await self._get("/v5.0.0/libpod/info")
        if answer.status != 200:
            raise LinkError(
                "api-not-answering",
                cause=f"Podman answers, but not about itself (status {answer.status}).",
                cure="On the host, with this account: podman info; journalctl -u podman -n 50",
            )
        self._info = podman_steps.read_info(answer.json())
        self.result.rootless = self._info.rootless
        self.result.graph_root = self._info.graph_root
        self.result.socket_path = self.result.socket_path or self._info.socket_path
        self.result.machine = await machine.identity(
            self._get, info=answer, podman=self._info, facts=self._searching().facts
        )
        return f"{'rootless' if self._info.rootless else 'rootful'}, {self._info.graph_root}"

    async def _events(self) -> str:
        assert self._info is not None
        return podman_steps.check_events(self._info) or _unknown("Podman does not say.")

    async def _cgroups(self) -> str:
        assert self._info is not None
        return podman_steps.check_cgroups(self._info) or _unknown("Podman does not say.")

    async def _clock(self) -> str:
        answer = await self._get("/_ping")
        return podman_steps.check_clock(answer) or _unknown("Podman sends no Date.")

    async def _get(self, path: str) -> Any:
        assert self._connection is not None
        return await get(self._connection, self.result.socket_path, path, timeout_s=self._timeout_s)

    def _searching(self) -> SocketSearch:
        if self._search is None:
            if self._connection is None:
                self._connection = LocalConnection()
            self._search = SocketSearch(
                self._connection, wanted=self._wanted, timeout_s=self._timeout_s
            )
        return self._search


async def examine(doctor: Doctor) -> tuple[list[DoctorStep], DoctorReport]:
    """The whole walk: the end of each step, and what is known."""
    async with asyncio.timeout(180):
        return [step async for step in doctor.steps() if step.state != "running"], doctor.result


def podman_missing(facts: ShellFacts) -> LinkError:
    """The error: there is no Podman on this host."""
    return LinkError(
        "podman-missing",
        cause="Podman is not installed on this host, or not on this account's PATH.",
        cure=f"As root: {install_podman(facts.os)}",
    )


def _unknown(why: str) -> str:
    raise CannotTell(why)
