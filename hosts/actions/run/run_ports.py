"""Published ports: which ones stand in each other's way, and how they are written."""

from typing import Any

_ANY = ("", "0.0.0.0", "::", "*")  # noqa: S104 - compared, never bound


def overlap(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """True when both want the same port of the host. Shapes as run_fields.port and Podman's list."""
    first, second = one.get("host_port") or 0, other.get("host_port") or 0
    if not first or not second or one.get("protocol", "tcp") != other.get("protocol", "tcp"):
        return False
    ours, theirs = one.get("host_ip") or "", other.get("host_ip") or ""
    if ours != theirs and ours not in _ANY and theirs not in _ANY:
        return False
    return first < second + (other.get("range") or 1) and second < first + (one.get("range") or 1)


def span(start: int, count: int) -> str:
    """`8000`, or `8000-8005` for a range."""
    return str(start) if count <= 1 else f"{start}-{start + count - 1}"


def port_words(port: dict[str, Any]) -> str:
    """As `podman run -p` takes it, in its shortest form."""
    count = port.get("range") or 1
    address = port.get("host_ip") or ""
    outer = span(port["host_port"], count) if port.get("host_port") else ""
    text = span(port["container_port"], count)
    if address:
        text = f"{f'[{address}]' if ':' in address else address}:{outer}:{text}"
    elif outer:
        text = f"{outer}:{text}"
    protocol = port.get("protocol") or "tcp"
    return text if protocol == "tcp" else f"{text}/{protocol}"
