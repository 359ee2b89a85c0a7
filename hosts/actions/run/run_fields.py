"""Parses the fields of `podman run`, each with its own refusal."""

import ipaddress
import re
import shlex
from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from hosts import sizes
from hosts.refusals import Refusal

_NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.-]*")
_ENV_NAME = re.compile(r"[^=\s\x00-\x1f]+")
_PORTS = re.compile(r"([0-9]{1,5})(?:-([0-9]{1,5}))?")
_USERNS_OPTIONS = re.compile(r":[a-z]+=[^\s=,]+(?:,[a-z]+=[^\s=,]+)*")
# podman-run(1), --volume
_VOLUME_OPTIONS = frozenset(
    [
        "ro",
        "rw",
        "z",
        "Z",
        "U",
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
        "O",
        "upperdir",
        "workdir",
    ]
)
RESTART = ("no", "on-failure", "always", "unless-stopped")
USERNS = ("", "keep-id", "auto", "nomap", "host", "private", "container", "ns")


def name(text: str) -> str:
    """A container's name. Empty: Podman chooses."""
    text = text.strip()
    if text and (len(text) > 200 or not _NAME.fullmatch(text)):
        raise Refusal(
            _("Start the name with a letter or digit; then use letters, digits, “_”, “.” or “-”.")
        )
    return text


def command(text: str) -> list[str]:
    """A command line, split as a shell does."""
    if "\0" in text:
        raise Refusal(_("A command cannot have a null character."))
    try:
        return shlex.split(text)
    except ValueError as exc:
        raise Refusal(_("A quotation mark is not closed.")) from exc


def port(text: str) -> dict[str, Any]:
    """`[address:][host port:]container port[/protocol]`, with ranges as 8000-8005."""
    head, slash, protocol = text.strip().partition("/")
    protocol = protocol.lower() if slash else "tcp"
    if protocol not in ("tcp", "udp", "sctp"):
        raise Refusal(_("“%s” is not a protocol: tcp, udp or sctp.") % protocol)
    host_ip = ""
    if head.startswith("["):
        host_ip, _bracket, head = head[1:].partition("]")
        head = head.removeprefix(":")
    parts = head.split(":")
    if len(parts) == 3:
        host_ip, *parts = parts
    if len(parts) > 2:
        raise Refusal(_("Write a port like 8080:80, or 127.0.0.1:8080:80/tcp."))
    if host_ip:
        try:
            ipaddress.ip_address(host_ip)
        except ValueError as exc:
            raise Refusal(_("“%s” is not an IP address.") % host_ip) from exc
    inner, inner_count = _ports(parts[-1])
    outer, outer_count = _ports(parts[0]) if len(parts) == 2 and parts[0] else (0, inner_count)
    if outer_count != inner_count:
        raise Refusal(_("Both ranges must have the same length."))
    return {
        "host_ip": host_ip,
        "host_port": outer,
        "container_port": inner,
        "range": inner_count,
        "protocol": protocol,
    }


def _ports(text: str) -> tuple[int, int]:
    match = _PORTS.fullmatch(text.strip())
    start = int(match[1]) if match else 0
    end = int(match[2] or start) if match else 0
    if not 1 <= start <= end <= 65535:
        raise Refusal(_("“%s” is not a port: enter a number from 1 to 65535.") % text[:40])
    return start, end - start + 1


def volume(text: str) -> dict[str, Any]:
    """`host path or volume:container path[:options]`, or only the container path."""
    parts = text.strip().split(":")
    if len(parts) > 3:
        raise Refusal(_("Write a mount like source:/path/in/container:options."))
    options = [o for o in parts[2].split(",") if o] if len(parts) == 3 else []
    unknown = [o for o in options if o.partition("=")[0] not in _VOLUME_OPTIONS]
    if unknown:
        raise Refusal(_("Podman has no mount option “%s”.") % unknown[0][:40])
    if {"z", "Z"} <= set(options):
        raise Refusal(_("Use either “z” (shared) or “Z” (private)."))
    source, target = ("", parts[0]) if len(parts) == 1 else (parts[0], parts[1])
    if options and not source:
        raise Refusal(_("A volume without a name cannot have options."))
    if not target.startswith("/"):
        raise Refusal(_("The path in the container must start with “/”."))
    if target.rstrip("/") == "":
        raise Refusal(_("Nothing can be mounted on “/” itself."))
    if source.startswith("/"):
        kind = "bind"
    elif not source or _NAME.fullmatch(source):
        kind = "volume"
    elif source.startswith((".", "~", "$", "`")):
        raise Refusal(
            _("“%s” is a path of your own shell: enter the full path on the host.") % source[:80]
        )
    else:
        raise Refusal(_("“%s” is neither a full path on the host nor a volume name.") % source[:80])
    return {"kind": kind, "source": source, "target": target, "options": options}


# marks a variable that keeps its old value
KEPT = "\0kept"


