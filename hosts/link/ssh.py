"""One SSH connection to a login: dialled to a pinned host key, signed in with a key."""

import asyncio
import contextlib
import socket
from typing import Any, Final, cast

import asyncssh

from hosts.link import certificates, keys
from hosts.link.addresses import AddressPolicy
from hosts.link.channel import CommandResult, ReceiverFactory
from hosts.link.errors import LinkError
from hosts.link.scan import HOST_KEY_ALGORITHMS, closed_unless_used, open_socket, peek_banner
from hosts.link.sessions import Sessions
from hosts.link.ssh_errors import (
    host_away,
    login_error,
    not_vouched_for,
    sessions_used,
    tcp_prohibited,
    tcp_refused,
)
from hosts.link.stdio import StdioPool
from hosts.link.target import KEEPALIVE_S, SshTarget

# Two unanswered keepalives; asyncssh ends the connection when the third is due, after 15 s.
KEEPALIVE_COUNT: Final = 2
# AES-GCM is twice as fast as ChaCha20 here; the others are for hosts that lack it.
CIPHERS: Final = (
    "aes256-gcm@openssh.com",
    "aes128-gcm@openssh.com",
    "chacha20-poly1305@openssh.com",
    "aes256-ctr",
    "aes128-ctr",
)
_OUTPUT_MAX_BYTES: Final = 1024 * 1024

SshChannel = (
    asyncssh.SSHUNIXChannel[bytes]
    | asyncssh.SSHTCPChannel[bytes]
    | asyncssh.SSHClientChannel[bytes]
)


