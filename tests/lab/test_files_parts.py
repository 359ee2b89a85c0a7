"""What a broken upload leaves in a container is removed once its host can be asked again."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.db import transaction
from django.utils import timezone

from audit import write
from audit.shapes import Target
from hosts.actions import streams
from hosts.actions.files import sweep, write_file
from hosts.models import OpenTransfer
from tests.lab.real_endpoint import endpoint_on, person, vault_keys
from tests.lab.test_files import box, entries, host, in_thread, inside
from tests.lab.transfers import transfer

__all__ = ["box", "endpoint_on", "host", "person", "vault_keys"]

pytestmark = pytest.mark.django_db(transaction=True)


def sweep_up(host: Any) -> None:
    sweep.sweep()
    assert inside(host, "ls", "-A", "/data/sub") == ""


async def test_what_cannot_be_removed_is_swept_later(
    host: Any, box: Any, cast: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when the link is killed: neither the rest of the file nor the clearing gets through."""

    async def gone(*_: object) -> bool:
        return False

    monkeypatch.setattr(write_file, "_clear", gone)
    place = f"/transfer/files/container/{box.endpoint_id}/{box.podman_id}/upload/"

    async def until_a_part_is_there() -> None:
        async with asyncio.timeout(30):
            while ".part" not in await in_thread(inside, host, "ls", "-A", "/data/sub"):  # noqa: ASYNC110
                await asyncio.sleep(0.05)

    query = "path=/data/sub&name=cut"
    pieces = [bytes(1 << 20)]
    await transfer(
        *(cast.bob, "PUT", place, pieces), query=query, length=2 << 20, during=until_a_part_is_there
    )
    async with asyncio.timeout(30):
        # the outcome is written behind the answer
        while not await OpenTransfer.objects.exclude(lost_at=None).aexists():  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    assert ".part" in await sync_to_async(inside)(host, "ls", "-A", "/data/sub")
    await sync_to_async(sweep_up)(host)
    assert await OpenTransfer.objects.acount() == 0
    found = await sync_to_async(entries)("container.files_edit")
    assert [entry[0] for entry in found] == ["intent", "outcome"]


def test_an_upload_whose_web_process_was_killed(
    host: Any, box: Any, cast: Any, who_of: Any
) -> None:
    part = "/data/sub/.haulout-0123456789abcdef.part"
    inside(host, "dd", "if=/dev/zero", f"of={part}", "bs=1M", "count=2")
    target = Target("container", box.podman_id, "box", endpoint_id=box.endpoint_id)
    with transaction.atomic():
        number = write.intent(who_of(cast.bob), "container.files_edit", target, params={})
    OpenTransfer.objects.create(
        intent=number,
        seen_at=timezone.now() - timedelta(seconds=61),
        endpoint_id=box.endpoint_id,
        container=box.podman_id,
        part=part,
    )
    assert streams.settle_lost() == 1
    assert streams.settle_lost() == 0
    sweep_up(host)
    kinds = [entry[:2] for entry in entries("container.files_edit")]
    assert kinds == [("intent", ""), ("outcome", "unknown"), ("resolution", "failed")]
    assert not OpenTransfer.objects.exists()
