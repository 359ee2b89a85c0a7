"""What would come to be, in one neutral shape: the same for a spec, a kube file, a build, an exec.

Builders (the other modules of this room) make it, kinds of rules (kinds/) judge it. A fact carries
the field that said it, so that a refusal names what to change. Paths and names are as they were
given; nothing here asks a host or the database.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum


class What(StrEnum):
    """What a part is; a kind of rule says which of them it concerns."""

    CONTAINER = "container"
    POD = "pod"
    VOLUME = "volume"
    NETWORK = "network"
    BUILD = "build"
    EXEC = "exec"
    IMAGE = "image"
    LIMITS = "limits"
    # a pod that is there, of what a container gets by joining it
    JOINED = "joined"
    # what goes from the host to a registry
    PUSH = "push"


@dataclass(frozen=True, slots=True)
class Fact:
    """A value and the field that said it."""

    value: str
    field: str


@dataclass(frozen=True, slots=True)
class Space:
    """A namespace (`name`: network, pid, …) that is not its own: mode host, container, path, …"""

    name: str
    mode: str
    value: str
    field: str


@dataclass(frozen=True, slots=True)
class Mount:
    """What gets in from outside. `type`: bind, volume, tmpfs, overlay, rootfs, from (another
    container's), log, file, …; `source` a path of the host, or a name.
    """

    type: str
    source: str
    target: str
    options: tuple[str, ...]
    field: str


@dataclass(frozen=True, slots=True)
class Port:
    """`first` of `count` ports of the host; 0: Podman takes a free one; -1: any, by its network."""

    first: int
    count: int
    address: str
    field: str


@dataclass(slots=True)
class Part:
    """One container, pod, volume, … of what is proposed. Limits: bytes, cores, a number; 0 or less:
    none at all; absent: not said. `user` None: the image's own. `origin`: where an image comes from
    that has no name to judge.
    """

    what: What
    name: str = ""
    privileged: list[Fact] = field(default_factory=list)
    spaces: list[Space] = field(default_factory=list)
    capabilities: list[Fact] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)
    devices: list[Fact] = field(default_factory=list)
    security: list[Fact] = field(default_factory=list)
    mounts: list[Mount] = field(default_factory=list)
    images: list[Fact] = field(default_factory=list)
    # names that images get: by a build, a tag, a commit; and in a registry
    names: list[Fact] = field(default_factory=list)
    # and names that are fetched anew, whatever has them
    pulled: list[str] = field(default_factory=list)
    origins: list[Fact] = field(default_factory=list)
    limits: dict[str, float] = field(default_factory=dict)
    ports: list[Port] = field(default_factory=list)
    user: Fact | None = None
    labels: dict[str, str] = field(default_factory=dict)
    no_new_privileges: bool = False
    # before a field's name in what is said: spec.containers[0].
    at: str = ""

    def give_all_rights(self, at: str) -> None:
        """What is privileged has every capability and device, and nothing that confines it."""
        self.privileged.append(Fact("privileged", at))
        self.capabilities.append(Fact("ALL", at))
        self.devices.append(Fact("all of the host", at))
        self.security.append(Fact("privileged", at))


@dataclass(frozen=True, slots=True)
class Proposed:
    """`verb`: the road. `unknown`: fields that no builder knows, by their names. `written`: makes the text
    of what was written, where that says more than the parts; most are judged and never shown.
    """

    verb: str
    parts: tuple[Part, ...] = ()
    unknown: tuple[str, ...] = ()
    written: Callable[[], str] | None = field(default=None, compare=False, repr=False)

    @property
    def given_names(self) -> list[str]:
        """Names that images on the host get or may get: what has one of them loses it. One with a digest
        means the same image for ever.
        """
        found: dict[str, None] = {}
        for part in self.parts:
            if part.what is not What.PUSH:
                found |= dict.fromkeys((*(fact.value for fact in part.names), *part.pulled))
        return [name for name in found if "@" not in name]

    @property
    def text(self) -> str:
        """What was written, what looks like a secret hidden (hosts.guardrails.masked); "" where the parts
        say it all.
        """
        return self.written() if self.written else ""


def nothing(verb: str) -> Proposed:
    """Of a road that sometimes makes nothing new."""
    return Proposed(verb)
