"""Which images are older than what their tag names: asked once an hour, never guessed."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone

from hosts import vault
from hosts.actions.registries.credentials import PURPOSE
from hosts.models import Container, Endpoint, ImageUpdate, RegistryCredential, TagCheck
from hosts.registries.checks import check_updates
from hosts.registries.errors import Failure
from hosts.registries.used_tags import access_to, tag_of
from tests import make
from tests.hosts.registries.fake import FakeRegistry, Request, reply, running_registry

pytestmark = pytest.mark.django_db
OLD, NEW, OTHER = ("sha256:" + letter * 64 for letter in "abc")
IMAGE_ID, NEXT_ID = "1" * 64, "2" * 64


@dataclass
class Shelf:
    """What the registry has: a tag's digest, or its index; `answer` instead, where it is set."""

    tags: dict[str, str] = field(default_factory=dict)
    indexes: dict[str, bytes] = field(default_factory=dict)
    answer: bytes = b""

    def __call__(self, request: Request) -> bytes:
        if self.answer:
            return self.answer
        path, _slash, name = request.target.removeprefix("/v2/").partition("/manifests/")
        if name in self.indexes:
            return reply(200, self.indexes[name])
        if (digest := self.tags.get(f"{path}:{name}")) is None:
            return reply(404)
        kind = "index" if digest in self.indexes else "manifest"
        media_type = f"application/vnd.oci.image.{kind}.v1+json"
        return reply(200, Docker_Content_Digest=digest, Content_Type=media_type)

    def index(self, *images: str) -> str:
        """A new index over these images."""
        body = json.dumps({"manifests": [{"digest": one} for one in images]}).encode()
        digest = "sha256:" + hashlib.sha256(body).hexdigest()
        self.indexes[digest] = body
        return digest


@pytest.fixture
def shelf() -> Shelf:
    return Shelf({"shop/web:1": OLD, "shop/db:1": OLD})


@pytest.fixture
def registry(shelf: Shelf) -> Iterator[FakeRegistry]:
    with running_registry(shelf) as fake:
        yield fake


@pytest.fixture
def here() -> Endpoint:
    """This machine itself: the one place whose loopback is ours too."""
    return make.endpoint(make.host("here", kind="local"))


def runs(at: Endpoint, image: str, *, digests: list[str], image_id: str = IMAGE_ID) -> Container:
    """A container of an image that the host knows by these digests."""
    make.image(at, image[:255], podman_id=image_id, digests=digests)
    return make.container(at, f"c{Container.objects.count()}", image=image, image_id=image_id)


def an_hour_later() -> None:
    TagCheck.objects.update(next_at=timezone.now())


def state_of(row: Container) -> str:
    """ "" where there is nothing to ask."""
    found = ImageUpdate.objects.filter(
        endpoint=row.endpoint, image_id=row.image_id, image=row.image
    )
    return str(found.values_list("state", flat=True).first() or "")


def test_a_new_push_under_the_same_tag_is_an_update(
    shelf: Shelf, registry: FakeRegistry, here: Endpoint
) -> None:
    web = runs(here, f"{registry.address}/shop/web:1", digests=[OLD])
    check_updates()
    assert state_of(web) == "current"
    shelf.tags["shop/web:1"] = NEW
    an_hour_later()
    check_updates()
    assert state_of(web) == "available"
    # recreated from the new image; the old one stays for a container that nobody touched
    make.image(here, web.image, podman_id=NEXT_ID, digests=[NEW])
    other = make.container(here, "other", image=web.image, image_id=IMAGE_ID)
    web.image_id = NEXT_ID
    web.save()
    check_updates()
    assert (state_of(web), state_of(other)) == ("current", "available")


