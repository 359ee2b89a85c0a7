"""From a plan to a live connection, which remembers why its last channel was refused."""

import asyncio

import structlog
from django.conf import settings

from hosts import vault
from hosts.clocks import clock
from hosts.link import shell_facts, ssh
from hosts.link.addresses import AddressPolicy
from hosts.link.channel import CommandResult, Connection, ReceiverFactory
from hosts.link.errors import LinkError
from hosts.link.jump import open_through
from hosts.link.local import LocalConnection
from hosts.link.scan import open_socket
from hosts.link.supervise.database import Database
from hosts.link.supervise.jumps import Jumps
from hosts.link.supervise.roster import LoginPlan
from hosts.link.target import KEEPALIVE_S, SshTarget
from hosts.models import Host

log = structlog.get_logger(__name__)
# short, so that a host is back within seconds of its network: TCP repeats a lost SYN ever later
_TCP_S = 5.0
_LOGIN_S = 15.0
SSH_KEY = "ssh-key"


def policy() -> AddressPolicy:
    """Which addresses the settings let us dial."""
    return AddressPolicy(allow_loopback=settings.HAULOUT_ALLOW_LOOPBACK_HOSTS)


async def connect(plan: LoginPlan, database: Database, jumps: Jumps) -> "LiveConnection":
    """Dial and sign in. Raises LinkError, or VaultError when the key cannot be opened."""
    if plan.kind == Host.Kind.LOCAL:
        return LiveConnection(LocalConnection(), ssh_connection=None)
    if not plan.host_key:
        raise LinkError(
            "host-key-unconfirmed",
            cause="The host's key has not been confirmed yet.",
            cure="Compare its fingerprint and accept it on the host's page.",
        )
    private_key = await database.beside(lambda: vault.open_sealed(plan.sealed_key, SSH_KEY))
    target = SshTarget(
        address=plan.address,
        port=plan.port,
        user=plan.user,
        private_key=private_key,
        host_key_line=plan.host_key,
        certificate=plan.certificate,
        host_ca=plan.host_ca,
        keepalive_s=clock(KEEPALIVE_S, least=1.0),
    )
    if plan.via is None:
        sock = await open_socket(plan.address, plan.port, policy(), timeout_s=_TCP_S)
    else:
        jump = jumps.get(plan.via, plan.via_name)
        sock = await open_through(jump, plan.address, plan.port, policy(), timeout_s=_LOGIN_S)
    connection = await ssh.greet_and_sign_in(sock, target, timeout_s=_LOGIN_S)
    return LiveConnection(connection, ssh_connection=connection)


class LiveConnection:
    """A connection that is up. `refused`: the last error for each socket."""

    def __init__(self, connection: Connection, *, ssh_connection: ssh.SshConnection | None) -> None:
        self._connection = connection
        self._ssh = ssh_connection
        self._never = asyncio.Event()
        self._why = ""
        self.refused: dict[str, LinkError] = {}
        # the `transport_columns` that are in the database
        self.written: dict[str, str | int] = {}

    @property
    def forwards(self) -> bool:
        """As `channel.Connection`."""
        return self._connection.forwards

    async def open_channel(self, receiver: ReceiverFactory, socket_path: str) -> None:
        """As `channel.Connection`."""
        try:
            await self._connection.open_channel(receiver, socket_path)
        except LinkError as error:
            self.refused[socket_path] = error
            raise
        self.refused.pop(socket_path, None)

    async def run(
        self, command: str, *, stdin: bytes = b"", timeout_s: float = 15.0
    ) -> CommandResult:
        """As `channel.Connection`."""
        return await self._connection.run(command, stdin=stdin, timeout_s=timeout_s)

    @property
    def ssh_connection(self) -> ssh.SshConnection | None:
        """What others can be dialled through; None for this machine's own."""
        return self._ssh

    @property
    def can_change_transport(self) -> bool:
        """True while forwarded sockets are used, where `dial-stdio` may still work."""
        return self._ssh is not None and self._ssh.transport == "forward"

    def use_stdio(self) -> None:
        """From now on each channel is a `podman system dial-stdio`, some of them kept ready."""
        if self._ssh is not None:
            self._ssh.transport = "dial-stdio"
            self._ssh.stdio.keep_ready = True

    def use_forward(self) -> None:
        """From now on each channel is a forwarded socket."""
        if self._ssh is not None:
            self._ssh.transport = "forward"
            self._ssh.stdio.close()

    async def find_why_stdio(self) -> None:
        """Find out why no socket is forwarded, for `transport_columns`. Raises LinkError."""
        self._why = "key" if await shell_facts.gather(self) is None else "sshd"

    @property
    def transport_columns(self) -> dict[str, str | int]:
        """How streams get there, as columns of Login."""
        if self._ssh is None:
            return {}
        stdio = self._ssh.transport == "dial-stdio"
        return {
            "transport": self._ssh.transport,
            "transport_why": self._why if stdio else "",
            "sessions_used": self._ssh.sessions.used if stdio else 0,
            "sessions_most": self._ssh.sessions.most if stdio else 0,
        }

    async def wait_closed(self) -> None:
        """Return when the connection is gone; never for this machine's own."""
        if self._ssh is None:
            await self._never.wait()
        else:
            await self._ssh.wait_closed()

    def abort(self) -> None:
        """End the connection at once: a thousand orderly farewells take too long."""
        if self._ssh is not None:
            self._ssh.abort()
