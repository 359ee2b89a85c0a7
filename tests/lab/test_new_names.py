"""What uploads bring is held to the rules before a real Podman has their end; names once more after it."""

import asyncio
import io
import tarfile
from base64 import b64decode
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest
from asgiref.sync import sync_to_async

from audit.models import Entry
from hosts.actions.builds import build_image
from hosts.actions.builds.build_fields import build_order
from hosts.actions.builds.build_upload import build_upload
from hosts.actions.images import archives, push_image
from hosts.guardrails import GuardrailRefused
from hosts.jobs.errand import ActionFailed
from hosts.models import Guardrail
from tests.lab.hosts import Host
from tests.lab.lab_images import mirrored, names_on
from tests.lab.podman_hosts import any_host, any_lab
from tests.lab.real_endpoint import ended, endpoint_on, person, vault_keys, worker

__all__ = ["any_host", "any_lab", "ended", "endpoint_on", "person", "vault_keys", "worker"]
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.on_every_podman]
PLAIN, OURS, ELSEWHERE = "localhost/busybox:latest", "localhost/new/ours:1", "quay.io/corp/prod:1"
LIMIT_BYTES = 100 * 2**20
ALLOWED = {"allow": ["registry.example.org/team", "localhost/busybox"], "archives": True}


@pytest.fixture
def host(any_host: Host) -> Iterator[Host]:
    yield any_host
    any_host.podman("rmi", "-f", "-i", OURS, ELSEWHERE)


@pytest.fixture
def rule() -> Callable[..., Any]:
    def make(kind: str, **settings: Any) -> Any:
        return Guardrail.objects.create(name=f"rule of {kind}", kind=kind, settings=settings)

    return make


async def pieces(data: bytes) -> AsyncIterator[bytes]:
    for at in range(0, len(data), 10_000):
        yield data[at : at + 10_000]


def archive(host: Host, form: str, *names: str) -> bytes:
    """Of an image that has these names; none of them stays."""
    for name in names:
        host.podman("tag", PLAIN, name)
    host.podman("save", "--format", form, "-o", "/tmp/saved.tar", *names)
    data = b64decode(host.run("base64", "-w0", "/tmp/saved.tar"))
    host.run("rm", "/tmp/saved.tar")
    host.podman("untag", PLAIN, *names)
    return data


def context(text: str) -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as tar:
        for name, content in (("Containerfile", text.encode()), ("data", b"x" * 50_000)):
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return made.getvalue()


async def load(person: Any, endpoint: Any, body: AsyncIterator[bytes]) -> list[str]:
    return await archives.load(person, endpoint, body, file="x.tar", limit_bytes=LIMIT_BYTES)


async def build(person: Any, endpoint: Any, text: str, between: Any = None) -> None:
    """`between` is called once Podman has said something."""
    lines = build_upload(
        person,
        endpoint,
        pieces(context(text)),
        order=build_order(tags=[OURS]),
        file="x.tar",
        limit_bytes=LIMIT_BYTES,
    )
    async for _line in lines:
        if between is not None:
            await sync_to_async(between)()
            between = None


def outcomes(verb: str) -> list[tuple[str, str]]:
    rows = Entry.objects.filter(verb=verb).order_by("number").values_list("kind", "result")
    return [(kind, result) for kind, result in rows]


def alarms() -> list[Any]:
    return list(Entry.objects.filter(kind="event", verb="guardrail.alarm"))


@pytest.mark.parametrize("form", ["docker-archive", "oci-archive"])
def test_names_inside_an_archive_are_held_to_the_images_rule(
    form: str, host: Host, endpoint_on: Any, person: Any, rule: Any
) -> None:
    endpoint = endpoint_on(host)
    rule("images", **ALLOWED)
    # an OCI archive holds one image under one name
    names = [ELSEWHERE] if form == "oci-archive" else [OURS, ELSEWHERE]
    data, before = archive(host, form, *names), host.podman("images", "-aq", "--no-trunc")
    with pytest.raises(ActionFailed, match=r"would be named quay\.io/corp/prod:1"):
        asyncio.run(load(person, endpoint, pieces(data)))
    assert not {OURS, ELSEWHERE} & set(names_on(host))
    assert host.podman("images", "-aq", "--no-trunc") == before
    assert outcomes("image.load") == [("intent", ""), ("refusal", ""), ("outcome", "failed")]
    assert asyncio.run(load(person, endpoint, pieces(archive(host, form, OURS)))) == [OURS]
    assert alarms() == []


