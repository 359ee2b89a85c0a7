"""Somebody has to be first; never two, and never once there is an administrator."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import timezone

from accounts import actions
from accounts.errors import AccountsError, AdminExists, LinkDead
from accounts.invitations import first_admin_link
from accounts.models import OneTimeLink, User
from tests.cast import PASSWORD, Cast

ERIN = {"email": "erin@example.org", "name": "Erin", "password": PASSWORD}


def token() -> str:
    path = first_admin_link()
    assert path is not None
    assert path.startswith("/welcome/")
    return path.split("/")[2]


@pytest.mark.django_db
def test_the_link_makes_an_administrator(keys: None, who_of: Any) -> None:
    erin = actions.welcome_first_admin(who_of(), token(), **ERIN)
    assert erin.has_verb("people.manage")


@pytest.mark.django_db
def test_each_start_makes_a_fresh_link_and_the_earlier_one_dies(keys: None, who_of: Any) -> None:
    earlier, later = token(), token()
    with pytest.raises(LinkDead):
        actions.welcome_first_admin(who_of(), earlier, **ERIN)
    assert actions.welcome_first_admin(who_of(), later, **ERIN).is_active


@pytest.mark.django_db
def test_the_link_expires_after_a_day(keys: None, who_of: Any) -> None:
    given = token()
    OneTimeLink.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    with pytest.raises(LinkDead):
        actions.welcome_first_admin(who_of(), given, **ERIN)


def test_there_is_no_link_once_there_is_an_administrator(cast: Cast) -> None:
    assert first_admin_link() is None


@pytest.mark.django_db
def test_a_link_is_dead_once_the_setup_command_made_one(keys: None, who_of: Any) -> None:
    given = token()
    actions.create_first_admin(who_of(), **{**ERIN, "email": "frank@example.org"})
    with pytest.raises(LinkDead):
        actions.welcome_first_admin(who_of(), given, **ERIN)


def test_the_setup_command_makes_no_second_one(cast: Cast, who_of: Any) -> None:
    with pytest.raises(AdminExists):
        actions.create_first_admin(who_of(), **ERIN)


@pytest.mark.django_db
def test_problems_come_together_by_field(keys: None, who_of: Any) -> None:
    with pytest.raises(ValidationError) as caught:
        actions.create_first_admin(who_of(), email="erin", name=" ", password="erin")
    assert set(caught.value.error_dict) == {"email", "name", "password"}
    assert not User.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_one_becomes_administrator(keys: None, who_of: Any) -> None:
    given, start, ended = token(), threading.Barrier(4), []

    def come(number: int) -> None:
        start.wait(timeout=20)
        try:
            email = f"erin{number}@example.org"
            actions.welcome_first_admin(who_of(), given, **{**ERIN, "email": email})
            ended.append("in")
        except AccountsError:
            ended.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=come, args=[number]) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert sorted(ended) == ["in", "refused", "refused", "refused"]
    assert User.objects.count() == 1
