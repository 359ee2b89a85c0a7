"""What the simulated hosts have: shapes and sizes as Podman 5.4 sends them, made from numbers alone.

Nothing is stored here; the same numbers always give the same objects.
"""

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any

VERSION = "5.4.2"
STORE = "/var/lib/containers/storage"
_BEGAN = datetime(2025, 3, 1, 8, 0, 0, tzinfo=UTC)
_NEVER = -62135596800
_APPS = ("shop", "mail", "wiki", "grafana", "postgres", "redis", "nginx", "worker", "cron", "api")
_TAGS = ("1.27.4", "16.8-bookworm", "latest", "2025.2.1", "7.4-alpine", "stable")
IMAGES = 12
POD_EVERY, POD_SIZE = 25, 3


def hex_of(*numbers: object) -> str:
    """An id of 64 digits."""
    return hashlib.sha256(":".join(map(str, numbers)).encode()).hexdigest()


def host_name(host: int) -> str:
    return f"sim{host:04d}"


def container_id(host: int, number: int) -> str:
    return hex_of("container", host, number)


def first_state(number: int) -> str:
    """State of a container when its host begins: of 50, four have ended and one is paused."""
    return {7: "exited", 19: "exited", 31: "created", 43: "paused", 44: "exited"}.get(
        number % 50, "running"
    )


def image_name(number: int) -> str:
    number %= IMAGES
    return f"registry.example.org/team/{_APPS[number % 10]}:{_TAGS[number % 6]}"


def container(host: int, number: int, *, state: str, started_at: int, pid: int) -> dict[str, Any]:
    """One of `containers/json`, about 1.2 kB."""
    app = _APPS[number % 10]
    name = f"{app}-{number // 10}-{host:04d}"
    running = state in ("running", "paused")
    pod = _pod_of(number)
    return {
        "AutoRemove": False,
        "Command": ["/usr/bin/dumb-init", "--", f"/usr/local/bin/{app}", "--listen", "0.0.0.0"],
        "Created": _moment(host, number),
        "CreatedAt": "",
        "CIDFile": "",
        "Exited": state == "exited",
        "ExitedAt": started_at + 3600 if state == "exited" else _NEVER,
        "ExitCode": 1 if state == "exited" and number % 2 else 0,
        "ExposedPorts": {"8080": ["tcp"]},
        "Id": container_id(host, number),
        "Image": image_name(number),
        "ImageID": hex_of("image", number % IMAGES),
        "IsInfra": False,
        "Labels": _labels(app, number),
        "Mounts": ["/var/lib/data", "/etc/localtime"],
        "Names": [name],
        "Namespaces": {},
        "Networks": ["podman" if number % 10 < 5 else "backend"],
        "Pid": pid if running else 0,
        "Pod": "" if pod is None else hex_of("pod", host, pod),
        "PodName": "" if pod is None else f"pod-{pod}",
        "Ports": [
            {
                "host_ip": "",
                "container_port": 8080,
                "host_port": 20000 + number,
                "range": 1,
                "protocol": "tcp",
            }
        ]
        if number % 2
        else None,
        "Restarts": 0,
        "Size": None,
        "StartedAt": started_at,
        "State": state,
        "Status": "healthy" if running and number % 5 == 0 else "",
    }


def _pod_of(number: int) -> int | None:
    return number // POD_EVERY if number % POD_EVERY < POD_SIZE else None


def _moment(host: int, number: int) -> str:
    made = _BEGAN + timedelta(minutes=host * 7 + number * 61)
    return made.strftime("%Y-%m-%dT%H:%M:%S") + f".{(host * 7919 + number) % 10**9:09d}Z"


def first_started_at(host: int, number: int) -> int:
    return int((_BEGAN + timedelta(minutes=host * 7 + number * 61, seconds=2)).timestamp())


def _labels(app: str, number: int) -> dict[str, str]:
    labels = {
        "app": app,
        "environment": "production" if number % 3 else "staging",
        "org.opencontainers.image.source": f"https://git.example.org/team/{app}",
        "org.opencontainers.image.version": _TAGS[number % 6],
        "org.opencontainers.image.licenses": "Apache-2.0",
    }
    if number % 10 in (0, 4, 5):
        labels |= {
            "com.docker.compose.project": f"stack{number // 10}",
            "com.docker.compose.service": app,
            "com.docker.compose.project.working_dir": f"/srv/stack{number // 10}",
        }
    if number % 10 == 8:
        labels["PODMAN_SYSTEMD_UNIT"] = f"{app}-{number}.service"
    return labels


