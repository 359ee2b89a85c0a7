"""Public SSH keys for tests, made anew each time."""

import base64
from typing import Any

import asyncssh


def line_of(kind: str = "ssh-ed25519", **how: Any) -> str:
    key = asyncssh.generate_private_key(kind, **how)
    return key.export_public_key().decode().strip()


def security_key(kind: str = "sk-ssh-ed25519@openssh.com") -> str:
    """The public half of one; there is no hardware behind it."""

    def field(value: bytes) -> bytes:
        return len(value).to_bytes(4, "big") + value

    blob = field(kind.encode()) + field(b"\7" * 32) + field(b"ssh:")
    return f"{kind} {base64.b64encode(blob).decode()}"
