"""The list shapes that we store, as Podman 4.3, 5.4 and 5.8 send them. Keys may be absent."""

from typing import Any, NotRequired, TypedDict


class PortMapping(TypedDict):
    """One published range: `range` ports from `host_port` on; `protocol` may join two ("tcp")."""

    host_ip: str
    container_port: int
    host_port: int
    range: int
    protocol: str


class ContainerListItem(TypedDict, total=False):
    """One of `containers/json`. Times: `Created` is RFC 3339, `StartedAt` and `ExitedAt` seconds.

    `Status` (free text that changes with time) is not to be stored.
    """

    Id: str
    Names: list[str]
    Image: str
    ImageID: str
    Command: list[str] | None
    State: str
    Status: str
    Created: str
    StartedAt: int
    Exited: bool
    ExitedAt: int
    ExitCode: int
    Restarts: int
    Pid: int
    Labels: dict[str, str] | None
    Mounts: list[str] | None
    Networks: list[str] | None
    Ports: list[PortMapping] | None
    ExposedPorts: dict[str, list[str]] | None
    Pod: str
    PodName: str
    IsInfra: bool
    AutoRemove: bool
    Namespaces: dict[str, str]
    Size: dict[str, int] | None
    CIDFile: str
    CreatedAt: str


class PodContainer(TypedDict, total=False):
    """A container as a pod lists it."""

    Id: str
    Names: str
    Status: str
    RestartCount: int


class PodListItem(TypedDict, total=False):
    """One of `pods/json`. `Status` is the state: Created, Running, Degraded, Exited, …"""

    Id: str
    Name: str
    Status: str
    Created: str
    InfraId: str
    Cgroup: str
    Namespace: str
    Containers: list[PodContainer] | None
    Networks: list[str] | None
    Labels: dict[str, str] | None


class ImageListItem(TypedDict, total=False):
    """One of `images/json`. `Created` in seconds, sizes in bytes."""

    Id: str
    ParentId: str
    Names: list[str] | None
    RepoTags: list[str] | None
    RepoDigests: list[str] | None
    History: list[str] | None
    Digest: str
    Created: int
    Size: int
    SharedSize: int
    VirtualSize: int
    Containers: int
    Dangling: bool
    ReadOnly: bool
    IsManifestList: bool
    Labels: dict[str, str] | None
    Arch: str
    Os: str


class VolumeItem(TypedDict, total=False):
    """One of `volumes/json`; its name is its id. `CreatedAt` is RFC 3339."""

    Name: str
    Driver: str
    Mountpoint: str
    CreatedAt: str
    Labels: dict[str, str] | None
    Options: dict[str, str] | None
    Scope: str
    Anonymous: bool
    UID: int
    GID: int
    MountCount: int
    NeedsCopyUp: bool
    NeedsChown: bool
    LockNumber: int
    Status: dict[str, Any]


class Subnet(TypedDict, total=False):
    """A subnet of a network, with its gateway."""

    subnet: str
    gateway: str


class NetworkItem(TypedDict, total=False):
    """One of `networks/json` (lower case since Podman 4). `created` is RFC 3339."""

    id: str
    name: str
    driver: str
    network_interface: str
    created: str
    subnets: list[Subnet] | None
    ipv6_enabled: bool
    internal: bool
    dns_enabled: bool
    labels: dict[str, str] | None
    options: dict[str, str] | None
    ipam_options: dict[str, str] | None


class Actor(TypedDict):
    """What an event is about: its id, and its name, image, labels and more as attributes."""

    ID: str
    Attributes: dict[str, str] | None


class Event(TypedDict):
    """One line of `events`. `Type`: container, pod, image, volume, network, system, …

    `Action`: create, start, died, remove, pull, health_status, …; only the last has `HealthStatus`
    (starting, healthy, unhealthy).
    """

    Type: str
    Action: str
    Actor: Actor
    scope: str
    time: int
    timeNano: int
    HealthStatus: NotRequired[str]
