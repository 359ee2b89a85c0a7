"""Strict rules, one of each kind, and what they permit: the controls of the escalations."""

import copy
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
        "annotations": {"io.podman.annotations.pids-limit/web": "100"},
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


def bind(source: str, *options: str) -> dict[str, Any]:
    return {
        "mounts": [
            {"type": "bind", "source": source, "destination": "/x", "options": list(options)}
        ]
    }


def document_of(give: dict[str, Any]) -> dict[str, Any]:
    """The permitted pod of a kube file with `give` laid over it by paths."""
    document = copy.deepcopy(KUBE)
    for path, value in give.items():
        *outer, last = path.split(".")
        here: Any = document
        for name in outer:
            here = here[int(name)] if name.isdecimal() else here.setdefault(name, {})
        here[int(last) if last.isdecimal() else last] = value
    return document


def deployment_of(give: dict[str, Any]) -> dict[str, Any]:
    """The same as a deployment. Podman takes labels from the template, and annotations from outside."""
    inner = document_of(give)
    metadata = inner.pop("metadata")
    return {
        **inner,
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "shop", "annotations": metadata.pop("annotations", {})},
        "spec": {"template": {"metadata": metadata, "spec": inner["spec"]}},
    }
