"""Registry credentials: keep, replace, erase; for administrators."""

from typing import Any

import pytest
from django.conf import settings

from hosts import vault
from hosts.models import Group, RegistryCredential
from tests.cast import Cast

pytestmark = pytest.mark.each_database("writes rows that are unique")


@pytest.fixture
def browser(cast: Cast, browser_of: Any) -> Any:
    vault.make_keys(settings.HAULOUT_KEYS)
    return browser_of(cast.alice)


def keep(browser: Any, **changes: str) -> Any:
    given = {"registry": "quay.io", "username": "seal", "password": "words", "group": ""}
    return browser.send("/registries/", {**given, **changes})


def test_for_a_group_beside_everybody(browser: Any) -> None:
    group = Group.objects.create(name="prod")
    keep(browser)
    keep(browser, username="prod-seal", group=str(group.pk))
    rows = RegistryCredential.objects.order_by("pk")
    assert [(row.username, row.group) for row in rows] == [("seal", None), ("prod-seal", group)]


def test_replace_and_erase(browser: Any, entries: Any) -> None:
    keep(browser)
    row = RegistryCredential.objects.get()
    page = browser.get(f"/registries/{row.pk}/replace/").content.decode()
    assert "words" not in page.split("<form", 2)[1]
    browser.send(f"/registries/{row.pk}/replace/", {"username": "walrus", "password": "new"})
    row.refresh_from_db()
    assert row.username == "walrus"
    assert vault.open_sealed(bytes(row.sealed_password), "registry") == b"new"
    asked = browser.get(f"/registries/{row.pk}/erase/").content.decode()
    assert "Erase the password for quay.io" in asked
    assert "walrus" in asked
    assert RegistryCredential.objects.exists()
    browser.send(f"/registries/{row.pk}/erase/")
    assert not RegistryCredential.objects.exists()
    assert len(entries("registry.edit")) == 3


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"registry": "two words"}, "registry"),
        ({"registry": "busybox"}, "registry"),
        ({"username": " "}, "username"),
        ({"password": ""}, "password"),
    ],
)
def test_each_mistake_stands_beside_its_field(
    browser: Any, changes: dict[str, str], field: str
) -> None:
    answer = keep(browser, **changes)
    assert list(answer.context["form"].errors) == [field]
    assert not RegistryCredential.objects.exists()


def test_others_may_look_only(browser: Any, cast: Cast, browser_of: Any) -> None:
    keep(browser)
    pk = RegistryCredential.objects.get().pk
    charlie = browser_of(cast.charlie)
    assert "quay.io" in charlie.get("/registries/").content.decode()
    assert keep(charlie).status_code == 403
    assert charlie.send(f"/registries/{pk}/erase/").status_code == 403
    assert charlie.get(f"/registries/{pk}/erase/").status_code == 403
    assert charlie.send(f"/registries/{pk}/replace/").status_code == 403