def environment(lines: str, *, kept: frozenset[str] = frozenset()) -> dict[str, str]:
    """NAME=value lines. Empty lines and those that begin with # are skipped. A bare NAME out of `kept` has
    the value KEPT: a recreated container keeps its own.
    """
    found: dict[str, str] = {}
    for number, line in _lines(lines):
        if line.startswith("#"):
            continue
        # the line may hold a secret, so it is not repeated
        key, equals, value = line.partition("=")
        if not equals and key.strip() in kept:
            equals, value = "=", KEPT
        if not equals or not _ENV_NAME.fullmatch(key.strip()):
            raise Refusal(_("Line %d is not valid: write NAME=value.") % number)
        if "\0" in value and value != KEPT:
            raise Refusal(_("Line %d has a null character.") % number)
        if key.strip() in found:
            raise Refusal(_("%(name)s appears twice.") % {"name": key.strip()[:80]})
        found[key.strip()] = value
    return found


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """(number, line) of lines that are not empty. Only a newline ends a line."""
    for number, line in enumerate(text.replace("\r\n", "\n").split("\n"), start=1):
        if line.strip():
            yield number, line.lstrip()


def labels(lines: str) -> dict[str, str]:
    """key=value lines."""
    found: dict[str, str] = {}
    for number, line in _lines(lines):
        key, _equals, value = line.partition("=")
        key = key.strip()
        if not key:
            raise Refusal(_("Line %d has no name before the “=”.") % number)
        if key.startswith("io.haulout."):
            raise Refusal(_("Labels that start with io.haulout. are reserved for Haulout."))
        if key in found:
            raise Refusal(_("%(name)s appears twice.") % {"name": key[:80]})
        found[key] = value
    return found


def size(text: str, *, thousands: bool = False) -> int:
    """Bytes of `64m`, `1.5 GiB` or a plain number (hosts.sizes)."""
    found = sizes.read(text, thousands=thousands)
    if found is None:
        raise Refusal(_("“%s” is not a size: write 512m or 2g.") % text[:40])
    return found


def memory(text: str) -> int:
    """A memory limit in bytes. 0 for empty text."""
    if not text.strip():
        return 0
    value = size(text)
    if value < 6 * 1024 * 1024:
        raise Refusal(_("A container needs at least 6 MiB of memory."))
    if value > 2**60:
        raise Refusal(_("“%s” is more memory than any machine has.") % text[:40])
    return value


def pids(text: str) -> int:
    """A process limit. -1: no limit, 0 for empty text."""
    text = text.strip()
    if not text:
        return 0
    if text == "-1":
        return -1
    # 2^22 is the kernel's limit
    if not re.fullmatch(r"[0-9]{1,7}", text) or not 1 <= int(text) <= 4_194_304:
        raise Refusal(_("“%s” is not a number of processes: enter 1 or more, or -1.") % text[:40])
    return int(text)


def cpus(text: str) -> float:
    """Processors, such as 0.5. 0 for empty text."""
    if not text.strip():
        return 0.0
    text = text.strip()
    if not re.fullmatch(r"[0-9]{0,5}(\.[0-9]{0,6})?", text) or text == ".":
        raise Refusal(_("“%s” is not a number of CPUs: write 0.5 or 2.") % text[:40])
    value = float(text)
    # the kernel's smallest quota is 1 ms of 100 ms
    if not 0.01 <= value <= 4096:
        raise Refusal(_("Enter between 0.01 and 4096 CPUs."))
    return value


def restart(text: str) -> tuple[str, int | None]:
    """A restart policy, and the number of tries of `on-failure:3`."""
    policy, colon, tries = text.strip().partition(":")
    if (policy or "no") not in RESTART or (colon and not re.fullmatch("[0-9]{1,6}", tries)):
        raise Refusal(_("“%s” is not a restart policy.") % text[:40])
    if colon and policy != "on-failure":
        raise Refusal(_("Only on-failure has a number of retries."))
    return policy or "no", int(tries) if colon else None


def user_namespace(text: str) -> str:
    """Common values of podman run --userns."""
    text = text.strip()
    mode = text.partition(":")[0]
    if mode not in USERNS:
        raise Refusal(
            _("“%s” is not a user namespace: use keep-id, auto, nomap or host.") % text[:40]
        )
    options = text.removeprefix(mode)
    if mode in ("container", "ns"):
        if not re.fullmatch(r":[a-zA-Z0-9/][^\s,]*", options):
            raise Refusal(_("Write container:name, or ns:/path."))
        return text
    if options and not (mode in ("keep-id", "auto") and _USERNS_OPTIONS.fullmatch(options)):
        raise Refusal(_("Write options like keep-id:uid=1000,gid=1000 or auto:size=4096."))
    return text


def network(text: str) -> str:
    """A network's name or one of Podman's modes. Empty: the default."""
    text = text.strip()
    if text and not _NAME.fullmatch(text):
        raise Refusal(_("“%s” is not a valid network name.") % text[:80])
    return text
