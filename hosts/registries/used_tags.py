"""Which tags at registries containers use, and where."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from yarl import URL

from hosts.actions.images.references import Reference, parse_full
from hosts.models import Container, Endpoint, Host, Image, ImageUpdate, TagCheck
from hosts.models.inventory import LIVE
from hosts.refusals import Refusal
from hosts.registries.addresses import is_loopback

# image ids in one question
_CHUNK = 500
# what TagCheck.reference holds
_MOST_CHARS = 500
# endpoint, id of the image, its name as the container has it
Use = tuple[int, str, str]


@lru_cache(16_384)
def tag_of(image: str) -> Reference | None:
    """The tag that a container's `image` names at a registry. None: there is nobody to ask about it."""
    try:
        found = parse_full(image)
        # a port of 99999, or no address between the brackets
        host = URL(f"https://{found.registry}").host
    except (Refusal, ValueError):
        return None
    if found.digest or not host or found.registry == "localhost" or len(str(found)) > _MOST_CHARS:
        return None
    return found


def state_of(row: TagCheck | None, digests: frozenset[str]) -> str:
    """Whether an image with these digests is what the tag names. Never current without an answer."""
    states = ImageUpdate.State
    if row is None or not row.digest or not digests:
        return states.UNKNOWN
    if row.digest in digests or not digests.isdisjoint(row.instances or ()):
        return states.UNKNOWN if row.failure else states.CURRENT
    return states.UNKNOWN if row.instances is None else states.AVAILABLE


@dataclass(slots=True)
class UsedTags:
    """`uses`: per reference, who uses it; `digests`: of each image (endpoint, id) that is used."""

    uses: dict[str, list[Use]] = field(default_factory=dict)
    digests: dict[tuple[int, str], frozenset[str]] = field(default_factory=dict)

    def images(self, reference: str) -> Iterable[frozenset[str]]:
        """The digests of each image that runs under this tag."""
        return (
            self.digests.get((endpoint, image_id), frozenset())
            for endpoint, image_id, _image in self.uses[reference]
        )


def used_tags() -> UsedTags:
    """All of them, of containers that run and of those that do not."""
    found = UsedTags()
    containers = Container.objects.filter(LIVE).exclude(image_id="").order_by()
    for endpoint, image_id, image in containers.values_list(
        "endpoint_id", "image_id", "image"
    ).distinct():
        if tag := tag_of(image):
            found.uses.setdefault(str(tag), []).append((endpoint, image_id, image))
    ids = sorted({image_id for uses in found.uses.values() for _place, image_id, _name in uses})
    for start in range(0, len(ids), _CHUNK):
        # one that a newer one took the name of may be gone from the list
        rows = Image.objects.filter(podman_id__in=ids[start : start + _CHUNK]).order_by()
        for endpoint, image_id, digests in rows.values_list("endpoint_id", "podman_id", "digests"):
            found.digests[endpoint, image_id] = frozenset(digests)
    return found


@dataclass(frozen=True, slots=True)
class Access:
    """How the hosts that use a tag reach its registry, as far as Haulout does the same."""

    host_ids: frozenset[int]
    insecure: bool
    loopback: bool


def access_to(tag: Reference, endpoints: Iterable[Endpoint]) -> Access:
    """Insecure is what all of them call so: one host does not decide for the others."""
    places = list(endpoints)
    return Access(
        frozenset(one.host_id for one in places),
        insecure=all(_calls_insecure(one.info, tag) for one in places),
        loopback=all(one.host.kind == Host.Kind.LOCAL for one in places),
    )


def _calls_insecure(info: dict[str, Any], tag: Reference) -> bool:
    """What registries.conf says there, by its longest prefix that fits."""
    full = f"{tag.registry}/{tag.path}"
    configured = (info.get("registries") or {}).get("configured") or ()
    fitting = [one for one in configured if _fits(str(one.get("prefix") or ""), full, tag.registry)]
    best = max(fitting, key=lambda one: len(str(one["prefix"])), default=None)
    if best is not None:
        return bool(best.get("insecure"))
    return is_loopback(tag.registry.rpartition(":")[0] or tag.registry)


def _fits(prefix: str, full: str, registry: str) -> bool:
    if prefix.startswith("*."):
        name = registry.partition(":")[0]
        return name.endswith(prefix[1:])
    return full == prefix or full.startswith(prefix.rstrip("/") + "/")
