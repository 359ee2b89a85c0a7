"""Kinds about limits, ports, users and labels."""

import ipaddress
import re
from collections.abc import Iterator

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from hosts import sizes
from hosts.guardrails.kinds.kind import (
    Breach,
    Kind,
    Setting,
    Settings,
    Shape,
    is_ticked,
    lines_of,
    where,
)
from hosts.guardrails.kinds.matching import matches
from hosts.guardrails.proposal import Part, PartType, Port
from hosts.refusals import Refusal

_LIMITS = (("memory", _("memory")), ("cpus", _("CPUs")), ("pids", _("processes (pids)")))
_HIGHEST = 65_535


def _memory(text: str) -> str:
    if sizes.read(text) is None:
        raise Refusal(_now("“%s” is not a size: write 2g.") % text[:40])
    return text.strip()


def _number(text: str) -> str:
    try:
        number = float(text)
    except ValueError as exc:
        raise Refusal(_now("“%s” is not a number.") % text[:40]) from exc
    if not 0 < number < 1e9:
        raise Refusal(_now("Write a number above 0."))
    return text.strip()


def _most(settings: Settings, name: str) -> float | None:
    text = str(settings.get(f"{name}_most") or "")
    if not text:
        return None
    if name == "memory":
        return sizes.read(text)
    try:
        return float(text)
    except ValueError:
        return None


def _limits(settings: Settings, part: Part) -> Iterator[Breach]:
    needed = lines_of(settings, "need")
    for name, _label in _LIMITS:
        given, most = part.limits.get(name), _most(settings, name)
        field = where(part, f"limits.{name}")
        label = {"memory": _now("memory"), "cpus": _now("CPUs"), "pids": _now("processes (pids)")}[
            name
        ]
        if given is None:
            if part.what is PartType.CONTAINER and (name in needed or most is not None):
                yield field, _now("it sets no limit: %s.") % label
        elif given <= 0:
            if name in needed or most is not None:
                yield field, _now("it removes the limit: %s.") % label
        elif most is not None and given > most:
            value = sizes.words(int(given)) if name == "memory" else f"{given:g}"
            bound = sizes.words(int(most)) if name == "memory" else f"{most:g}"
            words = _now("%(label)s: %(given)s is more than %(most)s.")
            yield field, words % {"label": label, "given": value, "most": bound}


def _ports_read(text: str) -> str:
    match = re.fullmatch(r"\s*([0-9]{1,5})\s*(?:-\s*([0-9]{1,5}))?\s*", text)
    if match is None:
        raise Refusal(_now("“%s” is not a port or range: write 8000 or 8000-8999.") % text[:40])
    first, last = int(match[1]), int(match[2] or match[1])
    if not 1 <= first <= last <= _HIGHEST:
        raise Refusal(_now("Ports go from 1 to 65535."))
    return f"{first}-{last}" if last > first else str(first)


def _address(text: str) -> str:
    try:
        return str(ipaddress.ip_address(text.strip()))
    except ValueError as exc:
        raise Refusal(_now("“%s” is not an IP address.") % text[:60]) from exc


def _ports(settings: Settings, part: Part) -> Iterator[Breach]:
    for port in part.ports:
        if port.first < 0:
            yield where(part, port.field), _now("on the host's network it can open any port.")
            continue
        if words := _closed(settings, port):
            yield where(part, port.field), words
        addresses = lines_of(settings, "addresses")
        given = _same_address(port.address)
        if addresses and given not in addresses:
            address = port.address or _now("all addresses")
            yield where(part, port.field), _now("it is published on %s.") % address


def _same_address(text: str) -> str:
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        return text


def _closed(settings: Settings, port: Port) -> str:
    if port.first == 0:
        return (
            ""
            if not is_ticked(settings, "no_random")
            else _now("Podman would choose the host's port.")
        )
    ranges = lines_of(settings, "allow")
    if not ranges:
        return ""
    last = port.first + port.count - 1
    for text in ranges:
        first, _dash, end = text.partition("-")
        if int(first) <= port.first and last <= int(end or first):
            return ""
    ports = str(port.first) if last == port.first else f"{port.first}-{last}"
    return _now("host port %(port)s is not one of %(allowed)s.") % {
        "port": ports,
        "allowed": ", ".join(ranges),
    }


