"""What somebody might try: specs that reach for more than they should, by every road, as data.

Each names the kind of rule that has to stop it. PERMITTED are the controls: the same roads, used as
they should be.
"""

from dataclasses import dataclass, field
from typing import Any

from hosts.guardrails.judge import Rule

IMAGE = "registry.example.org/team/web:1"
# one of each kind, strict
RULES = [
    Rule("no privileged", "privileged"),
    Rule("own namespaces", "host_namespaces"),
    Rule("few capabilities", "capabilities", {"allow": ["NET_BIND_SERVICE"]}),
    Rule("no devices", "devices", {"allow": ["/dev/fuse"]}),
    Rule("confined", "security_options", {"allow": ["sysctl=net.core.somaxconn"]}),
    Rule("mounts below /srv/data", "mounts", {"allow": ["/srv/data", "/srv/look:ro"]}),
    Rule("our registry", "images", {"allow": ["registry.example.org/team"]}),
    Rule(
        "bounded",
        "limits",
        {"need": ["memory", "pids"], "memory_most": "1g", "cpus_most": "2", "pids_most": "500"},
    ),
    Rule("high ports", "ports", {"allow": ["8000-8999"], "addresses": ["127.0.0.1"]}),
    Rule("not root", "users", {"no_root": True}),
    Rule("somebody's", "labels", {"require": ["team=*"], "refuse": ["traefik.*"]}),
]
LIMITS: dict[str, Any] = {
    "memory": {"limit": 512 * 2**20},
    "cpu": {"quota": 100_000, "period": 100_000},
    "pids": {"limit": 100},
}
SPEC: dict[str, Any] = {
    "image": IMAGE,
    "raw_image_name": IMAGE,
    "name": "web",
    "user": "1000",
    "labels": {"team": "shop"},
    "resource_limits": LIMITS,
    "mounts": [
        {"type": "bind", "source": "/srv/data/web", "destination": "/data", "options": ["rbind"]},
        {"type": "bind", "source": "/srv/look/x", "destination": "/look", "options": ["ro"]},
        {"type": "tmpfs", "source": "tmpfs", "destination": "/tmp", "options": []},
    ],
    "volumes": [{"Name": "web-data", "Dest": "/var/lib/web", "Options": ["nocopy"]}],
    "portmappings": [{"host_ip": "127.0.0.1", "host_port": 8080, "container_port": 80}],
    "cap_add": ["CAP_NET_BIND_SERVICE"],
    "devices": [{"path": "/dev/fuse:/dev/fuse:rwm"}],
    "sysctl": {"net.core.somaxconn": "1024"},
    "netns": {"nsmode": "bridge"},
    "annotations": {"io.haulout.order": "{}"},
}
POD: dict[str, Any] = {
    "name": "shop",
    "labels": {"team": "shop"},
    "shared_namespaces": ["ipc", "net", "uts"],
    "portmappings": [{"host_ip": "127.0.0.1", "host_port": 8080, "container_port": 80}],
}
KUBE: dict[str, Any] = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {
        "name": "shop",
        "labels": {"team": "shop"},
        "annotations": {"io.podman.annotations.pids-limit": "100"},
    },
    "spec": {
        "tolerations": [{"key": "x"}],
        "volumes": [{"name": "data", "hostPath": {"path": "/srv/data/shop"}}],
        "containers": [
            {
                "name": "web",
                "image": IMAGE,
                "securityContext": {"runAsUser": 1000},
                "resources": {"limits": {"memory": "256Mi", "cpu": "500m"}},
                "volumeMounts": [{"name": "data", "mountPath": "/data"}],
                "ports": [{"containerPort": 80, "hostPort": 8081, "hostIP": "127.0.0.1"}],
            }
        ],
    },
}


@dataclass(frozen=True)
class Escalation:
    """`give`: laid over the permitted control of `road` (deeply for kube, by path)."""

    name: str
    kind: str
    give: dict[str, Any] = field(default_factory=dict)


