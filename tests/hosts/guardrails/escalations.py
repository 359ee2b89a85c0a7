"""What somebody might try: requests that reach for more than they should, by every road, as data.

Each names the kind of rule that has to stop it. `permitted` has the controls: the same roads, used as
they should be.
"""

from tests.hosts.guardrails.container_specs import SPECS
from tests.hosts.guardrails.kube_escalations import READ_OTHERWISE
from tests.hosts.guardrails.permitted import IMAGE, KUBE, POD, RULES, SPEC, Escalation, bind

__all__ = ["IMAGE", "KUBE", "POD", "READ_OTHERWISE", "RULES", "SPEC", "SPECS", "Escalation"]
E = Escalation
PODS = [
    E("host network", "host_namespaces", {"netns": {"nsmode": "host"}}),
    E("host pids", "host_namespaces", {"pidns": {"nsmode": "host"}}),
    E("a disk", "devices", {"pod_devices": ["/dev/sda:/dev/sda:rwm"]}),
    E("not confined", "security_options", {"security_opt": ["seccomp=unconfined"]}),
    E("the root of the host", "mounts", bind("/")),
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
    E("behind a byte order mark", "images", {"text": "\ufeffFROM evil.example/x:1\n"}),
    E("a word over two lines", "images", {"text": f"FROM {IMAGE}\nFR\\\nOM evil.example/x:1\n"}),
    E(
        "a line that does not go on",
        "images",
        {"text": f"FROM {IMAGE}\nRUN true \\\v\nFROM evil.example/x:1\n"},
    ),
    E(
        "behind a comment that is none",
        "images",
        {"text": f"FROM {IMAGE}\nRUN a \\\n  # b\nFROM evil.example/x:1\n"},
    ),
    E(
        "a quoted flag",
        "images",
        {"text": f'FROM {IMAGE}\nCOPY --fr"om=evil.example/x:1" /a /a\n'},
    ),
    E("a flag and a word", "images", {"text": f"FROM {IMAGE}\nCOPY --from evil.example/x:1 / /\n"}),
    E(
        "a base inside a flag",
        "images",
        {"text": f'FROM --platform="a {IMAGE}" evil.example/x:1\n'},
    ),
    E(
        "an escaped mount",
        "images",
        {"text": f"FROM {IMAGE}\nRUN --mount=type=bind,fr\\om=evil.example/x:1 true\n"},
    ),
    E(
        "a stage that comes later",
        "images",
        {"text": f"FROM {IMAGE}\nCOPY --fr\\om=evil /a /a\nFROM {IMAGE} AS evil\n"},
    ),
    E("an uploaded folder", "images", {"text": None}),
    E(
        "host network in RUN",
        "host_namespaces",
        {"text": f"FROM {IMAGE}\nRUN --network=host true\n"},
    ),
    *(
        E(
            f"host network as {flag}",
            "host_namespaces",
            {"text": f"FROM {IMAGE}\nRUN {flag} true\n"},
        )
        for flag in (
            '--network="host"',
            "--net\\work=host",
            "--network=h\\ost",
            "--net\\\nwork=host",
            "--network=$N",
            "--net$N",
            "--network host",
        )
    ),
    E(
        "insecure RUN, quoted",
        "privileged",
        {"text": "FROM scratch\nRUN --security='insecure' x\n"},
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
