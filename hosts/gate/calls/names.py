"""What a client calls an object, asked of the host: its full id, its name, its labels."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from hosts.access.fetch import HostObject
from hosts.actions.images.references import parse
from hosts.inventory.bounds import mapping, text, texts
from hosts.podman import (
    Podman,
    artifacts,
    containers,
    execs,
    images,
    manifests,
    networks,
    pods,
    secrets,
    volumes,
)
from hosts.podman.client import Answer
from hosts.podman.errors import NotFound
from hosts.podman.shortnames import DOCKER_HUB, at_registry

Inspect = Callable[[Podman, str], Awaitable[dict[str, Any]]]


async def _manifest_list(podman: Podman, name: str) -> dict[str, Any]:
    """A list of the host's own, as inspect tells of an image: Podman would look for it in registries too."""
    found: list[dict[str, Any]] = []
    if await manifests.exists(podman, name):
        rows: list[dict[str, Any]] = [
            {"Id": text(row.get("Id"), limit=80), "RepoTags": row.get("Names")}
            for row in await images.list_images(podman)
        ]
        called = [row for row in rows if whole_name(name, row)]
        # as Podman looks them up
        called.sort(key=lambda row: not whole_name(name, row).startswith("localhost/"))
        found = called or [row for row in rows if row["Id"].startswith(name)]
    if not found:
        raise NotFound(f"{name}: manifest list not found", status=404)
    return found[0]


_INSPECT: dict[str, Inspect] = {
    "artifact": artifacts.inspect,
    "container": containers.inspect,
    "image": images.inspect,
    "manifest": _manifest_list,
    "network": networks.inspect,
    "pod": pods.inspect,
    "secret": secrets.inspect,
    "volume": volumes.inspect,
}
_ID = {"artifact": "Name", "network": "id", "secret": "ID", "volume": "Name"}
# a name that no object has, in whose place a missing one is asked for
NOBODY = "f" * 64


@dataclass(frozen=True, slots=True)
class ResolvedObject:
    """`known_as`: what the request that is sent on calls it: the full id, or the name where that is the id.
    `inspect`: all that the host told of it, of an exec of the exec. `answer`: the same as it came, where the
    client's own request was sent.
    """

    object: HostObject
    known_as: str
    inspect: Mapping[str, Any]
    answer: Answer | None = None


async def resolve(podman: Podman, kind: str, name: str, target: str = "") -> ResolvedObject:
    """The object that the host means by `name`. An exec is the container that it runs in. PodmanError.

    `target`: an inspect of it that a client asked for; sent in place of ours.
    """
    if kind == "exec":
        session = await execs.inspect(podman, name)
        container = await resolve(podman, "container", text(session.get("ContainerID"), limit=80))
        return ResolvedObject(container.object, name, session)
    answer = await podman.get(target) if target else None
    found = answer.object() if answer else await _INSPECT[kind](podman, name)
    own_id = text(found.get(_ID.get(kind, "Id")), limit=255)
    if not own_id:
        raise NotFound(f"The host did not say which {kind} {name} is.", status=404)
    kind = "image" if kind == "manifest" else kind
    own_name = _name(kind, found)
    told = HostObject(kind, own_id, own_name or own_id[:12], _labels(kind, found))
    # Podman answers with what a network was called, and a network keeps its name
    known_as = own_name if kind == "network" else own_id
    return ResolvedObject(told, known_as or own_id, found, answer)


def _name(kind: str, found: Mapping[str, Any]) -> str:
    if kind == "image":
        return next(iter(texts(found.get("RepoTags"), count=1, limit=255)), "")
    if kind == "secret":
        found = _within(found, "Spec")
    return text(found.get("name" if kind == "network" else "Name"), limit=255)


def _labels(kind: str, found: Mapping[str, Any]) -> Mapping[str, Any]:
    return mapping((_within(found, "Config") if kind == "container" else found).get("Labels"))


def _within(found: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = found.get(key)
    return value if isinstance(value, dict) else {}


def whole_name(typed: str, image: Mapping[str, Any]) -> str:
    """Of the names that the host tells of an image the one that was meant by what was typed, or ""."""
    tagged = typed if ":" in typed.rpartition("/")[2] else f"{typed}:latest"
    names = texts(image.get("RepoTags"), count=1000, limit=1000)
    return next((name for name in names if name == tagged or name.endswith(f"/{tagged}")), "")


def on_docker_hub(image: str) -> str:
    """The whole name that Docker's clients mean. Refusal where it is no name of an image."""
    reference = parse(image)
    return str(parse(at_registry(DOCKER_HUB, str(reference))) if reference.short else reference)


async def missing(podman: Podman, kind: str, name: str) -> NotFound:
    """How this host says that there is no such object: the same words, whether it is not there or may not
    be seen.
    """
    try:
        if kind == "exec":
            await execs.inspect(podman, NOBODY)
        else:
            await _INSPECT[kind](podman, NOBODY)
    except NotFound as told:
        return NotFound(
            told.message.replace(NOBODY, name), cause=told.cause.replace(NOBODY, name), status=404
        )
    return NotFound(f"no such {kind}: {name}", status=404)