class SshConnection:
    """A live SSH connection (`channel.Connection`)."""

    def __init__(self, conn: asyncssh.SSHClientConnection, target: SshTarget) -> None:
        self._conn = conn
        # commands count as sessions, forwarded sockets do not
        self.sessions = Sessions()
        self.stdio = StdioPool(conn, self.sessions)
        self.transport = target.transport
        self.user = target.user

    @property
    def closed(self) -> bool:
        """True once the connection is gone."""
        return self._conn.is_closed()

    @property
    def forwards(self) -> bool:
        """True while each channel is a forwarded socket. See `channel.Connection`."""
        return self.transport == "forward"

    async def wait_closed(self) -> None:
        """Return when the connection is gone, for whatever reason."""
        await self._conn.wait_closed()

    async def close(self) -> None:
        """End the connection with all its channels; return when it is gone."""
        self._conn.close()
        try:
            async with asyncio.timeout(2):
                await self._conn.wait_closed()
        except TimeoutError:
            self._conn.abort()
            await self._conn.wait_closed()

    def abort(self) -> None:
        """End the connection at once, without a word to the host."""
        self._conn.abort()

    async def open_channel(
        self, receiver: ReceiverFactory, socket_path: str, *, timeout_s: float = 15.0
    ) -> None:
        """Connect a new receiver to a socket on the host. See `channel.Connection`."""
        try:
            async with asyncio.timeout(timeout_s):
                await self._open(receiver, socket_path)
        except TimeoutError as exc:
            if self.transport == "dial-stdio" and not self.sessions.free:
                raise sessions_used(self.sessions.used) from exc
            raise LinkError(
                "channel-timeout",
                cause=f"The host did not open {socket_path} within {timeout_s:g} s.",
                cure="Look at the host's load and its SSH server: uptime; journalctl -u ssh -n 50",
            ) from exc

    async def open_tcp(
        self, receiver: ReceiverFactory, address: str, port: int, *, timeout_s: float = 15.0
    ) -> None:
        """Connect a new receiver to a TCP port as the host sees it. Raises LinkError."""

        async def opening() -> SshChannel:
            chan, _ = await self._conn.create_connection(cast(Any, receiver), address, port)
            return chan

        task = asyncio.ensure_future(opening())
        try:
            async with asyncio.timeout(timeout_s):
                await asyncio.shield(task)
        except TimeoutError as exc:
            task.add_done_callback(_close_late)
            raise tcp_refused(f"no answer within {timeout_s:g} s", address, port) from exc
        except asyncio.CancelledError:
            task.add_done_callback(_close_late)
            raise
        except asyncssh.ChannelOpenError as exc:
            if self._conn.is_closed():
                raise host_away(str(exc)) from exc
            if exc.code == asyncssh.OPEN_ADMINISTRATIVELY_PROHIBITED:
                raise tcp_prohibited(address, port) from exc
            raise tcp_refused(exc.reason, address, port) from exc
        except (asyncssh.Error, OSError) as exc:
            raise host_away(str(exc)) from exc

    async def _open(self, receiver: ReceiverFactory, socket_path: str) -> SshChannel:
        try:
            if self.transport == "dial-stdio":
                return await self.stdio.open(receiver, socket_path)
            return await self._open_forward(receiver, socket_path)
        except asyncssh.ChannelOpenError as exc:
            if self._conn.is_closed():
                raise host_away(str(exc)) from exc
            raise LinkError(
                "channel-refused",
                cause=f"The host refused to open {socket_path} ({exc.reason}).",
                cure="Start the doctor for this host; it finds out why.",
            ) from exc
        except (asyncssh.Error, OSError) as exc:
            raise host_away(str(exc)) from exc

    async def _open_forward(self, receiver: ReceiverFactory, socket_path: str) -> SshChannel:
        async def opening() -> SshChannel:
            chan, _ = await self._conn.create_unix_connection(cast(Any, receiver), socket_path)
            return chan

        task = asyncio.ensure_future(opening())
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            # asyncssh never closes a channel if nobody awaits its opening.
            task.add_done_callback(_close_late)
            raise

    async def run(
        self, command: str, *, stdin: bytes = b"", timeout_s: float = 15.0
    ) -> CommandResult:
        """Run a shell command on the host. See `channel.Connection`."""
        try:
            async with asyncio.timeout(timeout_s):
                process = await self._start(command)
                try:
                    # a short command may have ended without waiting for its input
                    with contextlib.suppress(BrokenPipeError):
                        process.stdin.write(stdin)
                        process.stdin.write_eof()
                    stdout, stderr = await asyncio.gather(
                        _read_capped(process.stdout), _read_capped(process.stderr)
                    )
                    await process.wait_closed()
                except BaseException:
                    # sshd counts the session until the command has ended.
                    process.kill()
                    raise
                finally:
                    process.close()
        except asyncssh.ChannelOpenError as exc:
            raise _no_commands(str(exc)) from exc
        except TimeoutError as exc:
            raise _no_commands(f"it did not end within {timeout_s:g} s") from exc
        except (asyncssh.Error, OSError) as exc:
            raise host_away(str(exc)) from exc
        return CommandResult(
            status=process.exit_status if process.exit_signal is None else None,
            stdout=stdout.decode("utf-8", "replace"),
            stderr=stderr.decode("utf-8", "replace"),
        )

    async def _start(self, command: str) -> asyncssh.SSHClientProcess[bytes]:
        started: list[asyncssh.SSHClientProcess[bytes]] = []

        async def opening() -> asyncssh.SSHClientChannel[bytes]:
            started.append(await self._conn.create_process(command, encoding=None))
            return started[-1].channel

        await self.sessions.open(opening)
        return started[-1]


async def connect(
    target: SshTarget, policy: AddressPolicy, *, timeout_s: float = 20.0
) -> SshConnection:
    """Sign in with the target's key, at exactly the pinned host key, without a jump.

    Raises what `scan.open_socket` and `scan.peek_banner` raise, and LinkError "host-key-changed",
    "key-refused", "login-timeout", "no-common-cipher" or "closed-early". After "host-key-changed"
    nothing was sent that proves who we are.
    """
    sock = await open_socket(target.address, target.port, policy, timeout_s=timeout_s)
    return await greet_and_sign_in(sock, target, timeout_s=timeout_s)


