"""Networks: one small function per call. `network` is a name or an id."""

from collections.abc import Sequence
from typing import Any, cast

from hosts.podman.client import Podman
from hosts.podman.containers import OWN_STOP_LIMIT_S
from hosts.podman.errors import Conflict
from hosts.podman.paths import Filters, path
from hosts.podman.shapes import NetworkItem


async def list_networks(podman: Podman, *, filters: Filters | None = None) -> list[NetworkItem]:
    """`networks/json`."""
    answer = await podman.get(path("networks", "json"), params={"filters": filters or None})
    return cast(list[NetworkItem], answer.objects())


async def inspect(podman: Podman, network: str) -> dict[str, Any]:
    """All of a network, from 5.0 on with its containers. Raises NotFound."""
    return (await podman.get(path("networks", network, "json"))).object()


async def create(podman: Podman, spec: dict[str, Any]) -> NetworkItem:
    """Create from `{"name", "driver", "subnets", "internal", "dns_enabled", "labels", …}`.

    Unlike on the command line, an absent `dns_enabled` means false. Conflict: the name is taken.
    """
    answer = await podman.call("POST", path("networks", "create"), body=spec)
    return cast(NetworkItem, answer.object())


async def remove(podman: Podman, network: str, *, force: bool = False) -> None:
    """Remove; `force` also removes the containers in it. Raises NotFound, Conflict."""
    answer = await podman.call(
        "DELETE",
        path("networks", network),
        params={"force": force},
        timeout_s=OWN_STOP_LIMIT_S if force else None,
    )
    for report in answer.objects():
        if report.get("Err"):
            raise Conflict(str(report["Err"]), status=answer.status)


async def connect(
    podman: Podman,
    network: str,
    container: str,
    *,
    aliases: Sequence[str] = (),
    addresses: Sequence[str] = (),
    mac: str = "",
) -> None:
    """Connect a container, running or not. Raises NotFound; ServerFault where it is connected."""
    body: dict[str, Any] = {"container": container}
    body |= {"aliases": list(aliases)} if aliases else {}
    body |= {"static_ips": list(addresses)} if addresses else {}
    body |= {"static_mac": mac} if mac else {}
    await podman.call("POST", path("networks", network, "connect"), body=body)


async def disconnect(podman: Podman, network: str, container: str, *, force: bool = False) -> None:
    """Disconnect a container. Raises NotFound; ServerFault where it is not connected."""
    body = {"Container": container, "Force": force}
    await podman.call("POST", path("networks", network, "disconnect"), body=body)


async def update(
    podman: Podman, network: str, *, dns_add: Sequence[str] = (), dns_drop: Sequence[str] = ()
) -> None:
    """Change the servers to which its DNS forwards. Raises NotFound."""
    body = {"adddnsservers": [*dns_add], "removednsservers": [*dns_drop]}
    await podman.call("POST", path("networks", network, "update"), body=body)
