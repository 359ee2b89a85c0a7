"""Containers whose tag names a newer image: in the list, on their page, in Ctrl-K and in REST."""

from typing import Any

import pytest
from django.utils import timezone

from hosts.access import limits
from hosts.models import Container, Endpoint, ImageUpdate, TagCheck
from tests import make
from tests.cast import Cast
from tests.dashboard.api_cast import make_caller

pytestmark = pytest.mark.each_database("asks by three columns of another table")
OLD, NEW = ("sha256:" + letter * 64 for letter in "ab")
IMAGE = "quay.io/shop/web:1"
STATES = ImageUpdate.State


@pytest.fixture
def endpoint(cast: Cast) -> Endpoint:
    return make.endpoint("web1")


@pytest.fixture
def row(endpoint: Endpoint) -> Container:
    """A container of an old image, and beside it one of an image that was built there."""
    make.image(endpoint, IMAGE, podman_id="1" * 64, digests=[OLD], image_digest=OLD)
    make.container(endpoint, "built", image="localhost/built:1", image_id="2" * 64)
    return make.container(endpoint, "shop", image=IMAGE, image_id="1" * 64)


def stands(row: Container, state: str, **check: Any) -> None:
    """What the worker has written of it."""
    given = {"digest": NEW, "instances": [], "asked_at": timezone.now(), **check}
    TagCheck.objects.update_or_create(
        reference=IMAGE, defaults={"next_at": timezone.now(), **given}
    )
    ImageUpdate.objects.update_or_create(
        endpoint=row.endpoint,
        image_id=row.image_id,
        image=row.image,
        defaults={"state": state},
    )


@pytest.fixture
def browser(cast: Cast, browser_of: Any) -> Any:
    return browser_of(cast.alice)


def listed(browser: Any, line: str) -> list[str]:
    page = browser.get("/containers/", {"q": line}).content.decode()
    return [name for name in ("built", "shop") if f'title="{name}"' in page]


def page_of(row: Container) -> str:
    return f"/containers/{row.endpoint_id}/{row.podman_id}/"


def test_the_list_marks_it_and_finds_it(browser: Any, row: Container) -> None:
    page = browser.get("/containers/").content.decode()
    assert "update-mark" not in page
    stands(row, STATES.AVAILABLE)
    page = browser.get("/containers/").content.decode()
    assert page.count("update-mark") == 1
    assert listed(browser, "update:available") == ["shop"]
    assert listed(browser, "update:unknown") == listed(browser, "update:current") == []
    # it runs the newer image, and nobody has compared that yet
    row.image_id = "3" * 64
    row.save()
    assert listed(browser, "update:available") == []
    assert "update-mark" not in browser.get("/containers/").content.decode()


def test_its_page_says_what_runs_what_is_offered_and_leads_to_it(
    browser: Any, row: Container
) -> None:
    stands(row, STATES.AVAILABLE)
    page = browser.get(page_of(row)).content.decode()
    assert "Update available" in page
    assert OLD[:19] in page
    assert NEW[:19] in page
    assert f'hx-get="{page_of(row)}upgrade/"' in page
    assert "Pull and recreate" in browser.get(f"{page_of(row)}upgrade/").content.decode()


def test_who_may_not_is_offered_no_button(cast: Cast, browser_of: Any, row: Container) -> None:
    stands(row, STATES.AVAILABLE)
    page = browser_of(cast.charlie).get(page_of(row)).content.decode()
    assert "Update available" in page
    assert f'hx-get="{page_of(row)}upgrade/"' not in page


@pytest.mark.parametrize(
    ("check", "words"),
    [
        (
            {"digest": OLD, "failure": "unreachable", "detail": "no answer"},
            "Haulout cannot reach quay.io.",
        ),
        ({"digest": "", "failure": "missing"}, "quay.io no longer has this tag."),
        ({"digest": OLD, "failure": "of a later version"}, "sent an answer that cannot be read"),
        ({"digest": ""}, "The registry has not been asked yet."),
        ({"instances": None}, "The tag has a new list of platforms"),
    ],
)
def test_not_known_has_its_cause(
    browser: Any, row: Container, check: dict[str, str], words: str
) -> None:
    stands(row, STATES.UNKNOWN, **check)
    page = browser.get(page_of(row)).content.decode()
    assert "Not known" in page
    assert words in page
    assert "Up to date" not in page


def test_nobody_has_compared_it_yet(browser: Any, row: Container) -> None:
    assert "The registry has not been asked yet." in browser.get(page_of(row)).content.decode()
    row.endpoint.images.update(digests=[])
    assert "The host knows no digest" in browser.get(page_of(row)).content.decode()


def test_what_no_registry_has_says_nothing(browser: Any, row: Container) -> None:
    built = Container.objects.get(name="built")
    page = browser.get(page_of(built)).content.decode()
    assert "Not known" not in page
    assert "registry" not in page.partition("facts-room")[2]


def test_the_list_of_images_marks_it_too(browser: Any, row: Container) -> None:
    stands(row, STATES.AVAILABLE)
    make.image(row.endpoint, "quay.io/shop/db:1", podman_id="4" * 64)
    page = browser.get("/images/").content.decode()
    assert page.count("update-mark") == 1
    found = browser.get("/images/", {"q": "is:outdated"}).content.decode()
    assert IMAGE in found
    assert "quay.io/shop/db:1" not in found


def test_the_search_leads_to_them(browser: Any, row: Container) -> None:
    page = browser.get("/search/", {"q": "update available"}).content.decode()
    assert "/containers/?q=update%3Aavailable" in page


def test_programs_read_it(cast: Cast, row: Container, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "_rests_until", float("inf"))
    stands(row, STATES.AVAILABLE)
    alice = make_caller(cast.alice)
    found = alice.get("/containers?q=update:available").json()
    assert [one["name"] for one in found["items"]] == ["shop"]
    where = f"/containers/{row.endpoint_id}/{row.podman_id}"
    answer = alice.get(where)
    update = answer.json()["update"]
    assert (update["state"], update["runs"], update["offered"]) == ("available", OLD, NEW)
    stands(row, STATES.UNKNOWN, digest=OLD, failure="busy")
    assert alice.get(where)["ETag"] != answer["ETag"]
    assert "too often" in alice.get(where).json()["update"]["why"]
    built = Container.objects.get(name="built")
    assert alice.get(f"/containers/{built.endpoint_id}/{built.podman_id}").json()["update"] is None
