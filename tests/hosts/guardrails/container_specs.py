"""Escalating specs of containers, as they go to containers/create, laid over the permitted one."""

from tests.hosts.guardrails.permitted import LIMITS, Escalation, bind

E = Escalation

SPECS = [
    E("privileged", "privileged", {"privileged": True}),
    E("privileged in another case", "privileged", {"Privileged": True}),
    E("privileged in capitals", "privileged", {"PRIVILEGED": True}),
    E("privileged as a text", "privileged", {"privileged": "true"}),
    E("privileged has devices", "devices", {"privileged": True}),
    E("privileged has capabilities", "capabilities", {"privileged": True}),
    E("privileged is not confined", "security_options", {"privileged": True}),
    E("host network", "host_namespaces", {"netns": {"nsmode": "host"}}),
    E("host network opens ports", "ports", {"netns": {"nsmode": "host"}}),
    E("host pids", "host_namespaces", {"pidns": {"nsmode": "host"}}),
    E("host ipc", "host_namespaces", {"ipcns": {"nsmode": "host"}}),
    E("host uts", "host_namespaces", {"utsns": {"nsmode": "host"}}),
    E("host users", "host_namespaces", {"userns": {"nsmode": "host"}}),
    E("host cgroups", "host_namespaces", {"cgroupns": {"nsmode": "host"}}),
    E("namespace key folded", "host_namespaces", {"pidnſ": {"nſmode": "host"}}),
    E("pids of another", "host_namespaces", {"pidns": {"nsmode": "container", "value": "db"}}),
    E(
        "network by path",
        "host_namespaces",
        {"netns": {"nsmode": "path", "value": "/proc/1/ns/net"}},
    ),
    E("SYS_ADMIN", "capabilities", {"cap_add": ["CAP_SYS_ADMIN"]}),
    E("sys_admin in small letters", "capabilities", {"cap_add": ["sys_admin"]}),
    E("all capabilities", "capabilities", {"cap_add": ["ALL"]}),
    E("a disk", "devices", {"devices": [{"path": "/dev/sda"}]}),
    E("a disk under another name", "devices", {"devices": [{"path": "/dev/sda:/dev/fuse:rwm"}]}),
    E("a device by ..", "devices", {"devices": [{"path": "/dev/fuse/../sda"}]}),
    E("a device of CDI", "devices", {"devices": [{"path": "vendor.com/gpu=all"}]}),
    E(
        "all devices by cgroup",
        "devices",
        {"device_cgroup_rule": [{"allow": True, "type": "b", "access": "rwm"}]},
    ),
    E("devices of another", "devices", {"devices_from": ["db"]}),
    E("a listed device", "devices", {"host_device_list": [{"path": "/dev/mem"}]}),
    E(
        "a device rule among the limits",
        "devices",
        {"resource_limits": {**LIMITS, "devices": [{"allow": True, "access": "rwm"}]}},
    ),
    E("seccomp off", "security_options", {"seccomp_profile_path": "unconfined"}),
    E("seccomp of one's own", "security_options", {"seccomp_profile_path": "/tmp/p.json"}),
    E("seccomp of the image", "security_options", {"seccomp_policy": "image"}),
    E("apparmor off", "security_options", {"apparmor_profile": "unconfined"}),
    E("selinux off", "security_options", {"selinux_opts": ["disable"]}),
    E("selinux type", "security_options", {"selinux_opts": ["type:spc_t"]}),
    E("nested labels", "security_options", {"label_nested": True}),
    E("unmasked paths", "security_options", {"unmask": ["ALL"]}),
    E("proc options", "security_options", {"procfs_opts": ["hidepid=0"]}),
    E("kernel setting", "security_options", {"sysctl": {"kernel.core_pattern": "|/x"}}),
    E("another runtime", "security_options", {"oci_runtime": "/srv/data/evil"}),
    E("another cgroup parent", "security_options", {"cgroup_parent": "/"}),
    E("no cgroups", "security_options", {"cgroups_mode": "disabled"}),
    E("raw cgroup settings", "security_options", {"unified": {"memory.max": "max"}}),
    E("host's environment", "security_options", {"env_host": True}),
    E("groups kept", "security_options", {"groups": ["keep-groups"]}),
    E("storage options", "security_options", {"storage_opts": {"mount_program": "/x"}}),
    E("shared propagation of the root", "security_options", {"rootfs_propagation": "rshared"}),
    E(
        "an annotation for the runtime",
        "security_options",
        {"annotations": {"run.oci.keep_original_groups": "1"}},
    ),
    E(
        "the host's loopback",
        "security_options",
        {"network_options": {"slirp4netns": ["allow_host_loopback=true"]}},
    ),
    E(
        "a file written by the network",
        "security_options",
        {"network_options": {"pasta": ["--pcap,/root/.ssh/authorized_keys"]}},
    ),
    E(
        "an artifact from elsewhere",
        "images",
        {"artifact_volumes": [{"source": "docker.io/evil/x:1", "destination": "/x"}]},
    ),
    *(
        E(f"an order to a runtime, {name}", "security_options", {"annotations": {name: "x"}})
        for name in (
            "org.systemd.property.ExecStartPre",
            "krun.vm.exec",
            "run.oci.handler",
            "run.oci.mount_context_type",
            "io.katacontainers.config.hypervisor.path",
        )
    ),
    *(
        E(f"a mount that spreads, {kind} {way}", "mounts", spread)
        for way in ("shared", "rshared", "RShared")
        for kind, spread in (
            (
                "bind",
                {
                    "mounts": [
                        {
                            "type": "bind",
                            "source": "/srv/data/x",
                            "destination": "/x",
                            "options": [way],
                        }
                    ]
                },
            ),
            ("volume", {"volumes": [{"Name": "v", "Dest": "/x", "Options": [way.lower()]}]}),
        )
    ),
    E("an annotation for a hook", "security_options", {"annotations": {"com.example.hook": "x"}}),
    E("the root of the host", "mounts", bind("/", "rbind")),
    E("the socket", "mounts", bind("/run/podman/podman.sock")),
    E("out by ..", "mounts", bind("/srv/data/../../etc")),
    E("doubled slashes", "mounts", bind("//etc")),
    E("a sibling of the same head", "mounts", bind("/srv/data-secret")),
    E("a relative path", "mounts", bind("srv/data")),
    E("read-only and yet written", "mounts", bind("/srv/look/x", "rbind", "rw")),
    E("mounts that show on the host", "mounts", bind("/srv/data/x", "rshared")),
    E(
        "bound whatever the type says",
        "mounts",
        {"mounts": [{"type": "tmpfs", "source": "/", "destination": "/x", "options": ["rbind"]}]},
    ),
    E(
        "a file system of its own",
        "mounts",
        {"mounts": [{"type": "ext4", "source": "/dev/sda1", "destination": "/x"}]},
    ),
    E(
        "a folder under an overlay",
        "mounts",
        {"overlay_volumes": [{"source": "/etc", "destination": "/x", "options": ["O"]}]},
    ),
    E(
        "an overlay's upper folder",
        "mounts",
        {
            "overlay_volumes": [
                {
                    "source": "/srv/data/a",
                    "destination": "/x",
                    "options": ["O", "upperdir=/etc", "workdir=/var/tmp/w"],
                }
            ]
        },
    ),
    E(
        "a volume that is bound by its options",
        "mounts",
        {
            "volumes": [
                {
                    "Name": "v",
                    "Dest": "/x",
                    "Options": ["volume-opt=type=none", "volume-opt=o=bind", "volume-opt=device=/"],
                }
            ]
        },
    ),
    E(
        "a volume's option that nobody knows",
        "unknown_fields",
        {"volumes": [{"Name": "v", "Dest": "/x", "Options": ["device=/"]}]},
    ),
    E("a volume that is a path", "mounts", {"volumes": [{"Name": "/etc", "Dest": "/x"}]}),
    E("mounts of another container", "mounts", {"volumes_from": ["db"]}),
    E("a root file system of the host", "mounts", {"rootfs": "/", "image": ""}),
    E("an init of the host", "mounts", {"init": True, "init_path": "/usr/bin/evil"}),
    E("a hosts file of the host", "mounts", {"base_hosts_file": "/etc/shadow"}),
    E(
        "a log anywhere",
        "mounts",
        {"log_configuration": {"driver": "k8s-file", "path": "/etc/cron.d/x"}},
    ),
    E(
        "a log by its options",
        "mounts",
        {"log_configuration": {"options": {"path": "/etc/cron.d/x"}}},
    ),
    E("a pid file anywhere", "mounts", {"conmon_pid_file": "/etc/cron.d/x"}),
    E("a health log anywhere", "mounts", {"healthLogDestination": "/etc/cron.d"}),
    E("another registry", "images", {"image": "docker.io/library/nginx:1"}),
    E(
        "a registry that looks like ours",
        "images",
        {"image": "registry.example.org.evil.net/team/web"},
    ),
    E("a folder that looks like ours", "images", {"image": "registry.example.org/team-evil/web"}),
    E("no registry", "images", {"image": "nginx"}),
    E("an image by its id", "images", {"image": "0" * 64}),
    E("a folder as an image", "images", {"image": "dir:/srv/data/image"}),
    E("an image under another name", "images", {"raw_image_name": "docker.io/evil/x:1"}),
    E(
        "an image as a mount",
        "images",
        {"image_volumes": [{"Source": "docker.io/evil/x:1", "Destination": "/x"}]},
    ),
    E("no limit", "limits", {"resource_limits": {}}),
    E("too much memory", "limits", {"resource_limits": {**LIMITS, "memory": {"limit": 8 * 2**30}}}),
    E("memory without end", "limits", {"resource_limits": {**LIMITS, "memory": {"limit": -1}}}),
    E(
        "too many CPUs",
        "limits",
        {"resource_limits": {**LIMITS, "cpu": {"quota": 900_000, "period": 100_000}}},
    ),
    E(
        "a short period",
        "limits",
        {"resource_limits": {**LIMITS, "cpu": {"quota": 100_000, "period": 1_000}}},
    ),
    E("processes without end", "limits", {"resource_limits": {**LIMITS, "pids": {"limit": 0}}}),
    E(
        "a low port",
        "ports",
        {"portmappings": [{"host_ip": "127.0.0.1", "host_port": 22, "container_port": 22}]},
    ),
    E(
        "a range that leads out",
        "ports",
        {
            "portmappings": [
                {"host_ip": "127.0.0.1", "host_port": 8990, "container_port": 80, "range": 20}
            ]
        },
    ),
    E("every address", "ports", {"portmappings": [{"host_port": 8080, "container_port": 80}]}),
    E("all ports of the image", "ports", {"publish_image_ports": True}),
    E("root", "users", {"user": "root"}),
    E("root by number", "users", {"user": "0:1000"}),
    E("root in another writing", "users", {"user": "+00"}),
    E("no user", "users", {"user": ""}),
    E("no label", "labels", {"labels": {}}),
    E("an unwanted label", "labels", {"labels": {"team": "shop", "traefik.enable": "true"}}),
    E("a new field", "unknown_fields", {"brand_new_power": True}),
    E("a namespace of a new kind", "unknown_fields", {"pidns": {"nsmode": "of-the-host"}}),
    E("a new field within", "unknown_fields", {"netns": {"nsmode": "bridge", "extra": 1}}),
    E("a field twice", "unknown_fields", {"privileged": False, "pRivileged": True}),
    E("a list that is none", "unknown_fields", {"mounts": {"source": "/"}}),
]
