"""Full names that a short one may mean on an endpoint: what is there, then what its Podman would try."""

from dataclasses import dataclass

from asgiref.sync import async_to_sync

from hosts.access import Person, allows
from hosts.actions.images.references import Reference, candidates
from hosts.dial import dial
from hosts.models import Endpoint, Image
from hosts.models.inventory import LIVE
from hosts.podman import Podman, shortnames
from hosts.podman.errors import PodmanError

# somebody is typing: a host that does not answer at once is not waited for
PATIENCE_S = 1.5
MOST = 8


@dataclass(frozen=True)
class Offer:
    """A full name; `here`: the endpoint has that image."""

    name: str
    here: bool


def offers_for(person: Person, endpoint: Endpoint, reference: Reference) -> list[Offer]:
    """In the order in which they are worth offering; empty when nothing is known. Of what is there those
    alone hear who see images there.
    """
    there = _there(endpoint, reference) if allows(person, "image.view", endpoint) else []
    names = list(dict.fromkeys([*there, *_tried(endpoint, reference)]))
    return [Offer(name, name in there) for name in names[:MOST]]


def _there(endpoint: Endpoint, reference: Reference) -> list[str]:
    """Names in the inventory that end in the short one, with its tag."""
    ending = f"/{reference}"
    rows = Image.objects.filter(LIVE, endpoint=endpoint, dangling=False).values_list(
        "names", flat=True
    )
    return sorted({name for names in rows for name in names if name.endswith(ending)})


def _tried(endpoint: Endpoint, reference: Reference) -> list[str]:
    """What Podman itself would try, aliases included; without an answer the searched registries."""
    try:
        return async_to_sync(_resolved)(endpoint, str(reference))
    except PodmanError:
        registries = (endpoint.info or {}).get("registries") or {}
        return candidates(reference, registries.get("search") or [])


async def _resolved(endpoint: Endpoint, name: str) -> list[str]:
    async with Podman(dial(endpoint, streams=True), timeout_s=PATIENCE_S) as podman:
        return await shortnames.resolve(podman, name)
