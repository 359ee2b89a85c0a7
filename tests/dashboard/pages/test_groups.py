"""Groups: create, rename, fill, remove. Their hosts stay."""

from typing import Any

import pytest

from accounts.models import Role
from hosts.models import Grant, Group, Guardrail, Host
from tests import make
from tests.cast import Cast

pytestmark = pytest.mark.each_database("writes rows that are unique, in a group or at a time")


@pytest.fixture
def group(cast: Cast) -> Any:
    return Group.objects.create(name="prod")


def test_make_one(cast: Cast, browser_of: Any, entries: Any) -> None:
    browser = browser_of(cast.alice)
    browser.send("/groups/", {"name": "edge", "notes": "small ones"})
    group = Group.objects.get()
    assert (group.name, group.notes) == ("edge", "small ones")
    assert entries("group.edit")[0].target_name == "edge"
    assert "edge" in browser.get("/groups/").content.decode()


@pytest.mark.parametrize("name", ["", "two words", "Prod", "prod/eu"])
def test_names_that_cannot_be(group: Any, cast: Cast, browser_of: Any, name: str) -> None:
    answer = browser_of(cast.alice).send("/groups/", {"name": name})
    assert list(answer.context["form"].errors) == ["name"]


def test_rename_and_members(group: Any, cast: Cast, browser_of: Any, entries: Any) -> None:
    web1, web2 = make.registered("web1"), make.registered("web2", fingerprint="SHA256:2")
    group.hosts.set([web1])
    browser = browser_of(cast.alice)
    answer = browser.send(f"/groups/{group.pk}/", {"name": "live", "notes": "", "hosts": [web2.pk]})
    assert answer.url == f"/groups/{group.pk}/"
    group.refresh_from_db()
    assert (group.name, list(group.hosts.all())) == ("live", [web2])
    [entry] = entries("group.edit")
    assert entry.params["changes"] == {
        "name": ["prod", "live"],
        "added": ["web2"],
        "left": ["web1"],
    }


def test_removal_keeps_hosts(group: Any, cast: Cast, browser_of: Any) -> None:
    group.hosts.set([make.registered()])
    browser_of(cast.alice).send(f"/groups/{group.pk}/remove/")
    assert not Group.objects.exists()
    assert Host.objects.count() == 1


def test_what_goes_with_a_group_is_said_before_it_goes(
    group: Any, cast: Cast, browser_of: Any
) -> None:
    group.hosts.set([make.registered()])
    Grant.objects.create(user=cast.bob, role=Role.objects.get(name="viewer"), group=group)
    cast.bob.role = Role.objects.get(name="member")
    cast.bob.save()
    rule = Guardrail.objects.create(name="No devices", kind="devices", everywhere=False)
    rule.groups.add(group)
    page = browser_of(cast.alice).get(f"/groups/{group.pk}/remove/").content.decode()
    assert "Remove the group prod?" in page
    assert (
        "1 grant is removed with it. These guardrails and freeze windows would apply nowhere: No devices."
        in page
    )
    assert "Bob" in page
    assert "loses" in page
    assert "btn-danger" in page
    assert Group.objects.exists()


def test_others_see_and_do_not_touch(group: Any, cast: Cast, browser_of: Any) -> None:
    bob = browser_of(cast.bob)
    page = bob.get("/groups/").content.decode()
    assert "prod" in page
    assert "Create group" not in page
    assert bob.send("/groups/", {"name": "mine"}).status_code == 403
    assert bob.send(f"/groups/{group.pk}/", {"name": "mine"}).status_code == 403
    assert bob.send(f"/groups/{group.pk}/remove/").status_code == 403
    group.refresh_from_db()
    assert group.name == "prod"
