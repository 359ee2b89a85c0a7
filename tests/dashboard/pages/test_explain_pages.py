"""Pages that explain access: own access for everybody, others' with `access.view`."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Role, Token, User
from hosts.models import Grant, Host
from tests.cast import Cast
from tests.dashboard.test_matrix import objects  # noqa: F401 - a fixture

pytestmark = pytest.mark.each_database("asks who may do what in SQL")

THERE = "/access/explain/?endpoint=1&kind=container&id=sample"


@pytest.fixture(autouse=True)
def _there(objects: None) -> None:  # noqa: F811
    """One of each object, at den7."""


def test_ones_own_is_everyones(cast: Cast, browser_of: Any) -> None:
    page = browser_of(cast.charlie).get(THERE).content.decode()
    assert "What Charlie may do: shopfront on den7" in page
    assert "their own role, Viewer" in page
    assert "Alice" not in page


def test_that_of_others_needs_the_right_to_see_access(cast: Cast, browser_of: Any) -> None:
    address = f"{THERE}&person={cast.bob.pk}"
    assert browser_of(cast.charlie).get(address).status_code == 403
    assert browser_of(cast.charlie).get(f"{THERE}&person=999").status_code == 403
    page = browser_of(cast.alice).get(address).content.decode()
    assert "What Bob may do: shopfront on den7" in page
    assert browser_of(cast.alice).get(f"{THERE}&person=999").status_code == 404


@pytest.mark.parametrize("where", ["den7", "DEN7", "den7/shopfront", "?host=1", "?endpoint=1", ""])
def test_places_are_found_by_name_and_by_address(cast: Cast, browser_of: Any, where: str) -> None:
    query = where if where.startswith("?") else f"?where={where}"
    page = browser_of(cast.alice).get(f"/access/explain/{query}").content.decode()
    assert ("Edit hosts" in page) is (where not in ("", "den7/shopfront"))
    assert ("Manage people" in page) is (where == "")


def test_what_a_token_cuts_off_is_said(cast: Cast, browser_of: Any) -> None:
    later = timezone.now() + timedelta(days=1)
    kept = {"user": cast.bob, "reach": "all", "made_by": "Bob", "expires_at": later}
    token = Token.objects.create(name="ci", prefix="p", digest="d", read_only=True, **kept)
    page = browser_of(cast.bob).get(f"{THERE}&token={token.pk}").content.decode()
    assert page.count("not with this token") > 5
    alices = browser_of(cast.alice).get(f"{THERE}&token={token.pk}").content.decode()
    assert "not with this token" not in alices
    token.everywhere = False
    token.save()
    page = browser_of(cast.bob).get(f"{THERE}&token={token.pk}").content.decode()
    assert "This token does not reach shopfront on den7." in page


def test_a_name_that_is_none_is_said_beside_the_field(cast: Cast, browser_of: Any) -> None:
    answer = browser_of(cast.alice).get("/access/explain/?where=nowhere")
    assert answer.status_code == 200
    assert "Nothing with this name exists, or you may not see it." in answer.content.decode()


def test_what_the_reader_does_not_see_is_not_there(cast: Cast, browser_of: Any) -> None:
    cast.charlie.role = Role.objects.create(name="clerk", verbs=["access.view"])
    cast.charlie.save()
    charlie = browser_of(cast.charlie)
    assert charlie.get(THERE).status_code == 404
    assert charlie.get("/access/explain/?host=1").status_code == 404
    assert charlie.get("/access/explain/who/?host=1").status_code == 404
    pages = [charlie.get(f"/access/explain/?where={name}").content for name in ("den7", "den8")]
    hidden, none = (page.decode().partition("<main")[2] for page in pages)
    assert "Nothing with this name" in hidden
    assert hidden.replace("den7", "x") == none.replace("den8", "x")


def test_who_may_do_what_names_people_and_what_gives_it(cast: Cast, browser_of: Any) -> None:
    address = "/access/explain/who/?endpoint=1&kind=container&id=sample"
    assert browser_of(cast.charlie).get(address).status_code == 403
    page = browser_of(cast.alice).get(address).content.decode()
    for name in ("Alice", "Bob", "Charlie"):
        assert name in page
    # disabled, so nobody who may do anything
    assert "Dave" not in page
    only = browser_of(cast.alice).get(f"{address}&verb=container.stop").content.decode()
    assert "Bob" in only
    assert "Charlie" not in only
    assert '<option value="container.stop" selected>Stop containers</option>' in only
    assert "2 people" in only


def test_who_holds_the_same_through_the_same_stands_together(cast: Cast, browser_of: Any) -> None:
    viewer = Role.objects.get(name="viewer")
    for number in range(1, 12):
        User.objects.create_user(
            email=f"v{number}@e.org", name=f"Vera{number:02}", role=viewer, password=None
        )
    page = browser_of(cast.alice).get("/access/explain/who/?host=1").content.decode()
    one = next(one for one in page.split("<section") if ">Charlie<" in one)
    assert one.count("their own role, Viewer") == 1
    assert one.count("/access/explain/?person=") == 12
    assert "and 4 more with the same" in one
    assert page.count("their own role, Viewer") == 1


def test_verbs_are_folded_by_subject_with_their_counts(cast: Cast, browser_of: Any) -> None:
    page = browser_of(cast.charlie).get("/access/explain/?host=1").content.decode()
    containers = next(one for one in page.split("<details") if ">Containers</h2>" in one)
    found = re.search(r"(\d+) of (\d+):", containers)
    assert found
    held, every = found.groups()
    assert int(held) == containers.count(">yes<") > 0
    assert int(every) == containers.count('class="verb-line')
    assert " open>" not in containers
    # of one thing there is one part alone: nothing to unfold
    assert "data-fold-one open>" in browser_of(cast.charlie).get(THERE).content.decode()


def test_what_is_held_for_some_containers_only_is_named_in_the_head(
    cast: Cast, browser_of: Any
) -> None:
    cast.charlie.role = Role.objects.get(name="member")
    cast.charlie.save()
    role = Role.objects.create(name="looks", verbs=["host.view", "container.view"])
    host = Host.objects.get(pk=1)
    Grant.objects.create(user=cast.charlie, role=role, host=host, names="shop*", made_by="Alice")
    page = browser_of(cast.charlie).get("/access/explain/?host=1").content.decode()
    containers = next(one for one in page.split("<details") if ">Containers</h2>" in one)
    head = containers.partition("</summary>")[0]
    assert "1 partly" in head
    assert "See containers" in head


def test_many_who_hold_the_same_are_asked_about_once(
    cast: Cast, browser_of: Any, django_assert_max_num_queries: Any
) -> None:
    alice, address = browser_of(cast.alice), "/access/explain/who/?host=1"
    alice.get(address)
    with django_assert_max_num_queries(100) as few:
        alice.get(address)
    viewer = Role.objects.get(name="viewer")
    User.objects.bulk_create(
        User(email=f"v{number}@e.org", name=f"Vera{number:02}", role=viewer) for number in range(40)
    )
    with django_assert_max_num_queries(len(few)):
        page = alice.get(address).content.decode()
    assert "43 people" in page
