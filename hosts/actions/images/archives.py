"""image.save, image.load and image.import: archives from and to a person, as streams.

Without a job. They run in the web process over the narrow socket.
"""

from collections.abc import AsyncGenerator, AsyncIterator
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hosts.access import Person, get_endpoint, get_object
from hosts.access.fetch import target_of
from hosts.actions.archive_words import archive_trouble
from hosts.actions.images.names import new_name, with_tags
from hosts.actions.object_orders import ObjectRef
from hosts.actions.second_look_streams import at_names
from hosts.actions.streams import StreamedAction, streamed_action
from hosts.cards import NAMES_IMAGE, READS, Card, Lock, Right, Road, When
from hosts.dial import dial
from hosts.guardrails import from_request
from hosts.jobs.errand import ActionFailed
from hosts.models import Endpoint, Image
from hosts.podman import Podman, image_archive, images
from hosts.podman.decompress import decompress
from hosts.podman.errors import NotFound
from hosts.podman.tar_judge import ArchiveRefused
from hosts.refusals import Refusal

SAVE, LOAD, IMPORT = "image.save", "image.load", "image.import"
MOST = 100
MOST_CHANGES = 50
_COMES_IN = Road(When.STREAM, why=NAMES_IMAGE.why)
CARDS = (
    Card(
        SAVE,
        right=Right(
            gettext_lazy("Save images"), gettext_lazy("Download images as archives"), sensitive=True
        ),
        road=READS,
        lock=Lock.PASSES,
        words=(gettext_lazy("Save"), gettext_lazy("saved")),
    ),
    Card(
        LOAD,
        right=Right(gettext_lazy("Load images"), gettext_lazy("Upload archives of images")),
        road=_COMES_IN,
        lock=Lock.MAKES,
        words=(gettext_lazy("Load"), gettext_lazy("loaded the archive")),
        params=("file",),
    ),
    Card(
        IMPORT,
        right=Right(
            gettext_lazy("Import images"), gettext_lazy("Create an image from an uploaded tar")
        ),
        road=_COMES_IN,
        lock=Lock.MAKES,
        words=(gettext_lazy("Import"), gettext_lazy("imported")),
        params=("file", "reference", "message"),
    ),
)


def savable(person: Person, refs: list[ObjectRef], *, form: str) -> list[Image]:
    """The images, if one archive can hold them. Refusal, NotVisible, Denied."""
    refs = list(dict.fromkeys(refs))
    if not refs or len(refs) > MOST:
        raise Refusal(_("Choose between one and %d images.") % MOST)
    if len({endpoint for endpoint, _id in refs}) > 1:
        raise Refusal(_("One archive holds images of one host: choose images of one host."))
    if form not in image_archive.FORMATS:
        raise Refusal(_("There is no such format."))
    if form == "oci-archive" and len(refs) > 1:
        raise Refusal(_("An OCI archive holds one image; for several choose a Docker archive."))
    rows = [get_object(person, "image", *ref, verb=SAVE) for ref in refs]
    found = [row for row in rows if isinstance(row, Image)]
    if any(row.manifest_list for row in found):
        raise Refusal(_("A manifest list is pushed, not saved."))
    return found


async def save(person: Person, rows: list[Image], *, form: str) -> AsyncGenerator[bytes, None]:
    """The archive. ActionFailed before the first piece if an image is gone."""
    endpoint = rows[0].endpoint
    whole = [name for row in rows for name in with_tags(row.names)[: _names_in(form)]]
    wanted = [*whole, *(row.podman_id for row in rows if not with_tags(row.names))]
    name = ", ".join(wanted)[:300]
    object_id = rows[0].podman_id if len(rows) == 1 else ""
    target = target_of(endpoint, kind="image", object_id=object_id, name=name)
    params: dict[str, Any] = {"format": form, "images": wanted}
    async with streamed_action(person, SAVE, target, params) as action:
        sent = 0
        async with Podman(dial(endpoint, streams=True)) as podman:
            for row in rows:
                for known in with_tags(row.names)[:1]:
                    await _still(podman, row, known)
            async for piece in image_archive.save(podman, wanted, form=form):
                sent += len(piece)
                action.detail = f"{sent} bytes"
                yield piece


