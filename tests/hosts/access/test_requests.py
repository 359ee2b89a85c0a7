"""Access for a while: asked for by anyone, decided on by somebody else who holds it, ended by itself."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Role, User
from hosts.access import Denied, NewContainer, NotVisible, Person, allows
from hosts.access.requests import requests_to_decide, visible_requests
from hosts.actions.access_requests import ask_access, decide_access
from hosts.actions.access_requests.ask_access import MOST_WAITING, AccessRequestOptions
from hosts.actions.access_requests.expiry import expire_requests
from hosts.models import Grant
from hosts.refusals import FieldRefusal
from tests import make
from tests.cast import Cast


@pytest.fixture
def person(cast: Cast, who_of: Any) -> Any:
    """`person("charlie")`: as the database knows them now."""
    cast.charlie.role = Role.objects.get(name="member")
    cast.charlie.save()

    def fetched(name: str) -> Person:
        user = User.objects.get(email=f"{name}@example.org")
        return Person(user, who_of(user))

    return fetched


@pytest.fixture
def host(cast: Cast) -> Any:
    host = make.host("web1")
    make.endpoint(host)
    return host


def wanted(**changed: Any) -> AccessRequestOptions:
    role = Role.objects.get(name=changed.pop("role", "operator"))
    given: dict[str, Any] = {
        "kind": "host",
        "place": "web1",
        "minutes": 60,
        "reason": "the shop is down",
    }
    return AccessRequestOptions(role=role, **(given | changed))


def test_approved_it_holds_until_its_time_is_over(person: Any, host: Any, entries: Any) -> None:
    request = ask_access.ask(person("charlie"), wanted())
    assert not allows(person("charlie"), "container.stop", host)
    decide_access.approve(person("alice"), request.pk, answer="until the evening")
    assert allows(person("charlie"), "container.stop", host)
    grant = Grant.objects.get()
    assert grant.until is not None
    assert timedelta(minutes=59) < grant.until - timezone.now() <= timedelta(minutes=60)
    assert (grant.host, grant.reason, grant.made_by) == (host, "the shop is down", "Alice")
    request.refresh_from_db()
    assert (request.state, request.decided_by_name, request.grant_id) == (
        "approved",
        "Alice",
        grant.pk,
    )
    (asked,), (approved,) = entries("access.ask"), entries("access.approve")
    assert asked.params["place"] == "host web1"
    assert asked.host_id == host.pk
    assert approved.params["answer"] == "until the evening"
    grant.until = timezone.now()
    grant.save()
    assert not allows(person("charlie"), "container.stop", host)


def test_refused_it_gives_nothing_and_has_words(person: Any, host: Any, entries: Any) -> None:
    request = ask_access.ask(person("charlie"), wanted())
    decide_access.refuse(person("alice"), request.pk, answer="ask Bob")
    request.refresh_from_db()
    assert (request.state, request.answer) == ("refused", "ask Bob")
    assert not Grant.objects.exists()
    (entry,) = entries("access.refuse")
    assert entry.params["who"] == "Charlie"


def test_nobody_decides_on_their_own(person: Any, host: Any) -> None:
    alice = person("alice")
    request = ask_access.ask(alice, wanted())
    assert request not in requests_to_decide(alice)
    with pytest.raises(Denied):
        decide_access.approve(alice, request.pk)
    assert not Grant.objects.exists()


def test_nobody_gives_what_they_do_not_hold(person: Any, host: Any) -> None:
    role = Role.objects.create(name="approver", verbs=["access.approve", "host.view"])
    User.objects.filter(email="bob@example.org").update(role=role)
    request = ask_access.ask(person("charlie"), wanted(role="viewer"))
    with pytest.raises(Denied):
        decide_access.approve(person("bob"), request.pk)
    role.verbs = sorted({"access.approve"} | Role.objects.get(name="viewer").verb_names())
    role.save()
    decide_access.approve(person("bob"), request.pk)
    assert allows(person("charlie"), "container.view", host)


def test_others_requests_are_not_there(person: Any, host: Any) -> None:
    request = ask_access.ask(person("charlie"), wanted())
    assert list(visible_requests(person("bob"))) == []
    for deed in (decide_access.approve, decide_access.refuse, ask_access.withdraw):
        with pytest.raises(NotVisible):
            deed(person("bob"), request.pk)
    with pytest.raises(NotVisible):
        ask_access.withdraw(person("alice"), request.pk)


def test_decided_is_decided(person: Any, host: Any) -> None:
    request = ask_access.ask(person("charlie"), wanted())
    ask_access.withdraw(person("charlie"), request.pk)
    with pytest.raises(FieldRefusal, match="already withdrawn"):
        decide_access.approve(person("alice"), request.pk)
    with pytest.raises(FieldRefusal):
        ask_access.withdraw(person("charlie"), request.pk)
    assert not Grant.objects.exists()


def test_asking_tells_nobody_what_there_is(person: Any, host: Any) -> None:
    """Of a host that is there and of one that is not, whoever asks is shown the same."""
    there = ask_access.ask(person("charlie"), wanted())
    nowhere = ask_access.ask(person("charlie"), wanted(place="web2"))
    for request, name in ((there, "web1"), (nowhere, "web2")):
        shown = visible_requests(person("charlie")).get(pk=request.pk)
        assert (shown.place, shown.state, str(shown)) == (name, "asked", "Operator for Charlie")
    with pytest.raises(FieldRefusal, match="There is no host named web2"):
        decide_access.approve(person("alice"), nowhere.pk)
    decide_access.refuse(person("alice"), nowhere.pk)


def test_a_podman_that_one_does_not_see_cannot_be_named(person: Any, host: Any) -> None:
    endpoint = host.endpoints.get()
    with pytest.raises(NotVisible):
        ask_access.ask(person("charlie"), wanted(kind="endpoint", place=str(endpoint.pk)))
    request = ask_access.ask(person("bob"), wanted(kind="endpoint", place=str(endpoint.pk)))
    assert (request.endpoint, request.place) == (endpoint, "web1")


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"place": " "}, "place"),
        ({"place": "x" * 201}, "place"),
        ({"reason": " "}, "reason"),
        ({"minutes": 0}, "minutes"),
        ({"minutes": 8 * 24 * 60}, "minutes"),
        ({"role": "member"}, "role"),
        ({"kind": "moon"}, "kind"),
    ],
)
def test_what_means_nothing_is_refused(
    person: Any, host: Any, changed: dict[str, Any], field: str
) -> None:
    with pytest.raises(FieldRefusal) as refusal:
        ask_access.ask(person("charlie"), wanted(**changed))
    assert refusal.value.field == field


def test_nobody_floods_those_who_decide(person: Any, host: Any) -> None:
    for _number in range(MOST_WAITING):
        request = ask_access.ask(person("charlie"), wanted())
    with pytest.raises(FieldRefusal):
        ask_access.ask(person("charlie"), wanted())
    ask_access.withdraw(person("charlie"), request.pk)
    ask_access.ask(person("charlie"), wanted())


def test_it_may_be_for_some_containers_only(person: Any, host: Any) -> None:
    request = ask_access.ask(person("charlie"), wanted(label="app=shop"))
    decide_access.approve(person("alice"), request.pk)
    charlie, endpoint = person("charlie"), host.endpoints.get()
    shop = NewContainer("a", {"app": "shop"})
    assert allows(charlie, "container.stop", endpoint, shop)
    assert not allows(charlie, "container.stop", endpoint, NewContainer("a", {"app": "db"}))


def test_one_on_which_nobody_decides_expires(
    person: Any, host: Any, entries: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = ask_access.ask(person("charlie"), wanted())
    assert expire_requests() == 0
    later = timezone.now() + timedelta(days=8)
    monkeypatch.setattr(timezone, "now", lambda: later)
    assert expire_requests() == 1
    request.refresh_from_db()
    assert request.state == "expired"
    assert len(entries("access.request_expired")) == 1
