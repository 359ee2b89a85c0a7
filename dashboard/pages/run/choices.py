"""What the run form offers: endpoints where one may run, and what the inventory knows of the chosen one."""

from dataclasses import dataclass

from hosts.access import Person, allows_somewhere_on, visible_endpoints, visible_objects
from hosts.actions.run.run_container import VERB
from hosts.models import Endpoint, Image, Network, Pod, Volume
from hosts.models.inventory import LIVE

MOST = 500


def endpoints_for(person: Person) -> list[Endpoint]:
    """The endpoints where this person may run containers."""
    endpoints = visible_endpoints(person).select_related("host", "login")
    return [one for one in endpoints if allows_somewhere_on(person, VERB, one)]


@dataclass(frozen=True)
class Here:
    """Names on one endpoint, for completion."""

    images: list[str]
    networks: list[str]
    pods: list[str]
    volumes: list[str]


def here(person: Person, endpoint: Endpoint | None) -> Here:
    """What this person sees on `endpoint`, by the inventory; nothing for None."""
    if endpoint is None:
        return Here([], [], [], [])
    seen = Image.objects.filter(visible_objects(person, "image"), LIVE, endpoint=endpoint)
    images = seen.values_list("names", flat=True)[:MOST]

    def names(model: type[Network] | type[Pod] | type[Volume], **kind: bool) -> list[str]:
        seen = visible_objects(person, str(model._meta.model_name))
        rows = model.objects.filter(seen, LIVE, endpoint=endpoint, **kind).order_by("name")
        return list(rows.values_list("name", flat=True)[:MOST])

    return Here(
        images=sorted({name for several in images for name in several if "@" not in name})[:MOST],
        networks=names(Network),
        pods=names(Pod),
        volumes=names(Volume, anonymous=False),
    )
