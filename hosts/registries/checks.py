"""A chore: asks registries what the tags of containers name now, each tag once an hour for all hosts."""

import asyncio
import logging
import random
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.db.models import QuerySet
from django.utils import timezone

from audit.clean import clean
from hosts import bells
from hosts.actions.images.references import Reference, parse
from hosts.actions.registries.credentials import open_auth_of
from hosts.models import Endpoint, ImageUpdate, TagCheck
from hosts.podman.registry_auth import Credential
from hosts.registries.client import Offer, RegistryClient
from hosts.registries.errors import Failure, RegistryError
from hosts.registries.used_tags import Access, Use, UsedTags, access_to, state_of, used_tags

EVERY: Final = timedelta(hours=1)
# the chore runs each minute: all tags have their turn within the hour, and a few at once
_ROUNDS: Final = 40
_LEAST: Final = 20
# registries that are asked at the same time
_AT_ONCE: Final = 8
_KEEP_UNUSED: Final = timedelta(days=1)
# what says the same about every tag of a registry
_OF_ALL: Final = frozenset({Failure.UNREACHABLE, Failure.CERTIFICATE, Failure.BUSY})
log = logging.getLogger(__name__)


@dataclass(slots=True)
class Question:
    """A tag that is due. `images`: the digests of each image that runs under it."""

    row: TagCheck
    tag: Reference
    images: list[frozenset[str]]
    access: Access
    credential: Credential | None

    @property
    def way(self) -> tuple[object, ...]:
        """Questions with the same go by one client."""
        return (self.tag.registry, self.access.insecure, self.access.loopback, self.credential)


def check_updates() -> None:
    """Ask about tags that are due, then compare all images that containers run."""
    used = used_tags()
    _follow(used.uses.keys())
    _ask(used)
    if _compare(used):
        bells.ring("containers", "images")


def _follow(references: Collection[str]) -> None:
    """A row for each tag that is used; one that nobody uses any more goes after a day."""
    known = set(TagCheck.objects.values_list("reference", flat=True))
    now = timezone.now()
    new = [TagCheck(reference=one, next_at=now) for one in sorted(set(references) - known)]
    TagCheck.objects.bulk_create(new, ignore_conflicts=True)
    if unused := known - set(references):
        TagCheck.objects.filter(reference__in=unused, next_at__lt=now - _KEEP_UNUSED).delete()


def _ask(used: UsedTags) -> None:
    now = timezone.now()
    most = max(_LEAST, -(-len(used.uses) // _ROUNDS))
    due = TagCheck.objects.filter(next_at__lte=now, reference__in=used.uses.keys())
    rows = list(due.order_by("next_at", "pk")[:most])
    if not rows:
        return
    # first: whatever becomes of this worker, nobody asks again within the hour
    for row in rows:
        row.asked_at, row.next_at = now, now + EVERY * random.uniform(1.0, 1.2)  # noqa: S311
    TagCheck.objects.bulk_update(rows, ["asked_at", "next_at"])
    endpoints = Endpoint.objects.select_related("host").in_bulk()
    questions = [_question(row, used, endpoints) for row in rows]
    asyncio.run(_ask_all(questions))
    TagCheck.objects.bulk_update(
        rows, ["digest", "instances", "answered_at", "next_at", "failure", "detail"]
    )


def _question(row: TagCheck, used: UsedTags, endpoints: dict[int, Endpoint]) -> Question:
    tag = parse(row.reference)
    places = {endpoint for endpoint, _image_id, _image in used.uses[row.reference]}
    access = access_to(tag, (endpoints[one] for one in sorted(places) if one in endpoints))
    credential = open_auth_of(access.host_ids, tag)
    return Question(row, tag, list(used.images(row.reference)), access, credential)


async def _ask_all(questions: list[Question]) -> None:
    ways: dict[tuple[object, ...], list[Question]] = {}
    for one in questions:
        ways.setdefault(one.way, []).append(one)
    places = asyncio.Semaphore(_AT_ONCE)

    async def ask(group: list[Question]) -> None:
        async with places:
            await _ask_registry(group)

    await asyncio.gather(*map(ask, ways.values()))


async def _ask_registry(group: list[Question]) -> None:
    """One after the other. Where the registry is away, the others are not tried."""
    first = group[0]
    failed: RegistryError | None = None
    async with RegistryClient(
        first.tag.registry,
        credential=first.credential,
        insecure=first.access.insecure,
        loopback=first.access.loopback,
    ) as registry:
        for one in group:
            if failed is None or failed.kind not in _OF_ALL:
                failed = await _ask_one(registry, one)
            _keep_failure(one.row, failed)


async def _ask_one(registry: RegistryClient, one: Question) -> RegistryError | None:
    """Set what the row's tag names now. The error where it is not known."""
    try:
        offer = await registry.offer(one.tag.path, one.tag.tag)
        instances = await _instances(registry, one, offer)
    except RegistryError as error:
        log.info("%s is not known: %s", one.row.reference, error)
        return error
    one.row.digest, one.row.instances = offer.digest, instances
    one.row.answered_at = timezone.now()
    return None


async def _instances(registry: RegistryClient, one: Question, offer: Offer) -> list[str] | None:
    """The images of an index, where a host's own may be among them though its index is another.

    A read of a manifest counts as a pull at some registries: only where it is needed, and once.
    """
    if not offer.index:
        return []
    known: list[str] | None = one.row.instances if offer.digest == one.row.digest else None
    if known is None and any(images and offer.digest not in images for images in one.images):
        return await registry.instances(one.tag.path, offer.digest)
    return known


def _keep_failure(row: TagCheck, failed: RegistryError | None) -> None:
    row.failure = failed.kind if failed else ""
    row.detail = clean(failed.detail, limit=200) if failed else ""
    if failed and failed.retry_s:
        row.next_at = max(row.next_at, timezone.now() + timedelta(seconds=failed.retry_s))


def _compare(used: UsedTags) -> bool:
    """Write what has changed. True: something has."""
    rows = {row.reference: row for row in TagCheck.objects.all()}
    wanted: dict[Use, str] = {
        use: state_of(rows.get(reference), used.digests.get(use[:2], frozenset()))
        for reference, uses in used.uses.items()
        for use in uses
    }
    known: dict[Use, tuple[int, str]] = {
        (endpoint, image_id, image): (pk, state)
        for pk, endpoint, image_id, image, state in ImageUpdate.objects.values_list(
            "pk", "endpoint_id", "image_id", "image", "state"
        )
    }
    gone = [pk for use, (pk, _state) in known.items() if use not in wanted]
    new = [
        ImageUpdate(endpoint_id=use[0], image_id=use[1], image=use[2], state=state)
        for use, state in wanted.items()
        if use not in known
    ]
    changed: dict[str, list[int]] = {}
    for use, state in wanted.items():
        if use in known and known[use][1] != state:
            changed.setdefault(state, []).append(known[use][0])
    for keys in _chunks(gone):
        _of(keys).delete()
    ImageUpdate.objects.bulk_create(new, batch_size=500, ignore_conflicts=True)
    for state, all_keys in changed.items():
        for keys in _chunks(all_keys):
            _of(keys).update(state=state)
    return bool(gone or new or changed)


def _of(keys: list[int]) -> "QuerySet[ImageUpdate]":
    return ImageUpdate.objects.filter(pk__in=keys)


def _chunks(keys: list[int]) -> list[list[int]]:
    return [keys[start : start + 500] for start in range(0, len(keys), 500)]
