"""An invitation with roles on groups of hosts: ask, show, give and refuse, as for grants."""

from typing import Any

import pytest
from django.utils import timezone

from accounts import actions, role_actions
from accounts.errors import AccountsError, LinkDead
from accounts.models import OneTimeLink, Role, User
from accounts.provider_actions import ProviderClaims, ProviderRules, come_in
from hosts.access import Denied, Person
from hosts.actions.access import invitation_grants
from hosts.models import Grant, Group, InvitedGrant
from hosts.refusals import FieldRefusal
from tests import make
from tests.cast import PASSWORD, Cast

NEW = "e@example.org"


@pytest.fixture
def prod(db: None) -> Group:
    group = Group.objects.create(name="prod")
    group.hosts.add(make.host("web1"))
    return group


def role(name: str) -> Role:
    return Role.objects.get(name=name)


def asked(browser: Any, **fields: Any) -> Any:
    return browser.send("/people/invite/", {"email": NEW, "role": "member", **fields})


def token_of(answer: Any) -> str:
    return str(answer.context["link"].rstrip("/").rpartition("/")[2])


def grants() -> list[tuple[str, str, str, str]]:
    return [
        (grant.user.name if grant.user else "", grant.role.name, str(grant.group), grant.made_by)
        for grant in Grant.objects.all()
    ]


def test_from_the_form_to_the_grant(
    cast: Cast, browser_of: Any, client: Any, who_of: Any, prod: Group, entries: Any
) -> None:
    Group.objects.create(name="edge")
    browser = browser_of(cast.alice)
    assert f'name="on-{prod.pk}"' in browser.get("/people/").content.decode()
    answer = asked(browser, **{f"on-{prod.pk}": "operator"})
    assert "operator on group prod" in str(entries("people.invite")[-1].params)
    assert "Operator on prod" in browser.get("/people/").content.decode()
    assert grants() == []

    page = client.get(f"/invite/{token_of(answer)}/").content.decode()
    assert "On the hosts of the group prod you will have the role Operator." in page
    erin = actions.accept_invitation(who_of(), token_of(answer), name="Erin", password=PASSWORD)
    assert grants() == [("Erin", "operator", "prod", "Alice")]
    accepted, given = entries("people.accept")[-1], entries("access.grant")[-1]
    assert accepted.params["grants"] == ["operator on group prod"]
    assert (given.who_name, given.detail) == ("Erin", "invited by Alice")
    assert given.params | {"given": True, "group": "prod", "role": "operator"} == given.params
    seen = browser_of(erin).get("/hosts/").content.decode()
    assert "web1" in seen


def test_who_comes_by_a_provider_has_them_too(
    cast: Cast, browser_of: Any, who_of: Any, prod: Group
) -> None:
    asked(browser_of(cast.alice), **{f"on-{prod.pk}": "viewer"})
    named = ProviderClaims(
        provider="corp",
        issuer="https://corp.example",
        subject="1",
        email=NEW,
        email_verified=True,
        name="Erin",
        groups=frozenset(),
    )
    come_in(who_of(), named, ProviderRules("invited"))
    assert grants() == [("Erin", "viewer", "prod", "Alice")]


@pytest.fixture
def keeper(cast: Cast, who_of: Any) -> Any:
    """`keeper("access.edit", …)`: Bob, who manages people and has these verbs."""

    def make(*verbs: str) -> Person:
        held = ("people.manage", "access.view", "host.view", "container.view", *verbs)
        Role.objects.update_or_create(name="keeper", defaults={"verbs": list(held)})
        User.objects.filter(pk=cast.bob.pk).update(role=role("keeper"))
        bob = User.objects.get(pk=cast.bob.pk)
        return Person(bob, who_of(bob))

    return make


def test_nobody_brings_in_more_than_they_hold(
    keeper: Any, prod: Group, entries: Any, browser_of: Any
) -> None:
    member = role("member")
    looks = Role.objects.create(name="looks", verbs=["host.view", "container.view"])
    person = keeper()
    # without the right to give grants the form offers none
    assert f"on-{prod.pk}" not in browser_of(person.user).get("/people/").content.decode()
    with pytest.raises(Denied):
        invitation_grants.invite(person, email=NEW, role=member, grants=[(looks, prod)])
    person = keeper("access.edit")
    with pytest.raises(Denied):
        invitation_grants.invite(person, email=NEW, role=member, grants=[(role("operator"), prod)])
    assert [entry.kind for entry in entries("access.edit")] == ["refusal", "refusal"]
    assert not OneTimeLink.objects.exists()
    assert invitation_grants.invite(person, email=NEW, role=member, grants=[(looks, prod)])


def test_a_role_that_gives_nothing_on_hosts_is_refused(
    cast: Cast, who_of: Any, prod: Group, browser_of: Any
) -> None:
    person = Person(cast.alice, who_of(cast.alice))
    with pytest.raises(FieldRefusal):
        invitation_grants.invite(
            person, email=NEW, role=role("member"), grants=[(role("member"), prod)]
        )
    answer = asked(browser_of(cast.alice), **{f"on-{prod.pk}": "member"})
    assert set(answer.context["form"].errors) == {f"on-{prod.pk}"}
    assert not InvitedGrant.objects.exists()


@pytest.mark.parametrize("lost", ["access.edit", "container.start"])
def test_it_dies_with_the_right_of_who_made_it(
    keeper: Any, who_of: Any, prod: Group, lost: str
) -> None:
    starts = Role.objects.create(name="starts", verbs=["host.view", "container.start"])
    held = {"access.edit", "container.start"}
    path = invitation_grants.invite(
        keeper(*held), email=NEW, role=role("member"), grants=[(starts, prod)]
    )
    keeper(*held - {lost})
    with pytest.raises(LinkDead):
        actions.accept_invitation(who_of(), path.split("/")[2], name="Erin", password=PASSWORD)
    keeper(*held)
    actions.accept_invitation(who_of(), path.split("/")[2], name="Erin", password=PASSWORD)
    assert grants() == [("Erin", "starts", "prod", "Bob")]


def test_a_group_that_went_brings_nothing(cast: Cast, who_of: Any, prod: Group) -> None:
    person = Person(cast.alice, who_of(cast.alice))
    path = invitation_grants.invite(
        person, email=NEW, role=role("member"), grants=[(role("viewer"), prod)]
    )
    prod.delete()
    actions.accept_invitation(who_of(), path.split("/")[2], name="Erin", password=PASSWORD)
    assert grants() == []


def test_a_role_in_an_open_invitation_is_in_use(cast: Cast, who_of: Any, prod: Group) -> None:
    looks = Role.objects.create(name="looks", verbs=["host.view"])
    person = Person(cast.alice, who_of(cast.alice))
    invitation_grants.invite(person, email=NEW, role=role("member"), grants=[(looks, prod)])
    with pytest.raises(AccountsError, match=r"an invitation for e@example\.org"):
        role_actions.remove(cast.alice, who_of(cast.alice), role=looks)
    OneTimeLink.objects.update(withdrawn_at=timezone.now())
    role_actions.remove(cast.alice, who_of(cast.alice), role=looks)
    assert not InvitedGrant.objects.exists()
