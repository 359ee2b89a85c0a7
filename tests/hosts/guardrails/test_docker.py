"""Containers in Docker's dialect: each way to reach for more is refused by the rule that it concerns."""

import copy
from typing import Any

import pytest

from hosts.guardrails import from_docker, from_spec
from hosts.guardrails.judge import judge
from hosts.guardrails.verdict import Severity
from tests.hosts.guardrails import docker_escalations as escalations
from tests.hosts.guardrails.container_specs import SPECS
from tests.hosts.guardrails.permitted import IMAGE, RULES, Escalation

BODY: dict[str, Any] = {
    "Image": IMAGE,
    "User": "1000",
    "Labels": {"team": "shop"},
    "Env": ["A=b"],
    "Cmd": ["run"],
    "ExposedPorts": {"80/tcp": {}},
    "Volumes": {"/var/cache": {}},
    "HostConfig": {
        "Binds": ["/srv/data/web:/data", "/srv/look/x:/look:ro", "web-data:/var/lib/web"],
        "Mounts": [{"Type": "bind", "Source": "/srv/data/a", "Target": "/a"}],
        "Memory": 512 * 2**20,
        "NanoCpus": 10**9,
        "PidsLimit": 100,
        "PortBindings": {"80/tcp": [{"HostIp": "127.0.0.1", "HostPort": "8080"}]},
        "CapAdd": ["NET_BIND_SERVICE"],
        "Devices": [
            {"PathOnHost": "/dev/fuse", "PathInContainer": "/dev/fuse", "CgroupPermissions": "rwm"}
        ],
        "Sysctls": {"net.core.somaxconn": "1024"},
        "NetworkMode": "bridge",
        "RestartPolicy": {"Name": "no", "MaximumRetryCount": 0},
        "LogConfig": {"Type": "", "Config": {}},
        "ConsoleSize": [0, 0],
        "Isolation": "",
        "Links": None,
        "MaskedPaths": None,
        "DeviceRequests": None,
        "VolumeDriver": "",
    },
    "NetworkingConfig": {"EndpointsConfig": {"default": {"Aliases": None, "IPAMConfig": None}}},
}
BIND = {"Type": "bind", "Source": "/srv/data/a", "Target": "/a"}
VOLUME = {"Type": "volume", "Source": "v", "Target": "/v"}
# (what of HostConfig, the kind of rule; "": not understood)
HOST: list[tuple[dict[str, Any], str]] = [
    ({"Privileged": True}, "privileged"),
    ({"privileged": True}, "privileged"),
    ({"PRIVILEGED": "true"}, "privileged"),
    ({"Privileged": False, "privileged": True}, ""),
    ({"NetworkMode": "host"}, "host_namespaces"),
    ({"NetworkMode": "container:db"}, "host_namespaces"),
    ({"NetworkMode": "ns:/proc/1/ns/net"}, "host_namespaces"),
    ({"NetworkMode": "host:x"}, ""),
    ({"NetworkMode": "pasta:-T,22"}, "security_options"),
    ({"PidMode": "host"}, "host_namespaces"),
    ({"PidMode": "container:db"}, "host_namespaces"),
    ({"PidMode": "HOST"}, "host_namespaces"),
    ({"PidMode": "unheard"}, ""),
    ({"IpcMode": "host"}, "host_namespaces"),
    ({"UTSMode": "host"}, "host_namespaces"),
    ({"UsernsMode": "host"}, "host_namespaces"),
    ({"CgroupnsMode": "host"}, "host_namespaces"),
    ({"CapAdd": ["SYS_ADMIN"]}, "capabilities"),
    ({"capadd": ["ALL"]}, "capabilities"),
    ({"CapAdd": "ALL"}, ""),
    ({"Devices": [{"PathOnHost": "/dev/sda"}]}, "devices"),
    ({"Devices": [{"pathonhost": "/dev/sda", "PathInContainer": "/dev/fuse"}]}, "devices"),
    ({"Devices": [{"PathOnHost": "/dev/fuse:/dev/sda"}]}, ""),
    ({"DeviceCgroupRules": ["b *:* rwm"]}, "devices"),
    ({"DeviceCgroupRules": ["b *:* rwm\nx"]}, ""),
    ({"DeviceRequests": [{"Driver": "cdi", "DeviceIDs": ["nvidia.com/gpu=all"]}]}, "devices"),
    ({"SecurityOpt": ["seccomp=unconfined"]}, "security_options"),
    ({"SecurityOpt": ["seccomp:unconfined"]}, "security_options"),
    ({"SecurityOpt": ["apparmor=unconfined"]}, "security_options"),
    ({"SecurityOpt": ["label=disable"]}, "security_options"),
    ({"SecurityOpt": ["unmask=ALL"]}, "security_options"),
    ({"SecurityOpt": ["systempaths=unconfined"]}, ""),
    ({"Sysctls": {"kernel.shmmax": "1"}}, "security_options"),
    ({"Annotations": {"run.oci.keep_original_groups": "1"}}, "security_options"),
    ({"StorageOpt": {"mount_program": "/x"}}, "security_options"),
    ({"CgroupParent": "/"}, "security_options"),
    ({"GroupAdd": ["keep-groups"]}, "security_options"),
    ({"Runtime": "/bin/sh"}, ""),
    ({"Binds": ["/:/host"]}, "mounts"),
    ({"binds": ["/:/host"]}, "mounts"),
    ({"Binds": ["/srv/look/x:/look"]}, "mounts"),
    ({"Binds": ["/srv/data:/x:O,upperdir=/etc,workdir=/w"]}, ""),
    ({"Binds": ["/srv/data/a:/x:ro:/etc"]}, ""),
    ({"Binds": ["/srv/data/a,source=/:/x"]}, ""),
    ({"Binds": ["web-data:/x:volume-opt=o=bind"]}, "mounts"),
    ({"Mounts": [{**BIND, "Source": "/"}]}, "mounts"),
    ({"Mounts": [{**BIND, "Source": "/srv/data/a,source=/"}]}, ""),
    ({"Mounts": [{**BIND, "Target": "/a,type=bind,source=/"}]}, ""),
    ({"Mounts": [{**BIND, "BindOptions": {"Propagation": "rshared,source=/"}}]}, ""),
    ({"Mounts": [{**BIND, "Type": "bind,source=/"}]}, ""),
    ({"Mounts": [{**BIND, "Type": "devpts"}]}, ""),
    ({"Mounts": [{**BIND, "type": "tmpfs"}]}, ""),
    ({"Mounts": [{**VOLUME, "VolumeOptions": {"DriverConfig": {"Options": {"o": "bind"}}}}]}, ""),
    ({"Tmpfs": {"/x:/y": ""}}, ""),
    ({"Tmpfs": {"/x": "size=1m,source=/:/y"}}, ""),
    ({"VolumesFrom": ["db"]}, "mounts"),
    ({"LogConfig": {"Type": "k8s-file", "Config": {"path": "/etc/cron.d/x"}}}, "mounts"),
    ({"Memory": 0}, "limits"),
    ({"Memory": 2**40}, "limits"),
    ({"Memory": True}, ""),
    ({"NanoCpus": 64 * 10**9}, "limits"),
    ({"CpuQuota": -1, "NanoCpus": 0}, "limits"),
    ({"PidsLimit": -1}, "limits"),
    ({"PortBindings": {"80/tcp": [{"HostIp": "127.0.0.1", "HostPort": "22"}]}}, "ports"),
    ({"PortBindings": {"80/tcp": [{"HostPort": "8080"}]}}, "ports"),
    ({"PortBindings": {"80/tcp": [{"HostIp": "127.0.0.1", "HostPort": "8000-9"}]}}, ""),
    ({"PortBindings": {"80/tcp:22": [{"HostPort": "8080"}]}}, ""),
    ({"PublishAllPorts": True}, "ports"),
    ({"Links": ["db:db"]}, ""),
    ({"MaskedPaths": ["/x"]}, ""),
    ({"VolumeDriver": "evil"}, ""),
    ({"BrandNewPower": True}, ""),
]
OWN: list[tuple[dict[str, Any], str]] = [
    ({"Image": "docker.io/evil/x:1"}, "images"),
    ({"User": "0"}, "users"),
    ({"User": ""}, "users"),
    ({"Labels": {}}, "labels"),
    ({"Labels": {"team": "shop", "traefik.enable": "1"}}, "labels"),
    ({"Volumes": {"/:/host": {}}}, ""),
    ({"Volumes": {"data": {}}}, ""),
    ({"ExposedPorts": {"80:22/tcp": {}}}, ""),
    ({"hostconfig": {"Privileged": True}}, ""),
    ({"HostConfig": []}, ""),
    ({"NetworkDisabled": True}, ""),
    ({"NetworkingConfig": {"EndpointsConfig": {"a": {"DriverOpts": {"x": "y"}}}}}, ""),
    ({"NetworkingConfig": {"EndpointsConfig": {"a": {"Unheard": 1}}}}, ""),
    ({"Name": "other"}, ""),
    ({"Unheard": 1}, ""),
]


