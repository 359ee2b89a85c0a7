"""artifact.add and artifact.extract: a file becomes an artifact, and an artifact's files a tar.

Streamed actions without a job. They run in the web process over the narrow socket.
"""

import re
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hosts.access import Person
from hosts.access.fetch import target_of
from hosts.actions.artifacts.names import KIND, place_for, whole_name
from hosts.actions.streams import StreamedAction, streamed_action
from hosts.cards import NAMES_IMAGE, READS, Card, Lock, Right, Road, When
from hosts.dial import dial
from hosts.guardrails import from_request
from hosts.models import Endpoint
from hosts.podman import Podman, artifacts
from hosts.refusals import Refusal

ADD, EXTRACT = "artifact.add", "artifact.extract"
CARDS = (
    Card(
        ADD,
        right=Right(
            gettext_lazy("Add artifacts"),
            gettext_lazy("Upload files as artifacts, or into existing artifacts"),
            needs=("host.view",),
        ),
        road=Road(When.STREAM, why=NAMES_IMAGE.why),
        lock=Lock.MAKES,
        words=(gettext_lazy("Add"), gettext_lazy("added a file to the artifact")),
        params=("file", "append"),
    ),
    Card(
        EXTRACT,
        right=Right(
            gettext_lazy("Download artifacts"),
            gettext_lazy("Download the files of artifacts"),
            sensitive=True,
            needs=("host.view",),
        ),
        road=READS,
        lock=Lock.PASSES,
        words=(gettext_lazy("Download"), gettext_lazy("downloaded the artifact")),
    ),
)
_MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,126}/[a-z0-9][a-z0-9!#$&^_.+-]{0,126}", re.I)


@dataclass(frozen=True, slots=True)
class AddOptions:
    """A file to be added. `kind`: the media type of a new artifact. "": Podman's default."""

    name: str
    file: str
    kind: str = ""
    append: bool = False


def add_options(*, name: str, file: str, kind: str = "", append: bool = False) -> AddOptions:
    """The checked options. Refusal."""
    # Podman reads a slash as a folder and could not return such a file
    plain = re.split(r"[/\\]", file.strip())[-1][:200]
    if plain in ("", ".", "..") or not plain.isprintable():
        raise Refusal(_("The file needs a name."))
    if kind and append:
        raise Refusal(_("An existing artifact keeps its type."))
    if kind and not _MEDIA_TYPE.fullmatch(kind):
        raise Refusal(_("Write the type like application/vnd.example.config."))
    whole = whole_name(name)
    if "@" in whole:
        raise Refusal(_("The name must have a tag, not a digest."))
    return AddOptions(whole, plain, kind, append)


def place(person: Person, endpoint_id: int, verb: str) -> Endpoint:
    """The endpoint. NotVisible, Denied, FieldRefusal."""
    return place_for(person, endpoint_id, verb)


async def add(
    person: Person, endpoint: Endpoint, body: AsyncIterator[bytes], *, order: AddOptions
) -> str:
    """Add it and return its digest. The caller has authorised it. PodmanError, ActionFailed."""
    target = target_of(endpoint, kind=KIND, object_id=order.name[:255], name=order.name)
    params = {"file": order.file, "append": order.append}
    proposal = from_request.archive(ADD, file=order.file, names=[order.name])
    async with streamed_action(person, ADD, target, params, proposal=proposal) as action:
        async with Podman(dial(endpoint, streams=True)) as podman:
            digest = await artifacts.add(
                podman,
                order.name,
                _until_whole(body, action),
                file=order.file,
                kind=order.kind,
                append=order.append,
            )
        action.detail = digest
        return digest


async def extract(person: Person, endpoint: Endpoint, name: str) -> AsyncGenerator[bytes, None]:
    """The tar. The caller has authorised it. PodmanError before the first piece."""
    target = target_of(endpoint, kind=KIND, object_id=name[:255], name=name)
    async with streamed_action(person, EXTRACT, target, {"name": name}) as action:
        sent = 0
        async with Podman(dial(endpoint, streams=True)) as podman:
            async for piece in artifacts.extract(podman, name):
                sent += len(piece)
                action.detail = f"{sent} bytes"
                yield piece


async def _until_whole(
    body: AsyncIterator[bytes], action: StreamedAction
) -> AsyncGenerator[bytes, None]:
    async for piece in body:
        yield piece
    # Podman has everything: a broken connection does not undo it any more
    action.committing = True