def _users(settings: Settings, part: Part) -> Iterator[Breach]:
    field = where(part, "user")
    if part.user is None:
        if is_ticked(settings, "no_root") and part.what is PartType.CONTAINER:
            yield (
                field,
                _now("it sets no user, so the image's user applies, which may be root."),
            )
        elif lines_of(settings, "allow") and part.what is PartType.CONTAINER:
            yield field, _now("it sets no user.")
        return
    field = where(part, part.user.field)
    name = user_name(part.user.value)
    allowed = lines_of(settings, "allow")
    if is_ticked(settings, "no_root") and name in ("0", "root", ""):
        yield field, _now("it runs as root.")
    elif allowed and not matches(name, allowed):
        yield field, _now("%s is not one of the allowed users.") % name


def user_name(text: str) -> str:
    """The user of `user:group`. Numbers are normalized: +0 and 00 are 0."""
    name = text.partition(":")[0].strip()
    try:
        # as Podman's strconv.Atoi: +0 and 00 are root too
        return str(int(name)) if name.isascii() and re.fullmatch(r"[+-]?[0-9]+", name) else name
    except ValueError:
        return name


def _label(text: str) -> str:
    name, _equals, _value = text.strip().partition("=")
    if not name or " " in name:
        raise Refusal(
            _now("“%s” is not valid: write a label name, or name=value with * for any text.")
            % text[:80]
        )
    return text.strip()


def _labels(settings: Settings, part: Part) -> Iterator[Breach]:
    for line in lines_of(settings, "require"):
        name, equals, value = line.partition("=")
        given = part.labels.get(name)
        if given is None:
            yield where(part, "labels"), _now("the label %s is missing.") % name
        elif equals and not matches(given, [value]):
            words = _now("the label %(name)s must be %(value)s.")
            yield where(part, f"labels.{name}"), words % {"name": name, "value": value}
    refused = lines_of(settings, "refuse")
    for name in part.labels:
        if matches(name, refused) and not name.startswith("io.haulout."):
            yield where(part, f"labels.{name}"), _now("the label %s is forbidden.") % name


LIMITS = Kind(
    "limits",
    _("Limits"),
    _("Limits that every container must have, and their maximum, also when they are changed."),
    "gauge",
    frozenset((PartType.CONTAINER, PartType.POD, PartType.LIMITS)),
    (
        Setting("need", _("Every container must limit"), Shape.CHOICES, choices=_LIMITS),
        Setting("memory_most", _("Memory, at most"), Shape.LINE, example="2g", read=_memory),
        Setting("cpus_most", _("CPUs, at most"), Shape.LINE, example="2", read=_number),
        Setting("pids_most", _("Processes, at most"), Shape.LINE, example="500", read=_number),
    ),
    _limits,
)
PORTS = Kind(
    "ports",
    _("Ports"),
    _("Which host ports may be published, and on which addresses."),
    "plug",
    frozenset((PartType.CONTAINER, PartType.POD, PartType.JOINED, PartType.BUILD)),
    (
        Setting("allow", _("Allowed; empty: all"), example="8000-8999", read=_ports_read),
        Setting("addresses", _("Only on these addresses"), example="127.0.0.1", read=_address),
        Setting("no_random", _("Podman may not choose a free port itself"), Shape.TICK),
    ),
    _ports,
)
USERS = Kind(
    "users",
    _("Users"),
    _("Which users may run containers and commands inside."),
    "user",
    frozenset((PartType.CONTAINER, PartType.EXEC)),
    (
        Setting("no_root", _("Not as root; a container must name its user"), Shape.TICK),
        Setting("allow", _("Allowed users; empty: all"), example="1000"),
    ),
    _users,
)
LABELS = Kind(
    "labels",
    _("Labels"),
    _("Labels that containers, pods, volumes and networks must or must not have."),
    "tags",
    frozenset((PartType.CONTAINER, PartType.POD, PartType.VOLUME, PartType.NETWORK)),
    (
        Setting("require", _("Required"), example="team=*", read=_label),
        Setting("refuse", _("Forbidden"), example="traefik.*", read=_label),
    ),
    _labels,
)
KINDS = (LIMITS, PORTS, USERS, LABELS)
