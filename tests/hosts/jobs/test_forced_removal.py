"""What a forced removal takes along is asked about again when it is carried out."""

from typing import Any

import pytest

from accounts.models import Role, User
from hosts.access import Person
from hosts.actions.volumes import remove_volume
from tests import make

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_right_to_what_goes_along_went_meanwhile(
    cast: Any, who_of: Any, container: Any, podman: Any, worker: Any, ended: Any, vault_keys: None
) -> None:
    role = Role.objects.create(
        name="store", verbs=["host.view", "volume.view", "volume.remove", "container.remove"]
    )
    User.objects.filter(pk=cast.charlie.pk).update(role=role)
    charlie = Person(User.objects.get(pk=cast.charlie.pk), who_of(cast.charlie))
    endpoint = container("a").endpoint
    make.volume(endpoint, "data")
    job = remove_volume.ask(charlie, (endpoint.pk, "data"), force=True)
    role.verbs = ["host.view", "volume.view", "volume.remove"]
    role.save()
    worker().hand_over([job.pk])
    assert ended(job).state == "denied", job.error
    assert "also remove" in job.error
