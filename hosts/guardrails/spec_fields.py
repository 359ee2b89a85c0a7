"""The fields of Podman's SpecGenerator and PodSpecGenerator, up to 6.1 (pkg/specgen).

A field that is missing here is refused by its name wherever a guardrail applies.
"""

# fields that give no rights and reach nothing outside: they need no judging
_CALM_OF_BOTH = """
    labels name hostname Networks cni_networks dns_server dns_search dns_option hostadd
    restart_policy restart_tries shm_size shm_size_systemd throttleReadBpsDevice static_ip static_mac
    static_ipv6
"""
CALM_CONTAINER = frozenset(
    f"""{_CALM_OF_BOTH}
    pod entrypoint command httpproxy env terminal stdin stop_signal stop_timeout timeout remove
    removeImage containerCreateCommand timezone dependencyContainers secret_env init_container_type
    personality envmerge unsetenv unsetenvall passwd_entry group_entry manage_password image_os
    image_arch image_variant image_volume_mode init work_dir create_working_dir secrets volatile
    systemd sdnotifyMode hostusers umask read_only_filesystem read_write_tmpfs mask expose
    use_image_resolve_conf use_image_hosts use_image_hostname rlimits r_limits oom_score_adj
    weightDevice throttleWriteBpsDevice throttleReadIOPSDevice throttleWriteIOPSDevice intelRdt
    healthconfig health_check_on_failure_action startupHealthConfig healthMaxLogCount
    healthMaxLogSize rootfs_overlay rootfs_mapping chroot_directories namespace cap_drop
    idmappings
    """.split()
)
JUDGED_CONTAINER = frozenset(
    """
    image raw_image_name rootfs privileged user groups cap_add selinux_opts label_nested
    apparmor_profile seccomp_policy seccomp_profile_path no_new_privileges procfs_opts unmask
    annotations sysctl oci_runtime env_host cgroup_parent cgroups_mode unified storage_opts
    rootfs_propagation pidns utsns ipcns netns userns cgroupns mounts volumes overlay_volumes
    image_volumes volumes_from init_path base_hosts_file conmon_pid_file log_configuration
    healthLogDestination devices device_cgroup_rule devices_from host_device_list resource_limits
    portmappings publish_image_ports cpu_period cpu_quota network_options artifact_volumes
    """.split()  # noqa: SIM905
)
CONTAINER = CALM_CONTAINER | JUDGED_CONTAINER
CALM_POD = frozenset(
    f"""{_CALM_OF_BOTH}
    exit_policy no_infra infra_command infra_name shared_namespaces pod_create_command share_parent
    no_manage_resolv_conf no_manage_hostname no_manage_hosts serviceContainerID idmappings
    """.split()
)
JUDGED_POD = frozenset(
    """
    infra_conmon_pid_file infra_image ipcns utsns pidns userns netns pod_devices sysctl security_opt
    portmappings hosts_file mounts volumes overlay_volumes image_volumes volumes_from cgroup_parent
    resource_limits cpu_period cpu_quota network_options
    """.split()  # noqa: SIM905
)
POD = CALM_POD | JUDGED_POD

SPACES = {
    "netns": "network",
    "pidns": "pid",
    "ipcns": "ipc",
    "utsns": "uts",
    "userns": "user",
    "cgroupns": "cgroup",
}
# modes of a namespace (pkg/specgen/namespaces.go)
MODES = (
    "",
    "default",
    "private",
    "host",
    "path",
    "ns",
    "container",
    "pod",
    "from-pod",
    "none",
    "bridge",
    "slirp4netns",
    "pasta",
    "shareable",
    "auto",
    "keep-id",
    "no-map",
    "nomap",
)
MOUNT = ("destination", "type", "source", "options", "uidMappings", "gidMappings")
VOLUME = ("Name", "Dest", "Options", "IsAnonymous", "SubPath")
OVERLAY = ("destination", "source", "options")
IMAGE_VOLUME = ("Source", "Destination", "ReadWrite", "subPath")
ARTIFACT = ("source", "destination", "digest", "title", "name")
DEVICE = ("path", "type", "major", "minor", "fileMode", "uid", "gid")
DEVICE_RULE = ("allow", "type", "major", "minor", "access")
PORT = ("host_ip", "container_port", "host_port", "range", "protocol")
LOG = ("driver", "path", "size", "options")
RESOURCES = (
    "devices",
    "memory",
    "cpu",
    "pids",
    "blockIO",
    "hugepageLimits",
    "network",
    "rdma",
    "unified",
)
MEMORY = (
    "limit",
    "reservation",
    "swap",
    "kernel",
    "kernelTCP",
    "swappiness",
    "disableOOMKiller",
    "useHierarchy",
    "checkBeforeUpdate",
)
CPU = (
    "shares",
    "quota",
    "burst",
    "period",
    "realtimeRuntime",
    "realtimePeriod",
    "cpus",
    "mems",
    "idle",
)
# annotations for people and for Haulout, which no runtime reads
CALM_ANNOTATIONS = ("io.haulout.", "org.opencontainers.image.", "org.opencontainers.artifact.")
# annotations that Podman writes for its own inspect, beside a judged field
ECHOED_ANNOTATIONS = frozenset(
    f"io.podman.annotations.{name}"
    for name in ("userns", "seccomp", "apparmor", "label", "autoremove", "init", "publish-all")
)
