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


@pytest.mark.parametrize("role", verbs.BUILT_IN_ROLES)
def test_no_built_in_role_lacks_what_its_verbs_need(role: str) -> None:
    assert verbs.lacking(verbs.built_in_verbs(role)) == {}


def test_a_verb_says_what_it_is_good_for_nothing_without() -> None:
    assert verbs.needs_of("container.exec") == {"container.view", "host.view"}
    assert verbs.needs_of("container.files_edit") >= {"container.files", "container.view"}
    assert verbs.needs_of("host.view") == frozenset()
    assert verbs.lacking(["container.exec", "container.view"]) == {
        "container.exec": ["host.view"],
        "container.view": ["host.view"],
    }


def test_what_a_verb_needs_is_registered_and_of_no_higher_role() -> None:
    rank = verbs.RANKS.index
    for verb in verbs.all_verbs():
        for name in verb.needs:
            needed = verbs.get_verb(name)
            assert needed is not None, (verb.name, name)
            assert rank(needed.role) <= rank(verb.role), (verb.name, name)


def test_what_leaks_or_bites_is_marked() -> None:
    marked = {verb.name for verb in verbs.all_verbs() if verb.sensitive}
    assert marked >= {
        "container.exec",
        "container.logs",
        "container.environment",
        "container.files",
        "container.inspect",
        "container.remove",
        "container.prune",
        "secret.replace",
        "host.edit",
        "access.edit",
        "audit.read",
    }
