"""Whoever edits a group or a host moves what they were asked about, and nothing that moved meanwhile."""

from typing import Any

import pytest

from hosts.actions.hosts import edit_group, edit_host
from hosts.models import Group, Host
from tests.cast import Cast
from tests.dashboard.pages.run_cast import Hosts
from tests.race import just_before

pytestmark = pytest.mark.django_db


def test_a_host_that_came_into_the_group_stays(cast: Cast, hosts: Hosts, alice: Any) -> None:
    group = Group.objects.create(name="shoal")
    with just_before('UPDATE "hosts_group"', lambda: group.hosts.add(hosts.web2.host)):
        chosen = [hosts.web1.host_id]
        edit_group.edit(alice, group.pk, name="shoal", notes="", host_ids=chosen)
    assert set(group.hosts.all()) == {hosts.web1.host, hosts.web2.host}


def test_a_group_that_the_host_came_into_stays_and_so_does_its_key(
    cast: Cast, hosts: Hosts, alice: Any
) -> None:
    strict, host = Group.objects.create(name="strict"), hosts.web1.host
    lax = Group.objects.create(name="lax")
    host.groups.set([lax])

    def changed() -> None:
        host.groups.add(strict)
        Host.objects.filter(pk=host.pk).update(fingerprint="SHA256:another", enabled=False)

    with just_before('UPDATE "hosts_host"', changed):
        wanted = edit_host.HostEdit(host.name, "a note", ["new"], host.address, host.port)
        edit_host.edit(alice, host.pk, wanted)
    host.refresh_from_db()
    assert {group.name for group in host.groups.all()} == {"strict", "new"}
    assert (host.notes, host.fingerprint, host.enabled) == ("a note", "SHA256:another", False)
