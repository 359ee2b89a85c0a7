"""The run form's further fields on real Podman: what was asked for is what was made."""

from typing import Any

import pytest

from hosts.actions.run.run_spec import params_of
from tests.lab.hosts import Host
from tests.lab.podman_hosts import any_host, any_lab, can_limit
from tests.lab.real_endpoint import ended, endpoint_on, person, run_there, vault_keys, worker

__all__ = ["any_host", "any_lab", "ended", "endpoint_on", "person", "run_there", "vault_keys"]
__all__ += ["worker"]

pytestmark = pytest.mark.django_db(transaction=True)
BARE = {"image": "localhost/busybox:latest", "command": "sleep 1000", "stop_signal": "SIGKILL"}
MIB = 1024 * 1024


def test_process_and_rights(any_host: Host, endpoint_on: Any, run_there: Any) -> None:
    texts = BARE | {
        "name": "shop",
        "entrypoint": "/bin/env",
        "workdir": "/tmp",
        "user": "7:8",
        "group_add": "11\n12",
        "stop_timeout": "3",
        "timezone": "UTC",
        "umask": "0027",
        "init": "on",
        "annotations": "org.example.a=b c",
        "cap_add": "NET_ADMIN",
        "cap_drop": "CHOWN MKNOD",
        "security_opt": "no-new-privileges\nlabel=disable",
        "sysctls": "net.ipv4.ip_default_ttl=77",
        "ulimits": "nofile=100:200\ncore=0\nnproc=1000",
        "ipcns": "private",
        "oom_score_adj": "500",
    }
    made = run_there(any_host, endpoint_on(any_host), params_of(texts))
    config, host = made["Config"], made["HostConfig"]
    inside = any_host.podman(
        *("exec", "--user", "7:8", "shop", "sh", "-c"),
        "awk '/Umask/ {print $2}' /proc/1/status; id -u; id -g; pwd;"
        "cat /proc/sys/net/ipv4/ip_default_ttl; ulimit -n",
    )
    assert inside.split() == ["0027", "7", "8", "/tmp", "77", "100"]
    assert set(any_host.podman("exec", "shop", "id", "-G").split()) >= {"11", "12"}
    assert config["User"] == "7:8"
    assert (config["StopTimeout"], config["Timezone"]) == (3, "UTC")
    assert str(config["StopSignal"]) in ("SIGKILL", "9")
    assert config["Annotations"]["org.example.a"] == "b c"
    assert (host["Init"], host["IpcMode"], host["OomScoreAdj"]) == (True, "private", 500)
    assert host["CapAdd"] == ["CAP_NET_ADMIN"]
    assert sorted(host["CapDrop"]) in (["CAP_CHOWN"], ["CAP_CHOWN", "CAP_MKNOD"])
    assert {"no-new-privileges", "label=disable"} <= set(host["SecurityOpt"])
    limits = {one["Name"]: (one["Soft"], one["Hard"]) for one in host["Ulimits"]}
    assert (limits["RLIMIT_NOFILE"], limits["RLIMIT_CORE"]) == ((100, 200), (0, 0))


