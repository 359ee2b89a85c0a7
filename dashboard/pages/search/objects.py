"""Search in the database: objects, hosts, jobs, people, entries."""

from collections.abc import Callable, Iterable
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from audit import queries
from dashboard.furniture.log.words import asked_words
from dashboard.live.visibility import scope_to_visible
from dashboard.pages.search.results import MOST_OF_A_KIND, Result, rank
from dashboard.words import Words
from hosts.access import Person, allows, visible_entries, visible_hosts, visible_jobs
from hosts.models import INVENTORY
from hosts.models.inventory import PublishesPort

# rows of a kind to choose the best from
_CANDIDATES = 60
# shortest beginning of an id
_LEAST_ID = 4
_SHOWN: dict[str, tuple[str, str, Words]] = {
    "container": ("containers", "box", _("Container")),
    "pod": ("pods", "boxes", _("Pod")),
    "image": ("images", "layers", _("Image")),
    "volume": ("volumes", "hard-drive", _("Volume")),
    "network": ("networks", "network", _("Network")),
    "secret": ("secrets", "lock-keyhole", _("Secret")),
    "unit": ("units", "cog", _("Unit")),
}
_STATES = {"container": "container", "pod": "pod", "unit": "unit"}


def find_objects(person: Person, words: list[str]) -> list[Result]:
    """Objects whose name, image, port, host or id fits; a few of each kind."""
    return [
        found
        for kind in _SHOWN
        if allows(person, f"{kind}.view")
        for found in _of_kind(person, kind, words)
    ]


def containers(person: Person, words: list[str]) -> list[Any]:
    """Rows of containers that fit, best first."""
    return _rows(person, "container", words)


def _of_kind(person: Person, kind: str, words: list[str]) -> Iterable[Result]:
    room, icon, word = _SHOWN[kind]
    for row in _rows(person, kind, words):
        port, user = getattr(row, "port_found", None), getattr(row, "user_found", "")
        where = f":{port} {row.endpoint}" if port else str(row.endpoint)
        if user:
            where = _("used by %(name)s") % {"name": user} + f" · {where}"
        yield Result(
            row.name or row.podman_id[:12],
            reverse(f"{room}:page", args=[row.endpoint_id, row.podman_id]),
            icon,
            word,
            where=where,
            state=getattr(row, "state", ""),
            state_of=_STATES.get(kind, ""),
        )


def _rows(person: Person, kind: str, words: list[str]) -> list[Any]:
    rows = scope_to_visible(INVENTORY[kind].objects.select_related("endpoint__host"), person)
    condition = Q()
    for word in words:
        condition &= _one_word(kind, word, alone=len(words) == 1)
    fitting = rows.filter(condition).order_by("name", "pk")
    # names that begin with the word would be cut off behind those that contain it
    first = fitting.filter(name__istartswith=words[0]) if words else fitting
    candidates = {row.pk: row for row in [*first[:MOST_OF_A_KIND], *fitting[:_CANDIDATES]]}
    best = sorted(candidates.values(), key=lambda row: rank(words, row.name))
    if kind == "container":
        # a number is a port first, then part of a name or id
        best = [*(among := _with_port(fitting, words)), *(row for row in best if row not in among)]
    if kind == "volume" and allows(person, "container.view"):
        best += [
            row for row in _mounted_volumes(rows, containers(person, words)) if row not in best
        ]
    return best[:MOST_OF_A_KIND]


def _mounted_volumes(rows: QuerySet[Any], by: list[Any]) -> list[Any]:
    """Volumes of these containers. Sets `user_found` to a container's name."""
    names = {(one.endpoint_id, name): one.name for one in by for name in one.volumes or ()}
    condition = Q(pk__in=[])
    for one in by:
        condition |= Q(endpoint_id=one.endpoint_id, podman_id__in=one.volumes or [])
    found = list(rows.filter(condition))
    for row in found:
        row.user_found = names.get((row.endpoint_id, row.podman_id), "")
    return sorted(found, key=lambda row: (row.name, row.pk))


