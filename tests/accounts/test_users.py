"""People: one address, one person, whatever the case; disabled people may do nothing."""

import pytest
from django.core.management.sql import emit_post_migrate_signal
from django.db import IntegrityError

from accounts.models import Role, User
from accounts.verbs import BUILT_IN_ROLES
from tests.cast import Cast


def test_an_address_is_found_in_any_case(cast: Cast) -> None:
    assert User.objects.get_by_natural_key(" ALICE@Example.ORG ") == cast.alice


def test_an_address_is_stored_in_lower_case(cast: Cast) -> None:
    viewer = Role.objects.get(name="viewer")
    assert User.objects.create(email="Eve@Example.org", role=viewer).email == "eve@example.org"


def test_the_database_itself_refuses_the_same_address_in_another_case(cast: Cast) -> None:
    with pytest.raises(IntegrityError):
        User.objects.filter(pk=cast.bob.pk).update(email="ALICE@example.org")


def test_what_each_of_the_cast_may(cast: Cast) -> None:
    may = {
        name: [user.has_verb(verb) for verb in ("host.view", "container.restart", "people.manage")]
        for name, user in vars(cast).items()
    }
    assert may == {
        "alice": [True, True, True],
        "bob": [True, True, False],
        "charlie": [True, False, False],
        "dave": [False, False, False],
    }


def test_nobody_may_what_no_app_registered(cast: Cast) -> None:
    assert not cast.alice.has_verb("container.fly")


def test_the_password_is_hashed_with_argon2(cast: Cast) -> None:
    assert cast.alice.password.startswith("argon2$argon2id$")


@pytest.mark.django_db
def test_the_built_in_roles_come_back_when_the_tables_were_emptied() -> None:
    Role.objects.all().delete()
    emit_post_migrate_signal(verbosity=0, interactive=False, db="default")
    assert [role.name for role in Role.objects.all()] == list(BUILT_IN_ROLES)
