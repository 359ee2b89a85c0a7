"""Rows of hosts and of what is on them, for tests that need no real host: nothing dials these.

web1 = make.endpoint("web1")
shop = make.container(web1, "shop", labels={"app": "shop"})
"""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils import timezone

from hosts.models import (
    INVENTORY,
    Container,
    Endpoint,
    Group,
    Host,
    Image,
    Login,
    Network,
    Pod,
    Unit,
    Volume,
)

HOST_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIMUAPlQCTmLAfPmG1aCLn0gq51ygULAnA1N23L0kEwB7"
FINGERPRINT = "SHA256:BvGEOCPImmb35nYSZc/Ly0UI9i2NnBL5dJknIzwMG3A"


def host(name: str = "web1", *, groups: Iterable[str] = (), **fields: Any) -> Host:
    """A host without logins; `groups` are made where they are not there."""
    found = Host.objects.create(name=name, **{"address": "192.0.2.1", **fields})
    found.groups.set([Group.objects.get_or_create(name=group)[0] for group in groups])
    return found


def endpoint(
    where: str | Host = "web1",
    *,
    user: str = "root",
    login: Mapping[str, Any] | Login | None = None,
    **fields: Any,
) -> Endpoint:
    """A Podman that is up, on a new host of this name or on one that is there.

    `login`: fields of the account through which it is reached, or another account's row.
    """
    on = where if isinstance(where, Host) else host(where)
    given = {"state": "up", "socket": "/s", "rootless": user != "root", **fields}
    if not isinstance(login, Login):
        account = {"state": given["state"], **(login or {})}
        login, _made = Login.objects.get_or_create(host=on, user=user, defaults=account)
    return Endpoint.objects.create(host=on, login=login, user=user, **given)


def registered(name: str = "web1", **fields: Any) -> Host:
    """A host as it is registered: with its key, the login root and that one's socket, not dialled yet."""
    found = host(name, **{"host_key": HOST_KEY, "fingerprint": FINGERPRINT, **fields})
    endpoint(
        found,
        login={"sealed_key": b"sealed"},
        state="connecting",
        socket="/run/podman/podman.sock",
        graph_root="/var/lib/containers/storage",
    )
    return found


def row(kind: str, on: Endpoint, name: str, **fields: Any) -> Any:
    """An object of the inventory. Its id comes from its name, unless `podman_id` is given."""
    now = timezone.now()
    made_up = name.encode().hex().ljust(64, "0")[:64]
    given = {"podman_id": made_up, "digest": "", "seen_at": now, "changed_at": now, **fields}
    model: Any = INVENTORY[kind]
    return model.objects.create(endpoint=on, name=name, **given)


def container(on: Endpoint, name: str = "shop", **fields: Any) -> Container:
    """A container that runs."""
    made: Container = row("container", on, name, **{"state": "running", **fields})
    return made


def pod(on: Endpoint, name: str = "shop", **fields: Any) -> Pod:
    """A pod that runs."""
    made: Pod = row("pod", on, name, **{"state": "running", **fields})
    return made


def image(on: Endpoint, *names: str, **fields: Any) -> Image:
    """An image with these names; a dangling one without any."""
    named = {"names": list(names), "dangling": not names, **fields}
    made: Image = row("image", on, names[0] if names else "", **named)
    return made


def volume(on: Endpoint, name: str = "data", **fields: Any) -> Volume:
    """A volume, whose name is its id."""
    made: Volume = row("volume", on, name, **{"podman_id": name, "driver": "local", **fields})
    return made


def network(on: Endpoint, name: str = "shop-net", **fields: Any) -> Network:
    """A bridge."""
    made: Network = row("network", on, name, **{"driver": "bridge", **fields})
    return made


def unit(on: Endpoint, name: str = "web", **fields: Any) -> Unit:
    """The active unit NAME.service of a quadlet, which makes a container."""
    given = {
        "podman_id": f"{name}.service",
        "state": "active",
        "sub": "running",
        "result": "success",
        "source": f"/etc/containers/systemd/{name}.container",
        "makes": "container",
        "makes_name": f"systemd-{name}",
        **fields,
    }
    made: Unit = row("unit", on, f"{name}.service", **given)
    return made
