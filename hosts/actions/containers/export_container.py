"""container.export: the root file system as a tar. A streamed action without a job."""

from collections.abc import AsyncGenerator

from django.utils.translation import gettext_lazy

from hosts.access import Person, get_object
from hosts.access.fetch import target_of
from hosts.actions.object_orders import ObjectRef
from hosts.actions.streams import streamed_action
from hosts.cards import READS, Card, Lock, Right
from hosts.dial import dial
from hosts.models import InventoryRow
from hosts.podman import Podman, containers

VERB = "container.export"
CARDS = (
    Card(
        VERB,
        right=Right(
            gettext_lazy("Export"),
            gettext_lazy("Download all files of a container, including secrets"),
            sensitive=True,
        ),
        road=READS,
        lock=Lock.PASSES,
        words=(gettext_lazy("Export"), gettext_lazy("downloaded the files of")),
    ),
)


def exportable(person: Person, ref: ObjectRef) -> InventoryRow:
    """The container, if the person may export it. NotVisible, Denied."""
    return get_object(person, "container", *ref, verb=VERB)


async def export(person: Person, row: InventoryRow) -> AsyncGenerator[bytes, None]:
    """The tar while it arrives. PodmanError before the first piece."""
    target = target_of(row.endpoint, kind="container", object_id=row.podman_id, name=row.name)
    sent = 0
    async with streamed_action(person, VERB, target, {}) as action:
        async with Podman(dial(row.endpoint, streams=True)) as podman:
            async with containers.export(podman, row.podman_id) as pieces:
                async for piece in pieces:
                    sent += len(piece)
                    action.detail = f"{sent} bytes"
                    yield piece
