"""The fields of a container as Docker's clients make one (POST /containers/create), up to their API 1.51.

What Podman reads of them stands in pkg/api/handlers/compat/containers_create.go; the others are taken and
left out of what is sent.
"""

# of the container, of those that say no more than its own spec does
CALM = frozenset(
    """
    ArgsEscaped AttachStderr AttachStdin AttachStdout Cmd Domainname Entrypoint Env EnvMerge
    ExposedPorts Healthcheck Hostname Image Labels MacAddress OnBuild OpenStdin Shell StdinOnce
    StopSignal StopTimeout Tty UnsetEnv UnsetEnvAll User Volumes WorkingDir
    """.split()  # noqa: SIM905 - a list would be three screens long
)
CONTAINER = CALM | {"HostConfig", "NetworkingConfig", "NetworkDisabled", "Name"}
# of the host
JUDGED = frozenset(
    """
    Annotations Binds CapAdd CapDrop CgroupParent CgroupnsMode DeviceCgroupRules DeviceRequests Devices
    GroupAdd IpcMode LogConfig Memory MemoryReservation MemorySwap Mounts NanoCpus CpuPeriod CpuQuota
    CpuShares NetworkMode PidMode PidsLimit PortBindings Privileged PublishAllPorts SecurityOpt
    StorageOpt Sysctls Tmpfs UTSMode UsernsMode VolumesFrom
    """.split()  # noqa: SIM905
)
HOST_CALM = frozenset(
    """
    AutoRemove BlkioWeight CpuRealtimePeriod CpuRealtimeRuntime CpusetCpus CpusetMems Dns DnsOptions
    DnsSearch ExtraHosts Init MemorySwappiness OomKillDisable OomScoreAdj ReadonlyRootfs RestartPolicy
    ShmSize Ulimits
    """.split()  # noqa: SIM905
)
# which Podman does not read, or which say how the client itself goes on
UNSENT = frozenset(
    """
    ConsoleSize ContainerIDFile CpuCount CpuPercent IOMaximumBandwidth IOMaximumIOps Isolation
    KernelMemory KernelMemoryTCP
    """.split()  # noqa: SIM905
)
# which are taken only while they say nothing
EMPTY = frozenset(
    """
    BlkioDeviceReadBps BlkioDeviceReadIOps BlkioDeviceWriteBps BlkioDeviceWriteIOps BlkioWeightDevice
    Cgroup Links MaskedPaths ReadonlyPaths Runtime VolumeDriver
    """.split()  # noqa: SIM905
)
HOST = JUDGED | HOST_CALM | UNSENT | EMPTY
# of a container that gets other limits, what Podman reads (pkg/api/handlers/compat/containers.go)
UPDATE_SENT = frozenset(
    """
    BlkioWeight CpuPeriod CpuQuota CpuRealtimePeriod CpuRealtimeRuntime CpuShares CpusetCpus CpusetMems
    Memory MemoryReservation MemorySwap PidsLimit RestartPolicy
    """.split()  # noqa: SIM905
)
# and what it does not read
UPDATE_EMPTY = frozenset(
    """
    BlkioDeviceReadBps BlkioDeviceReadIOps BlkioDeviceWriteBps BlkioDeviceWriteIOps BlkioWeightDevice
    CgroupParent CpuCount CpuPercent DeviceCgroupRules DeviceRequests Devices IOMaximumBandwidth
    IOMaximumIOps KernelMemory KernelMemoryTCP MemorySwappiness OomKillDisable Ulimits
    """.split()  # noqa: SIM905
)
UPDATE = UPDATE_SENT | UPDATE_EMPTY | {"NanoCpus"}
POLICY = ("Name", "MaximumRetryCount")
MOUNT = (
    "Type",
    "Source",
    "Target",
    "ReadOnly",
    "Consistency",
    "BindOptions",
    "VolumeOptions",
    "TmpfsOptions",
)
BIND = ("Propagation", "NonRecursive", "CreateMountpoint")
VOLUME = ("NoCopy", "Labels", "DriverConfig", "Subpath")
TMPFS = ("SizeBytes", "Mode", "Options")
DEVICE = ("PathOnHost", "PathInContainer", "CgroupPermissions")
DEVICE_REQUEST = ("Driver", "Count", "DeviceIDs", "Capabilities", "Options")
PORT = ("HostIp", "HostPort")
LOG = ("Type", "Config")
NETWORKING = ("EndpointsConfig",)
ENDPOINT = frozenset(
    """
    Aliases DNSNames DriverOpts EndpointID Gateway GlobalIPv6Address GlobalIPv6PrefixLen GwPriority
    IPAMConfig IPAddress IPPrefixLen IPv6Gateway Links MacAddress NetworkID
    """.split()  # noqa: SIM905
)
ENDPOINT_SENT = ("Aliases", "IPAMConfig", "MacAddress")
ADDRESSES = ("IPv4Address", "IPv6Address", "LinkLocalIPs")