def test_a_rule_that_came_while_it_was_loaded_raises_an_alarm(
    host: Host, endpoint_on: Any, person: Any, rule: Any
) -> None:
    """The second look: by the names that Podman tells when it is done."""
    endpoint, data = endpoint_on(host), archive(host, "docker-archive", ELSEWHERE)

    async def late() -> AsyncIterator[bytes]:
        async for piece in pieces(data):
            yield piece
        # what follows the end of a tar is filling, and asked for once its names have been judged
        await sync_to_async(rule)("images", **ALLOWED)
        yield bytes(512)

    with pytest.raises(ActionFailed, match=r"refuses what Podman created .*The image is kept"):
        asyncio.run(load(person, endpoint, late()))
    [alarm] = alarms()
    assert alarm.params["rules"] == ["rule of images"]
    assert alarm.host_name == endpoint.host.name
    assert ELSEWHERE in names_on(host)


WRONG = {
    "images": ("FROM quay.io/corp/base:1\n", ALLOWED, "is not from an allowed place"),
    "host_namespaces": (f"FROM {PLAIN}\nRUN --network=host true\n", {}, "RUN --network"),
}


@pytest.mark.parametrize("kind", WRONG)
def test_an_uploaded_containerfile_is_judged_as_a_typed_one(
    kind: str, host: Host, endpoint_on: Any, person: Any, rule: Any
) -> None:
    text, settings, words = WRONG[kind]
    endpoint = endpoint_on(host)
    rule(kind, **settings)
    with pytest.raises(ActionFailed, match=words):
        asyncio.run(build(person, endpoint, text))
    assert OURS not in names_on(host)
    assert outcomes("image.build") == [("intent", ""), ("refusal", ""), ("outcome", "failed")]
    asyncio.run(build(person, endpoint, f"FROM {PLAIN}\n"))
    assert OURS in names_on(host)
    assert alarms() == []


def test_the_names_of_an_uploaded_build_are_looked_at_once_more(
    host: Host, endpoint_on: Any, person: Any, rule: Any
) -> None:
    endpoint = endpoint_on(host)

    def between() -> None:
        rule("images", refuse=["localhost/new"])

    with pytest.raises(ActionFailed, match=r"refuses what Podman created .*no image may be named"):
        asyncio.run(build(person, endpoint, f"FROM {PLAIN}\nRUN true\n", between))
    assert len(alarms()) == 1
    assert outcomes("image.build")[-1] == ("outcome", "failed")


def test_a_typed_build_of_the_host_itself_raises_no_alarm(
    host: Host, endpoint_on: Any, person: Any, rule: Any, worker: Any, ended: Any
) -> None:
    """Names under localhost/ may be given where a rule allows other places alone."""
    endpoint = endpoint_on(host)
    rule("images", **ALLOWED)
    order = build_order(tags=[OURS])
    job = build_image.ask(person, endpoint.pk, text=f"FROM {PLAIN}\n", order=order)
    worker().hand_over([job.pk])
    assert ended(job, within_s=60).state == "ok", (job.error, job.cause)
    assert alarms() == []


def test_a_push_goes_to_allowed_places_alone(
    host: Host, endpoint_on: Any, person: Any, rule: Any, worker: Any, ended: Any
) -> None:
    row = mirrored(host, endpoint_on(host), PLAIN)
    ref = (row.endpoint_id, row.podman_id)
    early = push_image.ask(person, ref, destination=ELSEWHERE)
    rule("images", **ALLOWED)
    with pytest.raises(GuardrailRefused, match=r"would be named quay\.io/corp/prod:1"):
        push_image.ask(person, ref, destination=ELSEWHERE)
    push_image.ask(person, ref, destination="registry.example.org/team/web:1")
    worker().hand_over([early.pk])
    assert ended(early, within_s=60).state == "denied"
    assert "would be named" in early.error
