"""Endpoints for the run and pull pages: web1 rootful, web1 rootless (user seal), web2 (away)."""

from dataclasses import dataclass
from typing import Any

import pytest
from django.conf import settings

from hosts import vault
from tests import make

KEYS = ("ports_key", "ports_address", "ports_host", "ports_inner", "ports_protocol")


@dataclass(frozen=True)
class Hosts:
    """The endpoints."""

    web1: Any
    seal: Any
    web2: Any

    def add(self, endpoint: Any, kind: str, name: str, **more: Any) -> Any:
        """A row of the inventory."""
        return make.row(kind, endpoint, name, **{"podman_id": f"{kind}-{name}", **more})


@pytest.fixture
def hosts(cast: Any) -> Hosts:
    """web1 with two endpoints, web2 that is away."""
    vault.make_keys(settings.HAULOUT_KEYS)
    web1, web2 = make.host("web1", groups=["prod"]), make.host("web2", groups=["prod"])
    kept: dict[str, Any] = {
        "podman_version": "5.4.2",
        "info": {"registries": {"search": ["quay.io", "docker.io"]}},
    }
    away: dict[str, Any] = {"state": "away", "reason": "connection refused on port 22."}
    return Hosts(
        make.endpoint(web1, socket="/run/root.sock", **kept),
        make.endpoint(web1, user="seal", socket="/run/seal.sock", **kept),
        make.endpoint(web2, socket="/run/root.sock", **kept, **away),
    )