def pod(host: int, number: int, *, members: list[dict[str, Any]]) -> dict[str, Any]:
    """One of `pods/json`; `members` are its items of `containers/json`."""
    up = sum(item["State"] == "running" for item in members)
    return {
        "Cgroup": "/libpod_parent",
        "Containers": [
            {"Id": m["Id"], "Names": m["Names"][0], "Status": m["State"], "RestartCount": 0}
            for m in members
        ],
        "Created": _moment(host, number * POD_EVERY),
        "Id": hex_of("pod", host, number),
        "InfraId": "",
        "Name": f"pod-{number}",
        "Namespace": "",
        "Networks": ["podman"],
        "Status": "Running" if up == len(members) else "Degraded" if up else "Exited",
        "Labels": {"app": "shop"},
    }


def image(number: int, *, used_by: int) -> dict[str, Any]:
    """One of `images/json`; the same ones on every host."""
    name, digest = image_name(number), f"sha256:{hex_of('digest', number)}"
    return {
        "Id": hex_of("image", number),
        "ParentId": "",
        "RepoTags": [name],
        "RepoDigests": [f"{name.rpartition(':')[0]}@{digest}"],
        "Created": int(_BEGAN.timestamp()) - number * 86400,
        "Size": 80_000_000 + number * 7_654_321,
        "SharedSize": 0,
        "VirtualSize": 80_000_000 + number * 7_654_321,
        "Labels": {"maintainer": "team@example.org"},
        "Containers": used_by,
        "Arch": "amd64",
        "Digest": digest,
        "History": [name],
        "IsManifestList": False,
        "Names": [name],
        "Os": "linux",
    }


def volume(host: int, number: int) -> dict[str, Any]:
    """One of `volumes/json`."""
    name = f"{_APPS[number % 10]}-data-{number}"
    return {
        "Name": name,
        "Driver": "local",
        "Mountpoint": f"{STORE}/volumes/{name}/_data",
        "CreatedAt": _moment(host, number),
        "Labels": {},
        "Scope": "local",
        "Options": {},
        "MountCount": 0,
        "NeedsCopyUp": True,
        "LockNumber": number,
    }


def network(host: int, number: int) -> dict[str, Any]:
    """One of `networks/json`: Podman's own first."""
    name = ("podman", "backend")[number]
    subnet = ("10.88.0", "10.89.0")[number]
    return {
        "name": name,
        "id": hex_of("network", host if number else "podman", number),
        "driver": "bridge",
        "network_interface": f"podman{number}",
        "created": _moment(host, number),
        "subnets": [{"subnet": f"{subnet}.0/24", "gateway": f"{subnet}.1"}],
        "ipv6_enabled": False,
        "internal": False,
        "dns_enabled": bool(number),
        "ipam_options": {"driver": "host-local"},
    }


