"""The gate as a process: listens by SSH and HTTP, lets clients in, ends with what it has open."""

import asyncio
import logging
import signal
import socket
import ssl
from pathlib import Path
from typing import Final

import asyncssh

from hosts.database_threads import DatabaseThreads
from hosts.gate.doors.channels import Serve
from hosts.gate.doors.http import HttpDoor
from hosts.gate.doors.ssh import Door
from hosts.gate.sessions import host_key
from hosts.gate.sessions.bounds import LOGIN_S, Bounds
from hosts.link.ssh import CIPHERS

# a client whose network is gone is let go after three of them
KEEPALIVE_S: Final = 15.0
# the supervisor kills after five seconds
_END_S: Final = 3.0
# threads that ask the database
_THREADS: Final = 8
# every kind of key that may be registered, none with SHA-1
_SIGNATURES: Final = (
    "sk-ssh-ed25519@openssh.com",
    "sk-ecdsa-sha2-nistp256@openssh.com",
    "ssh-ed25519",
    "ecdsa-sha2-nistp256",
    "ecdsa-sha2-nistp384",
    "ecdsa-sha2-nistp521",
    "rsa-sha2-512",
    "rsa-sha2-256",
)
# the client's order counts. OpenSSH's begins with ChaCha20, which takes twice the time here; all have AES
_CIPHERS: Final = [one for one in CIPHERS if not one.startswith("chacha20")]
log = logging.getLogger(__name__)


async def run(
    serve: Serve,
    by_ssh: socket.socket | None,
    by_http: socket.socket | None = None,
    *,
    tls: ssl.SSLContext | None = None,
    stop: asyncio.Event | None = None,
) -> None:
    """Serve until SIGTERM, SIGINT or `stop`. `serve` is handed each SSH connection to an endpoint. `tls`: of
    the HTTP door; None for plain HTTP.
    """
    loop = asyncio.get_running_loop()
    stopping = stop or asyncio.Event()
    if stop is None:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stopping.set)
    threads = DatabaseThreads(_THREADS, name="gate")
    loop.set_default_executor(threads)
    held = Bounds()
    doors: set[Door] = set()
    http = HttpDoor(held, tls)
    acceptors: list[asyncssh.SSHAcceptor | asyncio.Server] = []
    if by_ssh is not None:
        acceptors.append(await listen(serve, by_ssh, doors, held))
        log.info("gate runs by SSH, %s", host_key.fingerprint())
    if by_http is not None:
        acceptors.append(await http.listen(by_http))
        log.info("gate runs by HTTP, %s", "with TLS" if tls else "without TLS")
    try:
        await stopping.wait()
    finally:
        for acceptor in acceptors:
            acceptor.close()
        for door in tuple(doors):
            door.end("Haulout is stopped or started again.")
        http.end()
        try:
            async with asyncio.timeout(_END_S):
                for acceptor in acceptors:
                    await acceptor.wait_closed()
        except TimeoutError:
            log.warning("not everything ended in time")


def tls_context(key: Path, chain: Path) -> ssl.SSLContext:
    """TLS 1.2 and newer, as for pages. `key`, `chain`: PEM files."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    # a client that asks for it in mid-connection would block what is being written
    context.options |= ssl.OP_NO_RENEGOTIATION
    context.set_alpn_protocols(["http/1.1"])
    context.load_cert_chain(chain, key)
    return context


async def listen(
    serve: Serve, listening: socket.socket, doors: set[Door], held: Bounds
) -> asyncssh.SSHAcceptor:
    """Listen on an open socket; `doors` holds the connections there are, `held` counts them."""

    def come() -> Door:
        return Door(serve, held, doors)

    return await asyncssh.listen(
        sock=listening,
        server_factory=come,
        server_host_keys=[host_key.private()],
        server_version="Haulout",
        config=None,
        password_auth=False,
        kbdint_auth=False,
        host_based_auth=False,
        gss_kex=False,
        gss_auth=False,
        agent_forwarding=False,
        x11_forwarding=False,
        allow_pty=False,
        allow_scp=False,
        line_editor=False,
        rdns_lookup=False,
        encoding=None,
        encryption_algs=_CIPHERS,
        signature_algs=list(_SIGNATURES),
        compression_algs=None,
        login_timeout=LOGIN_S,
        keepalive_interval=KEEPALIVE_S,
    )