async def greet_and_sign_in(
    sock: socket.socket, target: SshTarget, *, timeout_s: float = 20.0
) -> SshConnection:
    """As `connect`, on a connected socket, which is closed on failure."""
    async with closed_unless_used(sock):
        await peek_banner(sock, timeout_s=timeout_s)
    return await sign_in(sock, target, timeout_s=timeout_s)


async def sign_in(
    sock: socket.socket, target: SshTarget, *, timeout_s: float = 20.0
) -> SshConnection:
    """The SSH part of `connect`, on a connected socket, which is closed on failure."""
    try:
        key = target.private_key
        client_key = keys.parse_private(key) if isinstance(key, bytes) else key
        host_key = keys.parse_public(target.host_key_line)
        client: Any = client_key
        if target.certificate:
            certificates.check_expiry(target.certificate)
            client = (client_key, asyncssh.import_certificate(target.certificate))
        authority = certificates.read_authority(target.host_ca) if target.host_ca else None
    except LinkError:
        sock.close()
        raise
    options = {
        "username": target.user,
        "client_keys": [client],
        "preferred_auth": "publickey",
        "password_auth": False,
        "kbdint_auth": False,
    }
    conn = await dial(
        sock,
        target.address,
        host_key=host_key,
        authority=authority,
        options=options,
        timeout_s=timeout_s,
        keepalive_s=target.keepalive_s,
    )
    return SshConnection(conn, target)


async def dial(
    sock: socket.socket,
    address: str,
    *,
    host_key: asyncssh.SSHKey,
    options: dict[str, Any],
    timeout_s: float,
    authority: certificates.HostAuthority | None = None,
    keepalive_s: float = KEEPALIVE_S,
) -> asyncssh.SSHClientConnection:
    """An SSH connection that trusts one host key; with `authority`, keys signed for this address.

    Reads no file, agent or variable of ours.
    """
    known: tuple[list[asyncssh.SSHKey], ...] = ([host_key], [], [])
    algorithms = _host_key_algorithms(host_key)
    if authority is not None:
        known = ([], list(authority.trusted), list(authority.revoked))
        algorithms = [*authority.algorithms, *HOST_KEY_ALGORITHMS]
    try:
        async with asyncio.timeout(timeout_s), closed_unless_used(sock):
            return await asyncssh.connect(
                address,
                sock=sock,
                config=None,
                known_hosts=known,
                server_host_key_algs=algorithms,
                agent_path=None,
                host_based_auth=False,
                gss_auth=False,
                gss_kex=False,
                # A server that lets everybody in has not checked our key.
                disable_trivial_auth=True,
                encryption_algs=list(CIPHERS),
                compression_algs=None,
                keepalive_interval=keepalive_s,
                keepalive_count_max=KEEPALIVE_COUNT,
                login_timeout=timeout_s,
                **options,
            )
    except (asyncssh.Error, OSError, TimeoutError) as exc:
        if authority is not None and isinstance(exc, asyncssh.HostKeyNotVerifiable):
            raise not_vouched_for(exc) from exc
        raise login_error(exc, host_key, timeout_s=timeout_s) from exc


def _host_key_algorithms(host_key: asyncssh.SSHKey) -> list[str]:
    # The pinned kind first. The others too: sshd would just hang up on a host that has only another
    # key, and the change would not be seen.
    pinned = [name.decode("ascii") for name in host_key.sig_algorithms]
    return [*pinned, *(name for name in HOST_KEY_ALGORITHMS if name not in pinned)]


async def _read_capped(reader: asyncssh.SSHReader[bytes]) -> bytes:
    # A hostile host may send for ever: bytes over the cap are read and dropped.
    kept = bytearray()
    while chunk := await reader.read(65536):
        kept += chunk[: max(0, _OUTPUT_MAX_BYTES - len(kept))]
    return bytes(kept)


def _close_late(opening: asyncio.Future[SshChannel]) -> None:
    if not opening.cancelled() and opening.exception() is None:
        opening.result().abort()


def _no_commands(detail: str) -> LinkError:
    return LinkError(
        "not-permitted",
        cause=f"The host runs no command for this key ({detail}).",
        cure="Use the plain form of the key where a command is needed.",
    )
