"""What the link does when asked, beside holding connections: scan, doctor, install a key."""

from typing import Any

from hosts.link import scan as scanning
from hosts.link.supervise.connections import policy
from hosts.link.supervise.examining import Patient, Step, doctor, patient

__all__ = ["Patient", "Step", "doctor", "patient", "scan"]


async def scan(address: str, port: int) -> dict[str, Any]:
    """`{"algorithm", "fingerprint", "line"}` of a host's key. Raises LinkError."""
    key = await scanning.scan(address, port, policy())
    return {"algorithm": key.algorithm, "fingerprint": key.fingerprint, "line": key.line}
