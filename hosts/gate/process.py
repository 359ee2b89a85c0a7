"""The gate as a process: listens, lets clients in, ends with what it has open."""

import asyncio
import logging
import signal
import socket
from typing import Final

import asyncssh

from hosts.database_threads import DatabaseThreads
from hosts.gate import host_key
from hosts.gate.bounds import Bounds
from hosts.gate.channels import Serve
from hosts.gate.ssh import Door
from hosts.link.ssh import CIPHERS

# a key exchange and a signature, on a slow line
LOGIN_S: Final = 20.0
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
log = logging.getLogger(__name__)


async def run(serve: Serve, listening: socket.socket, *, stop: asyncio.Event | None = None) -> None:
    """Serve until SIGTERM, SIGINT or `stop`. `serve` is handed each connection to an endpoint."""
    loop = asyncio.get_running_loop()
    stopping = stop or asyncio.Event()
    if stop is None:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stopping.set)
    threads = DatabaseThreads(_THREADS, name="gate")
    loop.set_default_executor(threads)
    doors: set[Door] = set()
    acceptor = await listen(serve, listening, doors)
    log.info("gate runs, %s", host_key.fingerprint())
    try:
        await stopping.wait()
    finally:
        acceptor.close()
        for door in tuple(doors):
            door.end("Haulout is stopped or started again.")
        try:
            async with asyncio.timeout(_END_S):
                await acceptor.wait_closed()
        except TimeoutError:
            log.warning("not everything ended in time")


async def listen(serve: Serve, listening: socket.socket, doors: set[Door]) -> asyncssh.SSHAcceptor:
    """Listen on an open socket; `doors` holds the connections there are."""
    held = Bounds()

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
        encryption_algs=list(CIPHERS),
        signature_algs=list(_SIGNATURES),
        compression_algs=None,
        login_timeout=LOGIN_S,
        keepalive_interval=KEEPALIVE_S,
    )
