"""Hosts for the run and pull pages: web1 (root), web1 of the user seal (rootless), web2, away."""

from dataclasses import dataclass
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone

from hosts import vault
from hosts.models import INVENTORY, Endpoint, Group, Host, Login

KEYS = ("ports_key", "ports_address", "ports_host", "ports_inner", "ports_protocol")


@dataclass(frozen=True)
class Hosts:
    """The endpoints."""

    web1: Any
    seal: Any
    web2: Any

    def add(self, endpoint: Any, kind: str, name: str, **more: Any) -> Any:
        """A row of the inventory."""
        now = timezone.now()
        common = {"podman_id": f"{kind}-{name}", "digest": "", "seen_at": now, "changed_at": now}
        return INVENTORY[kind].objects.create(endpoint=endpoint, name=name, **common | more)


@pytest.fixture
def hosts(cast: Any) -> Hosts:
    """web1 with two endpoints, web2 that is away."""
    vault.make_keys(settings.HAULOUT_KEYS)
    made = []
    for name, user, state in (
        ("web1", "root", "up"),
        ("web1", "seal", "up"),
        ("web2", "root", "away"),
    ):
        host, _new = Host.objects.get_or_create(name=name, defaults={"address": "192.0.2.1"})
        host.groups.set([Group.objects.get_or_create(name="prod")[0]])
        login = Login.objects.create(host=host, user=user, state=state)
        made.append(
            Endpoint.objects.create(
                host=host,
                login=login,
                user=user,
                rootless=user != "root",
                socket=f"/run/{user}.sock",
                state=state,
                reason="connection refused on port 22." if state == "away" else "",
                podman_version="5.4.2",
                info={"registries": {"search": ["quay.io", "docker.io"]}},
            )
        )
    return Hosts(*made)
