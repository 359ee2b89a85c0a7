"""Accounts of registries, as a request to Podman carries them; the host keeps nothing of them."""

import json
from base64 import urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Credential:
    username: str
    password: str = field(repr=False)
    registry: str

    def header(self) -> str:
        """The value of X-Registry-Auth."""
        account = {"username": self.username, "password": self.password}
        return _encoded(account | {"serveraddress": self.registry})


def auth_headers(credential: Credential | None) -> dict[str, str] | None:
    """The headers of a request that uses this account."""
    return {"X-Registry-Auth": credential.header()} if credential else None


def by_registry(credentials: Sequence[Credential]) -> str:
    """Accounts under their registries: X-Registry-Config of a build, X-Registry-Auth of a search."""
    return _encoded(
        {one.registry: {"username": one.username, "password": one.password} for one in credentials}
    )


def _encoded(value: Mapping[str, object]) -> str:
    return urlsafe_b64encode(json.dumps(value).encode()).decode()
