"""A build whose worker or link was lost: never sent again, and looked for when the host is back."""

import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from asgiref.sync import sync_to_async

from hosts.actions import ACTIONS
from hosts.actions.builds import build_image
from hosts.actions.builds.build_fields import build_order
from hosts.jobs import lease
from hosts.jobs.carry import carry, errand_for
from hosts.jobs.handler import Settlement
from hosts.models import Job
from hosts.podman import Podman, UnixDial
from hosts.podman.errors import Interrupted
from tests.lab.hosts import Host, Lab
from tests.lab.real_endpoint import endpoint_on, person, vault_keys

__all__ = ["endpoint_on", "person", "vault_keys"]

pytestmark = pytest.mark.django_db(transaction=True)
TAG = "localhost/lost:1"


class Lost(Podman):
    """The connection breaks after so many pieces of the build's answer; -1: behind its end."""

    after = -1

    @asynccontextmanager
    async def stream(self, method: str, target: str, **words: Any) -> AsyncIterator[Any]:
        async with super().stream(method, target, **words) as pieces:

            async def some() -> AsyncIterator[bytes]:
                count = 0
                async for piece in pieces:
                    yield piece
                    count += 1
                    if count == self.after:
                        break
                raise Interrupted("The connection to Podman broke.")

            yield some()


@pytest.fixture
def host(lab: Lab, clean_hosts: None) -> Iterator[Host]:
    one = lab.hosts[0]
    yield one
    one.podman("rmi", "-f", "-i", TAG)


async def built(host: Host, endpoint: Any, person: Any, run: str, *, after: int) -> tuple[Any, Any]:
    """(outcome, what the look back needs), of a build whose connection breaks."""

    def asked() -> Any:
        text = f"FROM localhost/busybox:latest\nRUN {run}\n"
        order = build_order(tags=[TAG], arguments={}, labels={}, no_cache=True)
        job = build_image.ask(person, endpoint.pk, text=text, order=order)
        (claimed,) = lease.claim([job.pk], "worker")
        return claimed

    job = await sync_to_async(asked)()
    async with Lost(UnixDial(str(host.local_socket))) as podman:
        podman.after = after
        outcome = await carry(job, ACTIONS[job.verb], podman)
    again = await sync_to_async(Job.objects.select_related("endpoint__host").get)(pk=job.pk)
    return outcome, again


async def test_its_end_was_not_heard(host: Host, endpoint_on: Any, person: Any) -> None:
    endpoint = await sync_to_async(endpoint_on)(host)
    outcome, _ = await built(host, endpoint, person, "echo 1", after=-1)
    assert outcome.state == "ok", (outcome.error, outcome.cause)
    assert host.podman("image", "exists", TAG) == ""


async def test_it_goes_on_or_is_given_up(host: Host, endpoint_on: Any, person: Any) -> None:
    endpoint = await sync_to_async(endpoint_on)(host)
    outcome, job = await built(host, endpoint, person, "sleep 4", after=1)
    assert outcome.state == "unknown", (outcome.result, outcome.output, outcome.duration_ms)
    look_back = ACTIONS[job.verb].look_back
    assert look_back is not None
    async with Podman(UnixDial(str(host.local_socket))) as podman:
        errand = errand_for(job, podman)
        until = time.monotonic() + 60
        while (settled := await look_back(errand)) is None:
            assert time.monotonic() < until, "the build runs on"
    made = TAG in host.podman("images", "--format", "{{.Repository}}:{{.Tag}}").split()
    assert settled is (Settlement.DONE if made else Settlement.AGAIN)
