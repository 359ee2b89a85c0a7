"""Full names that a short image name may mean on an endpoint."""

from dataclasses import dataclass

from asgiref.sync import async_to_sync

from hosts.access import Person, allows
from hosts.actions.images.references import Reference, candidates
from hosts.dial import dial
from hosts.models import Endpoint, Image
from hosts.models.inventory import LIVE
from hosts.podman import Podman, shortnames
from hosts.podman.errors import PodmanError

# short: somebody is typing
PATIENCE_S = 1.5
MOST = 8


@dataclass(frozen=True)
class FullName:
    """`here`: the endpoint has this image."""

    name: str
    here: bool


def full_names_for(person: Person, endpoint: Endpoint, reference: Reference) -> list[FullName]:
    """Images on the endpoint first (with `image.view`), then what its Podman would try. At most MOST."""
    there = _in_inventory(endpoint, reference) if allows(person, "image.view", endpoint) else []
    names = list(dict.fromkeys([*there, *_podman_tries(endpoint, reference)]))
    return [FullName(name, name in there) for name in names[:MOST]]


def _in_inventory(endpoint: Endpoint, reference: Reference) -> list[str]:
    """Names in the inventory that end in the short name with its tag."""
    ending = f"/{reference}"
    rows = Image.objects.filter(LIVE, endpoint=endpoint, dangling=False).values_list(
        "names", flat=True
    )
    return sorted({name for names in rows for name in names if name.endswith(ending)})


def _podman_tries(endpoint: Endpoint, reference: Reference) -> list[str]:
    """What Podman would try, aliases included. Without an answer: the search registries."""
    try:
        return async_to_sync(_resolve)(endpoint, str(reference))
    except PodmanError:
        registries = (endpoint.info or {}).get("registries") or {}
        return candidates(reference, registries.get("search") or [])


async def _resolve(endpoint: Endpoint, name: str) -> list[str]:
    async with Podman(dial(endpoint, streams=True), timeout_s=PATIENCE_S) as podman:
        return await shortnames.resolve(podman, name)
