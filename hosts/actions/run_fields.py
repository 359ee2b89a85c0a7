"""The fields of `podman run` as people write them, each with its own clear refusal (ValueError)."""

import ipaddress
import re
import shlex
from typing import Any

from django.utils.translation import gettext as _

_NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.-]*")
_ENV_NAME = re.compile(r"[^=\s\x00-\x1f]+")
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([kmgt]?)i?b?", re.IGNORECASE)
_UNITS = {"": 1, "k": 1024, "m": 1024**2, "g": 1024**3, "t": 1024**4}
# podman-run(1), --volume
_VOLUME_OPTIONS = frozenset(
    [
        "ro",
        "rw",
        "z",
        "Z",
        "U",
        "O",
        "copy",
        "nocopy",
        "dev",
        "nodev",
        "exec",
        "noexec",
        "suid",
        "nosuid",
        "bind",
        "rbind",
        "shared",
        "rshared",
        "slave",
        "rslave",
        "private",
        "rprivate",
        "unbindable",
        "runbindable",
        "idmap",
    ]
)
RESTART = ("no", "on-failure", "always", "unless-stopped")
USERNS = ("", "keep-id", "auto", "nomap", "host")


def name(text: str) -> str:
    """A container's name; empty lets Podman choose."""
    text = text.strip()
    if text and (len(text) > 200 or not _NAME.fullmatch(text)):
        raise ValueError(
            _("A name begins with a letter or digit, then letters, digits, “_”, “.” or “-”.")
        )
    return text


def command(text: str) -> list[str]:
    """A command line as a shell would split it."""
    try:
        return shlex.split(text)
    except ValueError as exc:
        raise ValueError(_("A quotation mark is not closed.")) from exc


def port(text: str) -> dict[str, Any]:
    """`[address:][host port:]container port[/protocol]`, ranges as 8000-8005."""
    head, slash, protocol = text.strip().partition("/")
    protocol = protocol.lower() if slash else "tcp"
    if protocol not in ("tcp", "udp", "sctp"):
        raise ValueError(_("“%s” is not a protocol: tcp, udp or sctp.") % protocol)
    host_ip = ""
    if head.startswith("["):
        host_ip, _bracket, head = head[1:].partition("]")
        head = head.removeprefix(":")
    parts = head.split(":")
    if len(parts) == 3:
        host_ip, *parts = parts
    if len(parts) > 2:
        raise ValueError(_("A port reads 8080:80, or 127.0.0.1:8080:80/tcp."))
    if host_ip:
        try:
            ipaddress.ip_address(host_ip)
        except ValueError as exc:
            raise ValueError(_("“%s” is not an IP address.") % host_ip) from exc
    inner, inner_count = _ports(parts[-1])
    outer, outer_count = _ports(parts[0]) if len(parts) == 2 and parts[0] else (0, inner_count)
    if outer_count != inner_count:
        raise ValueError(_("Both ranges must be of the same length."))
    return {
        "host_ip": host_ip,
        "host_port": outer,
        "container_port": inner,
        "range": inner_count,
        "protocol": protocol,
    }


def _ports(text: str) -> tuple[int, int]:
    first, dash, last = text.partition("-")
    if not first.isdecimal() or (dash and not last.isdecimal()):
        raise ValueError(_("“%s” is not a port: give a number from 1 to 65535.") % text[:40])
    start, end = int(first), int(last) if dash else int(first)
    if not 1 <= start <= end <= 65535:
        raise ValueError(_("“%s” is not a port: give a number from 1 to 65535.") % text[:40])
    return start, end - start + 1


def volume(text: str) -> dict[str, Any]:
    """`path on the host or volume name:path in the container[:options]`, or only the latter."""
    parts = text.strip().split(":")
    if len(parts) > 3:
        raise ValueError(_("A mount reads source:/path/in/container:options."))
    options = [o for o in parts[2].split(",") if o] if len(parts) == 3 else []
    unknown = [o for o in options if o not in _VOLUME_OPTIONS]
    if unknown:
        raise ValueError(_("Podman has no mount option “%s”.") % unknown[0][:40])
    if {"z", "Z"} <= set(options):
        raise ValueError(_("“z” (shared) and “Z” (private) exclude each other."))
    source, target = ("", parts[0]) if len(parts) == 1 else (parts[0], parts[1])
    if not target.startswith("/"):
        raise ValueError(_("The path in the container must begin with “/”."))
    if source.startswith("/"):
        kind = "bind"
    elif not source or _NAME.fullmatch(source):
        kind = "volume"
    else:
        raise ValueError(
            _("“%s” is neither a full path on the host nor the name of a volume.") % source[:80]
        )
    return {"kind": kind, "source": source, "target": target, "options": options}


def environment(lines: str) -> dict[str, str]:
    """One NAME=value a line; empty lines and lines that begin with # are skipped."""
    found: dict[str, str] = {}
    for line in lines.splitlines():
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        key, equals, value = line.partition("=")
        if not equals or not _ENV_NAME.fullmatch(key.strip()):
            raise ValueError(_("“%s” does not read NAME=value.") % line[:40])
        found[key.strip()] = value
    return found


def labels(lines: str) -> dict[str, str]:
    """One key=value a line."""
    found: dict[str, str] = {}
    for line in lines.splitlines():
        if not line.strip():
            continue
        key, _equals, value = line.partition("=")
        if not key.strip() or key.strip().startswith("io.haulout."):
            raise ValueError(_("“%s” cannot be a label.") % line[:40])
        found[key.strip()] = value
    return found


def size_bytes(text: str) -> int:
    """`512m`, `1.5 GiB`, plain bytes; 0 for an empty text."""
    if not text.strip():
        return 0
    match = _SIZE.fullmatch(text.strip())
    if not match:
        raise ValueError(_("“%s” is not a size: write 512m or 2g.") % text[:40])
    value = int(float(match[1]) * _UNITS[match[2].lower()])
    if value < 6 * 1024 * 1024:
        raise ValueError(_("A container needs at least 6 MiB of memory."))
    return value


def cpus(text: str) -> float:
    """How many processors, 0.5 for half of one; 0 for an empty text."""
    if not text.strip():
        return 0.0
    try:
        value = float(text)
    except ValueError as exc:
        raise ValueError(_("“%s” is not a number of processors.") % text[:40]) from exc
    if not 0.01 <= value <= 4096:
        raise ValueError(_("Give a number of processors such as 0.5 or 2."))
    return value


def restart(text: str) -> tuple[str, int | None]:
    """A restart policy, `on-failure:3` with the number of tries."""
    policy, colon, tries = text.strip().partition(":")
    if (policy or "no") not in RESTART or (colon and not tries.isdecimal()):
        raise ValueError(_("“%s” is no restart policy.") % text[:40])
    if colon and policy != "on-failure":
        raise ValueError(_("Only on-failure takes a number of tries."))
    return policy or "no", int(tries) if colon else None


def user_namespace(text: str) -> str:
    """What podman-run(1) takes for --userns, the common part of it."""
    text = text.strip()
    mode = text.partition(":")[0]
    if mode not in USERNS:
        raise ValueError(_("“%s” is no user namespace: keep-id, auto, nomap or host.") % text[:40])
    return text