def _with_port(fitting: QuerySet[Any], words: list[str]) -> list[Any]:
    """Containers that publish the typed port. Sets `port_found`."""
    port = next((place[1] for word in words if (place := _port(word))), None)
    if port is None:
        return []
    rows = list(fitting.filter(PublishesPort(port))[:MOST_OF_A_KIND])
    for row in rows:
        row.port_found = port
    return rows


def _port(word: str) -> tuple[str, int] | None:
    """("web1", 8080) of "web1:8080"; ("", 8080) of "8080" and ":8080"; else None."""
    host, _colon, digits = word.rpartition(":")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 5):
        return None
    return host.strip("[]"), int(digits)


def _one_word(kind: str, word: str, *, alone: bool) -> Q:
    condition = Q(name__icontains=word)
    if len(word) >= _LEAST_ID and all(c in "0123456789abcdef" for c in word):
        condition |= Q(podman_id__startswith=word)
    if kind == "container":
        condition |= Q(image__icontains=word)
        if place := _port(word):
            host, port = place
            here = Q(endpoint__host__name__iexact=host) | Q(endpoint__host__address__iexact=host)
            condition |= Q(PublishesPort(port)) & (here if host else Q())
    if not alone:
        # "web web1": the container web on web1; a host alone is found as a host
        condition |= Q(endpoint__host__name__icontains=word)
    return condition


def find_hosts(person: Person, words: list[str]) -> list[Result]:
    """Hosts by name or address."""
    condition = Q()
    for word in words:
        condition &= Q(name__icontains=word) | Q(address__icontains=word)
    return [
        Result(host.name, reverse("hosts:page", args=[host.pk]), "server", _("Host"), host.address)
        for host in _best(visible_hosts(person).filter(condition), words, lambda row: row.name)
    ]


def find_people(person: Person, words: list[str]) -> list[Result]:
    """People by name or email. Needs `access.view`."""
    if not allows(person, "access.view"):
        return []
    condition = Q()
    for word in words:
        condition &= Q(name__icontains=word) | Q(email__icontains=word)
    return [
        Result(str(user), reverse("people:page", args=[user.pk]), "user", _("Person"), user.email)
        for user in _best(User.objects.filter(condition), words, str)
    ]


def find_jobs(person: Person, words: list[str]) -> list[Result]:
    """Jobs by number, verb, object or host, newest first."""
    condition = Q()
    for word in words:
        condition &= (
            Q(object_name__icontains=word)
            | Q(verb__icontains=word)
            | Q(host_name__icontains=word)
            | _number(word)
        )
    return [
        Result(
            f"{asked_words(job.verb)} {job.object_name}".strip(),
            reverse("jobs:page", args=[job.pk]),
            "list-checks",
            _("Job"),
            where=job.host_name,
            state=job.state,
            state_of="job",
        )
        for job in visible_jobs(person).filter(condition).order_by("-pk")[:MOST_OF_A_KIND]
    ]


def find_entries(person: Person, words: list[str]) -> list[Result]:
    """The audit entry with this number: "4711" or "#4711"."""
    if len(words) != 1 or not allows(person, "audit.read"):
        return []
    number = words[0].removeprefix("#")
    if not (number.isascii() and number.isdigit() and len(number) < 15):
        return []
    if queries.line(int(number), visible=visible_entries(person)) is None:
        return []
    url = reverse("audit:entry", args=[int(number)])
    return [Result(_("Entry %(number)s") % {"number": number}, url, "scroll-text", _("Audit"))]


def _best(rows: QuerySet[Any], words: list[str], name: Callable[[Any], str]) -> list[Any]:
    found = sorted(rows[: _CANDIDATES * 4], key=lambda row: rank(words, name(row)))
    return found[:MOST_OF_A_KIND]


def _number(word: str) -> Q:
    digits = word.removeprefix("#")
    usable = digits.isascii() and digits.isdigit() and len(digits) < 15
    return Q(pk=int(digits)) if usable else Q(pk=0)
