"""Whoever commits names an image, and what runs that name next gets it: no name of others."""

from typing import Any

import pytest

from accounts.models import Role, User
from hosts.access import Person
from hosts.actions.containers import commit_container
from hosts.models import Grant
from hosts.refusals import FieldRefusal
from tests import make

pytestmark = pytest.mark.django_db(transaction=True)
# the last one is what Podman takes for "nginx", before Docker Hub's
THEIRS = ["docker.io/library/postgres:17", "localhost/bank:1", "localhost/nginx:latest"]


@pytest.fixture
def shop(cast: Any, who_of: Any, container: Any) -> Any:
    """(Charlie with a grant for app=shop alone, the reference of his container)."""
    cast.charlie.role = Role.objects.get(name="member")
    cast.charlie.save()
    row = container("a")
    row.labels, row.image = {"app": "shop"}, "quay.io/x/y:1"
    row.save()
    make.image(row.endpoint, "localhost/bank:1")
    Grant.objects.create(
        user=cast.charlie,
        role=Role.objects.get(name="operator"),
        endpoint=row.endpoint,
        label="app=shop",
        made_by="Alice",
    )
    charlie = Person(User.objects.get(pk=cast.charlie.pk), who_of(cast.charlie))
    return charlie, (row.endpoint_id, row.podman_id)


@pytest.mark.parametrize("name", THEIRS)
def test_not_by_a_grant_for_some_containers(shop: Any, name: str, vault_keys: None) -> None:
    charlie, ref = shop
    with pytest.raises(
        FieldRefusal, match="Choose an unused name under localhost/by-commit/"
    ) as refused:
        commit_container.ask(charlie, ref, name=name)
    assert refused.value.field == "name"


@pytest.mark.parametrize("name", THEIRS)
def test_who_may_name_images_there_may(shop: Any, person: Any, name: str, vault_keys: None) -> None:
    _charlie, ref = shop
    assert commit_container.ask(person, ref, name=name).params["image"].endswith(name)


def test_a_short_name_leads_to_no_other(shop: Any, person: Any, vault_keys: None) -> None:
    charlie, ref = shop
    made = commit_container.ask(charlie, ref, name="nginx").params["image"]
    assert made == "localhost/by-commit/nginx:latest"
    assert commit_container.ask(person, ref, name="mine").params["image"] == "localhost/mine:latest"


def test_a_name_that_was_taken_meanwhile_stays_where_it_is(
    shop: Any, podman: Any, worker: Any, ended: Any, vault_keys: None
) -> None:
    """This Podman has every image that it is asked for; the inventory knew of none like it."""
    charlie, ref = shop
    job = commit_container.ask(charlie, ref, name="mine:1")
    worker().hand_over([job.pk])
    assert ended(job).state == "denied", job.error
    assert "localhost/by-commit/mine:1" in job.error
    assert podman.done["commit"] == 0
