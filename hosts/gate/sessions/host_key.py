"""The gate's own SSH key, by which clients know it: made once, and kept with the other keys."""

from pathlib import Path

import asyncssh
from django.conf import settings

from accounts import ssh_keys
from audit.keys import write_once

_NAME = "gate_host_ed25519_key"


def make(folder: Path) -> None:
    """Make it where there is none: NAME (0600) and NAME.pub. What clients know stays as it is."""
    private, public = folder / _NAME, folder / f"{_NAME}.pub"
    key = asyncssh.generate_private_key("ssh-ed25519", comment="haulout gate")
    write_once(private, key.export_private_key("openssh").decode().rstrip())
    kept = asyncssh.read_private_key(str(private))
    write_once(public, kept.export_public_key("openssh").decode().strip())


def private() -> asyncssh.SSHKey:
    """The key itself, for the gate alone. OSError where there is none yet."""
    return asyncssh.read_private_key(str(settings.HAULOUT_KEYS / _NAME))


def public_line() -> str:
    """`ssh-ed25519 BASE64`; empty where there is none yet."""
    try:
        line = (settings.HAULOUT_KEYS / f"{_NAME}.pub").read_text()
    except OSError:
        return ""
    return " ".join(line.split()[:2])


def fingerprint() -> str:
    """SHA256:… as clients show it at their first connection; empty where there is none yet."""
    line = public_line()
    return ssh_keys.fingerprint(ssh_keys.blob_of(line)) if line else ""


def known_hosts_line(name: str, port: int) -> str:
    """What a client's known_hosts says of the gate; empty where there is no key yet."""
    line = public_line()
    where = f"[{name}]:{port}" if port != 22 else name
    return f"{where} {line}" if line else ""
