"""Published ports: which ones conflict, and how they are written."""

from typing import Any

_ANY = ("", "0.0.0.0", "::", "*")  # noqa: S104 - compared, never bound


def overlap(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """True when both use the same host port. Takes the shapes of run_fields.port and of Podman's lists."""
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
    """The shortest form that `podman run -p` takes."""
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
