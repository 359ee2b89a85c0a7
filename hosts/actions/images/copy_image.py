"""image.copy: from host to host through the worker.

The job belongs to the receiving host. The source's stream goes straight into the target, as fast as the
slower one. Settled by identity: the full id and the names are there.
"""

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

from asgiref.sync import sync_to_async
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hosts.access import Denied, NotVisible, Person, allows, get_endpoint, get_object
from hosts.actions.action import Action
from hosts.actions.archive_words import archive_trouble
from hosts.actions.images.names import split, with_tags
from hosts.actions.object_orders import ObjectRef, short_id
from hosts.cards import NAMES_IMAGE, Lock, Right
from hosts.dial import dial
from hosts.guardrails import Proposal, from_request
from hosts.jobs.ask import ask_batch
from hosts.jobs.errand import ActionFailed, Errand
from hosts.jobs.handler import Settlement
from hosts.jobs.order import Order
from hosts.jobs.rights import person_of
from hosts.models import Batch, Endpoint, Image, Job
from hosts.podman import Podman, image_archive, images
from hosts.podman.errors import NotFound, PodmanError
from hosts.podman.tar_judge import ArchiveRefused
from hosts.refusals import Refusal

VERB = "image.copy"


def ask_many(person: Person, refs: list[ObjectRef], targets: list[int]) -> Batch:
    """Copy each image to each endpoint. Refusal when nothing is left to do. Targets that have the image, or
    that the person may not use, are listed in `skipped`.
    """
    orders: list[Order] = []
    skipped: list[dict[str, str]] = []
    for ref in dict.fromkeys(refs):
        try:
            row = get_object(person, "image", *ref, verb=VERB)
        except NotVisible:
            skipped.append({"name": short_id(ref), "host": "", "why": _("no longer exists")})
            continue
        except Denied:
            skipped.append({"name": short_id(ref), "host": "", "why": _("not permitted")})
            continue
        assert isinstance(row, Image)
        for target in dict.fromkeys(targets):
            if why := _why_not(row, target):
                if target != row.endpoint_id:
                    skipped.append({"name": row.name, "host": "", "why": why})
                continue
            try:
                orders.append(_order(row, get_endpoint(person, target, VERB)))
            except NotVisible:
                skipped.append({"name": row.name, "host": "", "why": _("no longer exists")})
            except Denied:
                skipped.append({"name": row.name, "host": "", "why": _("not permitted")})
    if not orders:
        raise Refusal(_("Nothing to copy: choose another host."))
    return ask_batch(person, VERB, orders, skipped=skipped, queue="long")


def again(person: Person, job: Job) -> Job:
    """Copy it again to the same target."""
    source = (job.params["source_endpoint"], job.object_id)
    copied: Job = ask_many(person, [source], [job.endpoint_id or 0]).jobs.get()
    return copied


def _why_not(row: Image, target: int) -> str:
    if target == row.endpoint_id:
        return _("already there")
    return _("a manifest list is pushed, not copied") if row.manifest_list else ""


def _order(row: Image, target: Endpoint) -> Order:
    params = {
        "source_endpoint": row.endpoint_id,
        "source": str(row.endpoint),
        "names": with_tags(row.names),
        "size_bytes": row.size_bytes,
    }
    name = row.name or row.podman_id[:12]
    return Order(
        endpoint=target,
        kind="image",
        object_id=row.podman_id,
        name=name,
        params=params,
        proposal=_proposal(params),
    )


def _proposal(params: dict[str, Any]) -> Proposal:
    if not params["names"]:
        return from_request.archive(VERB, file=_("an image without a name"))
    return from_request.images(VERB, params["names"], called=params["names"])


def _source(job_id: int, endpoint_id: int) -> Endpoint:
    """The source, authorised again, since rights may have changed."""
    job = Job.objects.select_related("asked_by").get(pk=job_id)
    found = Endpoint.objects.select_related("host", "login").filter(pk=endpoint_id).first()
    if found is None or not (found.enabled and found.host.enabled):
        raise ActionFailed(_("The host to copy from is no longer in Haulout, or is disabled."))
    if job.who.get("door") != "console" and not _asker_may(job, found):
        raise ActionFailed(_("%s no longer has the right to do this.") % job.asked_by_name)
    return found


def _asker_may(job: Job, source: Endpoint) -> bool:
    person = person_of(job, job.asked_by) if job.asked_by else None
    return person is not None and allows(person, VERB, source)


