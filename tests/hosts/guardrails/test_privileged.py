"""Making privileged containers is a right of its own: asked at the click, and again in the worker."""

from typing import Any

import pytest

from accounts.models import Role, User
from audit.models import Entry
from hosts.access import Denied, Person
from hosts.actions.run import create_container
from hosts.models import Job
from tests.hosts.jobs.conftest import (
    container,
    ended,
    endpoint,
    person,
    podman,
    vault_keys,
    worker,
)

__all__ = ["container", "ended", "endpoint", "person", "podman", "vault_keys", "worker"]
pytestmark = pytest.mark.django_db(transaction=True)
PARAMS = {"image": "quay.io/x/y:1", "privileged": True, "pull": "never"}


def without_the_right(person: Any) -> Any:
    """The same person in a role that holds all but this."""
    verbs = person.user.role.verb_names() - {"container.privileged"}
    role = Role.objects.create(name="careful", verbs=sorted(verbs))
    User.objects.filter(pk=person.user.pk).update(role=role)
    return Person(User.objects.get(pk=person.user.pk), person.who)


def test_without_it_nothing_is_asked(person: Any, endpoint: Any, vault_keys: Any) -> None:
    careful = without_the_right(person)
    with pytest.raises(Denied) as denied:
        create_container.ask(careful, endpoint.pk, params=PARAMS, env={})
    assert denied.value.verb == "container.privileged"
    assert not Job.objects.exists()
    [entry] = Entry.objects.filter(verb="container.privileged")
    assert entry.kind == "refusal"
    create_container.ask(careful, endpoint.pk, params={**PARAMS, "privileged": False}, env={})
    assert Job.objects.count() == 1


def test_a_right_that_is_taken_before_the_work_stops_it(
    worker: Any, person: Any, endpoint: Any, podman: Any, ended: Any, vault_keys: Any
) -> None:
    job = create_container.ask(person, endpoint.pk, params=PARAMS, env={})
    without_the_right(person)
    worker().hand_over([job.pk])
    assert ended(job).state == "denied"
    assert "may not create privileged containers" in job.error
    assert podman.done["create"] == 0


def test_with_it_the_container_is_made(
    worker: Any, person: Any, endpoint: Any, podman: Any, ended: Any, vault_keys: Any
) -> None:
    job = create_container.ask(person, endpoint.pk, params=PARAMS, env={})
    worker().hand_over([job.pk])
    assert ended(job).state == "ok", job.error
    assert podman.done["create"] == 1
