"""Kinds about a container's confinement: privileged, namespaces, capabilities, devices, options."""

from collections.abc import Iterator

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

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
from hosts.guardrails.proposal import Part, PartType
from hosts.refusals import Refusal

_MADE = frozenset(
    (PartType.CONTAINER, PartType.POD, PartType.JOINED, PartType.BUILD, PartType.EXEC)
)
_SPACES = (
    ("network", _("network")),
    ("pid", _("processes (pid)")),
    ("ipc", _("shared memory (ipc)")),
    ("uts", _("host name (uts)")),
    ("user", _("users")),
    ("cgroup", _("cgroup")),
)


def _capability(text: str) -> str:
    name = text.strip().upper().removeprefix("CAP_")
    if not name.replace("_", "").isalnum():
        raise Refusal(_now("“%s” is not a capability: write NET_BIND_SERVICE.") % text[:40])
    return name


def _device(text: str) -> str:
    text = text.strip()
    if not text or (not text.startswith("/dev/") and "=" not in text):
        raise Refusal(_now("Write a path below /dev, or a CDI device such as nvidia.com/gpu=all."))
    return text


def _privileged(_settings: Settings, part: Part) -> Iterator[Breach]:
    for fact in part.privileged:
        yield (
            where(part, fact.field),
            _now("it gets all rights of its user on the host."),
        )


def _spaces(settings: Settings, part: Part) -> Iterator[Breach]:
    allowed = lines_of(settings, "allow")
    for space in part.spaces:
        words = {"space": space.name, "value": space.value}
        if space.mode == "host":
            if space.name not in allowed:
                yield (
                    where(part, space.field),
                    _now("it shares the host's namespace: %(space)s.") % words,
                )
        elif space.mode == "path":
            yield (
                where(part, space.field),
                _now("it joins a namespace by its path: %(value)s.") % words,
            )
        elif not is_ticked(settings, "join"):
            text = _now("it joins the namespace of another container: %(space)s of %(value)s.")
            yield where(part, space.field), text % words


def _capabilities(settings: Settings, part: Part) -> Iterator[Breach]:
    allowed = lines_of(settings, "allow")
    for fact in part.capabilities:
        if fact.value not in allowed:
            yield where(part, fact.field), _now("it adds the capability %s.") % fact.value
    if (
        is_ticked(settings, "drop_all")
        and part.what is PartType.CONTAINER
        and "ALL" not in part.dropped
    ):
        yield where(part, "cap_drop"), _now("it does not drop all capabilities (ALL) first.")


def _devices(settings: Settings, part: Part) -> Iterator[Breach]:
    allowed = lines_of(settings, "allow")
    for fact in part.devices:
        # a path with .. is not what it looks like
        if ".." in fact.value or not matches(fact.value, allowed):
            yield where(part, fact.field), _now("it gets a device of the host: %s.") % fact.value


def _options(settings: Settings, part: Part) -> Iterator[Breach]:
    allowed = lines_of(settings, "allow")
    for fact in part.security:
        if not matches(fact.value, allowed):
            yield where(part, fact.field), _now("it changes its confinement: %s.") % fact.value
    if (
        is_ticked(settings, "no_new_privileges")
        and part.what is PartType.CONTAINER
        and not part.no_new_privileges
    ):
        yield where(part, "no_new_privileges"), _now("it does not set no-new-privileges.")


PRIVILEGED = Kind(
    "privileged",
    _("Privileged"),
    _("Containers, pods and commands inside with all rights of their user on the host."),
    "shield-alert",
    _MADE,
    judge=_privileged,
)
NAMESPACES = Kind(
    "host_namespaces",
    _("Namespaces of the host"),
    _(
        "Sharing the host's network, processes, memory or users, and joining namespaces of "
        "other containers."
    ),
    "network",
    _MADE | {PartType.NETWORK},
    (
        Setting("allow", _("These may be shared"), Shape.CHOICES, choices=_SPACES),
        Setting("join", _("May join the namespaces of other containers"), Shape.TICK),
    ),
    _spaces,
)
CAPABILITIES = Kind(
    "capabilities",
    _("Capabilities"),
    _("Capabilities beyond Podman's defaults."),
    "key-round",
    _MADE,
    (
        Setting(
            "allow",
            _("Capabilities that may be added"),
            example="NET_BIND_SERVICE",
            read=_capability,
        ),
        Setting("drop_all", _("Each container must drop all others first (ALL)"), Shape.TICK),
    ),
    _capabilities,
)
DEVICES = Kind(
    "devices",
    _("Devices"),
    _("Devices of the host in containers, device cgroup rules, devices of other containers."),
    "hard-drive",
    _MADE | {PartType.LIMITS},
    (Setting("allow", _("Allowed devices"), example="/dev/fuse", read=_device),),
    _devices,
)
SECURITY = Kind(
    "security_options",
    _("Security options"),
    _(
        "Profiles of seccomp and AppArmor, labels of SELinux, unmasked paths, kernel settings, other "
        "runtimes and cgroups, annotations that a runtime reads."
    ),
    "shield",
    _MADE | {PartType.LIMITS},
    (
        Setting(
            "allow",
            _("Allowed options"),
            help=_("As podman writes them, with * for any text: label=type:*, sysctl=net.core.*"),
            example="sysctl=net.ipv4.ip_unprivileged_port_start",
        ),
        Setting("no_new_privileges", _("Each container must set no-new-privileges"), Shape.TICK),
    ),
    _options,
)
KINDS = (PRIVILEGED, NAMESPACES, CAPABILITIES, DEVICES, SECURITY)
