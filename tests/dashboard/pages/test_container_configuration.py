"""A container's configuration on its summary, also from odd answers of a host."""

from typing import Any

import pytest

from dashboard.pages.containers.configuration import configuration_of
from dashboard.pages.containers.tabs import whole_seconds

ROW: Any = None
INSPECT: dict[str, Any] = {
    "Config": {"Env": ["TZ=UTC", "KEY=canary"], "User": "1000:1000", "WorkingDir": "/srv"},
    "HostConfig": {
        "RestartPolicy": {"Name": "on-failure", "MaximumRetryCount": 3},
        "Memory": 64 << 20,
        "NanoCpus": 500_000_000,
        "PidsLimit": 100,
        "Privileged": False,
        "LogConfig": {"Type": "k8s-file"},
    },
    "Mounts": [
        {
            "Type": "volume",
            "Name": "shop-data",
            "Source": "/var/x",
            "Destination": "/data",
            "RW": True,
        },
        {"Type": "bind", "Source": "/srv/shop", "Destination": "/shop", "RW": False},
    ],
    "NetworkSettings": {
        "Networks": {"podman": {"IPAddress": "10.88.0.2", "GlobalIPv6Address": ""}}
    },
}


def test_what_inspect_tells() -> None:
    told = configuration_of(ROW, INSPECT)
    assert told["mounts"] == [
        {"source": "shop-data", "volume": "shop-data", "target": "/data", "read_only": False},
        {"source": "/srv/shop", "volume": "", "target": "/shop", "read_only": True},
    ]
    assert told["restart"] == "on failure, 3 times"
    assert told["limits"] == ["64.0 MiB of memory", "0.5 CPUs", "100 processes"]
    assert told["addresses"] == [{"network": "podman", "address": "10.88.0.2"}]
    assert (told["user"], told["folder"], told["env_count"]) == ("1000:1000", "/srv", 2)
    assert "canary" not in str(told)


@pytest.mark.parametrize("junk", [None, [], "text", 7, {"a": []}])
def test_a_host_that_tells_nonsense(junk: Any) -> None:
    told = configuration_of(ROW, dict.fromkeys(INSPECT, junk))
    assert told["mounts"] == [] or told["mounts"][0]["target"] == ""
    assert (told["restart"], told["limits"], told["addresses"]) == ("never", [], [])


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        ("6m54.193626598s", "6m54s"),
        ("1h0m0.5s", "1h0m0s"),
        ("0.000", "0.000"),
        ("sleep 1.5s", "sleep 1.5s"),
    ],
)
def test_a_process_is_timed_in_seconds(cell: str, shown: str) -> None:
    assert whole_seconds(cell) == shown
