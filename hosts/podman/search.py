"""Searching a registry, as the host sees it."""

from dataclasses import dataclass
from typing import Final

from hosts.podman.client import Podman
from hosts.podman.paths import path
from hosts.podman.registry_auth import Credential, by_registry

# a registry's words are kept in a job's row
_LONGEST: Final = 500


@dataclass(frozen=True, slots=True)
class SearchResult:
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
) -> list[SearchResult]:
    """At most `limit` results for `term` (registry/part of a name).

    DeadlineExceeded: the registry is silent for `timeout_s`; Podman itself would wait longer.
    """
    answer = await podman.call(
        "GET",
        path("images", "search"),
        params={"term": term, "limit": limit},
        # the other form of that header: 4.3 wants it here; 5.4 and 5.8 take both
        headers={"X-Registry-Auth": by_registry([credential])} if credential else None,
        timeout_s=timeout_s,
    )
    return [
        SearchResult(
            name=str(item.get("Name") or "")[:_LONGEST],
            description=str(item.get("Description") or "")[:_LONGEST],
            stars=item["Stars"] if isinstance(item.get("Stars"), int) else 0,
            official=bool(item.get("Official")),
        )
        for item in answer.objects()[:limit]
        if item.get("Name")
    ]
