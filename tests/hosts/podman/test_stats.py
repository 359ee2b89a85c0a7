"""What containers use, as Podman 4.3, 5.4 and 5.8 tell it (lines read from each)."""

import json
from typing import Any

import pytest

from hosts.podman import errors, stats
from tests.hosts.podman.fake import answer, chunked, says, talking

ID = "f2212ebd8875db5bd99336f436d2f848c132f284f4b28e17a0b9e5a16c8ee5d4"
COMMON = {
    "AvgCPU": 17.46778418699862,
    "ContainerID": ID,
    "Name": "busy",
    "PerCPU": [18974488, 0],
    "CPU": 17.46778418699862,
    "CPUNano": 18974488,
    "CPUSystemNano": 4000000,
    "SystemNano": 1795558930728404322,
    "MemUsage": 241664,
    "MemLimit": 25276063744,
    "MemPerc": 0.000956098237635462,
    "BlockInput": 4096,
    "BlockOutput": 8192,
    "PIDs": 3,
    "UpTime": 18974488,
    "Duration": 18974488,
}
COUNTERS = {"RxDropped": 0, "RxErrors": 0, "RxPackets": 7, "TxDropped": 0, "TxErrors": 0}
V43 = COMMON | {"NetInput": 90, "NetOutput": 528}
V54 = COMMON | {
    "Network": {
        "eth0": COUNTERS | {"RxBytes": 60, "TxBytes": 500, "TxPackets": 3},
        "eth1": COUNTERS | {"RxBytes": 30, "TxBytes": 28, "TxPackets": 1},
    }
}
# 5.8 on cgroups v2: no figures per processor
V58 = V54 | {"PerCPU": None}
# a container in the host's network
NO_NETWORK = COMMON | {"Network": None}


def line(*items: dict[str, Any], error: Any = None) -> bytes:
    return json.dumps({"Error": error, "Stats": list(items)}).encode() + b"\n"


@pytest.mark.parametrize("item", [V43, V54, V58])
def test_every_version_tells_the_same(item: dict[str, Any]) -> None:
    assert stats.usages({"Error": None, "Stats": [item]}) == [
        stats.Usage(
            podman_id=ID,
            cpu_ns=18974488,
            system_ns=1795558930728404322,
            memory_bytes=241664,
            limit_bytes=25276063744,
            received=90,
            sent=528,
            read=4096,
            written=8192,
            pids=3,
        )
    ]


def test_the_hosts_network_is_nobodys() -> None:
    (usage,) = stats.usages({"Error": None, "Stats": [NO_NETWORK]})
    assert (usage.received, usage.sent) == (0, 0)


def test_nothing_runs() -> None:
    assert stats.usages({"Error": None, "Stats": []}) == []
    assert stats.usages({"Error": None, "Stats": None}) == []


@pytest.mark.parametrize("figure", [-1, 2**63, "many", None, 1.5, True])
def test_odd_figures_are_none(figure: Any) -> None:
    (usage,) = stats.usages({"Stats": [V54 | {"MemUsage": figure, "PIDs": figure}]})
    assert (usage.memory_bytes, usage.pids) == (0, 0)


@pytest.mark.parametrize("podman_id", [None, 7, "", "short", "f" * 65])
def test_who_has_no_id_is_left_out(podman_id: Any) -> None:
    assert stats.usages({"Stats": [V54 | {"ContainerID": podman_id}]}) == []


@pytest.mark.parametrize("listed", [{}, "text", 3, [1]])
def test_another_shape_is_told(listed: Any) -> None:
    with pytest.raises(errors.Malformed):
        stats.usages({"Stats": listed})


async def test_lines_arrive_until_the_end() -> None:
    whole = line(V54) + line(V54 | {"CPUNano": 99})
    async with talking(says(chunked(whole[:200], whole[200:]))) as (podman, fake):
        told = [usages async for usages in stats.follow(podman, interval_s=10)]
    assert [usages[0].cpu_ns for usages in told] == [18974488, 99]
    assert fake.asked[0].line == (
        "GET /v5.0.0/libpod/containers/stats?stream=true&interval=10 HTTP/1.1"
    )


async def test_an_error_in_the_stream_is_told() -> None:
    sent = b'{"Error":{"message":"cannot open cgroup.stat"},"Stats":null}\n'
    async with talking(says(chunked(sent))) as (podman, _):
        with pytest.raises(errors.ServerFault, match=r"cgroup\.stat"):
            _ = [usages async for usages in stats.follow(podman, interval_s=10)]


async def test_rootless_on_cgroups_v1_is_a_conflict() -> None:
    words = "container stats resource only available for cgroup v2"
    body = json.dumps({"cause": words, "message": words, "response": 409}).encode()
    async with talking(says(answer("409 Conflict", body))) as (podman, _):
        with pytest.raises(errors.Conflict, match="cgroup v2"):
            _ = [usages async for usages in stats.follow(podman, interval_s=10)]