async def do(errand: Errand) -> dict[str, Any]:
    """Copy the missing image, then its names, then compare both sides."""
    source = await sync_to_async(_source, thread_sensitive=False)(
        errand.job_id, errand.params["source_endpoint"]
    )
    carried = 0
    async with Podman(dial(source)) as there:
        try:
            before = await images.inspect(there, errand.object_id)
        except NotFound as gone:
            raise ActionFailed(_("%s no longer has the image.") % source, gone.message) from gone
        except PodmanError as away:
            raise ActionFailed(
                _("%s could not be asked for the image.") % source, away.message
            ) from away
        if before.get("Id") != errand.object_id:
            # for a list, inspect shows the image for the host's platform
            raise ActionFailed(
                _("It is a manifest list, which Podman saves only in part: push it.")
            )
        await errand.permit(_proposal(errand.params))
        await errand.about_to_send()
        if not await images.exists(errand.podman, errand.object_id):
            carried = await _carry(errand, there, source, before)
    await _name(errand)
    after = await images.inspect(errand.podman, errand.object_id)
    if _layers(after) != _layers(before):
        raise ActionFailed(_("The received image has other layers than the one that was sent."))
    return {"kind": "image", "id": errand.object_id, "bytes": carried}


async def _carry(errand: Errand, there: Podman, source: Endpoint, inspected: dict[str, Any]) -> int:
    passing = _CopyProgress(errand)
    form = image_archive.keeping_format(inspected)
    saved = image_archive.save(there, [errand.object_id], form=form)
    # A separate task reads the source. The target's task may end at any time, and a cancelled copy must
    # release both hosts.
    reading = asyncio.create_task(passing.read(saved, source), name=f"copy {errand.job_id}")

    async def heed(given: list[str]) -> None:
        # saved by id it has no names, so the source cannot set names on the target
        if further := [name for name in given if name not in errand.params["names"]]:
            words = _("%(source)s sent an archive with extra names: %(names)s.")
            raise ActionFailed(words % {"source": source, "names": ", ".join(further[:10])})

    try:
        loaded = await image_archive.load(errand.podman, passing.pieces(), heed=heed)
    except ArchiveRefused as refused:
        # the archive must not reach the other host's files
        raise archive_trouble(refused) from refused
    finally:
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)
    passing.end()
    if f"sha256:{errand.object_id}" not in loaded:
        raise ActionFailed(
            _("Podman made another image from it than the one that was sent."), ", ".join(loaded)
        )
    return passing.bytes


async def _name(errand: Errand) -> None:
    for name in errand.params["names"]:
        repository, tag = split(name)
        await images.tag(errand.podman, errand.object_id, repository=repository, name=tag)


def _layers(inspected: dict[str, Any]) -> list[str]:
    root = inspected.get("RootFS") or {}
    return list(root.get("Layers") or [])


class _CopyProgress:
    """Counts and reports what was copied."""

    def __init__(self, errand: Errand) -> None:
        self.errand = errand
        self.bytes = 0
        self.began = time.monotonic()
        # a piece is at most 256 KiB
        self._waiting: asyncio.Queue[bytes | ActionFailed | None] = asyncio.Queue(4)

    async def read(self, saved: AsyncGenerator[bytes, None], source: Endpoint) -> None:
        """Read from the source, no faster than the target takes it."""
        try:
            async with aclosing(saved):
                async for piece in saved:
                    await self._waiting.put(piece)
            await self._waiting.put(None)
        except PodmanError as lost:
            words = _("%s stopped sending the image.") % source
            await self._waiting.put(ActionFailed(words, lost.message))

    async def pieces(self) -> AsyncGenerator[bytes, None]:
        """The same pieces. ActionFailed in the source's words."""
        while (piece := await self._waiting.get()) is not None:
            if isinstance(piece, ActionFailed):
                raise piece
            self.bytes += len(piece)
            await self.errand.report(self.progress("Copying"))
            yield piece

    def progress(self, status: str) -> dict[str, Any]:
        """The progress as a layer's bar. The archive can differ a little from its announced size."""
        size = max(int(self.errand.params.get("size_bytes") or 0), self.bytes)
        bar = {"id": self.errand.object_id[:12], "status": status}
        return {"layers": [{**bar, "current": self.bytes, "total": size}]}

    def end(self) -> None:
        """Mark it as complete."""
        shown = self.progress("Copy complete")
        shown["layers"][0]["total"] = self.bytes
        self.errand.progress = shown
        seconds = max(time.monotonic() - self.began, 0.001)
        self.errand.say(_("%(mib).1f MiB in %(s).1f s") % {"mib": self.bytes / 2**20, "s": seconds})


async def settle(errand: Errand) -> Settlement:
    """Done when the image and all its names are there."""
    try:
        found = await images.inspect(errand.podman, errand.object_id)
    except NotFound:
        return Settlement.AGAIN
    has = set(found.get("RepoTags") or [])
    return Settlement.DONE if has.issuperset(errand.params["names"]) else Settlement.AGAIN


ACTION = Action(
    VERB,
    ask_many,
    do,
    settle,
    queue="long",
    right=Right(gettext_lazy("Copy images"), gettext_lazy("Copy images from host to host")),
    road=NAMES_IMAGE,
    lock=Lock.MAKES,
    again=again,
    words=(gettext_lazy("Copy"), gettext_lazy("copied")),
    causes=("image.pull", "image.tag"),
    params=("source", "source_endpoint"),
)