def test_a_tag_is_asked_for_once_an_hour_for_all_hosts(
    registry: FakeRegistry, here: Endpoint
) -> None:
    image = f"{registry.address}/shop/web:1"
    user = make.endpoint(here.host, user="seal")
    rows = [runs(here, image, digests=[OLD]), runs(user, image, digests=[NEW])]
    check_updates()
    check_updates()
    assert [one.target for one in registry.asked] == ["/v2/shop/web/manifests/1"]
    assert [state_of(one) for one in rows] == ["current", "available"]
    row = TagCheck.objects.get()
    assert row.answered_at
    assert timedelta(hours=1) <= row.next_at - row.answered_at + timedelta(minutes=1)


@pytest.mark.parametrize(
    "image",
    [
        *("localhost/web:1", IMAGE_ID, "", "web", f"quay.io/a/b@{OLD}", f"quay.io/a/b:1@{OLD}"),
        *("registry.test:99999/a:1", "[::x]/a:1", "oci:/tmp/x", "quay.io/UPPER:1"),
        # too long with the tag that it has unsaid
        "quay.io/" + "a/" * 245 + "bb",
    ],
)
def test_what_no_registry_has_is_no_question(image: str, here: Endpoint) -> None:
    web = runs(here, image, digests=[OLD])
    check_updates()
    assert not TagCheck.objects.exists()
    assert state_of(web) == ""


def test_a_registry_that_is_away_never_says_up_to_date(
    shelf: Shelf, registry: FakeRegistry, here: Endpoint
) -> None:
    web = runs(here, f"{registry.address}/shop/web:1", digests=[OLD])
    db = runs(here, f"{registry.address}/shop/db:1", digests=[NEW], image_id=NEXT_ID)
    check_updates()
    assert (state_of(web), state_of(db)) == ("current", "available")
    shelf.answer = reply(500)
    an_hour_later()
    asked = len(registry.asked)
    check_updates()
    # the update was seen, and is none the less there
    assert (state_of(web), state_of(db)) == ("unknown", "available")
    # what says nothing for one tag says nothing for the others
    assert len(registry.asked) == asked + 1
    assert set(TagCheck.objects.values_list("failure", "detail")) == {("unreachable", "HTTP 500")}
    shelf.answer = b""
    an_hour_later()
    check_updates()
    assert (state_of(web), state_of(db)) == ("current", "available")
    assert set(TagCheck.objects.values_list("failure", "detail")) == {("", "")}


def test_a_tag_that_is_gone_says_nothing_of_the_others(
    shelf: Shelf, registry: FakeRegistry, here: Endpoint
) -> None:
    gone = runs(here, f"{registry.address}/shop/away:1", digests=[OLD])
    web = runs(here, f"{registry.address}/shop/web:1", digests=[OLD], image_id=NEXT_ID)
    check_updates()
    assert (state_of(gone), state_of(web)) == ("unknown", "current")
    assert TagCheck.objects.get(reference=gone.image).failure == Failure.MISSING


def test_a_registry_that_has_enough_is_left_alone_as_long_as_it_says(
    shelf: Shelf, registry: FakeRegistry, here: Endpoint
) -> None:
    for n in range(3):
        runs(here, f"{registry.address}/shop/a{n}:1", digests=[OLD], image_id=str(n) * 64)
    shelf.answer = reply(429, Retry_After="7200")
    check_updates()
    assert len(registry.asked) == 1
    in_two_hours = timezone.now() + timedelta(minutes=119)
    assert TagCheck.objects.filter(failure=Failure.BUSY, next_at__gt=in_two_hours).count() == 3


def test_an_index_that_changed_for_another_platform_is_no_update(
    shelf: Shelf, registry: FakeRegistry, here: Endpoint
) -> None:
    first = shelf.index(OLD, OTHER)
    shelf.tags["shop/web:1"] = first
    web = runs(here, f"{registry.address}/shop/web:1", digests=[first, OLD])
    check_updates()
    assert state_of(web) == "current"
    # it was not needed
    assert [one.method for one in registry.asked] == ["HEAD"]
    shelf.tags["shop/web:1"] = shelf.index(OLD, NEW)
    for _hour in range(2):
        an_hour_later()
        check_updates()
    assert state_of(web) == "current"
    # once for each index
    assert [one.method for one in registry.asked] == ["HEAD", "HEAD", "GET", "HEAD"]
    shelf.tags["shop/web:1"] = shelf.index(OTHER, NEW)
    an_hour_later()
    check_updates()
    assert state_of(web) == "available"


