"""Searching a registry, as the host sees it."""

import json
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from typing import Final

from hosts.podman.client import Podman
from hosts.podman.paths import path
from hosts.podman.pull import Credential

# a registry's words are kept in a job's row
_LONGEST: Final = 500


@dataclass(frozen=True, slots=True)
class Found:
    """One repository; `official` and `stars` are Docker Hub's."""

    name: str
    description: str
    stars: int
    official: bool


async def search(
    podman: Podman,
    term: str,
    *,
    limit: int,
    credential: Credential | None = None,
    timeout_s: float,
) -> list[Found]:
    """What `term` (registry/part of a name) finds, at most `limit`. One that says nothing is left
    after `timeout_s`: DeadlineExceeded; Podman itself waits longer.
    """
    answer = await podman.call(
        "GET",
        path("images", "search"),
        params={"term": term, "limit": limit},
        headers={"X-Registry-Auth": _by_registry(credential)} if credential else None,
        timeout_s=timeout_s,
    )
    return [
        Found(
            name=str(item.get("Name") or "")[:_LONGEST],
            description=str(item.get("Description") or "")[:_LONGEST],
            stars=item["Stars"] if isinstance(item.get("Stars"), int) else 0,
            official=bool(item.get("Official")),
        )
        for item in answer.objects()[:limit]
        if item.get("Name")
    ]


def _by_registry(account: Credential) -> str:
    """The other form of that header, which Podman 4.3 wants here (seen; 5.4 and 5.8 take both)."""
    accounts = {account.registry: {"username": account.username, "password": account.password}}
    return urlsafe_b64encode(json.dumps(accounts).encode()).decode()
