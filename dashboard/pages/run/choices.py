"""What the run form offers: endpoints, and names on the chosen endpoint."""

from dataclasses import dataclass

from hosts.access import Person, allows_somewhere_on, visible_endpoints, visible_objects
from hosts.actions.run.run_container import VERB
from hosts.models import Endpoint, Image, Network, Pod, Volume
from hosts.models.inventory import LIVE

MOST = 500


def endpoints_for(person: Person) -> list[Endpoint]:
    """Endpoints where the person may run containers."""
    endpoints = visible_endpoints(person).select_related("host", "login")
    return [one for one in endpoints if allows_somewhere_on(person, VERB, one)]


@dataclass(frozen=True)
class KnownNames:
    """Names on one endpoint, for completion."""

    images: list[str]
    networks: list[str]
    pods: list[str]
    volumes: list[str]


def known_names(person: Person, endpoint: Endpoint | None) -> KnownNames:
    """Visible names on `endpoint`, from the inventory. Empty for None."""
    if endpoint is None:
        return KnownNames([], [], [], [])
    seen = Image.objects.filter(visible_objects(person, "image"), LIVE, endpoint=endpoint)
    images = seen.values_list("names", flat=True)[:MOST]

    def names(model: type[Network] | type[Pod] | type[Volume], **kind: bool) -> list[str]:
        seen = visible_objects(person, str(model._meta.model_name))
        rows = model.objects.filter(seen, LIVE, endpoint=endpoint, **kind).order_by("name")
        return list(rows.values_list("name", flat=True)[:MOST])

    return KnownNames(
        images=sorted({name for several in images for name in several if "@" not in name})[:MOST],
        networks=names(Network),
        pods=names(Pod),
        volumes=names(Volume, anonymous=False),
    )
