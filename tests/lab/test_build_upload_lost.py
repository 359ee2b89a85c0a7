"""An uploaded build whose web process or host was lost: what became of it is looked for, and written down."""

from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing
from datetime import timedelta
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.utils import timezone

from audit.models import Entry
from hosts.actions.builds.build_fields import build_order
from hosts.actions.builds.build_upload import build_upload
from hosts.actions.builds.lost_uploads import look_for_builds
from hosts.actions.streams import settle_lost
from hosts.models import Endpoint, OpenTransfer
from tests.lab.hosts import Host, Lab
from tests.lab.real_endpoint import endpoint_on, person, vault_keys
from tests.lab.test_build import context
from tests.lab.wait import until

__all__ = ["endpoint_on", "person", "vault_keys"]

pytestmark = pytest.mark.django_db(transaction=True)
TAG = "localhost/sent:1"
UNHEARD = [("intent", ""), ("outcome", "unknown")]


@pytest.fixture
def host(lab: Lab, clean_hosts: None) -> Iterator[Host]:
    one = lab.hosts[0]
    yield one
    one.podman("rmi", "-f", "-i", TAG)


@pytest.fixture
def endpoint(host: Host, endpoint_on: Any) -> Any:
    return endpoint_on(host)


def upload(person: Any, endpoint: Any, steps: str) -> Any:
    """Podman's lines of a build of these steps on a small image."""

    async def body() -> AsyncIterator[bytes]:
        yield context({"Containerfile": f"FROM localhost/busybox\n{steps}\n".encode()})

    order = build_order(tags=[TAG])
    return build_upload(person, endpoint, body(), order=order, file="x.tgz", limit_bytes=10_000_000)


def image(host: Host) -> str:
    """The id that has the name; "" where none has."""
    return host.podman("images", "-q", "--no-trunc", TAG).strip().removeprefix("sha256:")


def entries() -> list[tuple[str, str]]:
    found = Entry.objects.filter(verb="image.build").order_by("number")
    return list(found.values_list("kind", "result"))


def found_out() -> tuple[str, str]:
    """What the chore has found: the last entry."""

    def resolved() -> bool:
        look_for_builds()
        return not OpenTransfer.objects.exists()

    until("it is known", resolved, timeout_s=60)
    return entries()[-1]


def lose() -> None:
    """As if the process that carries it out were gone for a minute."""
    OpenTransfer.objects.update(seen_at=timezone.now() - timedelta(seconds=61))
    assert settle_lost() == 1


async def cut(person: Any, endpoint: Any, steps: str) -> None:
    """Nobody reads on after Podman's first line."""
    async with aclosing(upload(person, endpoint, steps)) as lines:
        await anext(lines)


async def ends_unheard(person: Any, endpoint: Any, steps: str) -> None:
    """It is given up for lost, and comes to its end on the host."""
    async with aclosing(upload(person, endpoint, steps)) as lines:
        await anext(lines)
        await sync_to_async(lose)()
        async for _line in lines:
            pass


async def test_one_that_was_cut_was_not_done(host: Host, endpoint: Any, person: Any) -> None:
    await cut(person, endpoint, "RUN sleep 5")
    assert await sync_to_async(entries)() == UNHEARD
    assert await sync_to_async(found_out)() == ("resolution", "failed")
    assert image(host) == ""


async def test_one_that_ended_unheard_was_done(host: Host, endpoint: Any, person: Any) -> None:
    await ends_unheard(person, endpoint, "RUN echo done > /done")
    assert await sync_to_async(entries)() == UNHEARD
    assert await sync_to_async(found_out)() == ("resolution", "ok")
    assert image(host)


async def test_where_the_name_had_an_image_podmans_events_tell(
    host: Host, endpoint: Any, person: Any
) -> None:
    """Built anew from what is there, it is the same image as before; cut, it is that one too."""
    host.podman("tag", "localhost/busybox", TAG)
    before = image(host)
    await cut(person, endpoint, "RUN sleep 5")
    assert await sync_to_async(found_out)() == ("resolution", "failed")
    await ends_unheard(person, endpoint, "")
    assert await sync_to_async(found_out)() == ("resolution", "ok")
    assert image(host) == before


async def test_a_host_that_is_away_is_asked_later(host: Host, endpoint: Any, person: Any) -> None:
    await ends_unheard(person, endpoint, "RUN echo later > /later")
    await Endpoint.objects.aupdate(state="away")
    assert await sync_to_async(look_for_builds)() == 0
    assert await OpenTransfer.objects.acount() == 1
    await Endpoint.objects.aupdate(state="up")
    assert await sync_to_async(found_out)() == ("resolution", "ok")
