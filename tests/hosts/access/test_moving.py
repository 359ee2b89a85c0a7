"""Hosts that join or leave groups: nobody gives themselves rights that way, nor slips from a rule."""

from typing import Any

import pytest

from accounts import epoch
from accounts.models import Role, User
from hosts.access import Denied, allows
from hosts.actions.hosts import edit_group, edit_host, jumps, register_host
from hosts.actions.hosts.edit_host import HostEdit
from hosts.actions.hosts.register_host import NewHost
from hosts.models import FreezeWindow, Group, Guardrail, RegistryCredential
from hosts.refusals import FieldRefusal
from tests.cast import Cast
from tests.fresh_person import person_of
from tests.two_teams import Fleet


def host_edit(host: Any, *groups: str) -> HostEdit:
    return HostEdit(host.name, host.notes, list(groups), host.address, host.port)


def with_role(user: User, *verbs: str) -> Any:
    role = Role.objects.create(name="keeper", verbs=["host.view", *verbs])
    User.objects.filter(pk=user.pk).update(role=role)
    return person_of(user)


def members(fleet: Fleet) -> list[str]:
    return sorted(host.name for host in fleet.prod.hosts.all())


def put(person: Any, fleet: Fleet, *hosts: Any) -> None:
    ids = [host.pk for host in hosts]
    edit_group.edit(person, fleet.prod.pk, name="prod", notes="", host_ids=ids)


def test_who_edits_a_host_does_not_choose_its_groups(fleet: Fleet) -> None:
    """Else an administrator of one group would become that of every host they may edit."""
    fleet.grant("admin", host=fleet.web2)
    fleet.grant("admin", group=fleet.prod)
    for groups in (["prod"], ["new"]):
        with pytest.raises(Denied):
            edit_host.edit(fleet.person(), fleet.web2.pk, host_edit(fleet.web2, *groups))
    assert members(fleet) == ["web1"]


def test_who_edits_groups_gives_no_more_than_they_hold(
    fleet: Fleet, cast: Cast, entries: Any
) -> None:
    keeper = with_role(cast.bob, "group.edit", "host.edit")
    fleet.grant("admin", user=cast.bob, group=fleet.prod)
    with pytest.raises(Denied):
        put(person_of(cast.bob), fleet, fleet.web1, fleet.web2)
    with pytest.raises(Denied):
        edit_host.edit(person_of(cast.bob), fleet.web2.pk, host_edit(fleet.web2, "prod"))
    assert members(fleet) == ["web1"]
    assert "more than they hold everywhere" in entries("group.edit")[0].detail
    fleet.prod.grants.all().delete()
    put(keeper, fleet, fleet.web1, fleet.web2)
    assert members(fleet) == ["web1", "web2"]


def guardrail() -> Any:
    return Guardrail.objects.create(name="no root", kind="privileged", everywhere=False)


def window() -> Any:
    return FreezeWindow.objects.create(name="nights", days=[1], everywhere=False)


@pytest.mark.parametrize(("made", "lifts"), [(guardrail, "guardrail"), (window, "freeze")])
def test_leaving_a_group_with_a_rule_or_window_is_for_those_who_may_lift_it(
    fleet: Fleet, cast: Cast, made: Any, lifts: str
) -> None:
    keeper = with_role(cast.bob, "group.edit", "host.edit")
    made().groups.add(fleet.prod)
    with pytest.raises(Denied, match=f"{lifts}.edit"):
        edit_host.edit(keeper, fleet.web1.pk, host_edit(fleet.web1))
    with pytest.raises(Denied):
        put(keeper, fleet)
    with pytest.raises(Denied):
        edit_group.remove(keeper, fleet.prod.pk)
    put(person_of(cast.alice), fleet)
    assert members(fleet) == []


def test_a_change_counts_at_once(fleet: Fleet, cast: Cast) -> None:
    alice, seen = person_of(cast.alice), epoch.current()
    fleet.grant(group=fleet.prod)
    assert not allows(fleet.person(), "container.stop", fleet.root2)
    put(alice, fleet, fleet.web1, fleet.web2)
    assert allows(fleet.person(), "container.stop", fleet.root2)
    edit_host.edit(alice, fleet.web2.pk, host_edit(fleet.web2))
    assert not allows(fleet.person(), "container.stop", fleet.root2)
    edit_group.remove(alice, fleet.prod.pk)
    assert epoch.current() == seen + 3


def new_host(*groups: str) -> NewHost:
    return NewHost(
        kind="ssh",
        name="web9",
        address="192.0.2.9",
        port=22,
        host_key_line="ssh-ed25519 AAAA",
        fingerprint="SHA256:9",
        user="root",
        sealed_key=b"sealed",
        public_key="ssh-ed25519 BBBB",
        groups=list(groups),
        jump_only=True,
        sockets=[],
    )


def test_who_adds_hosts_does_not_choose_their_groups(fleet: Fleet, cast: Cast) -> None:
    """Whoever has a grant on the group would get the host, and the host what the group has."""
    keeper = with_role(cast.bob, "host.add")
    for group in ("prod", "new"):
        with pytest.raises(Denied):
            register_host.register(keeper, new_host(group))
    assert not Group.objects.filter(name="new").exists()
    assert register_host.register(keeper, new_host()).groups.count() == 0
    assert members(fleet) == ["web1"]


def test_a_group_with_logins_for_registries_is_for_those_who_may_edit_them(
    fleet: Fleet, cast: Cast
) -> None:
    """A pull sends the password to the host: one's own machine would read it."""
    keeper = with_role(cast.bob, "group.edit", "host.add")
    RegistryCredential.objects.create(
        registry="quay.io", username="u", sealed_password=b"x", group=fleet.prod
    )
    with pytest.raises(Denied):
        put(keeper, fleet, fleet.web1, fleet.web2)
    with pytest.raises(Denied):
        register_host.register(keeper, new_host("prod"))
    put(person_of(cast.alice), fleet, fleet.web1, fleet.web2)
    assert members(fleet) == ["web1", "web2"]


def test_a_jump_host_that_one_does_not_see_is_not_there(fleet: Fleet) -> None:
    fleet.grant("admin", host=fleet.web2)
    hidden = fleet.root1.login_id
    said = []
    for via in (hidden, 10**6):
        with pytest.raises(FieldRefusal) as refused:
            jumps.check_jump(fleet.person(), via, host=fleet.web2)
        said.append(str(refused.value))
    assert said[0] == said[1]


def test_who_edits_a_host_does_not_make_another_of_ours_of_it(fleet: Fleet, cast: Cast) -> None:
    """One key may open several: the administrator of one would become that of each."""
    fleet.grant("admin", host=fleet.web1)
    fleet.web2.address, fleet.web2.port = "192.0.2.2", 22
    fleet.web2.save()
    there = HostEdit("web1", "", ["prod"], fleet.web2.address, fleet.web2.port)
    with pytest.raises(FieldRefusal, match="Another registered machine"):
        edit_host.edit(fleet.person(), fleet.web1.pk, there)
    key = {"line": "ssh-ed25519 CCCC", "fingerprint": fleet.web2.fingerprint}
    with pytest.raises(FieldRefusal, match="Another registered machine"):
        edit_host.accept_host_key(fleet.person(), fleet.web1.pk, **key)
    key["fingerprint"] = "SHA256:new"
    edit_host.accept_host_key(fleet.person(), fleet.web1.pk, **key)
    edit_host.edit(person_of(cast.alice), fleet.web1.pk, there)