def info(host: int, *, states: dict[str, int], images: int) -> dict[str, Any]:
    """As `info` answers, about 3 kB; `states`: how many containers in which."""
    used = {"paused": states.get("paused", 0), "running": states.get("running", 0)}
    count = sum(states.values())
    return {
        "host": {
            "arch": "amd64",
            "buildahVersion": "1.39.3",
            "cgroupManager": "systemd",
            "cgroupVersion": "v2",
            "cgroupControllers": ["cpuset", "cpu", "io", "memory", "pids"],
            "conmon": {"package": "conmon_2.1.12", "path": "/usr/bin/conmon", "version": "2.1.12"},
            "cpus": 8,
            "cpuUtilization": {"userPercent": 12.5, "systemPercent": 3.5, "idlePercent": 84},
            "databaseBackend": "sqlite",
            "distribution": {"distribution": "debian", "version": "13", "codename": "trixie"},
            "eventLogger": "journald",
            "freeLocks": 2048 - count,
            "hostname": host_name(host),
            "kernel": "6.12.48-amd64",
            "logDriver": "journald",
            "memFree": 9_000_000_000,
            "memTotal": 33_000_000_000,
            "networkBackend": "netavark",
            "ociRuntime": {"name": "crun", "package": "crun_1.21", "path": "/usr/bin/crun"},
            "os": "linux",
            "remoteSocket": {"path": "unix:///run/podman/podman.sock", "exists": True},
            "security": {
                "apparmorEnabled": True,
                "rootless": False,
                "seccompEnabled": True,
                "selinuxEnabled": False,
            },
            "swapFree": 0,
            "swapTotal": 0,
            "uptime": "812h 4m 9.00s (Approximately 33.83 days)",
            "linkmode": "dynamic",
        },
        "store": {
            "configFile": "/usr/share/containers/storage.conf",
            "containerStore": {"number": count, **used, "stopped": count - sum(used.values())},
            "graphDriverName": "overlay",
            "graphRoot": STORE,
            "graphRootAllocated": 500_000_000_000,
            "graphRootUsed": 120_000_000_000,
            "graphStatus": {"Backing Filesystem": "extfs", "Native Overlay Diff": "true"},
            "imageStore": {"number": images},
            "runRoot": "/run/containers/storage",
            "volumePath": f"{STORE}/volumes",
            "transientStore": False,
        },
        "registries": {"search": ["docker.io"]},
        "plugins": {"volume": ["local"], "network": ["bridge"], "log": ["k8s-file", "journald"]},
        "version": {
            "APIVersion": VERSION,
            "Version": VERSION,
            "GoVersion": "go1.24.4",
            "Built": 1766335321,
            "OsArch": "linux/amd64",
            "Os": "linux",
        },
    }


def inspected(item: dict[str, Any]) -> dict[str, Any]:
    """As inspect answers for an item of `containers/json`: what Haulout reads, and a lot beside."""
    started = datetime.fromtimestamp(item["StartedAt"], UTC).isoformat().replace("+00:00", "Z")
    folder = f"/run/containers/storage/overlay-containers/{item['Id']}/userdata"
    return {
        "Id": item["Id"],
        "Created": item["Created"],
        "Path": item["Command"][0],
        "Args": item["Command"][1:],
        "State": {
            "OciVersion": "1.2.0",
            "Status": item["State"],
            "Running": item["State"] in ("running", "paused"),
            "Paused": item["State"] == "paused",
            "Restarting": False,
            "OOMKilled": False,
            "Dead": False,
            "Pid": item["Pid"],
            "ConmonPid": max(item["Pid"] - 1, 0),
            "ExitCode": item["ExitCode"],
            "Error": "",
            "StartedAt": started,
            "FinishedAt": "0001-01-01T00:00:00Z",
        },
        "Image": item["ImageID"],
        "ImageName": item["Image"],
        "Pod": item["Pod"],
        "ResolvConfPath": f"{folder}/resolv.conf",
        "HostnamePath": f"{folder}/hostname",
        "HostsPath": f"{folder}/hosts",
        "OCIConfigPath": f"{folder}/config.json",
        "OCIRuntime": "crun",
        "Name": item["Names"][0],
        "RestartCount": item["Restarts"],
        "Driver": "overlay",
        "Mounts": [
            {
                "Type": "bind",
                "Source": "/srv" + path,
                "Destination": path,
                "Driver": "",
                "Mode": "",
                "Options": ["rbind"],
                "RW": True,
                "Propagation": "rprivate",
            }
            for path in item["Mounts"]
        ],
        "NetworkSettings": {
            "Ports": {"8080/tcp": [{"HostIp": "0.0.0.0", "HostPort": "20000"}]},
            "Networks": {name: {"IPAddress": "10.88.0.9"} for name in item["Networks"]},
        },
        "Config": {
            "Hostname": item["Id"][:12],
            "User": "",
            "Env": ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin", "TERM=xterm"],
            "Cmd": item["Command"],
            "Image": item["Image"],
            "WorkingDir": "/",
            "Labels": item["Labels"],
            "StopSignal": "SIGTERM",
            "StopTimeout": 10,
        },
        "HostConfig": {
            "NetworkMode": "bridge",
            "RestartPolicy": {"Name": "always", "MaximumRetryCount": 0},
            "LogConfig": {"Type": "journald", "Config": None, "Path": "", "Tag": "", "Size": "0B"},
            "Memory": 0,
            "Privileged": False,
        },
    }