def test_mounts_secrets_and_devices(any_host: Host, endpoint_on: Any, run_there: Any) -> None:
    for name in ("key", "word"):
        any_host.podman("secret", "create", name, "/etc/hostname")
    texts = BARE | {
        "name": "shop",
        "tmpfs": "/cache:size=1m,mode=1777",
        "mounts": "type=image,source=localhost/busybox,destination=/other\n"
        "type=tmpfs,destination=/fast,tmpfs-size=2m\ntype=volume,source=db,destination=/data,ro",
        "secrets": "key,target=/run/own,uid=5,mode=0440\nword,type=env,target=WORD",
        "shm_size": "8m",
        "devices": "/dev/null:/dev/nothing:rw",
        "read_only": "on",
    }
    endpoint = endpoint_on(any_host)
    endpoint.podman_version = any_host.podman("version", "--format", "{{.Server.Version}}").strip()
    endpoint.save()
    try:
        made = run_there(any_host, endpoint, params_of(texts))
        host = made["HostConfig"]
        inside = any_host.podman(
            *("exec", "shop", "sh", "-c"),
            "stat -c '%u %a' /run/own; echo $WORD; cat /run/own; ls /other/bin/busybox;"
            "test -c /dev/nothing && echo device; df -k /dev/shm /cache /fast | awk '{print $2}';"
            "touch /data/x || echo ro; touch /new || echo ro; touch /tmp/new && echo rw",
        )
        lines = inside.split()
        name = any_host.run("cat", "/etc/hostname").strip()
        assert lines[:5] == ["5", "440", name, name, "/other/bin/busybox"]
        assert lines[5:] == ["device", "1K-blocks", "8192", "1024", "2048", "ro", "ro", "rw"]
        assert host["ReadonlyRootfs"] is True
        any_host.podman("rm", "-f", "-t", "0", "shop")
    finally:
        any_host.podman("secret", "rm", "key", "word")


def test_networks_names_and_addresses(any_host: Host, endpoint_on: Any, run_there: Any) -> None:
    for name, subnet in (("front", "192.168.121.0/24"), ("back", "192.168.122.0/24")):
        any_host.podman("network", "create", "--subnet", subnet, name)
    texts = BARE | {
        "name": "shop",
        "network": "front",
        "networks": "back:alias=db",
        "ip": "192.168.121.9",
        "mac": "92:d0:c6:0a:29:33",
        "aliases": "www",
        "hostname": "inside",
        "dns": "192.168.121.1",
        "dns_search": "example.org",
        "dns_options": "ndots:3",
        "add_host": "elsewhere:192.0.2.7",
    }
    try:
        made = run_there(any_host, endpoint_on(any_host), params_of(texts))
        networks = made["NetworkSettings"]["Networks"]
        assert networks["front"]["IPAddress"] == "192.168.121.9"
        assert networks["front"]["MacAddress"].lower() == "92:d0:c6:0a:29:33"
        assert "www" in networks["front"]["Aliases"]
        assert "db" in networks["back"]["Aliases"]
        inside = any_host.podman(
            "exec", "shop", "sh", "-c", "hostname; cat /etc/hosts /etc/resolv.conf"
        )
        assert inside.startswith("inside\n")
        assert "192.0.2.7" in inside
        assert "example.org" in inside
        assert "ndots:3" in inside
    finally:
        any_host.podman("rm", "-fa", "-t", "0")
        any_host.podman("network", "rm", "front", "back")


def test_limits_health_and_log(any_host: Host, endpoint_on: Any, run_there: Any) -> None:
    limits = {
        "memory": "64m",
        "memory_swap": "96m",
        "memory_reservation": "32m",
        "cpu_shares": "512",
    }
    limited = can_limit(any_host)
    texts = (BARE | limits if limited else BARE) | {
        "health_cmd": '["CMD", "true"]',
        "health_interval": "1m30s",
        "health_retries": "5",
        "health_start": "10s",
        "log_driver": "k8s-file",
        "log_options": "max-size=5mb",
    }
    made = run_there(any_host, endpoint_on(any_host), params_of(texts))
    config, host = made["Config"], made["HostConfig"]
    if limited:
        assert (host["Memory"], host["MemorySwap"]) == (64 * MIB, 96 * MIB)
        assert (host["MemoryReservation"], host["CpuShares"]) == (32 * MIB, 512)
    check = config["Healthcheck"]
    assert (check["Test"], check["Interval"]) == (["CMD", "true"], 90 * 10**9)
    assert (check["Retries"], check["StartPeriod"]) == (5, 10 * 10**9)
    assert (host["LogConfig"]["Type"], host["LogConfig"]["Size"]) == ("k8s-file", "5MB")
