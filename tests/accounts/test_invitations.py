"""An invitation lets one person in, once, in time, and leaves its token nowhere."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.utils import timezone

from accounts import actions, invitations
from accounts.errors import LinkDead
from accounts.invitations import Kind
from accounts.models import OneTimeLink, Role, User
from tests.cast import PASSWORD, Cast


@pytest.fixture
def invited(cast: Cast, who_of: Any) -> str:
    """The token of an invitation for erin as operator."""
    role = Role.objects.get(name="operator")
    path = actions.invite(cast.alice, who_of(cast.alice), email="Erin@example.org", role=role)
    assert path.startswith("/invite/")
    return path.split("/")[2]


def accept(who_of: Any, token: str) -> Any:
    return actions.accept_invitation(who_of(), token, name="Erin", password=PASSWORD)


def test_it_makes_the_person_as_promised(invited: str, who_of: Any) -> None:
    erin = accept(who_of, invited)
    assert (erin.email, erin.role.name, erin.name) == ("erin@example.org", "operator", "Erin")
    assert erin.check_password(PASSWORD)


def test_it_is_worth_no_more_than_its_maker(invited: str, cast: Cast, who_of: Any) -> None:
    """Somebody whose time here is over has kept no door for themselves."""
    User.objects.filter(pk=cast.alice.pk).update(is_active=False)
    with pytest.raises(LinkDead):
        accept(who_of, invited)
    User.objects.filter(pk=cast.alice.pk).update(is_active=True)
    accept(who_of, invited)


def test_it_works_once(invited: str, who_of: Any) -> None:
    accept(who_of, invited)
    with pytest.raises(LinkDead):
        accept(who_of, invited)


def test_it_expires(invited: str, who_of: Any) -> None:
    OneTimeLink.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    with pytest.raises(LinkDead):
        accept(who_of, invited)


def test_it_lasts_seven_days(invited: str) -> None:
    left = OneTimeLink.objects.get().expires_at - timezone.now()
    assert timedelta(days=6, hours=23) < left <= timedelta(days=7)


def test_a_newer_one_for_the_same_address_replaces_it(
    invited: str, cast: Cast, who_of: Any
) -> None:
    role = Role.objects.get(name="viewer")
    newer = actions.invite(cast.alice, who_of(cast.alice), email="erin@EXAMPLE.org", role=role)
    with pytest.raises(LinkDead):
        accept(who_of, invited)
    assert accept(who_of, newer.split("/")[2]).role.name == "viewer"


def test_it_can_be_withdrawn(invited: str, cast: Cast, who_of: Any) -> None:
    link = OneTimeLink.objects.get()
    actions.withdraw_invitation(cast.alice, who_of(cast.alice), link=link)
    with pytest.raises(LinkDead):
        accept(who_of, invited)


def test_it_is_no_link_of_another_kind(invited: str) -> None:
    with pytest.raises(LinkDead):
        invitations.find(Kind.RESET, invited)


def test_a_bad_password_leaves_it_alive(invited: str, who_of: Any) -> None:
    with pytest.raises(ValidationError) as caught:
        actions.accept_invitation(who_of(), invited, name="Erin", password="short")
    assert set(caught.value.error_dict) == {"password"}
    assert accept(who_of, invited).is_active


def test_somebody_who_is_here_is_not_invited(cast: Cast, who_of: Any) -> None:
    role = Role.objects.get(name="viewer")
    with pytest.raises(ValidationError) as caught:
        actions.invite(cast.alice, who_of(cast.alice), email="BOB@example.org", role=role)
    assert set(caught.value.error_dict) == {"email"}


def test_its_token_is_nowhere_at_rest(invited: str, who_of: Any, tmp_path: Path) -> None:
    accept(who_of, invited)
    dump = tmp_path / "dump.json"
    call_command("dumpdata", output=str(dump), verbosity=0)
    text = dump.read_text()
    assert "erin@example.org" in text
    assert invited not in text
    assert PASSWORD not in text