def _names_in(form: str) -> int | None:
    """How many names an archive of this format can give an image. None: any number."""
    return 1 if form == "oci-archive" else None


async def _still(podman: Podman, row: Image, name: str) -> None:
    """Raise unless the name still means the image that the person chose."""
    try:
        found = await images.inspect(podman, name)
    except NotFound as gone:
        raise ActionFailed(_("%s no longer exists.") % name, gone.message) from gone
    if found.get("Id") != row.podman_id:
        raise ActionFailed(_("%s is now the name of another image.") % name)


def loadable(person: Person, endpoint_id: int, verb: str) -> Endpoint:
    """The endpoint, if the person may load or import there. NotVisible, Denied."""
    return get_endpoint(person, endpoint_id, verb)


async def load(
    person: Person, endpoint: Endpoint, body: AsyncIterator[bytes], *, file: str, limit_bytes: int
) -> list[str]:
    """Load an archive. Returns the names or ids in it. PodmanError, ActionFailed: nothing was loaded. It is
    checked while it passes (at most `limit_bytes` unpacked), since Podman unpacks OCI archives on the
    host's disk. Its names are judged before Podman has the end.
    """
    target = target_of(endpoint, kind="image", name=file)
    proposal = from_request.archive(LOAD, file=file)
    async with streamed_action(person, LOAD, target, {"file": file}, proposal=proposal) as action:
        async with Podman(dial(endpoint, streams=True)) as podman:

            async def heed(given: list[str]) -> None:
                await action.permit(from_request.image_names(LOAD, given, field="archive"), podman)

            archive = decompress(_until_whole(body, action), limit_bytes=limit_bytes)
            try:
                names = await image_archive.load(podman, archive, heed=heed)
            except ArchiveRefused as refused:
                action.committing = False
                raise archive_trouble(refused) from refused
        action.detail = ", ".join(names)
        given = [name for name in names if not name.startswith("sha256:")]
        await at_names(action, endpoint, given)
        return names


async def import_tar(
    person: Person,
    endpoint: Endpoint,
    body: AsyncIterator[bytes],
    *,
    file: str,
    reference: str,
    message: str,
    changes: list[str],
) -> str:
    """Make an image of a file system's tar. Returns its id."""
    target = target_of(endpoint, kind="image", name=reference)
    params = {"file": file, "reference": reference, "message": message, "changes_given": changes}
    proposal = from_request.archive(IMPORT, file=file, called=[reference])
    async with streamed_action(person, IMPORT, target, params, proposal=proposal) as action:
        async with Podman(dial(endpoint, streams=True)) as podman:
            await action.permit(
                from_request.image_names(IMPORT, [reference], field="reference"), podman
            )
            image_id = await image_archive.import_tar(
                podman,
                _until_whole(body, action),
                reference=reference,
                message=message,
                changes=changes,
            )
        action.detail = image_id
        return image_id


def import_name(text: str) -> str:
    """The full name of the new image. Refusal."""
    return str(new_name(text))


def import_changes(text: str) -> list[str]:
    """Dockerfile lines. Refusal for one that Podman would not take."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if len(lines) > MOST_CHANGES:
        raise Refusal(_("At most %d lines of settings.") % MOST_CHANGES)
    known = ("CMD", "ENTRYPOINT", "ENV", "EXPOSE", "LABEL", "ONBUILD", "STOPSIGNAL", "USER")
    for line in lines:
        word = line.replace("=", " ").split()[0].upper()
        if word not in (*known, "VOLUME", "WORKDIR"):
            raise Refusal(
                _("“%(line)s” must start with %(known)s, VOLUME or WORKDIR.")
                % {"line": line[:80], "known": ", ".join(known)}
            )
    return lines


async def _until_whole(
    body: AsyncIterator[bytes], action: StreamedAction
) -> AsyncGenerator[bytes, None]:
    async for piece in body:
        yield piece
    # Podman has everything: a broken connection does not undo it any more
    action.committing = True
