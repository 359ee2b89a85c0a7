"""A login has one owner at a time; a dead link's place is taken at once by its own successor."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from hosts.link.supervise import leases
from hosts.models import Login
from tests import make

RUN = Path("/run/haulout-1")


@pytest.fixture
def login(db: None) -> Login:
    return make.endpoint("web1").login


def test_a_free_login_is_taken_and_kept(login: Login) -> None:
    mine = leases.owner_name(RUN, 0)
    assert leases.take([login.pk], owner=mine) == {login.pk: 1}
    assert leases.renew(owner=mine) == {login.pk}
    login.refresh_from_db()
    assert login.lease_until is not None
    left_s = (login.lease_until - timezone.now()).total_seconds()
    assert 10 < left_s <= 16


def test_another_links_lease_is_respected_until_it_is_over(login: Login) -> None:
    theirs, mine = leases.owner_name(Path("/run/other"), 0), leases.owner_name(RUN, 0)
    leases.take([login.pk], owner=theirs)
    assert leases.take([login.pk], owner=mine) == {}
    Login.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert leases.take([login.pk], owner=mine) == {login.pk: 2}
    assert leases.renew(owner=theirs) == set()


def test_the_same_shards_dead_link_need_not_be_waited_for(login: Login) -> None:
    dead, mine = leases.owner_name(RUN, 0), leases.owner_name(RUN, 0)
    leases.take([login.pk], owner=dead)
    assert leases.take([login.pk], owner=mine) == {login.pk: 2}


def test_another_shard_is_another_link(login: Login) -> None:
    leases.take([login.pk], owner=leases.owner_name(RUN, 1))
    assert leases.take([login.pk], owner=leases.owner_name(RUN, 0)) == {}


def test_a_lease_given_up_is_free(login: Login) -> None:
    first, second = leases.owner_name(RUN, 1), leases.owner_name(RUN, 0)
    leases.take([login.pk], owner=first)
    leases.release([login.pk], owner=first)
    assert leases.take([login.pk], owner=second) == {login.pk: 2}