def test_an_image_without_a_digest_cannot_be_compared(
    registry: FakeRegistry, here: Endpoint
) -> None:
    web = runs(here, f"{registry.address}/shop/web:1", digests=[])
    check_updates()
    assert state_of(web) == "unknown"


def test_the_loopback_of_another_machine_is_not_ours(registry: FakeRegistry) -> None:
    far = make.endpoint("far")
    web = runs(far, f"{registry.address}/shop/web:1", digests=[OLD])
    check_updates()
    assert not registry.asked
    assert state_of(web) == "unknown"
    assert TagCheck.objects.get().failure == Failure.ADDRESS


def test_many_tags_are_spread_over_the_hour(registry: FakeRegistry, here: Endpoint) -> None:
    for n in range(25):
        runs(here, f"{registry.address}/shop/a{n}:1", digests=[OLD], image_id=f"{n:064}")
    check_updates()
    assert len(registry.asked) == 20
    check_updates()
    assert len(registry.asked) == 25


def test_a_tag_that_nobody_uses_is_forgotten_after_a_day(
    registry: FakeRegistry, here: Endpoint
) -> None:
    web = runs(here, f"{registry.address}/shop/web:1", digests=[OLD])
    check_updates()
    web.delete()
    check_updates()
    assert TagCheck.objects.exists()
    assert not ImageUpdate.objects.exists()
    TagCheck.objects.update(next_at=timezone.now() - timedelta(hours=25))
    check_updates()
    assert not TagCheck.objects.exists()


def test_the_account_is_the_one_that_a_pull_would_take(
    keys: None, shelf: Shelf, registry: FakeRegistry, here: Endpoint
) -> None:
    vault.make_keys(settings.HAULOUT_KEYS)

    def account(registry: str, username: str) -> None:
        sealed = vault.seal(b"fish", PURPOSE)
        RegistryCredential.objects.create(
            registry=registry, username=username, sealed_password=sealed
        )

    account(registry.address, "general")
    account(f"{registry.address}/shop", "shop")
    account(f"{registry.address}/bank", "bank")
    shelf.answer = reply(401, WWW_Authenticate='Basic realm="lab"')
    runs(here, f"{registry.address}/shop/web:1", digests=[OLD])
    check_updates()
    # "shop:fish"
    sent = [one.headers.get("authorization", "") for one in registry.asked]
    assert sent == ["", "Basic c2hvcDpmaXNo"]


def _with(prefixes: dict[str, bool]) -> dict[str, Any]:
    listed = [{"prefix": name, "insecure": value} for name, value in prefixes.items()]
    return {"registries": {"configured": listed}}


@pytest.mark.parametrize(
    ("infos", "insecure"),
    [
        ([{}], False),
        ([_with({"lan.test:5000": True})], True),
        ([_with({"*.test": True})], True),
        ([_with({"lan.test": True})], False),
        ([_with({"lan.test:5000": True, "lan.test:5000/shop": False})], False),
        ([_with({"lan.test:5000/shop/web": True})], True),
        ([_with({"lan.test:5000": True}), {}], False),
    ],
)
def test_one_host_does_not_call_a_registry_insecure_for_all(
    infos: list[dict[str, Any]], insecure: bool
) -> None:
    tag = tag_of("lan.test:5000/shop/web:1")
    assert tag
    places = [make.endpoint(f"h{n}", info=info) for n, info in enumerate(infos)]
    assert access_to(tag, places).insecure == insecure
