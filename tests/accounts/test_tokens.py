"""Tokens: made, shown once, hashed, cut down, dead at the right moments; service accounts."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts import actions, invitations, token_actions, tokens
from accounts.errors import LastAdmin, NotPermitted, NotSignedIn
from accounts.models import Role, Token, User
from accounts.token_actions import TokenOptions
from audit.shapes import Who
from hosts.access import Person, allows
from hosts.access.token_scope import scope_of
from tests.cast import Cast
from tests.fresh_person import person_of
from tests.two_teams import Fleet


def wanted(name: str = "deploy", **given: Any) -> Any:
    return TokenOptions(name, given.pop("expires_at", timezone.now() + timedelta(days=30)), **given)


@pytest.fixture
def make(cast: Cast, who_of: Any) -> Any:
    """`make(user, wanted(…), by=…)`: (token, secret)."""

    def made(user: Any, want: Any, *, by: Any = None) -> Any:
        by = by or user
        return token_actions.make(by, who_of(by), want, user=user)

    return made


def test_only_a_hash_and_a_public_beginning_are_kept(cast: Cast, make: Any, entries: Any) -> None:
    token, secret = make(cast.bob, wanted())
    row = str(Token.objects.filter(pk=token.pk).values().get())
    assert secret.startswith(token.prefix)
    rest = secret.removeprefix(token.prefix)
    assert rest not in row
    [entry] = entries("token.make")
    assert rest not in str(vars(entry))
    assert token.prefix in entry.target_name
    assert tokens.find_by_secret(secret) == token
    assert tokens.why_dead(token) == ""


def test_one_letter_makes_it_none_of_ours() -> None:
    secret = tokens.new_secret()
    assert tokens.well_formed(secret)
    last = "a" if secret[-1] != "a" else "b"
    swapped = secret.replace(secret[10], "x" if secret[10] != "x" else "y", 1)
    for other in (secret[:-1] + last, secret[:-1], secret + "0", swapped, "", "haulout_", "é"):
        assert not tokens.well_formed(other)


@pytest.mark.parametrize(
    "given",
    [
        {"expires_at": timezone.now() + timedelta(days=370)},
        {"expires_at": timezone.now() - timedelta(seconds=1)},
        {"name": "  "},
        {"reach": "verbs", "verbs": ("people.manage",)},
        {"reach": "verbs", "verbs": ("no.such",)},
        {"reach": "verbs"},
        {"reach": "role"},
        {"everywhere": False},
    ],
)
def test_what_is_no_token_is_not_made(cast: Cast, make: Any, given: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        make(cast.alice, wanted(**given))
    assert not Token.objects.exists()


def test_a_live_name_is_taken_once(cast: Cast, make: Any, who_of: Any) -> None:
    token, _secret = make(cast.bob, wanted())
    with pytest.raises(ValidationError):
        make(cast.bob, wanted())
    token_actions.revoke(cast.bob, who_of(cast.bob), token=token)
    make(cast.bob, wanted())
    make(cast.charlie, wanted())


def dead(secret: str) -> str:
    found = tokens.find_by_secret(secret)
    assert found is not None
    return tokens.why_dead(found)


def test_revoked_expired_disabled(cast: Cast, make: Any, who_of: Any, entries: Any) -> None:
    token, secret = make(cast.bob, wanted())
    other, other_secret = make(cast.bob, wanted("other"))
    token_actions.revoke(cast.bob, who_of(cast.bob), token=token)
    token_actions.revoke(cast.bob, who_of(cast.bob), token=token)
    assert len(entries("token.revoke")) == 1
    assert dead(secret) == "revoked"
    assert dead(other_secret) == ""
    type(other).objects.filter(pk=other.pk).update(expires_at=timezone.now())
    assert dead(other_secret) == "expired"
    _third, third_secret = make(cast.bob, wanted("third"))
    actions.disable(cast.alice, who_of(cast.alice), user=cast.bob)
    assert "disabled" in dead(third_secret)


def test_nobody_makes_or_revokes_the_tokens_of_others(cast: Cast, make: Any, who_of: Any) -> None:
    token, _secret = make(cast.alice, wanted())
    with pytest.raises(NotPermitted):
        make(cast.charlie, wanted(), by=cast.bob)
    with pytest.raises(ValidationError):
        make(cast.charlie, wanted(), by=cast.alice)
    with pytest.raises(NotPermitted):
        token_actions.revoke(cast.bob, who_of(cast.bob), token=token)
    theirs, _secret = make(cast.bob, wanted())
    token_actions.revoke(cast.alice, who_of(cast.alice), token=theirs)


def test_scope_follows_role_and_group(fleet: Fleet, make: Any) -> None:
    alice_token, _secret = make(
        fleet.erin,
        wanted(
            reach="role",
            role=Role.objects.get(name="viewer"),
            everywhere=False,
            groups={fleet.prod.pk: "prod"},
        ),
    )
    scope = scope_of(alice_token)
    assert scope.hosts == frozenset({fleet.web1.pk})
    assert scope.endpoints == frozenset({fleet.root1.pk, fleet.anna1.pk})
    assert scope.has("container.view")
    assert not scope.has("container.start")
    fleet.web2.groups.add(fleet.prod)
    assert fleet.root2.pk in (scope_of(alice_token).endpoints or ())
    fleet.prod.delete()
    assert scope_of(alice_token).endpoints == frozenset()


def test_never_more_than_its_owner_and_never_people(fleet: Fleet, cast: Cast, make: Any) -> None:
    everything, _secret = make(cast.alice, wanted())
    person = person_of(cast.alice)
    with_token = Person(person.user, person.who, scope_of(everything))
    assert allows(with_token, "host.add")
    for never in ("people.manage", "access.edit", "access.approve"):
        assert allows(person, never)
        assert not allows(with_token, never)
    looking, _secret = make(cast.alice, wanted("look", read_only=True))
    assert scope_of(looking).has("container.logs")
    assert not any(
        scope_of(looking).has(verb)
        for verb in ("container.environment", "container.start", "container.files", "image.pull")
    )
    narrow, _secret = make(cast.alice, wanted("narrow", everywhere=False, groups={1: "x"}))
    assert not scope_of(narrow).has("registry.edit")
    theirs, _secret = make(fleet.erin, wanted())
    erin = person_of(fleet.erin)
    nothing = Person(erin.user, erin.who, scope_of(theirs))
    assert not allows(nothing, "container.view", fleet.root1)
    gone = Token(reach="role", role=None, everywhere=True)
    assert gone.verb_names() == frozenset()


def test_service_accounts(cast: Cast, make: Any, who_of: Any, entries: Any) -> None:
    roles = {role.name: role for role in Role.objects.all()}
    alice = who_of(cast.alice)
    with pytest.raises(NotPermitted):
        token_actions.make_service(
            cast.bob, who_of(cast.bob), name="ci", words="", role=roles["viewer"]
        )
    ci = token_actions.make_service(cast.alice, alice, name="ci", words="", role=roles["admin"])
    assert len(entries("people.service")) == 1
    assert not ci.has_usable_password()
    token, _secret = make(ci, wanted(), by=cast.alice)
    assert token.user == ci
    with pytest.raises(NotPermitted):
        make(ci, wanted("mine"), by=cast.bob)
    with pytest.raises(ValidationError):
        token_actions.make_service(cast.alice, alice, name="ci", words="", role=roles["viewer"])
    with pytest.raises(NotSignedIn):
        actions.make_reset_link(cast.alice, alice, user=ci)
    # it is no administrator that could let people in
    with pytest.raises(LastAdmin):
        actions.disable(cast.alice, alice, user=cast.alice)
    User.objects.filter(pk=cast.alice.pk).update(is_active=False)
    assert not invitations.admin_exists()


def test_use_is_noted_once_a_minute_and_a_new_address_told(
    cast: Cast, make: Any, entries: Any
) -> None:
    token, _secret = make(cast.bob, wanted())

    def use(address: str) -> Any:
        token.refresh_from_db()
        token_actions.note_use(token, Who(name="Bob", address=address, door="api"))
        token.refresh_from_db()
        return token.used_at

    first = use("192.0.2.1")
    assert use("192.0.2.1") == first
    assert use("192.0.2.2") > first
    use("192.0.2.1")
    assert [entry.detail for entry in entries("token.use")] == [
        "first use from 192.0.2.1",
        "first use from 192.0.2.2",
    ]


def test_of_many_uses_at_once_one_is_noted(cast: Cast, make: Any) -> None:
    token, _secret = make(cast.bob, wanted())
    who = Who(name="Bob", address="192.0.2.1", door="gate")
    at_once = [Token.objects.get(pk=token.pk) for _number in range(3)]
    assert [token_actions.note_use(one, who) for one in at_once] == [True, False, False]
