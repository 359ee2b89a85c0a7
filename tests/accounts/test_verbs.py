"""A verb is known by name; the built-in roles compute theirs from the registry."""

import pytest

from accounts import verbs
from accounts.models import Role
from accounts.verbs import Verb


def test_the_built_in_roles_contain_each_other() -> None:
    viewer, operator, admin = (verbs.built_in_verbs(name) for name in verbs.RANKS)
    assert viewer < operator < admin


def test_an_auditor_sees_and_changes_nothing() -> None:
    auditor = verbs.built_in_verbs("auditor")
    assert {"audit.read", "access.view", "container.view", "host.view"} <= auditor
    assert {name.rpartition(".")[2] for name in auditor} == {"view", "read"}


def test_a_member_holds_nothing_by_the_role() -> None:
    assert verbs.built_in_verbs("member") == frozenset()


def test_admin_permits_every_registered_verb() -> None:
    assert verbs.built_in_verbs("admin") == {verb.name for verb in verbs.all_verbs()}


def test_a_verb_without_a_role_is_the_administrators_alone() -> None:
    assert Verb(name="a.b", label="", describes="", group="a").role == "admin"


@pytest.mark.parametrize("name", ["", "restart", "Container.restart", "container.", "a.b c"])
def test_a_name_that_is_no_verb_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="write it like"):
        verbs.register(Verb(name=name, label="", describes="", group="x"))


def test_a_name_is_registered_once() -> None:
    with pytest.raises(ValueError, match="twice"):
        verbs.register(Verb(name="people.manage", label="", describes="", group="x"))


def test_a_role_of_ones_own_permits_what_it_lists_and_what_is_registered() -> None:
    role = Role(name="auditor", verbs=["audit.read", "gone.verb"])
    assert role.verb_names() == {"audit.read"}


def test_every_verb_says_what_it_permits() -> None:
    assert [verb.name for verb in verbs.all_verbs() if not verb.label or not verb.describes] == []
