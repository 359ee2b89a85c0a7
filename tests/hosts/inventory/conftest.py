"""An endpoint in the database, and list items as Podman 5.4 sends them."""

from collections.abc import Callable
from typing import Any

import pytest

from hosts.inventory import Changes, Mirror, WriteBatch, write_together
from hosts.models import Endpoint
from tests import make

Item = dict[str, Any]
ID = "24b358360c493c7c46d8dcb783f6bb6661f5cc916a1dae4bdb9877adc2003627"


@pytest.fixture
def container_item() -> Callable[..., Item]:
    """`containers/json`, one item, as read from Podman 5.4.2."""

    def make(podman_id: str = ID, **changed: Any) -> Item:
        return {
            "AutoRemove": False,
            "Command": ["sleep", "1000"],
            "Created": "2026-11-24T16:20:14.895676892Z",
            "CreatedAt": "",
            "CIDFile": "",
            "Exited": True,
            "ExitedAt": 1795537223,
            "ExitCode": 137,
            "ExposedPorts": None,
            "Id": podman_id,
            "Image": "localhost/lab/base:1",
            "ImageID": "303b840b0d24436d84461f9c33f4afb5134e78f23051f4c19eb02c49855e119f",
            "IsInfra": False,
            "Labels": {"a": "b", "com.docker.compose.project": "shop"},
            "Mounts": ["/data"],
            "Names": ["web2"],
            "Namespaces": {},
            "Networks": ["podman"],
            "Pid": 0,
            "Pod": "",
            "PodName": "",
            "Ports": [
                {
                    "host_ip": "",
                    "container_port": 80,
                    "host_port": 8080,
                    "range": 1,
                    "protocol": "tcp",
                }
            ],
            "Restarts": 0,
            "Size": None,
            "StartedAt": 1795537223,
            "State": "exited",
            "Status": "starting",
            **changed,
        }

    return make


@pytest.fixture
def endpoint(db: None) -> Endpoint:
    return make.endpoint(
        "web1", login={"epoch": 7, "owner": "link"}, socket="/run/podman/podman.sock"
    )


@pytest.fixture
def mirror(endpoint: Endpoint) -> Mirror:
    return Mirror(endpoint_id=endpoint.pk, login_id=endpoint.login_id, epoch=7)


@pytest.fixture
def compare(mirror: Mirror) -> Callable[..., Changes]:
    """A full comparison in a transaction of its own; raises what went wrong."""

    def run(kind: str, listed: Any, *, began: float = 0.0, by: Mirror = mirror) -> Changes:
        def step(batch: WriteBatch) -> Changes:
            return by.compare(batch, kind, listed=listed, began=began)

        return settle(write_together([step])[0])

    return run


@pytest.fixture
def apply(mirror: Mirror) -> Callable[..., Changes]:
    """Objects listed alone, in a transaction of its own."""

    def run(kind: str, ids: list[str], listed: Any, *, began: float = 0.0) -> Changes:
        def step(batch: WriteBatch) -> Changes:
            return mirror.apply(batch, kind, ids=ids, listed=listed, began=began)

        return settle(write_together([step])[0])

    return run


def settle(result: object) -> Any:
    if isinstance(result, Exception):
        raise result
    return result