def _bind(source: str, *options: str) -> dict[str, Any]:
    return {
        "mounts": [
            {"type": "bind", "source": source, "destination": "/x", "options": list(options)}
        ]
    }


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
    E("an annotation for a hook", "security_options", {"annotations": {"com.example.hook": "x"}}),
    E("the root of the host", "mounts", _bind("/", "rbind")),
    E("the socket", "mounts", _bind("/run/podman/podman.sock")),
    E("out by ..", "mounts", _bind("/srv/data/../../etc")),
    E("doubled slashes", "mounts", _bind("//etc")),
    E("a sibling of the same head", "mounts", _bind("/srv/data-secret")),
    E("a relative path", "mounts", _bind("srv/data")),
    E("read-only and yet written", "mounts", _bind("/srv/look/x", "rbind", "rw")),
    E("mounts that show on the host", "mounts", _bind("/srv/data/x", "rshared")),
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
PODS = [
    E("host network", "host_namespaces", {"netns": {"nsmode": "host"}}),
    E("host pids", "host_namespaces", {"pidns": {"nsmode": "host"}}),
    E("a disk", "devices", {"pod_devices": ["/dev/sda:/dev/sda:rwm"]}),
    E("not confined", "security_options", {"security_opt": ["seccomp=unconfined"]}),
    E("the root of the host", "mounts", _bind("/")),
    E("mounts of another", "mounts", {"volumes_from": ["db"]}),
    E("a pid file", "mounts", {"infra_conmon_pid_file": "/etc/cron.d/x"}),
    E("another infra image", "images", {"infra_image": "docker.io/evil/pause:1"}),
    E("a low port", "ports", {"portmappings": [{"host_port": 22, "container_port": 22}]}),
    E("a kernel setting", "security_options", {"sysctl": {"kernel.shmmax": "1"}}),
    E("no label", "labels", {"labels": {}}),
    E("a new field", "unknown_fields", {"brand_new_power": True}),
]
# paths with dots; [0] is the first of a list
KUBES = [
    E("privileged", "privileged", {"spec.containers.0.securityContext.privileged": True}),
    E(
        "privileged, folded",
        "privileged",
        {"spec.containers.0.ſecurityContext": {"privileged": True}},
    ),
    E(
        "in an init container",
        "privileged",
        {
            "spec.initContainers": [
                {"name": "i", "image": IMAGE, "securityContext": {"privileged": True}}
            ]
        },
    ),
    E("host network", "host_namespaces", {"spec.hostNetwork": True}),
    E("host network, small", "host_namespaces", {"spec.hostnetwork": True}),
    E("host pids", "host_namespaces", {"spec.hostPID": True}),
    E("host ipc", "host_namespaces", {"spec.hostIPC": True}),
    E(
        "host users by annotation",
        "host_namespaces",
        {"metadata.annotations": {"io.podman.annotations.userns": "host"}},
    ),
    E(
        "SYS_ADMIN",
        "capabilities",
        {"spec.containers.0.securityContext.capabilities": {"add": ["SYS_ADMIN"]}},
    ),
    E(
        "a device",
        "devices",
        {"spec.volumes.0.hostPath": {"path": "/dev/sda", "type": "BlockDevice"}},
    ),
    E(
        "a device as a limit",
        "devices",
        {"spec.containers.0.resources.limits": {"podman.io/device=/dev/sda": "1", "memory": "1Mi"}},
    ),
    E("the root of the host", "mounts", {"spec.volumes.0.hostPath": {"path": "/"}}),
    E(
        "written where reading is allowed",
        "mounts",
        {"spec.volumes.0.hostPath": {"path": "/srv/look/x"}},
    ),
    E(
        "written in another spelling where reading is allowed",
        "mounts",
        {
            "spec.volumes.0.hostPath": {"path": "/srv/look/x"},
            "spec.containers.0": {
                "name": "c",
                "image": IMAGE,
                "volumemounts": [{"name": "data", "mountPath": "/x"}],
            },
        },
    ),
    E(
        "made where reading is allowed",
        "mounts",
        {
            "spec.volumes.0.hostPath": {"path": "/srv/look/x", "type": "DirectoryOrCreate"},
            "spec.containers.0.volumeMounts": [
                {"name": "data", "mountPath": "/x", "readOnly": True}
            ],
        },
    ),
    E(
        "out by a subpath",
        "mounts",
        {
            "spec.containers.0.volumeMounts": [
                {"name": "data", "mountPath": "/x", "subPath": "../../../etc"}
            ]
        },
    ),
    E(
        "mounts that show on the host",
        "mounts",
        {
            "spec.containers.0.volumeMounts": [
                {"name": "data", "mountPath": "/x", "mountPropagation": "Bidirectional"}
            ]
        },
    ),
    E(
        "mounts of another, by annotation",
        "mounts",
        {"metadata.annotations": {"io.podman.annotations.volumes-from/web": "db"}},
    ),
    E(
        "selinux",
        "security_options",
        {"spec.securityContext": {"seLinuxOptions": {"type": "spc_t"}}},
    ),
    E(
        "seccomp off",
        "security_options",
        {"spec.containers.0.securityContext.seccompProfile": {"type": "Unconfined"}},
    ),
    E("unmasked", "security_options", {"spec.containers.0.securityContext.procMount": "Unmasked"}),
    E(
        "label off by annotation",
        "security_options",
        {"metadata.annotations": {"io.podman.annotations.label/web": "disable"}},
    ),
    E("another registry", "images", {"spec.containers.0.image": "docker.io/library/nginx:1"}),
    E(
        "an image as a volume",
        "images",
        {"spec.volumes.0": {"name": "data", "image": {"reference": "docker.io/evil/x:1"}}},
    ),
    E("no limit", "limits", {"spec.containers.0.resources": {}}),
    E(
        "a low port",
        "ports",
        {"spec.containers.0.ports": [{"containerPort": 22, "hostPort": 22, "hostIP": "127.0.0.1"}]},
    ),
    E("root", "users", {"spec.containers.0.securityContext.runAsUser": 0}),
    E("no user", "users", {"spec.containers.0.securityContext": {}}),
    E("no label", "labels", {"metadata.labels": {}}),
    E("a new field", "unknown_fields", {"spec.brandNewPower": True}),
]
VOLUMES = [
    E("the root of the host", "mounts", {"options": {"type": "none", "o": "bind", "device": "/"}}),
    E("rbind", "mounts", {"options": {"type": "none", "o": "rbind,rw", "device": "/etc"}}),
    E("bound without a type", "mounts", {"options": {"o": "bind", "device": "/"}}),
    E("bound as a tmpfs", "mounts", {"options": {"type": "tmpfs", "o": "bind", "device": "/"}}),
    E("keys in capitals", "mounts", {"options": {"Type": "none", "O": "bind", "Device": "/"}}),
    E("out by ..", "mounts", {"options": {"o": "bind", "device": "/srv/data/../.."}}),
    E("a disk", "mounts", {"options": {"type": "ext4", "device": "/dev/sda1"}}),
    E(
        "an overlay",
        "mounts",
        {"options": {"type": "overlay", "o": "lowerdir=/etc", "device": "overlay"}},
    ),
    E(
        "another machine",
        "mounts",
        {"options": {"type": "nfs", "o": "addr=10.0.0.9", "device": ":/"}},
    ),
    E("another driver", "mounts", {"driver": "rclone"}),
    E("an image", "images", {"driver": "image", "options": {"image": "docker.io/evil/x:1"}}),
    E("a new option", "unknown_fields", {"options": {"brand_new": "x"}}),
    E("no label", "labels", {"labels": {}}),
]
BUILDS = [
    E("another registry", "images", {"text": "FROM docker.io/evil/x:1\n"}),
    E("an argument", "images", {"text": "ARG B=x\nFROM $B\n"}),
    E(
        "copied from elsewhere",
        "images",
        {"text": f"FROM {IMAGE}\nCOPY --from=docker.io/evil/x:1 /a /a\n"},
    ),
    E(
        "mounted from elsewhere",
        "images",
        {"text": f"FROM {IMAGE}\nRUN --mount=type=bind,from=docker.io/evil/x:1 true\n"},
    ),
    E("a later stage", "images", {"text": f"FROM {IMAGE} AS a\nFROM evil.example/x:1\n"}),
    E(
        "a stage that is none",
        "images",
        {"text": "FROM scratch\nRUN cat <<'a b'\nFROM scratch AS evil\na b\nFROM evil\n"},
    ),
    E(
        "another escape",
        "images",
        {"text": f"# escape=`\nFROM {IMAGE}\nRUN echo \\\nFROM docker.io/evil/x:1\n"},
    ),
    E(
        "a line that Python ends",
        "images",
        {"text": "FROM scratch\nRUN echo \u2028FROM scratch AS evil\nFROM evil\n"},
    ),
    E("a folder as a base", "images", {"text": "FROM dir:/etc\n"}),
    E("an uploaded folder", "images", {"text": None}),
    E(
        "host network in RUN",
        "host_namespaces",
        {"text": f"FROM {IMAGE}\nRUN --network=host true\n"},
    ),
    E("insecure RUN", "privileged", {"text": f"FROM {IMAGE}\nRUN --security=insecure true\n"}),
    E("host network", "host_namespaces", {"query": {"networkmode": "host"}}),
    E("host pids", "host_namespaces", {"query": {"nsoptions": [{"Name": "pid", "Host": True}]}}),
    E("SYS_ADMIN", "capabilities", {"query": {"addcaps": ["CAP_SYS_ADMIN"]}}),
    E("a disk", "devices", {"query": {"devices": ["/dev/sda"]}}),
    E("the root of the host", "mounts", {"query": {"volumes": ["/:/host:rw"]}}),
    E("seccomp off", "security_options", {"query": {"seccomp": "unconfined"}}),
    E("another isolation", "security_options", {"query": {"isolation": "chroot"}}),
    E("a further context", "images", {"query": {"additionalbuildcontexts": {"x": "/etc"}}}),
    E("a context from elsewhere", "images", {"query": {"remote": "https://evil.example/x.git"}}),
    E("a cache from elsewhere", "images", {"query": {"cachefrom": ["docker.io/evil/cache"]}}),
    E("a new field", "unknown_fields", {"query": {"brandnew": "x"}}),
]
EXECS = [
    E("privileged", "privileged", {"privileged": True}),
    E("privileged has capabilities", "capabilities", {"privileged": True}),
    E("as root", "users", {"user": "root"}),
    E("as root by number", "users", {"user": "0:0"}),
]
UPDATES = [
    E("too much memory", "limits", {"memory": {"limit": 8 * 2**30}}),
    E("memory without end", "limits", {"memory": {"limit": -1}}),
    E("processes without end", "limits", {"pids": {"limit": 0}}),
    E("too many CPUs", "limits", {"cpu": {"quota": 900_000, "period": 100_000}}),
    E("a device", "devices", {"devices": [{"allow": True, "access": "rwm"}]}),
    E("a new field", "unknown_fields", {"brandNew": {}}),
]
NETWORKS = [
    E(
        "an interface of the host",
        "host_namespaces",
        {"driver": "macvlan", "network_interface": "eth0"},
    ),
    E("no label", "labels", {"labels": {}}),
    E("a new field", "unknown_fields", {"brand_new": 1}),
]