def refused_by(body: dict[str, Any]) -> set[str]:
    """The kinds of rules that stop it; "" where it is not understood."""
    found = from_docker.container(body, "web")
    proposal = from_spec.container("container.create", found.spec)
    verdict = judge(RULES, proposal)
    kinds = {rule.name: rule.kind for rule in RULES}
    stops = {kinds.get(one.rule, "") for one in verdict.blocking if one.severity is Severity.REFUSE}
    return stops | ({""} if found.unknown or proposal.unknown else set())


def test_the_control_is_let_through_and_sent_anew() -> None:
    assert refused_by(BODY) == set()
    found = from_docker.container(copy.deepcopy(BODY), "web")
    assert found.body["HostConfig"]["Binds"] == BODY["HostConfig"]["Binds"]
    assert found.body["NetworkingConfig"] == {"EndpointsConfig": {"default": {}}}
    # what Podman does not read, or reads as an order of the client's own
    assert not {"ConsoleSize", "Isolation", "Links"} & found.body["HostConfig"].keys()


def test_names_are_the_true_ones() -> None:
    found = from_docker.container({"image": IMAGE, "HOSTCONFIG": {"binds": ["/a:/b"]}}, "")
    assert found.body == {"Image": IMAGE, "HostConfig": {"Binds": ["/a:/b"]}}


@pytest.mark.parametrize(("give", "kind"), HOST, ids=str)
def test_of_the_host(give: dict[str, Any], kind: str) -> None:
    # one key in the place of the control's, however it is spelled
    known = {name.lower() for name in give}
    host = {name: one for name, one in BODY["HostConfig"].items() if name.lower() not in known}
    assert kind in refused_by({**BODY, "HostConfig": {**host, **give}})


@pytest.mark.parametrize(("give", "kind"), OWN, ids=str)
def test_of_itself(give: dict[str, Any], kind: str) -> None:
    assert kind in refused_by({**BODY, **give})


@pytest.mark.parametrize("case", SPECS, ids=lambda case: case.name)
def test_escalations_of_podmans_own_dialect(case: Escalation) -> None:
    """By the rule that stops them there, where they are understood."""
    for give in escalations.bodies(case):
        assert {case.kind, ""} & refused_by(escalations.laid_over(give)), give


def test_most_escalations_can_be_said_in_dockers_dialect() -> None:
    assert refused_by(escalations.BODY) == set()
    assert sum(any(escalations.bodies(case)) for case in SPECS) >= 95
