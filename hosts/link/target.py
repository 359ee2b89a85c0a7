"""Whom to dial: an address, an account, its key, and the one host key that is trusted there."""

from dataclasses import dataclass, field
from typing import Final, Literal

import asyncssh

# forward: a direct-streamlocal channel for each stream.
# dial-stdio: `podman system dial-stdio` for each stream; slower, at most MaxSessions at once.
Transport = Literal["forward", "dial-stdio"]
KEEPALIVE_S: Final = 5.0


@dataclass(frozen=True, slots=True)
class SshTarget:
    """A login on a host. `host_key_line`: `ALGORITHM BASE64`, as in a known_hosts file."""

    address: str
    port: int
    user: str
    private_key: bytes | asyncssh.SSHKey = field(repr=False)
    host_key_line: str
    transport: Transport = "forward"
    # a certificate beside the key, one line; authorities for the host's key instead of the pinned
    # one
    certificate: str = ""
    host_ca: str = ""
    # seconds between two keepalives
    keepalive_s: float = KEEPALIVE_S
    # the jump host to dial from; None: this machine
    via: "SshTarget | None" = None
