"""What is to be made, in one neutral form for specs, kube files, builds and exec.

The modules `from_*` build it, and kinds of rules judge it. Each fact has its field, so that a refusal names
what to change. Paths and names are as given. Asks neither a host nor the database.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum


class PartType(StrEnum):
    """What a part is. A kind of rule lists the types that it judges."""

    CONTAINER = "container"
    POD = "pod"
    VOLUME = "volume"
    NETWORK = "network"
    BUILD = "build"
    EXEC = "exec"
    IMAGE = "image"
    LIMITS = "limits"
    # what a container gets from a pod that it joins
    JOINED = "joined"
    # an image that is pushed
    PUSH = "push"


@dataclass(frozen=True, slots=True)
class Fact:
    """A value and the field that it comes from."""

    value: str
    field: str


@dataclass(frozen=True, slots=True)
class Namespace:
    """A shared namespace (`name`: network, pid, …). `mode`: host, container, path, …"""

    name: str
    mode: str
    value: str
    field: str


@dataclass(frozen=True, slots=True)
class Mount:
    """A mount. `type`: bind, volume, tmpfs, overlay, rootfs, from, log, file, … `from` takes the mounts of
    another container. `source`: a host path or a name.
    """

    type: str
    source: str
    target: str
    options: tuple[str, ...]
    field: str


@dataclass(frozen=True, slots=True)
class Port:
    """`count` host ports from `first`. 0: Podman chooses a free one. -1: any, by the host's network."""

    first: int
    count: int
    address: str
    field: str


@dataclass(slots=True)
class Part:
    """One container, pod, volume, … of a proposal. Limits are in bytes, cores or processes. A limit of 0 or
    less is unlimited, and an absent one is not set. `user` None: the image's own. `origins`: image sources
    without a name to judge.
    """

    what: PartType
    name: str = ""
    privileged: list[Fact] = field(default_factory=list)
    spaces: list[Namespace] = field(default_factory=list)
    capabilities: list[Fact] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)
    devices: list[Fact] = field(default_factory=list)
    security: list[Fact] = field(default_factory=list)
    mounts: list[Mount] = field(default_factory=list)
    images: list[Fact] = field(default_factory=list)
    # names that images get by a build, tag, commit or push
    names: list[Fact] = field(default_factory=list)
    # names that are pulled even if an image has them
    pulled: list[str] = field(default_factory=list)
    origins: list[Fact] = field(default_factory=list)
    limits: dict[str, float] = field(default_factory=dict)
    ports: list[Port] = field(default_factory=list)
    user: Fact | None = None
    labels: dict[str, str] = field(default_factory=dict)
    no_new_privileges: bool = False
    # prefix of field names in messages: spec.containers[0].
    at: str = ""

    def give_all_rights(self, at: str) -> None:
        """Privileged: every capability and device, and no confinement."""
        self.privileged.append(Fact("privileged", at))
        self.capabilities.append(Fact("ALL", at))
        self.devices.append(Fact("all of the host", at))
        self.security.append(Fact("privileged", at))


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a `verb` is to make. `unknown`: fields that no builder knows. `written`: makes the full text
    where that says more than the parts. Most proposals are judged and never shown.
    """

    verb: str
    parts: tuple[Part, ...] = ()
    unknown: tuple[str, ...] = ()
    written: Callable[[], str] | None = field(default=None, compare=False, repr=False)

    @property
    def given_names(self) -> list[str]:
        """Names that images on the host get or may get. An image that has such a name now loses it. Names
        with a digest are left out: they always mean the same image.
        """
        found: dict[str, None] = {}
        for part in self.parts:
            if part.what is not PartType.PUSH:
                found |= dict.fromkeys((*(fact.value for fact in part.names), *part.pulled))
        return [name for name in found if "@" not in name]

    @property
    def text(self) -> str:
        """The full text with secrets hidden (hosts.guardrails.masked), or ""."""
        return self.written() if self.written else ""


def empty_proposal(verb: str) -> Proposal:
    """The proposal of an action that makes nothing this time."""
    return Proposal(verb)
