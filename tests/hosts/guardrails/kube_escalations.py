"""What Podman reads in a kube file, and a judge of its text alone would not: paths as in `escalations`."""

from typing import Any

from tests.hosts.guardrails.permitted import Escalation

E = Escalation


def _mounted(volume: dict[str, Any], path: str, **more: Any) -> dict[str, Any]:
    return {
        "spec.volumes.0": {"name": "data", **volume},
        "spec.containers.0.volumeMounts": [{"name": "data", "mountPath": path, **more}],
    }


def _notes(**given: str) -> dict[str, Any]:
    return {
        "metadata.annotations": {
            name.replace("__", "\0").replace("_", ".").replace("\0", "_"): text
            for name, text in given.items()
        }
    }


def _limited(**limits: str) -> dict[str, Any]:
    return {"spec.containers.0.resources": {"limits": limits}}


OVERLAID = "/mnt:O,upperdir=/etc/cron.d,workdir=/var/tmp/w"
SOURCES: list[dict[str, Any]] = [
    {"persistentVolumeClaim": {"claimName": "stock"}},
    {"emptyDir": {}},
    {"configMap": {"name": "conf"}},
    {"secret": {"secretName": "pin"}},
    {"hostPath": {"path": "/srv/data/x"}},
]
# what Podman reads and a judge of the text alone would not (FINDINGS of 30 November: S1, S3, S8, S9)
READ_OTHERWISE = [
    *(
        E(f"options behind a path: {next(iter(one))}", "mounts", _mounted(one, OVERLAID))
        for one in SOURCES
    ),
    *(
        E(f"rshared behind a path: {next(iter(one))}", "mounts", _mounted(one, "/x:rshared"))
        for one in SOURCES
    ),
    E(
        "rshared by annotation",
        "mounts",
        {"metadata.annotations": {"bind-mount-options": "/srv/data/shop:rshared"}},
    ),
    E("an option that nobody knows", "unknown_fields", _mounted({"emptyDir": {}}, "/x:newpower")),
    E(
        "options of a mount in memory",
        "unknown_fields",
        _mounted({"emptyDir": {"medium": "Memory"}}, "/x:suid"),
    ),
    E(
        "a file that goes with it",
        "mounts",
        {"metadata.annotations": {"io.podman.annotations.cid-file": "/etc/shadow"}},
    ),
    E(
        "two sources of a volume",
        "unknown_fields",
        _mounted({"emptyDir": {}, "hostPath": {"path": "/"}}, "/x"),
    ),
    E(
        "images by annotation",
        "images",
        {
            "metadata.annotations": {
                "io.podman.annotations.kube.image.volumes.mount/web": "docker.io/evil/x:1"
            }
        },
    ),
    E(
        "privileged in two spellings",
        "privileged",
        {"spec.containers.0.securityContext": {"privileged": True, "Privileged": False}},
    ),
    E(
        "in two spellings, deep",
        "unknown_fields",
        {"spec.containers.0.livenessProbe": {"exec": {"command": ["x"], "Command": ["y"]}}},
    ),
    E(
        "a new field, deep",
        "unknown_fields",
        {"spec.containers.0.livenessProbe": {"exec": {"newPower": 1}}},
    ),
    E("Memory is none to Podman", "limits", _limited(Memory="64Mi")),
    E("a fraction that Podman misreads", "limits", _limited(memory="1.5Gi")),
    E("thousandths that Podman misreads", "limits", _limited(memory="1999999999999m")),
    E(
        "a limit of processes for all, which Podman takes for none",
        "limits",
        {"metadata.annotations": {"io.podman.annotations.pids-limit": "100"}},
    ),
    E(
        "a device as a request",
        "devices",
        {
            "spec.containers.0.resources": {
                "limits": {"memory": "1Mi"},
                "requests": {"podman.io/device=/dev/sda": "1"},
            }
        },
    ),
    E(
        "root by a group alone",
        "users",
        {"spec.containers.0.securityContext": {"runAsGroup": 1000}},
    ),
    E("a runtime's order", "security_options", _notes(run_oci_keep__original__groups="1")),
    E("systemd's", "security_options", _notes(org_systemd_property_MemoryMax="'4'")),
    E("the other runtime's", "security_options", _notes(krun_cpus="64")),
    E("without a rule for options", "limits", _notes(org_systemd_property_MemoryMax="'4'")),
    E("nor for that runtime's", "mounts", _notes(krun_cpus="64")),
]
