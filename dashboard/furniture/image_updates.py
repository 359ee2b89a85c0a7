"""Whether a container's image is what its tag names at the registry now, in words."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dashboard.words import Words
from hosts.access import Person
from hosts.models import Container, Image, ImageUpdate, TagCheck
from hosts.registries.errors import Failure
from hosts.registries.used_tags import state_of, tag_of

AVAILABLE, CURRENT, UNKNOWN = ImageUpdate.State.values
_WHY: dict[str, Words] = {
    Failure.UNREACHABLE: gettext_lazy("Haulout cannot reach %(registry)s."),
    Failure.CERTIFICATE: gettext_lazy("Haulout does not trust the certificate of %(registry)s."),
    Failure.ADDRESS: gettext_lazy(
        "%(registry)s is an address that Haulout does not ask: of its own machine, link-local, or "
        "of a cloud's metadata."
    ),
    Failure.REFUSED: gettext_lazy(
        "%(registry)s requires a user name and password, or has no such image. Add credentials "
        "under Registries."
    ),
    Failure.MISSING: gettext_lazy("%(registry)s no longer has this tag."),
    Failure.BUSY: gettext_lazy(
        "%(registry)s is asked too often. Haulout waits as long as it says."
    ),
    Failure.UNREADABLE: gettext_lazy("%(registry)s sent an answer that cannot be read."),
}


def in_state(state: str) -> Q:
    """Containers whose image stands so."""
    same = ImageUpdate.objects.filter(
        endpoint=OuterRef("endpoint"), image_id=OuterRef("image_id"), image=OuterRef("image")
    )
    return Q(Exists(same.filter(state=state)))


def states_of(rows: Iterable[Container]) -> list[str]:
    """For each its ImageUpdate.State, "" where no registry can be asked. One query."""
    rows = list(rows)
    known = ImageUpdate.objects.filter(
        endpoint__in={row.endpoint_id for row in rows}, image_id__in={row.image_id for row in rows}
    )
    columns = ("endpoint_id", "image_id", "image", "state")
    found = {(place, pk, name): state for place, pk, name, state in known.values_list(*columns)}
    return [
        found.get((row.endpoint_id, row.image_id, row.image), UNKNOWN if tag_of(row.image) else "")
        for row in rows
    ]


def of_images() -> Q:
    """Images that containers run, and that a newer one has taken the place of at the registry."""
    same = ImageUpdate.objects.filter(endpoint=OuterRef("endpoint"), image_id=OuterRef("podman_id"))
    return Q(Exists(same.filter(state=AVAILABLE)))


def mark_images(rows: list[Any], person: Person) -> None:
    """Set `update`, and `look` for the row's mark. One query."""
    places, ids = {row.endpoint_id for row in rows}, {row.podman_id for row in rows}
    known = ImageUpdate.objects.filter(endpoint__in=places, image_id__in=ids, state=AVAILABLE)
    found = set(known.values_list("endpoint_id", "image_id"))
    for row in rows:
        row.update = (row.endpoint_id, row.podman_id) in found
        row.look = ".update" if row.update else ""


@dataclass(frozen=True, slots=True)
class UpdateFacts:
    """`why`: the cause where it is not known. `detail`: whoever failed, in its own words. `runs`, `offered`:
    digests. `asked_at`: the last question; `answered_at`: the last answer.
    """

    state: str
    why: str
    detail: str
    runs: str
    offered: str
    asked_at: datetime | None
    answered_at: datetime | None


def facts_of(row: Container) -> UpdateFacts | None:
    """Compared now, with two queries. None: its image is in no registry, or is named by digest."""
    tag = tag_of(row.image)
    if tag is None:
        return None
    check = TagCheck.objects.filter(reference=str(tag)).first()
    image: Any = Image.objects.filter(endpoint=row.endpoint_id, podman_id=row.image_id).first()
    digests = image.digests if image else []
    state = state_of(check, frozenset(digests))
    offered = check.digest if check else ""
    runs = offered if offered in digests else (image.image_digest if image else "")
    why = _why(check, tag.registry, digests) if state == UNKNOWN else ""
    return UpdateFacts(
        *(state, why, check.detail if check else "", runs, offered),
        *((check.asked_at, check.answered_at) if check else (None, None)),
    )


def _why(check: TagCheck | None, registry: str, digests: list[str]) -> str:
    if check is not None and check.failure:
        return str(_WHY.get(check.failure, _WHY[Failure.UNREADABLE])) % {"registry": registry}
    if not digests:
        return _("The host knows no digest of this image: it was built or loaded there.")
    if check is None or not check.digest:
        return _("The registry has not been asked yet.")
    return _("The tag has a new list of platforms, which Haulout reads with its next question.")
