"""Each kind of list item becomes the fields of its row."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from hosts.inventory.rows import fields, listed_objects


def row(kind: str, item: dict[str, Any]) -> dict[str, Any]:
    (one,) = listed_objects(kind, [item]).values()
    return fields(kind, one)


def test_container(container_item: Callable[..., dict[str, Any]]) -> None:
    found = row("container", container_item())
    assert found["name"] == "web2"
    assert (found["state"], found["exit_code"], found["health"]) == ("exited", 137, "starting")
    assert found["created_at"] == datetime(2026, 11, 24, 16, 20, 14, 895676, tzinfo=UTC)
    assert found["exited_at"] == datetime.fromtimestamp(1795537223, UTC)
    assert found["project"] == "shop"
    assert found["ports"] == [
        {"host_ip": "", "host_port": 8080, "container_port": 80, "range": 1, "protocol": "tcp"}
    ]


def test_running_container_has_no_exit(container_item: Callable[..., dict[str, Any]]) -> None:
    item = container_item(State="running", Exited=False, ExitedAt=-62135596800, ExitCode=0)
    found = row("container", item)
    assert found["exit_code"] is None
    assert found["exited_at"] is None


@pytest.mark.parametrize(
    ("labels", "unit", "project"),
    [
        ({"PODMAN_SYSTEMD_UNIT": "web.service"}, "web.service", ""),
        ({"io.podman.compose.project": "shop"}, "", "shop"),
        (None, "", ""),
    ],
)
def test_marks(
    container_item: Callable[..., dict[str, Any]], labels: Any, unit: str, project: str
) -> None:
    found = row("container", container_item(Labels=labels))
    assert (found["unit"], found["project"]) == (unit, project)


def test_pod() -> None:
    found = row(
        "pod",
        {
            "Cgroup": "/libpod_parent",
            "Containers": [{"Id": "97f8", "Names": "infra", "Status": "running"}],
            "Created": "2026-11-24T16:20:15.192635738Z",
            "Id": "282a",
            "InfraId": "97f8",
            "Name": "p1",
            "Networks": ["podman"],
            "Status": "Running",
            "Labels": {},
        },
    )
    assert (found["name"], found["state"], found["infra_id"]) == ("p1", "running", "97f8")
    assert found["containers"] == [{"id": "97f8", "name": "infra", "state": "running"}]


@pytest.mark.parametrize(
    ("names", "name", "dangling"),
    [(["localhost/lab/base:1", "x:2"], "localhost/lab/base:1", False), (None, "", True)],
)
def test_image(names: Any, name: str, dangling: bool) -> None:
    item = {"Id": "303b", "Names": names, "Created": 1795537214, "Size": 2173522, "Containers": 3}
    found = row("image", item)
    assert (found["name"], found["dangling"]) == (name, dangling)
    assert (found["size_bytes"], found["containers"]) == (2173522, 3)


def test_volume_has_its_name_as_id() -> None:
    item = {"Name": "data", "Driver": "local", "Mountpoint": "/v/data", "Anonymous": True}
    found = row("volume", item)
    assert (found["podman_id"], found["name"], found["anonymous"]) == ("data", "data", True)


def test_network() -> None:
    item = {
        "name": "n1",
        "id": "2f25",
        "driver": "bridge",
        "network_interface": "podman1",
        "created": "2026-11-24T16:20:24.435168853Z",
        "subnets": [{"subnet": "10.89.0.0/24", "gateway": "10.89.0.1"}],
        "ipv6_enabled": False,
        "internal": True,
        "dns_enabled": True,
    }
    found = row("network", item)
    assert found["subnets"] == [{"subnet": "10.89.0.0/24", "gateway": "10.89.0.1"}]
    assert (found["internal"], found["ipv6"], found["dns"]) == (True, False, True)


@pytest.mark.parametrize(
    ("kind", "key", "value"),
    [
        ("container", "Status", "Up 3 minutes"),
        ("container", "CreatedAt", "3 minutes ago"),
        ("network", "created", "2030-01-01T00:00:00Z"),
        ("volume", "MountCount", 4),
    ],
)
def test_what_changes_by_itself_is_not_in_the_digest(kind: str, key: str, value: Any) -> None:
    item = {"Id": "1", "Name": "1", "id": "1", "name": "1"}
    (before,) = listed_objects(kind, [item]).values()
    (after,) = listed_objects(kind, [{**item, key: value}]).values()
    assert before.digest == after.digest
