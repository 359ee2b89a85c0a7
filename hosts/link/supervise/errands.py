"""What the link does when asked, beside holding connections: scan, doctor, install a key."""

from typing import Any

from hosts.link import install_key as installing
from hosts.link import scan as scanning
from hosts.link.supervise.connections import policy
from hosts.link.supervise.examining import Patient, Step, doctor, patient

__all__ = ["Patient", "Step", "doctor", "install_key", "patient", "scan"]


async def scan(address: str, port: int) -> dict[str, Any]:
    """`{"algorithm", "fingerprint", "line"}` of a host's key. Raises LinkError."""
    key = await scanning.scan(address, port, policy())
    return {"algorithm": key.algorithm, "fingerprint": key.fingerprint, "line": key.line}


async def install_key(
    *, address: str, port: int, user: str, password: str, public_key_line: str, host_key_line: str
) -> bool:
    """Let a key in with the account's password, which is kept nowhere. Raises LinkError."""
    return await installing.install_key(
        address=address,
        port=port,
        user=user,
        password=password,
        public_key_line=public_key_line,
        host_key_line=host_key_line,
        policy=policy(),
    )
