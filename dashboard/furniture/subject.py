"""What an explanation is about: the site, a host, one of its Podmans, or an object there."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from hosts.access import NotVisible, Person, is_visible, visible_endpoints, visible_hosts
from hosts.models import INVENTORY, Endpoint, Host, InventoryRow

_MOST = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Subject:
    """`place` None: the site. `row`: an object at `place`, which is then its endpoint."""

    place: Host | Endpoint | None = None
    row: InventoryRow | None = None

    @property
    def name(self) -> str:
        """As a person calls it."""
        if self.row is not None:
            named = {"name": self.row.name or self.row.podman_id[:12], "host": self.place}
            return _("%(name)s on %(host)s") % named
        return str(self.place) if self.place else _("the whole site")

    @property
    def where(self) -> str:
        """As it is typed; "" for the site."""
        if self.row is not None:
            return f"{self.place}/{self.row.name}"
        return str(self.place) if self.place else ""

    @property
    def parts(self) -> dict[str, str]:
        """What stands for it in an address."""
        if self.row is not None:
            kind = str(self.row._meta.model_name)
            return {"endpoint": str(self.row.endpoint_id), "kind": kind, "id": self.row.podman_id}
        if self.place is None:
            return {}
        return {str(self.place._meta.model_name): str(self.place.pk)}

    @property
    def url(self) -> str:
        """Its own page, "" for the site."""
        if self.row is not None:
            room = f"{self.row._meta.model_name}s"
            return f"/{room}/{self.row.endpoint_id}/{self.row.podman_id}/"
        host = (
            self.place.host_id if isinstance(self.place, Endpoint) else self.place and self.place.pk
        )
        return reverse("hosts:page", args=[host]) if host else ""

    def explain_url(self, user_id: int | None = None) -> str:
        """Where it is explained, for this person."""
        parts = {**({"person": str(user_id)} if user_id else {}), **self.parts}
        return f"{reverse('explain:person')}?{urlencode(parts)}"

    @property
    def who_url(self) -> str:
        """Where it says who may do what with it."""
        return f"{reverse('explain:who')}?{urlencode(self.parts)}"


def subject_of(person: Person, given: Mapping[str, Any]) -> Subject:
    """What `endpoint`, `host`, `kind` and `id`, or a typed `where` name, among what `person` sees.

    NotVisible for all else.
    """
    if where := str(given.get("where") or "").replace("\0", "").strip():
        return _named(person, where)
    if endpoint_id := _number(given.get("endpoint")):
        place = visible_endpoints(person).select_related("host").filter(pk=endpoint_id).first()
        if place is None:
            raise NotVisible
        kind, podman_id = str(given.get("kind") or ""), str(given.get("id") or "")
        if not podman_id:
            return Subject(place)
        return Subject(place, _row(person, place, kind, Q(podman_id=podman_id)))
    if host_id := _number(given.get("host")):
        host = visible_hosts(person).filter(pk=host_id).first()
        if host is None:
            raise NotVisible
        return Subject(host)
    return Subject()


def _named(person: Person, where: str) -> Subject:
    """ "web1", "web1/shop-web", "web1/web" for a rootless user's, "web1/web/shop-web"."""
    host_name, _slash, rest = where.partition("/")
    host = visible_hosts(person).filter(name__iexact=host_name).first()
    if host is None:
        raise NotVisible
    if not rest:
        return Subject(host)
    endpoints = list(visible_endpoints(person).select_related("host").filter(host=host))
    for endpoint in endpoints:
        if str(endpoint).lower() == where.lower():
            return Subject(endpoint)
    for endpoint in endpoints:
        name = where[len(str(endpoint)) + 1 :] if where.startswith(f"{endpoint}/") else rest
        for kind in INVENTORY:
            try:
                return Subject(endpoint, _row(person, endpoint, kind, Q(name=name)))
            except NotVisible:
                continue
    raise NotVisible


def _row(person: Person, endpoint: Endpoint, kind: str, condition: Q) -> InventoryRow:
    model = INVENTORY.get(kind)
    found: InventoryRow | None = None
    if model is not None:
        rows = model.objects.select_related("endpoint__host").filter(condition, endpoint=endpoint)
        found = rows.order_by("-gone", "pk").first()
    if found is None or not is_visible(person, found):
        raise NotVisible
    return found


def _number(given: Any) -> int:
    text = str(given or "")
    return int(text) if text.isascii() and text.isdigit() and int(text) <= _MOST else 0
