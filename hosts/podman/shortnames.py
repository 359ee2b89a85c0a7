"""Short image names (`nginx`), and the full names that a host would try for them."""

from typing import Any, Final

from hosts.podman.client import Podman
from hosts.podman.errors import BadRequest, Malformed, Unsupported
from hosts.podman.paths import path

DOCKER_HUB: Final = "docker.io"


def is_qualified(reference: str) -> bool:
    """Whether a name has its registry: the first part has a dot or a port, or is `localhost`."""
    first, slash, rest = reference.partition("/")
    return bool(slash and rest) and ("." in first or ":" in first or first == "localhost")


async def resolve(podman: Podman, name: str) -> list[str]:
    """The full names for `name`, in the order in which the host would try them.

    Podman answers itself, aliases included (`images/{name}/resolve`, in 5.4 and 5.8). Podman 4.3 lacks
    that call (405). There the registries that it searches (`info`) are put before the name, without
    aliases. BadRequest: no alias, and no registry to search.
    """
    if is_qualified(name):
        return [with_tag(name)]
    try:
        answer = (await podman.get(path("images", name, "resolve"))).object()
        return _names(answer.get("Names"))
    except Unsupported:
        info = (await podman.get(path("info"))).object()
    registries = info.get("registries")
    searched = registries.get("search") if isinstance(registries, dict) else None
    if not (full := [at_registry(registry, name) for registry in _names(searched)]):
        raise BadRequest(f"{name} does not name its registry, and the host searches none.")
    return full


def at_registry(registry: str, name: str) -> str:
    """`name` at `registry`; Docker Hub keeps its official images under `library/`."""
    official = registry == DOCKER_HUB and "/" not in name
    return with_tag(f"{registry}/library/{name}" if official else f"{registry}/{name}")


def with_tag(reference: str) -> str:
    """`:latest` where it has neither tag nor digest."""
    last = reference.rpartition("/")[2]
    return reference if ":" in last or "@" in last else f"{reference}:latest"


def _names(value: Any) -> list[str]:
    if not isinstance(value or [], list):
        raise Malformed("Podman's answer is not a list of names.")
    return [str(item) for item in value or []]
